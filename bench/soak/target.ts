/** A mock as the soak asks it: one process, or replicas that must act as one. Every answer is checked here. */
import type { Random } from './random.ts';
import type { Replica } from './replica.ts';

export interface Target {
  readonly name: string;
  /** What `iss` and redirects carry. */
  readonly publicOrigin: string;
  readonly replicas: readonly Replica[];
  /** Whether a process that ends takes log-ins with it. */
  readonly isForgetful: boolean;
}

/** An invariant that did not hold. */
export class Broken extends Error {}

/** What was under way when its process was ended: nothing can be said of it. */
export class Interrupted extends Error {}

export function hold(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Broken(what);
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

export interface Question {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  form?: Readonly<Record<string, string>>;
  json?: unknown;
  body?: string;
  headers?: Readonly<Record<string, string>>;
  /** A scenario is at work here: the answer may be one of a broken service. */
  mayFail?: boolean;
}

const ANSWER_WITHIN_MILLISECONDS = 60_000;

/** Which lives its processes are in. */
export const livesOf = ({ replicas }: Target): string =>
  replicas.map(({ lives, isUp }) => `${lives}${isUp}`).join();

function bodyOf({ form, json, body }: Question) {
  if (form !== undefined) return { body: new URLSearchParams(form) };
  if (json !== undefined) return { body: JSON.stringify(json), type: 'application/json' };
  return body === undefined ? {} : { body };
}

/** Asks one of its processes, by chance. Follows no redirect. */
export async function ask(
  target: Target,
  random: Random,
  path: string,
  question: Question = {},
): Promise<Answer> {
  const up = target.replicas.filter(({ isUp }) => isUp);
  if (up.length === 0) throw new Interrupted('no process is up');
  const replica = random.pick(up);
  const { lives } = replica;
  const method = question.method ?? 'GET';
  const { body, type } = bodyOf(question);
  const what = `${method} ${path.slice(0, 300)} at ${target.name}`;
  try {
    const response = await fetch(`${replica.origin}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...(type === undefined ? {} : { 'content-type': type }), ...question.headers },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MILLISECONDS),
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const { status, headers } = response;
    // One that is ending turns away what comes late on a connection that is open.
    if (status === 503 && (!replica.isUp || replica.lives !== lives)) throw new Interrupted(what);
    hold(headers.has('x-mock-cis2-request-id'), `${what}: ${status} without x-mock-cis2-request-id`);
    const isAskedFor = question.mayFail || headers.get('x-mock-cis2-outcome') === 'internal_error';
    hold(status < 500 || isAskedFor, `${what}: ${status} ${text.slice(0, 500)}`);
    return { status, headers, text };
  } catch (error) {
    if (error instanceof Broken || error instanceof Interrupted) throw error;
    if (!replica.isUp || replica.lives !== lives) throw new Interrupted(what);
    if (question.mayFail) throw new Dropped(what);
    throw new Broken(
      `${what}: no answer: ${error instanceof Error ? (error.cause ?? error.message) : error}`,
    );
  }
}

/** A scenario closed the connection, as it may. */
export class Dropped extends Error {}

/** The members of a JSON answer; none where it is not JSON. */
export function membersOf({ text }: Answer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
