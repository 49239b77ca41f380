/** Every failure that can be brought about, and what the demonstration application makes of it. */
import { beforeAll, describe, expect, test } from 'vitest';
import { WORDING } from '../../src/demo/wording.ts';
import { createSigningKeys } from '../../src/environment/signing-keys.ts';
import { CATALOGUE } from '../../src/scenarios/catalogue.ts';
import { encode, type Mock, outcomeOf, testMock } from '../support/mock.ts';
import { ALEX, demoLogIn, pageOf, rest, shown, visitor } from './support.ts';

/** A second is all that the application waits for an answer here: one scenario answers late. */
const IMPATIENT = {
  extends: 'default' as const,
  settings: { timeouts: { outbound_call_seconds: 1 } },
};

const failure = (kind: keyof typeof WORDING) => `demo-failure-${kind}`;
const SUCCESS = 'page-demo-success';

/** What each scenario comes to, where it does not come to a success. */
const COMES_TO: Readonly<Record<string, string>> = {
  UNKNOWN_CLIENT: 'page-error',
  REDIRECT_URI_NOT_REGISTERED: 'page-error',
  INTERNAL_ERROR: failure('server_error'),
  TEMPORARILY_UNAVAILABLE: failure('temporarily_unavailable'),
  UNEXPECTED_ERROR: failure('unknown_error'),
  TIMED_OUT: failure('access_denied'),
  NHSMAIL_NOT_REGISTERED: failure('access_denied'),
  ORGANISATION_NOT_IN_PRIVATE_BETA: failure('access_denied'),
  NHSMAIL_DECLINED: failure('access_denied'),
  AUTHENTICATOR_TOO_WEAK: failure('access_denied'),
  NO_ROLE: failure('access_denied'),
  ACCESS_DENIED: failure('access_denied'),
  ABANDONED: 'outcome-abandoned',
  STATE_MISSING: failure('unmatched_answer'),
  STATE_WRONG: failure('unmatched_answer'),
  ISS_WRONG: failure('callback_refused'),
  ISS_WITHOUT_PORT: failure('callback_refused'),
  CODE_MISSING: failure('callback_refused'),
  CODE_UNKNOWN: failure('code_refused'),
  CODE_REPEATED: failure('callback_refused'),
  INVALID_SCOPE: failure('not_set_up'),
  LOGIN_REQUIRED: failure('login_required'),
  INTERACTION_REQUIRED: failure('login_required'),
  UNAUTHORIZED_CLIENT: failure('not_set_up'),
  SERVER_ERROR_CALLBACK: failure('server_error'),
  TEMPORARILY_UNAVAILABLE_CALLBACK: failure('temporarily_unavailable'),
  ERROR_WITHOUT_STATE: failure('unmatched_answer'),
  TOKEN_INVALID_GRANT: failure('code_refused'),
  TOKEN_CODE_EXPIRED: failure('code_refused'),
  TOKEN_INVALID_CLIENT: failure('client_refused'),
  TOKEN_JWT_NOT_VALID: failure('client_refused'),
  TOKEN_SERVER_ERROR: failure('token_unavailable'),
  TOKEN_ID_TOKEN_MISSING: failure('tokens_incomplete'),
  TOKEN_ACCESS_TOKEN_MISSING: failure('tokens_incomplete'),
  TOKEN_TYPE_WRONG: failure('tokens_incomplete'),
  TOKEN_NOT_JSON: failure('token_unavailable'),
  ID_TOKEN_ISS_WRONG: failure('id_token_refused'),
  ID_TOKEN_ISS_WITHOUT_PORT: failure('id_token_refused'),
  ID_TOKEN_AUD_WRONG: failure('id_token_refused'),
  ID_TOKEN_AUD_SEVERAL: failure('id_token_refused'),
  ID_TOKEN_AZP_WRONG: failure('id_token_refused'),
  ID_TOKEN_NONCE_WRONG: failure('id_token_refused'),
  ID_TOKEN_NONCE_MISSING: failure('id_token_refused'),
  ID_TOKEN_AT_HASH_WRONG: failure('id_token_refused'),
  ID_TOKEN_SUB_MISSING: failure('id_token_refused'),
  ID_TOKEN_EXPIRED: failure('id_token_refused'),
  ID_TOKEN_EXP_MISSING: failure('id_token_refused'),
  ID_TOKEN_NOT_YET_VALID: failure('id_token_refused'),
  ID_TOKEN_ISSUED_IN_FUTURE: failure('id_token_refused'),
  ID_TOKEN_IAT_MISSING: failure('id_token_refused'),
  ID_TOKEN_TIMES_IN_MILLISECONDS: failure('id_token_refused'),
  ID_TOKEN_AUTH_TIME_AHEAD: failure('id_token_refused'),
  ID_TOKEN_AUTH_TIME_AS_STRING: failure('id_token_refused'),
  ID_TOKEN_UNPUBLISHED_KEY: failure('id_token_refused'),
  ID_TOKEN_SIGNATURE_WRONG: failure('id_token_refused'),
  ID_TOKEN_ALG_RS512: failure('id_token_refused'),
  ID_TOKEN_ALG_HS256: failure('id_token_refused'),
  ID_TOKEN_UNSIGNED: failure('id_token_refused'),
  ID_TOKEN_KID_UNKNOWN: failure('id_token_refused'),
  ID_TOKEN_AAL_LOW: failure('sign_in_too_weak'),
  ID_TOKEN_ACR_LOW: failure('sign_in_too_weak'),
  ID_TOKEN_ASSURANCE_LOW: failure('sign_in_too_weak'),
  ID_TOKEN_AAL_MISSING: failure('sign_in_too_weak'),
  ID_TOKEN_ACR_MISSING: failure('sign_in_too_weak'),
  ID_TOKEN_ACR_EMPTY: failure('sign_in_too_weak'),
  ID_TOKEN_IAL_LOW: failure('identity_level_too_low'),
  ID_TOKEN_IAL_MISSING: failure('identity_level_too_low'),
  ID_TOKEN_ROLE_EMPTY: failure('no_role'),
  ID_TOKEN_ROLE_MISSING: failure('no_role'),
  ID_TOKEN_ROLE_UNKNOWN: failure('role_not_listed'),
  USERINFO_SUB_MISMATCH: failure('userinfo_other_person'),
  USERINFO_SUB_MISSING: failure('userinfo_unusable'),
  USERINFO_UNAUTHORISED: failure('userinfo_refused'),
  USERINFO_NOT_JSON: failure('userinfo_unusable'),
  USERINFO_ROLES_MISSING: failure('no_role'),
  USERINFO_ROLES_EMPTY: failure('no_role'),
  USERINFO_ROLES_AS_STRING: failure('userinfo_unusable'),
  USERINFO_ROLE_ID_EMPTY: failure('role_not_listed'),
  JWKS_EMPTY: failure('id_token_refused'),
  JWKS_SERVER_ERROR: failure('keys_unavailable'),
  JWKS_WITHOUT_ACTIVE_KEY: failure('id_token_refused'),
  JWKS_KID_REPEATED: failure('id_token_refused'),
  JWKS_KID_MISSING: failure('id_token_refused'),
  JWKS_NOT_JSON: failure('keys_unavailable'),
  DISCOVERY_SERVER_ERROR: failure('discovery_unavailable'),
  DISCOVERY_ISSUER_WRONG: failure('discovery_refused'),
  DISCOVERY_ENDPOINT_MISSING: failure('discovery_refused'),
  DISCOVERY_NOT_JSON: failure('discovery_unavailable'),
  SLOW_ANSWER: failure('token_unavailable'),
  TOO_MANY_REQUESTS: failure('token_unavailable'),
  SERVICE_UNAVAILABLE: failure('token_unavailable'),
  INTERNAL_SERVER_ERROR: failure('token_unavailable'),
  BAD_GATEWAY: failure('token_unavailable'),
  GATEWAY_TIMEOUT: failure('token_unavailable'),
  TRUNCATED_ANSWER: failure('token_unavailable'),
  CONNECTION_DROPPED: failure('token_unavailable'),
};

