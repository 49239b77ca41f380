import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { JournalEvent } from '../../src/journal/event.ts';
import { ConfigurationError } from '../../src/settings/faults.ts';
import { authorizeUrl, browser, callback, logIn, outcomeOf, REALM, redeem } from '../support/mock.ts';
import {
  balanced,
  closeAll,
  eventually,
  freePort,
  lossyWay,
  type RedisServer,
  type Replica,
  redisServer,
  replicasOf,
} from './support.ts';

const ALEX = 'alex.bound@nhs.net';
const DISCOVERY = `${REALM}/.well-known/openid-configuration`;

const open: { replicas: Replica[]; redis: RedisServer }[] = [];

afterEach(async () => {
  for (const { replicas, redis } of open.splice(0)) {
    await closeAll(replicas);
    await redis.stop();
  }
});

async function two() {
  const redis = await redisServer();
  const [a, b] = (await replicasOf(redis.url, 2)) as [Replica, Replica];
  open.push({ replicas: [a, b], redis });
  return { redis, a, b };
}

const isUp =
  ({ app }: Replica) =>
  async () =>
    (await app.inject(DISCOVERY)).statusCode === 200;

/** Every replica is connected again. */
async function back(...replicas: Replica[]) {
  for (const replica of replicas) await eventually(isUp(replica));
}

const jwksOf = async ({ app }: Replica) => (await app.inject(`${REALM}/connect/jwk_uri`)).body;

describe('while the store is away', () => {
  test('every caller is told so with 503 in its own form, and at once', async () => {
    const { redis, a } = await two();
    await redis.kill();
    const asked = [
      a.app.inject({
        method: 'POST',
        url: `${REALM}/access_token`,
        payload: '',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
      a.app.inject({ url: authorizeUrl(), headers: { accept: 'text/html' } }),
      a.app.inject('/_mock/people'),
      a.app.inject('/env/some/_mock/people'),
    ];
    const began = Date.now();
    const answers = await Promise.all(asked);
    expect(Date.now() - began).toBeLessThan(20_000);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([503, 503, 503, 503]);
    expect(answers.map(({ headers }) => String(headers['content-type']).split(';', 1)[0])).toEqual([
      'application/json',
      'text/html',
      'application/problem+json',
      'application/problem+json',
    ]);
    expect(answers[0]?.json()).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'The store of the mock cannot be reached. Try again.',
    });
    expect(answers[0]?.headers['retry-after']).toBe('1');
    expect(answers[1]?.body).toContain('Start the Redis that STORE names');
    for (const { body, headers } of answers) {
      expect(body).not.toMatch(/ECONN|at .*\.ts/);
      expect(headers['x-mock-cis2-request-id']).toBeTruthy();
    }
  });

  test('the process lives, and is not ready until the store is back', async () => {
    const { redis, a } = await two();
    const ready = async () => (await a.app.inject('/health/ready')).statusCode;
    // The first key may still be in the making.
    await eventually(async () => (await ready()) === 200);
    await redis.kill();
    await eventually(async () => (await ready()) === 503);
    const { checks } = (await a.app.inject('/health/ready')).json();
    expect(checks.store).toEqual({ status: 'down', why: expect.stringMatching(/\w/) });
    expect((await a.app.inject('/health/live')).statusCode).toBe(200);
    await redis.start();
    await eventually(async () => (await ready()) === 200);
  });

  test('what is the same for everybody is still there', async () => {
    const { redis, a } = await two();
    await redis.kill();
    // Which file there is depends on the build; that it is not asked of the store does not.
    expect((await a.app.inject('/assets/none.css')).statusCode).toBe(404);
  });
});

