/** What holds for every page and every state of it, in a real browser, on a phone and on a wide screen. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectToFit } from './fit.ts';
import { JOURNEYS, type PageCase } from './pages.ts';
import { pageShown, ROLE_REQUIRED, type Stage, setStage, textOf, type Visitor } from './support.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const [SMALLEST, PHONE, WIDE] = [320, 360, 1280];

let stage: Stage;

// One set of fixtures serves all: the client that needs a role stands beside the others.
beforeAll(async () => {
  stage = await setStage({ fixtures: ROLE_REQUIRED });
});
afterAll(() => stage.close());

/** What axe finds, one line for each rule, with the places. What is in a frame is a picture of a page of its own. */
async function accessibilityViolations(page: Page, rules: object = {}): Promise<string[]> {
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, { resultTypes: ['violations'], iframes: false, rules: ${JSON.stringify(rules)} })`,
  );
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target)}`);
}

async function expectReadableAt(page: Page, width: number) {
  await expectToFit(page, width);
  expect(await page.getByTestId('mock-banner').isVisible(), `the banner at ${width}`).toBe(true);
}

async function expectRight(visitor: Visitor, { status, testId, title, says }: PageCase) {
  const { page, document } = visitor;
  const outcome = testId.startsWith('outcome-') ? testId.replace('outcome-', '') : undefined;
  expect(await pageShown(visitor)).toBe(testId);
  expect(document().status()).toBe(status);
  expect(document().headers()['x-mock-cis2-outcome']).toBe(outcome);
  expect((await page.title()).startsWith(title), await page.title()).toBe(true);
  expect(await textOf(visitor, 'main')).toContain(says);
}

async function expectAccessibleAndReadable({ page }: Visitor) {
  await page.evaluate(AXE);
  await expectReadableAt(page, WIDE);
  expect(await accessibilityViolations(page), `axe at ${WIDE}`).toEqual([]);
  await expectReadableAt(page, PHONE);
  // Colours are the same at any width, and looking at them takes longest.
  const narrow = { 'color-contrast': { enabled: false } };
  expect(await accessibilityViolations(page, narrow), `axe at ${PHONE}`).toEqual([]);
  await expectReadableAt(page, SMALLEST);
}

describe('every page is right, accessible and readable at any width, and asks nothing of anybody else', () => {
  it.each(JOURNEYS)('$journey', async ({ pages }) => {
    const visitor = await stage.visitor();
    for (const page of pages) {
      await visitor.page.setViewportSize({ width: WIDE, height: 800 });
      await page.walk(visitor);
      await expectRight(visitor, page);
      await expectAccessibleAndReadable(visitor);
      expect(visitor.faults, page.name).toEqual([]);
    }
  });
});
