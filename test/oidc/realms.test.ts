/** The realms: one provider under several issuers, each of which takes only what it gave. */
import type { LightMyRequestResponse } from 'fastify';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeReceivers, mockWith, receiver } from '../conformance/backchannel-support.ts';
import {
  assertionClaims,
  byAssertion,
  EXAMPLE_JWK,
  EXAMPLE_KEY,
  KEY_CLIENT,
  sign,
} from '../protocol/support.ts';
import {
  type Browser,
  browser,
  CLIENT,
  callback,
  claimsOf,
  encode,
  locationOf,
  type Mock,
  outcomeOf,
  REALM,
  REDIRECT_URI,
  START,
  submit,
  testMock,
} from '../support/mock.ts';
import { eventsOf, refusalOf } from './support.ts';

const ORIGIN = 'http://localhost:8585';
const DEVELOPMENT = '/openam/oauth2/realms/root/realms/oidc';
const KEYCLOAK = '/realms/Cis2-mock-int';

/** What differs between the realms. NHSmail is the authenticator, where nothing else is said. */
const BY_NHSMAIL = { acr: 'AAL2_OR_AAL3_ANY', amr: ['NHSMAIL'], authentication_assurance_level: '2' };
const BY_PASSWORD = { acr: 'AAL1_USERPASS', amr: ['USERPASS'], authentication_assurance_level: '1' };
const REALMS = [
  { path: REALM, claims: { ...BY_NHSMAIL, realm: '/NHSIdentity/Healthcare' } },
  { path: DEVELOPMENT, claims: { ...BY_PASSWORD, realm: '/oidc' } },
  { path: KEYCLOAK, claims: { ...BY_NHSMAIL, realm: '/NHSIdentity/Healthcare' } },
  {
    path: '/auth/realms/Cis2-mock-internal-dev-sandbox',
    claims: { ...BY_NHSMAIL, realm: '/NHSIdentity/Healthcare' },
  },
  { path: `/env/team-a${DEVELOPMENT}`, claims: { ...BY_PASSWORD, realm: '/oidc' } },
  { path: `/env/team-a${KEYCLOAK}`, claims: { ...BY_NHSMAIL, realm: '/NHSIdentity/Healthcare' } },
];

const ENDPOINTS = {
  openam: {
    authorization_endpoint: '/authorize',
    token_endpoint: '/access_token',
    userinfo_endpoint: '/userinfo',
    jwks_uri: '/connect/jwk_uri',
    end_session_endpoint: '/connect/endSession',
    introspection_endpoint: '/introspect',
    revocation_endpoint: '/token/revoke',
  },
  keycloak: {
    authorization_endpoint: '/protocol/openid-connect/auth',
    token_endpoint: '/protocol/openid-connect/token',
    userinfo_endpoint: '/protocol/openid-connect/userinfo',
    jwks_uri: '/protocol/openid-connect/certs',
    end_session_endpoint: '/protocol/openid-connect/logout',
    introspection_endpoint: '/protocol/openid-connect/token/introspect',
    revocation_endpoint: '/protocol/openid-connect/revoke',
  },
} as const;

type Endpoint = keyof typeof ENDPOINTS.openam;

const endpointsOf = (realm: string) => ENDPOINTS[realm.includes('/Cis2-mock-') ? 'keycloak' : 'openam'];
const at = (realm: string, endpoint: Endpoint) => `${realm}${endpointsOf(realm)[endpoint]}`;

let mock: Mock;
beforeAll(async () => {
  const clients = [
    {
      client_id: 'refreshing',
      client_secret: 'secret',
      token_endpoint_auth_method: 'client_secret_post' as const,
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code' as const, 'refresh_token' as const],
    },
  ];
  mock = await testMock({ fixtures: { extends: 'default', clients } });
});
afterAll(async () => {
  closeReceivers();
  await mock.app.close();
});

type Parameters = Readonly<Record<string, string | undefined>>;

const REQUEST = {
  client_id: 'mock-client',
  redirect_uri: REDIRECT_URI,
  response_type: 'code',
  scope: 'openid profile',
  state: 'the-state',
  nonce: 'the-nonce',
};

