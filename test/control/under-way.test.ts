/** What one call changes counts for the next step of a log-in that is under way: which step, which call, what comes next. */
import type { LightMyRequestResponse } from 'fastify';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call, change, type Method } from '../support/control.ts';
import {
  authorizeUrl,
  type Browser,
  begin,
  browser,
  CLIENT,
  callback,
  claimsOf,
  logIn,
  type Mock,
  outcomeOf,
  REALM,
  redeem,
  START,
  signIn,
  submit,
  testMock,
} from '../support/mock.ts';

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
});
beforeEach(async () => {
  await change(mock, 'POST', '/_mock/reset');
  mock.clock.freeze(START);
});

type Call = [method: Method, path: string, body?: object];

const make = async (calls: readonly Call[]) => {
  for (const [method, path, body] of calls) await change(mock, method, `/_mock${path}`, body);
};

const advance = (seconds: number): Call => ['POST', '/clock', { advance_seconds: seconds }];
const timeouts = (values: object): Call => ['PATCH', '/settings', { timeouts: values }];
const beta = (code: string, is: boolean): Call => [
  'PATCH',
  `/organisations/${code}`,
  { nhsmail_private_beta: is },
];

const ALEX = 'alex.bound@nhs.net';

/** How far a log-in has come, and the form that carries it on from there. */
const STEPS = {
  'choosing an authenticator': {
    reach: (by: Browser) => begin(by, { scope: 'openid selectedrole' }),
    next: (by: Browser, login: string) => submit(by, `${login}/authenticator`, { authenticator: 'nhsmail' }),
  },
  'signing in to NHSmail': {
    reach: async (by: Browser) => {
      const login = await begin(by, { scope: 'openid selectedrole' });
      await submit(by, `${login}/authenticator`, { authenticator: 'nhsmail' });
      return login;
    },
    next: (by: Browser, login: string, account: string) =>
      submit(by, `${login}/nhsmail`, { email: account, password: 'password' }),
  },
  'the number match': {
    reach: async (by: Browser, account: string) =>
      (await signIn(by, account, { scope: 'openid selectedrole' })).login,
    next: (by: Browser, login: string) => submit(by, `${login}/number-match`, { answer: 'approve' }),
  },
  'selecting a role': {
    reach: async (by: Browser, account: string) => {
      const { login } = await signIn(by, account, { scope: 'openid selectedrole' });
      await submit(by, `${login}/number-match`, { answer: 'approve' });
      return login;
    },
    next: (by: Browser, login: string) =>
      submit(by, `${login}/role`, { do: 'continue', person_roleid: '930001020001' }),
  },
} as const;

/** The outcome that ended the log-in, otherwise the page where it stands. */
const resultOf = (answer: LightMyRequestResponse) =>
  outcomeOf(answer) ?? /<main[^>]*data-testid="([^"]+)"/.exec(answer.body)?.[1];

const ROBIN = 'robin.roles@nhs.net';

