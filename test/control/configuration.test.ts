import { describe, expect, test } from 'vitest';
import {
  authorizeUrl,
  begin,
  browser,
  issued,
  logIn,
  type Mock,
  NOTHING_ISSUED,
  outcomeOf,
  signIn,
  submit,
  testMock,
} from '../support/mock.ts';

type Method = 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';

/** A call of the control API, as a program makes it. */
function call({ app }: Mock, method: Method, path: string, payload?: object) {
  return app.inject({ method, url: `/_mock${path}`, ...(payload === undefined ? {} : { payload }) });
}

const outcome = async (mock: Mock, account: string) => outcomeOf(await logIn(browser(mock.app), account));

describe('registering and removing a binding', () => {
  test('makes uma’s log-in succeed, and fail again', async () => {
    const mock = await testMock();
    expect(await outcome(mock, 'uma.unbound@nhs.net')).toBe('nhsmail_not_registered');
    const path = '/nhsmail/uma.unbound@nhs.net/binding';
    const bound = await call(mock, 'POST', path, { uid: '910000000105' });
    expect(bound.statusCode).toBe(200);
    expect(bound.json().authenticators[0]).toEqual({
      type: 'nhsmail',
      nhsmail_account: 'uma.unbound@nhs.net',
    });
    expect(await outcome(mock, 'uma.unbound@nhs.net')).toBe('authenticated');
    expect((await call(mock, 'DELETE', path)).statusCode).toBe(204);
    expect(await outcome(mock, 'uma.unbound@nhs.net')).toBe('nhsmail_not_registered');
  });

  test('completes one that was begun', async () => {
    const mock = await testMock();
    await call(mock, 'POST', '/nhsmail/PAT.pending@nhs.net/binding', { uid: '910000000107' });
    expect(await outcome(mock, 'pat.pending@nhs.net')).toBe('authenticated');
  });

  test('counts for the next step of a log-in that is under way', async () => {
    const mock = await testMock();
    const by = browser(mock.app);
    const { login } = await signIn(by, 'uma.unbound@nhs.net');
    await call(mock, 'POST', '/nhsmail/uma.unbound@nhs.net/binding', { uid: '910000000105' });
    expect(outcomeOf(await submit(by, `${login}/number-match`, { answer: 'approve' }))).toBe('authenticated');
  });

  test('ends what a session of the account gives: the account is bound to nobody any more', async () => {
    const mock = await testMock();
    const by = browser(mock.app);
    await logIn(by, 'alex.bound@nhs.net');
    await call(mock, 'DELETE', '/nhsmail/alex.bound@nhs.net/binding');
    const answer = await by.get(authorizeUrl());
    expect([answer.statusCode, outcomeOf(answer)]).toEqual([403, 'nhsmail_not_registered']);
  });

  test('never takes an account from somebody else in silence', async () => {
    const mock = await testMock();
    const answer = await call(mock, 'POST', '/nhsmail/alex.bound@nhs.net/binding', { uid: '910000000105' });
    expect(answer.statusCode).toBe(409);
    expect(answer.json().detail).toContain('bound to 910000000101');
    expect(await outcome(mock, 'alex.bound@nhs.net')).toBe('authenticated');
  });

  test.each([
    ['an unknown account', '/nhsmail/no.one@nhs.net/binding', { uid: '910000000105' }, 404],
    ['an unknown person', '/nhsmail/uma.unbound@nhs.net/binding', { uid: '000000000000' }, 400],
    ['no person', '/nhsmail/uma.unbound@nhs.net/binding', {}, 400],
  ])('refuses %s', async (_what, path, body, status) => {
    const mock = await testMock();
    expect((await call(mock, 'POST', path, body)).statusCode).toBe(status);
  });
});

