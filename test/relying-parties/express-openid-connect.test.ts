/** An Express application with express-openid-connect, which does all by itself, the receiving of logout tokens too. */
import express, { type ErrorRequestHandler } from 'express';
import { auth, requiresAuth, type SessionStore, type SessionStorePayload } from 'express-openid-connect';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MockCis2, startMockCis2 } from '../../src/index.ts';
import {
  ALEX,
  answerToLogoutToken,
  type Browser,
  browser,
  endSession,
  type Listening,
  listen,
  redirectOf,
  register,
  SECRET,
  UMA,
} from './support.ts';

const CLIENT_ID = 'express-openid-connect';

let cis2: MockCis2;
let application: Listening;

beforeAll(async () => {
  cis2 = await startMockCis2({ port: 0, logLevel: 'silent' });
  const app = express();
  application = await listen(app);
  await register(cis2, {
    client_id: CLIENT_ID,
    redirect_uris: [`${application.url}/callback`],
    post_logout_redirect_uris: [`${application.url}/goodbye`],
    backchannel_logout_uri: `${application.url}/backchannel-logout`,
  });
  furnish(app);
});
afterAll(async () => {
  await cis2.close();
  await application.close();
});

/** Where the library notes which sessions were logged out. */
function logoutStore(): SessionStore<Pick<SessionStorePayload, 'cookie'>> {
  const noted = new Map<string, SessionStorePayload<Pick<SessionStorePayload, 'cookie'>>>();
  return {
    get: (id, done) => done(null, noted.get(id)),
    set: (id, value, done) => done?.(void noted.set(id, value)),
    destroy: (id, done) => done?.(void noted.delete(id)),
  };
}

/** The application: everything of the library’s, and what it knows of the person as JSON. */
function furnish(app: express.Express) {
  app.use(
    auth({
      issuerBaseURL: cis2.issuer,
      baseURL: application.url,
      clientID: CLIENT_ID,
      clientSecret: SECRET,
      clientAuthMethod: 'client_secret_post',
      secret: 'a secret of the application’s own cookies',
      authRequired: false,
      idpLogout: true,
      authorizationParams: { response_type: 'code', scope: 'openid profile email' },
      backchannelLogout: { store: logoutStore() },
      routes: { login: false, postLogoutRedirect: '/goodbye' },
      logoutParams: { state: 'the state of logging out' },
    }),
  );
  app.get('/login', (request, response) =>
    response.oidc.login({ returnTo: '/me', authorizationParams: { ...request.query } }),
  );
  app.get('/me', (request, response) => {
    if (!request.oidc.isAuthenticated()) return void response.status(401).json({ authenticated: false });
    response.json({ ...request.oidc.idTokenClaims });
  });
  app.get('/userinfo', requiresAuth(), async (request, response) => {
    response.json(await request.oidc.fetchUserInfo());
  });
  app.get('/refresh', requiresAuth(), async (request, response) => {
    const before = request.oidc.accessToken?.access_token;
    const after = await request.oidc.accessToken?.refresh();
    response.json({ before, after: after?.access_token });
  });
  app.get('/goodbye', (request, response) => {
    response.json({ query: request.query, authenticated: request.oidc.isAuthenticated() });
  });
  const tell: ErrorRequestHandler = (error, _request, response, _next) => {
    const { name, status, error: code, error_description: description } = error;
    response.status(status).json({ name, code, description });
  };
  app.use(tell);
}

const at = (path: string) => `${application.url}${path}`;

/** What the application answers in the end, after all redirects. */
async function visit(by: Browser, to: string | URL) {
  const response = await by.go(to);
  const json = (await response.json()) as Record<string, unknown>;
  return { url: response.url, status: response.status, json };
}

const logIn = (by: Browser, parameters: Record<string, string> = { mock_login: ALEX.account }) =>
  visit(by, at(`/login?${new URLSearchParams(parameters)}`));

test('a log-in gives an ID token, and UserInfo of the same person', async () => {
  const by = browser();

  const { url, json } = await logIn(by);

  expect(url).toBe(at('/me'));
  expect(json).toMatchObject({ iss: cis2.issuer, sub: ALEX.uid, aud: CLIENT_ID, amr: ['NHSMAIL'] });
  const user = await visit(by, at('/userinfo'));
  expect(user.json).toMatchObject({ sub: ALEX.uid, email: ALEX.account, family_name: 'Bound' });
});

test('a refresh gives another access token, which serves, of the same sign-in', async () => {
  const by = browser();
  const { json: first } = await logIn(by);

  const { json: tokens } = await visit(by, at('/refresh'));

  expect(tokens['after']).toEqual(expect.any(String));
  expect(tokens['after']).not.toBe(tokens['before']);
  const { sid, auth_time } = first;
  expect((await visit(by, at('/me'))).json).toMatchObject({ sub: ALEX.uid, sid, auth_time });
  expect((await visit(by, at('/userinfo'))).json['sub']).toBe(ALEX.uid);
});

test('logging out goes back with the state alone, and a silent log-in then gives login_required', async () => {
  const by = browser();
  await logIn(by);
  expect((await logIn(by, { prompt: 'none' })).json['sub']).toBe(ALEX.uid);

  const toProvider = redirectOf(await by.send(at('/logout')));
  // Waits for the logout token too, which the library would take for one of the next test’s session of this sub.
  const { ended: goodbye, answer } = await answerToLogoutToken(cis2, CLIENT_ID, () => visit(by, toProvider));

  expect(toProvider.searchParams.has('id_token_hint')).toBe(true);
  expect(answer).toMatchObject({ status: 204 });
  expect(goodbye.url.startsWith(at('/goodbye?'))).toBe(true);
  expect(goodbye.json).toEqual({ query: { state: 'the state of logging out' }, authenticated: false });
  expect(await logIn(by, { prompt: 'none' })).toMatchObject({
    status: 400,
    json: { code: 'login_required' },
  });
});

test('a session that ends elsewhere ends at the application, which verifies the logout token itself', async () => {
  const by = browser();
  const { json } = await logIn(by);
  expect((await visit(by, at('/me'))).status).toBe(200);

  const { answer } = await answerToLogoutToken(cis2, CLIENT_ID, () => endSession(cis2, String(json['sid'])));

  expect(answer).toMatchObject({ status: 204 });
  expect((await visit(by, at('/me'))).status).toBe(401);
  expect((await logIn(by, { prompt: 'none' })).json['code']).toBe('login_required');
  // A new log-in is not taken for the one that ended.
  expect((await logIn(by)).json['sub']).toBe(ALEX.uid);
  expect((await visit(by, at('/me'))).status).toBe(200);
});

test('a log-in that fails is the library’s BadRequestError of access_denied, and the next one succeeds', async () => {
  const by = browser();

  const failed = await logIn(by, { mock_login: UMA.account, mock_on_failure: 'redirect' });

  expect(failed).toMatchObject({
    status: 400,
    json: { name: 'BadRequestError', code: UMA.error, description: UMA.description },
  });
  expect((await visit(by, at('/me'))).status).toBe(401);
  expect((await logIn(by)).json['sub']).toBe(ALEX.uid);
});
