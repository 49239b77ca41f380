/** oidcc-basic-certification-test-plan: prompt, max_age and hints, on a second request at the same browser. */
import { describe, expect, test } from 'vitest';
import { type Browser, browser, type Mock, testMock } from '../support/mock.ts';
import {
  asksToSignIn,
  assertErrorRedirect,
  assertHappyFlow,
  FIXTURES,
  type HappyFlow,
  type Parameters,
  RP_ONE,
  RP_TWO,
  requestUrl,
  signInThere,
} from './support.ts';

/** A browser at which Alex has signed in, and the flow by which it was. */
async function signedIn(parameters: Parameters = {}): Promise<{ mock: Mock; by: Browser; first: HappyFlow }> {
  const mock = await testMock({ fixtures: FIXTURES });
  const by = browser(mock.app);
  return { mock, by, first: await assertHappyFlow(mock, { by, parameters }) };
}

const ask = (by: Browser, parameters: Parameters) => by.get(requestUrl(RP_ONE, parameters));

describe('prompt', () => {
  test('oidcc-prompt-login: a second request with prompt=login shows the page though a session exists', async () => {
    const { mock, by, first } = await signedIn();
    mock.clock.advance(5);
    const asked = await ask(by, { prompt: 'login' });
    expect(asksToSignIn(asked)).toBe(true);
    const second = await assertHappyFlow(mock, { by, answer: await signInThere(by, asked) });
    expect(second.claims.sub).toBe(first.claims.sub);
    expect(second.claims['auth_time']).toBe(Number(first.claims['auth_time']) + 5);
  });

  test('oidcc-prompt-none-not-logged-in: login_required goes back, with the state', async () => {
    const { app } = await testMock({ fixtures: FIXTURES });
    assertErrorRedirect(await ask(browser(app), { prompt: 'none' }), RP_ONE, 'login_required');
  });

  test('oidcc-prompt-none-logged-in: a code at once, with the same sub and auth_time', async () => {
    const { mock, by, first } = await signedIn();
    mock.clock.advance(60);
    const answer = await ask(by, { prompt: 'none' });
    const second = await assertHappyFlow(mock, { by, answer });
    const { sub, auth_time } = first.claims;
    expect(second.claims).toMatchObject({ sub, auth_time });
  });

  test('oidcc-prompt-none-logged-in: another client is let in by the same sign-on', async () => {
    const { mock, by, first } = await signedIn();
    const answer = await by.get(requestUrl(RP_TWO, { prompt: 'none' }));
    const second = await assertHappyFlow(mock, { by, party: RP_TWO, answer });
    expect(second.claims.sub).toBe(first.claims.sub);
  });
});

describe('max_age', () => {
  test('oidcc-max-age-1: later than a second after the sign-in, the person signs in again', async () => {
    const { mock, by, first } = await signedIn();
    mock.clock.advance(2);
    const asked = await ask(by, { max_age: '1' });
    expect(asksToSignIn(asked)).toBe(true);
    const { claims } = await assertHappyFlow(mock, { by, answer: await signInThere(by, asked) });
    expect(claims['auth_time']).toBe(Number(first.claims['auth_time']) + 2);
  });

  test('oidcc-max-age-10000: no second sign-in, and the same auth_time in both', async () => {
    const { mock, by, first } = await signedIn({ max_age: '15000' });
    mock.clock.advance(60);
    const second = await assertHappyFlow(mock, { by, answer: await ask(by, { max_age: '10000' }) });
    const { sub, auth_time } = first.claims;
    expect(second.claims).toMatchObject({ sub, auth_time });
    expect(auth_time).toEqual(expect.any(Number));
  });
});

describe('id_token_hint', () => {
  test('oidcc-id-token-hint: with prompt=none, a code at once for the person of the hint', async () => {
    const { mock, by, first } = await signedIn();
    const answer = await ask(by, { prompt: 'none', id_token_hint: first.tokens.id_token });
    const second = await assertHappyFlow(mock, { by, answer });
    expect(second.claims.sub).toBe(first.claims.sub);
  });

  test('oidcc-id-token-hint: an expired ID token is a hint as good', async () => {
    const { mock, by, first } = await signedIn();
    for (const seconds of [1700, 1700, 1700]) {
      mock.clock.advance(seconds);
      expect((await ask(by, { prompt: 'none' })).headers.location).toContain('code=');
    }
    const answer = await ask(by, { prompt: 'none', id_token_hint: first.tokens.id_token });
    await assertHappyFlow(mock, { by, answer });
  });

  test('oidcc-id-token-hint: another person’s hint is not served by this session', async () => {
    const { mock, first } = await signedIn();
    const by = browser(mock.app);
    await assertHappyFlow(mock, { by, email: 'noor.norole@nhs.net' });
    const answer = await ask(by, { prompt: 'none', id_token_hint: first.tokens.id_token });
    assertErrorRedirect(answer, RP_ONE, 'login_required');
  });
});
