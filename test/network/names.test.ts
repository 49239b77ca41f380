/** The names by which a mock is reached: those configured, those of proxies, and those of requests. */
import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/index.ts';
import {
  authorizeUrl,
  browser,
  CLIENT,
  callback,
  claimsOf,
  encode,
  locationOf,
  type Mock,
  REALM,
  REDIRECT_URI,
  testMock,
} from '../support/mock.ts';

const DISCOVERY = `${REALM}/.well-known/openid-configuration`;
const PROXY = '10.0.0.1';
const ALEX = 'alex.bound@nhs.net';

/** What a proxy says that ends TLS for cis2.example.test. */
const BY_PROXY = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'cis2.example.test' };
const BY_RFC_7239 = { forwarded: 'for=203.0.113.7;proto=https;host=cis2.example.test' };

type Headers = Record<string, string>;

const get = ({ app }: Mock, url: string, headers: Headers = {}, remoteAddress = PROXY) =>
  app.inject({ url, headers, remoteAddress });

const discovery = async (mock: Mock, headers?: Headers, prefix = '') =>
  (await get(mock, `${prefix}${DISCOVERY}`, headers)).json<Record<string, string>>();

describe('PUBLIC_ORIGIN and INTERNAL_ORIGIN', () => {
  test.each([
    ['https://cis2.example.test:443', 'http://mock:8080'],
    ['http://localhost:8585', 'https://mock:8443'],
  ])('%s for browsers and %s for servers, each as it was written', async (publicOrigin, internalOrigin) => {
    const mock = await testMock({ publicOrigin, internalOrigin });
    for (const prefix of ['', '/env/one']) {
      const document = await discovery(mock, { host: 'another.example.test' }, prefix);
      const bases = Object.entries(document).flatMap(([name, value]) => {
        const base = /^(https?:.*?)\/openam\//.exec(value)?.[1];
        return base === undefined ? [] : [[name, base]];
      });
      expect(Object.fromEntries(bases)).toEqual({
        issuer: publicOrigin + prefix,
        authorization_endpoint: publicOrigin + prefix,
        end_session_endpoint: publicOrigin + prefix,
        token_endpoint: internalOrigin + prefix,
        userinfo_endpoint: internalOrigin + prefix,
        jwks_uri: internalOrigin + prefix,
        introspection_endpoint: internalOrigin + prefix,
        revocation_endpoint: internalOrigin + prefix,
      });
    }
  });
});

describe('headers of proxies', () => {
  const own = { host: 'mock:8585' };

  test.each([
    ['no proxy is named', {}],
    ['another proxy is named', { trustedProxies: ['10.9.9.9'] }],
  ])('change nothing at all where %s', async (_what, options) => {
    for (const issuerFromHost of [false, true]) {
      const mock = await testMock({ ...options, issuerFromHost });
      const plain = await discovery(mock, own);
      for (const headers of [BY_PROXY, BY_RFC_7239])
        expect(await discovery(mock, { ...own, ...headers })).toEqual(plain);
      const reached = (await get(mock, '/health/addresses', { ...own, ...BY_PROXY })).json().this_request;
      expect(reached).toMatchObject({ origin: 'http://mock:8585', read_from: 'Host', client_address: PROXY });
      const { cookies } = await get(mock, authorizeUrl(), { ...own, ...BY_PROXY });
      expect(cookies.map(({ name, secure }) => [name, secure])).toEqual([['mock_cis2_browser', undefined]]);
      const page = { host: 'mock:8585', origin: 'https://cis2.example.test', ...BY_PROXY };
      expect((await get(mock, '/_mock/people', page)).statusCode).toBe(403);
    }
  });

  test.each([
    ['X-Forwarded-…', { ...BY_PROXY, 'x-forwarded-for': '203.0.113.7' }],
    ['Forwarded', BY_RFC_7239],
  ])(
    'of a proxy that is named decide the address, the client’s and the cookies’: %s',
    async (by, headers) => {
      const mock = await testMock({ trustedProxies: [PROXY], publicOrigin: 'https://cis2.example.test' });
      const { this_request: reached, fits } = (await get(mock, '/health/addresses', headers)).json();
      expect(reached).toMatchObject({
        origin: 'https://cis2.example.test',
        read_from: by,
        client_address: '203.0.113.7',
      });
      expect(fits).toBe(true);
      const { cookies } = await get(mock, authorizeUrl(), headers);
      expect(cookies.map(({ name, secure }) => [name, secure])).toEqual([['mock_cis2_browser_https', true]]);
      expect((await discovery(mock, headers))['issuer']).toBe(`https://cis2.example.test${REALM}`);
      const page = { host: 'mock:8585', origin: 'https://cis2.example.test', ...headers };
      expect((await get(mock, '/_mock/people', page)).statusCode).toBe(200);
    },
  );

  test('a port beside the host belongs to the address', async () => {
    const mock = await testMock({ trustedProxies: ['10.0.0.0/8'] });
    const originOf = async (headers: Headers) =>
      (await get(mock, '/health/addresses', headers)).json().this_request.origin;
    expect(await originOf({ ...BY_PROXY, 'x-forwarded-port': '8443' })).toBe(
      'https://cis2.example.test:8443',
    );
    expect(await originOf({ ...BY_PROXY, 'x-forwarded-port': '443' })).toBe('https://cis2.example.test');
  });

  test('a list of proxies with one that is none is a fault', async () => {
    const failing = testMock({ trustedProxies: ['10.0.0.1', 'proxy.example.test'] });
    await expect(failing).rejects.toThrow(ConfigurationError);
    await expect(failing).rejects.toThrow(
      'trustedProxies: found "proxy.example.test"; allowed: IP addresses',
    );
  });
});