describe('at the next step of a log-in', () => {
  test.each<[keyof typeof STEPS, string, string, Call[], string]>([
    [
      'the number match',
      'a binding is removed',
      ALEX,
      [['DELETE', `/nhsmail/${ALEX}/binding`]],
      'nhsmail_not_registered',
    ],
    [
      'selecting a role',
      'a binding is removed',
      ROBIN,
      [['DELETE', `/nhsmail/${ROBIN}/binding`]],
      'nhsmail_not_registered',
    ],
    [
      'the number match',
      'a binding that was pending is completed',
      'pat.pending@nhs.net',
      [['POST', '/nhsmail/pat.pending@nhs.net/binding', { uid: '910000000107' }]],
      'authenticated',
    ],
    [
      'the number match',
      'an organisation joins the beta',
      'bea.notinbeta@nhs.net',
      [beta('RZ8', true)],
      'authenticated',
    ],
    [
      'the number match',
      'an organisation leaves the beta',
      ALEX,
      [beta('A9A5A', false)],
      'organisation_not_in_private_beta',
    ],
    [
      'selecting a role',
      'all organisations leave the beta',
      ROBIN,
      [beta('A9A5A', false), beta('RZ9', false)],
      'organisation_not_in_private_beta',
    ],
    [
      'the number match',
      'the beta is over',
      'bea.notinbeta@nhs.net',
      [['PATCH', '/settings', { nhsmail: { availability: 'general' } }]],
      'authenticated',
    ],
    [
      'choosing an authenticator',
      'login_seconds is lowered',
      ALEX,
      [advance(10), timeouts({ login_seconds: 9 })],
      'timed_out',
    ],
    [
      'choosing an authenticator',
      'login_seconds is raised',
      ALEX,
      [advance(1000), timeouts({ login_seconds: 1001 })],
      'page-nhsmail-sign-in',
    ],
    [
      'signing in to NHSmail',
      'sign_in_seconds is lowered',
      ALEX,
      [advance(10), timeouts({ sign_in_seconds: 9 })],
      'timed_out',
    ],
    [
      'signing in to NHSmail',
      'sign_in_seconds is raised',
      ALEX,
      [advance(400), timeouts({ sign_in_seconds: 401 })],
      'page-number-match',
    ],
    [
      'the number match',
      'number_match_seconds is lowered',
      ALEX,
      [advance(10), timeouts({ number_match_seconds: 9 })],
      'timed_out',
    ],
    [
      'the number match',
      'number_match_seconds is raised',
      ALEX,
      [advance(70), timeouts({ number_match_seconds: 71 })],
      'authenticated',
    ],
    [
      'signing in to NHSmail',
      'the account is locked',
      ALEX,
      [['PATCH', `/nhsmail/${ALEX}`, { locked: true }]],
      'nhsmail_declined',
    ],
    [
      'signing in to NHSmail',
      'the account is unlocked',
      'lou.locked@nhs.net',
      [['PATCH', '/nhsmail/lou.locked@nhs.net', { locked: false }]],
      'page-number-match',
    ],
    [
      'the number match',
      'the account is removed',
      ALEX,
      [['DELETE', `/nhsmail/${ALEX}`]],
      'nhsmail_not_registered',
    ],
    [
      'the number match',
      'the person is removed',
      ALEX,
      [['DELETE', '/people/910000000101']],
      'nhsmail_not_registered',
    ],
    [
      'the number match',
      'the person gets a scenario',
      ALEX,
      [['PATCH', '/people/910000000101', { scenario: { code: 'NO_ROLE' } }]],
      'no_role',
    ],
    [
      'the number match',
      'the person loses the scenario',
      'ira.internalerror@nhs.net',
      [['PATCH', '/people/910000000110', { scenario: null }]],
      'authenticated',
    ],
    [
      'selecting a role',
      'all roles are taken away',
      ROBIN,
      [
        [
          'PATCH',
          '/people/910000000102',
          { roles: [], organisations: [{ person_orgid: '920001020001', org_code: 'A9A5A' }] },
        ],
      ],
      'authenticated',
    ],
    [
      'the number match',
      'the person’s only role is taken away and one is required',
      ALEX,
      [
        [
          'PATCH',
          '/people/910000000101',
          { roles: [], organisations: [{ person_orgid: '920001010001', org_code: 'A9A5A' }] },
        ],
        ['PATCH', '/clients/mock-client', { require_selected_role: true }],
      ],
      'no_role',
    ],
    [
      'the number match',
      'the client gets a scenario',
      ALEX,
      [['PATCH', '/clients/mock-client', { scenario: { code: 'ACCESS_DENIED' } }]],
      'access_denied',
    ],
    ['the number match', 'the client is removed', ALEX, [['DELETE', '/clients/mock-client']], 'page-error'],
    [
      'choosing an authenticator',
      'a scenario is started',
      ALEX,
      [['POST', '/scenarios', { code: 'TIMED_OUT', times: 1 }]],
      'timed_out',
    ],
    [
      'choosing an authenticator',
      'the settings get a scenario',
      ALEX,
      [['PATCH', '/settings', { scenario: { code: 'NO_ROLE' } }]],
      'no_role',
    ],
    ['the number match', 'everything is reset', ALEX, [['POST', '/reset']], 'page-error'],
  ])('%s: %s', async (step, _what, account, calls, expected) => {
    const by = browser(mock.app);
    const { reach, next } = STEPS[step];
    const login = await reach(by, account);
    await make(calls);
    const answer = await next(by, login, account);
    expect(resultOf(answer)).toBe(expected);
  });

  test('a password that was changed is the one to type', async () => {
    const by = browser(mock.app);
    const login = await STEPS['signing in to NHSmail'].reach(by);
    await make([['PATCH', `/nhsmail/${ALEX}`, { password: 'another' }]]);
    const answer = await submit(by, `${login}/nhsmail`, { email: ALEX, password: 'another' });
    expect(resultOf(answer)).toBe('page-number-match');
  });

  test('a role that was added stands in the list, and can be selected', async () => {
    const by = browser(mock.app);
    const login = await STEPS['selecting a role'].reach(by, ROBIN);
    const { roles } = (await call(mock, 'GET', '/_mock/people/910000000102')).json();
    const added = { ...roles[0], person_roleid: '930009990001' };
    await make([['PATCH', '/people/910000000102', { roles: [...roles, added] }]]);
    expect((await by.get(login)).body).toContain('data-testid="role-930009990001"');
    const end = await submit(by, `${login}/role`, { do: 'continue', person_roleid: '930009990001' });
    const tokens = (await redeem(by, callback(end).get('code'))).json();
    expect(claimsOf(tokens.id_token)['selected_roleid']).toBe('930009990001');
  });
});

