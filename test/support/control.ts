/** The control API as programs call it, at the default environment or below the prefix of another. */
import type { LightMyRequestResponse } from 'fastify';
import type { Mock } from './mock.ts';

export type Method = 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';

/** A call with a JSON body, if any. The path begins with /_mock, or with the prefix of an environment before that. */
export function call(
  { app }: Mock,
  method: Method,
  path: string,
  payload?: object,
): Promise<LightMyRequestResponse> {
  return app.inject({ method, url: path, ...(payload === undefined ? {} : { payload }) });
}

/** What a call brings that must succeed, as JSON. */
export async function read<T = unknown>(mock: Mock, path: string): Promise<T> {
  const answer = await call(mock, 'GET', path);
  if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${answer.body}`);
  return answer.json();
}

/** Makes a change that must succeed. */
export async function change(mock: Mock, method: Method, path: string, payload?: object) {
  const answer = await call(mock, method, path, payload);
  if (answer.statusCode >= 300)
    throw new Error(`${method} ${path}: ${answer.statusCode} ${answer.body.slice(0, 500)}`);
  return answer;
}

/** Where each fault of a refused call lies. */
export const pointersOf = (answer: LightMyRequestResponse): string[] =>
  (answer.json<{ faults?: { pointer: string }[] }>().faults ?? []).map(({ pointer }) => pointer);

/** The scenarios that were applied, oldest first: which one, and on whose word. */
export const applied = ({ environment }: Pick<Mock, 'environment'>) =>
  environment.journal
    .events({ kind: 'scenario_applied' })
    .map(({ details: { scenario, decided_by } }) => ({ scenario, decided_by }));
