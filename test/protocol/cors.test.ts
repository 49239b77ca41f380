/** Which web pages may call the provider from their own origin (CORS): those where a registered client lives. */
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { describe, expect, test } from 'vitest';
import { authorizeUrl, browser, type Mock, REALM, testMock } from '../support/mock.ts';
import { CLIENT_BASE, tokensOf, withClients } from './support.ts';

const SPA_ORIGIN = 'https://spa.example.test';

const SPA = {
  client_id: 'spa',
  client_secret: 'secret of spa',
  token_endpoint_auth_method: 'client_secret_post' as const,
  redirect_uris: [`${SPA_ORIGIN}/callback`, 'https://spa.example.test:8443/callback'],
  default_acr_values: CLIENT_BASE.default_acr_values,
};

const FIXTURES = withClients([SPA]);

const mockWithSpa = () => testMock({ fixtures: FIXTURES });

interface Endpoint {
  method: 'GET' | 'POST';
  path: string;
  /** Status of an answer to nothing but the origin. */
  status: number;
}

const ENDPOINTS: readonly Endpoint[] = [
  { method: 'GET', path: '/.well-known/openid-configuration', status: 200 },
  { method: 'GET', path: '/connect/jwk_uri', status: 200 },
  { method: 'POST', path: '/access_token', status: 401 },
  { method: 'GET', path: '/userinfo', status: 401 },
  { method: 'POST', path: '/userinfo', status: 401 },
  { method: 'POST', path: '/token/revoke', status: 401 },
  { method: 'POST', path: '/introspect', status: 401 },
];

const ROWS = ENDPOINTS.map((endpoint) => [endpoint.method, endpoint.path, endpoint] as const);

const ALLOWED = [
  SPA_ORIGIN,
  'https://spa.example.test:8443',
  'https://strict.example.invalid',
  'http://localhost:3000',
  'http://localhost:5173',
  'https://localhost',
  'http://127.0.0.1:8080',
  'http://[::1]:4200',
];

const STRANGERS = [
  'https://evil.example',
  'https://spa.example.test.evil.example',
  'https://evil-spa.example.test',
  'http://spa.example.test',
  'https://spa.example.test:444',
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example:3000',
  'http://localhost@evil.example',
  'http://10.0.0.1:3000',
  'chrome-extension://abcdefgh',
  'null',
  '*',
];

const call = ({ app }: Mock, { method, path }: Endpoint, headers: InjectOptions['headers'] = {}) =>
  app.inject({
    method,
    url: `${REALM}${path}`,
    headers: {
      ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...headers,
    },
  });

const preflight = ({ app }: Mock, url: string, origin: string, method: string) =>
  app.inject({
    method: 'OPTIONS',
    url,
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type',
    },
  });

const corsHeaders = ({ headers }: LightMyRequestResponse) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));

const variesByOrigin = ({ headers }: LightMyRequestResponse) =>
  String(headers.vary ?? '')
    .toLowerCase()
    .split(/\s*,\s*/)
    .includes('origin');

describe.each(ROWS)('%s %s', (_method, _path, endpoint) => {
  test('answers pages of registered clients, and their preflights, with their very origin', async () => {
    const mock = await mockWithSpa();
    for (const origin of ALLOWED) {
      const response = await call(mock, endpoint, { origin });
      expect([origin, response.statusCode, corsHeaders(response)]).toEqual([
        origin,
        endpoint.status,
        {
          'access-control-allow-origin': origin,
          'access-control-expose-headers': 'www-authenticate, x-mock-cis2-request-id',
        },
      ]);
      expect(variesByOrigin(response)).toBe(true);

      const asked = await preflight(mock, `${REALM}${endpoint.path}`, origin, endpoint.method);
      expect([origin, asked.statusCode, asked.body]).toEqual([origin, 204, '']);
      expect(corsHeaders(asked)).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'authorization, content-type',
      });
      expect(corsHeaders(asked)).not.toHaveProperty('access-control-allow-credentials');
      expect(variesByOrigin(asked)).toBe(true);
    }
  });

  test('allows nothing to other origins, and says that the answer depends on it', async () => {
    const mock = await mockWithSpa();
    for (const origin of STRANGERS) {
      const response = await call(mock, endpoint, { origin });
      expect([origin, response.statusCode, corsHeaders(response)]).toEqual([origin, endpoint.status, {}]);
      expect(variesByOrigin(response)).toBe(true);
      const asked = await preflight(mock, `${REALM}${endpoint.path}`, origin, endpoint.method);
      expect([origin, asked.statusCode, corsHeaders(asked)]).toEqual([origin, 204, {}]);
    }
  });

  test('sends nothing of it to programs, which have no origin', async () => {
    const response = await call(await mockWithSpa(), endpoint);
    expect([response.statusCode, corsHeaders(response)]).toEqual([endpoint.status, {}]);
    expect(variesByOrigin(response)).toBe(true);
  });
});

