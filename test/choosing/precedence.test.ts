/** Which scenario acts: one-shot, request, persona, client, environment. What explain says, what happens, what the journal says. */
import { describe, expect, test } from 'vitest';
import { applied, call, change, pointersOf, read } from '../support/control.ts';
import {
  authorizeUrl,
  begin,
  browser,
  callback,
  type Mock,
  outcomeOf,
  signIn,
  submit,
} from '../support/mock.ts';
import {
  ALEX,
  claimsFor,
  decisionAt,
  explain,
  logInAs,
  type Parameters,
  sharedMock,
  WES,
} from './support.ts';

const shared = sharedMock();

const start = (mock: Mock, scenario: object) => change(mock, 'POST', '/_mock/scenarios', scenario);

/** How each level names a scenario for alex’s next log-in; the request does so by parameters. */
const LEVELS: readonly [level: string, choose: (mock: Mock, code: string) => Promise<Parameters>][] = [
  ['one_shot', async (mock, code) => start(mock, { code, times: 1 }).then(() => ({}))],
  ['request', async (_mock, code) => ({ mock_scenario: code })],
  [
    'persona',
    (mock, code) =>
      change(mock, 'PATCH', `/_mock/people/${ALEX.uid}`, { scenario: { code } }).then(() => ({})),
  ],
  [
    'client',
    (mock, code) =>
      change(mock, 'PATCH', '/_mock/clients/mock-client', { scenario: { code } }).then(() => ({})),
  ],
  [
    'environment',
    (mock, code) => change(mock, 'PATCH', '/_mock/settings', { scenario: { code } }).then(() => ({})),
  ],
];

const PAIRS = LEVELS.flatMap(([higher, chooseHigher], index) =>
  LEVELS.slice(index + 1).map(([lower, chooseLower]) => ({ higher, chooseHigher, lower, chooseLower })),
);

describe('with scenarios at two levels, the higher decides', () => {
  test('every pair of the five is tried', () => {
    expect(PAIRS).toHaveLength(10);
  });

  test.each(PAIRS)('$higher before $lower, at the log-in', async ({ higher, chooseHigher, chooseLower }) => {
    const mock = shared.get();
    const parameters = {
      ...(await chooseLower(mock, 'TIMED_OUT')),
      ...(await chooseHigher(mock, 'NO_ROLE')),
    };
    const decision = [{ scenario: 'NO_ROLE', decided_by: higher }];
    expect(await decisionAt(mock, 'login', { mock_login: ALEX.account, ...parameters })).toEqual(decision);
    expect((await explain(mock, { mock_login: ALEX.account, ...parameters })).outcome).toMatchObject({
      outcome: 'no_role',
      rule: 'a scenario decides',
    });
    expect(applied(mock)).toEqual([]);
    expect(outcomeOf(await logInAs(mock, ALEX.account, parameters))).toBe('no_role');
    expect(applied(mock)).toEqual(decision);
  });

  test.each(PAIRS)(
    '$higher before $lower, in the ID token',
    async ({ higher, chooseHigher, chooseLower }) => {
      const mock = shared.get();
      const parameters = {
        ...(await chooseLower(mock, 'ID_TOKEN_IAL_LOW')),
        ...(await chooseHigher(mock, 'ID_TOKEN_AAL_LOW')),
      };
      const decision = [{ scenario: 'ID_TOKEN_AAL_LOW', decided_by: higher }];
      expect(await decisionAt(mock, 'id_token', { mock_login: ALEX.account, ...parameters })).toEqual(
        decision,
      );
      const claims = await claimsFor(mock, ALEX.account, parameters);
      expect([claims['authentication_assurance_level'], claims['id_assurance_level']]).toEqual(['1', '3']);
      expect(applied(mock)).toEqual(decision);
    },
  );

  test.each(LEVELS)('%s alone decides', async (level, choose) => {
    const mock = shared.get();
    const parameters = await choose(mock, 'TIMED_OUT');
    expect(outcomeOf(await logInAs(mock, ALEX.account, parameters))).toBe('timed_out');
    expect(applied(mock)).toEqual([{ scenario: 'TIMED_OUT', decided_by: level }]);
  });

  test('scenarios of different places act each at its own', async () => {
    const mock = shared.get();
    await change(mock, 'PATCH', '/_mock/settings', { scenario: { code: 'ID_TOKEN_IAL_LOW' } });
    await change(mock, 'PATCH', '/_mock/clients/mock-client', { scenario: { code: 'ISS_MISSING' } });
    const answer = await logInAs(mock, ALEX.account);
    expect(callback(answer).has('iss')).toBe(false);
    expect((await claimsFor(mock, ALEX.account))['id_assurance_level']).toBe('2');
  });
});

