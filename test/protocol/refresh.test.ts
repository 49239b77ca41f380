/** Refresh tokens: each is used once, and what goes wrong with one ends its whole family. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { FixturesFile } from '../../src/index.ts';
import { browser, claimsOf, encode, logIn, type Mock, REALM, testMock } from '../support/mock.ts';
import {
  CLIENT_BASE,
  codeFor,
  type Form,
  INVALID_GRANT,
  ISSUER,
  NOW,
  post,
  redeemBy,
  refusalOf,
  type Tokens,
  titled,
  tokensOf,
  userInfo,
  wireOf,
  withClients,
} from './support.ts';

const refreshing = (clientId: string) => ({
  ...CLIENT_BASE,
  client_id: clientId,
  token_endpoint_auth_method: 'client_secret_post' as const,
  client_secret: `secret of ${clientId}`,
  grant_types: ['authorization_code' as const, 'refresh_token' as const],
});

const credentials = (clientId: string) => ({
  client_id: clientId,
  client_secret: `secret of ${clientId}`,
});

const APP = credentials('app');
const OTHER = credentials('other-app');

const mockWithApps = (settings?: FixturesFile['settings']) =>
  testMock({ fixtures: withClients([refreshing('app'), refreshing('other-app')], settings) });

const refresh = (mock: Mock, refreshToken: string, form: Form = APP) =>
  post(mock, '/access_token', { grant_type: 'refresh_token', refresh_token: refreshToken, ...form });

/** New tokens for a refresh token; throws where there are none. */
async function refreshed(mock: Mock, refreshToken: string, form: Form = APP): Promise<Tokens> {
  const response = await refresh(mock, refreshToken, form);
  if (response.statusCode !== 200) throw new Error(`no tokens but ${response.statusCode}: ${response.body}`);
  return response.json();
}

/** Which of these tokens are worth something: access tokens at UserInfo, then the refresh token, which is used. */
async function worthOf(mock: Mock, accessTokens: readonly string[], refreshToken: string) {
  const answers = [];
  for (const token of accessTokens) answers.push((await userInfo(mock, token)).statusCode);
  return [...answers, (await refresh(mock, refreshToken)).statusCode];
}

describe('a refresh token comes', () => {
  test('with the tokens of a client that is registered for it, and with no others', async () => {
    const mock = await mockWithApps();
    const plain = { client_id: 'mock-client', client_secret: 'mock-secret' };
    expect(Object.keys(await tokensOf(mock, plain))).not.toContain('refresh_token');
    const { refresh_token: token } = await tokensOf(mock, APP);
    expect(token).toMatch(/^[\w-]{43}$/);
  });

  test('as soon as a client is registered for it by the control API, and no longer than it is', async () => {
    const mock = await mockWithApps();
    const { refresh_token: before } = await tokensOf(mock, APP);
    const { grant_types: _, ...withoutIt } = refreshing('app');
    const put = await mock.app.inject({ method: 'PUT', url: '/_mock/clients/app', payload: withoutIt });
    expect(put.statusCode).toBe(200);
    expect((await refresh(mock, before)).json().error).toBe('unauthorized_client');
    expect(Object.keys(await tokensOf(mock, APP))).not.toContain('refresh_token');
  });
});

