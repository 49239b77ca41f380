/** GET /_mock/explain: a trial run of an authorization request, which changes nothing. */
import { describe, expect, test } from 'vitest';
import { call, change, pointersOf, read } from '../support/control.ts';
import { issued, NOTHING_ISSUED, outcomeOf } from '../support/mock.ts';
import { ALEX, explain, explainAt, logInAs, type Parameters, sharedMock } from './support.ts';

const shared = sharedMock();

describe('explain', () => {
  test('stores, issues, uses up and journals nothing, and sets no cookie', async () => {
    const mock = shared.get();
    await change(mock, 'POST', '/_mock/scenarios', { code: 'TIMED_OUT', times: 1 });
    const before = mock.environment.journal.events().length;
    for (const parameters of [{ mock_login: ALEX.account }, { persona: ALEX.account }, { client_id: 'no' }]) {
      const answer = await explainAt(mock, parameters);
      expect([answer.statusCode, answer.cookies]).toEqual([200, []]);
    }
    expect(await issued(mock)).toEqual(NOTHING_ISSUED);
    expect(mock.environment.journal.events()).toHaveLength(before);
    expect(await read(mock, '/_mock/scenarios')).toMatchObject([{ code: 'TIMED_OUT', times: 1 }]);
  });

  test('takes what is left out to be good: with nothing given, the first client on pages', async () => {
    expect(await explain(shared.get())).toEqual({
      accepted: true,
      client_id: 'mock-client',
      interaction: {
        pages: true,
        decided_by: 'environment',
        why: 'interaction is pages, and no mock_login names a persona',
      },
      on_login_failure: { value: 'page', decided_by: 'environment' },
      outcome: null,
      scenarios: [],
    });
  });

  test('says for every persona how a log-in would end, on pages and without, as it then ends', async () => {
    const mock = shared.get();
    const { nhsmail, people } = mock.environment.fixtures;
    const outcomes = new Set<string>();
    for (const persona of [...nhsmail.map(({ email }) => email), ...people.map(({ uid }) => uid)]) {
      const acr = { acr_values: 'AAL2_OR_AAL3_ANY' };
      const onPages = await explain(mock, { persona, ...acr });
      const headless = await explain(mock, { mock_login: persona, ...acr });
      expect(onPages.outcome).toEqual(headless.outcome);
      expect([onPages.interaction.pages, headless.interaction.pages]).toEqual([true, false]);
      const ended = outcomeOf(await logInAs(mock, persona, { scope: 'openid selectedrole', ...acr }));
      expect([persona, headless.outcome?.outcome]).toEqual([persona, ended]);
      outcomes.add(String(ended));
    }
    expect(outcomes.size).toBeGreaterThan(5);
  });

  test('names the rule that would decide, what it finds and how to mend it', async () => {
    const { outcome } = await explain(shared.get(), { persona: 'uma.unbound@nhs.net' });
    expect(outcome).toEqual({
      outcome: 'nhsmail_not_registered',
      rule: 'the NHSmail account is not registered',
      found: expect.stringContaining('uma.unbound@nhs.net'),
      expected: expect.stringContaining('bound'),
      mend: expect.stringContaining('/_mock/nhsmail/uma.unbound@nhs.net/binding'),
    });
  });

  test.each<[string, object, object, Parameters, object]>([
    ['the settings', {}, {}, {}, { value: 'page', decided_by: 'environment' }],
    [
      'the settings, changed',
      { on_login_failure: 'redirect' },
      {},
      {},
      { value: 'redirect', decided_by: 'environment' },
    ],
    [
      'the client',
      { on_login_failure: 'page' },
      { on_login_failure: 'redirect' },
      {},
      { value: 'redirect', decided_by: 'client' },
    ],
    [
      'the request',
      { on_login_failure: 'page' },
      { on_login_failure: 'page' },
      { mock_on_failure: 'redirect' },
      { value: 'redirect', decided_by: 'request' },
    ],
  ])('says where a failure would go: by %s', async (_what, settings, client, parameters, expected) => {
    const mock = shared.get();
    await change(mock, 'PATCH', '/_mock/settings', settings);
    await change(mock, 'PATCH', '/_mock/clients/mock-client', client);
    expect((await explain(mock, parameters)).on_login_failure).toEqual(expected);
  });

  test('says of prompt=none that it shows no page, whoever would log in', async () => {
    const { interaction } = await explain(shared.get(), { prompt: 'none' });
    expect(interaction).toMatchObject({ pages: false, decided_by: 'request' });
    expect(interaction.why).toContain('without one the request is refused');
    const headless = await explain(shared.get(), { prompt: 'none', mock_login: ALEX.account });
    expect(headless.interaction).toMatchObject({ persona: ALEX.account });
  });

  test('counts what is queued with the use that it speaks of', async () => {
    const mock = shared.get();
    await change(mock, 'POST', '/_mock/scenarios', { code: 'TIMED_OUT', times: 2 });
    const why = async () => (await explain(mock, { mock_login: ALEX.account })).scenarios[0]?.why;
    expect(await why()).toBe('it was queued for everybody, for 2 times with this one');
    await logInAs(mock, ALEX.account);
    expect(await why()).toBe('it was queued for everybody, for this once');
  });

  test('lists all scenarios in the order of precedence, and which of them decide', async () => {
    const mock = shared.get();
    await change(mock, 'PATCH', '/_mock/settings', { scenario: { code: 'TIMED_OUT' } });
    await change(mock, 'POST', '/_mock/scenarios', { code: 'ID_TOKEN_EXPIRED', client_id: 'mock-client' });
    await change(mock, 'POST', '/_mock/scenarios', { code: 'SLOW_ANSWER', endpoint: 'userinfo', times: 2 });
    const { scenarios } = await explain(mock, { mock_login: ALEX.account, mock_scenario: 'NO_ROLE' });
    expect(
      scenarios.map(({ code, endpoint, decides, decided_by }) => [code, endpoint, decides, decided_by]),
    ).toEqual([
      ['SLOW_ANSWER', 'userinfo', true, 'one_shot'],
      ['NO_ROLE', 'authorize', true, 'request'],
      ['ID_TOKEN_EXPIRED', 'token', true, 'client'],
      ['TIMED_OUT', 'authorize', false, 'environment'],
    ]);
    for (const { why } of scenarios) expect(why).toMatch(/^(?:it|the request) /);
  });

  test.each<[string, Parameters, string, string]>([
    ['an unknown client', { client_id: 'mock-clint' }, 'invalid_client', 'client_id'],
    [
      'a redirect URI that is not registered',
      { redirect_uri: 'https://elsewhere.example/' },
      'redirect_uri_mismatch',
      'redirect_uri',
    ],
    ['an unknown persona in mock_login', { mock_login: 'nobody@nhs.net' }, 'invalid_request', 'mock_login'],
    ['an unknown scenario', { mock_scenario: 'NONE' }, 'invalid_request', 'mock_scenario'],
    ['no openid', { scope: 'profile' }, 'invalid_scope', 'scope'],
    ['another flow', { response_type: 'token' }, 'unsupported_response_type', 'response_type'],
    ['a misspelt parameter of the mock', { mock_logn: 'x' }, 'invalid_request', 'mock_logn'],
  ])('says of %s that it would be refused, and why', async (_what, parameters, error, parameter) => {
    expect(await explain(shared.get(), parameters)).toEqual({
      accepted: false,
      error,
      error_description: expect.any(String),
      refusal: expect.objectContaining({ parameter, mend: expect.any(String), expected: expect.any(String) }),
    });
  });

  test('accepts every client of the fixtures with nothing but its name', async () => {
    const mock = shared.get();
    for (const { client_id } of mock.environment.fixtures.clients)
      expect(await explain(mock, { client_id })).toMatchObject({ accepted: true, client_id });
  });

  test('refuses a persona that is nobody, and a parameter that comes twice', async () => {
    const mock = shared.get();
    const unknown = await explainAt(mock, { persona: 'alex.bond@nhs.net' });
    expect([unknown.statusCode, pointersOf(unknown)]).toEqual([400, ['/persona']]);
    expect(unknown.json().faults[0].allowed).toContain('alex.bound@nhs.net');
    const twice = await call(mock, 'GET', '/_mock/explain?scope=openid&scope=email');
    expect([twice.statusCode, pointersOf(twice)]).toEqual([400, ['/scope']]);
  });
});
