/** What an orchestrator asks: live, and ready or not, with the reason. */
import { describe, expect, test } from 'vitest';
import { readinessOf } from '../../src/health/checks.ts';
import { testMock } from '../support/mock.ts';

const never = () => new Promise<never>(() => {});

describe('/health/live', () => {
  test('answers while the process does, and says nothing else', async () => {
    const { app } = await testMock();

    const response = await app.inject('/health/live');

    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ status: 'up' });
    expect(response.headers['cache-control']).toBe('no-store');
  });

  test('waits for nothing that readiness waits for', async () => {
    const mock = await testMock();
    mock.environment.store.get = never;

    expect((await mock.app.inject('/health/live')).statusCode).toBe(200);
  });
});

describe('/health/ready', () => {
  test('names each check that it made', async () => {
    const { app, environment } = await testMock();
    await environment.keys.activeKid();

    const response = await app.inject('/health/ready');

    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      status: 'up',
      checks: { store: { status: 'up' }, signing_keys: { status: 'up' } },
    });
    expect(response.headers['cache-control']).toBe('no-store');
  });

  test('is 503 where the store is away, says why, and recovers by itself', async () => {
    const mock = await testMock();
    await mock.environment.keys.activeKid();
    const { get } = mock.environment.store;
    mock.environment.store.get = async () => {
      throw new Error('connect ECONNREFUSED redis://user:the-password@127.0.0.1:1\n    at connect');
    };

    const away = await mock.app.inject('/health/ready');

    expect(away.statusCode).toBe(503);
    expect(away.json()).toEqual({
      status: 'down',
      checks: {
        store: { status: 'down', why: 'connect ECONNREFUSED redis://127.0.0.1:1' },
        signing_keys: { status: 'up' },
      },
    });
    mock.environment.store.get = get;
    expect((await mock.app.inject('/health/ready')).statusCode).toBe(200);
  });

  test('is 503 where no signing key can be made', async () => {
    const keys = { ...(await testMock()).environment.keys };
    const { app } = await testMock({
      keys: { ...keys, activeKid: () => Promise.reject(new Error('no entropy')) },
    });

    const { statusCode, body } = await app.inject('/health/ready');

    expect(statusCode).toBe(503);
    expect(JSON.parse(body).checks.signing_keys).toEqual({ status: 'down', why: 'no entropy' });
  });

  test('makes one run of the checks for all who ask at once', async () => {
    const mock = await testMock();
    const { get } = mock.environment.store;
    let asked = 0;
    mock.environment.store.get = (kind, id) => {
      asked += 1;
      return get(kind, id);
    };

    await Promise.all(Array.from({ length: 20 }, () => mock.app.inject('/health/ready')));

    expect(asked).toBeLessThan(20);
  });
});

test('a check that does not answer is down after its time', async () => {
  expect(await readinessOf({ slow: never, quick: async () => {} }, 5)).toEqual({
    status: 'down',
    checks: { slow: { status: 'down', why: 'no answer within 5 milliseconds' }, quick: { status: 'up' } },
  });
});

describe.each(['/health/live', '/health/ready', '/metrics'])('%s', (url) => {
  test('takes HEAD, and answers it without a body', async () => {
    const { app } = await testMock();

    const response = await app.inject({ method: 'HEAD', url });

    expect([response.statusCode, response.body]).toEqual([200, '']);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'] as const)('does not take %s', async (method) => {
    const { app } = await testMock();

    const response = await app.inject({ method, url });

    expect([response.statusCode, response.headers['allow']]).toEqual([405, 'GET, HEAD']);
  });

  test('needs no token, and is answered under any name', async () => {
    const { app } = await testMock({ controlToken: 'a-control-token' });

    const response = await app.inject({ url, headers: { host: 'mock.example.test' } });

    expect(response.statusCode).toBe(200);
  });

  test('is that of the process below an environment too, and begins none', async () => {
    const { app, environments } = await testMock();

    expect((await app.inject(`/env/some-name${url}`)).statusCode).toBe(200);
    expect((await app.inject({ method: 'POST', url: `/env/some-name${url}` })).statusCode).toBe(405);
    expect(await environments.list()).toEqual([]);
  });

  test('leaves no trace in the journal', async () => {
    const { app, environment } = await testMock();

    await app.inject(url);

    expect(environment.journal.events()).toEqual([]);
  });
});

test.each([
  ['/health', '/health/live'],
  ['/healthz', '/health/live'],
  ['/readyz', '/health/ready'],
])('%s is not there, and the right address is named', async (url, right) => {
  const { app } = await testMock();

  const response = await app.inject(url);

  expect(response.statusCode).toBe(404);
  expect(response.json().error_description).toContain(right);
});
