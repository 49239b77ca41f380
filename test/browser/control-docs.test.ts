/** The page of the control API, in a real browser: what Swagger UI makes of the document, and calls made by it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type MockCis2, startMockCis2 } from '../../src/index.ts';
import { expectToFit } from './fit.ts';
import { pageShown, press, type Stage, setStage, type Visitor, watch } from './support.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const TOKEN = 'the-control-token';

let stage: Stage;
let guarded: MockCis2;
/** The page, opened from the start page. Every test looks at it: it takes seconds to draw. */
let visitor: Visitor;

async function whole({ page }: Visitor) {
  await page.locator('.opblock').first().waitFor();
}

beforeAll(async () => {
  [stage, guarded] = await Promise.all([
    setStage(),
    startMockCis2({ logLevel: 'silent', controlToken: TOKEN }),
  ]);
  visitor = await stage.visitor();
  await visitor.page.goto(stage.mock.url);
  await press(visitor, 'control-api');
  await whole(visitor);
});
afterAll(() => Promise.all([stage.close(), guarded.close()]));
afterEach(() => {
  expect(visitor.faults).toEqual([]);
});

/** An operation of the page, unfolded. */
async function unfolded(page: Page, tag: string, operationId: string) {
  const operation = page.locator(`#operations-${tag}-${operationId}`);
  await operation.locator('.opblock-summary-control').click();
  return operation;
}

/** Makes a call as the page has it filled in; gives the status that it shows. */
async function execute(page: Page, tag: string, operationId: string): Promise<string> {
  const operation = await unfolded(page, tag, operationId);
  await operation.locator('.execute').click();
  const status = operation.locator('.live-responses-table .response-col_status').last();
  return (await status.innerText()).trim();
}

describe('the page of the control API', () => {
  it('is linked from the start page, and shows every operation below the mock’s banner', async () => {
    const { page, mock } = visitor;
    expect(await pageShown(visitor)).toBe('page-control-docs');
    expect(await page.getByTestId('mock-banner').isVisible()).toBe(true);
    const answer = await fetch(`${mock.url}_mock/openapi.json`);
    const { paths } = (await answer.json()) as { paths: Record<string, object> };
    const operations = Object.values(paths).flatMap((path) => Object.keys(path));
    expect(await page.locator('.opblock').count()).toBe(operations.length);
  });

  it('is accessible', async () => {
    await visitor.page.evaluate(AXE);
    const { violations } = await visitor.page.evaluate<AxeResults>('axe.run(document)');
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target)}`)).toEqual([]);
  });

  it('makes a call, as its example stands, and the call counts', async () => {
    expect(await execute(visitor.page, 'organisations', 'patchOrganisation')).toBe('200');
    const changed = await fetch(`${visitor.mock.url}_mock/organisations/RZ8`);
    expect(await changed.json()).toMatchObject({ nhsmail_private_beta: true });
  });

  it('is no wider than the window, with an operation unfolded', async () => {
    const { page } = visitor;
    await unfolded(page, 'people', 'patchPerson');
    for (const width of [1280, 360, 320]) await expectToFit(page, width);
  });

  it('shows the refusal of a call without the token, and sends the token that Authorize is given', async () => {
    const { page } = await watch(await visitor.page.context().newPage(), guarded, stage.application);
    await page.goto(`${guarded.url}_mock/docs`);
    await whole({ ...visitor, page });
    expect(await execute(page, 'clock', 'getClock')).toBe('401');
    await page.locator('.btn.authorize').click();
    await page.locator('.auth-container input').fill(TOKEN);
    await page.locator('.auth-btn-wrapper .authorize').click();
    await page.locator('.auth-btn-wrapper .btn-done').click();
    expect(await execute(page, 'keys', 'listKeys')).toBe('200');
  });
});
