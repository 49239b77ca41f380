/** oidcc-basic-certification-test-plan: codes, refresh tokens, PKCE; and what is cheap besides: assertions and keys. */
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { createSigningKeys } from '../../src/environment/signing-keys.ts';
import { browser, type Mock, pkce, REALM, testMock } from '../support/mock.ts';
import {
  assertCode,
  assertDiscovery,
  assertHappyFlow,
  assertIdToken,
  assertKeySet,
  assertTokenError,
  assertTokens,
  authorize,
  type Discovery,
  FIXTURES,
  type HappyFlow,
  type RelyingParty,
  RP_ONE,
  RP_TWO,
  redeemCode,
  requestUrl,
  tokenRequest,
  userInfo,
} from './support.ts';

const suiteMock = () => testMock({ fixtures: FIXTURES });

describe('a code is redeemed once', () => {
  test('oidcc-codereuse: the second redemption at once is invalid_grant', async () => {
    const mock = await suiteMock();
    const { code } = await assertHappyFlow(mock);
    assertTokenError(await redeemCode(mock, RP_ONE, code), 400, 'invalid_grant');
  });

  test('oidcc-codereuse-30seconds: so it is 30 seconds later, and the first access token is refused from then on', async () => {
    const mock = await suiteMock();
    const { code, tokens } = await assertHappyFlow(mock);
    mock.clock.advance(30);
    expect((await userInfo(mock, tokens.access_token)).statusCode).toBe(200);
    assertTokenError(await redeemCode(mock, RP_ONE, code), 400, 'invalid_grant');
    const refused = await userInfo(mock, tokens.access_token);
    expect([refused.statusCode, refused.json()]).toMatchObject([401, { error: 'invalid_token' }]);
    expect(refused.headers['www-authenticate']).toMatch(/^Bearer .*error="invalid_token"/);
  });
});

describe('refresh tokens', () => {
  const refresh = (mock: Mock, party: RelyingParty, { tokens }: HappyFlow) =>
    tokenRequest(mock, party, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token });

  test('oidcc-refresh-token: a new access token, and an ID token of the same sign-in', async () => {
    const mock = await suiteMock();
    const first = await assertHappyFlow(mock);
    mock.clock.advance(10);
    const tokens = assertTokens(await refresh(mock, RP_ONE, first));
    expect(tokens.access_token).not.toBe(first.tokens.access_token);
    const claims = await assertIdToken(mock, tokens, { clientId: RP_ONE.clientId });
    const { iss, sub, aud, auth_time, iat } = first.claims;
    expect(claims).toMatchObject({ iss, sub, aud, auth_time, iat: Number(iat) + 10 });
    expect((await userInfo(mock, tokens.access_token)).json()).toEqual({ sub });
  });

  test('oidcc-refresh-token: one that a second client uses is invalid_grant, and stays good for its own', async () => {
    const mock = await suiteMock();
    const first = await assertHappyFlow(mock);
    assertTokenError(await refresh(mock, RP_TWO, first), 400, 'invalid_grant');
    assertTokens(await refresh(mock, RP_ONE, first));
  });

  test('oidcc-refresh-token: discovery names the grant types that work', async () => {
    const { grant_types_supported } = await assertDiscovery(await suiteMock());
    expect(grant_types_supported).toEqual(['authorization_code', 'refresh_token']);
  });
});

describe('PKCE', () => {
  async function codeWithChallenge(mock: Mock, parameters: Record<string, string>) {
    const answer = await authorize(browser(mock.app), requestUrl(RP_ONE, parameters));
    return assertCode(answer, RP_ONE, { state: 'the-state', issuer: mock.environment.issuer });
  }

  test('oidcc-ensure-request-with-valid-pkce-succeeds: S256 and its verifier', async () => {
    const { verifier, challenge } = pkce();
    const parameters = { code_challenge: challenge, code_challenge_method: 'S256' };
    await assertHappyFlow(await suiteMock(), { parameters, verifier });
  });

  test.each([
    ['a wrong verifier', { code_verifier: pkce().verifier }],
    ['no verifier', {}],
  ])('oidcc-ensure-request-with-valid-pkce-succeeds: with %s it is invalid_grant', async (_what, sent) => {
    const mock = await suiteMock();
    const { challenge } = pkce();
    const code = await codeWithChallenge(mock, { code_challenge: challenge, code_challenge_method: 'S256' });
    assertTokenError(await redeemCode(mock, RP_ONE, code, sent), 400, 'invalid_grant');
  });
});

