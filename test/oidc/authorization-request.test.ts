/** Authorization requests: what is refused on a page, what is refused by redirect, and what passes (facts 10.3, 10.5). */
import type { LightMyRequestResponse } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  authorizeUrl,
  type Browser,
  browser,
  callback,
  encode,
  locationOf,
  logIn,
  type Mock,
  outcomeOf,
  pkce,
  REALM,
  REDIRECT_URI,
  START,
  testMock,
} from '../support/mock.ts';
import {
  eventsOf,
  follow,
  held,
  loginsHeld,
  pageOf,
  refusalOf,
  requestIdOf,
  shown,
  tokensOf,
} from './support.ts';

const ISSUER = `http://localhost:8585${REALM}`;

/** What an error_description may hold (RFC 6749 section 4.1.2.1). */
const ERROR_DESCRIPTION = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;

const STRICT = {
  client_id: 'mock-strict-client',
  redirect_uri: 'https://strict.example.invalid/callback',
};

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
});
afterEach(() => mock.clock.freeze(START));
afterAll(() => mock.app.close());

/** Answers to the same request by a link and by a form, each in a browser of its own. */
async function byLinkAndByForm(url: string): Promise<LightMyRequestResponse[]> {
  const [path = '', query = ''] = url.split(/\?(.*)/s);
  const form = browser(mock.app);
  const posted = await mock.app.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    payload: query,
  });
  return [await browser(mock.app).get(url), await follow(form, posted)];
}

/** The refusal of a request in the developer’s voice: on the page and, under the same request id, in the journal. */
async function expectPageRefusal(
  answer: LightMyRequestResponse,
  refusal: {
    error: string;
    description: string;
    parameter: string | undefined;
    found: string;
    expected?: string;
  },
) {
  const { error, description, parameter, found, expected } = refusal;
  expect(answer.statusCode).toBe(400);
  expect(answer.headers.location).toBeUndefined();
  expect(answer.headers['content-type']).toMatch(/^text\/html/);
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(outcomeOf(answer)).toBeUndefined();
  expect(answer.cookies).toEqual([]);
  expect(pageOf(answer)).toBe('page-error');
  expect(shown(answer, 'error-code')).toBe(error);
  expect(shown(answer, 'error-description')).toBe(description);
  expect(shown(answer, 'request-id')).toBe(requestIdOf(answer));
  const journalled = await refusalOf(mock, answer);
  expect([journalled.parameter, journalled.found]).toEqual([parameter, found]);
  for (const part of ['rule', 'found', 'expected', 'mend', 'specification'] as const) {
    expect(journalled[part], part).toMatch(/\S/);
    expect(shown(answer, `refusal-${part}`), part).toBe(journalled[part]);
  }
  expect(shown(answer, 'refusal-parameter')).toBe(parameter);
  if (expected !== undefined) expect(journalled.expected).toBe(expected);
}

async function expectRedirectedError(
  answer: LightMyRequestResponse,
  refusal: { error: string; description: string | RegExp; parameter: string; found: string | RegExp },
  state: string | null = 'the-state',
) {
  const { error, description, parameter, found } = refusal;
  expect(answer.statusCode).toBe(302);
  expect(locationOf(answer).split('?')[0]).toBe(REDIRECT_URI);
  const returned = callback(answer);
  const names =
    state === null ? ['error', 'error_description', 'iss'] : ['error', 'error_description', 'iss', 'state'];
  expect([...returned.keys()].sort()).toEqual(names);
  expect(returned.get('error')).toBe(error);
  expect(returned.get('error_description')).toMatch(description);
  expect(returned.get('error_description')).toMatch(ERROR_DESCRIPTION);
  expect(returned.get('iss')).toBe(ISSUER);
  expect(returned.get('state')).toBe(state);
  expect(outcomeOf(answer)).toBeUndefined();
  expect(answer.headers['cache-control']).toBe('no-store');
  const [event] = await eventsOf(mock, answer, 'refused');
  expect(event?.details).toMatchObject({ status: 302, error });
  const journalled = await refusalOf(mock, answer);
  expect(journalled.parameter).toBe(parameter);
  expect(journalled.found).toMatch(found);
  for (const part of ['rule', 'expected', 'mend', 'specification'] as const) {
    expect(journalled[part], part).toMatch(/\S/);
  }
}

