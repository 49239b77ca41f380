/**
 * The settings of one client in the forms that people paste: environment variables, and the configuration of the
 * libraries that NHS applications use. Each is complete by itself. The names of options are the libraries’ own:
 * openid-client 6, Spring Boot 3, omniauth_openid_connect 0.8 with rack-oauth2, Authlib 1.
 */
import type { Client } from '../relying-party/client-schema.ts';

/** What the forms are made from. */
export interface ForApplication {
  issuer: string;
  discoveryUrl: string;
  clientId: string;
  clientSecret?: string;
  authentication: Client['token_endpoint_auth_method'];
  /** Of a private_key_jwt: the algorithm that its assertions are signed with, the file and the id of its key. */
  key?: { algorithm: string; file: string; kid?: string };
  /** Separated by spaces. */
  scopes: string;
  /** Separated by spaces. */
  acrValues: string;
  /** Where the client may use any address of this computer: undefined. Otherwise the one that is registered. */
  redirectUri?: string;
}

export interface SettingsForm {
  /** Part of ids and data-testids. */
  name: string;
  label: string;
  /** What to know before pasting it. */
  hint: string;
  text: string;
}

const isPlainHttp = ({ issuer }: ForApplication) => issuer.startsWith('http:');

/** Lines, without those that are not there. */
const lines = (...all: (string | false | undefined)[]) => all.filter((line) => typeof line === 'string');

const indented = (by: number, text: string) =>
  text
    .split('\n')
    .map((line) => (line === '' ? line : `${' '.repeat(by)}${line}`))
    .join('\n');

/** A string as JavaScript, Python and YAML take it. */
const quoted = (text: string) => JSON.stringify(text);

/** A string as Ruby takes it, without interpolation. */
const inRuby = (text: string) => JSON.stringify(text).replaceAll('#', '\\#');

/** A value as dotenv takes it: in the first kind of quotes that it does not hold. `$` would be expanded in double ones. */
function inDotenv(text: string): string {
  const kinds = /[$\\]/.test(text) ? [`'`, '`'] : ['"', `'`, '`'];
  const quote = kinds.find((kind) => !text.includes(kind)) ?? '"';
  return `${quote}${text}${quote}`;
}

