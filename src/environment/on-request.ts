/** Gives every request its environment, before anything else looks at it. */
import type { FastifyInstance } from 'fastify';
import type { Environment } from './environment.ts';

declare module 'fastify' {
  interface FastifyRequest {
    environment: Environment;
  }
}

export function attachEnvironment(app: FastifyInstance, environment: Environment) {
  app.decorateRequest('environment');
  app.addHook('onRequest', async (request) => {
    request.environment = environment;
  });
}