test('a page of a registered client reads UserInfo with its token', async () => {
  const mock = await mockWithSpa();
  const tokens = await tokensOf(
    mock,
    { client_id: 'mock-client', client_secret: 'mock-secret' },
    { scope: 'openid profile' },
  );
  const headers = { origin: SPA_ORIGIN, authorization: `Bearer ${tokens.access_token}` };
  const response = await call(mock, { method: 'GET', path: '/userinfo', status: 200 }, headers);
  expect([response.statusCode, response.json().sub]).toEqual([200, '910000000101']);
  expect(response.headers['access-control-allow-origin']).toBe(SPA_ORIGIN);
});

test('a page of a registered client reads why its request was refused', async () => {
  const mock = await mockWithSpa();
  const response = await mock.app.inject({
    method: 'POST',
    url: `${REALM}/access_token`,
    headers: { origin: SPA_ORIGIN },
    payload: { grant_type: 'authorization_code' },
  });
  expect([response.statusCode, response.headers['access-control-allow-origin']]).toEqual([400, SPA_ORIGIN]);
});

describe('who is allowed follows the registered clients at once', () => {
  const allowed = async (mock: Mock, origin: string) =>
    'access-control-allow-origin' in corsHeaders(await call(mock, ENDPOINTS[0] as Endpoint, { origin }));

  test('when a client is registered, registered anew and removed', async () => {
    const mock = await testMock();
    const url = '/_mock/clients/spa';
    const put = (redirectUri: string) =>
      mock.app.inject({ method: 'PUT', url, payload: { ...SPA, redirect_uris: [redirectUri] } });
    const seen = [await allowed(mock, SPA_ORIGIN)];
    await put(`${SPA_ORIGIN}/callback`);
    seen.push(await allowed(mock, SPA_ORIGIN));
    await put('https://moved.example.test/callback');
    seen.push(await allowed(mock, SPA_ORIGIN), await allowed(mock, 'https://moved.example.test'));
    await mock.app.inject({ method: 'DELETE', url });
    seen.push(await allowed(mock, 'https://moved.example.test'));
    expect(seen).toEqual([false, true, false, true, false]);
  });

  test('and loopback belongs to nobody where no client has the relaxation', async () => {
    const strict = { ...SPA, redirect_uris: [`${SPA_ORIGIN}/callback`, 'http://localhost:3000/callback'] };
    const mock = await testMock({ fixtures: { clients: [strict] } });
    const origins = ['http://localhost:3000', 'http://localhost:3001', 'http://127.0.0.1:3000'];
    const seen = await Promise.all(origins.map((origin) => allowed(mock, origin)));
    expect(seen).toEqual([true, false, false]);
  });
});

describe('what browsers open is not for pages of other origins', () => {
  test.each(['/authorize', '/connect/endSession'])('%s carries no CORS headers', async (path) => {
    const mock = await mockWithSpa();
    for (const origin of [SPA_ORIGIN, 'http://localhost:3000', 'https://evil.example']) {
      for (const method of ['GET', 'POST'] as const) {
        const response = await call(mock, { method, path, status: 0 }, { origin });
        expect([origin, method, corsHeaders(response)]).toEqual([origin, method, {}]);
        const asked = await preflight(mock, `${REALM}${path}`, origin, method);
        expect([origin, asked.statusCode, corsHeaders(asked)]).toEqual([origin, 405, {}]);
      }
    }
  });

  test('nor do the pages of a log-in and the redirect that ends one', async () => {
    const mock = await mockWithSpa();
    const headers = { origin: SPA_ORIGIN };
    const by = browser(mock.app);
    const login = String((await by.get(authorizeUrl())).headers.location);
    const page = await mock.app.inject({ url: login, headers, cookies: Object.fromEntries(by.cookies) });
    const end = await mock.app.inject({ url: authorizeUrl({ mock_login: 'alex.bound@nhs.net' }), headers });
    expect([page.statusCode, end.statusCode]).toEqual([200, 302]);
    expect([corsHeaders(page), corsHeaders(end)]).toEqual([{}, {}]);
  });

  test.each([
    ['GET', '/_mock/journal'],
    ['GET', '/_mock/clients'],
    ['PUT', '/_mock/clients/spa'],
    ['DELETE', '/_mock/clients/spa'],
    ['GET', '/_mock/sessions'],
    ['POST', '/_mock/sessions/any/logout'],
    ['POST', '/_mock/keys'],
  ] as const)('nor does %s %s, which no other origin reaches', async (method, url) => {
    const mock = await mockWithSpa();
    for (const origin of [SPA_ORIGIN, 'http://localhost:3000', 'https://evil.example']) {
      const response = await mock.app.inject({ method, url, headers: { origin } });
      expect([origin, response.statusCode, corsHeaders(response)]).toEqual([origin, 403, {}]);
      const asked = await preflight(mock, url, origin, method);
      expect([origin, asked.statusCode, corsHeaders(asked)]).toEqual([origin, 403, {}]);
    }
    expect(mock.environment.clients.has('spa')).toBe(true);
  });
});
