/** openid-client 6 at the token endpoint by every method, twice each: for the code, and for the refresh token. */
import { exportJWK, exportSPKI, generateKeyPair, importJWK } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MockCis2, startMockCis2 } from '../../src/index.ts';
import {
  ALEX,
  browser,
  CALLBACK,
  type Listening,
  listen,
  reasonOf,
  redirectOf,
  register,
  SECRET,
} from './support.ts';

/** A key pair of an application: the private half as JWK, the public one in each form that it can be published in. */
async function keyPair(algorithm: 'RS256' | 'ES256', kid: string) {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const pem = await exportSPKI(publicKey);
  return { kid, jwk: await exportJWK(privateKey), published: { ...(await exportJWK(publicKey)), kid }, pem };
}
type KeyPair = Awaited<ReturnType<typeof keyPair>>;

let cis2: MockCis2;
let rsa: KeyPair;
let ec: KeyPair;
let keyServer: Listening;
let fetches = 0;

beforeAll(async () => {
  cis2 = await startMockCis2({ port: 0, logLevel: 'silent' });
  rsa = await keyPair('RS256', 'rsa-1');
  ec = await keyPair('ES256', 'ec-1');
  keyServer = await listen((_request, response) => {
    fetches += 1;
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ keys: [ec.published, rsa.published] }));
  });
});
afterAll(async () => {
  await cis2.close();
  await keyServer.close();
});

/** The library’s authentication by a private key, of which it takes alg; the kid is named or left out. */
async function byKey({ jwk, kid }: KeyPair, algorithm: string, named = true) {
  const key = await importJWK(jwk, algorithm);
  if (key instanceof Uint8Array) throw new TypeError('a private key was expected');
  return client.PrivateKeyJwt(named ? { key, kid } : key);
}

const discover = (clientId: string, authentication: client.ClientAuth) =>
  client.discovery(new URL(cis2.issuer), clientId, undefined, authentication, {
    execute: [client.allowInsecureRequests],
  });

async function logIn(config: client.Configuration) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    mock_login: ALEX.account,
  });
  return client.authorizationCodeGrant(config, redirectOf(await browser().send(url)), { pkceCodeVerifier });
}

/** Logs in and refreshes; both subjects, which are Alex where the client was let in twice. */
async function subjectsOfTwoCalls(clientId: string, authentication: client.ClientAuth) {
  const config = await discover(clientId, authentication);
  const tokens = await logIn(config);
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
  return [tokens.claims()?.sub, refreshed.claims()?.sub];
}

const lastRefusal = async (clientId: string) =>
  (await cis2.journal({ kind: 'refused', client_id: clientId })).at(-1)?.refusal;

/** Where the application’s public key stands, and how often it is fetched for all calls. */
const PUBLISHED = [
  {
    where: 'in its registration',
    fetched: 0,
    key: () => ({ jwks: { keys: [ec.published, rsa.published] } }),
  },
  { where: 'at its jwks_uri', fetched: 1, key: (id: string) => ({ jwks_uri: `${keyServer.url}/${id}` }) },
  { where: 'as a PEM', fetched: 0, key: (_id: string, { pem }: KeyPair) => ({ public_key_pem: pem }) },
];
const BY_KEY = ['RS256', 'RS512', 'PS256', 'ES256'].flatMap((algorithm) =>
  PUBLISHED.map((published) => ({ algorithm, ...published })),
);

test.each(BY_KEY)('private_key_jwt by $algorithm is let in by a key $where', async (row) => {
  const { algorithm, where, fetched, key } = row;
  const pair = algorithm === 'ES256' ? ec : rsa;
  const id = `${algorithm}-${where}`.replaceAll(' ', '-');
  fetches = 0;
  await register(cis2, { client_id: id, token_endpoint_auth_method: 'private_key_jwt', ...key(id, pair) });

  const named = await subjectsOfTwoCalls(id, await byKey(pair, algorithm));
  const nameless = await subjectsOfTwoCalls(id, await byKey(pair, algorithm, false));

  expect([...named, ...nameless]).toEqual(Array(4).fill(ALEX.uid));
  expect(fetches).toBe(fetched);
});

