/** interaction "automatic": log-ins without pages for applications whose authorization URL cannot be changed. */
import { describe, expect, test } from 'vitest';
import { call, change, pointersOf } from '../support/control.ts';
import {
  actionOf,
  authorizeUrl,
  browser,
  callback,
  claimsOf,
  type Mock,
  outcomeOf,
  redeem,
  submit,
} from '../support/mock.ts';
import { ALEX, explain, type Parameters, sharedMock, WES } from './support.ts';

const shared = sharedMock();

const automatic = (mock: Mock, settings: object = {}) =>
  change(mock, 'PATCH', '/_mock/settings', { interaction: 'automatic', ...settings });

/** Who logged in, by the ID token; undefined where nobody did. */
async function whoLogsIn(mock: Mock, parameters: Parameters = {}, by = browser(mock.app)) {
  const answer = await by.get(authorizeUrl(parameters));
  if (outcomeOf(answer) !== 'authenticated') return undefined;
  return claimsOf((await redeem(by, callback(answer).get('code'))).json().id_token)['sub'];
}

const explanationOfLogin = ({ environment }: Mock) =>
  environment.journal.events({ kind: 'login_started' }).at(-1)?.explanation;

describe('who logs in', () => {
  const FIRST = 'the first account';
  test.each<[string, object, object, Parameters, string, string, string]>([
    [FIRST, {}, {}, {}, ALEX.uid, 'environment', 'settings.automatic_persona, or the first account'],
    [
      'automatic_persona of the settings, an account',
      { automatic_persona: WES.account },
      {},
      {},
      WES.uid,
      'environment',
      'settings.automatic_persona',
    ],
    [
      'automatic_persona of the settings, a UID',
      { automatic_persona: '656005750104' },
      {},
      {},
      '656005750104',
      'environment',
      'settings.automatic_persona',
    ],
    [
      'automatic_persona of the client, before that of the settings',
      { automatic_persona: ALEX.account },
      { automatic_persona: WES.account },
      {},
      WES.uid,
      'client',
      'automatic_persona of the client',
    ],
    [
      'login_hint, before any automatic_persona',
      { automatic_persona: ALEX.account },
      { automatic_persona: ALEX.account },
      { login_hint: WES.account },
      WES.uid,
      'request',
      'login_hint names',
    ],
    [
      'login_hint, a UID',
      {},
      {},
      { login_hint: '656005750104' },
      '656005750104',
      'request',
      'login_hint names',
    ],
    [
      'mock_login, before login_hint',
      {},
      {},
      { mock_login: WES.account, login_hint: ALEX.account },
      WES.uid,
      'request',
      'mock_login names',
    ],
  ])(
    'is %s; explain and the journal say so',
    async (_what, settings, client, parameters, uid, level, why) => {
      const mock = shared.get();
      await automatic(mock, settings);
      await change(mock, 'PATCH', '/_mock/clients/mock-client', client);
      const { interaction } = await explain(mock, parameters);
      expect(interaction).toMatchObject({ pages: false, decided_by: level });
      expect(interaction.why).toContain(why);
      expect(await whoLogsIn(mock, parameters)).toBe(uid);
      expect(explanationOfLogin(mock)).toContain(why);
    },
  );

  test('is nobody by themselves where the client alone has pages', async () => {
    const mock = shared.get();
    await automatic(mock);
    await change(mock, 'PATCH', '/_mock/clients/mock-client', { interaction: 'pages' });
    const answer = await browser(mock.app).get(authorizeUrl());
    expect(answer.headers.location).toMatch(/^\/login\//);
    expect((await explain(mock)).interaction).toMatchObject({ pages: true, decided_by: 'client' });
  });

  test('is by a client alone automatic, and not by others', async () => {
    const mock = shared.get();
    await change(mock, 'PATCH', '/_mock/clients/mock-client', { interaction: 'automatic' });
    expect(await whoLogsIn(mock)).toBe(ALEX.uid);
    const other = await browser(mock.app).get(authorizeUrl({ client_id: 'mock-client-basic' }));
    expect(other.headers.location).toMatch(/^\/login\//);
  });

  test('is shown on pages with login_hint filled in, where interaction is pages', async () => {
    const mock = shared.get();
    const by = browser(mock.app);
    const answer = await by.get(authorizeUrl({ login_hint: WES.account }));
    const login = String(answer.headers.location);
    const page = await submit(by, `${login}/authenticator`, { authenticator: 'nhsmail' });
    expect(page.body).toContain(`value="${WES.account}"`);
  });
});

describe('a name of nobody is never taken for somebody else', () => {
  test('login_hint: refused to the application, with near matches', async () => {
    const mock = shared.get();
    await automatic(mock);
    const parameters = { login_hint: 'alex.bond@nhs.net' };
    const answer = callback(await browser(mock.app).get(authorizeUrl(parameters)));
    expect(Object.fromEntries(answer)).toMatchObject({ error: 'invalid_request', state: 'the-state' });
    expect(answer.get('error_description')).toMatch(/login_hint.*alex\.bound@nhs\.net/);
    expect(await explain(mock, parameters)).toMatchObject({
      accepted: false,
      error: 'invalid_request',
      refusal: { parameter: 'login_hint', found: 'alex.bond@nhs.net' },
    });
  });

  test('login_hint is not looked at where mock_login names the persona', async () => {
    const mock = shared.get();
    await automatic(mock);
    const parameters = { login_hint: 'alex.bond@nhs.net', mock_login: WES.account };
    expect(await whoLogsIn(mock, parameters)).toBe(WES.uid);
  });

  test.each([
    ['settings', '/_mock/settings'],
    ['client', '/_mock/clients/mock-client'],
  ])('automatic_persona of the %s: refused by the call', async (_what, path) => {
    const mock = shared.get();
    const body = { interaction: 'automatic', automatic_persona: 'nobody@nhs.net' };
    const answer = await call(mock, 'PATCH', path, body);
    expect([answer.statusCode, pointersOf(answer)]).toEqual([400, ['/automatic_persona']]);
    expect((await explain(mock)).interaction.pages).toBe(true);
  });

  test('a persona that settings name cannot be removed', async () => {
    const mock = shared.get();
    await automatic(mock, { automatic_persona: '656005750104' });
    const answer = await call(mock, 'DELETE', '/_mock/people/656005750104');
    expect([answer.statusCode, answer.json().faults[0].pointer]).toEqual([
      409,
      expect.stringContaining('automatic_persona'),
    ]);
  });
});

describe('an automatic log-in is a log-in', () => {
  test('prompt=none gets one', async () => {
    const mock = shared.get();
    await automatic(mock);
    expect(await whoLogsIn(mock, { prompt: 'none' })).toBe(ALEX.uid);
  });

  test('it takes the place of a live session of somebody else', async () => {
    const mock = shared.get();
    const by = browser(mock.app);
    await by.get(authorizeUrl({ mock_login: WES.account }));
    await automatic(mock);
    expect(await whoLogsIn(mock, {}, by)).toBe(ALEX.uid);
    await change(mock, 'PATCH', '/_mock/settings', { interaction: 'pages' });
    expect(await whoLogsIn(mock, { prompt: 'none' }, by)).toBe(ALEX.uid);
  });

  test('it selects the first role, as mock_login does', async () => {
    const mock = shared.get();
    await automatic(mock, { automatic_persona: 'robin.roles@nhs.net' });
    const by = browser(mock.app);
    const answer = await by.get(authorizeUrl({ scope: 'openid selectedrole' }));
    const tokens = (await redeem(by, callback(answer).get('code'))).json();
    expect(claimsOf(tokens.id_token)['selected_roleid']).toBe('930001020001');
  });

  test('a failure ends on CIS2’s page, from which Try again logs in without pages again', async () => {
    const mock = shared.get();
    await automatic(mock, { automatic_persona: 'tess.temporary@nhs.net' });
    const by = browser(mock.app);
    const failed = await by.get(authorizeUrl());
    expect([failed.statusCode, outcomeOf(failed)]).toEqual([500, 'internal_error']);
    expect(outcomeOf(await by.post(actionOf(failed, 'try-again')))).toBe('authenticated');
    expect(explanationOfLogin(mock)).toContain('settings.automatic_persona');
  });

  test('Use a different way to log in leads to pages', async () => {
    const mock = shared.get();
    await automatic(mock, { automatic_persona: 'uma.unbound@nhs.net' });
    const by = browser(mock.app);
    const failed = await by.get(authorizeUrl());
    expect([failed.statusCode, outcomeOf(failed)]).toEqual([403, 'nhsmail_not_registered']);
    const page = await submit(by, actionOf(failed, 'different-way'));
    expect(page.body).toContain('data-testid="page-choose-authenticator"');
  });

  test('a failure goes to the application where it is to be sent there', async () => {
    const mock = shared.get();
    await automatic(mock, { automatic_persona: 'bea.notinbeta@nhs.net', on_login_failure: 'redirect' });
    const answer = await browser(mock.app).get(authorizeUrl());
    expect(outcomeOf(answer)).toBe('organisation_not_in_private_beta');
    expect(callback(answer).get('error')).toBe('access_denied');
  });
});
