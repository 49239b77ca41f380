/**
 * What an orchestrator asks: whether the process answers, and whether it can serve. Both say nothing secret, take no
 * token, and belong to the process: below /env/{name} they answer the same, and no environment begins by it.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { allowOnly } from '../pages/refusals.ts';
import { type Checks, type Readiness, readinessOf } from './checks.ts';

const OF_PROCESS = { isOfProcess: true } as const;

const CLOSING: Readiness = {
  status: 'down',
  checks: { closing: { status: 'down', why: 'the server is closing' } },
};

const answer = (reply: FastifyReply, body: { status: 'up' | 'down' }) =>
  reply
    .code(body.status === 'up' ? 200 : 503)
    .header('cache-control', 'no-store')
    .send(body);

export function registerHealth(app: FastifyInstance, checks: Checks) {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });

  /** One run at a time, whoever asks: probes that pile up must not pile up on what is checked. */
  let running: Promise<Readiness> | undefined;
  function readiness(): Promise<Readiness> {
    running ??= readinessOf(checks).finally(() => {
      running = undefined;
    });
    return running;
  }

  app.get('/health/live', { config: OF_PROCESS }, async (_request, reply) => answer(reply, { status: 'up' }));
  app.get('/health/ready', { config: OF_PROCESS }, async (_request, reply) =>
    answer(reply, isClosing ? CLOSING : await readiness()),
  );
  for (const path of ['/health/live', '/health/ready']) allowOnly(app, path, ['GET', 'HEAD'], OF_PROCESS);
}
