/** Who may call the control API: with CONTROL_TOKEN whoever carries it, and without it no web page elsewhere. */
import type { InjectOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/index.ts';
import { testMock } from '../support/mock.ts';

const TOKEN = 'the-control-token';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A page elsewhere, by all that a browser tells of it. */
const FOREIGN = { host: 'cis2.example.test', origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

const withToken = testMock({ controlToken: TOKEN });
const withoutToken = testMock();

describe('with CONTROL_TOKEN', () => {
  test.each<[string, Record<string, string>]>([
    ['no Authorization', {}],
    ['another token', bearer('another-control-token')],
    ['the beginning of the token', bearer(TOKEN.slice(0, -1))],
    ['more than the token', bearer(`${TOKEN}x`)],
    ['the token in another case', bearer(TOKEN.toUpperCase())],
    ['no token', { authorization: 'Bearer ' }],
    ['the token alone', { authorization: TOKEN }],
    ['HTTP Basic', { authorization: `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}` }],
    ['what lets callers in where there is no token', { host: 'localhost', origin: 'http://localhost' }],
  ])('a call with %s is 401, and is told what to send', async (_what, headers) => {
    const { app } = await withToken;
    const answer = await app.inject({ url: '/_mock/people', headers });
    expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json().detail).toContain('Authorization: Bearer');
    expect(answer.body).not.toContain(TOKEN);
  });

  test.each<[string, InjectOptions]>([
    ['a change', { method: 'PATCH', url: '/_mock/settings', payload: {} }],
    ['an address that is not there', { url: '/_mock/nothing' }],
    ['a method that is not possible', { method: 'DELETE', url: '/_mock/clock' }],
    ['HEAD', { method: 'HEAD', url: '/_mock/keys' }],
  ])('%s needs it too', async (_what, request) => {
    expect((await (await withToken).app.inject(request)).statusCode).toBe(401);
  });

  test.each(['Bearer', 'bearer', 'BEARER'])('a call with %s and the token is answered', async (scheme) => {
    const headers = { authorization: `${scheme} ${TOKEN}` };
    expect((await (await withToken).app.inject({ url: '/_mock/people', headers })).statusCode).toBe(200);
  });

  test('a call with the token may come from anywhere, under any name', async () => {
    const headers = { ...FOREIGN, ...bearer(TOKEN) };
    expect((await (await withToken).app.inject({ url: '/_mock/people', headers })).statusCode).toBe(200);
  });

  test('the journal has the refusal, and never what was sent', async () => {
    const mock = await testMock({ controlToken: TOKEN });
    await mock.app.inject({ url: '/_mock/people', headers: bearer('somebodys-secret') });
    const events = mock.environment.journal.events();
    expect(events.at(-1)).toMatchObject({ kind: 'refused', details: { status: 401, path: '/_mock/people' } });
    expect(JSON.stringify(events)).not.toMatch(/somebodys-secret|the-control-token/);
  });

  test.each(['', 'with space', 'ümlauts-in-it'])(
    'a mock is not made with the token %j',
    async (controlToken) => {
      const making = testMock({ controlToken });
      await expect(making).rejects.toThrow(ConfigurationError);
      await expect(making).rejects.toThrow(
        'controlToken: found a value that is not shown; allowed: characters of visible ASCII',
      );
    },
  );
});

describe.each([
  ['with', withToken],
  ['without', withoutToken],
])('%s CONTROL_TOKEN', (_with, mock) => {
  test.each(['/_mock/openapi.json', '/_mock/docs'])(
    '%s tells nothing and is open to anybody',
    async (url) => {
      expect((await (await mock).app.inject({ url, headers: FOREIGN })).statusCode).toBe(200);
    },
  );
});

describe('without CONTROL_TOKEN', () => {
  const statusOf = async (headers: Record<string, string>) =>
    (await (await withoutToken).app.inject({ url: '/_mock/people', headers })).statusCode;

  test.each<[string, number]>([
    ['same-origin', 200],
    ['none', 200],
    ['same-site', 200],
    ['cross-site', 403],
  ])('a request without Origin that a browser calls %s is %i', async (site, status) => {
    expect(await statusOf({ host: 'localhost:8585', 'sec-fetch-site': site })).toBe(status);
  });

  test('a foreign Origin is refused, whatever else the request says', async () => {
    const headers = { host: 'localhost:8585', origin: 'https://evil.example' };
    expect(await statusOf({ ...headers, 'sec-fetch-site': 'same-origin' })).toBe(403);
    expect(await statusOf({ ...headers, ...bearer(TOKEN) })).toBe(403);
  });

  test('a foreign Host is refused, and is told what to set', async () => {
    const headers = { host: 'cis2.example.test' };
    const answer = await (await withoutToken).app.inject({ url: '/_mock/people', headers });
    expect([answer.statusCode, answer.json().detail]).toEqual([
      403,
      expect.stringContaining('CONTROL_TOKEN'),
    ]);
  });
});
