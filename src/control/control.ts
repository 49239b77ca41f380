/** The mock’s own API under /_mock: JSON in and out, and for callers that may drive a developer’s mock only. */
import type { FastifyInstance } from 'fastify';
import type { Environments } from '../environment/environments.ts';
import { registerBinding } from './binding-routes.ts';
import { LISTS, registerEntries } from './entries-routes.ts';
import { registerEnvironment } from './environment-routes.ts';
import { registerEnvironments } from './environments-routes.ts';
import { registerExplain } from './explain-route.ts';
import { refuseStrangers } from './guard.ts';
import { registerJournal } from './journal-route.ts';
import { registerKeys } from './keys-routes.ts';
import { answerWithProblems, Problem } from './problems.ts';
import { registerScenarios } from './scenarios-routes.ts';
import { registerSessions } from './sessions-routes.ts';
import { registerTokens } from './tokens-route.ts';

/** The methods of each path below /_mock; all others are refused by name. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    LISTS.flatMap((list) => [
      [`/${list}`, ['GET', 'HEAD']],
      [`/${list}/:key`, ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']],
    ]),
  ),
  '/nhsmail/:email/binding': ['POST', 'DELETE'],
  '/settings': ['GET', 'HEAD', 'PATCH'],
  '/clock': ['GET', 'HEAD', 'POST'],
  '/reset': ['POST'],
  '/journal': ['GET', 'HEAD', 'DELETE'],
  '/journal/stream': ['GET'],
  '/sessions': ['GET', 'HEAD'],
  '/sessions/:sid/logout': ['POST'],
  '/keys': ['GET', 'HEAD', 'POST'],
  '/scenarios': ['GET', 'HEAD', 'POST', 'DELETE'],
  '/scenarios/catalogue': ['GET', 'HEAD'],
  '/scenarios/:id': ['DELETE'],
  '/explain': ['GET', 'HEAD'],
  '/tokens': ['POST'],
  '/environments': ['GET', 'HEAD', 'POST'],
  '/environments/:name': ['DELETE'],
};

export async function registerControl(app: FastifyInstance, environments: Environments) {
  await app.register(
    async (scope) => {
      acceptJson(scope);
      refuseStrangers(scope);
      answerWithProblems(scope);
      registerJournal(scope, environments);
      registerEntries(scope);
      registerBinding(scope);
      registerEnvironment(scope);
      registerSessions(scope);
      registerKeys(scope);
      registerScenarios(scope);
      registerExplain(scope);
      registerTokens(scope);
      registerEnvironments(scope, environments);
      refuseOtherMethods(scope);
    },
    { prefix: '/_mock' },
  );
}

/** JSON is the only body taken: a form that a web page elsewhere could send is not. No body is null. */
function acceptJson(scope: FastifyInstance) {
  scope.removeAllContentTypeParsers();
  const parse = scope.getDefaultJsonParser('error', 'error');
  scope.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') done(null, null);
    else parse(request, text, done);
  });
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

function refuseOtherMethods(scope: FastifyInstance) {
  for (const [url, allowed] of Object.entries(PATHS)) {
    scope.route({
      method: METHODS.filter((method) => !allowed.includes(method)),
      url,
      handler: async (request, reply) => {
        reply.header('allow', allowed.join(', '));
        throw new Problem(405, `${request.method} is not possible here, only ${allowed.join(' or ')}.`);
      },
    });
  }
}
