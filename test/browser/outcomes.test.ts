/** How a log-in ends in a real browser, and what a person can do then: with history, tabs and other browsers. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  approve,
  choose,
  logInByHand,
  loginId,
  onlyCallback,
  open,
  openNhsmail,
  pageShown,
  press,
  type RelyingParty,
  type Stage,
  setStage,
  signIn,
  startRelyingParty,
  testId,
  textOf,
  typeAndSignIn,
  type Visitor,
  watch,
  withoutWatching,
} from './support.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

/** Another tab of the same browser, which stays at what it shows. */
const anotherTab = async ({ page, mock, application }: Visitor) =>
  watch(await withoutWatching(await page.context().newPage()), mock, application);

describe('a log-in that succeeds', () => {
  it('follows the form to the application on another port, which gets code, state and iss', async () => {
    const visitor = await stage.visitor();

    await logInByHand(visitor, 'alex.bound@nhs.net');

    expect(new URL(visitor.page.url()).origin).toBe(stage.application.origin);
    const { code, state, iss } = onlyCallback(stage.application);
    expect(code).toMatch(/^[\w-]{43}$/);
    expect({ state, iss }).toEqual({ state: 'the-state', iss: stage.mock.issuer });
    expect(visitor.faults).toEqual([]);
  });

  it('is over: neither Back nor a form that is still open gets a second code', async () => {
    const visitor = await stage.visitor();
    await signIn(visitor, 'alex.bound@nhs.net');
    const late = await anotherTab(visitor);
    await late.page.goto(visitor.page.url());
    const id = loginId(late);
    await press(visitor, 'approve');
    expect(await pageShown(visitor)).toBe('application');

    await visitor.page.goBack();
    expect(visitor.document().status()).toBe(409);
    await press(late, 'approve');
    expect(late.document().status()).toBe(409);

    expect(await textOf(late, testId('error-description'))).toBe('This log-in is over: it succeeded.');
    expect(Object.keys(onlyCallback(stage.application))).toContain('code');
    const ofThisLogin = { kind: 'code_issued', login_id: id } as const;
    expect(await stage.mock.journal(ofThisLogin)).toHaveLength(1);
  });
});

describe('the page of a log-in that failed', () => {
  it('begins a fresh log-in for the same request on Try again', async () => {
    const visitor = await stage.visitor();
    const parameters = { state: 'kept over Try again' };
    await approve(visitor, 'tess.temporary@nhs.net', parameters);
    expect(await pageShown(visitor)).toBe('outcome-internal_error');
    const failed = loginId(visitor);

    await press(visitor, 'try-again');
    expect(await pageShown(visitor)).toBe('page-choose-authenticator');
    expect(loginId(visitor)).not.toBe(failed);
    await choose(visitor, 'authenticator-nhsmail');
    await typeAndSignIn(visitor, 'tess.temporary@nhs.net');
    await press(visitor, 'approve');

    expect(onlyCallback(stage.application)).toMatchObject({ code: expect.any(String), ...parameters });
  });

  it('leads to the choice of an authenticator on Use a different way to log in, and on to success', async () => {
    const visitor = await stage.visitor();
    await approve(visitor, 'uma.unbound@nhs.net');
    const failed = loginId(visitor);

    await press(visitor, 'different-way');
    expect(await pageShown(visitor)).toBe('page-choose-authenticator');
    expect(loginId(visitor)).not.toBe(failed);
    await choose(visitor, 'authenticator-smartcard');
    await choose(visitor, 'person-656005750107');

    expect(onlyCallback(stage.application)).toMatchObject({ code: expect.any(String), state: 'the-state' });
  });

  it('sends error, error_description, state and iss on Return to the application, and no code', async () => {
    const visitor = await stage.visitor();
    await approve(visitor, 'uma.unbound@nhs.net');
    expect(stage.application.callbacks).toEqual([]);

    await press(visitor, 'return-to-application');

    expect(await pageShown(visitor)).toBe('application');
    expect(onlyCallback(stage.application)).toEqual({
      error: 'access_denied',
      error_description: 'The NHSmail account is not registered as an authenticator.',
      state: 'the-state',
      iss: stage.mock.issuer,
    });
    expect(visitor.faults).toEqual([]);
  });

  it('is still the same page after a reload, and after Back from the fresh log-in', async () => {
    const visitor = await stage.visitor();
    await approve(visitor, 'uma.unbound@nhs.net');
    const address = visitor.page.url();

    await visitor.page.reload();
    expect(await pageShown(visitor)).toBe('outcome-nhsmail_not_registered');
    await press(visitor, 'try-again');
    await visitor.page.goBack();

    expect(visitor.page.url()).toBe(address);
    expect(await pageShown(visitor)).toBe('outcome-nhsmail_not_registered');
  });
});

