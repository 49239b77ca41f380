/** The control API: clients, sessions, faults, and who may call it at all. */
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { LOGOUT_CAUSES } from '../../src/login/session.ts';
import { authorizeUrl, browser, callback, claimsOf, logIn, type Mock, testMock } from '../support/mock.ts';
import {
  CLIENT_BASE,
  codeFor,
  EXAMPLE_JWK,
  EXAMPLE_KEY,
  PERSONA,
  publicJwk,
  redeemBy,
  tokensOf,
  userInfo,
} from './support.ts';

const APP = {
  ...CLIENT_BASE,
  client_id: 'new-app',
  client_secret: 'the secret of the new application',
  token_endpoint_auth_method: 'client_secret_post',
};
const CREDENTIALS = { client_id: APP.client_id, client_secret: APP.client_secret };

type Payload = object | string;

const put = ({ app }: Mock, clientId: string, payload: Payload, headers: InjectOptions['headers'] = {}) =>
  app.inject({
    method: 'PUT',
    url: `/_mock/clients/${encodeURIComponent(clientId)}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });

const get = ({ app }: Mock, path: string, headers: InjectOptions['headers'] = {}) =>
  app.inject({ url: `/_mock${path}`, headers });

const clientsOf = async (mock: Mock): Promise<unknown[]> => (await get(mock, '/clients')).json();

/** A problem as RFC 9457 has it, without a word of the mock’s insides. */
function expectProblem(response: LightMyRequestResponse, status: number) {
  const { headers, body } = response;
  expect([response.statusCode, headers['content-type']]).toEqual([
    status,
    'application/problem+json; charset=utf-8',
  ]);
  expect(response.json()).toMatchObject({ type: 'about:blank', status, detail: expect.any(String) });
  expect(body).not.toMatch(/node_modules|\.ts\b|\bat \S+ \(/);
}

describe('PUT /_mock/clients/{client_id}', () => {
  test('registers a client with 201, and it logs people in at the next request', async () => {
    const mock = await testMock();
    const before = await browser(mock.app).get(
      authorizeUrl({ client_id: APP.client_id, mock_login: PERSONA }),
    );
    expect(before.statusCode).toBe(400);
    const response = await put(mock, APP.client_id, APP);
    expect([response.statusCode, response.json()]).toEqual([201, APP]);
    expect((await get(mock, `/clients/${APP.client_id}`)).json()).toEqual(APP);
    expect(await clientsOf(mock)).toContainEqual(APP);
    expect(claimsOf((await tokensOf(mock, CREDENTIALS)).id_token)['aud']).toBe(APP.client_id);
  });

  test('registers it anew with 200, whole: what is left out is gone', async () => {
    const mock = await testMock();
    await put(mock, APP.client_id, { ...APP, client_name: 'Old name' });
    const next = { ...APP, client_secret: 'another secret' };
    const response = await put(mock, APP.client_id, next);
    expect([response.statusCode, response.json()]).toEqual([200, next]);
    expect((await get(mock, `/clients/${APP.client_id}`)).json()).toEqual(next);
    const code = await codeFor(mock, APP.client_id);
    expect((await redeemBy(mock, code, CREDENTIALS)).statusCode).toBe(401);
    const { client_secret } = next;
    expect((await redeemBy(mock, code, { ...CREDENTIALS, client_secret })).statusCode).toBe(200);
  });

  test('takes a new redirect URI from the next request on, and no longer the old one', async () => {
    const mock = await testMock();
    await put(mock, APP.client_id, { ...APP, redirect_uris: ['https://app.example.test/new'] });
    const at = async (redirectUri: string) => {
      const request = { client_id: APP.client_id, mock_login: PERSONA, redirect_uri: redirectUri };
      return (await browser(mock.app).get(authorizeUrl(request))).statusCode;
    };
    expect([await at('https://app.example.test/new'), await at(String(APP.redirect_uris[0]))]).toEqual([
      302, 400,
    ]);
  });

  async function expectUsable(clientId: string) {
    const mock = await testMock();
    const client = { ...APP, client_id: clientId };
    expect((await put(mock, clientId, client)).statusCode).toBe(201);
    expect((await get(mock, `/clients/${encodeURIComponent(clientId)}`)).json()).toEqual(client);
    const tokens = await tokensOf(mock, { ...CREDENTIALS, client_id: clientId });
    expect(claimsOf(tokens.id_token)['aud']).toBe(clientId);
  }

  test.each(['https://app.example.test/login', 'a+b', 'app%2Fone', '~!@#$&*()=:/?'])(
    'takes %s as a client_id',
    expectUsable,
  );

  // The session keeps the sid of each client in a plain object, which has these names already: 500.
  test.each(['__proto__', 'constructor'])('takes %s as a client_id', expectUsable);

  test('takes the longest client_id that the schema allows', async () => {
    const mock = await testMock();
    const clientId = 'a'.repeat(256);
    expect((await put(mock, clientId, { ...APP, client_id: clientId })).statusCode).toBe(201);
  });

  test('is in the journal, without the secret', async () => {
    const mock = await testMock();
    await put(mock, APP.client_id, APP);
    await put(mock, APP.client_id, APP);
    await mock.app.inject({ method: 'DELETE', url: `/_mock/clients/${APP.client_id}` });
    const events = mock.environment.journal.events({ kind: 'configuration_changed' });
    expect(events.map(({ explanation }) => explanation)).toEqual([
      'new-app in clients was added by the control API.',
      'new-app in clients was replaced by the control API.',
      'new-app in clients was removed by the control API.',
    ]);
    expect(JSON.stringify(mock.environment.journal.events())).not.toContain(APP.client_secret);
  });

  test('takes the client_id of the address where the body names none', async () => {
    const mock = await testMock();
    const { client_id: _, ...nameless } = APP;
    expect((await put(mock, APP.client_id, nameless)).json()).toEqual(APP);
  });

  // client_ids are compared as e-mail addresses are: the client of another spelling is added, the one meant stays.
  test('refuses a client_id that differs from the address by case alone', async () => {
    const mock = await testMock();
    expect((await put(mock, 'New-App', APP)).statusCode).toBe(400);
  });
});

const { redirect_uris: _uris, ...WITHOUT_URIS } = APP;
const { client_secret: _secret, ...WITHOUT_SECRET } = APP;
const { token_endpoint_auth_method: _method, ...WITHOUT_METHOD } = APP;
const BY_KEY = { ...WITHOUT_SECRET, token_endpoint_auth_method: 'private_key_jwt' };

const FAULTS: readonly [string, unknown, string, string][] = [
  ['an unknown field', { ...APP, redirect_uri: 'https://a.test/' }, '/redirect_uri', 'an unknown field'],
  ['another client_id than in the path', { ...APP, client_id: 'other' }, '/client_id', '"other"'],
  ['a client_id with a space', { ...APP, client_id: 'new app' }, '/client_id', '"new app"'],
  ['no redirect_uris', WITHOUT_URIS, '/redirect_uris', 'nothing'],
  ['no redirect URI in the list', { ...APP, redirect_uris: [] }, '/redirect_uris', '[]'],
  [
    'redirect_uris that are no list',
    { ...APP, redirect_uris: 'https://a.test/' },
    '/redirect_uris',
    '"https',
  ],
  [
    'http on a host that is not loopback',
    { ...APP, redirect_uris: ['https://a.test/', 'http://a.test/callback'] },
    '/redirect_uris/1',
    'neither https nor http on a loopback host',
  ],
  [
    'http on a host that only begins as loopback does',
    { ...APP, redirect_uris: ['http://localhost.example.test/'] },
    '/redirect_uris/0',
    'neither https nor http on a loopback host',
  ],
  [
    'a scheme that runs',
    { ...APP, redirect_uris: ['javascript:alert(1)'] },
    '/redirect_uris/0',
    'neither https',
  ],
  ['a fragment', { ...APP, redirect_uris: ['https://a.test/#x'] }, '/redirect_uris/0', 'has a fragment'],
  ['a relative URI', { ...APP, redirect_uris: ['/callback'] }, '/redirect_uris/0', 'is not an absolute URI'],
  [
    'http after logging out, on a host that is not loopback',
    { ...APP, post_logout_redirect_uris: ['http://a.test/'] },
    '/post_logout_redirect_uris/0',
    'neither https nor http on a loopback host',
  ],
  ['no method', WITHOUT_METHOD, '/token_endpoint_auth_method', 'nothing'],
  [
    'an unknown method',
    { ...APP, token_endpoint_auth_method: 'tls_client_auth' },
    '/token_endpoint_auth_method',
    '"tls_client_auth"',
  ],
  ['no secret for client_secret_post', WITHOUT_SECRET, '/client_secret', 'nothing'],
  [
    'no secret for client_secret_basic',
    { ...WITHOUT_SECRET, token_endpoint_auth_method: 'client_secret_basic' },
    '/client_secret',
    'nothing',
  ],
  [
    'no secret for client_secret_jwt',
    { ...WITHOUT_SECRET, token_endpoint_auth_method: 'client_secret_jwt' },
    '/client_secret',
    'nothing',
  ],
  [
    'a short secret for client_secret_jwt',
    { ...APP, token_endpoint_auth_method: 'client_secret_jwt', client_secret: 'x'.repeat(31) },
    '/client_secret',
    '31 characters',
  ],
  ['an empty secret', { ...APP, client_secret: '' }, '/client_secret', 'a value that is not shown'],
  ['private_key_jwt without any key', BY_KEY, '/jwks_uri', 'nothing'],
  ['a jwks_uri of another scheme', { ...BY_KEY, jwks_uri: 'file:///etc/passwd' }, '/jwks_uri', '"file:'],
  ['a jwks_uri that is no URI', { ...BY_KEY, jwks_uri: 'http://' }, '/jwks_uri', '"http://"'],
  ['a JWK Set without keys', { ...BY_KEY, jwks: {} }, '/jwks/keys', 'nothing'],
  ['an empty JWK Set', { ...BY_KEY, jwks: { keys: [] } }, '/jwks/keys', '[]'],
  ['what is no PEM', { ...BY_KEY, public_key_pem: 'secret' }, '/public_key_pem', 'what is no PEM key'],
  [
    'a backchannel_logout_uri of another scheme',
    { ...APP, backchannel_logout_uri: 'gopher://a.test/' },
    '/backchannel_logout_uri',
    '"gopher:',
  ],
  [
    'an unknown algorithm',
    { ...BY_KEY, jwks_uri: 'https://a.test/', jwks_uri_signing_algorithm: 'none' },
    '/jwks_uri_signing_algorithm',
    '"none"',
  ],
  ['an unknown grant type', { ...APP, grant_types: ['password'] }, '/grant_types/0', '"password"'],
  ['an unknown relaxation', { ...APP, relaxations: ['everything'] }, '/relaxations/0', '"everything"'],
  ['null', null, '', 'null'],
  ['a list', [APP], '', 'a list'],
  ['text', 'client', '', 'a string'],
];

describe('a client is refused with 400 and a pointer to', () => {
  // What is refused changes nothing, as each of these shows, so they share a mock.
  const shared = testMock();

  test.each(FAULTS)('%s, and nothing is changed by it', async (_what, body, pointer, found) => {
    const mock = await shared;
    const registered = { ...APP, client_name: 'As it was' };
    await put(mock, APP.client_id, registered);
    const before = await clientsOf(mock);
    const response = await put(mock, APP.client_id, JSON.stringify(body));
    expectProblem(response, 400);
    const { faults } = response.json();
    const pointers = faults.map((fault: { pointer: string }) => fault.pointer);
    expect(pointers).toContain(pointer);
    const fault = faults[pointers.indexOf(pointer)];
    expect(fault).toEqual({ pointer, found: expect.any(String), allowed: expect.stringMatching(/./) });
    expect(fault.found).toContain(found);
    expect(await clientsOf(mock)).toEqual(before);
    expect((await get(mock, '/clients/other')).statusCode).toBe(404);
  });

  test('each of several faults at once', async () => {
    const mock = await testMock();
    const response = await put(mock, 'new-app', {
      client_id: 'new-app',
      redirect_uris: [7],
      unknown: true,
      on_login_failure: 'sometimes',
    });
    expectProblem(response, 400);
    const pointers = response.json().faults.map(({ pointer }: { pointer: string }) => pointer);
    expect(pointers.sort()).toEqual([
      '/on_login_failure',
      '/redirect_uris/0',
      '/token_endpoint_auth_method',
      '/unknown',
    ]);
  });

  // A private key is taken, kept, listed by GET and written to the journal.
  test.each<[string, object]>([
    [
      'a private key as PEM',
      { public_key_pem: EXAMPLE_KEY.export({ format: 'pem', type: 'pkcs8' }).toString() },
    ],
    ['a private key in the JWK Set', { jwks: { keys: [EXAMPLE_JWK] } }],
  ])('%s', async (_what, keys) => {
    const mock = await testMock();
    expect((await put(mock, APP.client_id, { ...BY_KEY, ...keys })).statusCode).toBe(400);
  });

  // It is taken, and then no assertion is ever right: its alg is never of the family that the method needs.
  test.each<[string, object]>([
    [
      'an algorithm of secrets for private_key_jwt',
      { ...BY_KEY, jwks: { keys: [publicJwk(EXAMPLE_KEY)] }, jwks_uri_signing_algorithm: 'HS256' },
    ],
    [
      'an algorithm of keys for client_secret_jwt',
      { ...APP, token_endpoint_auth_method: 'client_secret_jwt', jwks_uri_signing_algorithm: 'RS256' },
    ],
  ])('%s', async (_what, client) => {
    const mock = await testMock();
    expect((await put(mock, APP.client_id, client)).statusCode).toBe(400);
  });
});

describe('GET and DELETE /_mock/clients/{client_id}', () => {
  test('a client that is removed with 204 is unknown from the next request on', async () => {
    const mock = await testMock();
    await put(mock, APP.client_id, APP);
    const code = await codeFor(mock, APP.client_id);
    const url = `/_mock/clients/${APP.client_id}`;
    const response = await mock.app.inject({ method: 'DELETE', url });
    expect([response.statusCode, response.body]).toEqual([204, '']);
    expectProblem(await get(mock, `/clients/${APP.client_id}`), 404);
    expect((await redeemBy(mock, code, CREDENTIALS)).json().error).toBe('invalid_client');
    const again = await browser(mock.app).get(authorizeUrl({ client_id: APP.client_id }));
    expect(again.statusCode).toBe(400);
    expectProblem(await mock.app.inject({ method: 'DELETE', url }), 404);
  });

  test('the list holds the clients of the fixtures, in their order', async () => {
    const mock = await testMock();
    const ids = (await get(mock, '/clients')).json().map((each: { client_id: string }) => each.client_id);
    expect(ids).toEqual(mock.environment.fixtures.clients.map(({ client_id }) => client_id));
    expect(ids[0]).toBe('mock-client');
  });
});

describe('a request that is no JSON', () => {
  test.each<[string, string]>([
    ['cut off', '{"client_id": "new-app"'],
    ['a form', 'client_id=new-app'],
    ['empty', ''],
    ['NaN', '{"client_id": NaN}'],
  ])('is 400 where it is %s', async (_what, payload) => {
    const mock = await testMock();
    const before = await clientsOf(mock);
    expectProblem(await put(mock, APP.client_id, payload), 400);
    expect(await clientsOf(mock)).toEqual(before);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'text/plain; charset=application/json',
    'rubbish',
  ])('is 415 where it comes as %s, though its text were right', async (contentType) => {
    const mock = await testMock();
    expectProblem(await put(mock, APP.client_id, APP, { 'content-type': contentType }), 415);
    expect((await get(mock, `/clients/${APP.client_id}`)).statusCode).toBe(404);
  });

  test('may name a character set', async () => {
    const mock = await testMock();
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect((await put(mock, APP.client_id, APP, headers)).statusCode).toBe(201);
  });

  test('is 413 where it is too large', async () => {
    const mock = await testMock();
    expectProblem(await put(mock, APP.client_id, { ...APP, client_name: 'x'.repeat(65_536) }), 413);
  });
});

describe('the prototype of all objects stays as it is', () => {
  const whole = JSON.stringify(APP);
  const withField = (field: string) => whole.replace('{', `{${field},`);

  test.each<[string, string]>([
    ['__proto__', withField('"__proto__": {"polluted": true}')],
    ['__proto__, written with escapes', withField('"\\u005f\\u005fproto__": {"polluted": true}')],
    ['constructor.prototype', withField('"constructor": {"prototype": {"polluted": true}}')],
    ['prototype', withField('"prototype": {"polluted": true}')],
    [
      '__proto__ inside a key',
      JSON.stringify({ ...BY_KEY, jwks: { keys: ['(key)'] } }).replace(
        '"(key)"',
        '{"kty": "RSA", "__proto__": {"polluted": true}}',
      ),
    ],
  ])('and a body with %s is refused', async (_what, payload) => {
    const mock = await testMock();
    expectProblem(await put(mock, APP.client_id, payload), 400);
    expect((await get(mock, `/clients/${APP.client_id}`)).statusCode).toBe(404);
    expect('polluted' in {}).toBe(false);
  });

  test('and a patch with __proto__ is refused', async () => {
    const mock = await testMock();
    const before = await clientsOf(mock);
    const response = await mock.app.inject({
      method: 'PATCH',
      url: '/_mock/clients/mock-client',
      headers: { 'content-type': 'application/json' },
      payload: '{"__proto__": {"polluted": true}}',
    });
    expectProblem(response, 400);
    expect(await clientsOf(mock)).toEqual(before);
    expect('polluted' in {}).toBe(false);
  });

  test('and a query with __proto__ is refused', async () => {
    const mock = await testMock();
    expectProblem(await get(mock, '/journal?__proto__[polluted]=true'), 400);
    expectProblem(await get(mock, '/journal?__proto__=true'), 400);
    expect('polluted' in {}).toBe(false);
  });
});

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

describe('another method than those that there are is 405, and allow names these', () => {
  test.each<[string, readonly string[]]>([
    ['/clients', ['GET', 'HEAD']],
    ['/clients/mock-client', ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']],
    ['/sessions', ['GET', 'HEAD']],
    ['/sessions/any/logout', ['POST']],
    ['/keys', ['GET', 'HEAD', 'POST']],
    ['/journal', ['GET', 'HEAD', 'DELETE']],
  ])('at %s', async (path, allowed) => {
    const mock = await testMock();
    for (const method of METHODS) {
      const response = await mock.app.inject({ method, url: `/_mock${path}` });
      expect([method, response.statusCode === 405]).toEqual([method, !allowed.includes(method)]);
      if (response.statusCode !== 405) continue;
      expect(response.headers.allow).toBe(allowed.join(', '));
      if (method !== 'HEAD') expectProblem(response, 405);
    }
  });
});

describe('/_mock/sessions', () => {
  test('lists live sessions with the sid of each client, never with the session id of the cookie', async () => {
    const mock = await testMock();
    await put(mock, APP.client_id, APP);
    const by = browser(mock.app);
    const code = callback(await logIn(by, PERSONA)).get('code') ?? '';
    const mine = { client_id: 'mock-client', client_secret: 'mock-secret' };
    const { sid } = claimsOf((await redeemBy(mock, code, mine)).json().id_token);
    await by.get(authorizeUrl({ client_id: APP.client_id }));
    const response = await get(mock, '/sessions');
    expect(response.json()).toEqual([
      {
        uid: '910000000101',
        authenticator: 'nhsmail',
        nhsmail_account: PERSONA,
        auth_time: 1_768_467_600,
        started_at: '2026-01-15T09:00:00.000Z',
        expires_at: '2026-01-15T09:30:00.000Z',
        clients: [
          { client_id: 'mock-client', sid },
          { client_id: APP.client_id, sid: expect.not.stringContaining(String(sid)) },
        ],
      },
    ]);
    const secrets = [...by.cookies.values()];
    expect(secrets.length).toBeGreaterThan(0);
    for (const secret of secrets) expect(response.body).not.toContain(secret);
  });

  test('does not list a session that has expired', async () => {
    const mock = await testMock();
    await logIn(browser(mock.app), PERSONA);
    mock.clock.advance(1799);
    expect((await get(mock, '/sessions')).json()).toHaveLength(1);
    mock.clock.advance(1);
    expect((await get(mock, '/sessions')).json()).toEqual([]);
  });

  const CREDENTIALS_OF_DEFAULT = { client_id: 'mock-client', client_secret: 'mock-secret' };

  const logOut = ({ app }: Mock, sid: string, payload?: object) =>
    app.inject({
      method: 'POST',
      url: `/_mock/sessions/${encodeURIComponent(sid)}/logout`,
      ...(payload === undefined ? {} : { payload }),
    });

  async function signedIn() {
    const mock = await testMock();
    const by = browser(mock.app);
    const code = callback(await logIn(by, PERSONA)).get('code') ?? '';
    const tokens = (await redeemBy(mock, code, CREDENTIALS_OF_DEFAULT)).json();
    return { mock, by, tokens, sid: String(claimsOf(tokens.id_token)['sid']) };
  }

  const isSignedOn = async (by: ReturnType<typeof browser>) =>
    callback(await by.get(authorizeUrl({ prompt: 'none' }))).has('code');

  test('logs out by a sid, percent-encoded since it is base64, and this session alone', async () => {
    const { mock, by, sid } = await signedIn();
    const other = browser(mock.app);
    await logIn(other, PERSONA);
    expect(sid).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    const response = await logOut(mock, sid);
    expect([response.statusCode, response.json().clients]).toEqual([
      200,
      [{ client_id: 'mock-client', sid }],
    ]);
    expect([await isSignedOn(by), await isSignedOn(other)]).toEqual([false, true]);
    const [event] = mock.environment.journal.events({ kind: 'session_ended' });
    expect(event?.details).toEqual({ cause: 'SESSION_TERMINATION', clients: ['mock-client'], sids: [sid] });
    // It is over: a second time there is nothing to end.
    expectProblem(await logOut(mock, sid), 404);
  });

  test('logs out by every sid, whatever its characters are', async () => {
    const mock = await testMock();
    const sids: string[] = [];
    for (let n = 0; n < 12; n++) {
      sids.push(String(claimsOf((await tokensOf(mock, CREDENTIALS_OF_DEFAULT)).id_token)['sid']));
    }
    expect(sids.join('')).toMatch(/[+/]/);
    for (const sid of sids) expect([sid, (await logOut(mock, sid)).statusCode]).toEqual([sid, 200]);
  });

  test.each(LOGOUT_CAUSES)('logs out by cause %s', async (cause) => {
    const { mock, sid } = await signedIn();
    expect((await logOut(mock, sid, { cause })).statusCode).toBe(200);
    const [event] = mock.environment.journal.events({ kind: 'session_ended' });
    expect(event?.details.cause).toBe(cause);
  });

  test.each<[string, object, string]>([
    ['an unknown cause', { cause: 'CARD_REMOVED' }, '/cause'],
    ['a cause that is no text', { cause: 7 }, '/cause'],
    ['an unknown field', { reason: 'SESSION_TERMINATION' }, '/reason'],
    ['a list', [], ''],
  ])('refuses %s with 400, and the session lives on', async (_what, payload, pointer) => {
    const { mock, by, sid } = await signedIn();
    const response = await logOut(mock, sid, payload);
    expectProblem(response, 400);
    expect(response.json().faults[0].pointer).toBe(pointer);
    expect(await isSignedOn(by)).toBe(true);
  });

  test('knows neither another sid nor the session id of the cookie', async () => {
    const { mock, by, sid } = await signedIn();
    for (const unknown of ['unknown', sid.slice(1), '__proto__', ...by.cookies.values()])
      expectProblem(await logOut(mock, unknown), 404);
    expect(await isSignedOn(by)).toBe(true);
  });

  test('leaves access tokens alone, as a log-out does', async () => {
    const { mock, tokens, sid } = await signedIn();
    await logOut(mock, sid);
    expect((await userInfo(mock, tokens.access_token)).statusCode).toBe(200);
  });
});

describe('a web page elsewhere cannot drive the mock', () => {
  const from = (mock: Mock, headers: Record<string, string>) => put(mock, APP.client_id, APP, headers);
  // What is refused changes nothing, as each of these shows, so they share a mock.
  const shared = testMock();

  test.each([
    ['http://localhost:3000', 'localhost:8585'],
    ['https://localhost:8586', 'localhost:8585'],
    ['http://localhost', 'localhost:8585'],
    ['http://127.0.0.1:8585', 'localhost:8585'],
    ['https://evil.example', 'localhost:8585'],
    ['http://localhost:8585.evil.example', 'localhost:8585'],
    ['null', 'localhost:8585'],
    ['', 'localhost:8585'],
    ['file://', 'localhost:8585'],
  ])('by its Origin %s at Host %s', async (origin, host) => {
    const mock = await shared;
    const response = await from(mock, { origin, host });
    expectProblem(response, 403);
    expect(response.headers).not.toHaveProperty('access-control-allow-origin');
    expect(mock.environment.clients.has(APP.client_id)).toBe(false);
    expectProblem(await get(mock, '/journal', { origin, host }), 403);
  });

  test.each([
    ['evil.example'],
    ['evil.example:8585'],
    ['localhost.evil.example:8585'],
    ['127.0.0.1.evil.example'],
    ['127.0.0.1.nip.io:8585'],
    ['localhost.:8585'],
    ['mock-cis2.evil.example'],
    ['user@evil.example'],
  ])('by a name of its own that leads here (DNS rebinding): Host %s', async (host) => {
    const mock = await shared;
    expectProblem(await from(mock, { host }), 403);
    expectProblem(await from(mock, { host, origin: `http://${host}` }), 403);
    expect(mock.environment.clients.has(APP.client_id)).toBe(false);
    expectProblem(await get(mock, '/clients', { host }), 403);
  });

  test('and the refusal is in the journal', async () => {
    const mock = await testMock();
    await from(mock, { host: 'evil.example' });
    const [event] = mock.environment.journal.events({ kind: 'refused' });
    expect(event?.explanation).toContain('The Host evil.example is none of this server’s names.');
    expect(event?.details).toMatchObject({ status: 403, method: 'PUT', path: '/_mock/clients/new-app' });
  });

  test.each([
    ['localhost'],
    ['localhost:8585'],
    ['LOCALHOST:8585'],
    ['127.0.0.1:8585'],
    ['[::1]:8585'],
    ['[::1]'],
    ['10.1.2.3:8585'],
    ['mock-cis2:8585'],
    ['cis2.localhost:8585'],
    ['host.docker.internal:8585'],
  ])('while programs may use it as %s, and its own pages too', async (host) => {
    const mock = await testMock();
    expect((await from(mock, { host })).statusCode).toBe(201);
    expect((await from(mock, { host, origin: `http://${host.toLowerCase()}` })).statusCode).toBe(200);
  });

  test('while the hosts of PUBLIC_ORIGIN and INTERNAL_ORIGIN are names of the mock', async () => {
    const mock = await testMock({
      publicOrigin: 'https://cis2.example.test:443',
      internalOrigin: 'http://mock.internal.example.test:8585',
    });
    const statusAt = async (headers: Record<string, string>) =>
      (await get(mock, '/keys', headers)).statusCode;
    expect(await statusAt({ host: 'cis2.example.test' })).toBe(200);
    expect(await statusAt({ host: 'cis2.example.test', origin: 'https://cis2.example.test' })).toBe(200);
    expect(await statusAt({ host: 'mock.internal.example.test:8585' })).toBe(200);
    expect(await statusAt({ host: 'other.example.test' })).toBe(403);
    expect(await statusAt({ host: 'cis2.example.test.evil.example' })).toBe(403);
  });
});

