/** What people and applications send is shown as text, whatever it looks like. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  approve,
  onlyCallback,
  open,
  openNhsmail,
  pageShown,
  type Stage,
  searchRoles,
  setStage,
  testId,
  textOf,
  typeAndSignIn,
  type Visitor,
} from './support.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

const HOSTILE = `"><script>globalThis.hasRun = true</script><img src=x onerror="globalThis.hasRun=true">'`;

/** No element came of it; and the policy, the second line of defence, had nothing to stop. */
async function expectNothingRan({ page, faults }: Visitor) {
  expect(await page.evaluate('globalThis.hasRun')).toBeUndefined();
  expect(await page.locator('main script, main img, title img').count()).toBe(0);
  expect(faults).toEqual([]);
}

describe('a value that looks like markup is shown as text and runs nothing', () => {
  it('as login_hint, in the field for the e-mail address', async () => {
    const visitor = await stage.visitor();
    await openNhsmail(visitor, { login_hint: HOSTILE });
    expect(await visitor.page.getByTestId('email').inputValue()).toBe(HOSTILE);
    await expectNothingRan(visitor);
  });

  it('as the e-mail address that is typed, in the field and in the message', async () => {
    const visitor = await stage.visitor();
    await openNhsmail(visitor);
    await typeAndSignIn(visitor, HOSTILE);
    expect(await visitor.page.getByTestId('email').inputValue()).toBe(HOSTILE);
    expect(await textOf(visitor, testId('error-summary'))).toContain(HOSTILE);
    await expectNothingRan(visitor);
  });

  it('as the words of a search among roles', async () => {
    const visitor = await stage.visitor();
    await approve(visitor, 'morgan.manyroles@nhs.net');
    await searchRoles(visitor, HOSTILE);
    expect(await visitor.page.getByTestId('search').inputValue()).toBe(HOSTILE);
    await expectNothingRan(visitor);
  });

  it('as state, which arrives at the application as it was sent', async () => {
    const visitor = await stage.visitor();
    await approve(visitor, 'alex.bound@nhs.net', { state: HOSTILE });
    expect(await pageShown(visitor)).toBe('application');
    expect(onlyCallback(stage.application)).toMatchObject({ state: HOSTILE });
    await expectNothingRan(visitor);
  });

  it('as client_id, on the page that refuses it', async () => {
    const visitor = await stage.visitor();
    await open(visitor, { client_id: HOSTILE });
    expect(await textOf(visitor, testId('refusal-found'))).toBe(HOSTILE);
    await expectNothingRan(visitor);
  });

  it('as redirect_uri, on the page that refuses it', async () => {
    const visitor = await stage.visitor();
    const redirectUri = `${stage.application.redirectUri}?${HOSTILE}`;
    await open(visitor, { redirect_uri: redirectUri });
    expect(await textOf(visitor, testId('refusal-found'))).toBe(redirectUri);
    await expectNothingRan(visitor);
  });

  it('as the address of a page that is not there', async () => {
    const visitor = await stage.visitor();
    await visitor.page.goto(`${stage.mock.url}${encodeURIComponent(HOSTILE)}`);
    expect(visitor.document().status()).toBe(404);
    expect(await textOf(visitor, testId('refusal-found'))).toContain('script');
    await expectNothingRan(visitor);
  });
});
