/**
 * What every test of the OpenID Foundation’s conformance suite checks of a log-in, written once. A flow goes the way
 * a relying party goes: by the addresses of the discovery document, through the pages, and with its answers verified
 * against the keys that are served.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import { expect } from 'vitest';
import type { FixturesFile } from '../../src/index.ts';
import { type Browser, browser, encode, locationOf, type Mock, REALM, submit } from '../support/mock.ts';

export type Parameters = Readonly<Record<string, string | undefined>>;

/** A relying party, as it authenticates at the token endpoint. */
export interface RelyingParty {
  clientId: string;
  redirectUri: string;
  /** What it sends with a token request; told the discovery document, which names the audience. */
  authenticate(
    discovery: Discovery,
  ): Promise<{ form?: Parameters; headers?: Readonly<Record<string, string>> }>;
}

export const byPost = (clientId: string, secret: string, redirectUri: string): RelyingParty => ({
  clientId,
  redirectUri,
  authenticate: async () => ({ form: { client_id: clientId, client_secret: secret } }),
});

/** The suite’s own clients: nothing about them is relaxed. */
export const FIXTURES = {
  extends: 'default',
  clients: ['rp-one', 'rp-two'].map((client_id) => ({
    client_id,
    client_secret: `${client_id}-secret`,
    token_endpoint_auth_method: 'client_secret_post' as const,
    redirect_uris: [`https://${client_id}.example.test/callback`],
    post_logout_redirect_uris: [`https://${client_id}.example.test/logged-out`],
    grant_types: ['authorization_code' as const, 'refresh_token' as const],
    default_acr_values: ['AAL2_OR_AAL3_ANY'],
  })),
} satisfies FixturesFile;

export const RP_ONE = byPost('rp-one', 'rp-one-secret', 'https://rp-one.example.test/callback');
export const RP_TWO = byPost('rp-two', 'rp-two-secret', 'https://rp-two.example.test/callback');

export interface Discovery extends Record<string, unknown> {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  userinfo_endpoint: string;
  jwks_uri: string;
  end_session_endpoint: string;
}

/** The path of a URL, for injecting. */
export function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** Discovery: 200, JSON, and exactly the configured issuer. */
export async function assertDiscovery({ app, environment }: Mock): Promise<Discovery> {
  const response = await app.inject(`${REALM}/.well-known/openid-configuration`);
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toMatch(/^application\/json\b/);
  const document = response.json<Discovery>();
  expect(document.issuer).toBe(environment.issuer);
  return document;
}

/** JWKS: keys with distinct kids, and of none more than the public part. */
export async function assertKeySet({ app }: Mock, discovery: Discovery): Promise<JSONWebKeySet> {
  const response = await app.inject(pathOf(discovery.jwks_uri));
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toMatch(/^application\/(jwk-set\+)?json\b/);
  const set = response.json<JSONWebKeySet>();
  expect(set.keys.length).toBeGreaterThan(0);
  for (const key of set.keys) {
    expect(key).toMatchObject({
      kty: 'RSA',
      kid: expect.stringMatching(/./),
      n: expect.any(String),
      e: 'AQAB',
    });
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])
      expect(key).not.toHaveProperty(secret);
  }
  const kids = set.keys.map(({ kid }) => kid);
  expect(new Set(kids).size).toBe(kids.length);
  return set;
}

/** A good authorization request of a relying party, with what is given put over it; undefined takes out. */
export function requestUrl(party: RelyingParty, parameters: Parameters = {}): string {
  const good = {
    client_id: party.clientId,
    redirect_uri: party.redirectUri,
    response_type: 'code',
    scope: 'openid',
    state: 'the-state',
    nonce: 'the-nonce',
  };
  return `${REALM}/authorize?${encode({ ...good, ...parameters })}`;
}

/** Whether the answer sends the person to the pages of a log-in. */
export const asksToSignIn = ({ statusCode, headers }: LightMyRequestResponse): boolean =>
  statusCode === 302 && String(headers.location).startsWith('/login/');

/** Signs in to NHSmail at the page that the answer leads to, as a person does; gives the last answer. */
export async function signInThere(by: Browser, answer: LightMyRequestResponse, email = 'alex.bound@nhs.net') {
  expect(asksToSignIn(answer), `${answer.statusCode} ${answer.headers.location}`).toBe(true);
  const login = locationOf(answer);
  await submit(by, `${login}/authenticator`, { authenticator: 'nhsmail' });
  await submit(by, `${login}/nhsmail`, { email, password: 'password' });
  return by.post(`${login}/number-match`, { answer: 'approve' });
}