describe('between the code and its redemption', () => {
  const codeOf = async (by: Browser) => callback(await logIn(by, ALEX)).get('code');

  test('a person who is changed is in the tokens as they are now', async () => {
    const by = browser(mock.app);
    const code = await codeOf(by);
    await make([['PATCH', '/people/910000000101', { id_assurance_level: '1', family_name: 'Changed' }]]);
    const tokens = (await redeem(by, code)).json();
    expect(claimsOf(tokens.id_token)).toMatchObject({ id_assurance_level: '1', name: 'Changed Alex Mx' });
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    await make([['PATCH', '/people/910000000101', { family_name: 'Once more' }]]);
    const user = await mock.app.inject({ url: `${REALM}/userinfo`, headers });
    expect(user.json()).toMatchObject({ family_name: 'Once more' });
  });

  test.each<[string, Call[], object, number, string]>([
    ['the person is removed', [['DELETE', '/people/910000000101']], {}, 400, 'invalid_grant'],
    ['the client is removed', [['DELETE', '/clients/mock-client']], {}, 401, 'invalid_client'],
    [
      'the secret is changed, and the old one sent',
      [['PATCH', '/clients/mock-client', { client_secret: 'another-secret' }]],
      {},
      401,
      'invalid_client',
    ],
    [
      'a scenario is started',
      [['POST', '/scenarios', { code: 'TOKEN_INVALID_GRANT' }]],
      {},
      400,
      'invalid_grant',
    ],
  ])('%s', async (_what, calls, form, status, error) => {
    const by = browser(mock.app);
    const code = await codeOf(by);
    await make(calls);
    const answer = await redeem(by, code, { ...CLIENT, ...form });
    expect([answer.statusCode, answer.json().error]).toEqual([status, error]);
  });

  test('life times that are changed are those of the tokens', async () => {
    const by = browser(mock.app);
    const code = await codeOf(by);
    await make([timeouts({ access_token_seconds: 61, id_token_seconds: 62 })]);
    const tokens = (await redeem(by, code)).json();
    const { iat, exp } = claimsOf(tokens.id_token);
    expect([tokens.expires_in, Number(exp) - Number(iat)]).toEqual([61, 62]);
  });
});

describe('at the next application of a single sign-on session', () => {
  test.each<[string, Call[], string]>([
    ['the binding is removed', [['DELETE', `/nhsmail/${ALEX}/binding`]], 'nhsmail_not_registered'],
    ['the organisation leaves the beta', [beta('A9A5A', false)], 'organisation_not_in_private_beta'],
    [
      'the client gets a scenario',
      [['PATCH', '/clients/mock-client', { scenario: { code: 'NO_ROLE' } }]],
      'no_role',
    ],
  ])('%s', async (_what, calls, expected) => {
    const by = browser(mock.app);
    await logIn(by, ALEX);
    await make(calls);
    expect(outcomeOf(await by.get(authorizeUrl()))).toBe(expected);
  });

  test('a client that is added signs in by it', async () => {
    const by = browser(mock.app);
    await logIn(by, ALEX);
    const redirectUri = 'https://added.example.test/callback';
    await make([
      [
        'PUT',
        '/clients/added',
        {
          redirect_uris: [redirectUri],
          token_endpoint_auth_method: 'client_secret_post',
          client_secret: 'secret',
          default_acr_values: ['AAL2_OR_AAL3_ANY'],
        },
      ],
    ]);
    const answer = await by.get(
      authorizeUrl({ client_id: 'added', redirect_uri: redirectUri, prompt: 'none' }),
    );
    expect(outcomeOf(answer)).toBe('authenticated');
  });
});
