/** GET /_mock/journal?wait=: an answer as soon as there is one. */
import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import type { JournalEvent } from '../../src/index.ts';
import { browser, logIn, type Mock, REALM, testMock } from '../support/mock.ts';
import { listenersOf, listeningMock, PATIENCE } from './support.ts';

const record = ({ environment }: Mock, explanation: string) =>
  environment.journal.record({ kind: 'warned', explanation });

const poll = (mock: Mock, query: string) => mock.app.inject(`/_mock/journal?${query}`);

const explanationsOf = (response: { json(): JournalEvent[] }) =>
  response.json().map(({ explanation }) => explanation);

/** Resolves when somebody listens to the journal: a request is waiting. */
function someoneWaits({ environment: { journal } }: Mock): Promise<void> {
  return new Promise((resolve) => {
    const { onRecord } = journal;
    journal.onRecord = (listener) => {
      journal.onRecord = onRecord;
      resolve();
      return onRecord(listener);
    };
  });
}

describe('a request with wait', () => {
  test('is answered at once where something matches', async () => {
    const mock = await testMock();
    record(mock, 'There before.');
    expect(explanationsOf(await poll(mock, 'wait=60'))).toEqual(['There before.']);
  });

  test('is answered by what comes later', async () => {
    const mock = await testMock();
    record(mock, 'There before.');
    const waiting = someoneWaits(mock);
    const answer = poll(mock, 'after=1&wait=60');
    await waiting;
    record(mock, 'Came later.');
    const response = await answer;
    expect(explanationsOf(response)).toEqual(['Came later.']);
    expect(response.headers['cache-control']).toBe('no-store');
  });

  test('waits on while other things happen than those it asks for', async () => {
    const mock = await testMock();
    const waiting = someoneWaits(mock);
    const answer = poll(mock, 'kind=code_issued&client_id=mock-client&wait=60');
    await waiting;
    record(mock, 'Something else.');
    await logIn(browser(mock.app), 'alex.bound@nhs.net', { client_id: 'mock-client-basic' });
    await logIn(browser(mock.app), 'alex.bound@nhs.net');
    const events: JournalEvent[] = (await answer).json();
    expect(events.map(({ kind, client_id }) => [kind, client_id])).toEqual([['code_issued', 'mock-client']]);
  });

  test('gives nothing when nothing comes', async () => {
    const mock = await testMock();
    const response = await poll(mock, 'wait=0.05');
    expect([response.statusCode, response.json()]).toEqual([200, []]);
  });

  test('leaves no listener behind, however it ends', async () => {
    const { mock, journal } = await listeningMock();
    const listening = listenersOf(mock);
    await poll(mock, 'wait=0.01');
    expect(listening).toEqual({ now: 0, ever: 1 });
    const { port } = new URL(journal);
    const client = connect(Number(port), '127.0.0.1');
    client.write('GET /_mock/journal?wait=60 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await vi.waitFor(() => expect(listening).toEqual({ now: 1, ever: 2 }), PATIENCE);
    client.destroy();
    await vi.waitFor(() => expect(listening).toEqual({ now: 0, ever: 2 }), PATIENCE);
    await mock.app.close();
  });

  test('holds up no closing server', async () => {
    const { mock, journal } = await listeningMock();
    const waiting = someoneWaits(mock);
    const answer = fetch(`${journal}?wait=60`);
    await waiting;
    const began = performance.now();
    await mock.app.close();
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(await (await answer).json()).toEqual([]);
  });

  test('is refused with 503 where 1,000 wait already, and not any more when these have gone', async () => {
    const mock = await testMock();
    const listening = listenersOf(mock);
    const answers = Array.from({ length: 1000 }, () => poll(mock, 'kind=warned&wait=60'));
    await vi.waitFor(() => expect(listening.now).toBe(1000), PATIENCE);
    const refused = await poll(mock, 'kind=warned&wait=60');
    expect([refused.statusCode, refused.headers['content-type']]).toEqual([
      503,
      expect.stringContaining('application/problem+json'),
    ]);
    expect((await mock.app.inject('/_mock/journal/stream')).statusCode).toBe(503);
    expect(listening.now).toBe(1000);
    record(mock, 'For all of them.');
    for (const answer of answers) expect(explanationsOf(await answer)).toEqual(['For all of them.']);
    expect((await poll(mock, 'after=99999&wait=0.01')).json()).toEqual([]);
  });

  test.each(['-1', '61', '60.1', '1e1', 'soon', '', '0x1', '1.', '1.2.3'])(
    'is refused for %j, with what is allowed',
    async (wait) => {
      const response = await poll(await testMock(), `wait=${wait}`);
      expect(response.statusCode).toBe(400);
      expect(response.json().faults).toEqual([
        {
          in: 'query',
          pointer: '/wait',
          found: JSON.stringify(wait),
          allowed: 'seconds from 0 to 60, for example 5 or 0.2',
        },
      ]);
    },
  );
});

test('a log-in is waited for from before it began: its first events come with it', async () => {
  const { mock, journal } = await listeningMock();
  const by = browser(mock.app);
  await by.get(`${REALM}/.well-known/openid-configuration`);
  const after = mock.environment.journal.events().at(-1)?.id;
  const waiting = someoneWaits(mock);
  const answer = fetch(`${journal}?after=${after}&uid=910000000101&wait=60`);
  await waiting;
  await logIn(by, 'alex.bound@nhs.net');
  const [event] = (await (await answer).json()) as JournalEvent[];
  const whole = (await (await fetch(`${journal}?login_id=${event?.login_id}`)).json()) as JournalEvent[];
  expect(whole.map(({ id }) => id)).toEqual(
    mock.environment.journal.events({ after: after ?? 0 }).map(({ id }) => id),
  );
  await mock.app.close();
});
