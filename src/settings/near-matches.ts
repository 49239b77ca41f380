/** What somebody probably meant: the known names nearest to the one typed. */

/** How many letters of two texts differ, as edits (Levenshtein’s distance). */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

const LONGEST = 64;

/** The nearest names first. A name that holds what was typed, and an e-mail address by its first part, count as near. */
export function nearMatches(typed: string, names: readonly string[], most = 3): string[] {
  const wanted = typed.trim().toLowerCase().slice(0, LONGEST);
  const far = (name: string) => {
    const whole = name.toLowerCase().slice(0, LONGEST);
    if (wanted.length > 2 && whole.includes(wanted)) return 0;
    const [localPart = whole] = whole.split('@');
    const [wantedLocalPart = wanted] = wanted.split('@');
    return Math.min(editDistance(wanted, whole), editDistance(wantedLocalPart, localPart));
  };
  return names
    .map((name) => ({ name, far: far(name) }))
    .sort((a, b) => a.far - b.far)
    .slice(0, most)
    .map(({ name }) => name);
}