function dotenv(of: ForApplication): string {
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

const CALLBACK = 'http://localhost:3000/callback';

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

function openidClient(of: ForApplication): string {
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

function springBoot(of: ForApplication): string {
  const { clientSecret, key } = of;
  const redirectUri = of.redirectUri ?? '{baseUrl}/login/oauth2/code/{registrationId}';
  const registration = lines(
    `client-id: ${quoted(of.clientId)}`,
    clientSecret !== undefined && `client-secret: ${quoted(clientSecret)}`,
    `client-authentication-method: ${of.authentication}`,
    'authorization-grant-type: authorization_code',
    `redirect-uri: ${quoted(redirectUri)}`,
    'scope:',
    ...of.scopes.split(' ').map((scope) => `  - ${scope}`),
  ).join('\n');
  const provider = [`issuer-uri: ${quoted(of.issuer)}`, 'user-name-attribute: sub'].join('\n');
  return lines(
    key &&
      `# The key is no property. Give your token response client a NimbusJwtClientAuthenticationParametersConverter`,
    key && `# that finds the JWK of ${key.file}.`,
    of.authentication === 'client_secret_jwt' &&
      '# Give your token response client a NimbusJwtClientAuthenticationParametersConverter made from the secret.',
    `# acr_values is no property. Without it, ${of.acrValues} counts. To send it, give your`,
    '# DefaultOAuth2AuthorizationRequestResolver an authorization request customizer that puts it into additionalParameters.',
    'spring:',
    '  security:',
    '    oauth2:',
    '      client:',
    '        registration:',
    '          cis2:',
    indented(12, registration),
    '        provider:',
    '          cis2:',
    indented(12, provider),
  ).join('\n');
}

/** rack-oauth2 knows Basic and assertions by names of its own; any other name puts the secret, if any, into the body. */
const OMNIAUTH_METHODS: Readonly<Record<ForApplication['authentication'], string>> = {
  client_secret_post: ':client_secret_post',
  client_secret_basic: ':basic',
  client_secret_jwt: ':jwt_bearer',
  private_key_jwt: ':jwt_bearer',
  none: ':none',
};

function omniauth(of: ForApplication): string {
  const { clientSecret, key } = of;
  const redirectUri = of.redirectUri ?? 'http://localhost:3000/auth/cis2/callback';
  const callbackPath = URL.canParse(redirectUri) ? new URL(redirectUri).pathname : '/';
  return lines(
    '# config/initializers/omniauth.rb',
    isPlainHttp(of) &&
      '# Discovery is by https alone, unless these say otherwise: this mock is plain http; CIS2 is not.',
    isPlainHttp(of) && 'SWD.url_builder = URI::HTTP',
    isPlainHttp(of) && 'WebFinger.url_builder = URI::HTTP',
    isPlainHttp(of) && '',
    'Rails.application.config.middleware.use OmniAuth::Builder do',
    '  provider :openid_connect, {',
    '    name: :cis2,',
    `    issuer: ${inRuby(of.issuer)},`,
    '    discovery: true,',
    '    response_type: :code,',
    `    scope: %i[${of.scopes}],`,
    `    acr_values: ${inRuby(of.acrValues)},`,
    '    pkce: true,',
    `    client_auth_method: ${OMNIAUTH_METHODS[of.authentication]},`,
    `    callback_path: ${inRuby(callbackPath)},`,
    '    client_options: {',
    `      identifier: ${inRuby(of.clientId)},`,
    clientSecret !== undefined && `      secret: ${inRuby(clientSecret)},`,
    key && `      private_key: JSON::JWK.new(JSON.parse(File.read(${inRuby(key.file)}))).to_key,`,
    `      redirect_uri: ${inRuby(redirectUri)},`,
    '    },',
    '  }',
    'end',
  ).join('\n');
}

function authlib(of: ForApplication): string {
  const { clientSecret, key, redirectUri = CALLBACK } = of;
  const byAssertion = { private_key_jwt: 'PrivateKeyJWT', client_secret_jwt: 'ClientSecretJWT' };
  const method = Object.entries(byAssertion).find(([name]) => name === of.authentication)?.[1];
  const headers = key?.kid === undefined ? '' : `headers={"kid": ${quoted(key.kid)}}, `;
  return lines(
    key && 'import json',
    key && 'from pathlib import Path',
    key && '',
    'from authlib.integrations.flask_client import OAuth',
    method && `from authlib.oauth2.rfc7523 import ${method}`,
    '',
    'oauth = OAuth(app)',
    'oauth.register(',
    '    name="cis2",',
    `    client_id=${quoted(of.clientId)},`,
    clientSecret !== undefined && `    client_secret=${quoted(clientSecret)},`,
    key && `    client_secret=json.loads(Path(${quoted(key.file)}).read_text()),`,
    key && `    client_auth_methods=[PrivateKeyJWT(${headers}alg=${quoted(key.algorithm)})],`,
    method && !key && `    client_auth_methods=[${method}()],`,
    `    server_metadata_url=${quoted(of.discoveryUrl)},`,
    `    authorize_params={"acr_values": ${quoted(of.acrValues)}},`,
    '    client_kwargs={',
    `        "scope": ${quoted(of.scopes)},`,
    `        "token_endpoint_auth_method": ${quoted(of.authentication)},`,
    '        "code_challenge_method": "S256",',
    '    },',
    ')',
    '',
    '# In the view that logs in:',
    `#     return oauth.cis2.authorize_redirect(${quoted(redirectUri)})`,
  ).join('\n');
}

/** Every form, in the order of the page. */
export const settingsForms = (of: ForApplication): SettingsForm[] => [
  {
    name: 'env',
    label: '.env',
    hint: 'Environment variables. Change the names to those your application uses.',
    text: dotenv(of),
  },
  {
    name: 'openid-client',
    label: 'openid-client',
    hint: 'JavaScript and TypeScript, with openid-client 6.',
    text: openidClient(of),
  },
  {
    name: 'spring',
    label: 'Spring Security',
    hint: 'application.yml of Spring Boot, with spring-boot-starter-oauth2-client.',
    text: springBoot(of),
  },
  {
    name: 'omniauth',
    label: 'OmniAuth',
    hint: 'Ruby on Rails, with omniauth_openid_connect.',
    text: omniauth(of),
  },
  { name: 'authlib', label: 'Authlib', hint: 'Python with Flask, with Authlib.', text: authlib(of) },
];
