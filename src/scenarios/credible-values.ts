/** Wrong values that look right: each has the form of the real one. */

/** The issuer of another realm on the same host: of CIS2’s two the other one (facts 1.2), of its mocks another one. */
export function otherIssuer(issuer: string): string {
  if (issuer.endsWith('/realms/oidc')) return issuer.replace(/oidc$/, 'NHSIdentity/realms/Healthcare');
  if (issuer.includes('/realms/Cis2-mock-')) return `${issuer}-2`;
  return issuer.replace(/\/realms\/root\/.*$/, '/realms/root/realms/oidc');
}

/** The issuer as a library that normalises URLs writes it: without its port; with the usual one where it has none. */
export function issuerWithOtherPort(issuer: string): string {
  return issuer.replace(/^(https?):\/\/(\[[^\]]*\]|[^/:]+)(:\d+)?/, (_, scheme, host, port) =>
    port === undefined ? `${scheme}://${host}:${scheme === 'https' ? 443 : 80}` : `${scheme}://${host}`,
  );
}

const standardBase64 = (text: string) => text.replaceAll('-', '+').replaceAll('_', '/');

/** A kid like that of a real key, 20 bytes in standard base64 (facts 3.2), out of a random id. */
export const kidLike = (randomId: string): string => `${standardBase64(randomId.slice(0, 26))}A=`;

/** A sid like that of a real session, 32 bytes in standard base64 (facts 10.7), out of a random id. */
export const sidLike = (randomId: string): string => `${standardBase64(randomId)}=`;

/** The at_hash of another token, 16 bytes in base64url, out of a random id. */
export const hashLike = (randomId: string): string => `${randomId.slice(0, 21)}A`;

/** A UID of the right form that nobody has: the last of all numbers of twelve digits. */
export const NOBODYS_UID = '999999999999';

/** A page where JSON should be, as a gateway or a maintenance switch sends it. */
export const htmlPage = (heading: string): string =>
  `<!DOCTYPE html>\n<html lang="en">\n<head><title>${heading}</title></head>\n<body><h1>${heading}</h1></body>\n</html>\n`;
