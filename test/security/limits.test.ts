/** What is too large, too slow, too many or no HTTP at all is answered precisely, and costs nothing for long. */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encode, REALM, testMock } from '../support/mock.ts';
import { type Listening, listening, open, raw, stop, whole } from './connections.ts';

const bodyOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));

function expectStrict(answer: string, status: number) {
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(answer).toMatch(/\r\ncontent-security-policy: default-src 'none'; frame-ancestors 'none'\r\n/i);
  expect(answer).toMatch(/\r\nx-frame-options: DENY\r\n/i);
  expect(answer).toMatch(/\r\nx-content-type-options: nosniff\r\n/i);
  expect(answer).toMatch(/\r\nconnection: close\r\n/i);
  expect(answer).not.toMatch(/\n\s+at |node:/);
}

describe('on a connection', () => {
  let here: Listening;
  beforeEach(async () => {
    here = await listening();
  });
  afterEach(() => stop(here));

  test('headers that are too large are 431, which says how large they may be, and the journal why', async () => {
    const answer = await raw(
      here.port,
      `GET / HTTP/1.1\r\nHost: localhost\r\nCookie: ${'x'.repeat(70_000)}\r\n\r\n`,
    );

    expectStrict(answer, 431);
    expect(bodyOf(answer).error_description).toContain('65536 bytes');
    const id = /x-mock-cis2-request-id: (\S+)/.exec(answer)?.[1] ?? '';
    const [event] = here.mock.environment.journal.events({ request_id: id });
    expect(event).toMatchObject({ kind: 'refused', details: { status: 431 } });
    expect(event?.refusal?.mend).toContain('POST');
  });

  test.each([
    [
      'both lengths',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'the lengths the other way round',
      'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n',
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nGET /',
    ],
    ['a length that is none', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1e1\r\n\r\n'],
    [
      'a coding that is hidden',
      'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    ],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length : 5\r\n\r\n'],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n'],
    ['a bare line feed', 'GET / HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n'],
    ['TLS', '\x16\x03\x01\x00\x05hello'],
    ['rubbish', 'rubbish\r\n\r\n'],
  ])('nobody can smuggle a request behind another: %s', async (_what, text) => {
    const answer = await raw(here.port, `${text}GET /console HTTP/1.1\r\nHost: localhost\r\n\r\n`);

    expectStrict(answer, 400);
    // One answer, and the connection is closed: what stood behind is not read.
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  test('a body that is too large is 413 before it has arrived', async () => {
    const socket = open(here.port);
    const answer = whole(socket);
    socket.write(
      `POST ${REALM}/access_token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10000000\r\n\r\n`,
    );
    expect(bodyOf(await answer)).toEqual({
      error: 'invalid_request',
      error_description: 'The request body is too large.',
    });
    expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('so is one in pieces that does not say its length', async () => {
    const socket = open(here.port);
    const answer = whole(socket);
    socket.write(
      `POST ${REALM}/access_token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    for (let piece = 0; piece < 20; piece++) socket.write(`2000\r\n${'x'.repeat(0x2000)}\r\n`);
    expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('a packed body is not unpacked', async () => {
    const answer = await raw(
      here.port,
      `POST ${REALM}/access_token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  });
});

describe('a slow client is cut off', () => {
  const limits = { headersSeconds: 0.2, requestSeconds: 0.3, checkSeconds: 0.05, silentSeconds: 1 };
  let here: Listening;
  beforeEach(async () => {
    here = await listening({ limits });
  });
  afterEach(() => stop(here));

  test('that sends its headers letter by letter (slowloris)', async () => {
    const socket = open(here.port);
    const answer = whole(socket);
    socket.write('GET / HTTP/1.1\r\n');
    const dripping = setInterval(() => socket.write('X: y\r\n'), 20);
    expectStrict(await answer, 408);
    clearInterval(dripping);
  });

  test('that sends its body letter by letter', async () => {
    const socket = open(here.port);
    const answer = whole(socket);
    socket.write(
      `POST ${REALM}/access_token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n`,
    );
    const dripping = setInterval(() => socket.write('x'), 20);
    expectStrict(await answer, 408);
    clearInterval(dripping);
  });

  test('that connects and says nothing', async () => {
    const socket = open(here.port);
    expect(await whole(socket)).toMatch(/^$|^HTTP\/1\.1 408 /);
  });

  test('while others are served', async () => {
    const slow = open(here.port);
    slow.write('GET / HTTP/1.1\r\n');
    await once(slow, 'connect');
    const answer = await raw(
      here.port,
      'GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});

test('more connections than there may be are closed, and the others go on', async () => {
  const here = await listening({ limits: { connections: 2 } });
  const held = [open(here.port), open(here.port)];
  await Promise.all(held.map((socket) => once(socket, 'connect')));
  expect(await whole(open(here.port))).toBe('');
  const [first] = held;
  first?.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  expect(await whole(first ?? open(here.port))).toMatch(/^HTTP\/1\.1 200 /);
  await stop(here);
});

describe('however much a request has of something', () => {
  test.each([
    ['parameters in the address', `${REALM}/authorize?${'a=b&'.repeat(14_000)}`, 'GET', undefined],
    ['names of one parameter', `${REALM}/authorize?${'client_id=a&'.repeat(4000)}`, 'GET', undefined],
    ['parameters in a form', `${REALM}/access_token`, 'POST', 'a=b&'.repeat(16_000)],
    ['percent signs', `${REALM}/authorize?state=${'%25'.repeat(19_000)}`, 'GET', undefined],
    // A busy machine may stand still for a second once; what is slow by itself is slow each time.
  ] as const)('it is refused in a moment: %s', { retry: 2 }, async (_what, url, method, payload) => {
    const { app } = await testMock();
    await app.inject(url.slice(0, 200));
    const before = performance.now();
    const answer = await app.inject({
      method,
      url,
      ...(payload === undefined
        ? {}
        : { payload, headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    });
    expect(answer.statusCode).toBe(400);
    expect(performance.now() - before).toBeLessThan(1000);
  });

  test.each([
    ['arrays', '['.repeat(30_000) + ']'.repeat(30_000)],
    ['objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['a number that is too large', '1e999999'],
    ['members', `{${Array.from({ length: 5000 }, (_, n) => `"m${n}":1`).join()}}`],
  ])('JSON of it is a problem and no more: %s', async (_what, payload) => {
    const { app } = await testMock();
    const answer = await app.inject({
      method: 'PATCH',
      url: '/_mock/settings',
      payload,
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  test.each([
    ['lists in a patch', `{"name":"deep","patch":{"people":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`],
    [
      'objects in a patch',
      `{"name":"deep","patch":{"settings":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}}`,
    ],
    ['65 levels', `${'['.repeat(65)}${']'.repeat(65)}`],
  ])('JSON that is nested too deep is refused as such: %s', async (_what, payload) => {
    const { app } = await testMock();
    const headers = { 'content-type': 'application/json' };
    const answer = await app.inject({ method: 'POST', url: '/_mock/environments', payload, headers });
    expect([answer.statusCode, answer.json().detail]).toEqual([
      400,
      'The JSON is nested more than 64 levels deep.',
    ]);
  });

  test('brackets and quotation marks within texts of JSON are no levels', async () => {
    const { app } = await testMock();
    const payload = JSON.stringify({ name: `"${'[{\\"'.repeat(100)}`, patch: {} });
    const headers = { 'content-type': 'application/json' };
    const answer = await app.inject({ method: 'POST', url: '/_mock/environments', payload, headers });
    expect(answer.json().faults).toMatchObject([{ pointer: '/name' }]);
  });

  test('a parameter that comes twice is refused by name, not guessed at', async () => {
    const { app } = await testMock();
    const answer = await app.inject(
      `${REALM}/authorize?${encode({ client_id: 'mock-client' })}&client_id=other`,
    );
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('client_id');
  });
});