describe('a refresh gives', () => {
  test('a new access token, ID token and refresh token, and all go on working', async () => {
    const mock = await mockWithApps();
    const first = await tokensOf(mock, APP);
    const response = await refresh(mock, first.refresh_token);
    expect([response.statusCode, response.headers['cache-control']]).toEqual([200, 'no-store']);
    const second: Tokens = response.json();
    expect(second).toEqual({
      access_token: expect.stringMatching(/^[\w-]{43}$/),
      refresh_token: expect.stringMatching(/^[\w-]{43}$/),
      scope: first.scope,
      token_type: 'Bearer',
      expires_in: 3600,
      id_token: expect.stringMatching(/^eyJ/),
    });
    const third = await refreshed(mock, second.refresh_token);
    const tokens = [first, second, third].flatMap((each) => [each.access_token, each.refresh_token]);
    expect(new Set(tokens).size).toBe(6);
    for (const { access_token } of [first, second, third])
      expect((await userInfo(mock, access_token)).statusCode).toBe(200);
  });

  test('an ID token of the same sign-in: only its times and hashes are new, and no nonce is in it', async () => {
    const mock = await mockWithApps();
    const first = await tokensOf(mock, APP, { nonce: 'the-nonce' });
    mock.clock.advance(1000);
    const second = await refreshed(mock, first.refresh_token);
    const [before, after] = [claimsOf(first.id_token), claimsOf(second.id_token)];
    expect(before).toMatchObject({ nonce: 'the-nonce', iat: NOW, auth_time: NOW });
    const same = ['iss', 'sub', 'aud', 'azp', 'auth_time', 'sid', 'acr', 'amr', 'uid', 'name', 'realm'];
    for (const name of same) expect([name, after[name]]).toEqual([name, before[name]]);
    expect(after).toMatchObject({
      iss: ISSUER,
      aud: 'app',
      iat: NOW + 1000,
      exp: NOW + 4600,
      at_hash: createHash('sha256')
        .update(second.access_token)
        .digest()
        .subarray(0, 16)
        .toString('base64url'),
    });
    for (const name of ['nonce', 'c_hash', 's_hash']) expect(after).not.toHaveProperty(name);
    expect(second).not.toHaveProperty('nonce');
  });

  test('an ID token that carries the role that was selected at the sign-in', async () => {
    const mock = await mockWithApps();
    const first = await tokensOf(mock, APP, {
      scope: 'openid selectedrole nationalrbacaccess',
      mock_login: 'robin.roles@nhs.net',
      mock_role: '930001020002',
    });
    const second = await refreshed(mock, first.refresh_token);
    expect(claimsOf(second.id_token)['selected_roleid']).toBe('930001020002');
  });
});

describe('a refresh token that is used again', () => {
  test('is refused, and its whole family is dead', async () => {
    const mock = await mockWithApps();
    const first = await tokensOf(mock, APP);
    const second = await refreshed(mock, first.refresh_token);
    const third = await refreshed(mock, second.refresh_token);
    const reuse = await refresh(mock, first.refresh_token);
    expect(wireOf(reuse)).toEqual(INVALID_GRANT);
    expect(refusalOf(mock, reuse)).toMatchObject({
      parameter: 'refresh_token',
      found: 'a refresh token that was used before',
    });
    const accessTokens = [first, second, third].map(({ access_token }) => access_token);
    expect(await worthOf(mock, accessTokens, third.refresh_token)).toEqual([401, 401, 401, 400]);
    expect(mock.environment.journal.events({ kind: 'grant_revoked' })).toHaveLength(1);
  });

  test('at once: one gets tokens, and they are dead already', async () => {
    const mock = await mockWithApps();
    const first = await tokensOf(mock, APP);
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(mock, first.refresh_token)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 400, 400, 400, 400]);
    const second: Tokens | undefined = answers.find(({ statusCode }) => statusCode === 200)?.json();
    const accessTokens = [first.access_token, second?.access_token ?? ''];
    expect(await worthOf(mock, accessTokens, second?.refresh_token ?? '')).toEqual([401, 401, 400]);
  });

  test('leaves another sign-in of the same person and client alone', async () => {
    const mock = await mockWithApps();
    const [one, another] = [await tokensOf(mock, APP), await tokensOf(mock, APP)];
    await refreshed(mock, one.refresh_token);
    await refresh(mock, one.refresh_token);
    expect(await worthOf(mock, [another.access_token], another.refresh_token)).toEqual([200, 200]);
  });

  test('is dead too where the code that it came of is used again', async () => {
    const mock = await mockWithApps();
    const code = await codeFor(mock, 'app');
    const first: Tokens = (await redeemBy(mock, code, APP)).json();
    const second = await refreshed(mock, first.refresh_token);
    expect(wireOf(await redeemBy(mock, code, APP))).toEqual(INVALID_GRANT);
    expect(await worthOf(mock, [second.access_token], second.refresh_token)).toEqual([401, 400]);
  });

  // The scope is looked at before the reuse: asking for too much hides that the token was used before.
  test('is a reuse whatever scope it asks for', async () => {
    const mock = await mockWithApps();
    const first = await tokensOf(mock, APP);
    await refreshed(mock, first.refresh_token);
    const reuse = await refresh(mock, first.refresh_token, { ...APP, scope: 'openid email' });
    expect(wireOf(reuse)).toEqual(INVALID_GRANT);
  });
});

