/**
 * Gives every request its environment, before anything else looks at it. /env/{name} is taken off the address before
 * it is routed, so that one table of routes serves every environment.
 */
import type { FastifyInstance } from 'fastify';
import type { Environment } from './environment.ts';
import { type Environments, isEnvironmentName } from './environments.ts';
import { namedBy } from './named-by-request.ts';
import './reached.ts';

declare module 'fastify' {
  interface FastifyRequest {
    environment: Environment;
  }
}

const ENVIRONMENT_PATH = /^\/env\/([^/?#]+)(?=[/?#]|$)/;

/** The name in an address; undefined where it has none, or one that cannot be. */
function nameIn(url: string): string | undefined {
  const name = ENVIRONMENT_PATH.exec(url)?.[1];
  return name !== undefined && isEnvironmentName(name) ? name : undefined;
}

/** An address as it is below its environment. */
export function withoutEnvironment(url: string): string {
  if (nameIn(url) === undefined) return url;
  const rest = url.replace(ENVIRONMENT_PATH, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

export function attachEnvironment(
  app: FastifyInstance,
  environments: Environments,
  { issuerFromHost = false }: { issuerFromHost?: boolean } = {},
) {
  app.decorateRequest('environment');
  app.addHook('onRequest', async (request) => {
    // Set first: what refuses this request writes into a journal too.
    request.environment = environments.default;
    const name = nameIn(request.originalUrl);
    if (name !== undefined) request.environment = environments.at(name);
    const { origin } = issuerFromHost ? request.reached : {};
    if (origin !== undefined) request.environment = namedBy(origin, request.environment);
  });
}
