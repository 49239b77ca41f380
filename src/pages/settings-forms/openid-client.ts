/** openid-client 6: a test runs it as it stands. */
import { CALLBACK, type ForApplication, isPlainHttp, lines, quoted } from './for-application.ts';

/** What crypto.subtle imports a key as, for an algorithm of JWS. */
function webCryptoAlgorithm(algorithm: string): string {
  const bits = algorithm.slice(2);
  if (algorithm.startsWith('ES')) {
    return `{ name: "ECDSA", namedCurve: "P-${bits === '512' ? '521' : bits}" }`;
  }
  const name = algorithm.startsWith('PS') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5';
  return `{ name: "${name}", hash: "SHA-${bits}" }`;
}

function openidClientAuthentication({ authentication, clientSecret = '' }: ForApplication): string {
  const secret = quoted(clientSecret);
  return {
    client_secret_post: `client.ClientSecretPost(${secret})`,
    client_secret_basic: `client.ClientSecretBasic(${secret})`,
    client_secret_jwt: `client.ClientSecretJwt(${secret})`,
    private_key_jwt: 'client.PrivateKeyJwt({ key, kid: jwk.kid })',
    none: 'client.None()',
  }[authentication];
}

export function openidClient(of: ForApplication): string {
  const { key, redirectUri = CALLBACK } = of;
  return lines(
    key && `import { readFile } from 'node:fs/promises';`,
    `import * as client from 'openid-client';`,
    '',
    key && `const jwk = JSON.parse(await readFile(${quoted(key.file)}, 'utf8'));`,
    key &&
      `const key = await crypto.subtle.importKey('jwk', jwk, ${webCryptoAlgorithm(key.algorithm)}, false, ['sign']);`,
    'const config = await client.discovery(',
    `  new URL(${quoted(of.issuer)}),`,
    `  ${quoted(of.clientId)},`,
    '  undefined,',
    `  ${openidClientAuthentication(of)},`,
    isPlainHttp(of) &&
      '  { execute: [client.allowInsecureRequests] }, // this mock is plain http; CIS2 is not',
    ');',
    '',
    '// To log in: keep these three in the session of the browser, and send it to url.',
    'const pkceCodeVerifier = client.randomPKCECodeVerifier();',
    'const expectedState = client.randomState();',
    'const expectedNonce = client.randomNonce();',
    'const url = client.buildAuthorizationUrl(config, {',
    `  redirect_uri: ${quoted(redirectUri)},`,
    `  scope: ${quoted(of.scopes)},`,
    `  acr_values: ${quoted(of.acrValues)},`,
    '  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),',
    `  code_challenge_method: 'S256',`,
    '  state: expectedState,',
    '  nonce: expectedNonce,',
    '});',
    '',
    '// In the handler of the redirect URI: callback is the whole URL that was called.',
    'const logIn = (callback) =>',
    '  client.authorizationCodeGrant(config, callback, { pkceCodeVerifier, expectedState, expectedNonce });',
  ).join('\n');
}
