/**
 * Gives every request its environment, before anything else looks at it. /env/{name} is taken off the address before
 * it is routed, so that one table of routes serves every environment.
 */
import type { FastifyInstance } from 'fastify';
import { DEFAULT_ENVIRONMENT } from './create-environment.ts';
import type { Environment } from './environment.ts';
import { type Environments, isEnvironmentName } from './environments.ts';
import { namedBy } from './named-by-request.ts';
import './reached.ts';

declare module 'fastify' {
  interface FastifyRequest {
    environment: Environment;
    /** What it was refused as, for counting: the error code of the wire, or `problem_` and the status. */
    refusedAs: string | undefined;
  }
  interface FastifyContextConfig {
    /** The route is the process’s own: no environment begins by asking for it. */
    isOfProcess?: true;
  }
}

/** Where styles and scripts are. */
const ASSETS = '/assets/';

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
  app.decorateRequest('refusedAs', undefined);
  app.addHook('onRequest', async (request) => {
    // Set first: what refuses this request writes into a journal too.
    request.environment = environments.default;
    // What is the same for everybody is there even when the store is not.
    if (request.routeOptions.config.isOfProcess || request.url.startsWith(ASSETS)) return;
    request.environment = await environments.at(nameIn(request.originalUrl) ?? DEFAULT_ENVIRONMENT);
    const { origin } = issuerFromHost ? request.reached : {};
    if (origin !== undefined) request.environment = namedBy(origin, request.environment);
  });
  // Before the answer is sent: who has it finds the events in every replica.
  if (environments.default.journal.flush)
    app.addHook('onSend', async ({ environment }) => environment.journal.flush?.());
}