describe('while the store answers and refuses to write', () => {
  async function full() {
    const lines: string[] = [];
    const redis = await redisServer();
    const [a] = (await replicasOf(redis.url, 1, {
      logLevel: 'warn',
      logTo: { write: (line) => void lines.push(line) },
    })) as [Replica];
    open.push({ replicas: [a], redis });
    const memory = (bytes: number) => redis.send('CONFIG', 'SET', 'maxmemory', String(bytes));
    return { a, lines, memory, code: async () => callback(await logIn(browser(a.app), ALEX)).get('code') };
  }

  test('every caller is told so with 503 in its own form, with what Redis says', async () => {
    const { a, memory, code } = await full();
    const issued = await code();
    await memory(1);
    const answers = await Promise.all([
      redeem(browser(a.app), issued),
      logIn(browser(a.app), ALEX),
      a.app.inject({ method: 'POST', url: '/_mock/tokens', payload: { persona: ALEX } }),
    ]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([503, 503, 503]);
    expect(answers.map(({ headers }) => String(headers['content-type']).split(';', 1)[0])).toEqual([
      'application/json',
      'text/html',
      'application/problem+json',
    ]);
    for (const { body } of answers) {
      expect(body).toContain('refused what it was asked: OOM command not allowed');
      expect(body).not.toMatch(/cannot be reached|user_script|at .*\.ts/);
    }
  });

  test('the log says so once, and readiness fails until it writes again', async () => {
    const { a, lines, memory } = await full();
    const ready = async () => (await a.app.inject('/health/ready')).json();
    await eventually(async () => (await ready()).status === 'up');
    await memory(1);
    for (let time = 0; time < 5; time++) expect((await logIn(browser(a.app), ALEX)).statusCode).toBe(503);
    expect((await ready()).checks.store).toEqual({
      status: 'down',
      why: expect.stringMatching(/^OOM command not allowed/),
    });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { why: expect.stringMatching(/^OOM command not allowed/), msg: expect.stringContaining('refuses') },
    ]);
    await memory(0);
    expect((await ready()).status).toBe('up');
    expect(outcomeOf(await logIn(browser(a.app), ALEX))).toBe('authenticated');
  });

  test('a code of before is redeemed at most once', async () => {
    const { a, memory, code } = await full();
    const issued = await code();
    await memory(1);
    expect((await redeem(browser(a.app), issued)).statusCode).toBe(503);
    await memory(0);
    const answers = await Promise.all([1, 2, 3].map(() => redeem(browser(a.app), issued)));
    expect(answers.filter(({ statusCode }) => statusCode === 200).length).toBeLessThanOrEqual(1);
  });
});

describe('when the store is back', () => {
  test('with nothing of before: both go on by themselves, with the keys that applications have cached', async () => {
    const { redis, a, b } = await two();
    await logIn(browser(a.app), ALEX);
    const before = await jwksOf(a);
    await redis.kill();
    await redis.start();
    await back(a, b);
    expect([await jwksOf(b), await jwksOf(a)]).toEqual([before, before]);
    const by = browser(balanced([a, b]));
    const answer = await logIn(by, ALEX);
    expect((await redeem(by, callback(answer).get('code'))).statusCode).toBe(200);
  });

  test('with what was saved: fixtures and clock are as they were changed', async () => {
    const { redis, a, b } = await two();
    await a.app.inject({
      method: 'PATCH',
      url: '/_mock/organisations/A9A5A',
      payload: { nhsmail_private_beta: false },
    });
    await a.app.inject({ method: 'POST', url: '/_mock/clock', payload: { freeze: '2030-01-01T00:00:00Z' } });
    await redis.send('SAVE');
    await redis.kill();
    await redis.start();
    await back(a, b);
    expect((await b.app.inject('/_mock/organisations/A9A5A')).json()).toMatchObject({
      nhsmail_private_beta: false,
    });
    expect((await a.app.inject('/_mock/clock')).json()).toMatchObject({ now: '2030-01-01T00:00:00.000Z' });
  });

  test('a code that it has forgotten was redeemed is not redeemed again, nor is a session believed', async () => {
    const { redis, a, b } = await two();
    const by = browser(balanced([a, b]));
    const code = callback(await logIn(by, ALEX)).get('code');
    await redis.send('SAVE');
    expect((await redeem(by, code)).statusCode).toBe(200);
    await redis.kill();
    await redis.start();
    await back(a, b);
    // The code is in what was saved, not redeemed yet; it is not believed.
    expect((await redis.send('KEYS', `*record:code:${code}`)) as unknown[]).toHaveLength(1);
    const again = [await redeem(browser(a.app), code), await redeem(browser(b.app), code)];
    expect(again.map(({ statusCode }) => statusCode)).toEqual([400, 400]);
    expect(callback(await by.get(authorizeUrl({ prompt: 'none' }))).get('error')).toBe('login_required');
  });
});