describe('every scenario of the catalogue comes to a page with words, and what must be refused is refused', () => {
  let mock: Mock;
  beforeAll(async () => {
    // One scenario rotates the keys: they are none that other tests share.
    mock = await testMock({ keys: createSigningKeys() });
  });

  test('the table names scenarios that there are', () => {
    const codes = CATALOGUE.map(({ code }) => code);
    expect(Object.keys(COMES_TO).filter((code) => !codes.includes(code))).toEqual([]);
  });

  test.each(CATALOGUE.map(({ code }) => [code, COMES_TO[code] ?? SUCCESS]))(
    '%s: %s',
    async (code, expected) => {
      const by = visitor(code === 'SLOW_ANSWER' ? await testMock({ fixtures: IMPATIENT }) : mock);
      const page = await demoLogIn(by, { ...ALEX, mock_scenario: code, on_failure: 'redirect' });
      expect(pageOf(page)).toBe(expected);
      if (!expected.startsWith('demo-failure-')) return;
      const wording = Object.entries(WORDING).find(([kind]) => expected === `demo-failure-${kind}`)?.[1];
      expect(page.body).toContain(wording?.heading);
      expect(shown(page, 'demo-reason')).not.toBe('');
      expect((await by.get('/demo')).body).not.toContain('You are logged in as');
    },
  );
});