describe('a log-in under way', () => {
  it('belongs to the browser that began it: another one gets the page that says so', async () => {
    const [owner, stranger] = [await stage.visitor(), await stage.stranger()];
    await signIn(owner, 'alex.bound@nhs.net');

    await stranger.page.goto(owner.page.url());

    expect(stranger.document().status()).toBe(403);
    expect(await textOf(stranger, 'h1')).toBe('This log-in belongs to another browser');
    await owner.page.reload();
    expect(await pageShown(owner)).toBe('page-number-match');
  });

  it('is not disturbed by another log-in in another tab', async () => {
    const first = await stage.visitor();
    await openNhsmail(first, { state: 'of the first tab' });
    const second = await anotherTab(first);
    await openNhsmail(second, { state: 'of the second tab' });

    await typeAndSignIn(first, 'uma.unbound@nhs.net');
    await typeAndSignIn(second, 'alex.bound@nhs.net');
    await press(first, 'approve');
    await press(second, 'approve');
    expect(await pageShown(first)).toBe('outcome-nhsmail_not_registered');
    await press(first, 'return-to-application');

    const [ofSecond, ofFirst] = stage.application.callbacks.map((callback) => Object.fromEntries(callback));
    expect(ofSecond).toMatchObject({ state: 'of the second tab', code: expect.any(String) });
    expect(ofFirst).toMatchObject({ state: 'of the first tab', error: 'access_denied' });
  });

  it('says Timed out at the next press when its page was left open for too long', async () => {
    const visitor = await stage.visitor();
    await withoutWatching(visitor.page);
    await signIn(visitor, 'alex.bound@nhs.net');

    await stage.mock.clock.advance(61);
    await press(visitor, 'approve');

    expect(await pageShown(visitor)).toBe('outcome-timed_out');
    expect(visitor.document().status()).toBe(400);
    expect(stage.application.callbacks).toEqual([]);
  });

  it('goes on where it stands by the link of the page that refused an earlier form', async () => {
    const visitor = await stage.visitor();
    await withoutWatching(visitor.page);
    await open(visitor);
    const other = await anotherTab(visitor);
    await other.page.goto(visitor.page.url());
    await choose(other, 'authenticator-nhsmail');

    await choose(visitor, 'authenticator-smartcard');
    expect(visitor.document().status()).toBe(409);
    await press(visitor, 'continue');

    expect(await pageShown(visitor)).toBe('page-nhsmail-sign-in');
  });
});

describe('a second log-in in the same browser', () => {
  it('passes by single sign-on, without a page of the mock', async () => {
    const visitor = await stage.visitor();
    await approve(visitor, 'alex.bound@nhs.net', { state: 'first' });

    await open(visitor, { state: 'second' });

    expect(await pageShown(visitor)).toBe('application');
    expect(stage.application.callbacks.map((callback) => callback.get('state'))).toEqual(['first', 'second']);
  });
});

describe('an application', () => {
  let elsewhere: RelyingParty | undefined;
  afterEach(() => elsewhere?.close());

  it.each(['localhost', '127.0.0.1', '::1'])(
    'at %s is reached: the policy of the pages lets their forms lead there',
    async (host) => {
      elsewhere = await startRelyingParty(host);
      const visitor = await stage.visitor();

      await signIn(visitor, 'alex.bound@nhs.net', { redirect_uri: elsewhere.redirectUri });
      await visitor.page.getByTestId('approve').click();

      await expect.poll(() => elsewhere?.callbacks.length).toBe(1);
      expect(Object.keys(onlyCallback(elsewhere))).toContain('code');
    },
  );

  it('whose callback leads on to its pages at another port is followed there', async () => {
    elsewhere = await startRelyingParty();
    const visitor = await stage.visitor();
    const redirectUri = `${elsewhere.origin}/callback?then=${encodeURIComponent(`${stage.application.origin}/`)}`;

    await signIn(visitor, 'alex.bound@nhs.net', { redirect_uri: redirectUri });
    await visitor.page.getByTestId('approve').click();

    await expect.poll(() => visitor.page.url()).toBe(`${stage.application.origin}/`);
  });
});
