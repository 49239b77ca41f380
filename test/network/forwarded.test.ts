/** What counts of the headers of proxies, by whom they were written. */
import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, test } from 'vitest';
import { forwardedBy } from '../../src/environment/forwarded.ts';
import { trustedProxies } from '../../src/settings/trusted-proxies.ts';

const PROXY = '10.0.0.1';
const isTrusted = trustedProxies(['10.0.0.0/8', 'loopback', '2001:db8::/32']);
const said = (headers: IncomingHttpHeaders, peer = PROXY) => forwardedBy(headers, peer, isTrusted);

describe('a proxy is trusted', () => {
  test.each([
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['127.9.9.9', true],
    ['::1', true],
    ['::ffff:10.0.0.1', true],
    ['::ffff:11.0.0.1', false],
    ['2001:db8:1::1', true],
    ['2001:db9::1', false],
    ['', false],
    ['unknown', false],
  ])('%s: %s', (address, expected) => {
    expect(isTrusted(address)).toBe(expected);
  });
});

test.each<[string, IncomingHttpHeaders, object]>([
  [
    'one proxy',
    {
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'cis2.example.test',
      'x-forwarded-port': '8443',
    },
    {
      by: 'X-Forwarded-…',
      clientAddress: '203.0.113.7',
      proto: 'https',
      host: 'cis2.example.test',
      port: '8443',
    },
  ],
  [
    'what the client put before the proxy’s own words does not count',
    {
      'x-forwarded-for': '1.2.3.4, 203.0.113.7',
      'x-forwarded-proto': 'http, https',
      'x-forwarded-host': 'evil.example, cis2.example.test',
    },
    { by: 'X-Forwarded-…', clientAddress: '203.0.113.7', proto: 'https', host: 'cis2.example.test' },
  ],
  [
    'two trusted proxies in a row: the outer one’s words count',
    {
      'x-forwarded-for': '1.2.3.4, 203.0.113.7, 10.0.0.2',
      'x-forwarded-proto': 'gopher, https, http',
      'x-forwarded-host': 'evil.example, cis2.example.test, mock:8585',
    },
    { by: 'X-Forwarded-…', clientAddress: '203.0.113.7', proto: 'https', host: 'cis2.example.test' },
  ],
  [
    'two proxies of which the inner one hands on the outer one’s only word',
    { 'x-forwarded-for': '203.0.113.7, 10.0.0.2', 'x-forwarded-proto': 'https' },
    { by: 'X-Forwarded-…', clientAddress: '203.0.113.7', proto: 'https' },
  ],
  [
    'trusted all the way',
    { 'x-forwarded-for': '10.0.0.9' },
    { by: 'X-Forwarded-…', clientAddress: '10.0.0.9' },
  ],
  [
    'addresses with ports',
    { 'x-forwarded-for': '203.0.113.7:4711' },
    { by: 'X-Forwarded-…', clientAddress: '203.0.113.7' },
  ],
  [
    'RFC 7239, with its quotes, in any case',
    { forwarded: 'For="[2001:db9::17]:4711";Proto=HTTPS;host="cis2.example.test:8443";by=10.0.0.1' },
    { by: 'Forwarded', clientAddress: '2001:db9::17', proto: 'https', host: 'cis2.example.test:8443' },
  ],
  [
    'RFC 7239 by two proxies, of whom the inner one says less',
    { forwarded: 'for=1.2.3.4;host=evil.example, for=203.0.113.7;proto=https;host=a.test, for=10.0.0.2' },
    { by: 'Forwarded', clientAddress: '203.0.113.7', proto: 'https', host: 'a.test' },
  ],
  [
    'a client that the proxy does not tell',
    { forwarded: 'for=_hidden;proto=https' },
    { by: 'Forwarded', clientAddress: PROXY, proto: 'https' },
  ],
  [
    'both, of which the client may have sent one',
    { forwarded: 'for=1.2.3.4;host=evil.example;proto=http', 'x-forwarded-proto': 'https' },
    { by: 'X-Forwarded-…', clientAddress: PROXY, proto: 'https' },
  ],
  [
    'no scheme and no port of the web',
    { 'x-forwarded-proto': 'javascript', 'x-forwarded-port': '80a' },
    { by: 'X-Forwarded-…', clientAddress: PROXY },
  ],
])('%s', (_what, headers, expected) => {
  expect(said(headers)).toEqual(expected);
});

test.each<[string, IncomingHttpHeaders, string]>([
  ['a peer that is not trusted', { 'x-forwarded-host': 'evil.example' }, '203.0.113.7'],
  ['nothing said', { host: 'mock:8585' }, PROXY],
  ['more than is read', { 'x-forwarded-host': 'a'.repeat(5000) }, PROXY],
])('nothing comes of %s', (_what, headers, peer) => {
  expect(said(headers, peer)).toBeUndefined();
});

test('quotes without end say nothing, and take no time', () => {
  expect(said({ forwarded: '"a\\'.repeat(1300) })).toEqual({ by: 'Forwarded', clientAddress: PROXY });
});