describe('a request of which client or redirect URI is not known for good', () => {
  const tooLong = 'x'.repeat(8193);
  const registered = [
    'mock-client',
    'mock-client-basic',
    'mock-client-private-key-jwt',
    'mock-public-client',
    'mock-strict-client',
  ].join(', ');

  test.each([
    {
      fault: 'a parameter that comes twice',
      url: `${authorizeUrl()}&state=another`,
      error: 'invalid_request',
      description: 'Invalid Request, duplicate request parameter found : state',
      parameter: 'state',
      found: 'state more than once',
    },
    {
      fault: 'a client_id that comes twice, though it is the same',
      url: `${authorizeUrl()}&client_id=mock-client`,
      error: 'invalid_request',
      description: 'Invalid Request, duplicate request parameter found : client_id',
      parameter: 'client_id',
      found: 'client_id more than once',
    },
    {
      fault: 'an unknown parameter that comes twice, once without a value',
      url: `${authorizeUrl()}&utm=1&utm`,
      error: 'invalid_request',
      description: 'Invalid Request, duplicate request parameter found : utm',
      parameter: 'utm',
      found: 'utm more than once',
    },
    {
      fault: 'a name that comes twice in two spellings',
      url: `${authorizeUrl()}&st%61te=another`,
      error: 'invalid_request',
      description: 'Invalid Request, duplicate request parameter found : state',
      parameter: 'state',
      found: 'state more than once',
    },
    {
      fault: 'a percent sign that begins nothing',
      url: `${authorizeUrl({ nonce: undefined })}&nonce=100%`,
      error: 'invalid_request',
      description: 'Malformed encoding of parameter, nonce',
      parameter: 'nonce',
      found: 'nonce with a broken percent-encoding',
    },
    {
      fault: 'percent-encoding that is not UTF-8',
      url: `${authorizeUrl({ state: undefined })}&state=caf%E9`,
      error: 'invalid_request',
      description: 'Malformed encoding of parameter, state',
      parameter: 'state',
      found: 'state with a broken percent-encoding',
    },
    {
      fault: 'a name with broken percent-encoding',
      url: `${authorizeUrl()}&%zz=1`,
      error: 'invalid_request',
      description: 'Malformed encoding of parameter, %zz',
      parameter: '%zz',
      found: '%zz with a broken percent-encoding',
    },
    {
      fault: 'a value of more than 8192 characters',
      url: authorizeUrl({ state: tooLong }),
      error: 'invalid_request',
      description: 'Parameter too long, state',
      parameter: 'state',
      found: 'state with more',
    },
    {
      fault: 'more than 100 parameters, whatever else is wrong with it',
      url: `${authorizeUrl()}${Array.from({ length: 95 }, (_, index) => `&x${index}=%zz`).join('')}`,
      error: 'invalid_request',
      description: 'Too many parameters',
      parameter: undefined,
      found: 'more',
      expected: 'at most 100 parameters and 60000 characters',
    },
    {
      fault: 'no client_id',
      url: authorizeUrl({ client_id: undefined }),
      error: 'invalid_request',
      description: 'Missing parameter, client_id',
      parameter: 'client_id',
      found: 'nothing, or an empty value',
    },
    {
      fault: 'an empty client_id, which is none (RFC 6749 section 3.1)',
      url: authorizeUrl({ client_id: '' }),
      error: 'invalid_request',
      description: 'Missing parameter, client_id',
      parameter: 'client_id',
      found: 'nothing, or an empty value',
    },
    {
      fault: 'an unknown client',
      url: authorizeUrl({ client_id: 'mock-cleint' }),
      error: 'invalid_client',
      description: 'Client authentication failed',
      parameter: 'client_id',
      found: 'mock-cleint',
      expected: `one of: ${registered}`,
    },
    {
      fault: 'a client by a name of JavaScript’s own',
      url: authorizeUrl({ client_id: '__proto__' }),
      error: 'invalid_client',
      description: 'Client authentication failed',
      parameter: 'client_id',
      found: '__proto__',
    },
    {
      fault: 'a client_id in other letters',
      url: authorizeUrl({ client_id: 'Mock-Client' }),
      error: 'invalid_client',
      description: 'Client authentication failed',
      parameter: 'client_id',
      found: 'Mock-Client',
    },
    {
      fault: 'no redirect_uri',
      url: authorizeUrl({ redirect_uri: undefined }),
      error: 'invalid_request',
      description: 'Missing parameter, redirect_uri',
      parameter: 'redirect_uri',
      found: 'nothing, or an empty value',
    },
    {
      fault: 'nothing at all',
      url: `${REALM}/authorize`,
      error: 'invalid_request',
      description: 'Missing parameter, client_id',
      parameter: 'client_id',
      found: 'nothing, or an empty value',
    },
  ])('is refused on a page and never redirected: $fault', async ({ url, fault: _fault, ...refusal }) => {
    const before = [await held(mock), await loginsHeld(mock)];

    for (const answer of await byLinkAndByForm(url)) await expectPageRefusal(answer, refusal);

    expect([await held(mock), await loginsHeld(mock)]).toEqual(before);
  });

  test('is shown as text, whatever it holds', async () => {
    const hostile = `"'><script>alert(1)</script>&lt;`;

    const answer = await browser(mock.app).get(authorizeUrl({ client_id: hostile }));

    expect(shown(answer, 'refusal-found')).toBe(hostile);
    expect(answer.body).not.toContain('<script>alert');
  });
});

