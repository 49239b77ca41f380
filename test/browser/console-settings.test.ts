/** The console’s settings, scenarios, clock, sessions and keys: each switch, what it says, and its effect. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Console, setConsole } from './console.ts';

let console: Console;

beforeAll(async () => {
  console = await setConsole();
});
beforeEach(() => console.openAnew());
afterAll(() => console.close());

describe('settings and time limits', () => {
  it('are changed together, and only what was changed is sent', async () => {
    await console.control('availability').selectOption('general');
    await console.control('brand').fill('NHSmail');
    await console.control('on-login-failure').selectOption('redirect');
    await console.press(
      'settings-save',
      /Who can use NHSmail to log in: Everybody\. What pages call NHSmail: NHSmail\./,
    );
    expect(await console.api('GET', '/settings')).toMatchObject({
      nhsmail: { availability: 'general', brand: 'NHSmail' },
      on_login_failure: 'redirect',
      interaction: 'pages',
    });
    expect(await console.outcomeOf('bea.notinbeta@nhs.net')).toBe('authenticated');
    await console.press('settings-save', 'No setting was changed.');
  });

  it('let a persona log in without pages', async () => {
    await console.control('interaction').selectOption('automatic');
    await console.control('automatic-persona').fill('uma.unbound@nhs.net');
    await console.press('settings-save', 'Who logs in without pages: uma.unbound@nhs.net.');
    const response = await console.logIn({});
    expect(response.headers()['x-mock-cis2-outcome']).toBe('nhsmail_not_registered');
  });

  it('all of them are there as JSON', async () => {
    await console.control('json-details-settings-summary').click();
    await console.control('json-settings').fill('{ "passkey_amr": "SOMETHING_ELSE" }');
    await console.press('json-save-settings', 'The settings are saved as the JSON says.');
    expect(await console.api('GET', '/settings')).toMatchObject({
      passkey_amr: 'SOMETHING_ELSE',
      interaction: 'pages',
    });
  });

  it('every time limit is there, and is saved; an empty one gets its default back', async () => {
    const { timeouts } = await console.api('GET', '/settings');
    for (const [name, value] of Object.entries(timeouts)) {
      expect(await console.control(`limit-${name}`).inputValue(), name).toBe(String(value));
    }
    await console.control('limit-number_match_seconds').fill('30');
    await console.control('limit-login_seconds').fill('1000');
    await console.press('time-limits-save', 'Saved. Log-in: 1000 seconds, Number match: 30 seconds.');
    await console.control('limit-login_seconds').fill('');
    await console.press('time-limits-save', 'Saved. Log-in: 900 seconds.');
    const after = await console.api('GET', '/settings');
    expect(after.timeouts).toEqual({ ...timeouts, number_match_seconds: 30 });
  });

  it('one that is refused leads from the error summary to its field', async () => {
    await console.control('limit-login_seconds').fill('0');
    await console.control('limit-sign_in_seconds').fill('soon');
    await console.control('time-limits-save').click();

    await console.control('error-summary').waitFor();
    expect(await console.focused()).toBe('error-summary');
    await console.page.getByRole('link', { name: 'Log-in: found 0. Allowed: at least 1.' }).click();
    expect(await console.focused()).toBe('limit-login_seconds');
    expect(await console.control('limit-sign_in_seconds').getAttribute('aria-invalid')).toBe('true');
    expect(await console.control('limit-sign_in_seconds').inputValue()).toBe('soon');
  });
});

describe('scenarios', () => {
  it('are started for a persona and a number of times, act, and are over', async () => {
    await console.control('scenario-code').selectOption('INTERNAL_ERROR');
    expect(await console.text('scenario-about')).toContain('A good application:');
    await console.control('scenario-times').fill('1');
    await console.control('scenario-persona').fill('alex.bound@nhs.net');
    await console.press(
      'scenario-start',
      'INTERNAL_ERROR is active now. For: alex.bound@nhs.net. Once more.',
    );
    expect(await console.outcomeOf('robin.roles@nhs.net')).toBe('authenticated');
    expect(await console.outcomeOf('alex.bound@nhs.net')).toBe('internal_error');
    expect(await console.outcomeOf('alex.bound@nhs.net')).toBe('authenticated');
  });

  it('take the endpoint and the parameters that the catalogue has for them', async () => {
    await console.control('scenario-code').selectOption('SLOW_ANSWER');
    await console.control('scenario-endpoint').selectOption('userinfo');
    await console.control('parameter-seconds').fill('3');
    await console.control('scenario-client').selectOption('mock-client');
    await console.press('scenario-start', 'For: client mock-client. Until you stop it.');
    expect(await console.api('GET', '/scenarios')).toMatchObject([
      { code: 'SLOW_ANSWER', endpoint: 'userinfo', parameters: { seconds: 3 }, client_id: 'mock-client' },
    ]);
  });

  it('are stopped, one or all', async () => {
    for (const code of ['INTERNAL_ERROR', 'TIMED_OUT']) await console.api('POST', '/scenarios', { code });
    await console.open();
    await console.press('stop-TIMED_OUT', 'TIMED_OUT is stopped.');
    expect(await console.api('GET', '/scenarios')).toMatchObject([{ code: 'INTERNAL_ERROR' }]);
    await console.press('stop-all', 'All scenarios are stopped.');
    expect(await console.api('GET', '/scenarios')).toEqual([]);
  });

  it('that are refused say which field, with what would do', async () => {
    await console.control('scenario-start').click();
    await console.page.getByTestId('refusal').filter({ hasText: 'Choose what is to go wrong.' }).waitFor();
    await console.control('scenario-code').selectOption('INTERNAL_ERROR');
    await console.control('scenario-persona').fill('alex.bond@nhs.net');
    await console.control('scenario-start').click();
    await console.page.getByRole('link', { name: 'near matches: alex.bound@nhs.net' }).waitFor();
    expect(await console.control('scenario-code').inputValue()).toBe('INTERNAL_ERROR');
  });
});

describe('the clock', () => {
  it('goes by itself, is frozen, and goes on from where it stood', async () => {
    await console.api('POST', '/clock', { set: '2030-01-01T00:00:00Z' });
    await console.open();
    const before = await console.text('clock-now');
    await expect.poll(() => console.text('clock-now')).not.toBe(before);

    await console.press('clock-freeze', 'The clock stands still at 2030-01-01');
    expect(await console.text('clock-state')).toBe('Frozen');
    expect(await console.api('GET', '/clock')).toMatchObject({ frozen: true });
    await console.press('clock-go-on', 'The clock goes on. It is 2030-01-01');
    expect(await console.api('GET', '/clock')).toMatchObject({
      frozen: false,
      now: expect.stringMatching(/^2030-01-01T00:00/),
    });
  });

  it('is advanced by one press', async () => {
    const frozen = '2030-01-01T00:00:00.000Z';
    for (const [testId, later] of [
      ['advance-60', '2030-01-01 00:01:00 UTC'],
      ['advance-number-match', '2030-01-01 00:01:01 UTC'],
      ['advance-600', '2030-01-01 00:10:00 UTC'],
      ['advance-3600', '2030-01-01 01:00:00 UTC'],
    ] as const) {
      await console.api('POST', '/clock', { freeze: frozen });
      await console.press(testId, `further. It is ${later} now.`);
      const { now } = await console.api('GET', '/clock');
      expect(now.slice(0, 19)).toBe(later.slice(0, 19).replace(' ', 'T'));
    }
  });

  it('is advanced by any number, set, skewed, and reset', async () => {
    await console.api('POST', '/clock', { freeze: '2030-01-01T00:00:00Z' });
    await console.control('clock-advance').fill('90');
    await console.press('clock-advance-save', 'It is 2030-01-01 00:01:30 UTC now.');
    await console.control('clock-set').fill('2031-02-03T04:05:06Z');
    await console.press('clock-set-save', 'It is 2031-02-03 04:05:06 UTC now.');
    await console.control('clock-skew').fill('-120');
    await console.press('clock-skew-save', 'Applications are shown a time 120 seconds behind.');
    expect(await console.api('GET', '/clock')).toMatchObject({ frozen: true, skew_seconds: -120 });
    await console.press('clock-reset', 'The clock runs with this computer’s again.');
    expect(await console.api('GET', '/clock')).toMatchObject({ frozen: false, skew_seconds: 0 });
  });

  it('refuses a moment that it cannot read, beside the field', async () => {
    await console.control('clock-set').fill('tomorrow');
    await console.control('clock-set-save').click();
    await console.page
      .getByRole('link', { name: /Date and time: found "tomorrow". Allowed: an RFC 3339 date and time/ })
      .waitFor();
  });
});

describe('sessions', () => {
  const causes = async () =>
    (await console.api('GET', '/journal?kind=session_ended')).map(
      ({ details }: { details: { cause: string } }) => details.cause,
    );

  it('are listed when somebody has logged in, and ended', async () => {
    await console.logIn({ mock_login: 'alex.bound@nhs.net' });
    await console.press('sessions-refresh', 'The list of sessions is up to date.');
    const [{ clients }] = await console.api('GET', '/sessions');
    await console.press(
      `end-session-${clients[0].sid}`,
      'The session of Alex Bound is over, as if they had logged out.',
    );
    expect(await console.api('GET', '/sessions')).toEqual([]);
    expect(await causes()).toEqual(['CLIENT_LOGOUT']);
    expect(await console.text('count-sessions')).toBe('There are no sessions.');
  });

  it('end when the smartcard is removed', async () => {
    await console.logIn({ mock_login: '656005750104', acr_values: 'AAL3_ANY' });
    await console.open();
    const [{ clients }] = await console.api('GET', '/sessions');
    expect(await console.text(`remove-smartcard-${clients[0].sid}`)).toContain('Remove the smartcard');
    await console.press(`remove-smartcard-${clients[0].sid}`, /The smartcard of .* is removed/);
    expect(await causes()).toEqual(['SESSION_TERMINATION']);
  });
});

describe('keys', () => {
  it('are published, used, retired and taken back', async () => {
    const [old] = await console.api('GET', '/keys');
    await console.press('key-publish', /The key .* is in the JWK Set now\. It does not sign yet\./);
    const published = (await console.api('GET', '/keys')).at(-1);
    await console.press(`key-use-${published.kid}`, `The key ${published.kid} signs from now on.`);
    await console.press(`key-retire-${old.kid}`, `The key ${old.kid} is retired`);
    expect(await console.api('GET', '/keys')).toEqual([
      { ...old, status: 'retired' },
      { ...published, status: 'active' },
    ]);
    await console.press(`key-publish-${old.kid}`, `The key ${old.kid} is in the JWK Set again.`);
    expect(await console.text(`key-state-${old.kid}`)).toBe('Published');
  });
});
