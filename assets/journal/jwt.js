// JWTs as the journal has them: header and claims to read; the signature was taken off.

/** @typedef {Readonly<Record<string, unknown>>} Members */

/**
 * @param {string} part base64url
 * @returns {Members | undefined}
 */
function decodePart(part) {
  try {
    const bytes = atob(part.replaceAll('-', '+').replaceAll('_', '/'));
    const text = new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What is inside a JWT, unverified: for looking at, not for trusting.
 *
 * @param {unknown} text
 * @returns {{ header: Members, claims: Members } | undefined} undefined for what is no JWT, or was cut
 */
export function decodeJwt(text) {
  if (typeof text !== 'string') return undefined;
  const [, headerPart = '', claimsPart = ''] = /^([\w-]+)\.([\w-]+)\./.exec(text) ?? [];
  const header = decodePart(headerPart);
  const claims = decodePart(claimsPart);
  return header && claims ? { header, claims } : undefined;
}
