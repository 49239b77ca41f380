/**
 * Gives every request its environment, before anything else looks at it. /env/{name} is taken off the address before
 * it is routed, and another realm’s path is replaced, so that one table of routes serves every environment and realm.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DEFAULT_ENVIRONMENT } from './create-environment.ts';
import type { Environment } from './environment.ts';
import { type Environments, isEnvironmentName } from './environments.ts';
import { inRealm, namedBy } from './named-by-request.ts';
import { writtenOrigin } from './reached.ts';
import { asInHealthcare, otherRealmOf } from './realms.ts';

declare module 'fastify' {
  interface FastifyRequest {
    environment: Environment;
    /** The pattern of its route; empty where there is none. Kept, since Fastify puts its routeOptions together each time. */
    route: string;
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
function withoutEnvironment(url: string): string {
  if (nameIn(url) === undefined) return url;
  const rest = url.replace(ENVIRONMENT_PATH, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** The address that a request is routed by. */
export const routedAs = (url: string): string => asInHealthcare(withoutEnvironment(url));

export function attachEnvironment(
  app: FastifyInstance,
  environments: Environments,
  { issuerFromHost = false }: { issuerFromHost?: boolean } = {},
) {
  app.decorateRequest('environment');
  app.decorateRequest('refusedAs', undefined);
  app.decorateRequest('route', '');
  function take(request: FastifyRequest, environment: Environment) {
    const origin = issuerFromHost ? writtenOrigin(request.reached) : undefined;
    const named = origin === undefined ? environment : namedBy(origin, environment);
    const realm = otherRealmOf(withoutEnvironment(request.originalUrl));
    request.environment = realm ? inRealm(realm, named) : named;
  }
  app.addHook('onRequest', (request, _reply, done) => {
    // Set first: what refuses this request writes into a journal too.
    request.environment = environments.default;
    const { config, url = '' } = request.routeOptions;
    request.route = url;
    // What is the same for everybody is there even when the store is not.
    if (config.isOfProcess || request.url.startsWith(ASSETS)) return done();
    const found = environments.at(nameIn(request.originalUrl) ?? DEFAULT_ENVIRONMENT);
    if (found instanceof Promise)
      return void found.then((environment) => take(request, environment)).then(() => done(), done);
    take(request, found);
    done();
  });
  // Before the answer is sent: who has it finds the events in every replica.
  if (environments.default.journal.flush)
    app.addHook('onSend', async ({ environment }) => environment.journal.flush?.());
}
