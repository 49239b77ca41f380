/** How the client reaches a mock: over HTTP, or straight into the application in this process. All else is the same. */
import { inProcessTo } from '../environment/reached.ts';
import { MockCis2Error } from './error.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Answer {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  body: string;
}

interface Outgoing {
  method: Method;
  /** With the query, from the origin on. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
}

/** Brings a request to the mock and follows no redirect. Rejects where no answer comes. */
export type Reach = (outgoing: Outgoing) => Promise<Answer>;

/** Sends a request, its body as JSON. Throws MockCis2Error where no answer comes. */
export type Send = (method: Method, path: string, body?: object) => Promise<Answer>;

export const overHttp =
  (origin: string): Reach =>
  async ({ path, ...request }) => {
    const response = await fetch(origin + path, { ...request, redirect: 'manual' });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  };

/** What this needs of an application. It names no type of Fastify: the package’s users see it, and have none. */
export interface Application {
  inject(request: {
    method: Method;
    url: string;
    headers: Record<string, string>;
    payload?: string;
  }): Promise<{
    statusCode: number;
    headers: Readonly<Record<string, unknown>>;
    body: string;
  }>;
}

/** `originOf` gives the origin that the requests are sent to. */
export const intoApplication =
  (app: Application, originOf: () => string): Reach =>
  async ({ path, body, headers: given, ...request }) => {
    const payload = body === undefined ? {} : { payload: body };
    const {
      statusCode,
      headers,
      body: text,
    } = await app.inject({
      ...request,
      ...payload,
      headers: { ...given, ...inProcessTo(originOf()) },
      url: path,
    });
    const texts = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
    return { status: statusCode, headers: Object.fromEntries(texts), body: text };
  };

/** Why nothing came back: fetch hides it in the cause of what it throws. */
function whyOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}

export interface Connection {
  send: Send;
  /** Refuses every later call. */
  close(): void;
}

/** `token` is the mock’s CONTROL_TOKEN, if it has one. */
export function openConnection(reach: Reach, token?: string): Connection {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  let isClosed = false;
  return {
    async send(method, path, body) {
      const [what] = `${method} ${path}`.split('?', 1);
      if (isClosed)
        throw new MockCis2Error(`${what} was not sent`, { detail: 'This mock was closed before.' });
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      try {
        return await reach({
          method,
          path,
          headers: { ...authorization, ...json },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
      } catch (error) {
        throw new MockCis2Error(`${what} got no answer`, { detail: whyOf(error), cause: error });
      }
    },
    close() {
      isClosed = true;
    },
  };
}
