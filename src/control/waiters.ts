/** Requests that are answered later, when something happens: bounded in number, and nothing that ends waits for them. */
import type { FastifyInstance } from 'fastify';
import type { Environment } from '../environment/environment.ts';
import type { Environments } from '../environment/environments.ts';
import { itself } from '../environment/named-by-request.ts';
import { Problem } from './problems.ts';

export interface Waiters {
  /**
   * Counts a request in. `end` is called when its environment ends or the server closes. Throws 503 where too many wait
   * already. Gives the way to leave.
   */
  enter(environment: Environment, end: () => void): () => void;
}

/** Most requests that wait at once, in all environments. */
const MOST_WAITING = 1000;

export function createWaiters(scope: FastifyInstance, environments: Environments): Waiters {
  /** What ends each of them, and the environment it waits in. */
  const waiting = new Map<() => void, Environment>();
  scope.addHook('preClose', async () => {
    for (const end of waiting.keys()) end();
  });
  environments.onEnd((ended) => {
    for (const [end, environment] of waiting) if (itself(environment) === ended) end();
  });
  return {
    enter(environment, end) {
      if (waiting.size >= MOST_WAITING) {
        throw new Problem(
          503,
          `${MOST_WAITING} requests wait for the journal already. Close some of them, or ask without waiting.`,
        );
      }
      waiting.set(end, environment);
      return () => waiting.delete(end);
    },
  };
}