const authorize = (by: Browser, realm: string, parameters: Parameters = {}) =>
  by.get(`${at(realm, 'authorization_endpoint')}?${encode({ ...REQUEST, ...parameters })}`);

const redeemAt = (realm: string, code: string | null, credentials: Parameters = CLIENT) =>
  browser(mock.app).post(at(realm, 'token_endpoint'), {
    grant_type: 'authorization_code',
    code: code ?? '',
    redirect_uri: REDIRECT_URI,
    ...credentials,
  });

/** The clock of the default environment stands still. */
const timeAt = (realm: string) => (realm.startsWith('/env/') ? Date.now() : START);

const userInfoAt = (realm: string, token: string) =>
  mock.app.inject({
    url: at(realm, 'userinfo_endpoint'),
    headers: { authorization: `Bearer ${token}` },
  });

describe.each(REALMS)('$path', ({ path, claims }) => {
  test('has a discovery document with its own issuer, addresses and classes', async () => {
    const document = (await mock.app.inject(`${path}/.well-known/openid-configuration`)).json();
    const issuer = `${ORIGIN}${path}`;
    const own = Object.entries(endpointsOf(path)).map(([name, below]) => [name, `${issuer}${below}`]);
    expect(document).toMatchObject({ issuer, ...Object.fromEntries(own) });
    expect(document.acr_values_supported.includes(claims.acr)).toBe(true);
    expect(document.acr_values_supported.includes('AAL1_USERPASS')).toBe(claims.realm === '/oidc');
    expect(document.acr_values_supported.includes('AAL3_ANY')).toBe(claims.realm !== '/oidc');
  });

  test('gives a code, an ID token and UserInfo, each with its issuer and what the log-in was', async () => {
    const answer = await authorize(browser(mock.app), path, { mock_login: 'alex.bound@nhs.net' });
    expect(callback(answer).get('iss')).toBe(`${ORIGIN}${path}`);
    const { id_token, access_token } = (await redeemAt(path, callback(answer).get('code'))).json();
    const keys = (await mock.app.inject(at(path, 'jwks_uri'))).json();
    const { payload } = await jwtVerify(id_token, createLocalJWKSet(keys), {
      issuer: `${ORIGIN}${path}`,
      audience: 'mock-client',
      currentDate: new Date(timeAt(path)),
    });
    expect(payload).toMatchObject({ ...claims, sub: '910000000101', nonce: 'the-nonce' });
    expect((await userInfoAt(path, access_token)).json()).toMatchObject({ sub: '910000000101' });
  });

  test('says of a wrong path below it which of its own is the nearest', async () => {
    const answer = await mock.app.inject(`${path}/user_info`);
    expect(answer.statusCode).toBe(404);
    expect(answer.json().error_description).toContain(`Did you mean ${at(path, 'userinfo_endpoint')} ?`);
  });

  test('answers other methods with 405, and browsers of other origins as Healthcare does', async () => {
    const url = at(path, 'token_endpoint');
    expect((await mock.app.inject({ method: 'GET', url })).headers['allow']).toBe('POST, OPTIONS');
    const asked = await mock.app.inject({
      method: 'OPTIONS',
      url,
      headers: { origin: 'http://localhost:3000', 'access-control-request-method': 'POST' },
    });
    expect(asked.headers['access-control-allow-origin']).toBe('http://localhost:3000');
  });

  test('answers an authorization request that is a form with one that is a link, in the same realm', async () => {
    const answer = await browser(mock.app).post(at(path, 'authorization_endpoint'), REQUEST);
    expect(answer.statusCode).toBe(303);
    expect(locationOf(answer)).toContain(`${at(path, 'authorization_endpoint')}?`);
  });

  test('is found by an address that is percent-encoded where it need not be', async () => {
    const discovery = `${path}/.well-known/%6fpenid-configuration`.replace('/realms/', '/re%61lms/');
    const answer = await mock.app.inject(discovery);
    expect(answer.json().issuer).toBe(`${ORIGIN}${path}`);
  });

  test('ends at the last letter of its path', async () => {
    const answer = await mock.app.inject(`${path}x.y/.well-known/openid-configuration`);
    expect(answer.statusCode).toBe(404);
  });

  test('names itself where it asks for a token or for client authentication', async () => {
    const userInfo = await mock.app.inject(at(path, 'userinfo_endpoint'));
    expect(userInfo.headers['www-authenticate']).toContain(`Bearer realm="${claims.realm}"`);
    const token = await mock.app.inject({
      method: 'POST',
      url: at(path, 'token_endpoint'),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from('nobody:x').toString('base64')}`,
      },
      payload: 'grant_type=authorization_code&code=x',
    });
    expect(token.headers['www-authenticate']).toBe(`Basic realm="${claims.realm}"`);
  });

  test('takes assertions that name its own token endpoint or issuer, and those of no other', async () => {
    const issuer = `${ORIGIN}${path}`;
    const elsewhere = path === REALM ? KEYCLOAK : REALM;
    const described = async (aud: string) => {
      const now = Math.floor(timeAt(path) / 1000);
      const assertion = assertionClaims(KEY_CLIENT, { aud, iat: now, exp: now + 60 });
      const answer = await browser(mock.app).post(at(path, 'token_endpoint'), {
        grant_type: 'authorization_code',
        code: 'x',
        redirect_uri: REDIRECT_URI,
        ...byAssertion(await sign(assertion, EXAMPLE_KEY, { alg: 'RS256', kid: EXAMPLE_JWK.kid })),
      });
      return answer.json().error;
    };
    expect(await described(`${ORIGIN}${at(path, 'token_endpoint')}`)).toBe('invalid_grant');
    expect(await described(issuer)).toBe('invalid_grant');
    expect(await described(`${ORIGIN}${at(elsewhere, 'token_endpoint')}`)).toBe('invalid_client');
  });

  test('asks whether to log out by a form of its own, and takes it', async () => {
    const by = browser(mock.app);
    const url = at(path, 'end_session_endpoint');
    await authorize(by, path, { mock_login: 'alex.bound@nhs.net' });
    expect((await by.get(url)).body).toContain(`action="${url}"`);
    const fromElsewhere = await by.post(url, { state: 'x' });
    expect(locationOf(fromElsewhere)).toBe(`${url}?state=x`);
    const loggedOut = await by.post(url, { logout_confirmed: 'yes' });
    expect(loggedOut.body).toContain('data-testid="page-logged-out"');
  });

  test.each(['ISS_WRONG', 'ID_TOKEN_ISS_WRONG', 'DISCOVERY_ISSUER_WRONG'])(
    'has another issuer that a scenario may put in place of its own: %s',
    async (code) => {
      const answer = await authorize(browser(mock.app), path, {
        mock_login: 'alex.bound@nhs.net',
        mock_scenario: code,
      });
      const { id_token } = (await redeemAt(path, callback(answer).get('code'))).json();
      const document = (await mock.app.inject(`${path}/.well-known/openid-configuration`)).json();
      const issuers = {
        ISS_WRONG: callback(answer).get('iss'),
        ID_TOKEN_ISS_WRONG: claimsOf(id_token)['iss'],
        DISCOVERY_ISSUER_WRONG: document.issuer,
      };
      const wrong = Object.entries(issuers).filter(([, issuer]) => issuer !== `${ORIGIN}${path}`);
      expect(wrong.map(([scenario]) => scenario)).toEqual([code]);
      expect(wrong[0]?.[1]).toMatch(/^http:\/\/localhost:8585\/.*realms\/./);
    },
  );

  test('sends an error back with its issuer', async () => {
    const by = browser(mock.app);
    for (const wrong of [{ scope: 'profile' }, { prompt: 'none' }])
      expect(callback(await authorize(by, path, wrong)).get('iss')).toBe(`${ORIGIN}${path}`);
  });

  test('is named in the journal by the addresses that were asked', async () => {
    const answer = await mock.app.inject(at(path, 'jwks_uri'));
    const prefix = path.startsWith('/env/') ? '/env/team-a' : '';
    const url = `${prefix}/_mock/journal?${encode({ request_id: String(answer.headers['x-mock-cis2-request-id']), kind: 'request_answered' })}`;
    const [event] = (await mock.app.inject(url)).json();
    expect(`${prefix}${event.details.path}`).toBe(at(path, 'jwks_uri'));
    expect(event.explanation).toContain(`GET ${endpointsOf(path).jwks_uri} was answered with 200`);
  });
});

describe('what one issuer gave, another does not take', () => {
  const OTHERS = [
    { gave: REALM, asked: DEVELOPMENT },
    { gave: DEVELOPMENT, asked: REALM },
    { gave: KEYCLOAK, asked: REALM },
    { gave: KEYCLOAK, asked: '/realms/Cis2-mock-ref' },
  ];
  const credentials = { client_id: 'refreshing', client_secret: 'secret' };
  const codeOf = async (realm: string) =>
    callback(
      await authorize(browser(mock.app), realm, {
        client_id: 'refreshing',
        acr_values: 'AAL2_ANY',
        mock_login: 'alex.bound@nhs.net',
      }),
    ).get('code');

  test.each(OTHERS)(
    'a code of $gave at $asked; it stays good where it was given',
    async ({ gave, asked }) => {
      const code = await codeOf(gave);
      const refused = await redeemAt(asked, code, credentials);
      expect([refused.statusCode, refused.json().error]).toEqual([400, 'invalid_grant']);
      expect(await refusalOf(mock, refused)).toMatchObject({
        rule: 'A code is redeemed at the issuer that gave it.',
        found: `a code of ${gave}`,
        expected: `a code of ${asked}`,
      });
      expect((await redeemAt(gave, code, credentials)).statusCode).toBe(200);
    },
  );

  test.each(OTHERS)('tokens of $gave at $asked', async ({ gave, asked }) => {
    const tokens = (await redeemAt(gave, await codeOf(gave), credentials)).json();
    const by = browser(mock.app);
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, ...credentials };

    const refused = await by.post(at(asked, 'token_endpoint'), refresh);
    expect([refused.statusCode, refused.json().error]).toEqual([400, 'invalid_grant']);
    expect((await refusalOf(mock, refused)).found).toBe(`one of another issuer, ${gave}`);

    const userInfo = await userInfoAt(asked, tokens.access_token);
    expect(userInfo.statusCode).toBe(401);
    expect((await refusalOf(mock, userInfo)).found).toBe(`an access token of another issuer, ${gave}`);

    const token = { token: tokens.access_token, ...credentials };
    for (const [endpoint, said] of [
      ['introspection_endpoint', '{"active":false}'],
      ['revocation_endpoint', ''],
    ] as const) {
      const answer = await by.post(at(asked, endpoint), token);
      expect([answer.statusCode, answer.body]).toEqual([200, said]);
      const [warned] = await eventsOf(mock, answer, 'warned');
      expect(warned?.explanation).toContain(`one of another issuer, ${gave}, and counts as unknown here`);
    }

    // All of them are still good where they were given.
    const known = (await by.post(at(gave, 'introspection_endpoint'), token)).json();
    expect(known).toMatchObject({ active: true, iss: `${ORIGIN}${gave}` });
    const renewed = (await by.post(at(gave, 'token_endpoint'), refresh)).json();
    expect(claimsOf(renewed.id_token)['iss']).toBe(`${ORIGIN}${gave}`);
  });

  test('an ID token as a hint', async () => {
    const { id_token } = (await redeemAt(DEVELOPMENT, await codeOf(DEVELOPMENT), credentials)).json();
    const hinted = { id_token_hint: id_token, mock_login: 'alex.bound@nhs.net' };
    const by = browser(mock.app);
    expect(callback(await authorize(by, REALM, hinted)).get('error')).toBe('invalid_request');
    expect(callback(await authorize(by, DEVELOPMENT, hinted)).get('code')).not.toBeNull();
  });
});

describe('the development realm', () => {
  const open = async (by: Browser, parameters: Parameters = {}) =>
    locationOf(await authorize(by, DEVELOPMENT, parameters));

  test.each([
    ['a UID', '910000000101', '910000000101'],
    ['an NHSmail account that is bound', 'Alex.Bound@nhs.net', '910000000101'],
    ['the e-mail address of a person whose account is not bound', 'uma.unbound@nhs.net', '910000000105'],
    ['one that is no NHSmail account', 'farah.quill@northmoor.example', '656005750104'],
  ])('logs in by user name and password, or without pages: %s', async (_what, userName, uid) => {
    const by = browser(mock.app);
    const login = await open(by);
    expect((await by.get(login)).body).toContain('data-testid="page-password-sign-in"');
    const answer = await submit(by, `${login}/password`, {
      user_name: ` ${userName} `,
      password: 'password',
    });
    expect(outcomeOf(answer)).toBe('authenticated');
    const { id_token } = (await redeemAt(DEVELOPMENT, callback(answer).get('code'))).json();
    expect(claimsOf(id_token)).toMatchObject({ ...BY_PASSWORD, sub: uid });

    const headless = await authorize(browser(mock.app), DEVELOPMENT, { mock_login: userName });
    const { id_token: same } = (await redeemAt(DEVELOPMENT, callback(headless).get('code'))).json();
    expect(claimsOf(same)).toMatchObject({ ...BY_PASSWORD, sub: uid });
  });

  test.each([
    ['nothing', {}, ['>Enter the user name of a test account\n', '>Enter the password\n']],
    [
      'a user name of blanks',
      { user_name: '  ', password: 'password' },
      ['>Enter the user name of a test account\n'],
    ],
    [
      'a user name that nobody has',
      { user_name: 'alex.bond@nhs.net', password: 'password' },
      ['>There is no test account alex.bond@nhs.net. Accounts with a similar name: alex.bound@nhs.net\n'],
    ],
    [
      'an NHSmail account of nobody',
      { user_name: 'noel.noprofile@nhs.net', password: 'password' },
      ['>There is no test account noel.noprofile@nhs.net.\n'],
    ],
    [
      'another password',
      { user_name: '910000000101', password: 'secret' },
      ['>The password of every test account is password\n'],
    ],
  ])('shows the form again, and logs nobody in, for %s', async (_what, form, errors) => {
    const by = browser(mock.app);
    const login = await open(by);
    const page = await submit(by, `${login}/password`, form);
    expect(page.statusCode).toBe(200);
    for (const error of errors) expect(page.body).toContain(error);
    expect((await by.get(`${login}/step`)).json()).toEqual({ step: 'password_sign_in' });
  });

  test('offers what login_hint names as the user name', async () => {
    const by = browser(mock.app);
    const page = await by.get(await open(by, { login_hint: '910000000102' }));
    expect(page.body).toContain('name="user_name" type="text" value="910000000102"');
  });

  test('has no NHSmail in it: whoever fails there by NHSmail logs in here', async () => {
    for (const persona of ['uma.unbound@nhs.net', 'bea.notinbeta@nhs.net', 'sol.slow@nhs.net']) {
      expect(outcomeOf(await authorize(browser(mock.app), REALM, { mock_login: persona }))).not.toBe(
        'authenticated',
      );
      const answer = await authorize(browser(mock.app), DEVELOPMENT, { mock_login: persona });
      expect(outcomeOf(answer), persona).toBe('authenticated');
    }
  });

  test('has the scenarios of its people all the same, and Try again leads back to its sign-in', async () => {
    const by = browser(mock.app);
    const login = await open(by);
    const form = { user_name: 'tess.temporary@nhs.net', password: 'password' };
    const failed = await submit(by, `${login}/password`, form);
    expect(outcomeOf(failed)).toBe('internal_error');
    const again = await by.post(`${login}/try-again`);
    const anew = await submit(by, `${locationOf(again)}/password`, form);
    expect(callback(anew).get('iss')).toBe(`${ORIGIN}${DEVELOPMENT}`);
  });

  test('sends a failure back with its issuer', async () => {
    const by = browser(mock.app);
    const login = await open(by);
    await submit(by, `${login}/password`, { user_name: 'ira.internalerror@nhs.net', password: 'password' });
    const back = callback(await by.post(`${login}/return`));
    expect([back.get('error'), back.get('iss')]).toEqual(['server_error', `${ORIGIN}${DEVELOPMENT}`]);
  });

  test.each([
    ['mock_login', { mock_login: 'noel.noprofile@nhs.net' }, 'an NHSmail account without a profile'],
    ['mock_login', { mock_login: 'nobody@nhs.net' }, 'nobody@nhs.net'],
    ['mock_role', { mock_login: 'uma.unbound@nhs.net', mock_role: '930001020002' }, '930001020002'],
  ])('refuses what names nobody who can log in here: %s', async (parameter, parameters, found) => {
    const refused = await authorize(browser(mock.app), DEVELOPMENT, parameters);
    expect(callback(refused).get('error')).toBe('invalid_request');
    const refusal = await refusalOf(mock, refused);
    expect(refusal.parameter).toBe(parameter);
    expect(refusal.found).toContain(found);
  });

  test('selects the role that mock_role names, or the first, though the account is not bound', async () => {
    const uma = (await mock.app.inject('/_mock/people/910000000105')).json();
    const [first] = uma.roles;
    for (const more of [{}, { mock_role: first.person_roleid }]) {
      const answer = await authorize(browser(mock.app), DEVELOPMENT, {
        mock_login: 'uma.unbound@nhs.net',
        scope: 'openid selectedrole',
        ...more,
      });
      const { id_token } = (await redeemAt(DEVELOPMENT, callback(answer).get('code'))).json();
      expect(claimsOf(id_token)['selected_roleid']).toBe(first.person_roleid);
    }
  });

  test('logs in automatically whom a setting names, and shows its page where that is nobody', async () => {
    const automatic = (persona: string) =>
      testMock({
        fixtures: {
          extends: 'default',
          settings: { interaction: 'automatic', automatic_persona: persona },
        },
      });
    const alex = await automatic('alex.bound@nhs.net');
    expect(outcomeOf(await authorize(browser(alex.app), DEVELOPMENT))).toBe('authenticated');
    const hint = { login_hint: 'noel.noprofile@nhs.net' };
    expect(callback(await authorize(browser(alex.app), DEVELOPMENT, hint)).get('error')).toBe(
      'invalid_request',
    );
    const noel = await automatic('noel.noprofile@nhs.net');
    const by = browser(noel.app);
    expect(locationOf(await authorize(by, DEVELOPMENT))).toMatch(/^\/login\//);
    const silent = await authorize(by, DEVELOPMENT, { prompt: 'none' });
    expect(callback(silent).get('error')).toBe('login_required');
  });

  test('asks again where its session ends while a role is chosen', async () => {
    const by = browser(mock.app);
    await authorize(by, DEVELOPMENT, { mock_login: 'robin.roles@nhs.net' });
    const login = await open(by, { scope: 'openid selectedrole' });
    expect((await by.get(`${login}/step`)).json()).toEqual({ step: 'select_role' });
    const sessions = (await mock.app.inject('/_mock/sessions')).json();
    for (const { clients } of sessions) {
      const sid = encodeURIComponent(clients[0].sid);
      await mock.app.inject({ method: 'POST', url: `/_mock/sessions/${sid}/logout` });
    }
    const page = await submit(by, `${login}/role`, { do: 'without' });
    expect(page.body).toContain('data-testid="page-password-sign-in"');
  });

  test('knows one class: any other that is asked for makes the acr claim "0", and the journal says so', async () => {
    const answer = await authorize(browser(mock.app), DEVELOPMENT, {
      acr_values: 'AAL3_ANY',
      mock_login: '910000000101',
    });
    const { id_token } = (await redeemAt(DEVELOPMENT, callback(answer).get('code'))).json();
    expect(claimsOf(id_token)).toMatchObject({ acr: '0', amr: ['USERPASS'] });
    const [warned] = await eventsOf(mock, answer, 'warned');
    expect(warned?.explanation).toContain('CIS2 has AAL1_USERPASS');
  });

  test('has a class that Healthcare does not know', async () => {
    const answer = await authorize(browser(mock.app), REALM, {
      acr_values: 'AAL1_USERPASS',
      mock_login: 'alex.bound@nhs.net',
    });
    const { id_token } = (await redeemAt(REALM, callback(answer).get('code'))).json();
    expect(claimsOf(id_token)).toMatchObject({ acr: '0', amr: ['NHSMAIL'] });
  });

  test('and Healthcare sign in apart: the session of one does not serve the other', async () => {
    const by = browser(mock.app);
    await authorize(by, DEVELOPMENT, { mock_login: '910000000101' });
    expect(callback(await authorize(by, DEVELOPMENT)).get('code')).not.toBeNull();
    expect(callback(await authorize(by, REALM, { prompt: 'none' })).get('error')).toBe('login_required');
    await authorize(by, REALM, { mock_login: 'alex.bound@nhs.net' });
    expect(callback(await authorize(by, DEVELOPMENT, { prompt: 'none' })).get('error')).toBe(
      'login_required',
    );
  });

  test('cannot be reached by the form of another realm’s log-in', async () => {
    const by = browser(mock.app);
    const login = locationOf(await authorize(by, REALM));
    const form = { user_name: '910000000101', password: 'password' };
    expect((await by.post(`${login}/password`, form)).statusCode).toBe(409);
    const weak = await submit(by, `${login}/authenticator`, { authenticator: 'user_password' });
    expect(outcomeOf(weak)).toBe('authenticator_too_weak');
  });
});

describe('another name of the same provider', () => {
  test('shares its sessions, people and scenarios', async () => {
    const by = browser(mock.app);
    await authorize(by, REALM, { mock_login: 'alex.bound@nhs.net' });
    expect(callback(await authorize(by, KEYCLOAK)).get('code')).not.toBeNull();
    const uma = await authorize(by, KEYCLOAK, { mock_login: 'uma.unbound@nhs.net' });
    expect([uma.statusCode, outcomeOf(uma)]).toEqual([403, 'nhsmail_not_registered']);
    const queued = { code: 'SERVICE_UNAVAILABLE', times: 1, endpoint: 'jwks' };
    await mock.app.inject({ method: 'POST', url: '/_mock/scenarios', payload: queued });
    expect((await mock.app.inject(at(KEYCLOAK, 'jwks_uri'))).statusCode).toBe(503);
  });

  test('keeps its issuer where INTERNAL_ORIGIN is set, and where the issuer follows the Host', async () => {
    const discovery = `${KEYCLOAK}/.well-known/openid-configuration`;
    const two = await testMock({ publicOrigin: 'https://a.test:443', internalOrigin: 'http://mock:8585' });
    expect((await two.app.inject(discovery)).json()).toMatchObject({
      issuer: `https://a.test:443${KEYCLOAK}`,
      authorization_endpoint: `https://a.test:443${at(KEYCLOAK, 'authorization_endpoint')}`,
      token_endpoint: `http://mock:8585${at(KEYCLOAK, 'token_endpoint')}`,
    });
    const following = await testMock({ issuerFromHost: true });
    const answer = await following.app.inject({ url: discovery, headers: { host: 'b.test:8080' } });
    expect(answer.json().issuer).toBe(`http://b.test:8080${KEYCLOAK}`);
  });

  test.each(['/realms/another', '/realms/Cis2-mock-', '/realms/cis2-mock-int', '/realms/Cis2-mock-a.b'])(
    'is none that has another form: %s',
    async (path) => {
      const answer = await mock.app.inject(`${path}/.well-known/openid-configuration`);
      expect(answer.statusCode).toBe(404);
      expect(answer.json().error_description).toContain(`Did you mean ${REALM}/.well-known/`);
    },
  );
});

