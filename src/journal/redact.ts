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

/** A JWT keeps its header and claims, which people want to read, and loses its signature; long text is cut. */
export function redactText(text: string): string {
  const shortened = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} characters)` : text;
  return shortened.replace(SIGNED_JWT, '$1.(signature removed)');
}

/** Most characters that the details of one event hold: the journal is bounded in memory, not in events alone. */
const MAX_DETAILS = 16_000;

function redactValue(name: string, value: unknown): unknown {
  if (SECRET_NAMES.has(name) || SECRET_NAME.test(name)) return '(redacted)';
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map((each) => redactValue(name, each));
  if (typeof value === 'object' && value !== null) return redact(value as Record<string, unknown>);
  return value;
}

export function redact(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const redacted: Record<string, unknown> = {};
  let size = 0;
  for (const [name, value] of Object.entries(details)) {
    const kept = redactValue(name, value);
    size += MAX_NAME + (typeof kept === 'string' ? kept.length : 0);
    if (size > MAX_DETAILS) {
      redacted['more'] = '(left out: too much for the journal)';
      break;
    }
    redacted[name.slice(0, MAX_NAME)] = kept;
  }
  return redacted;
}
