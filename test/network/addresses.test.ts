/** /health/addresses: what it says of how this request and those before it came, and what to change. */
import { describe, expect, test } from 'vitest';
import { startMockCis2 } from '../../src/index.ts';
import { authorizeUrl, type Mock, REALM, testMock } from '../support/mock.ts';

type Headers = Record<string, string>;

const HTML = { accept: 'text/html,application/xhtml+xml' };
const DISCOVERY = `${REALM}/.well-known/openid-configuration`;

const ask = ({ app }: Mock, url: string, headers: Headers = {}) => app.inject({ url, headers });

interface Checked {
  fits: boolean;
  findings: { code: string; text: string; change: string; is_hint: boolean }[];
  this_request: Record<string, unknown>;
  told: Record<string, unknown>;
  seen: { origin: string; caller: string; endpoints: string[] }[];
}

const check = async (mock: Mock, headers: Headers = { host: 'localhost:8585' }) =>
  (await ask(mock, '/health/addresses', headers)).json<Checked>();

const changes = ({ findings }: Checked) => findings.map(({ code, change }) => [code, change]);

test('a program is told by which address it came, and what servers and browsers are told', async () => {
  const mock = await testMock({
    publicOrigin: 'https://cis2.example.test:443',
    internalOrigin: 'http://mock:8585',
  });
  expect(await check(mock, { host: 'mock:8585' })).toEqual({
    fits: true,
    findings: [],
    this_request: {
      caller: 'program',
      scheme: 'http',
      host: 'mock:8585',
      origin: 'http://mock:8585',
      read_from: 'Host',
      client_address: '127.0.0.1',
      proxy_headers: 'none',
    },
    told: {
      issuer: `https://cis2.example.test:443${REALM}`,
      public_origin: 'https://cis2.example.test:443',
      internal_origin: 'http://mock:8585',
      token_endpoint: `http://mock:8585${REALM}/access_token`,
      issuer_from_host: false,
    },
    seen: [],
  });
});

test('of an environment, it tells the addresses of that', async () => {
  const answer = await ask(await testMock(), '/env/one/health/addresses', { host: 'localhost:8585' });
  expect(answer.json()).toMatchObject({
    fits: true,
    told: { public_origin: 'http://localhost:8585', issuer: `http://localhost:8585/env/one${REALM}` },
  });
});

describe('what does not fit is named, with the setting that mends it', () => {
  test.each<[string, Parameters<typeof testMock>[0], Headers, string[][]]>([
    [
      'a browser under another name',
      {},
      { ...HTML, host: 'cis2.local:8585' },
      [['browser_by_another_name', 'PUBLIC_ORIGIN=http://cis2.local:8585']],
    ],
    [
      'a browser under the internal name',
      { internalOrigin: 'http://mock:8585' },
      { ...HTML, host: 'mock:8585' },
      [['browser_by_another_name', 'PUBLIC_ORIGIN=http://mock:8585']],
    ],
    [
      'a program in a container',
      {},
      { host: 'mock:8585' },
      [['program_by_another_name', 'INTERNAL_ORIGIN=http://mock:8585']],
    ],
    [
      'a proxy that nobody named',
      { publicOrigin: 'https://cis2.example.test' },
      { ...HTML, host: 'mock:8585', 'x-forwarded-host': 'cis2.example.test' },
      [
        ['proxy_not_trusted', 'TRUSTED_PROXIES=127.0.0.1'],
        ['browser_by_another_name', 'PUBLIC_ORIGIN=http://mock:8585'],
      ],
    ],
    [
      'a Host that is none',
      {},
      { host: 'a b' },
      [['host_not_usable', 'the client or the proxy that sends it']],
    ],
  ])('%s', async (_what, options, headers, expected) => {
    const mock = await testMock(options);
    const { accept: _accept, ...rest } = headers;
    const asBrowser = headers['accept'] ? { 'sec-fetch-site': 'none' } : {};
    const checked = await check(mock, { ...rest, ...asBrowser });
    expect(changes(checked)).toEqual(expected);
    expect(checked.fits).toBe(false);
    if (!headers['accept']) return;
    const page = await ask(mock, '/health/addresses', headers);
    expect(page.headers['content-type']).toContain('text/html');
    for (const [code, change = ''] of expected) {
      expect(page.body).toContain(`data-testid="finding-${code}"`);
      expect(page.body.replaceAll('<wbr>', '')).toContain(`>${change}<`);
    }
  });

  test('in the words of somebody who looks at the page', async () => {
    const page = await ask(await testMock(), '/health/addresses', { ...HTML, host: 'cis2.local:8585' });
    expect(page.body).toContain(
      'You opened this at http://cis2.local:8585, but the issuer says http://localhost:8585.',
    );
  });
});

test('the page has the menu, and marks no other page of it as itself', async () => {
  const { body } = await ask(await testMock(), '/health/addresses', HTML);
  expect(body).toContain('aria-label="Menu"');
  expect(body).not.toContain('aria-current');
});

