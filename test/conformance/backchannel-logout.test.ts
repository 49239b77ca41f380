/** oidcc-backchannel-rp-initiated-logout-certification-test-plan, and what else ends a session or answers it. */
import { afterEach, describe, expect, test } from 'vitest';
import { browser, claimsOf, locationOf, logIn, testMock } from '../support/mock.ts';
import {
  type Answer,
  accept,
  assertDelivery,
  causesAt,
  closeReceivers,
  deliveries,
  LOGGED_OUT,
  logOut,
  mockWith,
  RP_A,
  RP_B,
  receiver,
  settled,
} from './backchannel-support.ts';
import { assertDiscovery, assertErrorRedirect, assertHappyFlow, authorize, requestUrl } from './support.ts';

afterEach(closeReceivers);

test('oidcc-backchannel-logout-discovery-endpoint-verification: discovery says that it is supported, with sid', async () => {
  expect(await assertDiscovery(await testMock())).toMatchObject({
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    end_session_endpoint: expect.stringMatching(/./),
  });
});

describe('the plan’s own module', () => {
  test('oidcc-backchannel-rp-initiated-logout: the client is told, the browser is redirected, the session is gone', async () => {
    const a = await receiver();
    const mock = await mockWith(a);
    const by = browser(mock.app);
    const flow = await assertHappyFlow(mock, { by, party: RP_A });
    expect(flow.claims['sid']).toMatch(/./);
    expect(locationOf(await logOut(by, flow))).toBe(`${LOGGED_OUT}?state=the-state`);
    await settled(mock);
    expect(a.received.length).toBe(1);
    const token = await assertDelivery(mock, a.received[0], flow);
    expect(token['cause']).toBe('CLIENT_LOGOUT');
    assertErrorRedirect(await by.get(requestUrl(RP_A, { prompt: 'none' })), RP_A, 'login_required');
  });

  test('oidcc-backchannel-rp-initiated-logout: every client of the session is told, each by its own sid', async () => {
    const [a, b] = [await receiver(), await receiver()];
    const mock = await mockWith(a, b);
    const by = browser(mock.app);
    const first = await assertHappyFlow(mock, { by, party: RP_A });
    const answer = await by.get(requestUrl(RP_B));
    const second = await assertHappyFlow(mock, { by, party: RP_B, answer });
    expect(second.claims['sid']).not.toBe(first.claims['sid']);
    await logOut(by, first);
    await settled(mock);
    await assertDelivery(mock, a.received[0], first);
    await assertDelivery(mock, b.received[0], second);
    expect([a.received.length, b.received.length]).toEqual([1, 1]);
  });

  test('oidcc-backchannel-rp-initiated-logout: a client that never took part is not told', async () => {
    const [a, b] = [await receiver(), await receiver()];
    const mock = await mockWith(a, b);
    const by = browser(mock.app);
    await logOut(by, await assertHappyFlow(mock, { by, party: RP_A }));
    await settled(mock);
    expect([a.received.length, b.received.length]).toEqual([1, 0]);
  });

  test('oidcc-backchannel-rp-initiated-logout: without backchannel_logout_session_required there is a sub and no sid', async () => {
    const a = await receiver();
    const mock = await mockWith(a, undefined, { client: { backchannel_logout_session_required: false } });
    const by = browser(mock.app);
    const flow = await assertHappyFlow(mock, { by, party: RP_A });
    await logOut(by, flow);
    await settled(mock);
    const claims = claimsOf(a.received[0]?.form[0]?.[1] ?? '');
    expect(claims['sub']).toBe(flow.claims.sub);
    expect(claims).not.toHaveProperty('sid');
  });
});

