/** Whom and what a scenario acts on: the log-in, the person or the client that it is for, and nobody else. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Form, userInfo } from '../protocol/support.ts';
import {
  browser,
  CLIENT,
  callback,
  claimsOf,
  logIn,
  type Mock,
  outcomeOf,
  REALM,
  REDIRECT_URI,
  redeem,
  START,
  testMock,
} from '../support/mock.ts';
import { appliedBy, NOW, start, useOf } from './wire.ts';

const ALEX = 'alex.bound@nhs.net';
const ROBIN = 'robin.roles@nhs.net';
const BASIC = { client_id: 'mock-client-basic' };

const REFRESHING = {
  client_id: 'refreshing',
  client_secret: 'secret',
  token_endpoint_auth_method: 'client_secret_post' as const,
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code' as const, 'refresh_token' as const],
  default_acr_values: ['AAL2_OR_AAL3_ANY'],
};

let mock: Mock;
beforeAll(async () => {
  mock = await testMock({ fixtures: { extends: 'default', clients: [REFRESHING] } });
});
afterEach(async () => {
  await mock.app.inject({ method: 'POST', url: '/_mock/reset' });
  mock.clock.freeze(START);
});
afterAll(() => mock.app.close());

/** Redeems as mock-client, or as the one that authenticates by Basic. */
async function idTokenOf(persona: string, parameters: Form = {}): Promise<Record<string, unknown>> {
  const by = browser(mock.app);
  const code = callback(await logIn(by, persona, parameters)).get('code');
  if (parameters['client_id'] === undefined) return claimsOf((await redeem(by, code)).json().id_token);
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: code ?? '',
    redirect_uri: REDIRECT_URI,
  });
  const response = await mock.app.inject({
    method: 'POST',
    url: `${REALM}/access_token`,
    headers: {
      authorization: `Basic ${Buffer.from(`${BASIC.client_id}:${CLIENT.client_secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: form.toString(),
  });
  return claimsOf(response.json().id_token);
}

const isExpired = async (persona: string, parameters: Form = {}) =>
  Number((await idTokenOf(persona, parameters))['exp']) < NOW;

const EXPIRED = { code: 'ID_TOKEN_EXPIRED' };

describe('a scenario that the control API started acts', () => {
  test('for its persona alone, whichever of the two names them', async () => {
    await start(mock, { ...EXPIRED, persona: ALEX });
    expect([await isExpired(ALEX), await isExpired(ROBIN), await isExpired(ALEX)]).toEqual([
      true,
      false,
      true,
    ]);
    expect(await isExpired('910000000101')).toBe(true);
    await start(mock, { ...EXPIRED, persona: '910000000102' });
    expect(await isExpired(ROBIN)).toBe(true);
  });

  test('for its client alone', async () => {
    await start(mock, { ...EXPIRED, ...BASIC });
    expect([await isExpired(ALEX, BASIC), await isExpired(ALEX)]).toEqual([true, false]);
  });

  test('once for its persona, though others log in meanwhile', async () => {
    await start(mock, { ...EXPIRED, persona: ALEX, times: 1 });
    expect([await isExpired(ROBIN), await isExpired(ALEX), await isExpired(ALEX)]).toEqual([
      false,
      true,
      false,
    ]);
  });

  test('until it is removed, where it has no times', async () => {
    await start(mock, EXPIRED);
    expect([await isExpired(ALEX), await isExpired(ROBIN)]).toEqual([true, true]);
    const removed = await mock.app.inject({ method: 'DELETE', url: '/_mock/scenarios/ID_TOKEN_EXPIRED' });
    expect(removed.statusCode).toBe(204);
    expect(await isExpired(ALEX)).toBe(false);
  });

  test('as often as its times say, oldest first', async () => {
    await start(mock, { ...EXPIRED, times: 2 });
    await start(mock, { code: 'ID_TOKEN_EXP_MISSING', times: 1 });
    const exps: unknown[] = [];
    for (let at = 0; at < 4; at++) exps.push((await idTokenOf(ALEX))['exp']);
    expect(exps).toEqual([NOW - 600, NOW - 600, undefined, NOW + 3600]);
  });

  test('in its own environment alone', async () => {
    const path = `${REALM}/.well-known/openid-configuration`;
    await start(mock, { code: 'DISCOVERY_SERVER_ERROR' });
    expect((await mock.app.inject(`/env/another${path}`)).statusCode).toBe(200);
    expect((await mock.app.inject(path)).statusCode).toBe(500);
  });

  test('with the parameters that it was started with', async () => {
    await start(mock, { ...EXPIRED, times: 1, parameters: { seconds: 5 } });
    await start(mock, { code: 'ID_TOKEN_AAL_LOW', times: 1, parameters: { level: '1' } });
    expect((await idTokenOf(ALEX))['exp']).toBe(NOW - 5);
    expect((await idTokenOf(ALEX))['authentication_assurance_level']).toBe('1');
  });

  test('at each place apart: one log-in meets one of each', async () => {
    await start(mock, { ...EXPIRED, times: 1 });
    await start(mock, { code: 'USERINFO_EMAIL_MISSING', times: 1 });
    await start(mock, { code: 'TOKEN_TYPE_LOWER_CASE', times: 1 });
    const by = browser(mock.app);
    const scope = 'openid email';
    const tokens = (await redeem(by, callback(await logIn(by, ALEX, { scope })).get('code'))).json();
    expect(claimsOf(tokens.id_token)['exp']).toBe(NOW - 600);
    expect(tokens.token_type).toBe('bearer');
    expect((await userInfo(mock, tokens.access_token)).json()).not.toHaveProperty('email');
  });
});

describe('one precedence:', () => {
  /** Each level’s own scenario, which ends the log-in in a way of its own. */
  const own = async (path: string, code: string) => {
    const response = await mock.app.inject({
      method: 'PATCH',
      url: `/_mock/${path}`,
      payload: { scenario: { code } },
    });
    expect(response.statusCode, response.body).toBeLessThan(300);
  };

  test('one-shot, request, persona, client, environment', async () => {
    await own('settings', 'TIMED_OUT');
    expect(outcomeOf(await logIn(browser(mock.app), ALEX))).toBe('timed_out');
    await own('clients/mock-client', 'NO_ROLE');
    expect(outcomeOf(await logIn(browser(mock.app), ALEX))).toBe('no_role');
    await own('people/910000000101', 'NHSMAIL_DECLINED');
    expect(outcomeOf(await logIn(browser(mock.app), ALEX))).toBe('nhsmail_declined');
    const request = { mock_scenario: 'ABANDONED' };
    expect(outcomeOf(await logIn(browser(mock.app), ALEX, request))).toBe('abandoned');
    await start(mock, { code: 'ACCESS_DENIED', times: 1 });
    const { result, applied } = await appliedBy(mock, () => logIn(browser(mock.app), ALEX, request));
    expect(outcomeOf(result)).toBe('access_denied');
    expect(applied).toEqual([useOf('ACCESS_DENIED', 'login', 'one_shot')]);
  });

  test.each([
    ['settings', 'environment'],
    ['clients/mock-client', 'client'],
    ['people/910000000101', 'persona'],
  ])('the scenario of %s is journalled as that of the %s', async (path, level) => {
    await own(path, 'ID_TOKEN_EXPIRED');
    const { applied } = await appliedBy(mock, () => idTokenOf(ALEX));
    expect(applied).toEqual([useOf('ID_TOKEN_EXPIRED', 'id_token', level)]);
  });
});

describe('mock_scenario', () => {
  test('is of its own log-in: the next one is right, even by the same session', async () => {
    const by = browser(mock.app);
    const redeemed = async (answer: Promise<Awaited<ReturnType<typeof by.get>>>) =>
      claimsOf((await redeem(by, callback(await answer).get('code'))).json().id_token);
    const first = await redeemed(logIn(by, ALEX, { mock_scenario: 'ID_TOKEN_EXPIRED' }));
    const second = await redeemed(logIn(by, ALEX, { mock_login: undefined }));
    expect([first['exp'], second['exp']]).toEqual([NOW - 600, NOW + 3600]);
    expect(second['sid']).toBe(first['sid']);
  });

  test('is of this log-in until its end: a refresh meets it too', async () => {
    const { client_id, client_secret } = REFRESHING;
    const by = browser(mock.app);
    const code = callback(await logIn(by, ALEX, { client_id, mock_scenario: 'ID_TOKEN_EXPIRED' })).get(
      'code',
    );
    const first = (await redeem(by, code, { client_id, client_secret })).json();
    const grant = { grant_type: 'refresh_token', refresh_token: first.refresh_token };
    const refreshed = (await redeem(by, null, { client_id, client_secret, ...grant })).json();
    expect(claimsOf(refreshed.id_token)['exp']).toBe(NOW - 600);
  });

  test('of a log-in that failed is not met again on Try again', async () => {
    const by = browser(mock.app);
    const page = await logIn(by, ALEX, { mock_scenario: 'INTERNAL_ERROR' });
    const action = /action="([^"]*\/try-again)"/.exec(page.body)?.[1] ?? '';
    expect(outcomeOf(await by.post(action))).not.toBe('internal_error');
  });
});

