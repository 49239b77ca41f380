/** Sessions at their edges: who is meant, who is told, and what the journal says. */
import { afterEach, expect, test } from 'vitest';
import { browser, encode, locationOf, REALM, testMock } from '../support/mock.ts';
import {
  assertDelivery,
  causesAt,
  closeReceivers,
  logOut,
  mockWith,
  RP_A,
  RP_B,
  receiver,
  settled,
} from './backchannel-support.ts';
import { assertHappyFlow, authorize, FIXTURES, RP_ONE, requestUrl, signInThere } from './support.ts';

afterEach(closeReceivers);

test('the clock moved far past the end of a session: its clients are still told', async () => {
  const a = await receiver();
  const mock = await mockWith(a);
  const flow = await assertHappyFlow(mock, { party: RP_A });
  mock.clock.advance(86_400);
  await settled(mock);
  expect((await assertDelivery(mock, a.received[0], flow))['cause']).toBe('SESSION_IDLE_TIMEOUT');
});

test('oidcc-id-token-hint: a log-in by another person than the hint names gives no code', async () => {
  const mock = await testMock({ fixtures: FIXTURES });
  const { tokens } = await assertHappyFlow(mock);
  const by = browser(mock.app);
  const asked = await by.get(requestUrl(RP_ONE, { id_token_hint: tokens.id_token }));
  const answer = await signInThere(by, asked, 'noor.norole@nhs.net');
  expect(String(answer.headers.location)).not.toContain('code=');
});

test('a hint of another person asks before it ends the session of this browser', async () => {
  const mock = await testMock({ fixtures: FIXTURES });
  const { tokens } = await assertHappyFlow(mock);
  const by = browser(mock.app);
  await assertHappyFlow(mock, { by, email: 'noor.norole@nhs.net' });
  await by.get(`${REALM}/connect/endSession?${encode({ id_token_hint: tokens.id_token })}`);
  expect(locationOf(await by.get(requestUrl(RP_ONE, { prompt: 'none' })))).toContain('code=');
});

test('an ID token from before a re-authentication logs the person out all the same', async () => {
  const a = await receiver();
  const mock = await mockWith(a);
  const by = browser(mock.app);
  const first = await assertHappyFlow(mock, { by, party: RP_A });
  await authorize(by, requestUrl(RP_A, { prompt: 'login' }));
  await logOut(by, first);
  await settled(mock);
  expect(causesAt(a)).toEqual(['CLIENT_LOGOUT']);
  expect((await mock.app.inject('/_mock/sessions')).json()).toEqual([]);
});

test('a client from before a re-authentication at another one is told when the person logs out', async () => {
  const [a, b] = [await receiver(), await receiver()];
  const mock = await mockWith(a, b);
  const by = browser(mock.app);
  const before = await assertHappyFlow(mock, { by, party: RP_B });
  const answer = await authorize(by, requestUrl(RP_A, { prompt: 'login' }));
  await logOut(by, await assertHappyFlow(mock, { by, party: RP_A, answer }));
  await settled(mock);
  await assertDelivery(mock, b.received[0], before);
});

test('an expired session is not asked about', async () => {
  const mock = await testMock({ fixtures: FIXTURES });
  const by = browser(mock.app);
  await assertHappyFlow(mock, { by });
  mock.clock.advance(1801);
  const answer = await by.get(`${REALM}/connect/endSession`);
  expect(answer.body).toContain('data-testid="page-logged-out"');
});

test('the page that asks names no unverified URI in its policy', async () => {
  const mock = await testMock({ fixtures: FIXTURES });
  const by = browser(mock.app);
  await assertHappyFlow(mock, { by });
  const answer = await by.get(
    `${REALM}/connect/endSession?${encode({ post_logout_redirect_uri: 'https://a;sandbox/' })}`,
  );
  expect(answer.headers['content-security-policy']).not.toContain('sandbox');
});

test('the journal does not blame the control API for a session that another person replaced', async () => {
  const mock = await testMock({ fixtures: FIXTURES });
  const by = browser(mock.app);
  await assertHappyFlow(mock, { by });
  await authorize(by, requestUrl(RP_ONE, { prompt: 'login' }), 'noor.norole@nhs.net');
  const [ended] = mock.environment.journal.events({ kind: 'session_ended' });
  expect(ended?.explanation).not.toContain('control API');
});
