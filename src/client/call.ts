/** Calls of the control API: JSON in and out, a fault thrown in the mock’s own words. */
import type { Answer, Method, Send } from './connection.ts';
import { type FaultFound, MockCis2Error } from './error.ts';

/** Calls the control API of one environment, by a path below /_mock. Gives the answer’s JSON. */
export type Call = <T = void>(method: Method, path: string, body?: object) => Promise<T>;

/** The answer to a fault (RFC 9457). */
interface ProblemDetails {
  detail: string;
  faults?: readonly FaultFound[];
}

const isJson = ({ headers }: Answer): boolean =>
  /^application\/(problem\+)?json\b/.test(headers['content-type'] ?? '');

/** What an answer that is not what was asked for becomes. */
export function errorOf(what: string, answer: Answer): MockCis2Error {
  const { status, headers, body } = answer;
  if (!isJson(answer)) {
    const type = headers['content-type'] ?? 'no content type';
    return new MockCis2Error(`${what} was answered with ${status} and ${type}`, { status });
  }
  const { detail, faults = [] }: Partial<ProblemDetails> = JSON.parse(body);
  return new MockCis2Error(`${what} was refused with ${status}`, { status, detail: detail ?? body, faults });
}

/** `prefix` is that of the environment’s addresses: empty, or /env/{name}. */
export function createCall(send: Send, prefix: string): Call {
  return async (method, path, body) => {
    const answer = await send(method, `${prefix}/_mock${path}`, body);
    const isUsual = answer.status < 300 && (answer.status === 204 || isJson(answer));
    if (!isUsual) throw errorOf(`${method} ${prefix}/_mock${path.split('?', 1)[0]}`, answer);
    return answer.status === 204 ? undefined : JSON.parse(answer.body);
  };
}

/** A query string, with a question mark if there is anything in it. */
export function queryString(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