describe('a refresh token is bound to its client', () => {
  test('another one is refused, and it stays usable by its own', async () => {
    const mock = await mockWithApps();
    const { refresh_token: token, access_token: accessToken } = await tokensOf(mock, APP);
    const response = await refresh(mock, token, OTHER);
    expect(wireOf(response)).toEqual(INVALID_GRANT);
    expect(refusalOf(mock, response).found).toBe('a refresh token of another client, sent by other-app');
    expect(await worthOf(mock, [accessToken], token)).toEqual([200, 200]);
  });

  test('who proves by its secret that it is the one, or else it stays usable', async () => {
    const mock = await mockWithApps();
    const { refresh_token: token } = await tokensOf(mock, APP);
    const response = await refresh(mock, token, { ...APP, client_secret: 'wrong' });
    expect([response.statusCode, response.json().error]).toEqual([401, 'invalid_client']);
    expect((await refresh(mock, token)).statusCode).toBe(200);
  });

  test.each<[string, (tokens: Tokens, code: string) => string]>([
    ['one that nobody issued', () => 'never-issued'],
    ['an access token', ({ access_token }) => access_token],
    ['an ID token', ({ id_token }) => id_token],
    ['a code', (_tokens, code) => code],
    ['the name of something in every object', () => '__proto__'],
  ])('%s is none', async (_what, pick) => {
    const mock = await mockWithApps();
    const code = await codeFor(mock, 'app');
    const response = await refresh(mock, pick(await tokensOf(mock, APP), code));
    expect(wireOf(response)).toEqual(INVALID_GRANT);
    expect(refusalOf(mock, response).found).toBe('an unknown, expired or revoked one');
  });

  test('and is no access token itself', async () => {
    const mock = await mockWithApps();
    const { refresh_token: token } = await tokensOf(mock, APP);
    expect((await userInfo(mock, token)).statusCode).toBe(401);
  });
});

describe('a refresh token expires', () => {
  test('after timeouts.refresh_token_seconds and not before; each new one lives as long again', async () => {
    const mock = await mockWithApps();
    const first = await tokensOf(mock, APP);
    mock.clock.advance(604_799);
    const second = await refreshed(mock, first.refresh_token);
    expect((await userInfo(mock, second.access_token)).statusCode).toBe(200);
    mock.clock.advance(604_799);
    const third = await refreshed(mock, second.refresh_token);
    mock.clock.advance(604_800);
    const response = await refresh(mock, third.refresh_token);
    expect(wireOf(response)).toEqual(INVALID_GRANT);
    expect(refusalOf(mock, response).found).toBe('an unknown, expired or revoked one');
  });

  test('after the time that the settings name', async () => {
    const mock = await mockWithApps({ timeouts: { refresh_token_seconds: 7200 } });
    const [one, another] = [await tokensOf(mock, APP), await tokensOf(mock, APP)];
    mock.clock.advance(7199);
    expect((await refresh(mock, one.refresh_token)).statusCode).toBe(200);
    mock.clock.advance(1);
    expect((await refresh(mock, another.refresh_token)).statusCode).toBe(400);
  });

  // The grant is made to end with the refresh token, though the access token lives longer.
  test('without taking an access token with it that lives longer', async () => {
    const mock = await mockWithApps({ timeouts: { refresh_token_seconds: 60 } });
    const { access_token: token } = await tokensOf(mock, APP);
    mock.clock.advance(61);
    expect((await userInfo(mock, token)).statusCode).toBe(200);
  });
});