describe('one call changes an outcome', () => {
  test.each<[string, string, Method, string, object, string]>([
    [
      'the organisation joins the beta',
      'bea.notinbeta@nhs.net',
      'PATCH',
      '/organisations/RZ8',
      { nhsmail_private_beta: true },
      'authenticated',
    ],
    [
      'the organisation leaves the beta',
      'alex.bound@nhs.net',
      'PATCH',
      '/organisations/A9A5A',
      { nhsmail_private_beta: false },
      'organisation_not_in_private_beta',
    ],
    [
      'the beta is over',
      'bea.notinbeta@nhs.net',
      'PATCH',
      '/settings',
      { nhsmail: { availability: 'general' } },
      'authenticated',
    ],
    [
      'the account is unlocked',
      'lou.locked@nhs.net',
      'PATCH',
      '/nhsmail/lou.locked@nhs.net',
      { locked: false },
      'authenticated',
    ],
    [
      'the account is locked',
      'alex.bound@nhs.net',
      'PATCH',
      '/nhsmail/alex.bound@nhs.net',
      { locked: true },
      'nhsmail_declined',
    ],
    [
      'the number is approved at once',
      'sol.slow@nhs.net',
      'PATCH',
      '/nhsmail/sol.slow@nhs.net',
      { approval: { after_seconds: 1 } },
      'authenticated',
    ],
    [
      'the number is ignored',
      'alex.bound@nhs.net',
      'PATCH',
      '/nhsmail/alex.bound@nhs.net',
      { approval: { result: 'ignore' } },
      'timed_out',
    ],
    [
      'the answer to the number is nobody’s',
      'drew.declined@nhs.net',
      'PATCH',
      '/nhsmail/drew.declined@nhs.net',
      { approval: null },
      'authenticated',
    ],
    [
      'there is more time',
      'sol.slow@nhs.net',
      'PATCH',
      '/settings',
      { timeouts: { number_match_seconds: 600 } },
      'authenticated',
    ],
    [
      'the person’s fault is gone',
      'ira.internalerror@nhs.net',
      'PATCH',
      '/people/910000000110',
      { scenario: null },
      'authenticated',
    ],
    [
      'the person has a fault',
      'alex.bound@nhs.net',
      'PATCH',
      '/people/910000000101',
      { scenario: { code: 'UNEXPECTED_ERROR' } },
      'internal_error',
    ],
  ])('%s', async (_what, account, method, path, body, expected) => {
    const mock = await testMock();
    expect(await outcome(mock, account)).not.toBe(expected);
    expect((await call(mock, method, path, body)).statusCode).toBe(200);
    expect(await outcome(mock, account)).toBe(expected);
  });

  test('a number match that waits is answered through the API: the page then offers Continue', async () => {
    const mock = await testMock();
    const by = browser(mock.app);
    const { login } = await signIn(by, 'alex.bound@nhs.net');
    await call(mock, 'PATCH', '/nhsmail/alex.bound@nhs.net', { approval: { result: 'decline' } });
    expect((await by.get(login)).body).toContain('data-testid="continue"');
    const end = await submit(by, `${login}/number-match`, { answer: 'continue' });
    expect(outcomeOf(end)).toBe('nhsmail_declined');
  });

  test('a new person with a new account logs in', async () => {
    const mock = await testMock();
    expect((await call(mock, 'PUT', '/nhsmail/nova.new@nhs.net', { password: 'password' })).statusCode).toBe(
      201,
    );
    const person = {
      given_name: 'Nova',
      family_name: 'New',
      id_assurance_level: '3',
      roles: [],
      organisations: [{ person_orgid: '920000009001', org_code: 'A9A5A' }],
      authenticators: [{ type: 'nhsmail', nhsmail_account: 'nova.new@nhs.net' }],
    };
    expect((await call(mock, 'PUT', '/people/910000009001', person)).statusCode).toBe(201);
    expect(await outcome(mock, 'nova.new@nhs.net')).toBe('authenticated');
    expect((await call(mock, 'DELETE', '/people/910000009001')).statusCode).toBe(204);
    expect(await outcome(mock, 'nova.new@nhs.net')).toBe('nhsmail_not_registered');
  });
});

test('a person who is removed while choosing a role gets no token, and is asked again how to log in', async () => {
  const mock = await testMock();
  const by = browser(mock.app);
  const login = await begin(by, { scope: 'openid selectedrole' });
  await submit(by, `${login}/authenticator`, { authenticator: 'smartcard' });
  await call(mock, 'PATCH', '/people/656005750104', { roles: [] });
  await call(mock, 'DELETE', '/people/656005750104');
  const page = await submit(by, `${login}/person`, { uid: '656005750104' });
  expect(page.body).toContain('data-testid="error-summary"');
  const twice = await submit(by, `${login}/person`, { uid: '656005750109' });
  expect(outcomeOf(twice)).toBe('authenticated');
});

test('a person who is removed after signing in gets no token', async () => {
  const mock = await testMock();
  const robin = (await call(mock, 'GET', '/people/910000000102')).json();
  const authenticators = [{ type: 'smartcard' }];
  await call(mock, 'PUT', '/people/910000000102', { ...robin, authenticators });
  const by = browser(mock.app);
  const login = await begin(by, { scope: 'openid selectedrole' });
  await submit(by, `${login}/authenticator`, { authenticator: 'smartcard' });
  await submit(by, `${login}/person`, { uid: '910000000102' });
  await call(mock, 'DELETE', '/people/910000000102');
  const page = await by.get(login);
  expect([page.statusCode, page.body]).toEqual([200, expect.stringContaining('page-choose-authenticator')]);
  expect(await issued(mock)).toEqual(NOTHING_ISSUED);
});

