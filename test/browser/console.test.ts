/** The console in a real browser: every switch, what it says, and that the mock does as it says. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startMockCis2 } from '../../src/index.ts';
import { authorizationUrl, type Stage, setStage, textOf, type Visitor } from './support.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let stage: Stage;
let visitor: Visitor;
let page: Page;

beforeAll(async () => {
  stage = await setStage();
  visitor = await stage.visitor();
  page = visitor.page;
});
beforeEach(async () => {
  await api('POST', '/reset');
  await openConsole();
});
afterAll(() => stage.close());

/** Below the default environment, or below /env/{name}. */
const at = (path: string, environment = '') => `${stage.mock.url.slice(0, -1)}${environment}${path}`;

async function api(method: string, path: string, body?: object, environment = '') {
  const response = await fetch(at(`/_mock${path}`, environment), {
    method,
    ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

async function openConsole(environment = '') {
  await page.goto(at('/console', environment));
  // The last section is drawn when all others are.
  await control('reset').waitFor();
  visitor.faults.splice(0);
}

const control = (testId: string) => page.getByTestId(testId);

/** Presses a button and waits for what the live region says then. */
async function press(testId: string, says: string | RegExp) {
  await control(testId).click();
  await page.getByTestId('notice').filter({ hasText: says }).waitFor();
}

/** How a log-in without pages ends for this account or UID. */
async function outcomeOf(persona: string): Promise<string> {
  const response = await page.request.get(authorizationUrl(stage, { mock_login: persona }), {
    maxRedirects: 0,
  });
  return response.headers()['x-mock-cis2-outcome'] ?? '';
}

const text = (testId: string) => textOf(visitor, `[data-testid="${testId}"]`);

describe('organisations', () => {
  it('are put in the private beta and taken out, and the next log-in goes by it', async () => {
    expect(await text('beta-state-RZ8')).toBe('Not in the beta');
    expect(await text('beta-RZ8')).toBe('Put RZ8 in the private beta');

    await press('beta-RZ8', 'RZ8 is in the private beta now.');
    expect(await text('beta-state-RZ8')).toBe('In the beta');
    expect(await outcomeOf('bea.notinbeta@nhs.net')).toBe('authenticated');

    await press('beta-RZ8', 'RZ8 is not in the private beta any more.');
    expect(await outcomeOf('bea.notinbeta@nhs.net')).toBe('organisation_not_in_private_beta');
    expect(visitor.faults).toEqual([]);
  });

  it('that somebody still refers to stay, and the refusal stands beside the button in words', async () => {
    await control('change-RZ9').click();
    await control('json-details-RZ9-summary').click();
    await control('remove-RZ9').click();

    await control('refusal').waitFor();
    expect(await text('refusal')).toContain('Something else still refers to it. Change that first.');
    expect(await text('refusal')).toContain('people/910000000102/roles/2/org_code');
    expect(await page.title()).toContain('Error: ');
    expect(await api('GET', '/organisations/RZ9')).toMatchObject({ org_code: 'RZ9' });
  });

  it('are added and removed as JSON', async () => {
    await control('add-details-organisations-summary').click();
    await press('add-organisations', 'RZ7 is in organisations now.');
    expect(await api('GET', '/organisations/RZ7')).toMatchObject({ nhsmail_private_beta: true });
    await control('change-RZ7').click();
    await control('json-details-RZ7-summary').click();
    await press('remove-RZ7', 'RZ7 is removed from organisations.');
    expect(await api('GET', '/organisations/RZ7')).toMatchObject({ status: 404 });
  });
});

describe('NHSmail accounts', () => {
  it('are registered to the person they belong to, and not, by one switch', async () => {
    await press('bind-uma.unbound@nhs.net', 'uma.unbound@nhs.net is registered to Uma Unwin now.');
    expect(await text('registration-uma.unbound@nhs.net')).toBe('Registered');
    expect(await outcomeOf('uma.unbound@nhs.net')).toBe('authenticated');

    await press('unbind-uma.unbound@nhs.net', 'uma.unbound@nhs.net is not registered to anybody now.');
    expect(await outcomeOf('uma.unbound@nhs.net')).toBe('nhsmail_not_registered');
    expect(visitor.faults).toEqual([]);
  });

  it('that are pending are registered in full', async () => {
    expect(await text('registration-pat.pending@nhs.net')).toBe('Pending');
    await press('bind-pat.pending@nhs.net', /pat\.pending@nhs\.net is registered to .* now\./);
    expect(await outcomeOf('pat.pending@nhs.net')).toBe('authenticated');
  });

  it('are moved to another person', async () => {
    await control('change-alex.bound@nhs.net').click();
    await control('bind-person-alex.bound@nhs.net').selectOption('910000000105');
    await press(
      'bind-to-alex.bound@nhs.net',
      'alex.bound@nhs.net is registered to Uma Unwin now, and not to Alex Bound any more.',
    );
    const uma = await api('GET', '/people/910000000105');
    expect(uma.authenticators).toContainEqual({ type: 'nhsmail', nhsmail_account: 'alex.bound@nhs.net' });
  });

  it('are locked and unlocked', async () => {
    await press('lock-alex.bound@nhs.net', 'alex.bound@nhs.net is locked now.');
    expect(await text('locked-alex.bound@nhs.net')).toBe('Locked');
    expect(await outcomeOf('alex.bound@nhs.net')).toBe('nhsmail_declined');
    await press('lock-alex.bound@nhs.net', 'alex.bound@nhs.net is not locked any more.');
    expect(await outcomeOf('alex.bound@nhs.net')).toBe('authenticated');
  });

  it('have their number match answered, or asked for on the page', async () => {
    await control('change-alex.bound@nhs.net').click();
    for (const [answer, seconds, says, outcome] of [
      ['decline', '', 'is declined at once now', 'nhsmail_declined'],
      ['ignore', '', 'is ignored until the time runs out now', 'timed_out'],
      ['approve', '61', 'is approved after 61 seconds now', 'timed_out'],
      ['approve', '', 'is approved at once now', 'authenticated'],
    ] as const) {
      await control('approval-alex.bound@nhs.net').selectOption(answer);
      await control('approval-seconds-alex.bound@nhs.net').fill(seconds);
      await press('approval-save-alex.bound@nhs.net', `The number match of alex.bound@nhs.net ${says}.`);
      expect(await outcomeOf('alex.bound@nhs.net'), says).toBe(outcome);
    }
    await control('approval-alex.bound@nhs.net').selectOption('ask');
    await press('approval-save-alex.bound@nhs.net', 'is asked for on the page now.');
    expect(await api('GET', '/nhsmail/alex.bound@nhs.net')).not.toHaveProperty('approval');
  });
});

describe('people', () => {
  beforeEach(() => control('change-910000000101').click());

  it('get another identity assurance level', async () => {
    await control('ial-910000000101').selectOption('1');
    await press('ial-save-910000000101', 'Alex Bound has identity assurance level 1 now.');
    expect(await api('GET', '/people/910000000101')).toMatchObject({ id_assurance_level: '1' });
  });

  it('get a scenario of their own, and lose it', async () => {
    await control('scenario-910000000101').selectOption('INTERNAL_ERROR');
    await press('scenario-save-910000000101', 'INTERNAL_ERROR acts whenever Alex Bound logs in now.');
    expect(await text('scenario-state-910000000101')).toBe('INTERNAL_ERROR');
    expect(await outcomeOf('alex.bound@nhs.net')).toBe('internal_error');
    await control('scenario-910000000101').selectOption('');
    await press('scenario-save-910000000101', 'Alex Bound has no scenario any more.');
    expect(await outcomeOf('alex.bound@nhs.net')).toBe('authenticated');
  });

  it('get authenticators and lose them', async () => {
    await control('authenticator-910000000101').selectOption('passkey');
    await press('authenticator-add-910000000101', 'Alex Bound can use Passkey now.');
    await press('remove-authenticator-910000000101-smartcard', 'Alex Bound has no Smartcard any more.');
    const { authenticators } = await api('GET', '/people/910000000101');
    const types = authenticators.map(({ type }: { type: string }) => type);
    expect(types).toContain('passkey');
    expect(types).not.toContain('smartcard');
  });

  it('have an account registered that somebody else held', async () => {
    await control('register-910000000101').fill('robin.roles@nhs.net');
    await press(
      'register-save-910000000101',
      'robin.roles@nhs.net is registered to Alex Bound now, and not to Robin Rolles any more.',
    );
    const alex = await api('GET', '/people/910000000101');
    expect(alex.authenticators).toContainEqual({ type: 'nhsmail', nhsmail_account: 'robin.roles@nhs.net' });
  });

  it('are changed as JSON; what is refused is told above the form, and what was typed stays', async () => {
    await control('json-details-910000000101-summary').click();
    const json = control('json-910000000101');
    const before = JSON.parse(await json.inputValue());
    await json.fill(JSON.stringify({ ...before, id_assurance_level: '9' }));
    await control('json-save-910000000101').click();
    await control('error-summary').waitFor();
    expect(await text('error-summary')).toContain(
      '/id_assurance_level: found "9". Allowed: "0", "1", "2", "3"',
    );
    expect(await json.inputValue()).toContain('"9"');

    await json.fill('{');
    await control('json-save-910000000101').click();
    await page.getByTestId('refusal').filter({ hasText: 'This is not JSON' }).waitFor();

    await json.fill(JSON.stringify({ ...before, family_name: 'Unbound' }));
    await press('json-save-910000000101', '910000000101 is saved as the JSON says.');
    expect(await api('GET', '/people/910000000101')).toMatchObject({ family_name: 'Unbound' });
    expect(await control('error-summary').count()).toBe(0);
  });
});

describe('clients', () => {
  it('show what CIS2 would not allow, and are changed as JSON', async () => {
    expect(await text('clients-mock-client')).toContain('allow loopback redirect uris');
    expect(await text('clients-mock-public-client')).toContain('none');
    await control('change-mock-client').click();
    await control('json-details-mock-client-summary').click();
    const json = control('json-mock-client');
    await json.fill(JSON.stringify({ ...JSON.parse(await json.inputValue()), client_name: 'Renamed' }));
    await press('json-save-mock-client', 'mock-client is saved as the JSON says.');
    expect(await api('GET', '/clients/mock-client')).toMatchObject({ client_name: 'Renamed' });
  });
});

describe('settings and time limits', () => {
  it('are changed together, and only what was changed is sent', async () => {
    await control('availability').selectOption('general');
    await control('brand').fill('NHSmail');
    await control('on-login-failure').selectOption('redirect');
    await press(
      'settings-save',
      /Who can use NHSmail to log in: Everybody\. What pages call NHSmail: NHSmail\./,
    );
    expect(await api('GET', '/settings')).toMatchObject({
      nhsmail: { availability: 'general', brand: 'NHSmail' },
      on_login_failure: 'redirect',
      interaction: 'pages',
    });
    expect(await outcomeOf('bea.notinbeta@nhs.net')).toBe('authenticated');
    await press('settings-save', 'No setting was changed.');
  });

  it('let a persona log in without pages', async () => {
    await control('interaction').selectOption('automatic');
    await control('automatic-persona').fill('uma.unbound@nhs.net');
    await press('settings-save', 'Who logs in without pages: uma.unbound@nhs.net.');
    const response = await page.request.get(authorizationUrl(stage), { maxRedirects: 0 });
    expect(response.headers()['x-mock-cis2-outcome']).toBe('nhsmail_not_registered');
  });

  it('all of them are there as JSON', async () => {
    await control('json-details-settings-summary').click();
    await control('json-settings').fill('{ "passkey_amr": "SOMETHING_ELSE" }');
    await press('json-save-settings', 'The settings are saved as the JSON says.');
    expect(await api('GET', '/settings')).toMatchObject({
      passkey_amr: 'SOMETHING_ELSE',
      interaction: 'pages',
    });
  });

  it('every time limit is there, and is saved; an empty one gets its default back', async () => {
    const { timeouts } = await api('GET', '/settings');
    for (const [name, value] of Object.entries(timeouts)) {
      expect(await control(`limit-${name}`).inputValue(), name).toBe(String(value));
    }
    await control('limit-number_match_seconds').fill('30');
    await control('limit-login_seconds').fill('1000');
    await press('time-limits-save', 'Saved. Log-in: 1000 seconds, Number match: 30 seconds.');
    await control('limit-login_seconds').fill('');
    await press('time-limits-save', 'Saved. Log-in: 900 seconds.');
    const after = await api('GET', '/settings');
    expect(after.timeouts).toEqual({ ...timeouts, number_match_seconds: 30 });
  });

  it('one that is refused leads from the error summary to its field', async () => {
    await control('limit-login_seconds').fill('0');
    await control('limit-sign_in_seconds').fill('soon');
    await control('time-limits-save').click();

    await control('error-summary').waitFor();
    expect(await focusedTestId()).toBe('error-summary');
    await page.getByRole('link', { name: 'Log-in: found 0. Allowed: at least 1.' }).click();
    expect(await focusedTestId()).toBe('limit-login_seconds');
    expect(await control('limit-sign_in_seconds').getAttribute('aria-invalid')).toBe('true');
    expect(await control('limit-sign_in_seconds').inputValue()).toBe('soon');
  });
});

const focusedTestId = () =>
  page.evaluate<string | null>(`document.activeElement.getAttribute('data-testid')`);

describe('scenarios', () => {
  it('are started for a persona and a number of times, act, and are over', async () => {
    await control('scenario-code').selectOption('INTERNAL_ERROR');
    expect(await text('scenario-about')).toContain('A good application:');
    await control('scenario-times').fill('1');
    await control('scenario-persona').fill('alex.bound@nhs.net');
    await press('scenario-start', 'INTERNAL_ERROR is active now. For: alex.bound@nhs.net. Once more.');
    expect(await outcomeOf('robin.roles@nhs.net')).toBe('authenticated');
    expect(await outcomeOf('alex.bound@nhs.net')).toBe('internal_error');
    expect(await outcomeOf('alex.bound@nhs.net')).toBe('authenticated');
  });

  it('take the endpoint and the parameters that the catalogue has for them', async () => {
    await control('scenario-code').selectOption('SLOW_ANSWER');
    await control('scenario-endpoint').selectOption('userinfo');
    await control('parameter-seconds').fill('3');
    await control('scenario-client').selectOption('mock-client');
    await press('scenario-start', 'For: client mock-client. Until you stop it.');
    expect(await api('GET', '/scenarios')).toMatchObject([
      { code: 'SLOW_ANSWER', endpoint: 'userinfo', parameters: { seconds: 3 }, client_id: 'mock-client' },
    ]);
  });

  it('are stopped, one or all', async () => {
    for (const code of ['INTERNAL_ERROR', 'TIMED_OUT']) await api('POST', '/scenarios', { code });
    await openConsole();
    await press('stop-TIMED_OUT', 'TIMED_OUT is stopped.');
    expect(await api('GET', '/scenarios')).toMatchObject([{ code: 'INTERNAL_ERROR' }]);
    await press('stop-all', 'All scenarios are stopped.');
    expect(await api('GET', '/scenarios')).toEqual([]);
  });

  it('that are refused say which field, with what would do', async () => {
    await control('scenario-start').click();
    await page.getByTestId('refusal').filter({ hasText: 'Choose what is to go wrong.' }).waitFor();
    await control('scenario-code').selectOption('INTERNAL_ERROR');
    await control('scenario-persona').fill('alex.bond@nhs.net');
    await control('scenario-start').click();
    await page.getByRole('link', { name: 'near matches: alex.bound@nhs.net' }).waitFor();
    expect(await control('scenario-code').inputValue()).toBe('INTERNAL_ERROR');
  });
});

describe('the clock', () => {
  it('goes by itself, is frozen, and goes on from where it stood', async () => {
    await api('POST', '/clock', { set: '2030-01-01T00:00:00Z' });
    await openConsole();
    const before = await text('clock-now');
    await expect.poll(() => text('clock-now'), { timeout: 5000 }).not.toBe(before);

    await press('clock-freeze', 'The clock stands still at 2030-01-01');
    expect(await text('clock-state')).toBe('Frozen');
    expect(await api('GET', '/clock')).toMatchObject({ frozen: true });
    await press('clock-go-on', 'The clock goes on. It is 2030-01-01');
    expect(await api('GET', '/clock')).toMatchObject({
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
      await api('POST', '/clock', { freeze: frozen });
      await press(testId, `further. It is ${later} now.`);
      const { now } = await api('GET', '/clock');
      expect(now.slice(0, 19)).toBe(later.slice(0, 19).replace(' ', 'T'));
    }
  });

  it('is advanced by any number, set, skewed, and reset', async () => {
    await api('POST', '/clock', { freeze: '2030-01-01T00:00:00Z' });
    await control('clock-advance').fill('90');
    await press('clock-advance-save', 'It is 2030-01-01 00:01:30 UTC now.');
    await control('clock-set').fill('2031-02-03T04:05:06Z');
    await press('clock-set-save', 'It is 2031-02-03 04:05:06 UTC now.');
    await control('clock-skew').fill('-120');
    await press('clock-skew-save', 'Applications are shown a time 120 seconds behind.');
    expect(await api('GET', '/clock')).toMatchObject({ frozen: true, skew_seconds: -120 });
    await press('clock-reset', 'The clock runs with this computer’s again.');
    expect(await api('GET', '/clock')).toMatchObject({ frozen: false, skew_seconds: 0 });
  });

  it('refuses a moment that it cannot read, beside the field', async () => {
    await control('clock-set').fill('tomorrow');
    await control('clock-set-save').click();
    await page.getByRole('link', { name: /Date and time: found "tomorrow". Allowed: ISO 8601/ }).waitFor();
  });
});

describe('sessions', () => {
  const logIn = (persona: string, more: Record<string, string> = {}) =>
    page.request.get(authorizationUrl(stage, { mock_login: persona, ...more }), { maxRedirects: 0 });

  const causes = async () =>
    (await api('GET', '/journal?kind=session_ended')).map(
      ({ details }: { details: { cause: string } }) => details.cause,
    );

  it('are listed when somebody has logged in, and ended', async () => {
    await logIn('alex.bound@nhs.net');
    await press('sessions-refresh', 'The list of sessions is up to date.');
    const [{ clients }] = await api('GET', '/sessions');
    await press(
      `end-session-${clients[0].sid}`,
      'The session of Alex Bound is over, as if they had logged out.',
    );
    expect(await api('GET', '/sessions')).toEqual([]);
    expect(await causes()).toEqual(['CLIENT_LOGOUT']);
    expect(await text('count-sessions')).toBe('There are no sessions.');
  });

  it('end when the smartcard is removed', async () => {
    await logIn('656005750104', { acr_values: 'AAL3_ANY' });
    await openConsole();
    const [{ clients }] = await api('GET', '/sessions');
    expect(await text(`remove-smartcard-${clients[0].sid}`)).toContain('Remove the smartcard');
    await press(`remove-smartcard-${clients[0].sid}`, /The smartcard of .* is removed/);
    expect(await causes()).toEqual(['SESSION_TERMINATION']);
  });
});

describe('keys', () => {
  it('are published, used, retired and taken back', async () => {
    const [old] = await api('GET', '/keys');
    await press('key-publish', /The key .* is in the JWK Set now\. It does not sign yet\./);
    const published = (await api('GET', '/keys')).at(-1);
    await press(`key-use-${published.kid}`, `The key ${published.kid} signs from now on.`);
    await press(`key-retire-${old.kid}`, `The key ${old.kid} is retired`);
    expect(await api('GET', '/keys')).toEqual([
      { ...old, status: 'retired' },
      { ...published, status: 'active' },
    ]);
    await press(`key-publish-${old.kid}`, `The key ${old.kid} is in the JWK Set again.`);
    expect(await text(`key-state-${old.kid}`)).toBe('Published');
  });
});

describe('environments', () => {
  it('are made with what differs, looked at, and ended', async () => {
    await control('environment-name').fill('from-console');
    await control('environment-patch').fill(
      '{ "organisations": [{ "org_code": "RZ8", "nhsmail_private_beta": true }] }',
    );
    await press('environment-create', 'The environment from-console is there now.');
    const organisation = await api('GET', '/organisations/RZ8', undefined, '/env/from-console');
    expect(organisation).toMatchObject({ nhsmail_private_beta: true });

    await control('environment-from-console').click();
    await control('console-environment').waitFor();
    expect(await text('console-environment')).toBe('from-console');
    await control('environment-default').click();
    await press('environment-end-from-console', 'The environment from-console is over');
    expect((await api('GET', '/environments')).map(({ name }: { name: string }) => name)).toEqual([
      'default',
    ]);
  });

  it('a name that cannot be is refused beside its field', async () => {
    await control('environment-name').fill('no spaces');
    await control('environment-create').click();
    await page.getByRole('link', { name: /Name: found "no spaces"/ }).waitFor();
    expect(await control('environment-name').getAttribute('aria-invalid')).toBe('true');
  });

  it('a console changes its own and no other', async () => {
    await openConsole('/env/apart');
    await press('beta-RZ8', 'RZ8 is in the private beta now.');
    expect(await api('GET', '/organisations/RZ8', undefined, '/env/apart')).toMatchObject({
      nhsmail_private_beta: true,
    });
    expect(await api('GET', '/organisations/RZ8')).toMatchObject({ nhsmail_private_beta: false });
    await api('DELETE', '/environments/apart');
  });
});

describe('reset', () => {
  it('asks once more, and then takes everything back', async () => {
    await press('beta-RZ8', 'RZ8 is in the private beta now.');
    await control('reset').click();
    expect(await focusedTestId()).toBe('reset-confirm');
    await control('reset-cancel').click();
    expect(await focusedTestId()).toBe('reset');
    expect(await api('GET', '/organisations/RZ8')).toMatchObject({ nhsmail_private_beta: true });

    await control('reset').click();
    await press('reset-confirm', 'Everything is as it was at the start.');
    expect(await api('GET', '/organisations/RZ8')).toMatchObject({ nhsmail_private_beta: false });
    expect(await text('beta-state-RZ8')).toBe('Not in the beta');
    expect(visitor.faults).toEqual([]);
  });
});

describe('the page', () => {
  it('is worked with the keyboard alone: a switch keeps the focus, and gives its message in a live region', async () => {
    await control('beta-RZ8').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'RZ8 is in the private beta now.' }).waitFor();
    expect(await focusedTestId()).toBe('beta-RZ8');
    await page.keyboard.press('Tab');
    expect(await focusedTestId()).toBe('change-RZ8');
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    expect(await focusedTestId()).toBe('json-details-RZ8-summary');
  });

  it('keeps what was typed elsewhere in a section that is drawn anew', async () => {
    await control('change-alex.bound@nhs.net').click();
    await control('approval-seconds-alex.bound@nhs.net').fill('17');
    await press('lock-robin.roles@nhs.net', 'robin.roles@nhs.net is locked now.');
    expect(await control('approval-seconds-alex.bound@nhs.net').inputValue()).toBe('17');
  });

  it('gives the focus to the section’s heading where a change took the control away', async () => {
    await api('POST', '/scenarios', { code: 'TIMED_OUT' });
    await openConsole();
    await control('stop-TIMED_OUT').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('notice').filter({ hasText: 'TIMED_OUT is stopped.' }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('scenarios-heading');
  });

  it('shows what changed elsewhere when a person comes back to it', async () => {
    await api('PATCH', '/organisations/RZ8', { nhsmail_private_beta: true });
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await expect.poll(() => text('beta-state-RZ8')).toBe('In the beta');
  });

  it('shows fifty of ten thousand people, and finds the others', async () => {
    const [person] = await api('GET', '/people');
    const people = Array.from({ length: 10_000 }, (_, index) => ({
      ...person,
      uid: String(700_000_000_000 + index),
      family_name: `Number ${index}`,
      authenticators: [],
    }));
    await page.route('**/_mock/people', (route) => route.fulfill({ json: people }));
    await openConsole();
    expect(await text('count-people')).toBe('Showing the first 50 of 10000. Filter to see others.');
    expect(await page.locator('[data-testid^="people-"]').count()).toBe(50);

    await control('filter-people').fill('number 9999');
    expect(await text('count-people')).toBe('Showing 1 of 10000.');
    await control('people-700000009999').waitFor();
    await page.unroute('**/_mock/people');
  });

  it('asks once for the token of a mock that has one', async () => {
    const guarded = await startMockCis2({ port: 0, logLevel: 'silent', controlToken: 'the-token-of-tests' });
    await page.goto(`${guarded.url}console`);
    await control('control-token').fill('the-token-of-tests');
    await control('use-control-token').click();
    await press('beta-RZ8', 'RZ8 is in the private beta now.');
    await guarded.close();
  });

  it('is accessible with everything open, after a change and after a refusal, at each width', async () => {
    await press('beta-RZ8', 'RZ8 is in the private beta now.');
    for (const key of ['RZ8', 'uma.unbound@nhs.net', '910000000101', 'mock-client']) {
      await control(`change-${key}`).click();
      await control(`json-details-${key}-summary`).click();
    }
    await control('scenario-code').selectOption('SLOW_ANSWER');
    await control('reset').click();
    await page.evaluate(AXE);
    expect(await violations()).toEqual([]);

    await control('remove-RZ8').click();
    await control('limit-login_seconds').fill('0');
    await control('time-limits-save').click();
    await page.getByTestId('error-summary').waitFor();
    for (const width of [320, 360, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate('document.documentElement.scrollWidth'), `${width}`).toBeLessThanOrEqual(
        width,
      );
    }
    expect(await violations()).toEqual([]);
  });

  const violations = async () => {
    const found = await page.evaluate<AxeResults>(`axe.run(document, { resultTypes: ['violations'] })`);
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target)}`);
  };
});