describe('a redirect URI', () => {
  const expectMismatch = (answer: LightMyRequestResponse, found: string, expected: string) =>
    expectPageRefusal(answer, {
      error: 'redirect_uri_mismatch',
      description: 'The redirection URI provided does not match a pre-registered value.',
      parameter: 'redirect_uri',
      found,
      expected,
    });

  test.each([
    'https://strict.example.invalid/Callback',
    'https://STRICT.example.invalid/callback',
    'HTTPS://strict.example.invalid/callback',
    'https://strict.example.invalid/callback/',
    'https://strict.example.invalid/callback?',
    'https://strict.example.invalid/callback?next=1',
    'https://strict.example.invalid/callback#',
    'https://strict.example.invalid/callback/more',
    'https://strict.example.invalid/callback/../callback',
    'https://strict.example.invalid//callback',
    'https://strict.example.invalid/%63allback',
    'https://strict.example.invalid:443/callback',
    'https://strict.example.invalid./callback',
    'https://strict.example.invalid',
    'http://strict.example.invalid/callback',
    'https://strict.example.invalid@evil.example/callback',
    'https://strict.example.invalid.evil.example/callback',
    'https://evil.example/callback',
    ' https://strict.example.invalid/callback',
    'https://strict.example.invalid/callback\n',
    '//strict.example.invalid/callback',
    '/callback',
    'http://localhost:3000/callback',
  ])('is refused on a page unless it is registered letter for letter: %j', async (redirect_uri) => {
    for (const answer of await byLinkAndByForm(authorizeUrl({ ...STRICT, redirect_uri })))
      await expectMismatch(answer, redirect_uri, STRICT.redirect_uri);
  });

  test.each([
    'http://localhost:3000/callback',
    'http://localhost',
    'http://localhost/',
    'http://localhost:8080/signin-oidc',
    'https://localhost:3443/a/b?c=d',
    'http://localhost?next=1',
    'http://127.0.0.1/callback',
    'http://127.0.0.1:65535/callback',
    'http://[::1]/callback',
    'https://[::1]:3000/callback?a=1&b=%2F',
    "http://localhost:3000/~user/(x)!$&'*+,;=:@",
  ])(
    'of a client with allow_loopback_redirect_uris may be any on a loopback host: %s',
    async (redirect_uri) => {
      const answer = await logIn(browser(mock.app), 'alex.bound@nhs.net', { redirect_uri });

      expect(locationOf(answer).slice(0, redirect_uri.length + 6)).toBe(
        `${redirect_uri}${redirect_uri.includes('?') ? '&' : '?'}code=`,
      );
      const warned = await eventsOf(mock, answer, 'warned');
      expect(
        warned.filter(({ explanation }) => explanation.includes('allow_loopback_redirect_uris')),
      ).toHaveLength(redirect_uri === REDIRECT_URI ? 0 : 1);
    },
  );

  test.each([
    'http://localhost@evil.example/',
    'http://localhost:pass@evil.example/',
    'http://user@localhost/',
    'http://user:pass@127.0.0.1/',
    'http://localhost.evil.example',
    'http://localhost.',
    'http://notlocalhost/',
    'http://127.0.0.1:80@evil.example/',
    'http://127.0.0.1.evil.example/',
    'http://127.0.0.2/',
    'http://127.1/',
    'http://0.0.0.0/',
    'http://0x7f000001',
    'http://2130706433/',
    'http://017700000001/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::1]evil.example/',
    'http://LOCALHOST',
    'http://LocalHost:3000/callback',
    'HTTP://localhost/',
    '//localhost',
    'localhost:3000/callback',
    'http:localhost',
    'http:/localhost/',
    'http:///localhost/',
    'http://localhost#frag',
    'http://localhost/#frag',
    'http://localhost/callback#',
    'http://localhost\\@evil.example/',
    'http://localhost\\.evil.example/',
    'http:\\\\localhost\\',
    'http://localhost/\\evil.example',
    'http://localhost:',
    'http://localhost:/',
    'http://localhost:3000000/',
    'http://localhost:80evil/',
    'http://localhost:-1/',
    'http://localhost/ callback',
    'http://localhost/\r\nSet-Cookie: a=b',
    'http://localhost/\n',
    'http://localhost\n',
    '\nhttp://localhost/',
    ' http://localhost/',
    'http://localhost /',
    'http://localhost\t/',
    'http://localhost\u0000.evil.example/',
    'http://localhost/é',
    'http://ｌocalhost/',
    'http://evil.example/?http://localhost/',
    'http://evil.example/#http://localhost/',
    'ftp://localhost/',
    'ws://localhost/',
    'file://localhost/etc/passwd',
    'javascript:alert(1)',
    'javascript://localhost/%0aalert(1)',
    'data:text/html,hello',
    'https://',
    'urn:ietf:wg:oauth:2.0:oob',
    '/callback',
    '*',
  ])('is not let in by that relaxation where it only looks like one: %j', async (redirect_uri) => {
    for (const answer of await byLinkAndByForm(authorizeUrl({ redirect_uri })))
      await expectMismatch(
        answer,
        redirect_uri,
        `${REDIRECT_URI} or any http or https URI on localhost, 127.0.0.1 or [::1], without user name, password or fragment`,
      );
  });

  test.each([
    ['a fragment', 'http://localhost:3000/callback#x', 'no fragment'],
    ['a fragment that is empty', 'http://localhost:3000/callback#', 'no fragment'],
    ['a user name', 'http://user@localhost:3000/cb', 'no user name'],
    ['a user name and a password', 'http://user:pass@[::1]/', 'no user name'],
    ['another scheme', 'ftp://localhost/', 'begins with http:// or https://'],
    ['a scheme in capitals', 'HTTP://localhost/', 'begins with http:// or https://'],
    ['a scheme without slashes', 'http:localhost', 'begins with http:// or https://'],
    ['a host in capitals', 'http://LocalHost:3000/callback', 'is written localhost, 127.0.0.1 or [::1]'],
    ['a host spelt otherwise', 'http://2130706433/', 'is written localhost, 127.0.0.1 or [::1]'],
    ['a colon without a port', 'http://localhost:/', 'A port is a number'],
    ['a port that is missing on [::1]', 'http://[::1]:/', 'A port is a number'],
    ['a space', 'http://localhost/ callback', 'only characters that a URI may have'],
    ['a letter outside ASCII', 'http://localhost/é', 'only characters that a URI may have'],
    ['another host', 'http://evil.example/', 'registered for the client'],
    ['another host behind a user name', 'http://localhost@evil.example/', 'registered for the client'],
  ])('that looks like one it lets in is refused for what is wrong with it: %s', async (_fault, uri, rule) => {
    const answer = await browser(mock.app).get(authorizeUrl({ redirect_uri: uri }));

    expect((await refusalOf(mock, answer)).rule).toContain(rule);

    const leaving = { client_id: 'mock-client', post_logout_redirect_uri: uri };
    const loggedOut = await browser(mock.app).get(`${REALM}/connect/endSession?${encode(leaving)}`);
    expect((await refusalOf(mock, loggedOut)).rule).toContain(rule);
  });

  test('with a fragment is refused for that to a client without the relaxation too', async () => {
    const redirect_uri = `${STRICT.redirect_uri}#x`;

    const answer = await browser(mock.app).get(authorizeUrl({ ...STRICT, redirect_uri }));

    const { rule, specification } = await refusalOf(mock, answer);
    expect(rule).toBe('A redirect URI has no fragment.');
    expect(specification).toContain('RFC 6749 section 3.1.2');
  });

  test('that is registered arrives unchanged, with the answer behind it', async () => {
    const answer = await logIn(browser(mock.app), '656005750104', STRICT);

    expect(locationOf(answer)).toMatch(/^https:\/\/strict\.example\.invalid\/callback\?code=[\w-]{43}&/);
    expect([...callback(answer).keys()]).toEqual(['code', 'scope', 'state', 'iss', 'client_id']);
  });
});

