/** RATE_LIMIT: more requests than so many a minute are refused in the form that the caller understands. */
import type { InjectOptions } from 'fastify';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { authorizeUrl, REALM, testMock } from '../support/mock.ts';

afterEach(() => {
  vi.useRealTimers();
});

async function limited(rateLimit: number) {
  const mock = await testMock({ rateLimit });
  const ask = (options: InjectOptions | string, remoteAddress = '192.0.2.1') =>
    mock.app.inject({ ...(typeof options === 'string' ? { url: options } : options), remoteAddress });
  return { ...mock, ask };
}

test('without it, nobody is refused', async () => {
  const { app } = await testMock();
  for (let n = 0; n < 300; n++) expect((await app.inject(`${REALM}/connect/jwk_uri`)).statusCode).toBe(200);
});

describe('one request too many', () => {
  test('by a program is an OAuth error, which says how long to wait', async () => {
    const { ask } = await limited(2);
    await ask('/');
    expect((await ask(`${REALM}/connect/jwk_uri`)).statusCode).toBe(200);

    const answer = await ask({ method: 'POST', url: `${REALM}/access_token` });

    expect(answer.statusCode).toBe(429);
    expect(answer.json()).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'More than 2 requests in a minute came from this address. Wait 60 seconds.',
    });
    expect(answer.headers).toMatchObject({
      'retry-after': '60',
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
    });
    expect(answer.headers).not.toHaveProperty('x-ratelimit-limit');
  });

  test.each([authorizeUrl(), '/nowhere', '/console'])('by a browser is a page: %s', async (url) => {
    const { ask } = await limited(1);
    await ask('/');

    const answer = await ask({ url, headers: { accept: 'text/html' } });

    expect(answer.statusCode).toBe(429);
    expect(answer.headers['content-type']).toContain('text/html');
    expect(answer.headers['retry-after']).toBe('60');
    expect(answer.body).toContain('<h1 class="nhsuk-heading-l">Too many requests</h1>');
  });

  test.each(['/_mock/people', '/_mock/nothing'])('at the control API is a problem: %s', async (url) => {
    const { ask } = await limited(1);
    await ask('/');

    const answer = await ask(url);

    expect(answer.statusCode).toBe(429);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.headers['retry-after']).toBe('60');
    expect(answer.json()).toMatchObject({ title: 'Too Many Requests', status: 429 });
  });

  test('is in the journal with its mend, and counted', async () => {
    const { ask, environment } = await limited(1);
    await ask('/');
    await ask(`${REALM}/userinfo`);

    const refused = environment.journal.events({ kind: 'refused' }).at(-1);
    expect(refused?.refusal?.mend).toContain('RATE_LIMIT');
    expect((await ask('/metrics')).body).toContain(
      `mock_cis2_refused_requests_total{route="${REALM}/userinfo",error="temporarily_unavailable"} 1`,
    );
  });

  test('does no harm to probes and scrapes', async () => {
    const { ask } = await limited(1);
    for (const url of ['/health/live', '/health/ready', '/metrics', '/env/a/health/live'])
      for (let n = 0; n < 3; n++) expect((await ask(url)).statusCode).not.toBe(429);
  });

  test('comes with its styles: those of a page are not counted', async () => {
    const { ask } = await limited(1);
    for (let n = 0; n < 3; n++) expect((await ask('/assets/mock-cis2.css')).statusCode).toBe(200);
    expect((await ask('/')).statusCode).toBe(200);
  });

  test('counts by address: the connection’s, whatever a header says', async () => {
    const { ask } = await limited(1);
    await ask('/');

    const forwarded = { 'x-forwarded-for': '198.51.100.7', forwarded: 'for=198.51.100.7' };
    expect((await ask({ url: '/', headers: forwarded })).statusCode).toBe(429);
    expect((await ask('/', '192.0.2.2')).statusCode).toBe(200);
  });

  test('counts in all environments together', async () => {
    const { ask } = await limited(1);
    await ask('/env/one/');
    expect((await ask('/env/two/')).statusCode).toBe(429);
  });

  test('is let in again when the minute is over', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { ask } = await limited(1);
    await ask('/');
    expect((await ask('/')).statusCode).toBe(429);

    vi.setSystemTime(Date.now() + 60_001);

    expect((await ask('/')).statusCode).toBe(200);
  });
});
