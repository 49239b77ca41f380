/**
 * DNS rebinding: a page elsewhere makes a name of its own point here, and is then of the same origin as the mock. Only the
 * Host header tells: what may be read and changed without a token is answered under names that nobody can register.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mock, testMock } from '../support/mock.ts';

let mock: Mock;
beforeAll(async () => {
  mock = await testMock({
    publicOrigin: 'https://cis2.example.test:443',
    internalOrigin: 'http://mock:8585',
  });
});
afterAll(() => mock.app.close());

const CALLS = [
  '/_mock/clients',
  '/_mock/people',
  '/_mock/nhsmail',
  '/_mock/sessions',
  '/_mock/journal',
  '/_mock/keys',
  '/env/one/_mock/clients',
];

/** What a browser sends of a page under that name: it is of the same origin. */
const askedAs = (host: string, url: string) =>
  mock.app.inject({ url, headers: { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' } });

describe.each(CALLS)('%s', (url) => {
  test.each([
    'evil.example',
    'evil.example:8585',
    'EVIL.example',
    'evil.example.',
    '127.0.0.1.evil.example',
    '127.0.0.1.nip.io:8585',
    'localhost.evil.example:8585',
    'cis2.example.test.evil.example',
    'evil-cis2.example.test',
    'xcis2.example.test',
    'a:b@evil.example',
    '[evil.example]',
    'localhost.com',
    '',
  ])('is not answered under the name %j', async (host) => {
    const answer = await askedAs(host, url);

    expect(answer.statusCode).toBe(403);
    expect(answer.body).not.toMatch(/mock-secret|910000000101|nhs\.net/);
  });

  test.each([
    'localhost:8585',
    '127.0.0.1:8585',
    '[::1]:8585',
    '192.168.0.7:8585',
    'mock:8585',
    'anything.localhost',
    'host.docker.internal:8585',
    'cis2.example.test',
  ])('is answered under the name %j, which nobody else can have', async (host) => {
    expect((await askedAs(host, url)).statusCode).toBe(200);
  });
});

test('with a token, the name does not matter, and without it no name helps', async () => {
  const { app } = await testMock({ controlToken: 'the-control-token' });
  const ask = (host: string, headers: Record<string, string> = {}) =>
    app.inject({ url: '/_mock/clients', headers: { host, ...headers } });

  expect((await ask('localhost:8585')).statusCode).toBe(401);
  expect((await ask('evil.example')).statusCode).toBe(401);
  expect((await ask('evil.example', { authorization: 'Bearer the-control-token' })).statusCode).toBe(200);
});

test('pages under a foreign name hold nothing of the journal and no person of a log-in', async () => {
  await mock.app.inject('/_mock/people');
  for (const url of ['/journal', '/console', '/journal/x'])
    expect((await askedAs('evil.example', url)).body).not.toMatch(/mock-secret|910000000101|alex\.bound/);
});