describe('a failed log-in ends on CIS2’s page, or in the application, as was chosen', () => {
  test.each([
    ['uma.unbound@nhs.net', 'nhsmail_not_registered', 'access_denied'],
    ['bea.notinbeta@nhs.net', 'organisation_not_in_private_beta', 'access_denied'],
    ['sol.slow@nhs.net', 'timed_out', 'access_denied'],
    ['ira.internalerror@nhs.net', 'internal_error', 'server_error'],
    ['drew.declined@nhs.net', 'nhsmail_declined', 'access_denied'],
  ])('%s: %s, or %s', async (persona, outcome, error) => {
    const by = visitor(await testMock());
    const page = await demoLogIn(by, { persona });
    expect(outcomeOf(page)).toBe(outcome);
    const told = await demoLogIn(by, { persona, on_failure: 'redirect' });
    expect(pageOf(told)).toBe(`demo-failure-${error}`);
    expect(shown(told, 'demo-error')).toBe(error);
  });
});

test('a person whose identity was not checked far enough is refused by the application itself', async () => {
  const page = await demoLogIn(visitor(await testMock()), { persona: 'ivy.lowassurance@nhs.net' });
  expect(pageOf(page)).toBe('demo-failure-identity_level_too_low');
  expect(shown(page, 'demo-reason')).toBe('The claim id_assurance_level is "1"; the application needs "3".');
});

test('without a role, where one was asked for, the application says who can give one', async () => {
  const page = await demoLogIn(visitor(await testMock()), { persona: 'noor.norole@nhs.net' });
  expect(pageOf(page)).toBe('demo-failure-no_role');
  expect(page.body).toContain('Registration Authority');
});

test('a sign-in that is old is refused where a new one was asked for', async () => {
  const form = { ...ALEX, mock_scenario: 'ID_TOKEN_AUTH_TIME_STALE', prompt: 'login' };
  const page = await demoLogIn(visitor(await testMock()), form);
  expect(pageOf(page)).toBe('demo-failure-sign_in_too_old');
});

test('prompt=none without a session comes to a log-in with pages', async () => {
  const page = await demoLogIn(visitor(await testMock()), { prompt: 'none' });
  expect(pageOf(page)).toBe('demo-failure-login_required');
  expect(page.body).toContain('name="prompt" value=""');
});

test('a scenario that was queued by a call acts on the application as on any other', async () => {
  const mock = await testMock();
  const payload = { code: 'DISCOVERY_NOT_JSON', times: 1 };
  await mock.app.inject({ method: 'POST', url: '/_mock/scenarios', payload });
  const by = visitor(mock);
  expect(pageOf(await demoLogIn(by, ALEX))).toBe('demo-failure-discovery_unavailable');
  expect(pageOf(await demoLogIn(by, ALEX))).toBe('page-demo-success');
});

test('a failure leads to the journal of that very log-in', async () => {
  const mock = await testMock();
  const by = visitor(mock);
  await demoLogIn(by, ALEX);
  const page = await demoLogIn(by, { ...ALEX, mock_scenario: 'ID_TOKEN_ISS_WRONG' });

  const [, url = '', loginId = ''] = /href="(\/journal\/([\w-]+))"/.exec(page.body) ?? [];

  expect((await by.get(url)).statusCode).toBe(200);
  const applied = mock.environment.journal.events({ login_id: loginId, kind: 'rule_decided' });
  expect(applied).toHaveLength(1);
});

