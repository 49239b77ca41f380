/** Revocation (RFC 7009) and introspection (RFC 7662). */
import { describe, expect, test } from 'vitest';
import { claimsOf, type Mock, REALM, testMock } from '../support/mock.ts';
import {
  CLIENT_BASE,
  type Form,
  ISSUER,
  NOW,
  post,
  refusalOf,
  type Tokens,
  titled,
  tokensOf,
  userInfo,
  wireOf,
  withClients,
} from './support.ts';

const APP = { client_id: 'app', client_secret: 'secret of app' };
const OTHER = { client_id: 'mock-client', client_secret: 'mock-secret' };

const FIXTURES = withClients([
  {
    ...CLIENT_BASE,
    ...APP,
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['authorization_code', 'refresh_token'],
  },
]);

const mockWithApp = () => testMock({ fixtures: FIXTURES });

const revoke = (mock: Mock, token: string, form: Form = APP) =>
  post(mock, '/token/revoke', { token, ...form });

const introspect = (mock: Mock, token: string, form: Form = APP) =>
  post(mock, '/introspect', { token, ...form });

const refresh = (mock: Mock, token: string, form: Form = {}) =>
  post(mock, '/access_token', { grant_type: 'refresh_token', refresh_token: token, ...APP, ...form });

const isActive = async (mock: Mock, token: string): Promise<boolean> =>
  (await introspect(mock, token)).json().active;

describe('revocation', () => {
  test('of an access token ends it and it alone', async () => {
    const mock = await mockWithApp();
    const [tokens, another] = [await tokensOf(mock, APP), await tokensOf(mock, APP)];
    const response = await revoke(mock, tokens.access_token);
    expect([response.statusCode, response.body, response.headers['cache-control']]).toEqual([
      200,
      '',
      'no-store',
    ]);
    expect((await userInfo(mock, tokens.access_token)).statusCode).toBe(401);
    expect((await userInfo(mock, another.access_token)).statusCode).toBe(200);
    expect((await refresh(mock, tokens.refresh_token)).statusCode).toBe(200);
  });

  test('of a refresh token ends it and every token of its grant', async () => {
    const mock = await mockWithApp();
    const first = await tokensOf(mock, APP);
    const second: Tokens = (await refresh(mock, first.refresh_token)).json();
    const another = await tokensOf(mock, APP);
    expect((await revoke(mock, second.refresh_token)).statusCode).toBe(200);
    const dead = [first, second].map(({ access_token }) => userInfo(mock, access_token));
    expect((await Promise.all(dead)).map(({ statusCode }) => statusCode)).toEqual([401, 401]);
    expect((await refresh(mock, second.refresh_token)).json().error).toBe('invalid_grant');
    expect((await userInfo(mock, another.access_token)).statusCode).toBe(200);
    const [event] = mock.environment.journal.events({ kind: 'grant_revoked' });
    expect(event).toMatchObject({ client_id: 'app', uid: '910000000101' });
    expect(event?.explanation).toBe('The refresh token, and all of its grant, was revoked.');
  });

  test.each(['access_token', 'refresh_token', 'something_else'])(
    'needs no hint, and a wrong one does no harm: %s',
    async (hint) => {
      const mock = await mockWithApp();
      const tokens = await tokensOf(mock, APP);
      for (const token of [tokens.access_token, tokens.refresh_token]) {
        const response = await revoke(mock, token, { ...APP, token_type_hint: hint });
        expect(response.statusCode).toBe(200);
      }
      expect((await userInfo(mock, tokens.access_token)).statusCode).toBe(401);
      expect((await refresh(mock, tokens.refresh_token)).json().error).toBe('invalid_grant');
    },
  );

  test('of a token that is unknown, or revoked already, is answered by 200 all the same', async () => {
    const mock = await mockWithApp();
    const { access_token: token } = await tokensOf(mock, APP);
    for (const each of ['never-issued', token, token])
      expect((await revoke(mock, each)).statusCode).toBe(200);
    const events = mock.environment.journal.events({ kind: 'grant_revoked' });
    expect(events.map(({ explanation }) => explanation)).toEqual([
      'An unknown or expired token was to be revoked; nothing was to do.',
      'The access token was revoked.',
      'An unknown or expired token was to be revoked; nothing was to do.',
    ]);
  });

  test.each(['access_token', 'refresh_token'] as const)(
    'of the %s of another client is refused, and the token lives on',
    async (kind) => {
      const mock = await mockWithApp();
      const tokens = await tokensOf(mock, APP);
      const response = await revoke(mock, tokens[kind], OTHER);
      expect(wireOf(response)).toEqual({
        status: 400,
        body: {
          error: 'unauthorized_client',
          error_description: 'The token was issued to another client.',
        },
      });
      expect(refusalOf(mock, response)).toMatchObject({
        parameter: 'token',
        found: 'a token of app',
        expected: 'a token of mock-client',
      });
      expect(await isActive(mock, tokens[kind])).toBe(true);
      expect((await userInfo(mock, tokens.access_token)).statusCode).toBe(200);
    },
  );
});

