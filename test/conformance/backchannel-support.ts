/** Applications on loopback that hear of logouts, and what is to be checked of what they hear. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { expect } from 'vitest';
import type { SigningKeys } from '../../src/environment/signing-keys.ts';
import type { FixturesFile } from '../../src/index.ts';
import { type Browser, claimsOf, encode, type Mock, REALM, testMock } from '../support/mock.ts';
import { assertDiscovery, assertKeySet, byPost, type HappyFlow } from './support.ts';

export interface Received {
  method: string | undefined;
  contentType: string | undefined;
  form: [string, string][];
}

export type Answer = (response: ServerResponse) => void;

export const accept: Answer = (response) => response.writeHead(200).end();

const servers = new Set<Server>();

/** Closes every receiver of this test file. */
export function closeReceivers() {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  servers.clear();
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** An application that hears of logouts on loopback, and answers them as it is told to. */
export async function receiver(answer: Answer = accept) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const { method, headers } = request;
    const form = [...new URLSearchParams(await bodyOf(request))];
    received.push({ method, contentType: headers['content-type'], form });
    answer(response);
  });
  servers.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise((resolve) => server.close(resolve));
  return { uri: `http://127.0.0.1:${port}/backchannel-logout`, received, close };
}

export type Receiver = Awaited<ReturnType<typeof receiver>>;

export const LOGGED_OUT = 'https://rp-a.example.test/logged-out';
export const RP_A = byPost('rp-a', 'secret', 'https://rp-a.example.test/callback');
export const RP_B = byPost('rp-b', 'secret', 'https://rp-b.example.test/callback');

/** A mock whose clients rp-a and rp-b are told at these receivers. */
export function mockWith(
  a: Receiver,
  b?: Receiver,
  also: { client?: object; settings?: FixturesFile['settings']; keys?: SigningKeys } = {},
) {
  const client = (id: string, uri: string) => ({
    client_id: id,
    client_secret: 'secret',
    token_endpoint_auth_method: 'client_secret_post' as const,
    redirect_uris: [`https://${id}.example.test/callback`],
    post_logout_redirect_uris: [`https://${id}.example.test/logged-out`],
    backchannel_logout_uri: uri,
    default_acr_values: ['AAL2_OR_AAL3_ANY'],
    ...also.client,
  });
  const clients = [client('rp-a', a.uri), ...(b ? [client('rp-b', b.uri)] : [])];
  const { settings, keys } = also;
  const fixtures = { extends: 'default' as const, clients, ...(settings ? { settings } : {}) };
  return testMock({ fixtures, ...(keys ? { keys } : {}) });
}

export const settled = ({ environment }: Mock) => environment.background.settled();

export const logOut = (by: Browser, { tokens }: HappyFlow) =>
  by.get(
    `${REALM}/connect/endSession?${encode({
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: LOGGED_OUT,
      state: 'the-state',
    })}`,
  );

/** Checks the POST and the logout token as the suite does; gives the claims. */
export async function assertDelivery(
  mock: Mock,
  delivery: Received | undefined,
  flow: HappyFlow,
): Promise<JWTPayload> {
  expect(delivery).toMatchObject({ method: 'POST', form: [['logout_token', expect.any(String)]] });
  expect(delivery?.contentType).toMatch(/^application\/x-www-form-urlencoded\b/);
  const keys = await assertKeySet(mock, await assertDiscovery(mock));
  const { payload } = await jwtVerify(delivery?.form[0]?.[1] ?? '', createLocalJWKSet(keys), {
    algorithms: ['RS256'],
    typ: 'logout+jwt',
    issuer: mock.environment.issuer,
    audience: String(flow.claims.aud),
    currentDate: new Date(mock.clock.now()),
  });
  const now = Math.floor(mock.clock.now() / 1000);
  expect(payload).toMatchObject({
    iss: flow.claims.iss,
    aud: flow.claims.aud,
    sub: flow.claims.sub,
    sid: flow.claims['sid'],
    jti: expect.stringMatching(/./),
  });
  expect(payload['events']).toEqual({ 'http://schemas.openid.net/event/backchannel-logout': {} });
  expect(payload).not.toHaveProperty('nonce');
  expect(payload.iat).toBeLessThanOrEqual(now);
  expect(payload.iat).toBeGreaterThan(now - 86_400);
  expect(payload.exp).toBe(Number(payload.iat) + 120);
  return payload;
}

export const causesAt = ({ received }: Receiver) =>
  received.map(({ form }) => claimsOf(form[0]?.[1] ?? '')['cause']);

/** What the journal says of each delivery: the attempt and the answer. */
export const deliveries = ({ environment }: Mock) =>
  environment.journal.events({ kind: 'logout_token_sent' }).map(({ client_id, details }) => ({
    client_id,
    attempt: details.attempt,
    answer: details.answer,
  }));