describe('the scope of a refresh', () => {
  const WIDE = 'openid profile email nationalrbacaccess';

  test('is the whole one where none is named', async () => {
    const mock = await mockWithApps();
    const first = await tokensOf(mock, APP, { scope: WIDE });
    const second = await refreshed(mock, first.refresh_token);
    expect(second.scope).toBe(first.scope);
    const claims = [first, second].map(async ({ access_token }) =>
      (await userInfo(mock, access_token)).json(),
    );
    const [before, after] = await Promise.all(claims);
    expect(before).toHaveProperty('nhsid_nrbac_roles');
    expect(after).toEqual(before);
  });

  test('may be narrower: UserInfo shows less, and the next refresh may have the whole again', async () => {
    const mock = await mockWithApps();
    const first = await tokensOf(mock, APP, { scope: WIDE });
    const narrow = await refreshed(mock, first.refresh_token, { ...APP, scope: 'openid email' });
    expect(narrow.scope).toBe('openid email');
    const shown = (await userInfo(mock, narrow.access_token)).json();
    expect(shown).toMatchObject({ sub: '910000000101', email: 'alex.bound@nhs.net' });
    expect(shown).not.toHaveProperty('nhsid_nrbac_roles');
    expect(shown).not.toHaveProperty('given_name');
    // The access token of before keeps what it was issued for.
    expect((await userInfo(mock, first.access_token)).json()).toHaveProperty('nhsid_nrbac_roles');
    const whole = await refreshed(mock, narrow.refresh_token);
    expect(whole.scope).toBe(first.scope);
  });

  test.each([
    ['one of CIS2’s that was not granted', 'openid email', 'email'],
    ['one that nobody knows', 'openid offline_access', 'offline_access'],
    ['several', 'email openid associatedorgs profile', 'email associatedorgs'],
  ])('may not be wider, by %s; and the token stays usable', async (_what, scope, found) => {
    const mock = await mockWithApps();
    const { refresh_token: token } = await tokensOf(mock, APP, { scope: 'openid profile' });
    const response = await refresh(mock, token, { ...APP, scope });
    expect(wireOf(response)).toEqual({
      status: 400,
      body: {
        error: 'invalid_scope',
        error_description: 'The requested scope exceeds the scope granted.',
      },
    });
    expect(refusalOf(mock, response)).toMatchObject({
      parameter: 'scope',
      found,
      expected: 'openid profile',
    });
    expect((await refresh(mock, token)).statusCode).toBe(200);
  });
});

describe('a refresh token ends with the session that is logged out', () => {
  const endings: readonly { what: string; end: (mock: Mock, tokens: Tokens) => Promise<number> }[] = [
    {
      what: 'by the application, with id_token_hint',
      end: async ({ app }, { id_token }) => {
        const query = encode({ id_token_hint: id_token });
        return (await app.inject(`${REALM}/connect/endSession?${query}`)).statusCode;
      },
    },
    {
      what: 'by the control API',
      end: async ({ app }, { id_token }) => {
        const sid = encodeURIComponent(String(claimsOf(id_token)['sid']));
        return (await app.inject({ method: 'POST', url: `/_mock/sessions/${sid}/logout` })).statusCode;
      },
    },
  ];

  test.each(titled(endings))('%s', async (_what, { end }) => {
    const mock = await mockWithApps();
    const first = await tokensOf(mock, APP);
    const second = await refreshed(mock, first.refresh_token);
    const another = await tokensOf(mock, APP);
    expect(await end(mock, second)).toBe(200);
    const response = await refresh(mock, second.refresh_token);
    expect(wireOf(response)).toEqual(INVALID_GRANT);
    expect(refusalOf(mock, response).found).toBe('one of a session that was logged out');
    // Another browser’s session goes on.
    expect((await refresh(mock, another.refresh_token)).statusCode).toBe(200);
  });

  test('for good, whatever time the settings give to refresh tokens afterwards', async () => {
    const mock = await mockWithApps();
    const { refresh_token: token, id_token } = await tokensOf(mock, APP);
    const shorter = { timeouts: { refresh_token_seconds: 60 } };
    await mock.app.inject({ method: 'PATCH', url: '/_mock/settings', payload: shorter });
    const sid = encodeURIComponent(String(claimsOf(id_token)['sid']));
    await mock.app.inject({ method: 'POST', url: `/_mock/sessions/${sid}/logout` });
    mock.clock.advance(61);
    expect(refusalOf(mock, await refresh(mock, token)).found).toBe('one of a session that was logged out');
  });

  test('since another person signed in at the same browser', async () => {
    const mock = await mockWithApps();
    const by = browser(mock.app);
    const code = new URL(
      String((await logIn(by, 'alex.bound@nhs.net', { client_id: 'app' })).headers.location),
    );
    const tokens: Tokens = (await redeemBy(mock, code.searchParams.get('code') ?? '', APP)).json();
    await logIn(by, 'robin.roles@nhs.net', { client_id: 'app' });
    expect(wireOf(await refresh(mock, tokens.refresh_token))).toEqual(INVALID_GRANT);
  });

  test('and not with one that has merely expired', async () => {
    const mock = await mockWithApps();
    const { refresh_token: token } = await tokensOf(mock, APP);
    mock.clock.advance(7201);
    await mock.environment.background.settled();
    expect((await mock.app.inject('/_mock/sessions')).json()).toEqual([]);
    expect((await refresh(mock, token)).statusCode).toBe(200);
  });

  test('and not with one that has expired and whose clients were told', async () => {
    // Only the session of a client that is to be told is looked at when its time is over.
    const told = { ...refreshing('app'), backchannel_logout_uri: 'http://127.0.0.1:1/backchannel-logout' };
    const mock = await testMock({ fixtures: withClients([told]) });
    const { refresh_token: token } = await tokensOf(mock, APP);
    mock.clock.advance(1800);
    await mock.environment.background.settled();
    expect(mock.environment.journal.events({ kind: 'session_ended' })).toHaveLength(1);
    expect((await refresh(mock, token)).statusCode).toBe(200);
  });
});

