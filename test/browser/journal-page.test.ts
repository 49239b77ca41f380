/** The journal in a browser: what another tab does appears by itself, and one log-in can be read, shared and kept. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startMockCis2 } from '../../src/index.ts';
import { encode } from '../support/mock.ts';
import { authorizationUrl, open, press, type Stage, setStage, signIn, type Visitor } from './support.ts';

let stage: Stage;
let reader: Visitor;
/** The person whose log-ins are read about. */
let person: Visitor;

beforeAll(async () => {
  stage = await setStage();
  person = await stage.stranger();
});
afterAll(() => stage.close());

beforeEach(async () => {
  await control('DELETE', '/journal');
  // Without a session from the test before: nobody is signed in.
  await person.page.context().clearCookies();
  reader = await stage.visitor();
  await reader.page.setViewportSize({ width: 1280, height: 800 });
});

const ALEX = 'alex.bound@nhs.net';
const UMA = 'uma.unbound@nhs.net';

const control = (method: string, path: string, body?: object) =>
  fetch(`${stage.mock.url}_mock${path}`, {
    method,
    ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
  });

const logInAs = (persona: string, parameters = {}) => open(person, { mock_login: persona, ...parameters });

/** The id of the log-in that began last. */
const lastLogIn = async () => (await stage.mock.journal({ kind: 'login_started' })).at(-1)?.login_id ?? '';

