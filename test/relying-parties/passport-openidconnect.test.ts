/**
 * An Express application with passport-openidconnect. The library logs in and no more, and trusts the channel for the
 * ID token: signatures, logging out and logout tokens are the application’s own. The person walks the pages.
 */
import express, { type ErrorRequestHandler } from 'express';
import session, { MemoryStore } from 'express-session';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import passportModule from 'passport';
import openIdConnect, { type Verify } from 'passport-openidconnect';
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
  signInOnPages,
  UMA,
  verifyLogoutToken,
} from './support.ts';

const CLIENT_ID = 'passport-openidconnect';

/** The person as the application keeps them. */
interface Person {
  sub: string;
  sid: string;
  email: string | undefined;
  familyName: string | undefined;
  idToken: string;
}

let cis2: MockCis2;
let application: Listening;

beforeAll(async () => {
  cis2 = await startMockCis2({ port: 0, logLevel: 'silent' });
  const app = express();
  application = await listen(app);
  await register(cis2, {
    client_id: CLIENT_ID,
    redirect_uris: [at('/callback')],
    post_logout_redirect_uris: [at('/goodbye')],
    backchannel_logout_uri: at('/backchannel-logout'),
  });
  furnish(app, (await (await fetch(cis2.discoveryUrl)).json()) as Record<string, string>);
});
afterAll(async () => {
  await cis2.close();
  await application.close();
});

const at = (path: string) => `${application.url}${path}`;

function furnish(app: express.Express, provider: Record<string, string>) {
  const { issuer = '', jwks_uri: jwksUri = '' } = provider;
  const keys = createRemoteJWKSet(new URL(jwksUri));
  const store = new MemoryStore();
  const sessionOf = new Map<string, string>();

  const verify: Verify = (_issuer, userInfo, idClaims, _context, idToken, _access, _refresh, _all, done) => {
    if (userInfo.id !== idClaims.id) return done(new Error('UserInfo is of somebody else'));
    jwtVerify(idToken, keys, { issuer, audience: CLIENT_ID, algorithms: ['RS256'] }).then(({ payload }) => {
      const email = userInfo.emails?.[0]?.value;
      const familyName = userInfo.name?.familyName;
      done(null, { sub: idClaims.id, sid: String(payload['sid']), email, familyName, idToken });
    }, done);
  };
  const passport = new passportModule.Passport();
  const strategy = new openIdConnect.Strategy(
    {
      issuer,
      // The library takes over what is in the query already.
      authorizationURL: `${provider['authorization_endpoint']}?mock_on_failure=redirect`,
      tokenURL: provider['token_endpoint'] ?? '',
      userInfoURL: provider['userinfo_endpoint'] ?? '',
      clientID: CLIENT_ID,
      clientSecret: SECRET,
      callbackURL: at('/callback'),
      scope: ['profile', 'email'],
      nonce: true,
    },
    verify,
  );
  passport.use(strategy);
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user: Person, done) => done(null, user));

  app.use(session({ secret: SECRET, resave: false, saveUninitialized: false, store }));
  app.use(passport.session());
  app.get('/login', passport.authenticate('openidconnect'));
  app.get('/silent', passport.authenticate('openidconnect', { prompt: 'none' }));
  app.get(
    '/callback',
    passport.authenticate('openidconnect', { failureRedirect: '/failed', failureMessage: true }),
    (request, response) => {
      sessionOf.set((request.user as Person).sid, request.sessionID);
      response.redirect('/me');
    },
  );
  app.get('/failed', (request, response) => {
    response.status(403).json(request.session);
  });
  app.get('/me', (request, response) => {
    if (request.user) response.json(request.user);
    else response.status(401).json({});
  });
  app.get('/logout', (request, response, next) => {
    const url = new URL(provider['end_session_endpoint'] ?? '');
    url.searchParams.set('id_token_hint', (request.user as Person).idToken);
    url.searchParams.set('post_logout_redirect_uri', at('/goodbye'));
    url.searchParams.set('state', 'the state of logging out');
    request.logout((error) => (error ? next(error) : response.redirect(url.href)));
  });
  app.get('/goodbye', (request, response) => {
    response.json(request.query);
  });
  app.post('/backchannel-logout', express.urlencoded(), async (request, response) => {
    const told = await verifyLogoutToken(request.body.logout_token, { issuer, jwksUri, clientId: CLIENT_ID });
    store.destroy(sessionOf.get(String(told['sid'])) ?? '', () => response.json({ sub: told.sub }));
  });
  const tell: ErrorRequestHandler = (error, _request, response, _next) => {
    response.status(error.status ?? 500).json({ name: error.name, code: error.code });
  };
  app.use(tell);
}

async function read(response: Response) {
  const json = (await response.json()) as Record<string, unknown>;
  return { url: response.url, status: response.status, json };
}

const visit = async (by: Browser, path: string) => read(await by.go(at(path)));

const logIn = async (by: Browser, email: string) =>
  read(await signInOnPages(by, await by.go(at('/login')), email));

test('a log-in on the pages gives an ID token, and UserInfo of the same person', async () => {
  const { url, json } = await logIn(browser(), ALEX.account);

  expect(url).toBe(at('/me'));
  expect(json).toMatchObject({ sub: ALEX.uid, email: ALEX.account, familyName: 'Bound' });
});

test('logging out goes back with the state alone, and a silent log-in then is AuthorizationError login_required', async () => {
  const by = browser();
  const { json: first } = await logIn(by, ALEX.account);
  expect((await visit(by, '/silent')).json).toMatchObject({ sub: ALEX.uid, sid: first['sid'] });

  const { ended: goodbye, answer } = await answerToLogoutToken(cis2, CLIENT_ID, async () =>
    read(await by.go(redirectOf(await by.send(at('/logout'))))),
  );

  expect(answer).toMatchObject({ status: 200 });
  expect(goodbye.url.startsWith(at('/goodbye?'))).toBe(true);
  expect(goodbye.json).toEqual({ state: 'the state of logging out' });
  expect((await visit(by, '/silent')).json).toEqual({ name: 'AuthorizationError', code: 'login_required' });
});

test('a session that ends elsewhere ends at the application, by a logout token of the sid and sub of its ID token', async () => {
  const by = browser();
  const other = browser();
  const { json } = await logIn(by, ALEX.account);
  await logIn(other, ALEX.account);

  const { answer } = await answerToLogoutToken(cis2, CLIENT_ID, () => endSession(cis2, String(json['sid'])));

  expect(answer).toEqual({ status: 200, body: JSON.stringify({ sub: ALEX.uid }) });
  expect((await visit(by, '/me')).status).toBe(401);
  expect((await visit(other, '/me')).status).toBe(200);
});

test('a log-in that fails with access_denied is the library’s failure, and the next one succeeds', async () => {
  const by = browser();

  const failed = await logIn(by, UMA.account);

  expect(failed.url).toBe(at('/failed'));
  expect(failed.json).toMatchObject({ messages: [UMA.description] });
  expect((await visit(by, '/me')).status).toBe(401);
  expect((await logIn(by, ALEX.account)).json['sub']).toBe(ALEX.uid);
});