describe('introspection', () => {
  test('tells of a live access token', async () => {
    const mock = await mockWithApp();
    const { access_token: token } = await tokensOf(mock, APP, { scope: 'openid profile' });
    mock.clock.advance(1000);
    const response = await introspect(mock, token);
    expect([response.statusCode, response.headers['cache-control']]).toEqual([200, 'no-store']);
    expect(response.json()).toEqual({
      active: true,
      scope: 'openid profile',
      client_id: 'app',
      user_id: '910000000101',
      username: '910000000101',
      token_type: 'Bearer',
      exp: NOW + 3600,
      sub: '910000000101',
      iss: ISSUER,
      auth_time: NOW,
    });
  });

  test('tells of a live refresh token', async () => {
    const mock = await mockWithApp();
    const { refresh_token: token } = await tokensOf(mock, APP);
    expect((await introspect(mock, token)).json()).toMatchObject({
      active: true,
      token_type: 'refresh_token',
      exp: NOW + 604_800,
    });
  });

  test('tells the scope that an access token has, where a refresh narrowed it', async () => {
    const mock = await mockWithApp();
    const first = await tokensOf(mock, APP, { scope: 'openid profile email' });
    const second: Tokens = (await refresh(mock, first.refresh_token, { scope: 'openid' })).json();
    const scopes = [first.access_token, second.access_token, second.refresh_token].map(
      async (token) => (await introspect(mock, token)).json().scope,
    );
    expect(await Promise.all(scopes)).toEqual(['openid profile email', 'openid', 'openid profile email']);
  });

  test('tells any client that authenticates', async () => {
    const mock = await mockWithApp();
    const { access_token: token } = await tokensOf(mock, APP);
    expect((await introspect(mock, token, OTHER)).json()).toMatchObject({ active: true, client_id: 'app' });
  });

  const DEAD: readonly { what: string; token: (mock: Mock, tokens: Tokens) => Promise<string> | string }[] = [
    { what: 'a token that nobody issued', token: () => 'never-issued' },
    { what: 'an ID token', token: (_mock, { id_token }) => id_token },
    {
      what: 'an access token that expired',
      token: (mock, { access_token }) => {
        mock.clock.advance(3600);
        return access_token;
      },
    },
    {
      what: 'a refresh token that expired',
      token: (mock, { refresh_token }) => {
        mock.clock.advance(604_800);
        return refresh_token;
      },
    },
    {
      what: 'an access token that was revoked',
      token: async (mock, { access_token }) => {
        await revoke(mock, access_token);
        return access_token;
      },
    },
    {
      what: 'a refresh token that was revoked',
      token: async (mock, { refresh_token }) => {
        await revoke(mock, refresh_token);
        return refresh_token;
      },
    },
    {
      what: 'an access token whose grant was revoked',
      token: async (mock, { access_token, refresh_token }) => {
        await revoke(mock, refresh_token);
        return access_token;
      },
    },
    {
      what: 'a refresh token that was redeemed',
      token: async (mock, { refresh_token }) => {
        await refresh(mock, refresh_token);
        return refresh_token;
      },
    },
  ];

  test.each(titled(DEAD))('says nothing of %s but that it is not active', async (_what, { token }) => {
    const mock = await mockWithApp();
    const response = await introspect(mock, await token(mock, await tokensOf(mock, APP)));
    expect(wireOf(response)).toEqual({ status: 200, body: { active: false } });
  });

  test('says that a token is active up to the second at which it expires', async () => {
    const mock = await mockWithApp();
    const { access_token: token } = await tokensOf(mock, APP);
    mock.clock.advance(3599);
    expect(await isActive(mock, token)).toBe(true);
    mock.clock.advance(1);
    expect(await isActive(mock, token)).toBe(false);
  });

  // The token endpoint refuses it ("one of a session that was logged out"), introspection still calls it active.
  test('says that a refresh token is not active whose session was logged out', async () => {
    const mock = await mockWithApp();
    const { refresh_token: token, id_token: idToken } = await tokensOf(mock, APP);
    const sid = encodeURIComponent(String(claimsOf(idToken)['sid']));
    await mock.app.inject({ method: 'POST', url: `/_mock/sessions/${sid}/logout` });
    expect((await refresh(mock, token)).json().error).toBe('invalid_grant');
    expect(await isActive(mock, token)).toBe(false);
  });
});