describe('a logout token has the issuer by which its client logged in last', () => {
  const RP = { client_id: 'rp-a', redirect_uri: 'https://rp-a.example.test/callback' };
  const RP_B = { client_id: 'rp-b', redirect_uri: 'https://rp-b.example.test/callback' };
  const ALEX = 'alex.bound@nhs.net';
  const redeemed = async (by: Browser, realm: string, answer: LightMyRequestResponse, clientId: string) =>
    (
      await by.post(at(realm, 'token_endpoint'), {
        grant_type: 'authorization_code',
        code: callback(answer).get('code') ?? '',
        redirect_uri: `https://${clientId}.example.test/callback`,
        client_id: clientId,
        client_secret: 'secret',
      })
    ).json();

  async function stage() {
    const [told, other] = [await receiver(), await receiver()];
    const heard = await mockWith(told, other);
    const by = browser(heard.app);
    const logIn = async (realm: string, parameters: Parameters) => {
      const answer = await authorize(by, realm, parameters);
      expect(outcomeOf(answer)).toBe('authenticated');
      return answer;
    };
    const issuerTold = async () => {
      await heard.environment.background.settled();
      return claimsOf(told.received.at(-1)?.form[0]?.[1] ?? '')['iss'];
    };
    return { heard, by, logIn, issuerTold };
  }

  test.each([
    { realms: [DEVELOPMENT] },
    { realms: [KEYCLOAK] },
    { realms: [KEYCLOAK, REALM] },
    { realms: [REALM, DEVELOPMENT] },
  ])('$realms, whatever it logged in by before', async ({ realms }) => {
    const { logIn, issuerTold } = await stage();
    for (const realm of realms) await logIn(realm, { ...RP, mock_login: ALEX });
    // The same person at another application, then somebody else at the same browser: the session ends.
    await logIn(REALM, { mock_login: ALEX });
    await logIn(REALM, { mock_login: 'ivy.lowassurance@nhs.net' });
    expect(await issuerTold()).toBe(`${ORIGIN}${realms.at(-1)}`);
  });

  test('whoever ends the session by another: somebody else who logs in there', async () => {
    const { logIn, issuerTold } = await stage();
    await logIn(REALM, { ...RP, mock_login: ALEX });
    await logIn(KEYCLOAK, { mock_login: 'ivy.lowassurance@nhs.net' });
    expect(await issuerTold()).toBe(`${ORIGIN}${REALM}`);
  });

  test('whoever ends the session by another: an application that logs out there', async () => {
    const { by, logIn, issuerTold } = await stage();
    await logIn(REALM, { ...RP, mock_login: ALEX });
    const answer = await logIn(DEVELOPMENT, { ...RP_B, mock_login: ALEX });
    const { id_token } = await redeemed(by, DEVELOPMENT, answer, 'rp-b');
    await by.get(`${at(DEVELOPMENT, 'end_session_endpoint')}?${encode({ id_token_hint: id_token })}`);
    expect(await issuerTold()).toBe(`${ORIGIN}${REALM}`);
  });

  test('whoever ends the session by another: the person, on its page', async () => {
    const { by, logIn, issuerTold } = await stage();
    await logIn(REALM, { ...RP, mock_login: ALEX });
    await by.post(at(KEYCLOAK, 'end_session_endpoint'), { logout_confirmed: 'yes' });
    expect(await issuerTold()).toBe(`${ORIGIN}${REALM}`);
  });

  test('unless a scenario puts another in its place, asked for by a log-in long before', async () => {
    const { logIn, issuerTold } = await stage();
    await logIn(DEVELOPMENT, { ...RP, mock_login: ALEX, mock_scenario: 'LOGOUT_ISS_WRONG' });
    // The same person signs in again, for another application.
    await logIn(REALM, { mock_login: ALEX });
    await logIn(REALM, { mock_login: 'ivy.lowassurance@nhs.net' });
    expect(await issuerTold()).toBe(`${ORIGIN}${REALM}`);
  });
});