describe('one-shots', () => {
  test('are used up in the order in which they were queued, each as often as it says', async () => {
    const mock = shared.get();
    await start(mock, { code: 'TIMED_OUT', times: 2 });
    await start(mock, { code: 'NO_ROLE', times: 1 });
    const outcomes = [];
    for (let times = 0; times < 4; times++) outcomes.push(outcomeOf(await logInAs(mock, ALEX.account)));
    expect(outcomes).toEqual(['timed_out', 'timed_out', 'no_role', 'authenticated']);
    expect(await read(mock, '/_mock/scenarios')).toEqual([]);
  });

  test('count down in the list, and explain uses nothing up', async () => {
    const mock = shared.get();
    await start(mock, { code: 'TIMED_OUT', times: 3 });
    const left = async () => (await read<{ times: number }[]>(mock, '/_mock/scenarios'))[0]?.times;
    const events = mock.environment.journal.events().length;
    for (let times = 0; times < 3; times++) await explain(mock, { mock_login: ALEX.account });
    expect([await left(), mock.environment.journal.events().length]).toEqual([3, events]);
    await logInAs(mock, ALEX.account);
    expect(await left()).toBe(2);
  });

  test('of different places wait each for its own', async () => {
    const mock = shared.get();
    await start(mock, { code: 'ID_TOKEN_IAL_LOW', times: 1 });
    await start(mock, { code: 'TIMED_OUT', times: 1 });
    expect(outcomeOf(await logInAs(mock, ALEX.account))).toBe('timed_out');
    expect((await claimsFor(mock, ALEX.account))['id_assurance_level']).toBe('2');
    expect((await claimsFor(mock, ALEX.account))['id_assurance_level']).toBe('3');
  });

  test.each([ALEX.account, ALEX.account.toUpperCase(), ALEX.uid])(
    'for the persona %s leave others alone, and meet them by account and by UID',
    async (persona) => {
      const mock = shared.get();
      await start(mock, { code: 'TIMED_OUT', times: 2, persona });
      expect(outcomeOf(await logInAs(mock, WES.account))).toBe('authenticated');
      expect(outcomeOf(await logInAs(mock, ALEX.uid))).toBe('timed_out');
      expect(outcomeOf(await logInAs(mock, ALEX.account))).toBe('timed_out');
      expect(outcomeOf(await logInAs(mock, ALEX.account))).toBe('authenticated');
    },
  );

  test('for an account that nobody holds meet whoever uses it', async () => {
    const mock = shared.get();
    await start(mock, { code: 'TIMED_OUT', times: 1, persona: 'noel.noprofile@nhs.net' });
    expect(outcomeOf(await logInAs(mock, 'noel.noprofile@nhs.net'))).toBe('timed_out');
    expect(outcomeOf(await logInAs(mock, 'noel.noprofile@nhs.net'))).toBe('nhsmail_not_registered');
  });

  test('for a client leave other clients alone', async () => {
    const mock = shared.get();
    await start(mock, { code: 'TIMED_OUT', times: 1, client_id: 'mock-client-basic' });
    expect(outcomeOf(await logInAs(mock, ALEX.account))).toBe('authenticated');
    const basic = { client_id: 'mock-client-basic' };
    expect(outcomeOf(await logInAs(mock, ALEX.account, basic))).toBe('timed_out');
    expect(outcomeOf(await logInAs(mock, ALEX.account, basic))).toBe('authenticated');
  });

  test('with an endpoint act there, and nowhere else', async () => {
    const mock = shared.get();
    await start(mock, { code: 'SERVICE_UNAVAILABLE', times: 1, endpoint: 'userinfo' });
    const claims = await claimsFor(mock, ALEX.account);
    expect(claims['sub']).toBe(ALEX.uid);
    const realm = new URL(mock.environment.issuer).pathname;
    expect((await mock.app.inject(`${realm}/userinfo`)).statusCode).toBe(503);
    expect((await mock.app.inject(`${realm}/userinfo`)).statusCode).toBe(401);
  });

  test('that several log-ins meet at once are used up by exactly as many as they say', async () => {
    const mock = shared.get();
    await start(mock, { code: 'TIMED_OUT', times: 3 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => logInAs(mock, ALEX.account)));
    expect(answers.map(outcomeOf).filter((outcome) => outcome === 'timed_out')).toHaveLength(3);
  });
});

