/** GET /_mock/journal/stream: the journal as server-sent events, over a real socket. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { browser, callback, logIn, type Mock, redeem } from '../support/mock.ts';
import { idsOf, listenersOf, listeningMock, openStream, PATIENCE } from './support.ts';

let mock: Mock;
let stream: string;

beforeEach(async () => {
  const listening = await listeningMock();
  mock = listening.mock;
  stream = `${listening.journal}/stream`;
});

afterEach(async () => {
  vi.useRealTimers();
  await mock.app.close();
});

const record = (explanation: string) => mock.environment.journal.record({ kind: 'warned', explanation });

describe('the stream', () => {
  test('tells what is there, then what comes, each event with its id and kind', async () => {
    record('One.');
    record('Two.');
    const { response, take, leave } = await openStream(stream);
    expect(response.headers['content-type']).toMatch(/^text\/event-stream\b/);
    expect(response.headers['cache-control']).toBe('no-store');
    const there = await take(2);
    record('Three.\nOn two lines.');
    const told = [...there, ...(await take(1))];
    expect(told).toEqual(
      mock.environment.journal
        .events()
        .map((event) => ({ id: String(event.id), event: 'warned', data: event })),
    );
    leave();
  });

  test('goes on after Last-Event-ID, which wins over after', async () => {
    for (const number of ['One.', 'Two.', 'Three.']) record(number);
    const first = await openStream(`${stream}?after=1`);
    expect(idsOf(await first.take(2))).toEqual([2, 3]);
    first.leave();
    record('Four.');
    const again = await openStream(`${stream}?after=1`, { 'last-event-id': '3' });
    record('Five.');
    expect(idsOf(await again.take(2))).toEqual([4, 5]);
    again.leave();
  });

  test('begins anew for a reader who knows ids of before a restart', async () => {
    record('One.');
    const { take, leave } = await openStream(stream, { 'last-event-id': '900' });
    record('Two.');
    expect(idsOf(await take(2))).toEqual([1, 2]);
    leave();
  });

  test('tells what the filters want alone', async () => {
    const { take, leave } = await openStream(`${stream}?kind=code_issued&client_id=mock-client`);
    record('Something else.');
    await logIn(browser(mock.app), 'alex.bound@nhs.net', { client_id: 'mock-client-basic' });
    await logIn(browser(mock.app), 'alex.bound@nhs.net');
    const [told] = await take(1);
    expect(told).toMatchObject({ event: 'code_issued', data: { client_id: 'mock-client' } });
    leave();
  });

  test('of a log-in begins each request with what came in before anybody knew whose it is, none twice', async () => {
    const by = browser(mock.app);
    const code = callback(await logIn(by, 'alex.bound@nhs.net')).get('code');
    const [started] = mock.environment.journal.events({ kind: 'login_started' });
    const login_id = started?.login_id ?? '';
    const { take, leave } = await openStream(`${stream}?login_id=${login_id}`);
    await redeem(by, code);
    await logIn(browser(mock.app), 'robin.roles@nhs.net');
    await redeem(by, code);
    const wanted = mock.environment.journal.events({ login_id });
    expect(idsOf(await take(wanted.length))).toEqual(idsOf(wanted));
    expect(wanted.filter(({ kind }) => kind === 'request_received')).toHaveLength(3);
    leave();
  });

  test('of a kind within a log-in tells an earlier event too, when it turns out to be of it', async () => {
    const by = browser(mock.app);
    const code = callback(await logIn(by, 'alex.bound@nhs.net')).get('code');
    const [started] = mock.environment.journal.events({ kind: 'login_started' });
    const after = mock.environment.journal.events().at(-1)?.id;
    const query = `kind=request_received&login_id=${started?.login_id}&after=${after}`;
    const { take, leave } = await openStream(`${stream}?${query}`);
    await redeem(by, code);
    expect((await take(1))[0]?.data.explanation).toBe('A token request came in.');
    leave();
  });

  test('says at once that it is there, and every 15 seconds that it still is', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { block, leave } = await openStream(stream);
    expect(await block()).toMatch(/^:/);
    vi.advanceTimersByTime(15_000);
    expect(await block()).toBe(': heartbeat');
    leave();
  });

  test('leaves nothing behind when its reader goes', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const timers = vi.getTimerCount();
    const listening = listenersOf(mock);
    const { block, leave } = await openStream(stream);
    await block();
    expect([listening.now, vi.getTimerCount()]).toEqual([1, timers + 1]);
    leave();
    await vi.waitFor(() => expect([listening.now, vi.getTimerCount()]).toEqual([0, timers]), PATIENCE);
  });

  test('tells all of a full journal to a reader that takes its time', async () => {
    for (let count = 0; count < 6000; count++) record(`Event ${count} ${'x'.repeat(500)}.`);
    const { take, leave } = await openStream(stream);
    expect(idsOf(await take(5000))).toEqual(idsOf(mock.environment.journal.events()));
    leave();
  });

  test('ends where its reader is 10,000 events behind', async () => {
    const listening = listenersOf(mock);
    const { block } = await openStream(stream);
    await block();
    for (let count = 0; count < 15_000; count++) record('x'.repeat(500));
    let last = await block();
    for (let next: string | undefined = last; next !== undefined; next = await block()) last = next;
    expect(Number(/^id: (\d+)/.exec(last ?? '')?.[1])).toBeLessThan(15_000);
    expect(listening.now).toBe(0);
  });

  test('counts among the 1,000 that may wait, until its reader goes', async () => {
    const listening = listenersOf(mock);
    const polls = Array.from({ length: 999 }, () => mock.app.inject('/_mock/journal?kind=warned&wait=60'));
    await vi.waitFor(() => expect(listening.now).toBe(999), PATIENCE);
    const { leave } = await openStream(stream);
    expect((await openStream(stream)).response.statusCode).toBe(503);
    leave();
    await vi.waitFor(() => expect(listening.now).toBe(999), PATIENCE);
    expect((await openStream(stream)).response.statusCode).toBe(200);
    await mock.app.close();
    await Promise.all(polls);
  });

  test('ends with its environment, and no other does', async () => {
    const url = (name: string) => stream.replace('/_mock', `/env/${name}/_mock`);
    const [mine, other] = [await openStream(url('mine')), await openStream(url('other'))];
    expect((await mine.take(1))[0]?.event).toBe('environment_started');
    await mock.app.inject({ method: 'DELETE', url: '/_mock/environments/mine' });
    expect((await mine.take(1))[0]?.event).toBe('environment_ended');
    expect(await mine.block()).toBeUndefined();
    expect((await other.take(1))[0]?.data.details).toEqual({ name: 'other' });
    other.leave();
  });

  test('holds up no closing server, and ends', async () => {
    const { block } = await openStream(stream);
    await block();
    const began = performance.now();
    await mock.app.close();
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(await block()).toBeUndefined();
  });

  test('is refused with a problem for a Last-Event-ID that is none', async () => {
    const response = await fetch(stream, { headers: { 'last-event-id': 'x' } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      faults: [
        {
          in: 'header',
          pointer: '/Last-Event-ID',
          found: '"x"',
          allowed: 'the id of an event, for example 17',
        },
      ],
    });
  });

  test('is refused with a problem for what it has no use for', async () => {
    for (const query of ['wait=1', 'person=x', 'kind=x', 'after=x'])
      expect((await fetch(`${stream}?${query}`)).status).toBe(400);
  });

  test('is told by GET alone', async () => {
    for (const method of ['HEAD', 'POST', 'DELETE']) {
      const response = await fetch(stream, { method });
      expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, 'GET']);
    }
  });
});
