/** One id ties an answer, the journal’s events and the lines of the log together, and nobody else chooses it. */
import type { LightMyRequestResponse } from 'fastify';
import { expect, test } from 'vitest';
import { createSigningKeys } from '../../src/environment/signing-keys.ts';
import {
  authorizeUrl,
  browser,
  callback,
  logIn,
  type Mock,
  REALM,
  redeem,
  testMock,
} from '../support/mock.ts';

/** A log-in with and without pages, its tokens, their use and their end, and what is refused on the way. */
function everyKindOfRequest({ app }: Mock): (() => Promise<LightMyRequestResponse>)[] {
  const by = browser(app);
  const send = (method: 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
    app.inject({ method, url, ...(payload ? { payload } : {}) });
  let login = '';
  let answer: LightMyRequestResponse;
  return [
    () => app.inject(`${REALM}/.well-known/openid-configuration`),
    async () => {
      answer = await by.get(authorizeUrl());
      login = String(answer.headers.location);
      return answer;
    },
    () => by.get(login),
    () => by.post(`${login}/authenticator`, { authenticator: 'nhsmail' }),
    () => by.post(`${login}/number-match`, {}),
    async () => {
      answer = await logIn(by, 'alex.bound@nhs.net');
      return answer;
    },
    () => redeem(by, callback(answer).get('code')),
    () => redeem(by, callback(answer).get('code')),
    () => app.inject({ url: `${REALM}/userinfo`, headers: { authorization: 'Bearer nothing' } }),
    () => logIn(by, 'bea.notinbeta@nhs.net'),
    () => app.inject('/nowhere'),
    () => send('POST', '/_mock/scenarios', { code: 'INTERNAL_ERROR', times: 1 }),
    () => logIn(by, 'alex.bound@nhs.net'),
    () => send('PATCH', '/_mock/settings', { no_such_setting: true }),
    () => send('POST', '/_mock/keys', { action: 'publish' }),
    () => send('POST', '/_mock/clock', { advance_seconds: 1 }),
    () => send('POST', '/_mock/reset', {}),
    () => by.get(`${REALM}/connect/endSession`),
  ];
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

test('every line of the log that a request causes has the id that its answer carries', async () => {
  const lines: string[] = [];
  const mock = await testMock({
    keys: createSigningKeys(),
    logLevel: 'info',
    logTo: { write: (line) => lines.push(line) },
  });

  for (const ask of everyKindOfRequest(mock)) {
    lines.length = 0;
    const answer = await ask();
    const id = answer.headers['x-mock-cis2-request-id'];
    const logged = lines.map((line) => JSON.parse(line));
    expect(id).toMatch(UUID);
    expect(logged.length).toBeGreaterThan(0);
    expect(logged.filter(({ request_id }) => request_id !== id)).toEqual([]);
  }
});

test('so has the line of a fault inside the mock', async () => {
  const lines: string[] = [];
  const mock = await testMock({ logLevel: 'info', logTo: { write: (line) => lines.push(line) } });
  mock.environment.keys = { ...mock.environment.keys, jwks: () => Promise.reject(new Error('broken')) };

  const answer = await mock.app.inject(`${REALM}/connect/jwk_uri`);

  expect(answer.statusCode).toBe(500);
  const ids = lines.map((line) => JSON.parse(line).request_id);
  expect(ids.length).toBeGreaterThan(2);
  expect(new Set(ids)).toEqual(new Set([answer.headers['x-mock-cis2-request-id']]));
});

test.each([
  { 'x-request-id': 'chosen-by-the-caller' },
  { 'request-id': 'chosen-by-the-caller' },
  { 'x-mock-cis2-request-id': 'chosen-by-the-caller' },
  { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
])('it is never taken from the request: %j', async (headers) => {
  const lines: string[] = [];
  const mock = await testMock({ logLevel: 'info', logTo: { write: (line) => lines.push(line) } });

  const first = await mock.app.inject({ url: `${REALM}/userinfo`, headers });
  const second = await mock.app.inject({ url: `${REALM}/userinfo`, headers });

  const ids = [first, second].map((answer) => answer.headers['x-mock-cis2-request-id']);
  expect(ids[0]).toMatch(UUID);
  expect(ids[0]).not.toBe(ids[1]);
  expect(lines.join('')).not.toMatch(/chosen-by-the-caller|0af7651916cd43dd/);
});