/** A client with a key of its own, that names the audience it is told to. */
async function assertingParty(audience: (discovery: Discovery) => string) {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const client = {
    client_id: 'rp-with-key',
    token_endpoint_auth_method: 'private_key_jwt' as const,
    redirect_uris: [RP_ONE.redirectUri],
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', use: 'sig', alg: 'ES256' }] },
    default_acr_values: ['AAL2_OR_AAL3_ANY'],
  };
  const mock = await testMock({ fixtures: { extends: 'default', clients: [client] } });
  const now = Math.floor(mock.clock.now() / 1000);
  const party: RelyingParty = {
    clientId: client.client_id,
    redirectUri: RP_ONE.redirectUri,
    async authenticate(discovery) {
      const assertion = await new SignJWT({ jti: randomUUID() })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .setIssuer(client.client_id)
        .setSubject(client.client_id)
        .setAudience(audience(discovery))
        .setIssuedAt(now)
        .setExpirationTime(now + 60)
        .sign(privateKey);
      return {
        form: {
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: assertion,
        },
      };
    },
  };
  return { mock, party };
}

describe('client assertions', () => {
  test('oidcc-ensure-client-assertion-with-iss-aud-succeeds: aud is the issuer', async () => {
    const { mock, party } = await assertingParty(({ issuer }) => issuer);
    await assertHappyFlow(mock, { party });
  });

  test('oidcc-ensure-client-assertion-with-iss-aud-succeeds: aud is the token endpoint', async () => {
    const { mock, party } = await assertingParty(({ token_endpoint }) => token_endpoint);
    await assertHappyFlow(mock, { party });
  });

  test('oidcc-ensure-client-assertion-with-iss-aud-succeeds: with any other aud the client is not let in', async () => {
    const { mock, party } = await assertingParty(() => 'https://other.example.test');
    const answer = await authorize(browser(mock.app), requestUrl(party));
    const code = assertCode(answer, party, { state: 'the-state', issuer: mock.environment.issuer });
    assertTokenError(await redeemCode(mock, party, code), 401, 'invalid_client');
  });
});

describe('keys', () => {
  test('oidcc-server-rotate-keys: the new key is served and signs, and the old one stays', async () => {
    // Keys of its own: the others of this file are shared.
    const mock = await testMock({ fixtures: FIXTURES, keys: createSigningKeys() });
    const kids = async () =>
      (await assertKeySet(mock, await assertDiscovery(mock))).keys.map(({ kid }) => kid);
    const change = (action: string) =>
      mock.app.inject({ method: 'POST', url: '/_mock/keys', payload: { action } });
    const before = await kids();
    const old = await assertHappyFlow(mock);
    await change('publish');
    const after = await kids();
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after.length).toBe(before.length + 1);
    await change('use');
    const fresh = await assertHappyFlow(mock);
    expect(kidOf(fresh.tokens.id_token)).not.toBe(kidOf(old.tokens.id_token));
    expect(before).not.toContain(kidOf(fresh.tokens.id_token));
    await assertIdToken(mock, old.tokens, { clientId: RP_ONE.clientId, nonce: String(old.claims['nonce']) });
  });
});

const kidOf = (jwt: string): string =>
  JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString('utf8')).kid;

test('UserInfo without a token, or with a made-up one, is refused', async () => {
  const mock = await suiteMock();
  for (const response of [await mock.app.inject(`${REALM}/userinfo`), await userInfo(mock, 'made-up')]) {
    expect([response.statusCode, response.json()]).toMatchObject([401, { error: 'invalid_token' }]);
  }
});