describe('the grant type', () => {
  const errorOf = async (form: Form) => {
    const mock = await mockWithApps();
    const response = await post(mock, '/access_token', form);
    const refusal = refusalOf(mock, response);
    return { status: response.statusCode, ...response.json(), found: refusal.found };
  };
  const PLAIN = { client_id: 'mock-client', client_secret: 'mock-secret' };

  test('refresh_token is unauthorized_client for a client that is not registered for it', async () => {
    expect(await errorOf({ grant_type: 'refresh_token', refresh_token: 'any', ...PLAIN })).toEqual({
      status: 400,
      error: 'unauthorized_client',
      error_description: 'The client is not registered for this grant type.',
      found: 'refresh_token',
    });
  });

  test.each(['password', 'client_credentials', 'REFRESH_TOKEN', 'constructor', '__proto__'])(
    '%s is unsupported_grant_type',
    async (grantType) => {
      expect(await errorOf({ grant_type: grantType, ...APP })).toEqual({
        status: 400,
        error: 'unsupported_grant_type',
        error_description: 'Grant type is not supported.',
        found: grantType,
      });
    },
  );

  test.each<[string, Form, string]>([
    ['without grant_type', { refresh_token: 'any' }, 'grant_type'],
    ['without refresh_token', { grant_type: 'refresh_token' }, 'refresh_token'],
    ['with an empty refresh_token', { grant_type: 'refresh_token', refresh_token: '' }, 'refresh_token'],
  ])('%s the request is invalid', async (_what, form, missing) => {
    expect(await errorOf({ ...form, ...APP })).toMatchObject({
      status: 400,
      error: 'invalid_request',
      error_description: `Missing parameter, '${missing}'`,
    });
  });
});

test('the journal and the log tell of refreshes and never hold a token of them', async () => {
  const lines: string[] = [];
  const mock = await testMock({
    fixtures: withClients([refreshing('app')]),
    logLevel: 'trace',
    logTo: { write: (line) => lines.push(line) },
  });
  const first = await tokensOf(mock, APP);
  const second = await refreshed(mock, first.refresh_token);
  await refresh(mock, first.refresh_token);
  const kept = JSON.stringify(mock.environment.journal.events()) + lines.join('');
  expect(kept).toContain('The refresh token was redeemed for new tokens.');
  for (const { access_token, refresh_token } of [first, second]) {
    expect(kept).not.toContain(access_token);
    expect(kept).not.toContain(refresh_token);
  }
});