test('private_key_jwt by a key that is not published is refused with invalid_client, and the journal names the kids', async () => {
  await register(cis2, {
    client_id: 'stranger',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [rsa.published] },
  });
  const other = await keyPair('RS256', 'rsa-2');

  const failure = await reasonOf(logIn(await discover('stranger', await byKey(other, 'RS256'))));

  expect(failure).toBeInstanceOf(client.ResponseBodyError);
  expect(failure).toMatchObject({ error: 'invalid_client', error_description: 'JWT is not valid' });
  expect(await lastRefusal('stranger')).toMatchObject({
    found: expect.stringContaining('rsa-2'),
    expected: expect.stringContaining('rsa-1'),
  });
});

test('private_key_jwt by another algorithm than the registered one is refused, and the journal names both', async () => {
  await register(cis2, {
    client_id: 'rs512-only',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [rsa.published] },
    jwks_uri_signing_algorithm: 'RS512',
  });

  const subjects = await subjectsOfTwoCalls('rs512-only', await byKey(rsa, 'RS512'));
  const failure = await reasonOf(logIn(await discover('rs512-only', await byKey(rsa, 'RS256'))));

  expect(subjects).toEqual([ALEX.uid, ALEX.uid]);
  expect(failure).toMatchObject({ error: 'invalid_client' });
  expect(await lastRefusal('rs512-only')).toMatchObject({ found: 'alg RS256', expected: 'RS512' });
});

test('client_secret_jwt is let in by a secret of 32 characters and more, and by no other', async () => {
  await register(cis2, {
    client_id: 'secret-jwt',
    token_endpoint_auth_method: 'client_secret_jwt',
    client_secret: SECRET,
  });

  const subjects = await subjectsOfTwoCalls('secret-jwt', client.ClientSecretJwt(SECRET));
  const failure = await reasonOf(
    logIn(await discover('secret-jwt', client.ClientSecretJwt(`${SECRET}-another`))),
  );

  expect(subjects).toEqual([ALEX.uid, ALEX.uid]);
  expect(failure).toMatchObject({ error: 'invalid_client', error_description: 'JWT is not valid' });
});

test('client_secret_basic is let in where it is registered, whatever characters id and secret have', async () => {
  const id = 'basic:client/+%';
  const secret = 'a secret: 100% +/=&é';
  await register(cis2, {
    client_id: id,
    token_endpoint_auth_method: 'client_secret_basic',
    client_secret: secret,
  });

  const subjects = await subjectsOfTwoCalls(id, client.ClientSecretBasic(secret));

  expect(subjects).toEqual([ALEX.uid, ALEX.uid]);
});

test('none is let in where it is registered, and PKCE is in place of a secret', async () => {
  await register(cis2, { client_id: 'public', token_endpoint_auth_method: 'none' });

  const subjects = await subjectsOfTwoCalls('public', client.None());
  const config = await discover('public', client.None());
  const withoutPkce = client.buildAuthorizationUrl(config, { redirect_uri: CALLBACK, scope: 'openid' });
  const answer = redirectOf(await browser().send(withoutPkce));
  const failure = await reasonOf(client.authorizationCodeGrant(config, answer));

  expect(subjects).toEqual([ALEX.uid, ALEX.uid]);
  expect(failure).toMatchObject({ error: 'invalid_request' });
});

test('Basic, sent by an application that is registered for post, is invalid_client, and the journal says how to mend it', async () => {
  const failure = await reasonOf(
    logIn(await discover('mock-client', client.ClientSecretBasic('mock-secret'))),
  );

  if (!(failure instanceof client.WWWAuthenticateChallengeError)) throw failure;
  expect(failure.status).toBe(401);
  expect(await failure.response.json()).toMatchObject({ error: 'invalid_client' });
  expect((await lastRefusal('mock-client'))?.mend).toContain('client_secret_post');
});