describe('a scenario for a persona stands above what that persona’s log-in would meet by itself', () => {
  test.each([
    ['drew.declined@nhs.net', '910000000112'],
    ['lou.locked@nhs.net', '910000000113'],
    ['sol.slow@nhs.net', '910000000109'],
    ['bea.notinbeta@nhs.net', '910000000108'],
    ['ira.internalerror@nhs.net', '910000000110'],
  ])('%s, by a one-shot and by the person’s own', async (account, uid) => {
    const mock = shared.get();
    const asked = { mock_login: account };
    const whole = { scenario: { code: 'NO_ROLE', times: null } };
    await change(mock, 'PATCH', `/_mock/people/${uid}`, whole);
    expect(await decisionAt(mock, 'login', asked)).toEqual([{ scenario: 'NO_ROLE', decided_by: 'persona' }]);
    expect(outcomeOf(await logInAs(mock, account))).toBe('no_role');
    await start(mock, { code: 'ACCESS_DENIED', times: 1, persona: uid });
    expect(await decisionAt(mock, 'login', asked)).toEqual([
      { scenario: 'ACCESS_DENIED', decided_by: 'one_shot' },
    ]);
    expect(outcomeOf(await logInAs(mock, account))).toBe('access_denied');
  });

  test('on pages: only once the account has done its part', async () => {
    const mock = shared.get();
    await start(mock, { code: 'NO_ROLE', times: 1, persona: 'drew.declined@nhs.net' });
    const by = browser(mock.app);
    const { login, page } = await signIn(by, 'drew.declined@nhs.net');
    expect(page.body).toContain('data-testid="page-number-match"');
    const end = await submit(by, `${login}/number-match`, { answer: 'decline' });
    expect(outcomeOf(end)).toBe('no_role');
  });
});

describe('scenarios that a call started', () => {
  test('act until they are stopped, and stand above the fixtures’ own of the same level', async () => {
    const mock = shared.get();
    await change(mock, 'PATCH', '/_mock/settings', { scenario: { code: 'TIMED_OUT' } });
    await start(mock, { code: 'NO_ROLE' });
    for (let times = 0; times < 2; times++)
      expect(outcomeOf(await logInAs(mock, ALEX.account))).toBe('no_role');
    await change(mock, 'DELETE', '/_mock/scenarios/NO_ROLE');
    expect(outcomeOf(await logInAs(mock, ALEX.account))).toBe('timed_out');
  });

  test('stand each at its level: for a persona, for a client, for everybody', async () => {
    const mock = shared.get();
    await start(mock, { code: 'TIMED_OUT', persona: ALEX.uid });
    await start(mock, { code: 'NO_ROLE', client_id: 'mock-client' });
    await start(mock, { code: 'ACCESS_DENIED' });
    const listed = await read<{ code: string; level: string }[]>(mock, '/_mock/scenarios');
    expect(listed.map(({ code, level }) => [code, level])).toEqual([
      ['TIMED_OUT', 'persona'],
      ['NO_ROLE', 'client'],
      ['ACCESS_DENIED', 'environment'],
    ]);
    expect(outcomeOf(await logInAs(mock, ALEX.account))).toBe('timed_out');
    expect(outcomeOf(await logInAs(mock, WES.account))).toBe('no_role');
    const basic = { client_id: 'mock-client-basic' };
    expect(outcomeOf(await logInAs(mock, WES.account, basic))).toBe('access_denied');
    expect(applied(mock).map(({ decided_by }) => decided_by)).toEqual(['persona', 'client', 'environment']);
  });

  test('come the newest first', async () => {
    const mock = shared.get();
    for (const code of ['TIMED_OUT', 'NO_ROLE']) await start(mock, { code });
    expect(outcomeOf(await logInAs(mock, ALEX.account))).toBe('no_role');
  });

  test('are stopped by id, by code and all at once; what is not there is 404', async () => {
    const mock = shared.get();
    const { id } = (await start(mock, { code: 'TIMED_OUT' })).json();
    await start(mock, { code: 'NO_ROLE' });
    await change(mock, 'DELETE', `/_mock/scenarios/${id}`);
    expect((await call(mock, 'DELETE', `/_mock/scenarios/${id}`)).statusCode).toBe(404);
    expect(await read(mock, '/_mock/scenarios')).toMatchObject([{ code: 'NO_ROLE' }]);
    await change(mock, 'DELETE', '/_mock/scenarios');
    expect(await read(mock, '/_mock/scenarios')).toEqual([]);
  });

  test.each<[string, object, string[]]>([
    ['no code', {}, ['/code']],
    ['an unknown code', { code: 'TIMED_OT' }, ['/code']],
    ['times that are none', { code: 'TIMED_OUT', times: 0 }, ['/times']],
    ['an unknown persona', { code: 'TIMED_OUT', persona: 'nobody@nhs.net' }, ['/persona']],
    ['an unknown client', { code: 'TIMED_OUT', client_id: 'mock-clint' }, ['/client_id']],
    ['an unknown endpoint', { code: 'SLOW_ANSWER', endpoint: 'tokens' }, ['/endpoint']],
    ['an endpoint where it cannot act', { code: 'TIMED_OUT', endpoint: 'userinfo' }, ['/endpoint']],
    ['an unknown parameter', { code: 'SLOW_ANSWER', parameters: { second: 1 } }, ['/parameters/second']],
    ['a wrong parameter', { code: 'SLOW_ANSWER', parameters: { seconds: -1 } }, ['/parameters/seconds']],
    ['an unknown field', { code: 'TIMED_OUT', time: 1 }, ['/time']],
    [
      'several faults, all at once',
      { code: 'TIMED_OT', persona: 'nobody@nhs.net', client_id: 'x' },
      ['/code', '/persona', '/client_id'],
    ],
  ])('are refused with %s, and none starts', async (_what, body, pointers) => {
    const mock = shared.get();
    const answer = await call(mock, 'POST', '/_mock/scenarios', body);
    expect([answer.statusCode, pointersOf(answer)]).toEqual([400, pointers]);
    expect(await read(mock, '/_mock/scenarios')).toEqual([]);
  });
});

