/** The demonstration application as people meet it: by mouse, by keyboard alone, and without JavaScript. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  choose,
  pageShown,
  press,
  type Stage,
  setStage,
  testId,
  textOf,
  typeAndSignIn,
  type Visitor,
} from './support.ts';

/** Presses Tab until this has the focus. */
async function tabTo({ page }: Visitor, id: string) {
  for (let step = 0; step < 60; step += 1) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate('document.activeElement.dataset.testid')) === id) return;
  }
  throw new Error(`Tab did not get to ${id}`);
}

/** Presses Enter on what leads to another page. */
async function enter({ page }: Visitor) {
  const arrived = page.waitForEvent('load');
  await page.keyboard.press('Enter');
  await arrived;
}

async function signInToNhsmail(visitor: Visitor, email: string) {
  await choose(visitor, 'authenticator-nhsmail');
  await typeAndSignIn(visitor, email);
  await press(visitor, 'approve');
}

/** How long the application waits for an answer: longer than a page takes to see that its log-in has moved on. */
const IMPATIENT = {
  extends: 'default' as const,
  settings: { timeouts: { outbound_call_seconds: 3 } },
};

describe('in a browser', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage({ fixtures: IMPATIENT });
  });
  afterAll(() => stage.close());

  it('is found from the start page, logs a person in, and out again', async () => {
    const visitor = await stage.visitor();
    await visitor.page.goto(stage.mock.url);
    await press(visitor, 'demo');
    await press(visitor, 'demo-log-in');
    await signInToNhsmail(visitor, 'alex.bound@nhs.net');

    expect(await pageShown(visitor)).toBe('page-demo-success');
    expect(await textOf(visitor, testId('demo-person'))).toContain('Alex Bound');
    await visitor.page.reload();
    expect(await pageShown(visitor)).toBe('page-demo-success');
    await press(visitor, 'demo-log-out');
    expect(await pageShown(visitor)).toBe('page-demo-logged-out');
    expect(await textOf(visitor, testId('demo-logout-token'))).toContain('Accepted');
    expect(visitor.faults).toEqual([]);
  });

  it('is waited for while it takes its time over the callback: the last page of CIS2 does not turn back', async () => {
    const visitor = await stage.visitor();
    await visitor.page.goto(`${stage.mock.url}demo?mock_scenario=SLOW_ANSWER`);
    await press(visitor, 'demo-log-in');
    await signInToNhsmail(visitor, 'alex.bound@nhs.net');
    expect(await pageShown(visitor)).toBe('demo-failure-token_unavailable');
    expect(visitor.faults).toEqual([]);
  });

  it('leads from a failure on CIS2’s page back to the application with the error', async () => {
    const visitor = await stage.visitor();
    await visitor.page.goto(`${stage.mock.url}demo`);
    await press(visitor, 'demo-run-NHSMAIL_NOT_REGISTERED-page');
    expect(await pageShown(visitor)).toBe('outcome-nhsmail_not_registered');

    await press(visitor, 'return-to-application');

    expect(await pageShown(visitor)).toBe('demo-failure-access_denied');
    expect(await textOf(visitor, testId('demo-error'))).toBe('access_denied');
    await press(visitor, 'demo-try-again');
    expect(await pageShown(visitor)).toBe('page-demo-success');
    expect(visitor.faults).toEqual([]);
  });

  it('works by the keyboard alone, with a scenario chosen from the list', async () => {
    const visitor = await stage.visitor();
    await visitor.page.goto(`${stage.mock.url}demo`);
    await tabTo(visitor, 'demo-log-in');
    await visitor.page.keyboard.press('Tab');
    await visitor.page.keyboard.press('Space');
    await tabTo(visitor, 'demo-persona');
    await visitor.page.keyboard.type('alex');
    await tabTo(visitor, 'demo-mock_scenario');
    await visitor.page.keyboard.type('ID_TOKEN_UNSIGNED');
    await tabTo(visitor, 'demo-log-in-chosen');
    await enter(visitor);

    expect(await pageShown(visitor)).toBe('demo-failure-id_token_refused');
    await tabTo(visitor, 'demo-try-again');
    await enter(visitor);
    expect(await pageShown(visitor)).toBe('page-demo-success');
    expect(visitor.faults).toEqual([]);
  });

  it('takes the focus to what is wrong in the address, whose link leads to the field', async () => {
    const visitor = await stage.visitor();
    await visitor.page.goto(`${stage.mock.url}demo?mock_scenario=NONSENSE`);
    expect(await visitor.page.evaluate('document.activeElement.dataset.testid')).toBe('error-summary');
    await visitor.page.keyboard.press('Tab');
    await visitor.page.keyboard.press('Enter');
    expect(await visitor.page.evaluate('document.activeElement.id')).toBe('mock_scenario');
  });

  it('works when it is opened under another name than the public one', async () => {
    const visitor = await stage.visitor();
    await visitor.page.goto(
      `${stage.mock.url.replace('localhost', '127.0.0.1')}demo?persona=alex.bound@nhs.net`,
    );
    await press(visitor, 'demo-log-in');
    expect(await pageShown(visitor)).toBe('page-demo-success');
  });

  it('works in an environment, within its addresses', async () => {
    const visitor = await stage.visitor();
    await visitor.page.goto(`${stage.mock.url}env/mine/demo`);
    await press(visitor, 'demo-log-in');
    await signInToNhsmail(visitor, 'alex.bound@nhs.net');
    expect(await pageShown(visitor)).toBe('page-demo-success');
    expect(visitor.page.url()).toContain('/env/mine/demo/result/');
    expect(visitor.faults).toEqual([]);
  });
});

describe('without JavaScript', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage({ context: { javaScriptEnabled: false } });
  });
  afterAll(() => stage.close());

  it('logs a person in on the pages, and shows a failure', async () => {
    const visitor = await stage.visitor();
    await visitor.page.goto(`${stage.mock.url}demo`);
    await press(visitor, 'demo-log-in');
    await signInToNhsmail(visitor, 'alex.bound@nhs.net');
    expect(await pageShown(visitor)).toBe('page-demo-success');

    await visitor.page.goto(
      `${stage.mock.url}demo?mock_scenario=USERINFO_SUB_MISMATCH&persona=alex.bound@nhs.net`,
    );
    await press(visitor, 'demo-log-in');
    expect(await pageShown(visitor)).toBe('demo-failure-userinfo_other_person');
    expect(visitor.faults).toEqual([]);
  });
});