describe('a refused change changes nothing, and says what is wrong where', () => {
  test.each<[string, Method, string, object, string]>([
    [
      'an unknown field',
      'PATCH',
      '/organisations/A9A5A',
      { nhsmail_private_bta: true },
      '/nhsmail_private_bta',
    ],
    ['a wrong value', 'PATCH', '/settings', { timeouts: { login_seconds: 0 } }, '/timeouts/login_seconds'],
    ['an unknown setting', 'PATCH', '/settings', { timeouts: { login_second: 1 } }, '/timeouts/login_second'],
    [
      'a field taken out that is required',
      'PATCH',
      '/people/910000000101',
      { given_name: null },
      '/given_name',
    ],
    [
      'a role in an unknown organisation',
      'PATCH',
      '/people/910000000101',
      { organisations: [{ person_orgid: '920000009001', org_code: 'ZZ9' }] },
      '/organisations/0/org_code',
    ],
    [
      'an account that is bound to somebody else',
      'PATCH',
      '/people/910000000105',
      { authenticators: [{ type: 'nhsmail', nhsmail_account: 'alex.bound@nhs.net' }] },
      '/authenticators/0/nhsmail_account',
    ],
    ['another key than the address has', 'PUT', '/people/910000009001', { uid: '910000009002' }, '/uid'],
  ])('%s', async (_what, method, path, body, pointer) => {
    const mock = await testMock();
    const before = structuredClone(mock.environment.fixtures);
    const answer = await call(mock, method, path, body);
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json().faults.map((fault: { pointer: string }) => fault.pointer)).toContain(pointer);
    expect(mock.environment.fixtures).toEqual(before);
  });

  test.each(['{"__proto__": {"polluted": 1}}', '{"constructor": {"prototype": {"polluted": 1}}}'])(
    'a body that is after the prototypes: %s',
    async (payload) => {
      const mock = await testMock();
      const headers = { 'content-type': 'application/json' };
      const answer = await mock.app.inject({ method: 'PATCH', url: '/_mock/settings', headers, payload });
      expect(answer.statusCode).toBe(400);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  );

  test('removing an organisation that people have roles in', async () => {
    const mock = await testMock();
    const answer = await call(mock, 'DELETE', '/organisations/A9A5A');
    expect(answer.statusCode).toBe(409);
    expect(answer.json().faults[0].pointer).toContain('/roles/0/org_code');
    expect((await call(mock, 'GET', '/organisations/A9A5A')).statusCode).toBe(200);
  });
});

describe('lists', () => {
  test.each(['people', 'nhsmail', 'organisations', 'clients'])(
    'GET /_mock/%s is a plain array of what there is',
    async (list) => {
      const mock = await testMock();
      const found = (await call(mock, 'GET', `/${list}`)).json();
      expect(found).toEqual(mock.environment.fixtures[list as 'people']);
      expect(found.length).toBeGreaterThan(3);
    },
  );

  test('one of them is found by its key, and 404 names the list to look in', async () => {
    const mock = await testMock();
    expect((await call(mock, 'GET', '/nhsmail/ALEX.bound@nhs.net')).json().email).toBe('alex.bound@nhs.net');
    const missing = await call(mock, 'GET', '/people/123');
    expect([missing.statusCode, missing.json().detail]).toEqual([
      404,
      expect.stringContaining('GET /_mock/people'),
    ]);
  });

  test('PUT of the same entry twice is the same as once', async () => {
    const mock = await testMock();
    const entry = (await call(mock, 'GET', '/organisations/A9A5A')).json();
    for (const status of [200, 200]) {
      expect((await call(mock, 'PUT', '/organisations/A9A5A', entry)).statusCode).toBe(status);
    }
    expect(mock.environment.fixtures.organisations).toEqual(mock.environment.initial.organisations);
  });
});

describe('settings', () => {
  test('a patch leaves what it does not name, and null brings a default back', async () => {
    const mock = await testMock();
    const before = (await call(mock, 'GET', '/settings')).json();
    const patched = (await call(mock, 'PATCH', '/settings', { timeouts: { login_seconds: 5 } })).json();
    expect(patched).toEqual({ ...before, timeouts: { ...before.timeouts, login_seconds: 5 } });
    expect((await call(mock, 'PATCH', '/settings', { timeouts: { login_seconds: null } })).json()).toEqual(
      before,
    );
  });
});

describe('reset', () => {
  test('brings the fixtures, the clock and an empty store back, and keeps the signing keys', async () => {
    const mock = await testMock();
    const by = browser(mock.app);
    await logIn(by, 'alex.bound@nhs.net');
    await call(mock, 'PATCH', '/organisations/A9A5A', { nhsmail_private_beta: false });
    const keys = (await call(mock, 'GET', '/keys')).json();
    const answer = await mock.app.inject({
      method: 'POST',
      url: '/_mock/reset',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.statusCode).toBe(204);
    expect(mock.environment.fixtures).toEqual(mock.environment.initial);
    expect(mock.clock.isFrozen()).toBe(false);
    expect((await call(mock, 'GET', '/sessions')).json()).toEqual([]);
    expect((await call(mock, 'GET', '/keys')).json()).toEqual(keys);
    expect(mock.environment.journal.events()).toHaveLength(1);
  });

  test('DELETE /_mock/journal forgets what happened, and ids go on counting', async () => {
    const mock = await testMock();
    await logIn(browser(mock.app), 'alex.bound@nhs.net');
    const last = mock.environment.journal.events().at(-1)?.id ?? 0;
    await call(mock, 'DELETE', '/journal');
    expect((await call(mock, 'GET', '/journal')).json()).toEqual([]);
    await logIn(browser(mock.app), 'alex.bound@nhs.net');
    expect(mock.environment.journal.events()[0]?.id).toBe(last + 1);
  });
});