describe('mock_scenario', () => {
  test('is for one log-in: the next is right again', async () => {
    const mock = shared.get();
    expect(outcomeOf(await logInAs(mock, ALEX.account, { mock_scenario: 'TIMED_OUT' }))).toBe('timed_out');
    expect(outcomeOf(await logInAs(mock, ALEX.account))).toBe('authenticated');
  });

  test('acts on what comes of that log-in, and on nothing of another', async () => {
    const mock = shared.get();
    const [low, right] = await Promise.all([
      claimsFor(mock, ALEX.account, { mock_scenario: 'ID_TOKEN_IAL_LOW' }),
      claimsFor(mock, ALEX.account),
    ]);
    expect([low['id_assurance_level'], right['id_assurance_level']]).toEqual(['2', '3']);
  });

  test('ends a log-in on pages too, before a persona is known', async () => {
    const mock = shared.get();
    const by = browser(mock.app);
    const answer = await by.get(authorizeUrl({ mock_scenario: 'ORGANISATION_NOT_IN_PRIVATE_BETA' }));
    expect(outcomeOf(answer)).toBe('organisation_not_in_private_beta');
  });

  test('that is no code is refused to the application precisely, with near matches', async () => {
    const mock = shared.get();
    const answer = callback(await logInAs(mock, ALEX.account, { mock_scenario: 'TIMED_OUTT' }));
    expect(Object.fromEntries(answer)).toMatchObject({ error: 'invalid_request', state: 'the-state' });
    expect(answer.get('error_description')).toMatch(/mock_scenario.*near matches: TIMED_OUT/);
    const [refused] = mock.environment.journal.events({ kind: 'refused' });
    expect(refused?.refusal).toMatchObject({ parameter: 'mock_scenario', found: 'TIMED_OUTT' });
  });
});

