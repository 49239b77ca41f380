/** A browser is sent to registered addresses and to this server alone, however an address is spelt. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redirectUriRight } from '../../src/relying-party/redirect-uris.ts';
import { authorizeUrl, browser, encode, logIn, type Mock, REALM, testMock } from '../support/mock.ts';

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
  await logIn(browser(mock.app), 'alex.bound@nhs.net');
});
afterAll(() => mock.app.close());

/** Spellings that some parser or browser takes for another host than a check saw. */
const TRICKS = [
  '//evil.example',
  '///evil.example',
  '\\\\evil.example',
  '/\\evil.example',
  '\\/evil.example',
  'https:evil.example',
  'https:/evil.example',
  'http:\\\\evil.example',
  'https://localhost:3000@evil.example/callback',
  'http://localhost:3000\\@evil.example/callback',
  'http://localhost:3000%40evil.example/callback',
  'http://localhost%00.evil.example/callback',
  'http://localhost\t.evil.example/callback',
  'http://local\nhost/callback',
  '\thttp://localhost:3000/callback',
  ' http://localhost:3000/callback',
  'http://localhost:3000/callback ',
  'http://localhost.evil.example/callback',
  'http://localhost:3000.evil.example/callback',
  'http://localhost:99999999/callback',
  'http://localhost#@evil.example/',
  'http://localhost?@evil.example/#x',
  'http://evil.example#http://localhost:3000/callback',
  'http://evil.example?http://localhost:3000/callback',
  'http://evil.example\\.localhost/',
  'http://127.0.0.1.evil.example/',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::1]evil.example/',
  'http://localhost。evil.example/',
  'http://ⓛocalhost/',
  'HTTP://evil.example',
  'javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,hello',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:http://localhost/x',
  'com.example.app:/callback',
  'https://strict.example.invalid/callback/../../evil',
  'https://strict.example.invalid/callback?x',
  'https://strict.example.invalid:443/callback',
  'https://STRICT.example.invalid/callback',
  'https://strict.example.invalid/callback/',
  'https://strict.example.invalid/callback#',
];

const isHere = (location: string) => /^\/(?![/\\])/.test(location);

/** A client with one registered URI, and one that may use any on loopback. */
const CLIENTS = ['mock-client', 'mock-strict-client'];

describe.each(TRICKS)('%j', (uri) => {
  test('as a redirect URI is refused on a page, whatever else is right or wrong', async () => {
    for (const client_id of CLIENTS)
      for (const more of [
        {},
        { mock_login: 'alex.bound@nhs.net' },
        { prompt: 'none' },
        { scope: 'x' },
        { response_type: 'x' },
      ]) {
        const answer = await mock.app.inject(authorizeUrl({ client_id, redirect_uri: uri, ...more }));
        expect(answer.statusCode, JSON.stringify(more)).toBe(400);
        expect(answer.headers).not.toHaveProperty('location');
        expect(answer.headers).not.toHaveProperty('refresh');
      }
  });

  test('after logging out leads nowhere', async () => {
    for (const client_id of [...CLIENTS, undefined]) {
      const parameters = encode({ client_id, post_logout_redirect_uri: uri, state: 's' });
      const answer = await mock.app.inject(`${REALM}/connect/endSession?${parameters}`);
      expect([200, 400]).toContain(answer.statusCode);
      expect(answer.headers).not.toHaveProperty('location');
      // Not as a link either.
      expect(answer.body).not.toMatch(/href="[^"]*evil\.example/);
    }
  });

  test('in the parameters that other servers take for an address changes nothing', async () => {
    const names = [
      'return',
      'returnUrl',
      'return_to',
      'next',
      'url',
      'redirect',
      'goto',
      'target',
      'continue',
      'service',
    ];
    const query = encode(Object.fromEntries(names.map((name) => [name, uri])));
    for (const path of [
      '/',
      '/demo',
      '/console',
      '/journal',
      '/login/x',
      '/login/x/nhsmail',
      '/demo/log-in',
      '/scenarios',
    ]) {
      const { headers } = await mock.app.inject(`${path}?${query}`);
      if (headers.location !== undefined) expect(String(headers.location)).toSatisfy(isHere);
      expect(String(headers.location)).not.toContain('evil');
    }
  });

  test('as the path itself is not there, and sends nobody away', async () => {
    const answer = await mock.app.inject({ url: `/${encodeURI(uri)}` });
    expect(answer.headers.location === undefined || isHere(String(answer.headers.location))).toBe(true);
  });
});

test('paths that begin with two slashes, or that are absolute, are answered here', async () => {
  for (const url of [
    '//evil.example/',
    '//evil.example/..',
    '/\\evil.example',
    '//evil.example/assets',
    '/env/one//evil.example',
    '/env/one',
    '/assets/..%2f',
    '/assets//evil.example/',
  ]) {
    const { headers, statusCode } = await mock.app.inject({ url });
    expect(statusCode).toBeLessThan(500);
    if (headers.location !== undefined) expect(String(headers.location)).toSatisfy(isHere);
  }
});

const wildUri = fc.oneof(
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc
    .tuple(
      fc.constantFrom('http:', 'https:', 'HTTP:', '', 'ftp:', 'javascript:'),
      fc.constantFrom('//', '/', '\\\\', '///', '', '/\\'),
      fc.array(
        fc.constantFrom(
          'localhost',
          '127.0.0.1',
          '[::1]',
          'evil.example',
          '@',
          ':',
          '3000',
          '\\',
          '/',
          '.',
          '%2f',
          '%40',
          '\t',
          '\n',
          '?',
          '#',
          '。',
          '\u0000',
        ),
        { maxLength: 7 },
      ),
    )
    .map(([scheme, slashes, parts]) => scheme + slashes + parts.join('')),
);

test('any URI that is let in by the loopback relaxation leads to this machine, for a browser too', () => {
  const client = {
    client_id: 'c',
    token_endpoint_auth_method: 'none',
    redirect_uris: [],
    relaxations: ['allow_loopback_redirect_uris'],
  } as const;
  fc.assert(
    fc.property(wildUri, (uri) => {
      if (redirectUriRight(client as unknown as Parameters<typeof redirectUriRight>[0], uri) === undefined)
        return;
      // As the WHATWG’s parser, which browsers have, takes it.
      const { hostname, username, password, protocol, hash } = new URL(uri);
      expect(['localhost', '127.0.0.1', '[::1]']).toContain(hostname);
      expect(['http:', 'https:']).toContain(protocol);
      expect(username + password + hash).toBe('');
    }),
    { numRuns: 3000 },
  );
});