function redeem(): Promise<Response> {
  const code = stage.application.callbacks.at(-1)?.get('code') ?? '';
  const credentials = { client_id: 'mock-client', client_secret: 'mock-secret' };
  const grant = { grant_type: 'authorization_code', code, redirect_uri: stage.application.redirectUri };
  return fetch(`${stage.mock.issuer}/access_token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: encode({ ...grant, ...credentials }),
  });
}

const part = (testId: string) => reader.page.getByTestId(testId);

async function openJournal(query = '') {
  await reader.page.goto(`${stage.mock.url}journal${query}`);
  await part('journal').waitFor();
}

async function openLogIn() {
  await reader.page.goto(`${stage.mock.url}journal/${await lastLogIn()}`);
  await part('one-log-in').waitFor();
}

const rows = () => part('log-ins').getByRole('listitem');

/** The data-testid of what has the focus, and where it leads. */
const focused = () =>
  reader.page.evaluate<string | null>(`document.activeElement.getAttribute('data-testid')`);
const focusedLink = () => reader.page.evaluate<string | null>(`document.activeElement.getAttribute('href')`);

/** How far below the top of the window the link of a row is. */
const topOf = async (row: number) => (await rows().nth(row).getByRole('link').boundingBox())?.y ?? Number.NaN;

/** Waits, since what happens elsewhere takes its time. */
const eventually = (look: () => Promise<unknown>, expected: unknown) => expect.poll(look).toEqual(expected);

/** The step whose line says this. */
const step = (title: string) =>
  part('step').filter({ has: reader.page.locator('.mock-step__title', { hasText: title }) });

describe('the list', () => {
  it('shows a hundred rows, and more of them on request, where the reader goes on', async () => {
    const nobody = (count: number) =>
      fetch(authorizationUrl(person, { client_id: `nobody-${count}` }), { headers: { accept: 'text/html' } });
    await Promise.all(Array.from({ length: 103 }, (_, count) => nobody(count)));
    await openJournal();
    expect(await rows().count()).toBe(100);
    const last = await rows().nth(99).getByRole('link').getAttribute('href');
    await part('show-more').press('Enter');
    expect(await rows().count()).toBe(103);
    expect(await part('show-more').isHidden()).toBe(true);
    expect(await rows().nth(99).getByRole('link').getAttribute('href')).toBe(last);
    expect(await focusedLink()).toBe(await rows().nth(100).getByRole('link').getAttribute('href'));
  });

  it('shows a log-in of another tab as it happens, and says how many came', async () => {
    await openJournal();
    expect(await rows().count()).toBe(1);
    expect(await rows().first().textContent()).toContain('Nothing happened yet');

    await signIn(person, ALEX);
    await eventually(() => rows().getByTestId('outcome').allTextContents(), ['under_\u200bway']);
    await press(person, 'approve');
    await eventually(() => rows().getByTestId('outcome').allTextContents(), ['authenticated']);

    expect(await rows().getByRole('link').textContent()).toBe('Alex Bound at Mock application');
    expect(await part('journal-news').textContent()).toBe('1 new row since you opened this page.');
    expect(reader.faults).toEqual([]);
  });

  it('shows times in UTC, and says so', async () => {
    await control('POST', '/clock', { freeze: '2030-07-01T23:30:00Z' });
    await logInAs(UMA);
    await control('POST', '/clock', { reset: true });
    await openJournal();
    expect(await rows().locator('time').textContent()).toBe('2030-07-01 23:30:00 UTC');
    await openLogIn();
    expect(await part('log-in-summary').locator('time').textContent()).toBe('2030-07-01 23:30:00 UTC');
  });

  it('tells what an application got wrong, and how to mend it', async () => {
    await openJournal();
    await open(person, { client_id: 'nobody' });
    await eventually(() => part('refused-request').count(), 1);
    const text = await part('refused-request').textContent();
    expect(text).toContain('Refused by the rule: The client is registered.');
    expect(text).toContain('How to fix it: Use one of these');
  });

  it('is filtered by application, person and outcome, in an address that can be pasted', async () => {
    await logInAs(ALEX);
    await logInAs(UMA);
    await logInAs(ALEX, { client_id: 'mock-client-basic' });
    await openJournal();
    expect(await rows().count()).toBe(3);

    await part('filter-outcome').selectOption('authenticated');
    expect(await rows().count()).toBe(2);
    await part('filter-client_id').selectOption('mock-client-basic');
    expect(await rows().count()).toBe(1);
    const address = new URL(reader.page.url());
    expect(Object.fromEntries(address.searchParams)).toEqual({
      outcome: 'authenticated',
      client_id: 'mock-client-basic',
    });

    await openJournal(address.search);
    expect(await rows().count()).toBe(1);
    expect(await part('journal-count').textContent()).toContain('(1 of 3)');
    await part('clear-filters').click();
    await part('filter-persona').selectOption(UMA);
    expect(await rows().getByRole('link').allTextContents()).toEqual([`${UMA} at Mock application`]);
  });

  it('stands still while it is paused, and catches up', async () => {
    await openJournal();
    await part('pause').click();
    await logInAs(UMA);
    await eventually(() => part('journal-news').textContent(), '1 new row, not shown yet.');
    expect(await part('log-in').count()).toBe(0);
    await part('pause').click();
    await eventually(() => part('log-in').count(), 1);
  });

  it('leaves whoever reads a row where they are while others come in', async () => {
    for (let count = 0; count < 4; count += 1) await logInAs(UMA);
    await reader.page.setViewportSize({ width: 1280, height: 400 });
    await openJournal();
    await rows().nth(2).getByRole('link').focus();
    const link = await focusedLink();
    const top = await topOf(2);

    await logInAs(ALEX);
    await eventually(() => rows().count(), 5);
    expect(await focusedLink()).toBe(link);
    // The browser scrolls by whole pixels.
    await eventually(async () => Math.abs((await topOf(3)) - top) <= 1, true);
  });

  it('keeps the focus on a row that changes, and gives it to the heading where the row goes', async () => {
    await signIn(person, ALEX);
    await openJournal('?outcome=under_way');
    await rows().getByRole('link').focus();
    const link = await focusedLink();
    await person.page.getByTestId('decline').click();
    await eventually(() => part('no-log-ins').count(), 1);
    expect(await focused()).toBe('journal-count');

    await part('clear-filters').click();
    await rows().getByRole('link').focus();
    await press(person, 'try-again');
    await eventually(() => rows().count(), 2);
    expect(await focusedLink()).toBe(link);
  });

  it('asks once more, and then clears the journal', async () => {
    await logInAs(UMA);
    await openJournal();
    await part('clear-journal').focus();
    await reader.page.keyboard.press('Enter');
    expect(await focused()).toBe('clear-journal-confirm');
    await part('clear-journal-cancel').click();
    expect(await focused()).toBe('clear-journal');
    expect(await part('log-in').count()).toBe(1);

    await reader.page.keyboard.press('Enter');
    await reader.page.keyboard.press('Enter');
    await eventually(() => part('journal-news').textContent(), 'The journal is empty now.');
    expect(await focused()).toBe('clear-journal');
    expect(await part('log-in').count()).toBe(0);
    expect(await stage.mock.journal()).toEqual([]);
  });
});

describe('a log-in', () => {
  it('is reached from the list and by its permalink, and says how it ended', async () => {
    await logInAs(UMA, { mock_on_failure: 'redirect' });
    await openJournal();
    await rows().getByRole('link').click();
    await part('sequence').getByTestId('step').first().waitFor();
    expect(new URL(reader.page.url()).pathname).toBe(`/journal/${await lastLogIn()}`);
    expect(await reader.page.locator('h1').textContent()).toBe(
      'Did not log in: The NHSmail account is not registered; the application was told access_denied',
    );
    await reader.page.reload();
    await step('Decided').locator('summary').first().click();
    expect(await step('Decided').textContent()).toContain(`no Care Identity profile has ${UMA}`);
  });

  it('goes on while it is under way, and what is open stays open', async () => {
    await signIn(person, ALEX);
    await openLogIn();
    await step('Authorization request').locator('summary').first().click();
    await press(person, 'approve');
    await eventually(() => step('Redirect to the application with a code').count(), 1);
    await redeem();
    await eventually(() => step('Token response').count(), 1);
    expect(await reader.page.locator('h1').textContent()).toBe(
      'Logged in, and the application has asked for its tokens',
    );
    expect(await step('Authorization request').getByText('the-nonce').first().isVisible()).toBe(true);
    expect(await part('log-in-news').textContent()).toMatch(/^\d+ new steps since you opened this page\.$/);
  });

  it('shows what the ID token says, and what a good application does about a scenario', async () => {
    await logInAs(ALEX, { mock_scenario: 'ID_TOKEN_EXPIRED' });
    await redeem();
    await openLogIn();
    const response = step('Token response');
    await response.locator('summary').first().click();
    for (const text of ['ID token: claims', 'RS256', 'the-nonce', 'Whom the token is for'])
      expect(await response.getByText(text).first().isVisible(), text).toBe(true);
    await step('Scenario ID_TOKEN_EXPIRED').locator('summary').first().click();
    expect(await step('Scenario ID_TOKEN_EXPIRED').textContent()).toContain('Refuses the token');
    expect(reader.faults).toEqual([]);
  });

  it('is laid out as three lanes where there is room, and as a list where there is none', async () => {
    await logInAs(UMA);
    await openLogIn();
    const left = async (title: string) =>
      (await step(title).locator('.mock-step__card').boundingBox())?.x ?? Number.NaN;
    expect(await left('The request is in order')).toBeGreaterThan(await left('Authorization request'));
    for (const width of [320, 640]) {
      await reader.page.setViewportSize({ width, height: 800 });
      await eventually(
        async () => (await left('The request is in order')) - (await left('Authorization request')),
        0,
      );
    }
  });

  it('is opened with the keyboard alone', async () => {
    await logInAs(UMA);
    await openLogIn();
    const first = part('step').first().locator('> details');
    await part('run-it-again').focus();
    await reader.page.keyboard.press('Tab');
    await reader.page.keyboard.press('Enter');
    expect(await first.getAttribute('open')).toBe('');
    await reader.page.keyboard.press('Enter');
    expect(await first.getAttribute('open')).toBeNull();
  });

  it('can be downloaded, with its events and without a secret', async () => {
    await logInAs(ALEX);
    const { access_token: token } = (await (await redeem()).json()) as { access_token: string };
    const id = await lastLogIn();
    await openLogIn();
    const [download] = await Promise.all([reader.page.waitForEvent('download'), part('download').click()]);
    expect(download.suggestedFilename()).toBe(`journal-${id}.json`);
    const text = await readFile(await download.path(), 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      login_id: id,
      mock_version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      issuer: stage.mock.issuer,
      events: await stage.mock.journal({ login_id: id }),
    });
    expect(text).not.toContain(token);
  });

  it('can be copied as a link, and run again', async () => {
    await reader.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await logInAs(UMA);
    await openLogIn();
    await part('copy-link').click();
    await eventually(() => part('log-in-news').textContent(), 'The link is copied.');
    expect(await reader.page.evaluate('navigator.clipboard.readText()')).toBe(reader.page.url());
    const again = await part('run-it-again').getAttribute('href');
    expect(new URL(again ?? '').href).toBe(authorizationUrl(person, { mock_login: UMA }));
  });
});

describe('from other pages', () => {
  it('a failure leads to its log-in, and a refusal to its request', async () => {
    await open(reader, { mock_login: UMA });
    await press(reader, 'see-in-journal');
    await part('one-log-in').waitFor();
    expect(await reader.page.locator('h1').textContent()).toContain('The NHSmail account is not registered');

    await open(reader, { client_id: 'nobody' });
    await press(reader, 'see-in-journal');
    await part('one-log-in').waitFor();
    expect(await reader.page.locator('h1').textContent()).toBe(
      'Refused by the rule: The client is registered',
    );
  });
});

describe('elsewhere', () => {
  it('an environment has its own journal', async () => {
    await logInAs(ALEX);
    const address = new URL(authorizationUrl(person, { mock_login: UMA }));
    await person.page.goto(`${address.origin}/env/x${address.pathname}${address.search}`);
    await reader.page.goto(`${stage.mock.url}env/x/journal`);
    await part('log-in').first().waitFor();
    expect(await rows().getByRole('link').allTextContents()).toEqual([`${UMA} at Mock application`]);
    await rows().getByRole('link').click();
    await part('step').first().waitFor();
    expect(reader.page.url()).toContain('/env/x/journal/');
    expect(await part('back-to-journal').getAttribute('href')).toBe('/env/x/journal');
  });

  it('a mock with a control token asks for it once', async () => {
    const guarded = await startMockCis2({ logLevel: 'silent', controlToken: 'the-control-token' });
    const { page } = reader;
    await page.goto(`${guarded.url}journal`);
    for (const [token, complaint] of [
      ['', 'Enter the token'],
      ['another-token', 'This is not the token that the mock was started with'],
    ] as const) {
      await part('control-token').fill(token);
      await part('use-control-token').click();
      await page.getByText(complaint).waitFor();
    }
    await part('control-token').fill('the-control-token');
    await part('use-control-token').click();
    await part('log-ins').waitFor();
    await page.reload();
    await part('log-ins').waitFor();
    expect(await part('control-token-form').count()).toBe(0);
    await guarded.close();
  });

  it('without JavaScript, both pages say what to use instead', async () => {
    const context = await reader.page.context().browser()?.newContext({ javaScriptEnabled: false });
    const page = await context?.newPage();
    for (const path of ['journal', 'journal/x']) {
      await page?.goto(`${stage.mock.url}${path}`);
      const link = page?.locator('noscript, main').getByRole('link', { name: 'as JSON' }).first();
      expect(await link?.getAttribute('href')).toMatch(/^\/_mock\/journal/);
    }
    await context?.close();
  });
});