test('killed and started again while log-ins run: each ends as it should or is refused with 503, and no code counts twice', async () => {
  const { redis, a, b } = await two();
  const load = balanced([a, b]);
  const seen = { redeemed: 0, refused: 0, twice: 0, other: [] as string[] };
  let isOver = false;

  async function logInOnce() {
    const by = browser(load);
    const answer = await logIn(by, ALEX);
    if (answer.statusCode === 503) {
      seen.refused += 1;
      return;
    }
    if (outcomeOf(answer) !== 'authenticated') {
      seen.other.push(`authorize ${answer.statusCode} ${answer.body.slice(0, 200)}`);
      return;
    }
    const code = callback(answer).get('code');
    const redeemed = await Promise.all([redeem(by, code), redeem(by, code)]);
    const good = redeemed.filter(({ statusCode }) => statusCode === 200).length;
    seen.redeemed += good;
    if (good > 1) seen.twice += 1;
    if (redeemed.some(({ statusCode }) => statusCode === 503)) seen.refused += 1;
    for (const { statusCode, body } of redeemed)
      if (![200, 400, 503].includes(statusCode)) seen.other.push(`token ${statusCode} ${body.slice(0, 200)}`);
  }

  async function keepOn() {
    // What is refused takes no time at all; the rest of the test needs some.
    while (!isOver) await logInOnce().then(() => setImmediate());
  }

  const running = Array.from({ length: 4 }, keepOn);
  await eventually(async () => seen.redeemed >= 5);
  for (let round = 1; round <= 3; round++) {
    const [{ redeemed }, refusedBefore] = [seen, seen.refused];
    await redis.kill();
    await eventually(async () => seen.refused > refusedBefore);
    await redis.start();
    await eventually(async () => seen.redeemed >= redeemed + 5);
  }
  isOver = true;
  await Promise.all(running);
  expect(seen.other).toEqual([]);
  expect(seen.twice).toBe(0);
}, 60_000);

describe('of the events of the journal', () => {
  const explanations = async ({ app }: Replica): Promise<string[]> =>
    (await app.inject('/_mock/journal?kind=warned'))
      .json<JournalEvent[]>()
      .map(({ explanation }) => explanation);

  test('one that was written, but whose answer was lost, stands there once', async () => {
    const { redis, a } = await two();
    const way = await lossyWay(redis.url);
    const lines: string[] = [];
    const logTo = { write: (line: string) => void lines.push(line) };
    const [far] = (await replicasOf(way.url, 1, { logLevel: 'info', logTo })) as [Replica];
    const { journal } = far.environment;
    journal.record({ kind: 'warned', explanation: 'first' });
    await journal.flush?.();
    way.loseNextAnswer();
    journal.record({ kind: 'warned', explanation: 'second' });
    await eventually(async () => lines.some((line) => line.includes('second')));
    journal.record({ kind: 'warned', explanation: 'third' });
    await journal.flush?.();
    expect(way.lost()).toBe(1);
    expect(await explanations(a)).toEqual(['first', 'second', 'third']);
    const logged = lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'warned');
    const kept = (await a.app.inject('/_mock/journal?kind=warned')).json<JournalEvent[]>();
    expect(logged.map(({ id }) => id)).toEqual(kept.map(({ id }) => id));
    await closeAll([far]);
    way.close();
  });

  test('each stands there once, though the log cannot be written', async () => {
    const { redis, a } = await two();
    let isFull = false;
    const logTo = {
      write() {
        if (isFull) throw new Error('the disk is full');
      },
    };
    const [other] = (await replicasOf(redis.url, 1, { logLevel: 'info', logTo })) as [Replica];
    const { journal } = other.environment;
    isFull = true;
    for (const explanation of ['first', 'second', 'third']) {
      journal.record({ kind: 'warned', explanation });
      await journal.flush?.();
    }
    expect(await explanations(a)).toEqual(['first', 'second', 'third']);
    isFull = false;
    await closeAll([other]);
  });
});

describe('a start', () => {
  test('without the store says so, and shows no password', async () => {
    const port = await freePort();
    const started = replicasOf(`redis://user:very-secret@127.0.0.1:${port}`, 1);
    const error = await started.then(
      () => undefined,
      (why: unknown) => why,
    );
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toContain(`127.0.0.1:${port}`);
    expect(String(error)).toContain('ECONNREFUSED');
    expect(String(error)).not.toContain('very-secret');
  });

  test.each(['postgres://host', 'redis', 'http://user:very-secret@host'])(
    'with the store %s is refused',
    async (store) => {
      const error = await replicasOf(store, 1).catch((why: unknown) => why);
      expect(String(error)).toMatch(
        /store: found an address that begins with .*; allowed: memory:, or redis:/,
      );
      expect(String(error)).not.toContain('very-secret');
    },
  );
});