describe('faults are problems', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('an error of the mock itself is 500, and nothing of it is told', async () => {
    const mock = await testMock();
    vi.spyOn(mock.environment.keys, 'list').mockRejectedValue(new Error('an inner detail'));
    const response = await get(mock, '/keys');
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toMatch(/an inner detail|node_modules|\.ts\b|\bat \S+ \(/);
    expect((await get(mock, '/clients')).statusCode).toBe(200);
  });

  test('a sid that is not percent-encoded text is one that nobody knows', async () => {
    const mock = await testMock();
    const url = '/_mock/sessions/%E0%A4%A/logout';
    expectProblem(await mock.app.inject({ method: 'POST', url }), 404);
  });

  // It is answered as an address of the provider: another shape, and a hint at /authorize.
  test('an address that is not there is a problem too', async () => {
    const mock = await testMock();
    expectProblem(await get(mock, '/client'), 404);
  });

  // Many HTTP clients send the content type with every request.
  test('a DELETE or a log-out without body may name a content type all the same', async () => {
    const mock = await testMock();
    await put(mock, APP.client_id, APP);
    const { id_token: idToken } = await tokensOf(mock, CREDENTIALS);
    const sid = encodeURIComponent(String(claimsOf(idToken)['sid']));
    const headers = { 'content-type': 'application/json' };
    const bare = async (method: 'DELETE' | 'POST', url: string) =>
      (await mock.app.inject({ method, url, headers })).statusCode;
    expect(await bare('POST', `/_mock/sessions/${sid}/logout`)).toBe(200);
    expect(await bare('DELETE', `/_mock/clients/${APP.client_id}`)).toBe(204);
  });
});