describe('ISSUER_FROM_HOST', () => {
  const at = { host: 'one.example.test:8585' };
  const issuer = `http://one.example.test:8585${REALM}`;

  test('is off unless it is asked for: the Host changes nothing that is told', async () => {
    const mock = await testMock();
    expect(await discovery(mock, at)).toEqual(await discovery(mock));
  });

  test.each(['', '/env/two'])('the document follows the name of the request, at “%s”', async (prefix) => {
    const mock = await testMock({ issuerFromHost: true });
    const document = await discovery(mock, at, prefix);
    const base = `http://one.example.test:8585${prefix}${REALM}`;
    expect(document).toMatchObject({ issuer: base, token_endpoint: `${base}/access_token` });
    expect(JSON.stringify(document)).not.toContain('localhost');
  });

  test.each([
    [{ host: 'one.example.test:80' }, 'http://one.example.test:80'],
    [{ forwarded: 'host="One.example.test:443";proto=https' }, 'https://one.example.test:443'],
    [{ forwarded: 'host=one.example.test;proto=https' }, 'https://one.example.test'],
  ])('a port that goes without saying is kept where it was said: %j', async (headers, origin) => {
    const mock = await testMock({ issuerFromHost: true, trustedProxies: [PROXY] });
    expect((await discovery(mock, { host: 'mock:8585', ...headers }))['issuer']).toBe(`${origin}${REALM}`);
  });

  /** A log-in under this name; gives its callback and its tokens. */
  async function logIn(mock: Mock, headers: Headers, tokenHeaders = headers) {
    const answer = await get(mock, authorizeUrl({ mock_login: ALEX, scope: 'openid email' }), headers);
    const came = callback(answer);
    const tokens = await mock.app.inject({
      method: 'POST',
      url: `${REALM}/access_token`,
      headers: { ...tokenHeaders, 'content-type': 'application/x-www-form-urlencoded' },
      payload: encode({
        grant_type: 'authorization_code',
        code: came.get('code') ?? undefined,
        redirect_uri: REDIRECT_URI,
        ...CLIENT,
      }),
    });
    return { came, tokens: tokens.json() };
  }

  test('iss of the callback and of the ID token is the name that each was asked by', async () => {
    const mock = await testMock({ issuerFromHost: true });
    const { came, tokens } = await logIn(mock, at);
    expect(came.get('iss')).toBe(issuer);
    expect(claimsOf(tokens.id_token)['iss']).toBe(issuer);
  });

  test('a code and an access token count under every name: it is one provider', async () => {
    const mock = await testMock({ issuerFromHost: true });
    const other = { host: 'other.example.test' };
    const { tokens } = await logIn(mock, at, other);
    expect(claimsOf(tokens.id_token)['iss']).toBe(`http://other.example.test${REALM}`);
    const authorization = `Bearer ${tokens.access_token}`;
    const user = await get(mock, `${REALM}/userinfo`, { host: 'third.example.test', authorization });
    expect(user.json()).toMatchObject({ email: ALEX });
  });

  test.each([
    'evil.example/path',
    'a b',
    'user@evil.example',
    'evil.example:port',
    `${'a'.repeat(300)}.test`,
  ])('a Host that is none, %s, leaves the issuer that is configured', async (host) => {
    const mock = await testMock({ issuerFromHost: true, publicOrigin: 'https://cis2.example.test' });
    expect((await discovery(mock, { host }))['issuer']).toBe(`https://cis2.example.test${REALM}`);
  });

  test('the control API goes on refusing names that are not configured', async () => {
    const mock = await testMock({ issuerFromHost: true, publicOrigin: 'https://cis2.example.test' });
    const statusOf = async (host: string) => (await get(mock, '/_mock/people', { host })).statusCode;
    expect(await statusOf('evil.example')).toBe(403);
    expect(await statusOf('cis2.example.test')).toBe(200);
    expect(await statusOf('localhost:8585')).toBe(200);
  });

  test('what the control API changes under one name is changed under all', async () => {
    const mock = await testMock({ issuerFromHost: true });
    const change = await mock.app.inject({
      method: 'PATCH',
      url: '/_mock/clients/mock-client',
      headers: { host: 'localhost:1', 'content-type': 'application/json' },
      payload: { client_name: 'Changed' },
    });
    expect(change.statusCode).toBe(200);
    const named = (await get(mock, '/_mock/clients/mock-client', { host: 'localhost:2' })).json();
    expect(named.client_name).toBe('Changed');
    expect(mock.environment.clients.get('mock-client')?.client_name).toBe('Changed');
  });

  test('the demonstration application logs in under the name that it was opened by, over https too', async () => {
    const mock = await testMock({ issuerFromHost: true, trustedProxies: [PROXY] });
    const by = browser({ inject: inject(mock, BY_PROXY) } as Mock['app']);
    const begun = await by.post('/demo/log-in', { persona: ALEX });
    const to = new URL(locationOf(begun));
    expect([to.origin, to.searchParams.get('redirect_uri')]).toEqual([
      'https://cis2.example.test',
      'https://cis2.example.test/demo/callback',
    ]);
    const back = new URL(locationOf(await by.get(to.pathname + to.search)));
    expect(back.origin).toBe('https://cis2.example.test');
    const result = await by.get(locationOf(await by.get(back.pathname + back.search)));
    expect(result.body).toContain('data-testid="page-demo-success"');
  });

  /** An inject with these headers, from the proxy. */
  function inject(mock: Mock, headers: Headers) {
    return (options: { headers: Headers }) =>
      mock.app.inject({ ...options, headers: { ...options.headers, ...headers }, remoteAddress: PROXY });
  }

  test('a logout token has the issuer that the client knows, whoever ends the session, and when', async () => {
    const mock = await testMock({ issuerFromHost: true });
    const posted: string[] = [];
    mock.environment.post = async (_uri, { form }) => {
      posted.push(form?.['logout_token'] ?? '');
      return { status: 200, body: '' };
    };
    await mock.app.inject({
      method: 'PATCH',
      url: '/_mock/clients/mock-client',
      headers: { 'content-type': 'application/json' },
      payload: { backchannel_logout_uri: 'http://localhost:3000/backchannel-logout' },
    });
    await logIn(mock, at);
    await mock.app.inject({
      method: 'POST',
      url: '/_mock/clock',
      headers: { 'content-type': 'application/json' },
      payload: { advance_seconds: 10_000 },
    });
    await mock.environment.background.settled();
    expect(posted.map((token) => claimsOf(token)['iss'])).toEqual([issuer]);
  });

  test('is not to be combined with INTERNAL_ORIGIN', async () => {
    const failing = testMock({ issuerFromHost: true, internalOrigin: 'http://mock:8585' });
    await expect(failing).rejects.toThrow(
      'internalOrigin: found "http://mock:8585"; allowed: leaving it out',
    );
  });
});
