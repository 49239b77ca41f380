/** Dark mode and forced colours: the pages have one set of colours, and lose nothing where a person forces others. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stage, setStage, type Visitor } from './support.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The pictures of the gallery have the real views: one of each kind, and the mock’s own pages. */
const PAGES = [
  '',
  'scenarios?words=nonce',
  'pages/choose-authenticator-error',
  'pages/nhsmail-sign-in',
  'pages/number-match',
  'pages/not-registered',
  'pages/error-out-of-turn',
];

let stage: Stage;
let visitor: Visitor;

beforeAll(async () => {
  stage = await setStage();
  visitor = await stage.visitor();
});
afterAll(() => stage.close());

async function tooFaint(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, { runOnly: ['color-contrast'], iframes: false })`,
  );
  return violations.flatMap(({ nodes }) => nodes.map(({ html }) => html));
}

/**
 * Texts whose colour is too near to the one behind them. By computed colours alone: axe reads the colour that a style
 * sheet fills letters with, which a browser does not use where colours are forced.
 */
const TOO_NEAR = `
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [red, green, blue] = parts(colour).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (each) => {
    const { backgroundColor } = getComputedStyle(each);
    return (parts(backgroundColor)[3] ?? 1) > 0 || !each.parentElement ? backgroundColor : behind(each.parentElement);
  };
  const isText = (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== '';
  [...document.body.querySelectorAll('*')]
    .filter((each) => each.checkVisibility() && [...each.childNodes].some(isText))
    .filter((each) => {
      const [low, high] = [light(getComputedStyle(each).color), light(behind(each))].sort((a, b) => a - b);
      return (high + 0.05) / (low + 0.05) < 4.5;
    })
    .map((each) => each.outerHTML);
`;

const colours = (page: Page) =>
  page.evaluate<string>(
    `[...document.querySelectorAll('html, body, main, h1, input, select, button')]
      .map((each) => [getComputedStyle(each).color, getComputedStyle(each).backgroundColor].join(' on '))
      .join(', ')`,
  );

describe.each(PAGES)('the page /%s', (path) => {
  it('is the same and readable where a person prefers dark', async () => {
    const { page, mock } = visitor;
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
    await page.goto(`${mock.url}${path}`);
    const light = await colours(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await colours(page)).toBe(light);
    expect(await tooFaint(page)).toEqual([]);
  });

  it('is readable where a person forces colours', async () => {
    const { page, mock } = visitor;
    await page.emulateMedia({ colorScheme: 'dark', forcedColors: 'active' });
    await page.goto(`${mock.url}${path}`);
    expect(await page.evaluate<string[]>(TOO_NEAR)).toEqual([]);
  });
});

describe('with forced colours', () => {
  const styleOf = (page: Page, selector: string, property: string) =>
    page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).${property}`);

  it.each([
    ['a tag', '', '.nhsuk-tag'],
    ['a card', 'scenarios', '.nhsuk-card'],
    ['code', '', '.nhsuk-code'],
    ['a number', 'pages/number-match', '.mock-number'],
    ['the mock’s panel', 'pages/not-registered', '.mock-panel'],
    ['a button', 'pages/not-registered', '.nhsuk-button'],
    ['an error summary', 'pages/choose-authenticator-error', '.nhsuk-error-summary'],
    ['a picture', 'pages', '.mock-picture__screen'],
  ])('%s has a border', async (_what, path, selector) => {
    const { page, mock } = visitor;
    await page.emulateMedia({ colorScheme: 'dark', forcedColors: 'active' });
    await page.goto(`${mock.url}${path}`);
    expect(await styleOf(page, selector, 'borderTopStyle')).not.toBe('none');
    expect(Number.parseFloat(await styleOf(page, selector, 'borderTopWidth'))).toBeGreaterThan(0);
    expect(await styleOf(page, selector, 'borderTopColor')).not.toBe('rgba(0, 0, 0, 0)');
  });

  it.each([
    ['a link', '', '.nhsuk-header__navigation-link'],
    ['a button', 'pages/not-registered', 'button'],
    ['a field', 'pages/nhsmail-sign-in', '#email'],
  ])('%s shows that it has the focus', async (_what, path, selector) => {
    const { page, mock } = visitor;
    await page.emulateMedia({ colorScheme: 'dark', forcedColors: 'active' });
    await page.goto(`${mock.url}${path}`);
    await page.locator(selector).first().focus();
    expect(await styleOf(page, selector, 'outlineStyle')).not.toBe('none');
  });
});