describe('a faulty request of a known client', () => {
  const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
  const pkceMethod = 'Only code_challenge_method S256 is supported.';

  test.each([
    {
      fault: 'no response_type',
      parameters: { response_type: undefined },
      error: 'invalid_request',
      description: 'Missing parameter, response_type',
      parameter: 'response_type',
      found: 'nothing, or an empty value',
    },
    ...['token', 'id_token', 'code id_token', 'code token', 'none', 'Code', 'code ', 'code code'].map(
      (response_type) => ({
        fault: `response_type ${JSON.stringify(response_type)}`,
        parameters: { response_type },
        error: 'unsupported_response_type',
        description: 'Only the authorization code flow is supported.',
        parameter: 'response_type',
        found: response_type,
      }),
    ),
    {
      fault: 'a request object',
      parameters: { request: 'eyJhbGciOiJub25lIn0.e30.' },
      error: 'request_not_supported',
      description: 'The request parameter is not supported.',
      parameter: 'request',
      found: 'a request parameter',
    },
    {
      fault: 'a request object by reference',
      parameters: { request_uri: 'https://rp.example/request.jwt' },
      error: 'request_uri_not_supported',
      description: 'The request_uri parameter is not supported.',
      parameter: 'request_uri',
      found: 'a request_uri parameter',
    },
    ...['fragment', 'form_post', 'query.jwt', 'Query'].map((response_mode) => ({
      fault: `response_mode ${response_mode}`,
      parameters: { response_mode },
      error: 'invalid_request',
      description: 'Unsupported response_mode',
      parameter: 'response_mode',
      found: response_mode,
    })),
    {
      fault: 'no scope',
      parameters: { scope: undefined },
      error: 'invalid_scope',
      description: 'The scope openid is required.',
      parameter: 'scope',
      found: 'no scope',
    },
    ...['profile', 'OpenID', 'openid,profile', 'openid\tprofile'].map((scope) => ({
      fault: `scope ${JSON.stringify(scope)}`,
      parameters: { scope },
      error: 'invalid_scope',
      description: 'The scope openid is required.',
      parameter: 'scope',
      found: scope,
    })),
    ...['none login', 'login none', 'select_account', 'login select_account', 'yes', 'none none'].map(
      (prompt) => ({
        fault: `prompt ${prompt}`,
        parameters: { prompt },
        error: 'invalid_request',
        description: 'Invalid prompt parameter',
        parameter: 'prompt',
        found: prompt,
      }),
    ),
    {
      fault: 'prompt None LOGIN, which is none and login',
      parameters: { prompt: 'None LOGIN' },
      error: 'invalid_request',
      description: 'Invalid prompt parameter',
      parameter: 'prompt',
      found: /^none login$/i,
    },
    ...['-1', 'abc', '1.5', '1e3', '0x10', '+300', ' 300', '12345678901', '٣'].map((max_age) => ({
      fault: `max_age ${max_age}`,
      parameters: { max_age },
      error: 'invalid_request',
      description: 'Invalid max_age parameter',
      parameter: 'max_age',
      found: max_age,
    })),
    {
      fault: 'a challenge with the method plain',
      parameters: { code_challenge: challenge, code_challenge_method: 'plain' },
      error: 'invalid_request',
      description: pkceMethod,
      parameter: 'code_challenge_method',
      found: 'plain',
    },
    {
      fault: 'a challenge without a method, which means plain (RFC 7636 section 4.3)',
      parameters: { code_challenge: challenge },
      error: 'invalid_request',
      description: pkceMethod,
      parameter: 'code_challenge_method',
      found: 'none, which means plain',
    },
    {
      fault: 'a challenge with the method s256',
      parameters: { code_challenge: challenge, code_challenge_method: 's256' },
      error: 'invalid_request',
      description: pkceMethod,
      parameter: 'code_challenge_method',
      found: 's256',
    },
    {
      fault: 'a method without a challenge',
      parameters: { code_challenge_method: 'S256' },
      error: 'invalid_request',
      description: 'Invalid code_challenge parameter',
      parameter: 'code_challenge',
      found: 'a method and no challenge',
    },
    ...[challenge.slice(1), `${challenge}A`, `${challenge.slice(1)}=`, `${challenge.slice(1)}+`].map(
      (code_challenge) => ({
        fault: `the challenge ${code_challenge}`,
        parameters: { code_challenge, code_challenge_method: 'S256' },
        error: 'invalid_request',
        description: 'Invalid code_challenge parameter',
        parameter: 'code_challenge',
        found: `${code_challenge.length} characters`,
      }),
    ),
    {
      fault: 'a public client without PKCE',
      parameters: { client_id: 'mock-public-client' },
      error: 'invalid_request',
      description: 'code_challenge parameter required',
      parameter: 'code_challenge',
      found: 'no code_challenge',
    },
    {
      fault: 'an unknown parameter that begins with mock_',
      parameters: { mock_persona: 'alex.bound@nhs.net' },
      error: 'invalid_request',
      description: /^Invalid mock_persona parameter: expected one of: mock_login, mock_role, /,
      parameter: 'mock_persona',
      found: 'mock_persona',
    },
    {
      fault: 'a parameter that begins with mock_ and holds more than ASCII',
      parameters: { 'mock_"é\\': 'x' },
      error: 'invalid_request',
      description: /^Invalid mock_.{3} parameter: expected one of: /,
      parameter: 'mock_"é\\',
      found: 'mock_"é\\',
    },
    {
      fault: 'mock_login with nobody’s name',
      parameters: { mock_login: 'zzzzzzzzzzzzzzzz' },
      error: 'invalid_request',
      description: /^Invalid mock_login parameter: expected a known persona; near matches: /,
      parameter: 'mock_login',
      found: 'zzzzzzzzzzzzzzzz',
    },
    {
      fault: 'mock_role without mock_login',
      parameters: { mock_role: '930001010001' },
      error: 'invalid_request',
      description: 'Invalid mock_role parameter: expected mock_login beside it',
      parameter: 'mock_role',
      found: '930001010001',
    },
    {
      fault: 'mock_role with a role of somebody else',
      parameters: { mock_login: 'alex.bound@nhs.net', mock_role: '930001020001' },
      error: 'invalid_request',
      description: 'Invalid mock_role parameter: expected one of: 930001010001',
      parameter: 'mock_role',
      found: '930001020001',
    },
    {
      fault: 'mock_role for somebody without a role',
      parameters: { mock_login: 'noor.norole@nhs.net', mock_role: '930001020001' },
      error: 'invalid_request',
      description: 'Invalid mock_role parameter: expected one of: none, the persona has no role',
      parameter: 'mock_role',
      found: '930001020001',
    },
    {
      fault: 'mock_on_failure with another word',
      parameters: { mock_on_failure: 'json' },
      error: 'invalid_request',
      description: 'Invalid mock_on_failure parameter: expected page or redirect',
      parameter: 'mock_on_failure',
      found: 'json',
    },
    ...['x', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiI5MTAwMDAwMDAxMDEifQ.'].map(
      (id_token_hint) => ({
        fault: `the id_token_hint ${id_token_hint}`,
        parameters: { id_token_hint },
        error: 'invalid_request',
        description: 'The id_token_hint is not valid.',
        parameter: 'id_token_hint',
        found: 'one with another signature, another issuer, or no JWT',
      }),
    ),
  ])('is refused by redirect, with state and iss and without a code: $fault', async (row) => {
    const { parameters, fault: _fault, ...refusal } = row;
    const before = [await held(mock), await loginsHeld(mock)];

    for (const answer of await byLinkAndByForm(authorizeUrl(parameters))) {
      await expectRedirectedError(answer, refusal);
    }

    expect([await held(mock), await loginsHeld(mock)]).toEqual(before);
  });

  test('is refused without a state where none was sent', async () => {
    const answer = await browser(mock.app).get(authorizeUrl({ state: undefined, scope: 'profile' }));

    await expectRedirectedError(
      answer,
      {
        error: 'invalid_scope',
        description: 'The scope openid is required.',
        parameter: 'scope',
        found: 'profile',
      },
      null,
    );
  });

  test('is refused behind a query that the redirect URI already has', async () => {
    const redirect_uri = 'http://localhost:3000/callback?tenant=a%2Fb';

    const answer = await browser(mock.app).get(authorizeUrl({ redirect_uri, scope: 'profile' }));

    expect(locationOf(answer).startsWith(`${redirect_uri}&error=invalid_scope&`)).toBe(true);
  });

  /** Each row has the fault named first and the one of every row below it; the first is the one that is told. */
  const inOrder = [
    { parameters: { response_type: 'token' }, error: 'unsupported_response_type' },
    { parameters: { request: 'x' }, error: 'request_not_supported' },
    { parameters: { request_uri: 'x' }, error: 'request_uri_not_supported' },
    { parameters: { response_mode: 'fragment' }, error: 'Unsupported response_mode' },
    { parameters: { scope: 'profile' }, error: 'invalid_scope' },
    { parameters: { prompt: 'x' }, error: 'Invalid prompt parameter' },
    { parameters: { max_age: 'x' }, error: 'Invalid max_age parameter' },
    { parameters: { code_challenge: 'x' }, error: pkceMethod },
    {
      parameters: { mock_on_failure: 'x' },
      error: 'Invalid mock_on_failure parameter: expected page or redirect',
    },
    { parameters: { id_token_hint: 'x' }, error: 'The id_token_hint is not valid.' },
  ];

  test.each(inOrder.map((row, index) => ({ ...row, index })))(
    'is told of its first fault in the order of the checks: $error',
    async ({ error, index }) => {
      const parameters = Object.assign({}, ...inOrder.slice(index).map((row) => row.parameters));

      const returned = callback(await browser(mock.app).get(authorizeUrl(parameters)));

      expect([returned.get('error'), returned.get('error_description')]).toContain(error);
    },
  );

  test('is shown on a page first, where its client or redirect URI is at fault too', async () => {
    const by = browser(mock.app);

    const client = await by.get(authorizeUrl({ client_id: 'nobody', redirect_uri: 'x', scope: 'x' }));
    const redirectUri = await by.get(authorizeUrl({ redirect_uri: 'https://evil.example/', scope: 'x' }));

    expect(shown(client, 'error-code')).toBe('invalid_client');
    expect(shown(redirectUri, 'error-code')).toBe('redirect_uri_mismatch');
  });

  test.each([
    { typed: 'alex.bond@nhs.net', meant: 'alex.bound@nhs.net' },
    { typed: 'alex.bound@nhs.uk', meant: 'alex.bound@nhs.net' },
    { typed: 'ROBIN.ROLE', meant: 'robin.roles@nhs.net' },
    { typed: '910000000109 ', meant: '910000000109' },
    { typed: '656005750114', meant: '656005750104' },
  ])('tells whom mock_login probably meant: $typed', async ({ typed, meant }) => {
    const answer = await browser(mock.app).get(authorizeUrl({ mock_login: typed }));

    expect(callback(answer).get('error')).toBe('invalid_request');
    expect(callback(answer).get('error_description')).toContain(meant);
    expect((await refusalOf(mock, answer)).expected).toContain(meant);
  });

  test.each([
    ['openid,profile', 'separated by spaces', /^Separate the scopes by spaces.* once: openid profile\.$/],
    ['openid+profile', 'separated by spaces', /^Separate the scopes by spaces.* once: openid profile\.$/],
    ['openid%20profile', 'separated by spaces', /^Separate the scopes by spaces.* once: openid profile\.$/],
    ['Profile, OpenID', 'in small letters', /^Write openid in small letters: profile openid\.$/],
    ['OPENID,PROFILE', 'separated by spaces', /in small letters: openid profile\.$/],
    ['OPENID', 'in small letters', /^Write openid in small letters: openid\.$/],
    ['profile,email', 'The scope has openid', /^Add openid to the scopes/],
    [undefined, 'The scope has openid', /^Add openid to the scopes/],
  ])('with the scope %s is told whether openid is missing or only misspelt', async (scope, rule, advice) => {
    const refusal = await refusalOf(mock, await browser(mock.app).get(authorizeUrl({ scope })));

    expect(refusal.rule).toContain(rule);
    expect(refusal.mend).toMatch(advice);
  });
});

