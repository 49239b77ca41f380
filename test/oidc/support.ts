/** What tests of the protocol share: reading refusals, counting what the server holds, redeeming as any client. */
import { setImmediate } from 'node:timers/promises';
import type { LightMyRequestResponse } from 'fastify';
import type { EventKind, JournalEvent } from '../../src/index.ts';
import { LOGINS } from '../../src/login/login.ts';
import { SESSIONS } from '../../src/login/session.ts';
import { ACCESS_TOKENS, CODES, GRANTS } from '../../src/oidc/grant.ts';
import {
  type Browser,
  CLIENT,
  callback,
  encode,
  type Mock,
  REALM,
  REDIRECT_URI,
  testMock,
} from '../support/mock.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** The text of the element with this data-testid, as a reader sees it; undefined where there is none. */
export function shown(page: LightMyRequestResponse, testId: string): string | undefined {
  const text = new RegExp(`data-testid="${testId}"[^>]*>(?:<code[^>]*>)?([^<]*)<`).exec(page.body)?.[1];
  return text?.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity);
}

export const requestIdOf = (response: LightMyRequestResponse) =>
  String(response.headers['x-mock-cis2-request-id']);

/** The events of the journal that carry the request id of this answer. */
export async function eventsOf<K extends EventKind>(
  mock: Mock,
  response: LightMyRequestResponse,
  kind: K,
): Promise<JournalEvent<K>[]> {
  const url = `/_mock/journal?${encode({ request_id: requestIdOf(response), kind })}`;
  return (await mock.app.inject(url)).json();
}

/** Why this request was refused, as the journal tells it: exactly once, under the request id of the answer. */
export async function refusalOf(mock: Mock, response: LightMyRequestResponse) {
  const [event, ...others] = await eventsOf(mock, response, 'refused');
  if (!event?.refusal || others.length > 0) throw new Error('the journal does not hold just one refusal');
  return event.refusal;
}

/** How many of each the server holds that a log-in can bring forth. */
export async function held({ environment: { store } }: Mock) {
  return {
    codes: await store.count(CODES),
    grants: await store.count(GRANTS),
    accessTokens: await store.count(ACCESS_TOKENS),
    sessions: await store.count(SESSIONS),
  };
}

/**
 * A mock whose store answers as one over a network would: a moment later. Only so do requests that come at the same
 * moment really run into each other; with the store in memory, each would be over before the next begins.
 */
export async function mockWithSlowStore(): Promise<Mock> {
  const mock = await testMock();
  const { store } = mock.environment;
  const slowly = async <T>(answer: () => Promise<T>): Promise<T> => {
    await setImmediate();
    const given = await answer();
    await setImmediate();
    return given;
  };
  mock.environment.store = {
    get: (kind, id) => slowly(() => store.get(kind, id)),
    add: (kind, id, value, expiresAt) => slowly(() => store.add(kind, id, value, expiresAt)),
    replace: (kind, id, stored, expiresAt) => slowly(() => store.replace(kind, id, stored, expiresAt)),
    remove: (kind, id) => slowly(() => store.remove(kind, id)),
    list: (kind, most) => slowly(() => store.list(kind, most)),
    takeExpired: (kind, most) => slowly(() => store.takeExpired(kind, most)),
    clear: () => slowly(() => store.clear()),
    count: (kind) => store.count(kind),
  };
  return mock;
}

export const loginsHeld = ({ environment }: Mock) => environment.store.count(LOGINS);

export const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);

/** A form to the token endpoint, with headers of its own. */
export function postToken(
  mock: Mock,
  form: Readonly<Record<string, string | undefined>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<LightMyRequestResponse> {
  return mock.app.inject({
    method: 'POST',
    url: `${REALM}/access_token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: encode(form),
  });
}

export const basic = (clientId: string, secret: string) =>
  `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;

export interface TokenSet {
  access_token: string;
  id_token: string;
  scope: string;
  nonce?: string;
}

/** The tokens for the code that this callback carries, as the default client unless said otherwise. */
export async function tokensOf(
  mock: Mock,
  answer: LightMyRequestResponse,
  client: { form?: Readonly<Record<string, string | undefined>>; headers?: Record<string, string> } = {},
): Promise<TokenSet> {
  const response = await postToken(
    mock,
    {
      grant_type: 'authorization_code',
      code: callback(answer).get('code') ?? undefined,
      redirect_uri: REDIRECT_URI,
      ...(client.form ?? (client.headers ? {} : CLIENT)),
    },
    client.headers,
  );
  if (response.statusCode !== 200) throw new Error(`no tokens: ${response.body}`);
  return response.json();
}

export function userInfo(mock: Mock, accessToken: string): Promise<LightMyRequestResponse> {
  return mock.app.inject({
    url: `${REALM}/userinfo`,
    headers: { authorization: `Bearer ${accessToken}` },
  });
}

/** The data-testid of main: which page this is. */
export const pageOf = (page: LightMyRequestResponse) =>
  /<main[^>]*data-testid="([^"]+)"/.exec(page.body)?.[1];

/** Where a browser stands after following one redirect of this server. */
export async function follow(
  by: Browser,
  answer: LightMyRequestResponse | Promise<LightMyRequestResponse>,
): Promise<LightMyRequestResponse> {
  const { location } = (await answer).headers;
  if (typeof location !== 'string' || !location.startsWith('/')) return answer;
  return by.get(location);
}