test('a late callback is refused: the log-in is forgotten after two hours', async () => {
  const mock = await testMock();
  const by = visitor(mock);
  const { location } = (await by.post('/demo/log-in', ALEX)).headers;
  const state = new URL(String(location)).searchParams.get('state') ?? '';
  mock.clock.advance(7201);
  const page = await rest(by, by.get(`/demo/callback?${encode({ state, code: 'a-code' })}`));
  expect(pageOf(page)).toBe('demo-failure-unmatched_answer');
});

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;

test.each([
  ['error and its description', { error: HOSTILE, error_description: HOSTILE }],
  ['state', { state: HOSTILE, code: HOSTILE }],
  ['a parameter that nobody knows', { [HOSTILE]: HOSTILE }],
])('what looks like markup in a callback is shown as text: %s', async (_, parameters) => {
  const by = visitor(await testMock());
  const page = await rest(by, by.get(`/demo/callback?${encode(parameters)}`));
  expect(pageOf(page)).toBe('demo-failure-unmatched_answer');
  expect(page.body).toContain('&lt;script&gt;alert(1)');
  expect(page.body).not.toContain('<script>alert');
  expect(page.body).not.toContain('<img');
});

test('the same, in an error that belongs to a log-in under way', async () => {
  const by = visitor(await testMock());
  const { location } = (await by.post('/demo/log-in', ALEX)).headers;
  const state = new URL(String(location)).searchParams.get('state') ?? '';
  const answer = encode({ state, error: HOSTILE, error_description: HOSTILE });
  const page = await rest(by, by.get(`/demo/callback?${answer}`));
  expect(pageOf(page)).toBe('demo-failure-unknown_error');
  expect(shown(page, 'demo-error-description')).toBe(HOSTILE);
});

describe('the choices', () => {
  test('can be filled in by the address, and are open then', async () => {
    const by = visitor(await testMock());
    const page = await by.get('/demo?mock_scenario=ID_TOKEN_EXPIRED&persona=alex.bound%40nhs.net');
    expect(page.body).toMatch(/<details[^>]* open/);
    expect(page.body).toContain('<option value="ID_TOKEN_EXPIRED" selected>');
    expect(page.body).toContain('<option value="alex.bound@nhs.net" selected>');
    expect((await by.get('/demo')).body).not.toMatch(/<details[^>]* open/);
  });

  test('have every scenario and every persona, with how its log-in ends', async () => {
    const page = await visitor(await testMock()).get('/demo');
    for (const { code } of CATALOGUE) expect(page.body).toContain(`<option value="${code}"`);
    expect(page.body).toContain('uma.unbound@nhs.net: nhsmail_not_registered');
    expect(page.body).toContain('656005750104, Smartcard: authenticated');
  });

  test.each([
    [
      'mock_scenario',
      'ID_TOKEN_EXPIRD',
      'There is no scenario ID_TOKEN_EXPIRD. Scenarios with a similar code: ID_TOKEN_EXPIRED',
    ],
    [
      'persona',
      'alex.bond@nhs.net',
      'There is no test account alex.bond@nhs.net. Accounts with a similar name: alex.bound@nhs.net',
    ],
    ['mock_scenario', 'NOTHING_OF_THE_KIND', 'There is no scenario NOTHING_OF_THE_KIND.</a>'],
    ['persona', 'nobody@nhs.net', 'There is no test account nobody@nhs.net.</a>'],
    ['on_failure', 'nowhere', 'Select one of the choices in the list'],
    ['acr_values', 'AAL9', 'Select one of the choices in the list'],
    ['prompt', 'never', 'Select one of the choices in the list'],
    ['role', 'any', 'Select one of the choices in the list'],
  ])('that are none are named, in the address and in the form: %s', async (name, value, message) => {
    const by = visitor(await testMock());
    for (const page of [
      await by.get(`/demo?${encode({ [name]: value })}`),
      await by.post('/demo/log-in', { [name]: value }),
    ]) {
      expect(page.body).toContain('<title>Error: ');
      expect(page.body).toContain(`<a href="#${name}">${message}`);
      expect(page.body).toContain(`id="${name}"`);
    }
  });

  test('an address that was a form’s own leads back to it', async () => {
    const by = visitor(await testMock());
    expect(pageOf(await rest(by, by.get('/demo/log-in')))).toBe('page-demo');
  });
});