describe('on pages, before anybody has signed in', () => {
  const FOR_ALEX = { persona: ALEX.account };
  const approved = async (mock: Mock, account: string, parameters: Parameters) => {
    const by = browser(mock.app);
    const { login, page } = await signIn(by, account, parameters);
    return [outcomeOf(page), outcomeOf(await submit(by, `${login}/number-match`, { answer: 'approve' }))];
  };
  test('one for everybody acts at once, and explain says so for every persona', async () => {
    const mock = shared.get();
    await start(mock, { code: 'INTERNAL_ERROR' });
    expect(outcomeOf(await browser(mock.app).get(authorizeUrl()))).toBe('internal_error');
    await change(mock, 'PATCH', `/_mock/people/${ALEX.uid}`, { scenario: { code: 'TIMED_OUT' } });
    const { outcome, scenarios } = await explain(mock, { persona: ALEX.account });
    expect(outcome).toMatchObject({ outcome: 'internal_error' });
    expect(scenarios.filter(({ decides }) => decides).map(({ code }) => code)).toEqual(['INTERNAL_ERROR']);
    expect((await explain(mock, { persona: ALEX.account, prompt: 'none' })).outcome).toBeNull();
  });

  test.each<[string, object[], Parameters]>([
    ['one of the environment', [{ code: 'INTERNAL_ERROR' }, { code: 'NO_ROLE', ...FOR_ALEX }], {}],
    [
      'one of the client',
      [
        { code: 'INTERNAL_ERROR', client_id: 'mock-client' },
        { code: 'NO_ROLE', ...FOR_ALEX },
      ],
      {},
    ],
    [
      'that of the request',
      [{ code: 'NO_ROLE', times: 1, ...FOR_ALEX }],
      { mock_scenario: 'INTERNAL_ERROR' },
    ],
    [
      'a later one-shot',
      [
        { code: 'NO_ROLE', times: 1, ...FOR_ALEX },
        { code: 'INTERNAL_ERROR', times: 1 },
      ],
      {},
    ],
  ])('%s waits for one that was started for a persona', async (_what, scenarios, parameters) => {
    const mock = shared.get();
    for (const scenario of scenarios) await start(mock, scenario);
    const explained = await explain(mock, { persona: ALEX.account, ...parameters });
    expect(explained.outcome).toMatchObject({ outcome: 'no_role' });
    // Somebody else’s log-in ends by the other, as soon as it is known whose it is.
    expect(await approved(mock, 'ivy.lowassurance@nhs.net', parameters)).toEqual([
      undefined,
      'internal_error',
    ]);
    for (const scenario of scenarios) if ('times' in scenario) await start(mock, scenario);
    expect(await approved(mock, ALEX.account, parameters)).toEqual([undefined, 'no_role']);
  });

  const sent = (path: string, form: Parameters) => async (mock: Mock) => {
    const by = browser(mock.app);
    const login = await begin(by);
    await submit(by, `${login}/authenticator`, { authenticator: 'nhsmail' });
    return outcomeOf(await submit(by, `${login}${path}`, form));
  };
  test.each<[string, (mock: Mock) => Promise<unknown>]>([
    ['cancelled', sent('/cancel', {})],
    ['by a wrong password', sent('/nhsmail', { email: 'ivy.lowassurance@nhs.net', password: 'x' })],
    ['of a locked account', sent('/nhsmail', { email: 'lou.locked@nhs.net', password: 'password' })],
    [
      'by an authenticator that is too weak',
      async (mock) => {
        const by = browser(mock.app);
        const login = await begin(by, { acr_values: 'AAL3_ANY' });
        return outcomeOf(await submit(by, `${login}/authenticator`, { authenticator: 'nhsmail' }));
      },
    ],
  ])('what waits acts where the log-in ends before it is known whose it is: %s', async (_how, end) => {
    const mock = shared.get();
    await start(mock, { code: 'NO_ROLE', ...FOR_ALEX });
    await start(mock, { code: 'INTERNAL_ERROR', client_id: 'mock-client' });
    expect(await end(mock)).toBe('internal_error');
  });

  test.each<[string, object[], Parameters]>([
    [
      'an earlier one-shot before one for a persona',
      [
        { code: 'INTERNAL_ERROR', times: 1 },
        { code: 'NO_ROLE', times: 1, ...FOR_ALEX },
      ],
      {},
    ],
    [
      'that of the request before what always acts for a persona',
      [{ code: 'NO_ROLE', ...FOR_ALEX }],
      { mock_scenario: 'INTERNAL_ERROR' },
    ],
    [
      'one of the environment before one for a persona of another client',
      [{ code: 'INTERNAL_ERROR' }, { code: 'NO_ROLE', client_id: 'mock-client-basic', ...FOR_ALEX }],
      {},
    ],
    [
      'one of the environment before one for a persona that acts elsewhere',
      [{ code: 'INTERNAL_ERROR' }, { code: 'ID_TOKEN_EXPIRED', ...FOR_ALEX }],
      {},
    ],
  ])('%s: nothing waits', async (_what, scenarios, parameters) => {
    const mock = shared.get();
    for (const scenario of scenarios) await start(mock, scenario);
    expect(outcomeOf(await browser(mock.app).get(authorizeUrl(parameters)))).toBe('internal_error');
  });
});
