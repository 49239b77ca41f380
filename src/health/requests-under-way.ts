/** How many requests are under way, so that a closing server knows when it is done with all of them. */
import type { FastifyInstance } from 'fastify';

export interface RequestsUnderWay {
  /** Resolves when there are none, or when the time is over. */
  settledWithin(milliseconds: number): Promise<void>;
}

export function countRequestsUnderWay(app: FastifyInstance): RequestsUnderWay {
  let underWay = 0;
  let onNone: (() => void) | undefined;
  const ended = () => {
    underWay -= 1;
    if (underWay === 0) onNone?.();
  };
  app.addHook('onRequest', (_request, reply, done) => {
    underWay += 1;
    // Whether it was answered or cut off.
    reply.raw.once('close', ended);
    done();
  });
  return {
    settledWithin: (milliseconds) =>
      new Promise((resolve) => {
        if (underWay === 0) return resolve();
        const timer = setTimeout(resolve, milliseconds);
        onNone = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}