describe('the journal', () => {
  const HANDLING_SECRETS = [
    'STATE_MISSING',
    'CODE_REPEATED',
    'CODE_UNKNOWN',
    'TOKEN_TYPE_WRONG',
    'TOKEN_ID_TOKEN_MISSING',
    'TOKEN_ACCESS_TOKEN_MISSING',
    'ID_TOKEN_ALG_HS256',
    'ID_TOKEN_UNSIGNED',
    'ID_TOKEN_SIGNATURE_WRONG',
    'USERINFO_UNAUTHORISED',
    'TRUNCATED_ANSWER',
  ];

  test('warns where a scenario had nothing to change, and the right answer is sent', async () => {
    await start(mock, { code: 'ID_TOKEN_AAL_LOW', times: 1, parameters: { level: '2' } });
    const { result, applied } = await appliedBy(mock, () => idTokenOf(ALEX));
    expect(result['authentication_assurance_level']).toBe('2');
    expect(applied).toEqual([]);
    expect(mock.environment.journal.events({ kind: 'warned' })).toContainEqual(
      expect.objectContaining({
        client_id: 'mock-client',
        uid: '910000000101',
        explanation: 'The scenario ID_TOKEN_AAL_LOW had nothing to change here; the right answer was sent.',
      }),
    );
  });

  test('has no secret, code or token of any log-in that met a scenario', async () => {
    const secrets = [CLIENT.client_secret];
    for (const code of HANDLING_SECRETS) {
      const by = browser(mock.app);
      const codes = callback(await logIn(by, ALEX, { mock_scenario: code })).getAll('code');
      secrets.push(...codes);
      const body = (await redeem(by, codes[0] ?? null)).body;
      // A token with an empty signature has nothing that could be taken out.
      secrets.push(...body.split('"').filter((text) => /^[\w-]{43}$|^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)));
    }
    expect(secrets.length).toBeGreaterThan(20);
    const journal = JSON.stringify(mock.environment.journal.events());
    expect(secrets.filter((secret) => journal.includes(secret))).toEqual([]);
  });
});

