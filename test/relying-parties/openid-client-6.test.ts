/** openid-client 6 through the life of a session: log-in, refresh, logging out and being told of it. */
import * as client from 'openid-client';
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

const CLIENT_ID = 'openid-client-6';

let cis2: MockCis2;
let receiver: LogoutReceiver;
let application: client.Configuration;

beforeAll(async () => {
  cis2 = await startMockCis2({ port: 0, logLevel: 'silent' });
  receiver = await logoutReceiver();
  await register(cis2, {
    client_id: CLIENT_ID,
    post_logout_redirect_uris: [GOODBYE],
    backchannel_logout_uri: `${receiver.url}/backchannel-logout`,
  });
  application = await client.discovery(
    new URL(cis2.issuer),
    CLIENT_ID,
    undefined,
    client.ClientSecretPost(SECRET),
    // Without the second, the library would trust an ID token for coming over TLS, and not look at its signature.
    { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
  );
});
afterAll(async () => {
  await cis2.close();
  await receiver.close();
});

/** An authorization request and what comes of it, validated by the library. */
async function logIn(by: Browser, parameters: Record<string, string>) {
  const verifier = client.randomPKCECodeVerifier();
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    idTokenExpected: true,
  };
  const url = client.buildAuthorizationUrl(application, {
    redirect_uri: CALLBACK,
    scope: 'openid profile email nationalrbacaccess',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...parameters,
  });
  return client.authorizationCodeGrant(application, redirectOf(await by.send(url)), checks);
}

/** Logs out at the provider; gives where the browser is sent to, and the logout token that is posted. */
async function logOut(by: Browser, idToken: string | undefined) {
  const posted = receiver.next();
  const url = client.buildEndSessionUrl(application, {
    id_token_hint: idToken ?? '',
    post_logout_redirect_uri: GOODBYE,
    state: 'the state of logging out',
  });
  return { left: redirectOf(await by.send(url)), logoutToken: await posted };
}

test('a log-in gives a signed ID token, and UserInfo of the same person', async () => {
  const tokens = await logIn(browser(), { mock_login: ALEX.account });

  const claims = tokens.claims();
  const user = await client.fetchUserInfo(application, tokens.access_token, claims?.sub ?? '');

  expect(claims).toMatchObject({ iss: cis2.issuer, sub: ALEX.uid, aud: CLIENT_ID, amr: ['NHSMAIL'] });
  expect(user).toMatchObject({ sub: ALEX.uid, email: ALEX.account, family_name: 'Bound' });
});

test('a refresh gives other tokens of the same sign-in, and the new refresh token serves next', async () => {
  const first = await logIn(browser(), { mock_login: ALEX.account });

  const second = await client.refreshTokenGrant(application, first.refresh_token ?? '');
  const third = await client.refreshTokenGrant(application, second.refresh_token ?? '');

  expect(new Set([first, second, third].map(({ access_token }) => access_token)).size).toBe(3);
  const { sid, auth_time } = { ...first.claims() };
  expect(third.claims()).toMatchObject({ sub: ALEX.uid, sid, auth_time, aud: CLIENT_ID });
  const user = await client.fetchUserInfo(application, third.access_token, ALEX.uid);
  expect(user.sub).toBe(ALEX.uid);
});

test('logging out goes back with the state alone, and ends single sign-on and the refresh token', async () => {
  const by = browser();
  const tokens = await logIn(by, { mock_login: ALEX.account });
  const again = await logIn(by, { prompt: 'none' });
  expect(again.claims()?.['sid']).toBe(tokens.claims()?.['sid']);

  const { left } = await logOut(by, again.id_token);

  expect(`${left.origin}${left.pathname}`).toBe(GOODBYE);
  expect([...left.searchParams]).toEqual([['state', 'the state of logging out']]);
  const silent = await reasonOf(logIn(by, { prompt: 'none' }));
  expect(silent).toBeInstanceOf(client.AuthorizationResponseError);
  expect(silent).toMatchObject({ error: 'login_required' });
  const refreshed = await reasonOf(client.refreshTokenGrant(application, again.refresh_token ?? ''));
  expect(refreshed).toBeInstanceOf(client.ResponseBodyError);
  expect(refreshed).toMatchObject({ status: 400, error: 'invalid_grant' });
});

test('logging out has the application posted a logout token, of the sid and sub of its ID token', async () => {
  const by = browser();
  const tokens = await logIn(by, { mock_login: ALEX.account });
  const other = await logIn(browser(), { mock_login: ALEX.account });

  const { logoutToken } = await logOut(by, tokens.id_token);

  const { issuer, jwks_uri: jwksUri = '' } = application.serverMetadata();
  const told = await verifyLogoutToken(logoutToken, { issuer, jwksUri, clientId: CLIENT_ID });
  expect([told.sub, told['sid']]).toEqual([ALEX.uid, tokens.claims()?.['sid']]);
  expect(told['sid']).not.toBe(other.claims()?.['sid']);
});

test('a log-in that fails is the library’s AuthorizationResponseError, and the next one succeeds', async () => {
  const by = browser();

  const failure = await reasonOf(logIn(by, { mock_login: UMA.account, mock_on_failure: 'redirect' }));

  expect(failure).toBeInstanceOf(client.AuthorizationResponseError);
  expect(failure).toMatchObject({ error: UMA.error, error_description: UMA.description });
  const tokens = await logIn(by, { mock_login: ALEX.account });
  expect(tokens.claims()?.sub).toBe(ALEX.uid);
});
