/** The mock’s own API under /_mock: JSON in and out, and for callers that may drive a developer’s mock only. */
import type { FastifyInstance } from 'fastify';
import type { Environments } from '../environment/environments.ts';
import { registerAuthority } from './authority-route.ts';
import { registerBinding } from './binding-routes.ts';
import { registerDocumentation } from './documentation-routes.ts';
import { registerEntries } from './entries-routes.ts';
import { registerEnvironment } from './environment-routes.ts';
import { registerEnvironments } from './environments-routes.ts';
import { registerExplain } from './explain-route.ts';
import { refuseStrangers } from './guard.ts';
import { registerJournal } from './journal-route.ts';
import { registerKeys } from './keys-routes.ts';
import { acceptJson } from './media-types.ts';
import { type ControlRoute, collectRoutes } from './operation.ts';
import { answerWithProblems, Problem } from './problems.ts';
import { registerScenarios } from './scenarios-routes.ts';
import { registerSessions } from './sessions-routes.ts';
import { registerTokens } from './tokens-route.ts';

export interface ControlOptions {
  /** What every call must carry as `Authorization: Bearer`. Left out: programs on this machine and own pages may call. */
  controlToken?: string;
  /** The certificate of the mock’s own certificate authority, as PEM. Left out: there is none. */
  authority?: string;
}

export async function registerControl(
  app: FastifyInstance,
  environments: Environments,
  options: ControlOptions = {},
) {
  await app.register(
    async (scope) => {
      acceptJson(scope);
      refuseStrangers(scope, environments.default, options.controlToken);
      answerWithProblems(scope);
      const routes = await registerRoutes(scope, environments, options);
      refuseOtherMethods(scope, routes);
    },
    { prefix: '/_mock' },
  );
}

/** Every call there is, each described by an `operation`: its methods and its documentation follow from that. */
async function registerRoutes(
  scope: FastifyInstance,
  environments: Environments,
  { authority }: ControlOptions,
): Promise<readonly ControlRoute[]> {
  let routes: readonly ControlRoute[] = [];
  await scope.register(async (inner) => {
    routes = collectRoutes(inner);
    registerEntries(inner);
    registerBinding(inner);
    registerEnvironment(inner);
    registerScenarios(inner);
    registerExplain(inner);
    registerJournal(inner, environments);
    registerSessions(inner);
    registerTokens(inner);
    registerKeys(inner);
    registerEnvironments(inner, environments);
    registerAuthority(inner, authority);
    registerDocumentation(inner, routes);
  });
  return routes;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Answers every other method of each path with 405 and those that there are. */
function refuseOtherMethods(scope: FastifyInstance, routes: readonly ControlRoute[]) {
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map(({ method }) => method);
    const allowed = METHODS.filter((method) => methods.includes(method));
    scope.route({
      method: METHODS.filter((method) => !allowed.includes(method)),
      url: path,
      handler: async (request, reply) => {
        reply.header('allow', allowed.join(', '));
        throw new Problem(405, `${request.method} is not possible here, only ${allowed.join(' or ')}.`);
      },
    });
  }
}
