/** The console as a page: environments and reset, focus, what is kept and announced, size, token and accessibility. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startMockCis2 } from '../../src/index.ts';
import { type Console, setConsole } from './console.ts';
import { expectToFit } from './fit.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let console: Console;

beforeAll(async () => {
  console = await setConsole();
});
beforeEach(() => console.openAnew());
afterAll(() => console.close());

describe('environments', () => {
  it('are made with what differs, looked at, and ended', async () => {
    await console.control('environment-name').fill('from-console');
    await console
      .control('environment-patch')
      .fill('{ "organisations": [{ "org_code": "RZ8", "nhsmail_private_beta": true }] }');
    await console.press('environment-create', 'The environment from-console is there now.');
    const organisation = await console.api('GET', '/organisations/RZ8', undefined, '/env/from-console');
    expect(organisation).toMatchObject({ nhsmail_private_beta: true });

    await console.control('environment-from-console').click();
    await console.control('console-environment').waitFor();
    expect(await console.text('console-environment')).toBe('from-console');
    await console.control('environment-default').click();
    await console.press('environment-end-from-console', 'The environment from-console is over');
    expect((await console.api('GET', '/environments')).map(({ name }: { name: string }) => name)).toEqual([
      'default',
    ]);
  });

  it('a name that cannot be is refused beside its field', async () => {
    await console.control('environment-name').fill('no spaces');
    await console.control('environment-create').click();
    await console.page.getByRole('link', { name: /Name: found "no spaces"/ }).waitFor();
    expect(await console.control('environment-name').getAttribute('aria-invalid')).toBe('true');
  });

  it('a console changes its own and no other', async () => {
    await console.open('/env/apart');
    await console.press('beta-RZ8', 'RZ8 is in the private beta now.');
    expect(await console.api('GET', '/organisations/RZ8', undefined, '/env/apart')).toMatchObject({
      nhsmail_private_beta: true,
    });
    expect(await console.api('GET', '/organisations/RZ8')).toMatchObject({ nhsmail_private_beta: false });
    await console.api('DELETE', '/environments/apart');
  });
});

describe('reset', () => {
  it('asks once more, and then takes everything back', async () => {
    await console.press('beta-RZ8', 'RZ8 is in the private beta now.');
    await console.control('reset').click();
    expect(await console.focused()).toBe('reset-confirm');
    await console.control('reset-cancel').click();
    expect(await console.focused()).toBe('reset');
    expect(await console.api('GET', '/organisations/RZ8')).toMatchObject({ nhsmail_private_beta: true });

    await console.control('reset').click();
    await console.press('reset-confirm', 'Everything is as it was at the start.');
    expect(await console.api('GET', '/organisations/RZ8')).toMatchObject({ nhsmail_private_beta: false });
    expect(await console.text('beta-state-RZ8')).toBe('Not in the beta');
    expect(await console.focused()).toBe('reset');
    expect(console.faults).toEqual([]);
  });
});

describe('the page', () => {
  it('is worked with the keyboard alone: a switch keeps the focus, and gives its message in a live region', async () => {
    await console.control('beta-RZ8').focus();
    await console.page.keyboard.press('Enter');
    await console.page.getByRole('status').filter({ hasText: 'RZ8 is in the private beta now.' }).waitFor();
    expect(await console.focused()).toBe('beta-RZ8');
    await console.page.keyboard.press('Tab');
    expect(await console.focused()).toBe('change-RZ8');
    await console.page.keyboard.press('Space');
    await console.page.keyboard.press('Tab');
    expect(await console.focused()).toBe('json-details-RZ8-summary');
  });

  it('keeps what was typed elsewhere in a section that is drawn anew', async () => {
    await console.control('change-alex.bound@nhs.net').click();
    await console.control('approval-seconds-alex.bound@nhs.net').fill('17');
    await console.press('lock-robin.roles@nhs.net', 'robin.roles@nhs.net is locked now.');
    expect(await console.control('approval-seconds-alex.bound@nhs.net').inputValue()).toBe('17');
  });

  it('gives the focus to the section’s heading where a change took the control away', async () => {
    await console.api('POST', '/scenarios', { code: 'TIMED_OUT' });
    await console.open();
    await console.control('stop-TIMED_OUT').focus();
    await console.page.keyboard.press('Enter');
    await console.page.getByTestId('notice').filter({ hasText: 'TIMED_OUT is stopped.' }).waitFor();
    expect(await console.page.evaluate('document.activeElement.id')).toBe('scenarios-heading');
  });

  it('gives the focus to what else the row has, and leaves the page where it is, where the control became another', async () => {
    await console.press('bind-uma.unbound@nhs.net', 'uma.unbound@nhs.net is registered to Uma Unwin now.');
    const row = console.control('accounts-uma.unbound@nhs.net');
    await row.scrollIntoViewIfNeeded();
    const before = await row.boundingBox();
    await console.control('unbind-uma.unbound@nhs.net').focus();
    await console.page.keyboard.press('Enter');
    await console.control('bind-uma.unbound@nhs.net').waitFor();
    await expect.poll(console.focused).toBe('bind-uma.unbound@nhs.net');
    expect(Math.abs(((await row.boundingBox())?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(200);

    await console.control('change-910000000101').click();
    await console.control('remove-authenticator-910000000101-smartcard').focus();
    await console.page.keyboard.press('Enter');
    await console.control('notice').filter({ hasText: 'has no Smartcard any more' }).waitFor();
    expect(await console.focused()).toBe('change-910000000101');
  });

  it('gives the focus back to the change whose message is hidden', async () => {
    await console.press('beta-RZ8', 'RZ8 is in the private beta now.');
    await console.control('notice-hide').focus();
    await console.page.keyboard.press('Enter');
    expect(await console.focused()).toBe('beta-RZ8');
    expect(await console.control('notice').isVisible()).toBe(false);

    await console.press('lock-alex.bound@nhs.net', 'alex.bound@nhs.net is locked now.');
    await console.page.evaluate('scrollTo(0, 2000)');
    const top = await console.page.evaluate<number>('scrollY');
    // Not by click(), which scrolls to what it clicks.
    const { x, y } = (await console.control('notice-hide').boundingBox()) ?? { x: 0, y: 0 };
    await console.page.mouse.click(x + 10, y + 10);
    expect(await console.focused()).toBe('lock-alex.bound@nhs.net');
    expect(await console.page.evaluate<number>('scrollY')).toBe(top);
  });

  it('shows one message at a time: a refusal takes the last away, and a change that was made takes the refusal', async () => {
    await console.press('time-limits-save', 'No time limit was changed.');
    await console.control('clock-set').fill('tomorrow');
    await console.control('clock-set-save').click();
    await console.control('error-summary').waitFor();
    expect(await console.control('notice').isVisible()).toBe(false);
    expect(await console.text('notice')).toBe('');

    await console.control('clock-advance').fill('much');
    await console.control('clock-advance-save').click();
    await console.page.getByRole('link', { name: /Advance by: found "much"/ }).waitFor();
    expect(await console.control('error-summary').count()).toBe(1);
    expect(await console.control('clock-set').getAttribute('aria-invalid')).toBeNull();
    expect(await console.control('clock-set').inputValue()).toBe('tomorrow');

    await console.press('beta-RZ8', 'RZ8 is in the private beta now.');
    expect(await console.control('error-summary').count()).toBe(0);
    expect(await console.page.title()).not.toContain('Error: ');
  });

  it('shows what changed elsewhere when a person comes back to it', async () => {
    await console.api('PATCH', '/organisations/RZ8', { nhsmail_private_beta: true });
    await console.page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await expect.poll(() => console.text('beta-state-RZ8')).toBe('In the beta');
  });

  it('shows fifty of ten thousand people, and finds the others', async () => {
    const [person] = await console.api('GET', '/people');
    const people = Array.from({ length: 10_000 }, (_, index) => ({
      ...person,
      uid: String(700_000_000_000 + index),
      family_name: `Number ${index}`,
      authenticators: [],
    }));
    await console.page.route('**/_mock/people', (route) => route.fulfill({ json: people }));
    await console.open();
    expect(await console.text('count-people')).toBe('Showing the first 50 of 10000. Filter to see others.');
    expect(await console.page.locator('[data-testid^="people-"]').count()).toBe(50);

    await console.control('filter-people').fill('number 9999');
    expect(await console.text('count-people')).toBe('Showing 1 of 10000.');
    await console.control('people-700000009999').waitFor();
    await console.page.unroute('**/_mock/people');
  });

  it('asks once for the token of a mock that has one', async () => {
    const guarded = await startMockCis2({ port: 0, logLevel: 'silent', controlToken: 'the-token-of-tests' });
    await console.page.goto(`${guarded.url}console`);
    await console.control('control-token').fill('the-token-of-tests');
    await console.control('use-control-token').click();
    await console.press('beta-RZ8', 'RZ8 is in the private beta now.');
    await guarded.close();
  });

  it('is accessible with everything open, after a change and after a refusal, at each width', async () => {
    await console.press('beta-RZ8', 'RZ8 is in the private beta now.');
    for (const key of ['RZ8', 'uma.unbound@nhs.net', '910000000101', 'mock-client']) {
      await console.control(`change-${key}`).click();
      await console.control(`json-details-${key}-summary`).click();
    }
    await console.control('scenario-code').selectOption('SLOW_ANSWER');
    await console.control('reset').click();
    await console.page.evaluate(AXE);
    expect(await violations()).toEqual([]);

    await console.control('remove-RZ8').click();
    await console.control('remove-RZ8-confirm').click();
    await console.control('refusal').waitFor();
    for (const width of [320, 360, 1280]) await expectToFit(console.page, width);
    expect(await violations()).toEqual([]);
    await console.control('limit-login_seconds').fill('0');
    await console.control('time-limits-save').click();
    await console.page.getByTestId('error-summary').waitFor();
    for (const width of [320, 360, 1280]) await expectToFit(console.page, width);
    expect(await violations()).toEqual([]);
  });

  const violations = async () => {
    const found = await console.page.evaluate<AxeResults>(
      `axe.run(document, { resultTypes: ['violations'] })`,
    );
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target)}`);
  };
});
