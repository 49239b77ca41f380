/** The start page and the galleries in a real browser: what scripts add to them, and what they are without any. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pageShown, press, type Stage, setStage, type Visitor } from './support.ts';

let stage: Stage;
let visitor: Visitor;

beforeAll(async () => {
  stage = await setStage();
  visitor = await stage.visitor();
});
afterAll(() => stage.close());
afterEach(() => {
  expect(visitor.faults).toEqual([]);
});

const shownRows = ({ page }: Visitor) => page.locator('#personas tbody tr:visible').count();

describe('the start page', () => {
  it('filters its accounts while somebody types, and keeps the filter in the address', async () => {
    const { page, mock } = visitor;
    await page.goto(mock.url);
    expect(await page.getByTestId('filter').isVisible()).toBe(false);

    await page.getByTestId('filter-persona').pressSequentially('LOCKED nhsmail');
    expect(await page.getByTestId('filter-count').textContent()).toBe('1 of 30 accounts shown');
    expect(await shownRows(visitor)).toBe(1);
    await page.getByTestId('filter-outcome').selectOption('timed_out');
    expect(await page.getByTestId('filter-count').textContent()).toBe('0 of 30 accounts shown');
    await page.getByTestId('filter-persona').fill('');
    expect(await shownRows(visitor)).toBe(1);
    expect(new URL(page.url()).search).toBe('?outcome=timed_out');

    await page.reload();
    expect(await shownRows(visitor)).toBe(1);
    await page.getByTestId('filter-outcome').selectOption('');
    expect(await shownRows(visitor)).toBe(30);
  });

  it('shows the settings of another client, and keeps that client while accounts are filtered', async () => {
    const { page, mock } = visitor;
    await page.goto(mock.url);
    await page.getByTestId('client-choice').selectOption('mock-public-client');
    await press(visitor, 'show-client');
    await page.waitForURL('**/?client_id=mock-public-client#settings');
    expect(await page.getByTestId('setting-client-authentication').textContent()).toBe('none');
    await page.getByTestId('filter-persona').fill('uma');
    expect(new URL(page.url()).search).toBe('?client_id=mock-public-client&persona=uma');
  });

  it('has a tab for each form, of which one is open, and copies what is in it', async () => {
    const { page, mock } = visitor;
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(mock.url);
    await page.getByRole('tab', { name: 'Authlib' }).click();
    expect(await page.getByTestId('settings-env').isVisible()).toBe(false);
    await page.getByTestId('copy-settings-authlib').click();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toBe(await page.getByTestId('settings-authlib').textContent());
  });
});

describe('the gallery of scenarios', () => {
  it('filters its cards, and hides the headings of places that have none left', async () => {
    const { page, mock } = visitor;
    await page.goto(`${mock.url}scenarios`);
    await page.getByTestId('filter-words').pressSequentially('nonce');
    expect(await page.getByTestId('filter-count').textContent()).toBe('4 of 153 scenarios shown');
    const headings = await page.locator('#scenarios h2:visible').allTextContents();
    expect(headings).toEqual(['The ID token', 'The logout token']);
  });
});

describe('the gallery of pages', () => {
  it('draws a page on two screens when it comes near, as high as it is, and nothing in it can be reached', async () => {
    const { page, mock } = visitor;
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`${mock.url}pages`);
    const picture = page.getByTestId('picture-error-over');
    const frames = picture.locator('iframe');
    expect(await frames.evaluateAll((all) => all.map((frame) => frame.getAttribute('title')))).toEqual([
      'This log-in has moved on: it is over (on a phone)',
      'This log-in has moved on: it is over (on a wide screen)',
    ]);
    const drawn = () => page.frames().filter((frame) => frame.url().endsWith('/pages/error-over')).length;
    expect(drawn()).toBe(0);
    await picture.scrollIntoViewIfNeeded();
    const phone = frames.first().contentFrame();
    await phone.getByTestId('error-code').waitFor();
    const frame = `document.querySelector('[data-testid="picture-error-over"] iframe')`;
    await page.waitForFunction(
      `${frame}.clientHeight === ${frame}.contentDocument.documentElement.scrollHeight`,
    );
    expect(await picture.locator('[inert] iframe').count()).toBe(2);
  });

  it('keeps the focus and the place of who looks at it, whatever the pages in it do', async () => {
    const { page, mock } = visitor;
    await page.goto(`${mock.url}pages`);
    await page
      .getByTestId('picture-nhsmail-sign-in-empty')
      .locator('iframe')
      .first()
      .scrollIntoViewIfNeeded();
    const frame = page.getByTestId('picture-nhsmail-sign-in-empty').locator('iframe').first().contentFrame();
    await frame.getByTestId('error-summary').waitFor();
    expect(await page.evaluate('document.activeElement === document.body')).toBe(true);
  });

  it('opens a picture, in which a button leads nowhere', async () => {
    const { page, mock } = visitor;
    await page.goto(`${mock.url}pages`);
    await press(visitor, 'open-not-registered');
    const address = page.url();
    expect(await pageShown(visitor)).toBe('outcome-nhsmail_not_registered');
    const refusal = page.waitForEvent('console');
    await page.getByTestId('try-again').click({ noWaitAfter: true });
    // What the browser says is that the policy of the page let no form go.
    expect((await refusal).text()).toContain("form-action 'none'");
    visitor.faults.splice(0);
    expect(page.url()).toBe(address);
  });
});

describe('without JavaScript', () => {
  let without: Stage;
  let plain: Visitor;

  beforeAll(async () => {
    without = await setStage({ context: { javaScriptEnabled: false } });
    plain = await without.visitor();
  });
  afterAll(() => without.close());

  it('the start page shows every form, and filters by its button', async () => {
    const { page, mock } = plain;
    await page.goto(mock.url);
    for (const name of ['env', 'openid-client', 'spring', 'omniauth', 'authlib'])
      expect(await page.getByTestId(`settings-${name}`).isVisible(), name).toBe(true);
    await page.getByTestId('filter-persona').fill('uma');
    await press(plain, 'filter');
    expect(await shownRows(plain)).toBe(1);
    await press(plain, 'filter-clear');
    expect(await shownRows(plain)).toBe(30);
  });

  it('the gallery of scenarios filters by its button', async () => {
    const { page, mock } = plain;
    await page.goto(`${mock.url}scenarios`);
    await page.getByTestId('filter-words').fill('nonce');
    await press(plain, 'filter');
    expect(await page.locator('[data-filter-item]:visible').count()).toBe(4);
  });

  it('the gallery of pages says what to use instead of its pictures: links', async () => {
    const { page, mock } = plain;
    await page.goto(`${mock.url}pages`);
    expect(await page.locator('iframe').count()).toBe(0);
    expect(await page.locator('noscript .nhsuk-inset-text').isVisible()).toBe(true);
    await press(plain, 'open-abandoned');
    expect(await pageShown(plain)).toBe('outcome-abandoned');
    expect(plain.faults).toEqual([]);
  });
});
