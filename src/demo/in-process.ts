/**
 * How the demonstration application reaches this server: in the same process, so that no name, port or certificate
 * can stand between. Addresses are taken by their path; what is answered is what a network would bring.
 */
import type { FastifyInstance } from 'fastify';
import type { Post } from '../environment/environment.ts';
import { inProcessTo } from '../environment/reached.ts';

export interface Sent {
  method: 'GET' | 'POST';
  headers?: Readonly<Record<string, string>>;
  body?: string;
  signal?: AbortSignal;
}

export interface Answered {
  status: number;
  headers: Headers;
  body: string;
}

/** Rejects as a network would where the connection is closed without an answer, or where the time is over. */
export async function askHere(app: FastifyInstance, url: string, sent: Sent): Promise<Answered> {
  const { origin, pathname, search } = new URL(url);
  const { method, headers = {}, body, signal } = sent;
  const answer = app.inject({
    method,
    url: `${pathname}${search}`,
    headers: { ...headers, ...inProcessTo(origin) },
    ...(body === undefined ? {} : { payload: body }),
  });
  const response = await (signal ? Promise.race([answer, whenAborted(signal)]) : answer);
  const received = new Headers();
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) received.set(name, String(value));
  }
  return { status: response.statusCode, headers: received, body: response.body };
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** Posts a form to a path of this server. */
export function postInto(app: FastifyInstance): Post {
  return async (uri, { form = {}, timeoutSeconds }) => {
    try {
      const { status, body } = await askHere(app, uri, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
        signal: AbortSignal.timeout(timeoutSeconds * 1000),
      });
      return { status, body };
    } catch (error) {
      return { failure: error instanceof Error ? error.message : String(error) };
    }
  };
}
