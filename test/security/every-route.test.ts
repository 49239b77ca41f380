/** What holds of every answer of every route, by every method: strict headers, no frame, no stack trace. */
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browser, logIn, type Mock, testMock } from '../support/mock.ts';
import { listening, raw, stop } from './connections.ts';

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
  await mock.app.ready();
});
afterAll(() => mock.app.close());

/** The routes that there are, as Fastify prints them: one path a line, indented, with its methods. */
function routesOf({ app }: Mock): string[] {
  const paths: string[] = [];
  const above: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const found = /^([│ ]*)[├└]── (\S+) \(/.exec(line) ?? /^([│ ]*)[├└]── (\S*)/.exec(line);
    if (!found) continue;
    const depth = (found[1] ?? '').length / 4;
    above.length = depth;
    above[depth] = found[2] ?? '';
    if (line.includes('(')) paths.push(above.join(''));
  }
  return [...new Set(paths)];
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Streams do not end by themselves. */
const isStream = (path: string) => path.endsWith('/journal/stream');

function expectStrict(answer: LightMyRequestResponse, what: string) {
  const { headers, body } = answer;
  expect(String(headers['content-security-policy']), what).toMatch(/default-src 'none'/);
  expect(String(headers['content-security-policy']), what).toMatch(/frame-ancestors '(?:none|self)'/);
  expect(String(headers['x-frame-options']), what).toMatch(/^(?:DENY|SAMEORIGIN)$/);
  expect(headers['x-content-type-options'], what).toBe('nosniff');
  expect(headers['referrer-policy'], what).toBe('same-origin');
  expect(headers['x-mock-cis2-request-id'], what).toMatch(/^[0-9a-f-]{36}$/);
  for (const name of ['server', 'x-powered-by', 'strict-transport-security'])
    expect(headers, what).not.toHaveProperty(name);
  expect(body, what).not.toMatch(/^\s+at .*\(?.*:\d+:\d+\)?$/m);
  expect(body, what).not.toMatch(/node_modules|node:internal/);
}

test('every route answers every method strictly, with nonsense in each of its parameters', async () => {
  const routes = routesOf(mock).filter((path) => !isStream(path));
  expect(routes.length).toBeGreaterThan(60);
  for (const route of routes) {
    const url = route.replace(/:\w+/g, 'nonsense').replaceAll('*', 'nonsense');
    for (const method of METHODS) {
      const options: InjectOptions = {
        method,
        url,
        headers: { accept: 'text/html' },
        ...(['POST', 'PUT', 'PATCH'].includes(method) ? { payload: { nonsense: true } } : {}),
      };
      const answer = await mock.app.inject(options);
      expectStrict(answer, `${method} ${url}`);
      expect(answer.statusCode, `${method} ${url}`).toBeLessThan(500);
    }
  }
});

describe('no other site frames', () => {
  test('any page but the pictures, which this server alone may frame, and whose forms lead nowhere', async () => {
    const pages = [
      '/',
      '/demo',
      '/console',
      '/journal',
      '/journal/x',
      '/scenarios',
      '/pages',
      '/_mock/docs',
      '/nowhere',
      '/login/x',
    ];
    for (const url of pages) {
      const { headers } = await mock.app.inject({ url, headers: { accept: 'text/html' } });
      expect(headers['content-type'], url).toContain('text/html');
      expect(headers['x-frame-options'], url).toBe('DENY');
      expect(headers['content-security-policy'], url).toMatch(
        /^(?:(?!frame-ancestors).)*frame-ancestors 'none'(?!.*frame-ancestors)/,
      );
    }
    const gallery = (await mock.app.inject('/pages')).body;
    const pictures = [...gallery.matchAll(/href="([^"]+)" data-testid="open-/g)].map(([, url = '']) => url);
    expect(pictures.length).toBeGreaterThan(5);
    for (const url of pictures) {
      const { headers } = await mock.app.inject(url.replaceAll('&amp;', '&'));
      expect(headers['x-frame-options'], url).toBe('SAMEORIGIN');
      expect(headers['content-security-policy'], url).toMatch(/form-action 'none'; frame-ancestors 'self'/);
    }
  });

  test.each(['alex.bound@nhs.net', 'uma.unbound@nhs.net', 'ira.internalerror@nhs.net'])(
    'what ends the log-in of %s',
    async (persona) => {
      const { headers } = await logIn(browser(mock.app), persona);
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['content-security-policy']).toMatch(
        /^(?:(?!frame-ancestors).)*frame-ancestors 'none'(?!.*frame-ancestors)/,
      );
    },
  );
});

test('the answer that nothing has changed is as strict as the one before', async () => {
  const first = await mock.app.inject('/assets/mock-cis2.css');
  const again = await mock.app.inject({
    url: '/assets/mock-cis2.css',
    headers: { 'if-none-match': String(first.headers.etag) },
  });
  expect(again.statusCode).toBe(304);
  expectStrict(again, '304');
  const range = await mock.app.inject({
    url: '/assets/mock-cis2.css',
    headers: { range: 'bytes=0-1,5-99999999' },
  });
  expectStrict(range, 'range');
});

const OUTSIDE = [
  '/assets/../main.js',
  '/assets/%2e%2e/main.js',
  '/assets/..%2fmain.js',
  '/assets/%2e%2e%2fmain.js',
  '/assets/..%5cmain.js',
  '/assets/....//main.js',
  '/assets/%252e%252e%252fmain.js',
  '/assets//etc/passwd',
  '/assets/%00main.js',
  '/assets/mock-cis2.css%00.html',
  '/assets/..;/main.js',
  '/assets/.env',
  '/assets/../../package.json',
  '/assets/%c0%ae%c0%ae/main.js',
  '/../package.json',
  '/env/../../../etc/passwd',
  '/env/..%2f..%2fetc/',
  '/env/%2e%2e/_mock/people',
  '/env/.hidden/',
  '/_mock/docs/../../package.json',
  '/_mock/docs/static/..%2f..%2fpackage.json',
];

test.each(OUTSIDE)('nothing outside the assets is served: %s', async (url) => {
  const here = await listening();
  const answer = await raw(here.port, `GET ${url} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  await stop(here);
  expect(answer).toMatch(/^HTTP\/1\.1 40[034] /);
  expect(answer).not.toMatch(/root:|"dependencies"|closeWithGrace|startMockCis2/);
});

test.each([
  '..',
  '.',
  '.a',
  '-a',
  '_a',
  'a b',
  'a%20b',
  'a%2fb',
  'a%5cb',
  'ä',
  '%00',
  'default',
  'a'.repeat(65),
  'a;b',
  'a$b',
  '__proto__',
])('an environment cannot be called %j, and none begins', async (name) => {
  const { app, environments } = await testMock();
  await app.inject(`/env/${name}/_mock/people`);
  const made = await app.inject({ method: 'POST', url: '/_mock/environments', payload: { name } });
  expect(made.statusCode).toBe(400);
  expect(await environments.list()).toEqual([]);
});
