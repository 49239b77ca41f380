/** The clock of an environment, moved by the control API, and what relying parties see of it. */
import { describe, expect, test } from 'vitest';
import {
  assertionClaims,
  byAssertion,
  codeFor,
  EXAMPLE_JWK,
  EXAMPLE_KEY,
  KEY_CLIENT,
  NOW,
  PERSONA,
  post,
  redeemBy,
  sign,
  tokensOf,
  userInfo,
} from '../protocol/support.ts';
import { browser, CLIENT, claimsOf, type Mock, outcomeOf, START, signIn, testMock } from '../support/mock.ts';

async function clock({ app }: Mock, body: object) {
  const response = await app.inject({ method: 'POST', url: '/_mock/clock', payload: body });
  return { status: response.statusCode, body: response.json() };
}

describe('the clock', () => {
  test('is frozen, advanced and let run again', async () => {
    const mock = await testMock();
    const frozen = { now: '2026-03-01T12:00:00.000Z', frozen: true, skew_seconds: 0 };
    expect((await clock(mock, { freeze: '2026-03-01T12:00:00Z' })).body).toEqual(frozen);
    const later = { ...frozen, now: '2026-03-01T12:01:30.000Z' };
    expect((await clock(mock, { advance_seconds: 90 })).body).toEqual(later);
    expect((await mock.app.inject('/_mock/clock')).json()).toEqual(later);
    expect((await clock(mock, { reset: true })).body.frozen).toBe(false);
  });

  test('set to a moment stands still there if it stood still', async () => {
    const mock = await testMock();
    const { body } = await clock(mock, { set: '2020-02-29T00:00:00Z' });
    expect(body).toMatchObject({ now: '2020-02-29T00:00:00.000Z', frozen: true });
  });

  test('set to a moment runs on from there if it ran', async () => {
    let machine = Date.UTC(2026, 0, 1);
    const mock = await testMock({ machine: () => machine });
    mock.clock.reset();
    await clock(mock, { set: '2030-06-01T00:00:00Z' });
    machine += 2500;
    expect((await mock.app.inject('/_mock/clock')).json()).toMatchObject({
      now: '2030-06-01T00:00:02.500Z',
      frozen: false,
    });
  });

  test.each([
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01t00:00:00.25z', '2026-01-01T00:00:00.250Z'],
    ['2026-06-01T09:00:00+01:00', '2026-06-01T08:00:00.000Z'],
    ['2026-01-01T00:00:00-09:30', '2026-01-01T09:30:00.000Z'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
    [new Date(START).toISOString(), new Date(START).toISOString()],
  ])('takes the moment %s', async (set, now) => {
    const mock = await testMock();
    expect((await clock(mock, { set })).body.now).toBe(now);
    expect((await clock(mock, { freeze: set })).body.now).toBe(now);
  });

  test.each([
    ['5', 'an RFC 3339 date and time with its zone, for example 2026-01-01T00:00:00Z'],
    ['x 7', 'an RFC 3339 date and time with its zone'],
    ['1 Feb 2030', 'an RFC 3339 date and time with its zone'],
    ['2026-01-01', 'an RFC 3339 date and time with its zone'],
    ['2026-01-01 00:00:00Z', 'an RFC 3339 date and time with its zone'],
    ['2026-01-01T00:00:00+25:00', 'an RFC 3339 date and time with its zone'],
    ['2026-01-01T00:00:00', 'Z added for UTC, 2026-01-01T00:00:00Z, or an offset as +01:00'],
    ['2026-02-31T00:00:00Z', 'a day and a time of day that there are'],
    ['2026-13-01T00:00:00Z', 'a day and a time of day that there are'],
    ['2026-01-01T24:00:00Z', 'a day and a time of day that there are'],
    ['1969-12-31T23:59:59Z', 'a moment of the years 1970 to 9999'],
  ])('refuses the moment %s, and says what would do', async (text, allowed) => {
    const mock = await testMock();
    for (const field of ['set', 'freeze']) {
      const { status, body } = await clock(mock, { [field]: text });
      expect([status, body.faults?.length]).toEqual([400, 1]);
      expect(body.faults[0]).toMatchObject({
        pointer: `/${field}`,
        found: expect.stringContaining(JSON.stringify(text)),
        allowed: expect.stringContaining(allowed),
      });
    }
  });

  test('advanced, times out a log-in that waits', async () => {
    const mock = await testMock();
    const by = browser(mock.app);
    const { login } = await signIn(by, PERSONA);
    await clock(mock, { advance_seconds: 61 });
    expect(outcomeOf(await by.get(login))).toBe('timed_out');
  });

  test('a page that waits is told the step its log-in stands at, and nothing is carried on by asking', async () => {
    const mock = await testMock();
    const by = browser(mock.app);
    const { login, page } = await signIn(by, PERSONA);
    expect(page.body).toContain(`data-login-url="${login}" data-login-step="number_match"`);
    expect((await by.get(`${login}/step`)).json()).toEqual({ step: 'number_match' });
    await clock(mock, { advance_seconds: 61 });
    const events = mock.environment.journal.events().length;
    const told = await by.get(`${login}/step`);
    expect(told.json()).toEqual({ step: 'timed_out' });
    expect(outcomeOf(told)).toBeUndefined();
    expect(mock.environment.journal.events()).toHaveLength(events);
    expect((await browser(mock.app).get(`${login}/step`)).statusCode).toBe(403);
  });

  test.each([
    [{}, ''],
    [{ freeze: 'noon' }, '/freeze'],
    [{ set: 'now' }, '/set'],
    [{ set: '+010000-01-01T00:00:00Z' }, '/set'],
    [{ advance_seconds: -1 }, '/advance_seconds'],
    [{ advance_seconds: 1e12 }, '/advance_seconds'],
    [{ skew_seconds: 86_401 }, '/skew_seconds'],
    [{ skew_seconds: 0.5 }, '/skew_seconds'],
    [{ reset: false }, '/reset'],
    [{ freeze: 'now', reset: true }, ''],
  ])('refuses %o, and stands as it stood', async (body, pointer) => {
    const mock = await testMock();
    const before = (await mock.app.inject('/_mock/clock')).json();
    const refused = await clock(mock, body);
    expect(refused.status).toBe(400);
    expect(refused.body.faults[0].pointer).toBe(pointer);
    expect((await mock.app.inject('/_mock/clock')).json()).toEqual(before);
  });
});

describe('a skew', () => {
  test.each([[3600], [-90]])('of %i seconds stands in the times of tokens', async (skew) => {
    const mock = await testMock();
    await clock(mock, { skew_seconds: skew });
    const tokens = await tokensOf(mock, CLIENT);
    expect(claimsOf(tokens.id_token)).toMatchObject({
      iat: NOW + skew,
      auth_time: NOW + skew,
      exp: NOW + skew + 3600,
    });
    const told = await post(mock, '/introspect', { ...CLIENT, token: tokens.access_token });
    expect(told.json()).toMatchObject({ exp: NOW + skew + 3600, auth_time: NOW + skew });
  });

  test('moves nothing that expires here', async () => {
    const mock = await testMock();
    await clock(mock, { skew_seconds: 3600 });
    const tokens = await tokensOf(mock, CLIENT);
    mock.clock.advance(3599);
    expect((await userInfo(mock, tokens.access_token)).statusCode).toBe(200);
    mock.clock.advance(1);
    expect((await userInfo(mock, tokens.access_token)).statusCode).toBe(401);
  });

  test('is what a client’s assertion is judged by', async () => {
    const mock = await testMock();
    await clock(mock, { skew_seconds: 600 });
    const assertion = (claims: object) =>
      sign(assertionClaims(KEY_CLIENT, { ...claims }), EXAMPLE_KEY, { alg: 'RS256', kid: EXAMPLE_JWK.kid });
    const code = await codeFor(mock, KEY_CLIENT);
    const late = await redeemBy(mock, code, byAssertion(await assertion({})));
    expect(late.json()).toMatchObject({ error: 'invalid_client' });
    const skewed = await assertion({ iat: NOW + 600, exp: NOW + 900 });
    expect((await redeemBy(mock, code, byAssertion(skewed))).statusCode).toBe(200);
    const again = await redeemBy(mock, await codeFor(mock, KEY_CLIENT), byAssertion(skewed));
    expect(again.json()).toMatchObject({ error: 'invalid_client' });
  });

  test('ends with a reset of the clock, and with one of everything', async () => {
    const mock = await testMock();
    await clock(mock, { skew_seconds: 60 });
    expect((await clock(mock, { reset: true })).body.skew_seconds).toBe(0);
    await clock(mock, { skew_seconds: 60 });
    await mock.app.inject({ method: 'POST', url: '/_mock/reset' });
    expect((await mock.app.inject('/_mock/clock')).json()).toMatchObject({ skew_seconds: 0 });
  });

  test('is said by the journal', async () => {
    const mock = await testMock();
    await clock(mock, { skew_seconds: -30 });
    const [event] = mock.environment.journal.events({ kind: 'configuration_changed' });
    expect(event?.explanation).toContain('relying parties are shown 30 seconds less');
  });
});
