/** Requests that are answered later, when something happens: bounded in number, and no closing server waits for them. */
import type { FastifyInstance } from 'fastify';
import { Problem } from './problems.ts';

export interface Waiters {
  /** Counts a request in; `end` is called when the server closes. Throws 503 where too many wait already. Gives the way to leave. */
  enter(end: () => void): () => void;
}

/** Most requests that wait at once, in all environments. */
const MOST_WAITING = 1000;

export function createWaiters(scope: FastifyInstance): Waiters {
  const waiting = new Set<() => void>();
  scope.addHook('preClose', async () => {
    for (const end of waiting) end();
  });
  return {
    enter(end) {
      if (waiting.size >= MOST_WAITING) {
        throw new Problem(
          503,
          `${MOST_WAITING} requests wait for the journal already. Close some of them, or ask without waiting.`,
        );
      }
      waiting.add(end);
      return () => waiting.delete(end);
    },
  };
}
