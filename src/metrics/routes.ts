/** GET /metrics, and the one hook that feeds it. It holds no secret, and belongs to the process, as /health does. */
import type { FastifyInstance } from 'fastify';
import type { Environments } from '../environment/environments.ts';
import { allowOnly } from '../pages/refusals.ts';
import { createExposition, type Exposition } from './exposition.ts';
import type { Metrics } from './metrics.ts';

const OF_PROCESS = { isOfProcess: true } as const;

/** A route that there is none of. */
const NO_ROUTE = '(none)';

const MILLISECONDS = 1000;

/** Before any route is there: it counts them all. */
export function countAnswers(app: FastifyInstance, metrics: Metrics) {
  app.addHook('onResponse', (request, reply, done) => {
    metrics.answered({
      method: request.method,
      route: request.route || NO_ROUTE,
      status: reply.statusCode,
      seconds: reply.elapsedTime / MILLISECONDS,
      refusedAs: request.refusedAs,
    });
    done();
  });
}

export function registerMetrics(app: FastifyInstance, metrics: Metrics, environments: Environments) {
  let exposition: Promise<Exposition> | undefined;
  app.get('/metrics', { config: OF_PROCESS }, async (_request, reply) => {
    exposition ??= createExposition(metrics, environments);
    const { contentType, text } = await exposition;
    return reply
      .header('cache-control', 'no-store')
      .type(contentType)
      .send(await text());
  });
  allowOnly(app, '/metrics', ['GET', 'HEAD'], OF_PROCESS);
}
