/** openid-client 5, which most applications in Node.js still use: through the life of a session, and signed UserInfo. */
import { type BaseClient, errors, generators, Issuer } from 'openid-client-5';
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

const CLIENT_ID = 'openid-client-5';
const SIGNED = 'openid-client-5-signed-userinfo';

let cis2: MockCis2;
let receiver: LogoutReceiver;
let issuer: Issuer;

beforeAll(async () => {
  cis2 = await startMockCis2({ port: 0, logLevel: 'silent' });
  receiver = await logoutReceiver();
  await register(cis2, {
    client_id: CLIENT_ID,
    post_logout_redirect_uris: [GOODBYE],
    backchannel_logout_uri: `${receiver.url}/backchannel-logout`,
  });
  await register(cis2, { client_id: SIGNED, userinfo_signed_response_alg: 'RS256' });
  issuer = await Issuer.discover(cis2.issuer);
});
afterAll(async () => {
  await cis2.close();
  await receiver.close();
});

const application = (clientId = CLIENT_ID) =>
  new issuer.Client({
    client_id: clientId,
    client_secret: SECRET,
    token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: [CALLBACK],
    post_logout_redirect_uris: [GOODBYE],
    ...(clientId === SIGNED ? { userinfo_signed_response_alg: 'RS256' } : {}),
  });

/** An authorization request and what comes of it, validated by the library. */
async function logIn(by: Browser, parameters: Record<string, string>, as: BaseClient = application()) {
  const checks = {
    code_verifier: generators.codeVerifier(),
    state: generators.state(),
    nonce: generators.nonce(),
    response_type: 'code',
  };
  const url = as.authorizationUrl({
    scope: 'openid profile email nationalrbacaccess',
    code_challenge: generators.codeChallenge(checks.code_verifier),
    code_challenge_method: 'S256',
    state: checks.state,
    nonce: checks.nonce,
    ...parameters,
  });
  const answer = redirectOf(await by.send(url));
  return as.callback(CALLBACK, as.callbackParams(answer.href), checks);
}

/** Logs out at the provider; gives where the browser is sent to, and the logout token that is posted. */
async function logOut(by: Browser, idToken: string | undefined) {
  const posted = receiver.next();
  const url = application().endSessionUrl({
    id_token_hint: idToken ?? '',
    post_logout_redirect_uri: GOODBYE,
    state: 'the state of logging out',
  });
  return { left: redirectOf(await by.send(url)), logoutToken: await posted };
}

test('a log-in gives a signed ID token, and UserInfo of the same person', async () => {
  const tokens = await logIn(browser(), { mock_login: ALEX.account });

  const user = await application().userinfo(tokens);

  expect(tokens.claims()).toMatchObject({ iss: cis2.issuer, sub: ALEX.uid, aud: CLIENT_ID });
  expect(tokens.expired()).toBe(false);
  expect(user).toMatchObject({ sub: ALEX.uid, email: ALEX.account, family_name: 'Bound' });
});

test('UserInfo signed with RS256 is verified by the library, and is of the same person', async () => {
  const as = application(SIGNED);
  const tokens = await logIn(browser(), { mock_login: ALEX.account }, as);

  const user = await as.userinfo(tokens);

  expect(user).toMatchObject({ iss: cis2.issuer, sub: ALEX.uid, family_name: 'Bound' });
  const plain = await logIn(browser(), { mock_login: ALEX.account });
  await expect(as.userinfo(plain)).rejects.toThrow('expected application/jwt response');
});

test('a refresh gives other tokens of the same sign-in, and the new refresh token serves next', async () => {
  const first = await logIn(browser(), { mock_login: ALEX.account });

  const second = await application().refresh(first);
  const third = await application().refresh(second);

  expect(new Set([first, second, third].map(({ access_token }) => access_token)).size).toBe(3);
  const { sid, auth_time } = first.claims();
  expect(third.claims()).toMatchObject({ sub: ALEX.uid, sid, auth_time, aud: CLIENT_ID });
  expect((await application().userinfo(third)).sub).toBe(ALEX.uid);
});

test('logging out goes back with the state alone, and ends single sign-on and the refresh token', async () => {
  const by = browser();
  const tokens = await logIn(by, { mock_login: ALEX.account });
  const again = await logIn(by, { prompt: 'none' });
  expect(again.claims()['sid']).toBe(tokens.claims()['sid']);

  const { left } = await logOut(by, again.id_token);

  expect(`${left.origin}${left.pathname}`).toBe(GOODBYE);
  expect([...left.searchParams]).toEqual([['state', 'the state of logging out']]);
  const silent = await reasonOf(logIn(by, { prompt: 'none' }));
  expect(silent).toBeInstanceOf(errors.OPError);
  expect(silent).toMatchObject({ error: 'login_required' });
  const refreshed = await reasonOf(application().refresh(again));
  expect(refreshed).toBeInstanceOf(errors.OPError);
  expect(refreshed).toMatchObject({ error: 'invalid_grant' });
});

test('logging out has the application posted a logout token, of the sid and sub of its ID token', async () => {
  const by = browser();
  const tokens = await logIn(by, { mock_login: ALEX.account });

  const { logoutToken } = await logOut(by, tokens.id_token);

  const { issuer: iss, jwks_uri: jwksUri = '' } = issuer.metadata;
  const told = await verifyLogoutToken(logoutToken, { issuer: iss, jwksUri, clientId: CLIENT_ID });
  expect([told.sub, told['sid']]).toEqual([ALEX.uid, tokens.claims()['sid']]);
});

test('a log-in that fails is the library’s OPError, and the next one succeeds', async () => {
  const by = browser();

  const failure = await reasonOf(logIn(by, { mock_login: UMA.account, mock_on_failure: 'redirect' }));

  expect(failure).toBeInstanceOf(errors.OPError);
  expect(failure).toMatchObject({ error: UMA.error, error_description: UMA.description });
  const tokens = await logIn(by, { mock_login: ALEX.account });
  expect(tokens.claims().sub).toBe(ALEX.uid);
});

test('an application that names no authentication is led to client_secret_post by discovery', async () => {
  const as = new issuer.Client({ client_id: CLIENT_ID, client_secret: SECRET, redirect_uris: [CALLBACK] });

  const tokens = await logIn(browser(), { mock_login: ALEX.account }, as);

  expect(tokens.claims().sub).toBe(ALEX.uid);
});

test('an application that insists on Basic gets OPError invalid_client, and the journal says how to mend it', async () => {
  const as = new issuer.Client({
    client_id: CLIENT_ID,
    client_secret: SECRET,
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: 'client_secret_basic',
  });

  const failure = await reasonOf(logIn(browser(), { mock_login: ALEX.account }, as));

  expect(failure).toBeInstanceOf(errors.OPError);
  expect(failure).toMatchObject({ error: 'invalid_client' });
  const refused = (await cis2.journal({ kind: 'refused', client_id: CLIENT_ID })).at(-1);
  expect(refused?.refusal?.mend).toContain('client_secret_post');
});