describe('wrong values are credible: each is real, and somebody else’s', () => {
  interface Listed {
    uid: string;
    client_id: string;
    roles: { person_roleid: string; person_orgid: string; org_code: string }[];
    org_code: string;
    org_name: string;
  }
  const listed = async (of: string): Promise<Listed[]> => (await mock.app.inject(`/_mock/${of}`)).json();
  const rolesBut = async (uid: string) =>
    (await listed('people')).filter((person) => person.uid !== uid).flatMap(({ roles }) => roles);

  test('a client, a person and a role', async () => {
    const { aud } = await idTokenOf(ALEX, { mock_scenario: 'ID_TOKEN_AUD_WRONG' });
    expect((await listed('clients')).map(({ client_id }) => client_id)).toContain(aud);
    const { selected_roleid } = await idTokenOf(ALEX, { mock_scenario: 'ID_TOKEN_ROLE_UNKNOWN' });
    const ids = (await rolesBut('910000000101')).map(({ person_roleid }) => person_roleid);
    expect(ids).toContain(selected_roleid);
  });

  test('an organisation, with its own name and code, where the person has no role', async () => {
    const by = browser(mock.app);
    const scope = 'openid nationalrbacaccess associatedorgs';
    const answer = await logIn(by, ALEX, { scope, mock_scenario: 'USERINFO_ORGANISATION_WRONG' });
    const { access_token } = (await redeem(by, callback(answer).get('code'))).json();
    const claims = (await userInfo(mock, access_token)).json();
    const [role] = claims.nhsid_nrbac_roles;
    const [organisation] = claims.nhsid_user_orgs;
    expect(role.org_code).toBe(organisation.org_code);
    expect(await listed('organisations')).toContainEqual(expect.objectContaining(organisation));
    const { person_orgid, org_code } = role;
    expect(await rolesBut('910000000101')).toContainEqual(
      expect.objectContaining({ person_orgid, org_code }),
    );
    expect(org_code).not.toBe('A9A5A');
  });
});