test('a Host with markup in it is text on the page', async () => {
  const page = await ask(await testMock(), '/health/addresses', {
    ...HTML,
    host: 'a"><script>alert(1)</script>',
  });
  expect(page.body).toContain('data-testid="finding-host_not_usable"');
  expect(page.body).not.toContain('<script>alert');
});

test.each<[string, Parameters<typeof testMock>[0], Headers]>([
  ['the public name', {}, { host: 'LOCALHOST:8585' }],
  [
    'the public name whose port goes without saying',
    { publicOrigin: 'http://cis2.test:80' },
    { host: 'cis2.test' },
  ],
  ['the name of a trusted proxy', { trustedProxies: ['loopback'] }, { 'x-forwarded-host': 'localhost:8585' }],
])('%s fits', async (_what, options, headers) => {
  const checked = await check(await testMock(options), { 'sec-fetch-site': 'none', ...headers });
  expect(checked).toMatchObject({ fits: true, findings: [] });
});

test('TLS that ends at a proxy works, and is no more than a hint', async () => {
  const mock = await testMock({ publicOrigin: 'https://cis2.example.test' });
  const checked = await check(mock, { host: 'cis2.example.test', 'sec-fetch-site': 'none' });
  expect(changes(checked)).toEqual([['tls_ends_before', 'TRUSTED_PROXIES=127.0.0.1']]);
  expect(checked.fits).toBe(true);
});

describe('who came before is remembered', () => {
  const container = { host: 'mock:8585' };

  test('so that the browser’s page tells of the application’s server', async () => {
    const mock = await testMock();
    await ask(mock, DISCOVERY, container);
    await ask(mock, `${REALM}/connect/jwk_uri`, container);
    await ask(mock, authorizeUrl(), { host: 'localhost:8585', ...HTML });
    await ask(mock, '/', { host: 'nobody.asks.here', ...HTML });
    const checked = await check(mock, { host: 'localhost:8585', 'sec-fetch-site': 'none' });
    expect(checked.seen).toEqual([
      { origin: 'http://localhost:8585', caller: 'browser', endpoints: ['authorize'] },
      { origin: 'http://mock:8585', caller: 'program', endpoints: ['openid-configuration', 'jwk_uri'] },
    ]);
    expect(changes(checked)).toEqual([['program_by_another_name', 'INTERNAL_ORIGIN=http://mock:8585']]);
  });

  test('by name alone, without anything that was sent', async () => {
    const mock = await testMock();
    await ask(mock, authorizeUrl({ state: 'a-secret' }), { ...container, authorization: 'Bearer a-secret' });
    expect(JSON.stringify(await check(mock))).not.toContain('a-secret');
  });

  test('and only the latest twenty', async () => {
    const mock = await testMock();
    for (let each = 0; each < 30; each++) await ask(mock, DISCOVERY, { host: `host-${each}:8585` });
    await ask(mock, DISCOVERY, { host: 'x'.repeat(300) });
    const { seen } = await check(mock);
    expect(seen.map(({ origin }) => origin)).toEqual(
      Array.from({ length: 20 }, (_, each) => `http://host-${29 - each}:8585`),
    );
  });

  test('with ISSUER_FROM_HOST, two names are two issuers', async () => {
    const mock = await testMock({ issuerFromHost: true });
    await ask(mock, DISCOVERY, container);
    const checked = await check(mock, { host: 'localhost:8585', 'sec-fetch-site': 'none' });
    expect(changes(checked)).toEqual([
      ['several_issuers', 'PUBLIC_ORIGIN=http://localhost:8585 INTERNAL_ORIGIN=http://mock:8585'],
    ]);
    expect((await check(await testMock({ issuerFromHost: true }), container)).fits).toBe(true);
  });
});

describe('over the network', () => {
  const start = (controlToken?: string) =>
    startMockCis2({ logLevel: 'silent', ...(controlToken ? { controlToken } : {}) });

  test('fetch of Node.js is a program, and the client of tests is nobody', async () => {
    const cis2 = await start();
    await cis2.logIn({ persona: 'alex.bound@nhs.net' });
    await fetch(cis2.discoveryUrl);
    const answer = await fetch(new URL('/health/addresses', cis2.url));
    expect(await answer.json()).toMatchObject({
      fits: true,
      this_request: { caller: 'program' },
      seen: [{ origin: new URL(cis2.url).origin, caller: 'program', endpoints: ['openid-configuration'] }],
    });
    await cis2.close();
  });

  test('it needs no token', async () => {
    const cis2 = await start('the-control-token');
    expect((await fetch(new URL('/health/addresses', cis2.url))).status).toBe(200);
    expect((await fetch(new URL('/health/addresses', cis2.url), { method: 'POST' })).status).toBe(405);
    await cis2.close();
  });
});
