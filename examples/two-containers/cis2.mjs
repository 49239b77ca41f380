/**
 * The application’s side of CIS2, by openid-client 6, where browser and application reach CIS2 by different names:
 * `iss` and the addresses for the browser carry the public one, the addresses that this process calls the internal one.
 */
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';

/** @param {string} name */
function variable(name) {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is missing.`);
  return value;
}

/** Where the browser has this application. */
export const ORIGIN = variable('ORIGIN');
/** Exactly what `iss` must be: CIS2’s name for itself, which the browser can reach and this process perhaps not. */
const ISSUER = variable('ISSUER');
/** The discovery document, by the name that this process can reach. */
const DISCOVERY_URL = new URL(variable('DISCOVERY_URL'));
const CLIENT_ID = variable('CLIENT_ID');
const CLIENT_SECRET = variable('CLIENT_SECRET');

const SCOPE = 'openid profile email nationalrbacaccess selectedrole';
const TOLERANCE_SECONDS = 30;
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/**
 * @typedef {object} Person who is logged in
 * @property {string} sub
 * @property {string | undefined} sid of the session at CIS2
 * @property {string} name
 * @property {string} authenticator
 * @property {string} idToken kept for logging out
 */

/** @typedef {{ state: string, nonce: string, codeVerifier: string }} Secrets of one log-in, until its callback */

async function discover() {
  // A URL with /.well-known/ in it is fetched as it stands, and its issuer is not compared with the address.
  const configuration = await client.discovery(
    DISCOVERY_URL,
    CLIENT_ID,
    { [client.clockTolerance]: TOLERANCE_SECONDS },
    client.ClientSecretPost(CLIENT_SECRET),
    // The mock speaks plain http in this network; CIS2 itself never does.
    { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
  );
  // So it is compared here, with what it must be. openid-client then holds every `iss` against it.
  const { issuer, jwks_uri: jwksUri } = configuration.serverMetadata();
  if (issuer !== ISSUER) throw new Error(`The issuer is ${issuer}, not ${ISSUER}.`);
  if (jwksUri === undefined) throw new Error('The discovery document names no jwks_uri.');
  return { configuration, keys: createRemoteJWKSet(new URL(jwksUri)) };
}

/** @type {ReturnType<typeof discover> | undefined} */
let discovered;

/** Once, when it is first needed; again if that failed. */
function provider() {
  discovered ??= discover().catch((error) => {
    discovered = undefined;
    throw error;
  });
  return discovered;
}

/** Begins a log-in: where the browser goes, and what to keep until it comes back. */
export async function beginLogIn() {
  const { configuration } = await provider();
  const secrets = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    codeVerifier: client.randomPKCECodeVerifier(),
  };
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: `${ORIGIN}/callback`,
    scope: SCOPE,
    state: secrets.state,
    nonce: secrets.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(secrets.codeVerifier),
    code_challenge_method: 'S256',
  });
  return { url: url.href, secrets };
}

/**
 * Takes the callback. Throws where nobody is logged in by it.
 * @param {string} search of the callback’s address
 * @param {Secrets} secrets
 * @returns {Promise<Person>}
 */
export async function finishLogIn(search, { state, nonce, codeVerifier }) {
  const { configuration } = await provider();
  const tokens = await client.authorizationCodeGrant(configuration, new URL(`${ORIGIN}/callback${search}`), {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (!claims || !tokens.id_token) throw new Error('There is no ID token.');
  const userInfo = await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
  return {
    sub: claims.sub,
    sid: typeof claims['sid'] === 'string' ? claims['sid'] : undefined,
    name: String(userInfo.name ?? claims.sub),
    authenticator: String(claims['amr'] ?? 'unknown'),
    idToken: tokens.id_token,
  };
}

/**
 * Where the browser goes to log out of CIS2 too.
 * @param {Person} person
 */
export async function logOutUrl({ idToken }) {
  const { configuration } = await provider();
  return client.buildEndSessionUrl(configuration, {
    id_token_hint: idToken,
    post_logout_redirect_uri: `${ORIGIN}/`,
  }).href;
}

/** The `jti` of each token that came, until it is too old to come again, in seconds since 1970. */
const seen = /** @type {Map<string, number>} */ (new Map());

/**
 * Verifies a logout token as OpenID Connect Back-Channel Logout 1.0 section 2.6 asks, and gives what it ends. Throws
 * where anything is wrong with it.
 * @param {string} token
 */
export async function readLogoutToken(token) {
  const { keys } = await provider();
  const { payload } = await jwtVerify(token, keys, {
    issuer: ISSUER,
    audience: CLIENT_ID,
    algorithms: ['RS256'],
    requiredClaims: ['iat', 'exp', 'jti', 'events'],
    clockTolerance: TOLERANCE_SECONDS,
  });
  const { sub, sid, jti = '', exp = 0, events, nonce } = payload;
  if (typeof events !== 'object' || events === null || !Object.hasOwn(events, LOGOUT_EVENT)) {
    throw new Error('It is no logout token.');
  }
  if (nonce !== undefined) throw new Error('A logout token has no nonce.');
  if (sub === undefined && typeof sid !== 'string') throw new Error('It names neither sub nor sid.');
  const now = Date.now() / 1000;
  for (const [each, until] of seen) if (until < now) seen.delete(each);
  if (seen.has(jti)) throw new Error('It came before.');
  seen.set(jti, exp + TOLERANCE_SECONDS);
  return { sub, sid: typeof sid === 'string' ? sid : undefined };
}
