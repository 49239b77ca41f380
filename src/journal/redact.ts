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

const SIGNED_JWT = /\b(eyJ[\w-]+\.[\w-]+)\.[\w-]+/g;

const MAX_TEXT = 2000;

/** A JWT keeps its header and claims, which people want to read, and loses its signature; long text is cut. */
export function redactText(text: string): string {
  const shortened = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} characters)` : text;
  return shortened.replace(SIGNED_JWT, '$1.(signature removed)');
}

function redactValue(name: string, value: unknown): unknown {
  if (SECRET_NAMES.has(name)) return '(redacted)';
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map((each) => redactValue(name, each));
  if (typeof value === 'object' && value !== null) return redact(value as Record<string, unknown>);
  return value;
}

export function redact(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(details).map(([name, value]) => [name, redactValue(name, value)]));
}
