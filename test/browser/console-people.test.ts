/** The console’s organisations, accounts, people and clients: each switch, what it says, and what a log-in does then. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Console, setConsole } from './console.ts';

let console: Console;

beforeAll(async () => {
  console = await setConsole();
});
beforeEach(() => console.openAnew());
afterAll(() => console.close());

describe('organisations', () => {
  it('are put in the private beta and taken out, and the next log-in goes by it', async () => {
    expect(await console.text('beta-state-RZ8')).toBe('Not in the beta');
    expect(await console.text('beta-RZ8')).toBe('Put RZ8 in the private beta');

    await console.press('beta-RZ8', 'RZ8 is in the private beta now.');
    expect(await console.text('beta-state-RZ8')).toBe('In the beta');
    expect(await console.outcomeOf('bea.notinbeta@nhs.net')).toBe('authenticated');

    await console.press('beta-RZ8', 'RZ8 is not in the private beta any more.');
    expect(await console.outcomeOf('bea.notinbeta@nhs.net')).toBe('organisation_not_in_private_beta');
    expect(console.faults).toEqual([]);
  });

  it('that somebody still refers to stay, and the refusal stands beside the button in words', async () => {
    await console.control('change-RZ9').click();
    await console.control('json-details-RZ9-summary').click();
    await console.control('remove-RZ9').click();
    await console.control('remove-RZ9-confirm').click();

    await console.control('refusal').waitFor();
    expect(await console.text('refusal')).toContain('Something else still refers to it. Change that first.');
    expect(await console.text('refusal')).toContain('people/910000000102/roles/2/org_code');
    expect(await console.page.title()).toContain('Error: ');
    expect(await console.api('GET', '/organisations/RZ9')).toMatchObject({ org_code: 'RZ9' });
  });

  it('are added as JSON, and removed when that is asked once more', async () => {
    await console.control('add-details-organisations-summary').click();
    await console.press('add-organisations', 'RZ7 is in organisations now.');
    expect(await console.api('GET', '/organisations/RZ7')).toMatchObject({ nhsmail_private_beta: true });
    await console.control('change-RZ7').click();
    await console.control('json-details-RZ7-summary').click();
    await console.control('remove-RZ7').click();
    expect(await console.focused()).toBe('remove-RZ7-confirm');
    await console.control('remove-RZ7-cancel').click();
    expect(await console.focused()).toBe('remove-RZ7');
    expect(await console.api('GET', '/organisations/RZ7')).toMatchObject({ org_code: 'RZ7' });

    await console.control('remove-RZ7').click();
    await console.press('remove-RZ7-confirm', 'RZ7 is removed from organisations.');
    expect(await console.api('GET', '/organisations/RZ7')).toMatchObject({ status: 404 });
  });
});

describe('NHSmail accounts', () => {
  it('are registered to the person they belong to, and not, by one switch', async () => {
    await console.press('bind-uma.unbound@nhs.net', 'uma.unbound@nhs.net is registered to Uma Unwin now.');
    expect(await console.text('registration-uma.unbound@nhs.net')).toBe('Registered');
    expect(await console.outcomeOf('uma.unbound@nhs.net')).toBe('authenticated');

    await console.press(
      'unbind-uma.unbound@nhs.net',
      'uma.unbound@nhs.net is not registered to anybody now.',
    );
    expect(await console.outcomeOf('uma.unbound@nhs.net')).toBe('nhsmail_not_registered');
    expect(console.faults).toEqual([]);
  });

  it('that are pending are registered in full', async () => {
    expect(await console.text('registration-pat.pending@nhs.net')).toBe('Pending');
    await console.press('bind-pat.pending@nhs.net', /pat\.pending@nhs\.net is registered to .* now\./);
    expect(await console.outcomeOf('pat.pending@nhs.net')).toBe('authenticated');
  });

  it('are moved to another person', async () => {
    await console.control('change-alex.bound@nhs.net').click();
    await console.control('bind-person-alex.bound@nhs.net').selectOption('910000000105');
    await console.press(
      'bind-to-alex.bound@nhs.net',
      'alex.bound@nhs.net is registered to Uma Unwin now, and not to Alex Bound any more.',
    );
    const uma = await console.api('GET', '/people/910000000105');
    expect(uma.authenticators).toContainEqual({ type: 'nhsmail', nhsmail_account: 'alex.bound@nhs.net' });
  });

  it('are locked and unlocked', async () => {
    await console.press('lock-alex.bound@nhs.net', 'alex.bound@nhs.net is locked now.');
    expect(await console.text('locked-alex.bound@nhs.net')).toBe('Locked');
    expect(await console.outcomeOf('alex.bound@nhs.net')).toBe('nhsmail_declined');
    await console.press('lock-alex.bound@nhs.net', 'alex.bound@nhs.net is not locked any more.');
    expect(await console.outcomeOf('alex.bound@nhs.net')).toBe('authenticated');
  });

  it('have their number match answered, or asked for on the page', async () => {
    await console.control('change-alex.bound@nhs.net').click();
    for (const [answer, seconds, says, outcome] of [
      ['decline', '', 'is declined at once now', 'nhsmail_declined'],
      ['ignore', '', 'is ignored until the time runs out now', 'timed_out'],
      ['approve', '61', 'is approved after 61 seconds now', 'timed_out'],
      ['approve', '', 'is approved at once now', 'authenticated'],
    ] as const) {
      await console.control('approval-alex.bound@nhs.net').selectOption(answer);
      await console.control('approval-seconds-alex.bound@nhs.net').fill(seconds);
      await console.press(
        'approval-save-alex.bound@nhs.net',
        `The number match of alex.bound@nhs.net ${says}.`,
      );
      expect(await console.outcomeOf('alex.bound@nhs.net'), says).toBe(outcome);
    }
    await console.control('approval-alex.bound@nhs.net').selectOption('ask');
    await console.press('approval-save-alex.bound@nhs.net', 'is asked for on the page now.');
    expect(await console.api('GET', '/nhsmail/alex.bound@nhs.net')).not.toHaveProperty('approval');
  });
});

describe('people', () => {
  beforeEach(() => console.control('change-910000000101').click());

  it('get another identity assurance level', async () => {
    await console.control('ial-910000000101').selectOption('1');
    await console.press('ial-save-910000000101', 'Alex Bound has identity assurance level 1 now.');
    expect(await console.api('GET', '/people/910000000101')).toMatchObject({ id_assurance_level: '1' });
  });

  it('get a scenario of their own, and lose it', async () => {
    await console.control('scenario-910000000101').selectOption('INTERNAL_ERROR');
    await console.press('scenario-save-910000000101', 'INTERNAL_ERROR acts whenever Alex Bound logs in now.');
    expect(await console.text('scenario-state-910000000101')).toBe('INTERNAL_ERROR');
    expect(await console.outcomeOf('alex.bound@nhs.net')).toBe('internal_error');
    await console.control('scenario-910000000101').selectOption('');
    await console.press('scenario-save-910000000101', 'Alex Bound has no scenario any more.');
    expect(await console.outcomeOf('alex.bound@nhs.net')).toBe('authenticated');
  });

  it('get authenticators and lose them', async () => {
    await console.control('authenticator-910000000101').selectOption('passkey');
    await console.press('authenticator-add-910000000101', 'Alex Bound can use Passkey now.');
    await console.press(
      'remove-authenticator-910000000101-smartcard',
      'Alex Bound has no Smartcard any more.',
    );
    const { authenticators } = await console.api('GET', '/people/910000000101');
    const types = authenticators.map(({ type }: { type: string }) => type);
    expect(types).toContain('passkey');
    expect(types).not.toContain('smartcard');
  });

  it('have an account registered that somebody else held', async () => {
    await console.control('register-910000000101').fill('robin.roles@nhs.net');
    await console.press(
      'register-save-910000000101',
      'robin.roles@nhs.net is registered to Alex Bound now, and not to Robin Rolles any more.',
    );
    const alex = await console.api('GET', '/people/910000000101');
    expect(alex.authenticators).toContainEqual({ type: 'nhsmail', nhsmail_account: 'robin.roles@nhs.net' });
  });

  it('are changed as JSON; what is refused is told above the form, and what was typed stays', async () => {
    await console.control('json-details-910000000101-summary').click();
    const json = console.control('json-910000000101');
    const before = JSON.parse(await json.inputValue());
    await json.fill(JSON.stringify({ ...before, id_assurance_level: '9' }));
    await console.control('json-save-910000000101').click();
    await console.control('error-summary').waitFor();
    expect(await console.text('error-summary')).toContain(
      '/id_assurance_level: found "9". Allowed: "0", "1", "2", "3"',
    );
    expect(await json.inputValue()).toContain('"9"');

    await json.fill(JSON.stringify({ ...before, email: 'nobody' }));
    await console.control('json-save-910000000101').click();
    await console.page.getByText('/email: found "nobody". Allowed: an email address.').waitFor();
    expect(await console.text('refusal')).toBe('What you entered is not allowed.');

    await json.fill('{');
    await console.control('json-save-910000000101').click();
    await console.page.getByTestId('refusal').filter({ hasText: 'This is not JSON' }).waitFor();

    await json.fill(JSON.stringify({ ...before, family_name: 'Unbound' }));
    await console.press('json-save-910000000101', '910000000101 is saved as the JSON says.');
    expect(await console.api('GET', '/people/910000000101')).toMatchObject({ family_name: 'Unbound' });
    expect(await console.control('error-summary').count()).toBe(0);
  });

  it('that are added with a UID that cannot be are refused in words', async () => {
    await console.control('add-details-people-summary').click();
    const json = console.control('new-people');
    await json.fill(JSON.stringify({ ...JSON.parse(await json.inputValue()), uid: '12' }));
    await console.control('add-people').click();
    await console.page.getByText('uid: found "12". Allowed: 12 digits.', { exact: true }).waitFor();
    expect(await console.text('refusal')).toBe('What you entered is not allowed.');
  });
});

describe('clients', () => {
  it('show what CIS2 would not allow, and are changed as JSON', async () => {
    expect(await console.text('clients-mock-client')).toContain('allow loopback redirect uris');
    expect(await console.text('clients-mock-public-client')).toContain('none');
    await console.control('change-mock-client').click();
    await console.control('json-details-mock-client-summary').click();
    const json = console.control('json-mock-client');
    await json.fill(JSON.stringify({ ...JSON.parse(await json.inputValue()), client_name: 'Renamed' }));
    await console.press('json-save-mock-client', 'mock-client is saved as the JSON says.');
    expect(await console.api('GET', '/clients/mock-client')).toMatchObject({ client_name: 'Renamed' });
  });
});