describe('the state', () => {
  const states = [
    Buffer.from(JSON.stringify({ url: '/a?b=c&d', env: 'dev+1', n: 1 })).toString('base64'),
    JSON.stringify({ returnTo: '/patients?page=1&sort="name"', csrf: 'x y' }),
    'żółć 你好 😀 \u0301',
    '&=+%',
    '%41%2B%zz',
    'a+b c%20d',
    '   ',
    '#fragment?query=1',
    '<script>alert("x")</script>',
    "'; DROP TABLE states; --",
    'a\r\nSet-Cookie: stolen=1\t\u0000',
    '__proto__',
    's'.repeat(2000),
    '€'.repeat(2000),
  ].map((state) => ({ state, shown: JSON.stringify(state).slice(0, 40) }));

  test.each(states)(
    'comes back exactly as it went, with a code and with an error: $shown',
    async ({ state }) => {
      const by = browser(mock.app);

      const good = await logIn(by, 'alex.bound@nhs.net', { state });
      const faulty = await by.get(authorizeUrl({ state, scope: 'profile' }));
      const failed = await logIn(by, 'drew.declined@nhs.net', { state, mock_on_failure: 'redirect' });
      const silent = await browser(mock.app).get(authorizeUrl({ state, prompt: 'none' }));

      expect(callback(good).get('state')).toBe(state);
      expect(callback(good).get('code')).toMatch(/^[\w-]{43}$/);
      for (const answer of [faulty, failed, silent]) {
        expect(callback(answer).get('state')).toBe(state);
        expect(callback(answer).get('code')).toBeNull();
      }
    },
  );

  test('is not invented where none was sent, or an empty one', async () => {
    for (const state of [undefined, '']) {
      const answer = await logIn(browser(mock.app), 'alex.bound@nhs.net', { state });
      expect([...callback(answer).keys()]).toEqual(['code', 'scope', 'iss', 'client_id']);
    }
  });
});

