/** What the protocol tests share: clients that authenticate in every way, assertions, tokens and their refusals. */
import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { type JWTPayload, SignJWT } from 'jose';
import type { FixturesFile, JournalEvent } from '../../src/index.ts';
import {
  authorizeUrl,
  browser,
  callback,
  encode,
  type Mock,
  REALM,
  REDIRECT_URI,
  START,
} from '../support/mock.ts';

export const PERSONA = 'alex.bound@nhs.net';

export const ISSUER = `http://localhost:8585${REALM}`;
export const TOKEN_ENDPOINT = `${ISSUER}/access_token`;

/** START in seconds since 1970, as JWTs count. */
export const NOW = START / 1000;

export const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The default client with a key, and its private key: no test has to make an RSA key for it. */
export const KEY_CLIENT = 'mock-client-private-key-jwt';
export const EXAMPLE_JWK: JsonWebKey & { kid: string } = JSON.parse(
  readFileSync(new URL('../../examples/mock-client-private-key-jwt.jwk.json', import.meta.url), 'utf8'),
);
export const EXAMPLE_KEY: KeyObject = createPrivateKey({ key: EXAMPLE_JWK, format: 'jwk' });

export type Form = Readonly<Record<string, string | undefined>>;

/** What every client of these tests has in common. */
export const CLIENT_BASE = {
  redirect_uris: [REDIRECT_URI],
  default_acr_values: ['AAL2_OR_AAL3_ANY'],
};

type ClientFixture = NonNullable<FixturesFile['clients']>[number];

/** The default fixtures with more clients, and with other settings. */
export const withClients = (
  clients: readonly ClientFixture[],
  settings?: FixturesFile['settings'],
): FixturesFile => ({
  extends: 'default',
  clients: [...clients],
  ...(settings === undefined ? {} : { settings }),
});

/** The public half of a key, as a client publishes it. */
export const publicJwk = (key: KeyObject, kid?: string): Record<string, unknown> => ({
  ...createPublicKey(key).export({ format: 'jwk' }),
  ...(kid === undefined ? {} : { kid }),
});

/** Claims of any type: a broken library signs them all the same. */
export type Claims = Readonly<Record<string, unknown>>;

/** The claims of a good assertion, with what is given put over them; undefined takes out. */
export function assertionClaims(clientId: string, claims: Claims = {}): JWTPayload {
  const good = {
    iss: clientId,
    sub: clientId,
    aud: TOKEN_ENDPOINT,
    exp: NOW + 300,
    iat: NOW,
    jti: randomUUID(),
  };
  const merged = Object.entries({ ...good, ...claims }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(merged);
}

/** Signs exactly these claims. */
export const sign = (
  claims: JWTPayload,
  key: KeyObject | Uint8Array,
  header: { alg: string; kid?: string },
): Promise<string> => new SignJWT(claims).setProtectedHeader(header).sign(key);

/** The form fields by which an assertion is sent. */
export const byAssertion = (assertion: string): Form => ({
  client_assertion_type: JWT_BEARER,
  client_assertion: assertion,
});

/** Posts a form to an endpoint of the realm. */
export function post(
  { app }: Mock,
  path: string,
  form: Form,
  headers: InjectOptions['headers'] = {},
): Promise<LightMyRequestResponse> {
  return app.inject({
    method: 'POST',
    url: `${REALM}${path}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: encode(form),
  });
}

/** The code of a whole log-in of one client. */
export async function codeFor(mock: Mock, clientId: string, parameters: Form = {}): Promise<string> {
  const url = authorizeUrl({ client_id: clientId, mock_login: PERSONA, ...parameters });
  return callback(await browser(mock.app).get(url)).get('code') ?? '';
}

/** Redeems a code by these credentials. */
export const redeemBy = (mock: Mock, code: string, credentials: Form) =>
  post(mock, '/access_token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    ...credentials,
  });

export interface Tokens {
  access_token: string;
  refresh_token: string;
  id_token: string;
  scope: string;
}

/** Logs in as a client and gives its tokens. */
export async function tokensOf(mock: Mock, credentials: Form, parameters: Form = {}): Promise<Tokens> {
  const code = await codeFor(mock, credentials['client_id'] ?? '', parameters);
  const response = await redeemBy(mock, code, credentials);
  if (response.statusCode !== 200) throw new Error(`no tokens but ${response.statusCode}: ${response.body}`);
  return response.json();
}

export const userInfo = ({ app }: Mock, accessToken: string) =>
  app.inject({ url: `${REALM}/userinfo`, headers: { authorization: `Bearer ${accessToken}` } });

export const refusals = ({ environment }: Mock): JournalEvent[] =>
  environment.journal.events({ kind: 'refused' });

/** Why this very request was refused, as the journal tells it; throws where it holds not exactly one refusal. */
export function refusalOf({ environment }: Mock, response: LightMyRequestResponse) {
  const requestId = String(response.headers['x-mock-cis2-request-id']);
  const [event, ...others] = environment.journal.events({ kind: 'refused', request_id: requestId });
  if (!event?.refusal || others.length > 0)
    throw new Error(`the journal does not hold just one refusal: ${response.statusCode} ${response.body}`);
  return event.refusal;
}

/** The wire's voice: status and body, and nothing else in it. */
export const wireOf = (response: LightMyRequestResponse) => ({
  status: response.statusCode,
  body: response.json() as unknown,
});

export const INVALID_GRANT = {
  status: 400,
  body: {
    error: 'invalid_grant',
    error_description: 'The provided access grant is invalid, expired, or revoked.',
  },
};

export interface LoopbackServer {
  url: string;
  /** The paths asked for, in order. */
  requests: string[];
  close(): Promise<void>;
}

/** A server of a relying party, on a port of loopback that the system chooses. */
export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<LoopbackServer> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) => (error ? reject(error) : resolve()));
      }),
  };
}

/** Rows for test.each whose first column, the whole of `what`, is the name. */
export const titled = <T extends { what: string }>(cases: readonly T[]): [string, T][] =>
  cases.map((each) => [each.what, each]);
