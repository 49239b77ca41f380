/** The development realm: test accounts, a user name and a password, and no NHSmail. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventsOf, refusalOf } from '../oidc/support.ts';
import {
  type Browser,
  browser,
  callback,
  claimsOf,
  locationOf,
  type Mock,
  outcomeOf,
  REALM,
  submit,
  testMock,
} from '../support/mock.ts';
import { authorize, BY_PASSWORD, DEVELOPMENT, ORIGIN, type Parameters, redeemAt } from './support.ts';

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
});
afterAll(() => mock.app.close());

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
    const { id_token } = (await redeemAt(mock, DEVELOPMENT, callback(answer).get('code'))).json();
    expect(claimsOf(id_token)).toMatchObject({ ...BY_PASSWORD, sub: uid });

    const headless = await authorize(browser(mock.app), DEVELOPMENT, { mock_login: userName });
    const { id_token: same } = (await redeemAt(mock, DEVELOPMENT, callback(headless).get('code'))).json();
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

  test('has the connection of a persona disturbed, by whichever of their names they log in', async () => {
    const scenario = {
      code: 'SERVICE_UNAVAILABLE',
      persona: '656005750104',
      endpoint: 'authorize',
      times: 2,
    };
    await mock.app.inject({ method: 'POST', url: '/_mock/scenarios', payload: scenario });
    for (const [persona, status] of [
      ['910000000101', 302],
      ['656005750104', 503],
      ['farah.quill@northmoor.example', 503],
    ] as const) {
      const answer = await authorize(browser(mock.app), DEVELOPMENT, { mock_login: persona });
      expect([persona, answer.statusCode]).toEqual([persona, status]);
    }
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

  test('selects the role that mock_role names, or the first', async () => {
    const { roles } = (await mock.app.inject('/_mock/people/910000000102')).json();
    const ids = roles.map((role: { person_roleid: string }) => role.person_roleid);
    for (const [asked, selected] of [
      [undefined, ids[0]],
      [ids[1], ids[1]],
    ]) {
      const answer = await authorize(browser(mock.app), DEVELOPMENT, {
        mock_login: 'robin.roles@nhs.net',
        scope: 'openid selectedrole',
        mock_role: asked,
      });
      const { id_token } = (await redeemAt(mock, DEVELOPMENT, callback(answer).get('code'))).json();
      expect(claimsOf(id_token)['selected_roleid']).toBe(selected);
    }
  });

  test('takes the role of a person whose account is not bound', async () => {
    const { roles } = (await mock.app.inject('/_mock/people/910000000105')).json();
    const answer = await authorize(browser(mock.app), DEVELOPMENT, {
      mock_login: 'uma.unbound@nhs.net',
      scope: 'openid selectedrole',
      mock_role: roles[0].person_roleid,
    });
    expect(outcomeOf(answer)).toBe('authenticated');
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
    const refused = await refusalOf(alex, await authorize(browser(alex.app), DEVELOPMENT, hint));
    expect([refused.parameter, refused.found]).toEqual([
      'login_hint',
      'noel.noprofile@nhs.net, an NHSmail account without a profile',
    ]);
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
    const { id_token } = (await redeemAt(mock, DEVELOPMENT, callback(answer).get('code'))).json();
    expect(claimsOf(id_token)).toMatchObject({ acr: '0', amr: ['USERPASS'] });
    const [warned] = await eventsOf(mock, answer, 'warned');
    expect(warned?.explanation).toContain('CIS2 has AAL1_USERPASS');
  });

  test('has a class that Healthcare does not know', async () => {
    const answer = await authorize(browser(mock.app), REALM, {
      acr_values: 'AAL1_USERPASS',
      mock_login: 'alex.bound@nhs.net',
    });
    const { id_token } = (await redeemAt(mock, REALM, callback(answer).get('code'))).json();
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
