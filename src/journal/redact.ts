/** Takes secrets out of what goes into the journal and the log. */

/** Parameters, fields and headers whose values are never written. */
const SECRET_NAMES = new Set([
  'access_token',
  'authorization',
  'client_secret',
  'code',
  'code_verifier',
  'cookie',
  'password',
  'refresh_token',
  'token',
]);

/** Names that say so themselves, in whatever spelling: clientSecret, user_password. */
const SECRET_NAME = /secret|password|verifier|(access|refresh)[_-]?token$/i;

/** Three parts of base64url, the first of which begins as a JSON object does, with or without space. */
const SIGNED_JWT = /\b(e[wy][\w-]+\.[\w-]+)\.[\w-]+/g;

const MAX_TEXT = 2000;
const MAX_NAME = 64;
const MAX_MEMBERS = 200;

/** A JWT keeps its header and claims, which people want to read, and loses its signature; long text is cut. */
export function redactText(text: string): string {
  const shortened = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} characters)` : text;
  // Most texts hold no such thing, which is told faster than by the pattern.
  if (!shortened.includes('ey') && !shortened.includes('ew')) return shortened;
  return shortened.replace(SIGNED_JWT, '$1.(signature removed)');
}

/** Most characters that one event holds: the journal is bounded in memory, not in events alone. */
const MAX_DETAILS = 16_000;

/** Of the first names that came, what was found: a log-in has sixty, and hardly ever a new one. */
const foundOf = new Map<string, boolean>();

const MOST_FOUND = 1000;

/** Whether what has this name is never written. */
export function isSecretName(name: string): boolean {
  const known = foundOf.get(name);
  if (known !== undefined) return known;
  const found = SECRET_NAMES.has(name) || SECRET_NAME.test(name);
  if (foundOf.size < MOST_FOUND) foundOf.set(name, found);
  return found;
}

/** What is left of the characters that an event may hold. */
interface Budget {
  left: number;
}

function redactValue(name: string, value: unknown, budget: Budget, within = ''): unknown {
  // The code of a scenario is no authorization code.
  if (isSecretName(name) && !(name === 'code' && within === 'scenario')) return '(redacted)';
  if (budget.left <= 0) return '(left out: too much for the journal)';
  budget.left -= Math.min(name.length, MAX_NAME);
  if (typeof value === 'string') {
    const text = redactText(value);
    budget.left -= text.length;
    return text;
  }
  budget.left -= MAX_NAME;
  if (Array.isArray(value)) return redactList(name, value, budget);
  if (typeof value === 'object' && value !== null) return redactMembers(value, budget, name);
  return value;
}

function redactList(name: string, list: readonly unknown[], budget: Budget): readonly unknown[] {
  const kept = list.slice(0, MAX_MEMBERS).map((each) => redactValue(name, each, budget));
  return kept.length === list.length && kept.every((each, place) => each === list[place]) ? list : kept;
}

type Members = Record<string, unknown>;

function put(members: Members, name: string, value: unknown) {
  if (name === '__proto__') Object.defineProperty(members, name, { value, enumerable: true });
  else members[name.slice(0, MAX_NAME)] = value;
}

/** Most objects have nothing that has to go: the first that does begins a copy. */
function redactMembers(given: object, budget: Budget, within = ''): object {
  const members = given as Members;
  const names = Object.keys(members);
  let copy: Members | undefined = names.length > MAX_MEMBERS ? {} : undefined;
  for (let place = 0; place < names.length && place < MAX_MEMBERS; place += 1) {
    const name = names[place] ?? '';
    const kept = redactValue(name, members[name], budget, within);
    if (!copy && (kept !== members[name] || name.length > MAX_NAME)) {
      copy = {};
      for (const before of names.slice(0, place)) put(copy, before, members[before]);
    }
    if (copy) put(copy, name, kept);
  }
  return copy ?? members;
}

/** Details without secrets, and no larger than an event may be; the same object where nothing in it had to go. */
export const redact = (details: object): object => redactMembers(details, { left: MAX_DETAILS });
