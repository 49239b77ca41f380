/** The mock’s own API under /_mock: JSON in and out, and for callers that may drive a developer’s mock only. */
import type { FastifyInstance } from 'fastify';
import { registerClients } from './clients-routes.ts';
import { refuseStrangers } from './guard.ts';
import { registerJournal } from './journal-route.ts';
import { registerKeys } from './keys-routes.ts';
import { answerWithProblems, Problem } from './problems.ts';
import { registerSessions } from './sessions-routes.ts';

/** The methods of each path below /_mock; all others are refused by name. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  '/journal': ['GET'],
  '/clients': ['GET'],
  '/clients/:client_id': ['GET', 'PUT', 'DELETE'],
  '/sessions': ['GET'],
  '/sessions/:sid/logout': ['POST'],
  '/keys': ['GET', 'POST'],
};

export async function registerControl(app: FastifyInstance, prefix: string) {
  await app.register(
    async (scope) => {
      acceptJson(scope);
      refuseStrangers(scope);
      answerWithProblems(scope);
      registerJournal(scope);
      registerClients(scope);
      registerSessions(scope);
      registerKeys(scope);
      refuseOtherMethods(scope);
    },
    { prefix: `${prefix}/_mock` },
  );
}

/** JSON is the only body taken: a form that a web page elsewhere could send is not. */
function acceptJson(scope: FastifyInstance) {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    scope.getDefaultJsonParser('error', 'error'),
  );
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

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