/** Sends an authorization request, and signs in where it is asked to. */
export async function authorize(by: Browser, url: string, email?: string): Promise<LightMyRequestResponse> {
  const answer = await by.get(url);
  return asksToSignIn(answer) ? signInThere(by, answer, email) : answer;
}

/** The parameters of a redirect to the relying party, after whose URI nothing else may differ. */
function returned(answer: LightMyRequestResponse, { redirectUri }: RelyingParty): URLSearchParams {
  expect([302, 303]).toContain(answer.statusCode);
  const [uri, query = ''] = locationOf(answer).split('?');
  expect(uri).toBe(redirectUri);
  const parameters = new URLSearchParams(query);
  expect([...new Set(parameters.keys())]).toEqual([...parameters.keys()]);
  return parameters;
}

/** Authorization response: at the redirect URI, state as sent, iss the issuer’s, the code in the query. */
export function assertCode(
  answer: LightMyRequestResponse,
  party: RelyingParty,
  { state, issuer }: { state: string | undefined; issuer: string },
): string {
  const parameters = returned(answer, party);
  expect(Object.fromEntries(parameters)).toEqual({
    code: expect.stringMatching(/^[\x20-\x7e]+$/),
    scope: expect.any(String),
    ...(state === undefined ? {} : { state }),
    iss: issuer,
    client_id: party.clientId,
  });
  return parameters.get('code') ?? '';
}

/** Authorization error response: the error, state as sent, no code, and nothing that no standard names. */
export function assertErrorRedirect(
  answer: LightMyRequestResponse,
  party: RelyingParty,
  error: string,
  state: string | undefined = 'the-state',
) {
  const parameters = returned(answer, party);
  expect(parameters.get('error')).toBe(error);
  expect(parameters.get('state') ?? undefined).toBe(state);
  expect(parameters.get('error_description') ?? '').toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/);
  const known = ['error', 'error_description', 'error_uri', 'state', 'iss'];
  expect([...parameters.keys()].filter((name) => !known.includes(name))).toEqual([]);
}

/** An error page: the browser stays here. */
export function assertErrorPage(answer: LightMyRequestResponse, error: string) {
  expect([answer.statusCode, answer.headers.location]).toEqual([400, undefined]);
  expect(answer.body).toContain(`data-testid="error-code">${error}<`);
}

/** A request to the token endpoint, as a server sends it: without the browser’s cookies. */
export async function tokenRequest(mock: Mock, party: RelyingParty, parameters: Parameters) {
  const discovery = await assertDiscovery(mock);
  const { form = {}, headers = {} } = await party.authenticate(discovery);
  return mock.app.inject({
    method: 'POST',
    url: pathOf(discovery.token_endpoint),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: encode({ ...parameters, ...form }),
  });
}

export const redeemCode = (mock: Mock, party: RelyingParty, code: string, parameters: Parameters = {}) =>
  tokenRequest(mock, party, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: party.redirectUri,
    ...parameters,
  });

export interface Tokens {
  access_token: string;
  id_token: string;
  refresh_token?: string;
  scope: string;
}

/** Token response: 200, JSON, not to be stored, a Bearer token of allowed characters, a lifetime, an ID token. */
export function assertTokens(response: LightMyRequestResponse): Tokens {
  expect(response.statusCode, response.body).toBe(200);
  expect(response.headers['content-type']).toMatch(/^application\/json\b/);
  expect(response.headers['cache-control']).toContain('no-store');
  const tokens = response.json();
  expect(tokens).toMatchObject({
    token_type: 'Bearer',
    access_token: expect.stringMatching(/^[\w.~+/-]+=*$/),
    id_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
  });
  expect(tokens.expires_in).toBeGreaterThan(0);
  return tokens;
}

/** A refusal of the token endpoint: JSON with the error, and no token. */
export function assertTokenError(response: LightMyRequestResponse, status: number, error: string) {
  expect(response.headers['content-type']).toMatch(/^application\/json\b/);
  expect(response.headers['cache-control']).toContain('no-store');
  expect([response.statusCode, response.json()]).toEqual([
    status,
    { error, error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/) },
  ]);
}

const STRINGS =
  'name given_name family_name middle_name nickname preferred_username profile picture website email gender birthdate zoneinfo locale phone_number';