describe('whatever the client answers, the person is logged out at once', () => {
  const OK = { status: 200, body: '' };

  /**
   * Logs out with a receiver that answers so, but not before the person is back at the application; gives what is
   * left to look at once everything is over.
   */
  async function logOutAgainst(answer: Answer, attempts: number, outbound_call_seconds = 20) {
    let release = () => {};
    const back = new Promise<void>((resolve) => {
      release = resolve;
    });
    const a = await receiver((response) => void back.then(() => answer(response)));
    const settings = { backchannel_logout_attempts: attempts, timeouts: { outbound_call_seconds } };
    const mock = await mockWith(a, undefined, { settings });
    const by = browser(mock.app);
    const flow = await assertHappyFlow(mock, { by, party: RP_A });
    expect(locationOf(await logOut(by, flow))).toBe(`${LOGGED_OUT}?state=the-state`);
    assertErrorRedirect(await by.get(requestUrl(RP_A, { prompt: 'none' })), RP_A, 'login_required');
    expect(deliveries(mock)).toEqual([]);
    release();
    await settled(mock);
    return { mock, received: a.received };
  }

  const status = (code: number, headers = {}, body = ''): Answer => {
    return (response) => response.writeHead(code, headers).end(body);
  };

  test('oidcc-backchannel-rp-initiated-logout: 200 is journalled, once', async () => {
    const { mock } = await logOutAgainst(accept, 3);
    expect(deliveries(mock)).toEqual([{ client_id: 'rp-a', attempt: 1, answer: OK }]);
  });

  test('oidcc-backchannel-rp-initiated-logout: 400 is final, with its body in the journal', async () => {
    const refusal = '{"error":"invalid_request"}';
    const { mock } = await logOutAgainst(status(400, { 'content-type': 'application/json' }, refusal), 3);
    const answer = { status: 400, body: refusal };
    expect(deliveries(mock)).toEqual([{ client_id: 'rp-a', attempt: 1, answer }]);
  });

  test('oidcc-backchannel-rp-initiated-logout: 500 is tried again, as often as the setting says', async () => {
    const { mock, received } = await logOutAgainst(status(500), 3);
    const answer = { status: 500, body: '' };
    expect(deliveries(mock)).toEqual([1, 2, 3].map((attempt) => ({ client_id: 'rp-a', attempt, answer })));
    expect(received.length).toBe(3);
  });

  test('oidcc-backchannel-rp-initiated-logout: 500 and then 200 ends the attempts', async () => {
    const codes = [500, 200];
    const { mock } = await logOutAgainst((response) => response.writeHead(codes.shift() ?? 418).end(), 3);
    expect(deliveries(mock).map(({ answer }) => answer)).toEqual([{ status: 500, body: '' }, OK]);
  });

  test('oidcc-backchannel-rp-initiated-logout: a redirect is not followed', async () => {
    const elsewhere = await receiver();
    const { mock } = await logOutAgainst(status(302, { location: elsewhere.uri }), 3);
    expect(deliveries(mock)).toEqual([{ client_id: 'rp-a', attempt: 1, answer: { status: 302, body: '' } }]);
    expect(elsewhere.received).toEqual([]);
  });

  test('oidcc-backchannel-rp-initiated-logout: one that never answers is given up after its time, and tried again', async () => {
    const { mock, received } = await logOutAgainst(() => undefined, 2, 1);
    const answer = { failure: 'no answer within 1 seconds' };
    expect(deliveries(mock)).toEqual([1, 2].map((attempt) => ({ client_id: 'rp-a', attempt, answer })));
    expect(received.length).toBe(2);
  });

  test('oidcc-backchannel-rp-initiated-logout: one that is not there is journalled, and the other client is told', async () => {
    const [gone, b] = [await receiver(), await receiver()];
    await gone.close();
    const mock = await mockWith(gone, b);
    const by = browser(mock.app);
    const flow = await assertHappyFlow(mock, { by, party: RP_A });
    await authorize(by, requestUrl(RP_B));
    await logOut(by, flow);
    await settled(mock);
    expect(b.received.length).toBe(1);
    const refused = { failure: expect.stringContaining('ECONNREFUSED') };
    expect(deliveries(mock).filter(({ client_id }) => client_id === 'rp-a')).toEqual(
      [1, 2].map((attempt) => ({ client_id: 'rp-a', attempt, answer: refused })),
    );
  });
});

describe('whatever ends the session, its clients are told why', () => {
  async function signedIn() {
    const a = await receiver();
    const mock = await mockWith(a);
    const by = browser(mock.app);
    const flow = await assertHappyFlow(mock, { by, party: RP_A });
    return { a, mock, by, flow };
  }

  test('a session that is idle too long: SESSION_IDLE_TIMEOUT', async () => {
    const { a, mock, flow } = await signedIn();
    mock.clock.advance(1799);
    await settled(mock);
    expect(a.received).toEqual([]);
    mock.clock.advance(1);
    await settled(mock);
    expect((await assertDelivery(mock, a.received[0], flow))['cause']).toBe('SESSION_IDLE_TIMEOUT');
  });

  test('a session that is used until it is as old as it may be: SESSION_MAX_TIMEOUT', async () => {
    const { a, mock, by, flow } = await signedIn();
    for (let used = 0; used < 4; used++) {
      mock.clock.advance(1799);
      expect(locationOf(await by.get(requestUrl(RP_A, { prompt: 'none' })))).toContain('code=');
    }
    await settled(mock);
    expect(a.received).toEqual([]);
    mock.clock.advance(4);
    await settled(mock);
    expect((await assertDelivery(mock, a.received[0], flow))['cause']).toBe('SESSION_MAX_TIMEOUT');
  });

  test.each([
    [undefined, 'SESSION_TERMINATION'],
    [{ cause: 'CLIENT_LOGOUT' }, 'CLIENT_LOGOUT'],
  ])('POST /_mock/sessions/{sid}/logout with the body %o: %s', async (payload, cause) => {
    const { a, mock, by, flow } = await signedIn();
    const sid = encodeURIComponent(String(flow.claims['sid']));
    const url = `/_mock/sessions/${sid}/logout`;
    const answer = await mock.app.inject({ method: 'POST', url, ...(payload ? { payload } : {}) });
    expect(answer.statusCode).toBe(200);
    await settled(mock);
    expect((await assertDelivery(mock, a.received[0], flow))['cause']).toBe(cause);
    assertErrorRedirect(await by.get(requestUrl(RP_A, { prompt: 'none' })), RP_A, 'login_required');
  });

  test('another person who signs in at the same browser: SESSION_TERMINATION for the first one', async () => {
    const { a, mock, by, flow } = await signedIn();
    const other = await logIn(by, '910000000201', { prompt: 'login' });
    expect(locationOf(other)).toContain('code=');
    await settled(mock);
    expect(a.received.length).toBe(1);
    expect((await assertDelivery(mock, a.received[0], flow))['cause']).toBe('SESSION_TERMINATION');
  });

  test('the same person who signs in again: nobody is told', async () => {
    const { a, mock, by, flow } = await signedIn();
    const again = await authorize(by, requestUrl(RP_A, { prompt: 'login' }));
    const second = await assertHappyFlow(mock, { by, party: RP_A, answer: again });
    await settled(mock);
    expect(a.received).toEqual([]);
    await logOut(by, second);
    await settled(mock);
    expect(causesAt(a)).toEqual(['CLIENT_LOGOUT']);
    expect(second.claims.sub).toBe(flow.claims.sub);
  });

  test('two that end one session at once tell its clients once', async () => {
    const { a, mock, by, flow } = await signedIn();
    await Promise.all([logOut(by, flow), logOut(by, flow)]);
    mock.clock.advance(1800);
    await settled(mock);
    expect(causesAt(a)).toEqual(['CLIENT_LOGOUT']);
  });
});
