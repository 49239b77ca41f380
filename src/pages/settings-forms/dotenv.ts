/** Environment variables, as dotenv reads them. */
import type { ForApplication } from './for-application.ts';

/** A value as dotenv takes it: in the first kind of quotes that it does not hold. `$` would be expanded in double ones. */
function inDotenv(text: string): string {
  const kinds = /[$\\]/.test(text) ? [`'`, '`'] : ['"', `'`, '`'];
  const quote = kinds.find((kind) => !text.includes(kind)) ?? '"';
  return `${quote}${text}${quote}`;
}

export function dotenv(of: ForApplication): string {
  const { key, redirectUri } = of;
  const values: [string, string | undefined][] = [
    ['CIS2_ISSUER', of.issuer],
    ['CIS2_DISCOVERY_URL', of.discoveryUrl],
    ['CIS2_CLIENT_ID', of.clientId],
    ['CIS2_CLIENT_SECRET', of.clientSecret],
    ['CIS2_PRIVATE_KEY_FILE', key?.file],
    ['CIS2_TOKEN_ENDPOINT_AUTH_METHOD', of.authentication],
    ['CIS2_REDIRECT_URI', redirectUri],
    ['CIS2_SCOPES', of.scopes],
    ['CIS2_ACR_VALUES', of.acrValues],
  ];
  return values
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${inDotenv(value)}`]))
    .join('\n');
}