/** OpenID Connect Core section 5.1: each standard claim that is there has its JSON type, and no text is empty. */
function assertStandardClaims(claims: Readonly<Record<string, unknown>>) {
  for (const name of STRINGS.split(' ')) {
    if (name in claims) expect(claims[name], name).toEqual(expect.stringMatching(/./));
  }
  for (const name of ['email_verified', 'phone_number_verified']) {
    if (name in claims) expect(claims[name], name).toEqual(expect.any(Boolean));
  }
  if ('address' in claims) expect(claims['address']).toEqual(expect.any(Object));
  if ('updated_at' in claims) expect(claims['updated_at']).toEqual(expect.any(Number));
}

const leftHalf = (text: string) =>
  createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');

const FIFTY_YEARS = 50 * 365 * 86_400;

/** ID token: signature by a served key, and every claim that the suite looks at. */
export async function assertIdToken(
  mock: Mock,
  { id_token, access_token }: Pick<Tokens, 'id_token' | 'access_token'>,
  expected: { clientId: string; nonce?: string | undefined },
): Promise<JWTPayload> {
  const discovery = await assertDiscovery(mock);
  const keys = await assertKeySet(mock, discovery);
  const { alg, kid } = decodeProtectedHeader(id_token);
  expect([alg, keys.keys.map((key) => key.kid)]).toEqual(['RS256', expect.arrayContaining([kid])]);
  const now = Math.floor(mock.clock.now() / 1000);
  const { payload } = await jwtVerify(id_token, createLocalJWKSet(keys), {
    algorithms: ['RS256'],
    issuer: discovery.issuer,
    audience: expected.clientId,
    currentDate: new Date(mock.clock.now()),
    requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'at_hash'],
  });
  expect(payload.sub).toMatch(/./);
  expect([Number.isInteger(payload.exp), Number.isInteger(payload.iat)]).toEqual([true, true]);
  expect(payload.exp).toBeLessThan(now + FIFTY_YEARS);
  expect(payload.iat).toBeLessThanOrEqual(now);
  expect(Number.isInteger(payload['auth_time'])).toBe(true);
  expect(payload['auth_time']).toBeLessThanOrEqual(now);
  expect(payload['acr']).toMatch(/./);
  expect(payload['nonce']).toBe(expected.nonce);
  expect(payload['at_hash']).toBe(leftHalf(access_token));
  assertStandardClaims(payload);
  return payload;
}

/** UserInfo: 200, JSON, the ID token’s sub. */
export function assertUserInfo(response: LightMyRequestResponse, sub: string): Record<string, unknown> {
  expect(response.statusCode, response.body).toBe(200);
  expect(response.headers['content-type']).toMatch(/^application\/json\b/);
  const claims = response.json<Record<string, unknown>>();
  expect(claims['sub']).toBe(sub);
  assertStandardClaims(claims);
  return claims;
}

export interface HappyFlow {
  code: string;
  tokens: Tokens;
  claims: JWTPayload & { sub: string };
  userinfo: Record<string, unknown>;
}

/**
 * A whole log-in with every check of every test of the suite. Where `answer` is given, it is the authorization
 * response to go on from; otherwise a good request is sent, with the parameters put over it.
 */
export async function assertHappyFlow(
  mock: Mock,
  flow: {
    by?: Browser;
    party?: RelyingParty;
    parameters?: Parameters;
    answer?: LightMyRequestResponse;
    email?: string;
    verifier?: string;
  } = {},
): Promise<HappyFlow> {
  const { by = browser(mock.app), party = RP_ONE, verifier } = flow;
  const sent = { state: `s ${randomUUID()}/+&=é`, nonce: randomUUID(), ...flow.parameters };
  const answer = flow.answer ?? (await authorize(by, requestUrl(party, sent), flow.email));
  const expected = flow.answer ? { state: 'the-state', nonce: 'the-nonce', ...flow.parameters } : sent;
  const discovery = await assertDiscovery(mock);
  const code = assertCode(answer, party, { state: expected.state, issuer: discovery.issuer });
  const extra = verifier === undefined ? {} : { code_verifier: verifier };
  const tokens = assertTokens(await redeemCode(mock, party, code, extra));
  const claims = await assertIdToken(mock, tokens, { clientId: party.clientId, nonce: expected.nonce });
  const sub = String(claims.sub);
  const userinfo = assertUserInfo(await userInfo(mock, tokens.access_token), sub);
  return { code, tokens, claims: { ...claims, sub }, userinfo };
}

/** UserInfo by GET with the token in the header. */
export const userInfo = ({ app }: Mock, accessToken: string) =>
  app.inject({ url: `${REALM}/userinfo`, headers: { authorization: `Bearer ${accessToken}` } });