describe('a request by POST', () => {
  const post = (payload: string, headers: Record<string, string> = {}) =>
    mock.app.inject({
      method: 'POST',
      url: `${REALM}/authorize`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html', ...headers },
      payload,
    });
  const good = authorizeUrl({ mock_login: 'alex.bound@nhs.net' }).split('?')[1] ?? '';

  test('is sent on by 303 to the same request by GET, so that a foreign form still meets its session', async () => {
    const answer = await post(good);

    expect(answer.statusCode).toBe(303);
    expect(locationOf(answer)).toBe(`${REALM}/authorize?${good}`);
    expect(answer.cookies).toEqual([]);
  });

  test.each([
    { name: 'Latin letters beyond ASCII', state: 'café' },
    { name: 'other scripts', state: '日本' },
    { name: 'a line break', state: 'a\r\nb' },
    { name: 'a space', state: 'a b' },
    { name: 'a number sign', state: 'a#b' },
    { name: 'quotes and angle brackets', state: '"<>\\^`{|}' },
    { name: 'a control character', state: 'a\u0001b\u0000' },
  ])('is read alike where its text is not percent-encoded: $name', async ({ state }) => {
    const by = browser(mock.app);
    const answer = await post(`${good.replace('state=the-state', `state=${state}`)}`);
    expect(answer.statusCode).toBe(303);
    expect(locationOf(answer)).toMatch(/^[\x21-\x7e]+$/);

    const followed = await by.get(locationOf(answer));

    expect(callback(followed).get('state')).toBe(state);
    expect(callback(followed).get('code')).toMatch(/^[\w-]{43}$/);
  });

  test('is refused on a page where it is no form', async () => {
    const answer = await post('{"client_id":"mock-client"}', { 'content-type': 'application/json' });

    expect(answer.statusCode).toBe(400);
    expect(shown(answer, 'error-description')).toBe('Invalid Content Type');
    expect(await refusalOf(mock, answer)).toMatchObject({
      parameter: 'content-type',
      found: 'application/json',
      expected: 'application/x-www-form-urlencoded',
    });
  });

  test('is refused on a page where it is larger than any real request', async () => {
    const answer = await post(`${good}&filler=${'x'.repeat(70_000)}`);

    expect(answer.statusCode).toBe(413);
    expect(pageOf(answer)).toBe('page-error');
    expect((await refusalOf(mock, answer)).found).toBe('more than 65536 bytes');
  });
});

