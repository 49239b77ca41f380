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

/** Whether what has this name is never written. */
export const isSecretName = (name: string): boolean => SECRET_NAMES.has(name) || SECRET_NAME.test(name);

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
  if (Array.isArray(value)) return value.slice(0, MAX_MEMBERS).map((each) => redactValue(name, each, budget));
  if (typeof value === 'object' && value !== null) return redactMembers(value, budget, name);
  return value;
}

function redactMembers(value: object, budget: Budget, within = ''): Record<string, unknown> {
  const redacted: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value).slice(0, MAX_MEMBERS)) {
    const kept = redactValue(name, member, budget, within);
    if (name === '__proto__') Object.defineProperty(redacted, name, { value: kept, enumerable: true });
    else redacted[name.slice(0, MAX_NAME)] = kept;
  }
  return redacted;
}

/** Details without secrets, and no larger than an event may be. */
export const redact = (details: object): Record<string, unknown> =>
  redactMembers(details, { left: MAX_DETAILS });