describe.each(['/token/revoke', '/introspect'])('%s', (path) => {
  test.each<[string, Form]>([
    ['without token', {}],
    ['with an empty token', { token: '' }],
  ])('%s is an invalid request', async (_what, form) => {
    const mock = await mockWithApp();
    const response = await post(mock, path, { ...form, ...APP });
    expect(wireOf(response)).toEqual({
      status: 400,
      body: { error: 'invalid_request', error_description: "Missing parameter, 'token'" },
    });
    expect(refusalOf(mock, response).parameter).toBe('token');
  });

  test('takes a token once', async () => {
    const mock = await mockWithApp();
    const response = await mock.app.inject({
      method: 'POST',
      url: `${REALM}${path}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'token=one&token=two&client_id=app&client_secret=secret+of+app',
    });
    expect([response.statusCode, response.json().error]).toEqual([400, 'invalid_request']);
  });

  test.each<[string, Form, string]>([
    ['a wrong secret', { ...APP, client_secret: 'wrong' }, 'Client authentication failed'],
    ['an unknown client', { client_id: 'nobody', client_secret: 'any' }, 'Client authentication failed'],
    ['no client', {}, 'Client authentication failed'],
    ['no secret', { client_id: 'app' }, 'Invalid authentication method for accessing this endpoint.'],
  ])('needs client authentication: %s is refused, and nothing happens to the token', async (...row) => {
    const [_what, form, description] = row;
    const mock = await mockWithApp();
    const { access_token: token } = await tokensOf(mock, APP);
    const response = await post(mock, path, { token, ...form });
    expect(wireOf(response)).toEqual({
      status: 401,
      body: { error: 'invalid_client', error_description: description },
    });
    expect((await userInfo(mock, token)).statusCode).toBe(200);
  });

  test('takes a POST of a form and nothing else', async () => {
    const { app } = await mockWithApp();
    const got = await app.inject(`${REALM}${path}?token=any`);
    expect([got.statusCode, got.headers.allow]).toEqual([405, 'POST, OPTIONS']);
    const json = await app.inject({
      method: 'POST',
      url: `${REALM}${path}`,
      payload: { token: 'any', ...APP },
    });
    expect([json.statusCode, json.json().error_description]).toEqual([400, 'Invalid Content Type']);
  });

  test('leaves no token in the journal', async () => {
    const mock = await mockWithApp();
    const tokens = await tokensOf(mock, APP);
    for (const token of [tokens.access_token, tokens.refresh_token])
      await post(mock, path, { token, ...APP });
    const kept = JSON.stringify(mock.environment.journal.events());
    expect(kept).not.toContain(tokens.access_token);
    expect(kept).not.toContain(tokens.refresh_token);
    expect(kept).not.toContain(APP.client_secret);
  });
});
