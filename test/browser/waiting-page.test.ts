/** A page that waits while its log-in moves on elsewhere: it goes to where the log-in stands by itself. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { pageShown, press, type Stage, setStage, signIn, testId, textOf, watch } from './support.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
});
afterEach(async () => {
  await stage.mock.clock.reset();
});
afterAll(() => stage.close());

const timedOut = testId('outcome-timed_out');

it('times out when the clock is advanced, without anybody touching it', async () => {
  const visitor = await stage.visitor();
  await signIn(visitor, 'alex.bound@nhs.net');
  expect(await pageShown(visitor)).toBe('page-number-match');

  await stage.mock.clock.advance(61);

  await visitor.page.locator(timedOut).waitFor();
  expect(await textOf(visitor, 'h1')).toBe('Timed out');
  expect(visitor.document().status()).toBe(400);
  expect(visitor.faults).toEqual([]);
});

it('follows a log-in that is carried on in another tab', async () => {
  const visitor = await stage.visitor();
  await signIn(visitor, 'alex.bound@nhs.net');
  const other = await watch(await visitor.page.context().newPage(), stage.mock, stage.application);
  await other.page.goto(visitor.page.url());

  await press(other, 'decline');

  await visitor.page.locator(testId('outcome-nhsmail_declined')).waitFor();
  expect(visitor.faults).toEqual([]);
});