describe('a request that passes', () => {
  const authorized = async (
    parameters: Record<string, string | undefined>,
    by: Browser = browser(mock.app),
  ) => logIn(by, 'alex.bound@nhs.net', parameters);

  const tolerated: Record<string, string>[] = [
    { schema: 'openid' },
    { ui_locales: 'cy en-GB', claims_locales: 'en', display: 'page' },
    { claims: '{"userinfo":{"name":{"essential":true}}}' },
    { login_hint: 'alex.bound@nhs.net' },
    { code: 'x', error: 'x', iss: 'x' },
    { constructor: 'x', ['__proto__']: 'x', toString: 'x' },
    { audience: 'https://api.example', resource: 'urn:x', registration: '{}' },
    { '': 'nameless' },
  ];

  test.each(tolerated)('tolerates parameters that it does not know or use: %j', async (parameters) => {
    const answer = await authorized(parameters);

    expect(callback(answer).get('code')).toMatch(/^[\w-]{43}$/);
  });

  test('may have 100 parameters', async () => {
    const url = authorizeUrl({ mock_login: 'alex.bound@nhs.net' });
    const others = Array.from({ length: 93 }, (_, index) => `&x${index}=1`).join('');

    expect(`${url}${others}`.split('&')).toHaveLength(100);
    expect(callback(await browser(mock.app).get(`${url}${others}`)).get('code')).toMatch(/^[\w-]{43}$/);
  });

  test('may carry an ID token of ours as hint, though it has expired', async () => {
    const by = browser(mock.app);
    const { id_token } = await tokensOf(mock, await authorized({}, by));
    mock.clock.advance(3601);

    const answer = await authorized({ id_token_hint: id_token }, by);

    expect(callback(answer).get('code')).toMatch(/^[\w-]{43}$/);
  });

  test('takes an empty parameter for an absent one', async () => {
    const answer = await authorized({
      prompt: '',
      max_age: '',
      request: '',
      response_mode: '',
      code_challenge: '',
      mock_on_failure: '',
      id_token_hint: '',
    });

    expect(callback(answer).get('code')).toMatch(/^[\w-]{43}$/);
  });

  test('is not granted scopes that CIS2 does not have, and the journal says so', async () => {
    const answer = await authorized({ scope: 'odscodes openid offline_access profile PROFILE' });

    expect(callback(answer).get('scope')).toBe('openid profile');
    expect((await tokensOf(mock, answer)).scope).toBe('openid profile');
    expect((await eventsOf(mock, answer, 'warned')).map(({ explanation }) => explanation)).toEqual([
      'Scopes that CIS2 does not have were left out: odscodes offline_access PROFILE. CIS2 has openid, profile, email, nhsperson, associatedorgs, nationalrbacaccess, professionalmemberships, organisationalmemberships, selectedrole, changedrole; near matches: profile.',
    ]);
  });

  test.each([
    ['scope', 'openid nhsprofile', '; near matches: profile.'],
    ['scope', 'openid selectedroles', '; near matches: selectedrole.'],
    ['scope', 'openid something', ', selectedrole, changedrole.'],
    ['acr_values', 'AAL2', '; near matches: AAL2_OR_AAL3_ANY, AAL2_ANY, AAL2_TOTP.'],
    ['acr_values', 'aal2_or_aal3_any', '; near matches: AAL2_OR_AAL3_ANY.'],
    ['acr_values', 'urn:mace:incommon:iap:silver', ', AAL2_TOTP, AAL2_NHSMAIL.'],
  ])('with a %s of which CIS2 knows nothing is told what there is: %s', async (parameter, value, end) => {
    const [warned] = await eventsOf(mock, await authorized({ [parameter]: value }), 'warned');

    expect(warned?.explanation).toContain(
      parameter === 'scope' ? '. CIS2 has openid, profile, ' : '. CIS2 has AAL3_ANY, AAL2_OR_AAL3_ANY, ',
    );
    expect(warned?.explanation.slice(-end.length)).toBe(end);
  });

  const withPkce = { code_challenge: pkce().challenge, code_challenge_method: 'S256' };
  test.each<[string, Record<string, string | undefined>, string[]]>([
    ['state', { state: undefined }, ['There is no state']],
    ['nonce', { nonce: undefined }, ['There is no nonce']],
    ['value of a parameter of the mock’s own', { mock_login: '' }, ['mock_login came without a value']],
    ['value of either', { state: '', nonce: '' }, ['There is no state', 'There is no nonce']],
    ['either, with PKCE in their place', { state: undefined, nonce: undefined, ...withPkce }, []],
  ])('without %s is told in the journal what it goes without', async (_what, parameters, begin) => {
    const warned = await eventsOf(mock, await authorized(parameters), 'warned');

    expect(warned.map(({ explanation }) => explanation.split(',')[0])).toEqual(begin);
  });

  test('is told in the journal that CIS2 has no public clients', async () => {
    const answer = await authorized({
      client_id: 'mock-public-client',
      code_challenge: pkce().challenge,
      code_challenge_method: 'S256',
    });

    const warned = await eventsOf(mock, answer, 'warned');
    expect(warned.map(({ explanation }) => explanation).join()).toContain(
      'CIS2 has confidential clients only',
    );
  });

  test('is answered with the extras of CIS2’s product beside code and state', async () => {
    const answer = await authorized({ scope: 'email openid profile' });

    expect(answer.statusCode).toBe(302);
    expect(outcomeOf(answer)).toBe('authenticated');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(Object.fromEntries(callback(answer))).toEqual({
      code: expect.stringMatching(/^[\w-]{43}$/),
      scope: 'openid profile email',
      state: 'the-state',
      iss: ISSUER,
      client_id: 'mock-client',
    });
  });

  test('without mock_login begins a log-in on pages, at an address of its own', async () => {
    const by = browser(mock.app);
    const before = await held(mock);

    const answer = await by.get(authorizeUrl());

    expect(answer.statusCode).toBe(302);
    expect(locationOf(answer)).toMatch(/^\/login\/[\w-]{43}$/);
    expect(pageOf(await by.get(locationOf(answer)))).toBe('page-choose-authenticator');
    expect(await held(mock)).toEqual(before);
  });
});
