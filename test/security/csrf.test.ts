/** Forms are sent by the mock’s own pages alone: not by another site, nor by another port of the same host. */
import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SESSIONS } from '../../src/login/session.ts';
import { authorizeUrl, browser, encode, logIn, type Mock, REALM, testMock } from '../support/mock.ts';
import { ALL_PATHS, FORMS, loginAt } from './support.ts';

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
});
afterAll(() => mock.app.close());

/** What a browser says of a form that a page elsewhere sends. */
const ELSEWHERE = [
  { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
  { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' },
  { 'sec-fetch-site': 'cross-site', origin: 'null' },
  { origin: 'https://evil.example' },
  { origin: 'http://localhost:3000' },
  { origin: 'http://localhost' },
  { origin: 'null' },
  { origin: 'http://localhost.evil.example:8585' },
];

/** What it says of our own pages, and what a program says. */
const HERE = [
  { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:8585' },
  { origin: 'http://localhost:8585' },
  {},
];

/** A form with the cookies of the browser that it is about: the worst case, since they are SameSite=Lax. */
const sent = (
  app: FastifyInstance,
  {
    url,
    fields,
    headers,
    cookies,
  }: { url: string; fields: Record<string, string>; headers: object; cookies: Map<string, string> },
) =>
  app.inject({
    method: 'POST',
    url,
    payload: encode(fields),
    cookies: Object.fromEntries(cookies),
    headers: { host: 'localhost:8585', 'content-type': 'application/x-www-form-urlencoded', ...headers },
  } satisfies InjectOptions);

describe.each(FORMS)('the form of a log-in $path', ({ path, step, fields }) => {
  test.each(ELSEWHERE)('sent from elsewhere changes nothing: %j', async (headers) => {
    const by = browser(mock.app);
    const login = await loginAt(by, step);

    const answer = await sent(mock.app, { url: `${login}${path}`, fields, headers, cookies: by.cookies });

    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('This form was sent by a page of another site.');
    expect((await by.get(login)).body).toContain(`data-testid="${step}"`);
  });

  test.each(HERE)('sent by its own page is taken: %j', async (headers) => {
    const by = browser(mock.app);
    const login = await loginAt(by, step);

    const answer = await sent(mock.app, { url: `${login}${path}`, fields, headers, cookies: by.cookies });

    expect(answer.statusCode).toBeLessThan(400);
  });
});

test.each(ALL_PATHS)(
  'without the cookie of its browser, %s is refused wherever it comes from',
  async (path) => {
    const login = await loginAt(browser(mock.app), 'page-choose-authenticator');
    const answer = await sent(mock.app, {
      url: `${login}${path}`,
      fields: {},
      headers: {},
      cookies: new Map(),
    });
    expect(answer.statusCode).toBe(403);
  },
);

describe('logging out', () => {
  const confirm = { logout_confirmed: 'yes' };
  const url = `${REALM}/connect/endSession`;

  test.each(ELSEWHERE)('that somebody elsewhere says was confirmed is asked about: %j', async (headers) => {
    const fresh = await testMock();
    const by = browser(fresh.app);
    await logIn(by, 'alex.bound@nhs.net');

    const answer = await sent(fresh.app, { url, fields: confirm, headers, cookies: by.cookies });
    const asked = await by.get(String(answer.headers.location));

    expect(asked.body).toContain('data-testid="page-log-out"');
    expect(await fresh.environment.store.count(SESSIONS)).toBe(1);
  });

  test.each(HERE)('that our own page says was confirmed is done: %j', async (headers) => {
    const fresh = await testMock();
    const by = browser(fresh.app);
    await logIn(by, 'alex.bound@nhs.net');

    await sent(fresh.app, { url, fields: confirm, headers, cookies: by.cookies });

    expect(await fresh.environment.store.count(SESSIONS)).toBe(0);
  });
});

describe('the demonstration’s form for logging out', () => {
  const url = '/demo/log-out';

  test.each(ELSEWHERE)('sent from elsewhere is refused: %j', async (headers) => {
    const by = browser(mock.app);
    const answer = await sent(mock.app, { url, fields: {}, headers, cookies: by.cookies });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });
});

describe('the control API', () => {
  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'takes no body that a form can send without being asked: %s',
    async (type) => {
      const { app, environment } = await testMock();
      const answer = await app.inject({
        method: 'POST',
        url: '/_mock/scenarios',
        payload: '{"code":"INTERNAL_ERROR"}',
        headers: { 'content-type': type },
      });
      expect(answer.statusCode).toBe(415);
      expect(environment.journal.events({ kind: 'configuration_changed' })).toEqual([]);
    },
  );

  test.each(['/_mock/reset', '/_mock/scenarios', '/_mock/clock', '/_mock/tokens', '/_mock/environments'])(
    'refuses %s from a page elsewhere, on another port too',
    async (url) => {
      for (const headers of ELSEWHERE) {
        const answer = await mock.app.inject({
          method: 'POST',
          url,
          payload: {},
          headers: { host: 'localhost:8585', ...headers },
        });
        expect(answer.statusCode, JSON.stringify(headers)).toBe(403);
      }
    },
  );
});

describe('method override', () => {
  test.each([
    { 'x-http-method-override': 'DELETE' },
    { 'x-method-override': 'DELETE' },
    { 'x-http-method': 'DELETE' },
  ])('headers are not read: %j', async (headers) => {
    const { app } = await testMock();
    const people = () => app.inject('/_mock/people');
    const before = (await people()).body;

    await app.inject({
      method: 'POST',
      url: '/_mock/people/910000000101?_method=DELETE',
      payload: {},
      headers,
    });
    await app.inject({ url: '/_mock/people/910000000101?_method=DELETE', headers });

    expect((await people()).body).toBe(before);
  });
});

test('a log-in that a link elsewhere begins is shown, and signs in nobody by itself', async () => {
  const answer = await mock.app.inject({
    url: authorizeUrl(),
    headers: { 'sec-fetch-site': 'cross-site', referer: 'https://app.example.test/' },
  });
  expect(answer.statusCode).toBe(302);
  expect(String(answer.headers.location)).toMatch(/^\/login\//);
});
