/** Which connections have a request under way, so that a closing server knows when it is done with all of them. */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface RequestsUnderWay {
  /** Resolves when there are none, or when the time is over. */
  settledWithin(milliseconds: number): Promise<void>;
}

export function watchRequestsUnderWay(app: FastifyInstance): RequestsUnderWay {
  const busy = new Set<Socket>();
  const known = new WeakSet<Socket>();
  let onNone: (() => void) | undefined;

  function ended(socket: Socket) {
    busy.delete(socket);
    if (busy.size === 0) onNone?.();
  }

  app.addHook('onRequest', ({ raw: { socket } }, _reply, done) => {
    busy.add(socket);
    if (!known.has(socket)) {
      known.add(socket);
      // A request that is cut off ends with its connection.
      socket.once('close', () => ended(socket));
    }
    done();
  });
  app.addHook('onResponse', ({ raw: { socket } }, _reply, done) => {
    ended(socket);
    done();
  });

  return {
    settledWithin: (milliseconds) =>
      new Promise((resolve) => {
        if (busy.size === 0) return resolve();
        const timer = setTimeout(resolve, milliseconds);
        onNone = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}
