/** oauth4webapi, the strictest of the libraries, call by call: through the life of a session, and signed UserInfo. */
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MockCis2, startMockCis2 } from '../../src/index.ts';
import {
  ALEX,
  type Browser,
  browser,
  CALLBACK,
  GOODBYE,
  type LogoutReceiver,
  logoutReceiver,
  reasonOf,
  redirectOf,
  register,
  SECRET,
  UMA,
  verifyLogoutToken,
} from './support.ts';

const APPLICATION: oauth.Client = { client_id: 'oauth4webapi' };
const SIGNED: oauth.Client = {
  client_id: 'oauth4webapi-signed-userinfo',
  userinfo_signed_response_alg: 'RS256',
};
const AUTHENTICATION = oauth.ClientSecretPost(SECRET);
const HTTP = { [oauth.allowInsecureRequests]: true };

let cis2: MockCis2;
let receiver: LogoutReceiver;
let provider: oauth.AuthorizationServer;

beforeAll(async () => {
  cis2 = await startMockCis2({ port: 0, logLevel: 'silent' });
  receiver = await logoutReceiver();
  await register(cis2, {
    client_id: APPLICATION.client_id,
    post_logout_redirect_uris: [GOODBYE],
    backchannel_logout_uri: `${receiver.url}/backchannel-logout`,
  });
  await register(cis2, { client_id: SIGNED.client_id, userinfo_signed_response_alg: 'RS256' });
  const issuer = new URL(cis2.issuer);
  provider = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, HTTP));
});
afterAll(async () => {
  await cis2.close();
  await receiver.close();
});

/** An authorization request and what comes of it, each answer validated by the library, the signature too. */
async function logIn(by: Browser, parameters: Record<string, string>, as = APPLICATION) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();
  const url = new URL(provider.authorization_endpoint ?? '');
  url.search = new URLSearchParams({
    client_id: as.client_id,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid profile email nationalrbacaccess',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...parameters,
  }).toString();
  const answer = oauth.validateAuthResponse(provider, as, redirectOf(await by.send(url)), state);
  const response = await oauth.authorizationCodeGrantRequest(
    provider,
    as,
    AUTHENTICATION,
    answer,
    CALLBACK,
    verifier,
    HTTP,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(provider, as, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(provider, response, HTTP);
  return tokens;
}

const claimsOf = (tokens: oauth.TokenEndpointResponse) => ({ ...oauth.getValidatedIdTokenClaims(tokens) });

async function refresh(refreshToken = '') {
  const response = await oauth.refreshTokenGrantRequest(
    provider,
    APPLICATION,
    AUTHENTICATION,
    refreshToken,
    HTTP,
  );
  return oauth.processRefreshTokenResponse(provider, APPLICATION, response);
}

async function userInfo({ access_token }: oauth.TokenEndpointResponse, as = APPLICATION) {
  const response = await oauth.userInfoRequest(provider, as, access_token, HTTP);
  const user = await oauth.processUserInfoResponse(provider, as, ALEX.uid, response);
  return { response, user };
}

/** Logs out at the provider; gives where the browser is sent to, and the logout token that is posted. */
async function logOut(by: Browser, idToken = '') {
  const posted = receiver.next();
  const url = new URL(provider.end_session_endpoint ?? '');
  url.searchParams.set('id_token_hint', idToken);
  url.searchParams.set('post_logout_redirect_uri', GOODBYE);
  url.searchParams.set('state', 'the state of logging out');
  return { left: redirectOf(await by.send(url)), logoutToken: await posted };
}

test('a log-in gives a signed ID token, and UserInfo of the same person', async () => {
  const tokens = await logIn(browser(), { mock_login: ALEX.account });

  const { user } = await userInfo(tokens);

  expect(claimsOf(tokens)).toMatchObject({ iss: cis2.issuer, sub: ALEX.uid, aud: APPLICATION.client_id });
  expect(user).toMatchObject({ sub: ALEX.uid, email: ALEX.account, family_name: 'Bound' });
});

test('UserInfo signed with RS256 is verified by the library, and is of the same person', async () => {
  const tokens = await logIn(browser(), { mock_login: ALEX.account }, SIGNED);

  const { response, user } = await userInfo(tokens, SIGNED);

  await oauth.validateApplicationLevelSignature(provider, response, HTTP);
  expect(response.headers.get('content-type')).toMatch(/^application\/jwt\b/);
  expect(user).toMatchObject({ iss: cis2.issuer, sub: ALEX.uid, family_name: 'Bound' });
});

test('a refresh gives other tokens of the same sign-in, and the new refresh token serves next', async () => {
  const first = await logIn(browser(), { mock_login: ALEX.account });

  const second = await refresh(first.refresh_token);
  const third = await refresh(second.refresh_token);

  expect(new Set([first, second, third].map(({ access_token }) => access_token)).size).toBe(3);
  const { sid, auth_time } = claimsOf(first);
  expect(claimsOf(third)).toMatchObject({ sub: ALEX.uid, sid, auth_time, aud: APPLICATION.client_id });
  expect((await userInfo(third)).user.sub).toBe(ALEX.uid);
});

test('logging out goes back with the state alone, and ends single sign-on and the refresh token', async () => {
  const by = browser();
  const tokens = await logIn(by, { mock_login: ALEX.account });
  const again = await logIn(by, { prompt: 'none' });
  expect(claimsOf(again)['sid']).toBe(claimsOf(tokens)['sid']);

  const { left } = await logOut(by, again.id_token);

  expect(`${left.origin}${left.pathname}`).toBe(GOODBYE);
  expect([...left.searchParams]).toEqual([['state', 'the state of logging out']]);
  const silent = await reasonOf(logIn(by, { prompt: 'none' }));
  expect(silent).toBeInstanceOf(oauth.AuthorizationResponseError);
  expect(silent).toMatchObject({ error: 'login_required' });
  const refreshed = await reasonOf(refresh(again.refresh_token));
  expect(refreshed).toBeInstanceOf(oauth.ResponseBodyError);
  expect(refreshed).toMatchObject({ status: 400, error: 'invalid_grant' });
});

test('logging out has the application posted a logout token, of the sid and sub of its ID token', async () => {
  const by = browser();
  const tokens = await logIn(by, { mock_login: ALEX.account });

  const { logoutToken } = await logOut(by, tokens.id_token);

  const told = await verifyLogoutToken(logoutToken, {
    issuer: provider.issuer,
    jwksUri: provider.jwks_uri ?? '',
    clientId: APPLICATION.client_id,
  });
  expect([told.sub, told['sid']]).toEqual([ALEX.uid, claimsOf(tokens)['sid']]);
});

test('a log-in that fails is the library’s AuthorizationResponseError, and the next one succeeds', async () => {
  const by = browser();

  const failure = await reasonOf(logIn(by, { mock_login: UMA.account, mock_on_failure: 'redirect' }));

  expect(failure).toBeInstanceOf(oauth.AuthorizationResponseError);
  expect(failure).toMatchObject({ error: UMA.error, error_description: UMA.description });
  const tokens = await logIn(by, { mock_login: ALEX.account });
  expect(claimsOf(tokens).sub).toBe(ALEX.uid);
});
