/** What somebody probably meant: the known names nearest to the one typed. */

/** How many letters of two texts differ, as edits; two that are swapped are one (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  let rowBefore: number[] = [];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? (rowBefore[j - 2] ?? 0) + 1 : change;
      next.push(Math.min(change, swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    [rowBefore, row] = [row, next];
  }
  return row[b.length] ?? 0;
}

const LONGEST = 64;

const localPart = (text: string) => text.trim().toLowerCase().slice(0, LONGEST).split('@')[0] ?? '';

/** How far a name is from what was typed; one that holds it counts as near. */
function farFrom(typed: string, name: string): number {
  const [wanted, other] = [localPart(typed), localPart(name)];
  return wanted.length > 2 && other.includes(wanted) ? 0 : editDistance(wanted, other);
}

/**
 * The nearest names first, and none that is far off where another is near. E-mail addresses are compared by their
 * first parts.
 */
export function nearMatches(typed: string, names: readonly string[], most = 3): string[] {
  const nearestFirst = names
    .map((name) => ({ name, far: farFrom(typed, name) }))
    .sort((a, b) => a.far - b.far);
  const limit = Math.max(2, nearestFirst[0]?.far ?? 0);
  return nearestFirst
    .filter((each) => each.far <= limit)
    .slice(0, most)
    .map(({ name }) => name);
}

/** Those of the near matches that are near indeed, for texts that call them so: two thirds agree. Often none. */
export function similarNames(typed: string, names: readonly string[]): string[] {
  const furthest = Math.max(1, Math.floor(localPart(typed).length / 3));
  return nearMatches(typed, names).filter((name) => farFrom(typed, name) <= furthest);
}

/** Ends a sentence that says that something is not there: by what is similar to it, if anything is. */
export const orSimilar = (what: string, names: readonly string[]): string =>
  names.length === 0 ? '.' : `. ${what}: ${names.join(', ')}`;
