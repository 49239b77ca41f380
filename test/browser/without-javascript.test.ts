/** Pages need no script: whole log-ins in a browser that runs none. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  choose,
  logInByHand,
  onlyCallback,
  openNhsmail,
  pageShown,
  press,
  type Stage,
  setStage,
  typeAndSignIn,
} from './support.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage({ context: { javaScriptEnabled: false } });
});
afterAll(() => stage.close());

describe('without JavaScript', () => {
  it('a person logs in and the application gets its code', async () => {
    const visitor = await stage.visitor();

    await logInByHand(visitor, 'alex.bound@nhs.net');

    expect(await pageShown(visitor)).toBe('application');
    expect(onlyCallback(stage.application)).toMatchObject({ code: expect.any(String), state: 'the-state' });
    expect(visitor.faults).toEqual([]);
  });

  it('Try again after a temporary error leads through the log-in to the application', async () => {
    const visitor = await stage.visitor();

    await logInByHand(visitor, 'tess.temporary@nhs.net');
    expect(await pageShown(visitor)).toBe('outcome-internal_error');
    expect(stage.application.callbacks).toEqual([]);
    await press(visitor, 'try-again');
    await choose(visitor, 'authenticator-nhsmail');
    await typeAndSignIn(visitor, 'tess.temporary@nhs.net');
    await press(visitor, 'approve');

    expect(await pageShown(visitor)).toBe('application');
    expect(onlyCallback(stage.application)).toMatchObject({ code: expect.any(String), state: 'the-state' });
    expect(visitor.faults).toEqual([]);
  });

  it('nothing is shown that only a script could work', async () => {
    const visitor = await stage.visitor();
    const { page } = visitor;

    await page.goto(stage.mock.url);
    expect(await page.getByTestId('copy-settings').isVisible()).toBe(false);
    await openNhsmail(visitor);
    expect(await page.getByTestId('sign-in').isVisible()).toBe(true);
    expect(await page.getByTestId('show-password').isVisible()).toBe(false);
  });

  it('the console shows nothing but what to use instead', async () => {
    const visitor = await stage.visitor();
    await visitor.page.goto(`${stage.mock.url}console`);
    expect(await visitor.page.getByTestId('console-without-javascript').isVisible()).toBe(true);
    expect(await visitor.page.getByTestId('console-organisations').isVisible()).toBe(false);
    await visitor.page.getByRole('link', { name: 'the control API' }).click();
    expect(await pageShown(visitor)).toBe('page-control-docs');
  });
});
