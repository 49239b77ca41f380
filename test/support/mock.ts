/** A mock to inject requests into, and a browser that keeps cookies and follows nothing by itself. */
import { createHash, randomBytes } from 'node:crypto';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { createMockCis2 } from '../../src/create-mock-cis2.ts';
import { createSigningKeys, type SigningKeys } from '../../src/environment/signing-keys.ts';
import { SESSIONS } from '../../src/login/session.ts';
import type { MockCis2Options } from '../../src/mock-cis2-options.ts';
import { ACCESS_TOKENS, CODES, GRANTS } from '../../src/oidc/grant.ts';

export const REALM = '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';

/** The redirect URI of the default client in tests: let in by its loopback relaxation. */
export const REDIRECT_URI = 'http://localhost:3000/callback';

export const CLIENT = { client_id: 'mock-client', client_secret: 'mock-secret' };

/** A moment on a whole second, so that times in answers can be compared exactly. */
export const START = Date.UTC(2026, 0, 15, 9, 0, 0);

export type Mock = Awaited<ReturnType<typeof testMock>>;

const notShared = () => {
  throw new Error('a test that changes signing keys gives its mock keys of its own');
};

/** Making an RSA key takes longer than most tests; mocks share theirs, which nobody may change. */
const KEYS: SigningKeys = {
  ...createSigningKeys(),
  publish: notShared,
  use: notShared,
  retire: notShared,
};

/** A mock with its clock standing still at START, and no log. */
export async function testMock(options: MockCis2Options = {}) {
  const mock = await createMockCis2({ logLevel: 'silent', keys: KEYS, ...options });
  mock.clock.freeze(START);
  return mock;
}

type Parameters = Readonly<Record<string, string | undefined>>;

export function encode(parameters: Parameters): string {
  const encoded = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) encoded.append(name, value);
  return encoded.toString();
}

/** A good authorization request. */
export const REQUEST = {
  client_id: 'mock-client',
  redirect_uri: REDIRECT_URI,
  response_type: 'code',
  scope: 'openid profile',
  state: 'the-state',
  nonce: 'the-nonce',
};

/** The URL of an authorization request: a good one, with what is given put over it; undefined takes out. */
export const authorizeUrl = (parameters: Parameters = {}): string =>
  `${REALM}/authorize?${encode({ ...REQUEST, ...parameters })}`;

export interface Browser {
  get(url: string): Promise<LightMyRequestResponse>;
  post(url: string, form?: Parameters): Promise<LightMyRequestResponse>;
  cookies: Map<string, string>;
}

/** What takes requests: one server, or several behind a load balancer. */
export interface Injectable {
  inject(options: InjectOptions): Promise<LightMyRequestResponse>;
}

/** A browser of its own: it keeps cookies, posts forms and leaves redirects to the test. */
export function browser(app: Injectable): Browser {
  const cookies = new Map<string, string>();
  async function send(method: 'GET' | 'POST', url: string, payload?: string) {
    const response = await app.inject({
      method,
      url,
      cookies: Object.fromEntries(cookies),
      headers: {
        accept: 'text/html',
        ...(payload === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(payload === undefined ? {} : { payload }),
    });
    for (const { name, value } of response.cookies) cookies.set(name, value);
    return response;
  }
  return {
    cookies,
    get: (url) => send('GET', url),
    post: (url, form = {}) => send('POST', url, encode(form)),
  };
}

export function locationOf(response: LightMyRequestResponse): string {
  const { location } = response.headers;
  if (typeof location !== 'string')
    throw new Error(`no redirect but ${response.statusCode}: ${response.body.slice(0, 300)}`);
  return location;
}

/** The parameters that a redirect carries back to the application. */
export const callback = (response: LightMyRequestResponse) => new URL(locationOf(response)).searchParams;

/** The outcome that ended the log-in, as the header says it. */
export const outcomeOf = (response: LightMyRequestResponse) => response.headers['x-mock-cis2-outcome'];

/** Sends a form of a log-in and follows one redirect to the log-in’s own page, as a browser does. */
export async function submit(
  by: Browser,
  url: string,
  form: Parameters = {},
): Promise<LightMyRequestResponse> {
  const response = await by.post(url, form);
  const location = response.headers.location;
  return typeof location === 'string' && location.startsWith('/') ? by.get(location) : response;
}

/** Begins a log-in on pages; gives the address at which it stands. */
export async function begin(by: Browser, parameters: Parameters = {}): Promise<string> {
  return locationOf(await by.get(authorizeUrl(parameters)));
}

/** Signs in to NHSmail on pages up to the number match; gives the address of the log-in and the last answer. */
export async function signIn(by: Browser, email: string, parameters: Parameters = {}) {
  const login = await begin(by, parameters);
  await submit(by, `${login}/authenticator`, { authenticator: 'nhsmail' });
  const page = await submit(by, `${login}/nhsmail`, { email, password: 'password' });
  return { login, page };
}

/** A whole log-in without pages; gives the answer of the authorization endpoint. */
export const logIn = (by: Browser, persona: string, parameters: Parameters = {}) =>
  by.get(authorizeUrl({ mock_login: persona, ...parameters }));

/** Redeems a code as the default client, with what is given put over the good request. */
export function redeem(by: Browser, code: string | null, parameters: Parameters = {}) {
  return by.post(`${REALM}/access_token`, {
    grant_type: 'authorization_code',
    code: code ?? undefined,
    redirect_uri: REDIRECT_URI,
    ...CLIENT,
    ...parameters,
  });
}

/** What the server holds that could become a token, or another log-in. */
export async function issued({ environment: { store } }: Mock) {
  return {
    sessions: await store.count(SESSIONS),
    grants: await store.count(GRANTS),
    codes: await store.count(CODES),
    accessTokens: await store.count(ACCESS_TOKENS),
  };
}

export const NOTHING_ISSUED = { sessions: 0, grants: 0, codes: 0, accessTokens: 0 };

/** Where a form of the page leads, by the last part of its action. */
export function actionOf({ body }: LightMyRequestResponse, step: string): string {
  return new RegExp(`action="([^"]*/${step})"`).exec(body)?.[1] ?? '';
}

/** The claims inside a JWT, unverified: for looking at, not for trusting. */
export function claimsOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

/** A PKCE verifier and its challenge by S256. */
export function pkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}
