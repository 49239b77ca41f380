/** The provider’s endpoints, at CIS2’s own paths below the realm (facts 1.3, 10.2). */
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Environment } from '../environment/environment.ts';
import { ENDPOINT_PATHS, type EndpointPath, HEALTHCARE } from '../environment/realms.ts';
import { Refused } from '../journal/refused.ts';
import { accessTokenEndpoint } from './access-token.ts';
import { type AnswerAbout, withScenario } from './apply-scenario.ts';
import { authorizeEndpoint, authorizeForm } from './authorize.ts';
import { allowClientOrigins } from './cross-origin.ts';
import { discoveryDocument } from './discovery.ts';
import { endSessionEndpoint, endSessionForm, type LogoutPages } from './end-session.ts';
import { journalRequests } from './journal-requests.ts';
import { readScenario, scenarioFault } from './mock-parameters.ts';
import { type Parameters, queryParametersOf } from './parameters.ts';
import type { Progress } from './progress.ts';
import { send } from './send.ts';
import { introspectionEndpoint, revocationEndpoint } from './token-status.ts';
import { registerTransportScenarios } from './transport-scenarios.ts';
import { userInfoEndpoint } from './userinfo.ts';

/** What endpoints show to a person. The pages folder provides it. */
export interface Pages extends LogoutPages {
  /** Shows where a log-in stands: a page, or the redirect that ends it. */
  showProgress(request: FastifyRequest, reply: FastifyReply, progress: Progress): unknown;
}

/** The methods of each path below the realm; all others are refused by name. */
export const ENDPOINT_METHODS: Readonly<Record<EndpointPath, readonly string[]>> = {
  '/.well-known/openid-configuration': ['GET', 'HEAD', 'OPTIONS'],
  '/connect/jwk_uri': ['GET', 'HEAD', 'OPTIONS'],
  '/authorize': ['GET', 'POST'],
  '/access_token': ['POST', 'OPTIONS'],
  '/userinfo': ['GET', 'HEAD', 'POST', 'OPTIONS'],
  '/token/revoke': ['POST', 'OPTIONS'],
  '/introspect': ['POST', 'OPTIONS'],
  '/connect/endSession': ['GET', 'POST'],
};

/** Answers that hold codes, tokens or claims are kept by nobody (RFC 6749 section 5.1). */
const onRequest: onRequestHookHandler = (_request, reply, done) => {
  reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
  done();
};

export async function registerEndpoints(app: FastifyInstance, pages: Pages) {
  journalRequests(app, ENDPOINT_METHODS);
  await app.register(
    async (scope) => {
      registerTransportScenarios(scope);
      calledByBrowsers(scope, pages);
      await scope.register(calledByPrograms);
    },
    { prefix: HEALTHCARE.path },
  );
}

function calledByBrowsers(scope: FastifyInstance, pages: Pages) {
  // No HEAD beside these two: asking for the headers alone must not log anybody in or out.
  const alone = { exposeHeadRoute: false, onRequest };
  scope.get('/authorize', alone, authorizeEndpoint(pages.showProgress));
  scope.post('/authorize', { onRequest }, authorizeForm);
  scope.get('/connect/endSession', alone, endSessionEndpoint(pages));
  scope.post('/connect/endSession', { onRequest }, endSessionForm(pages));
}

/** What anybody may fetch. Nothing tells which log-in it is for, so the address itself may carry mock_scenario. */
function published(place: 'discovery' | 'jwks', right: (environment: Environment) => unknown) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { environment } = request;
    const about = {
      ...readRequested(queryParametersOf(request)),
      subject: { request_id: request.id },
    };
    const answer = { status: 200, headers: {}, body: await right(environment) };
    return send(reply, await withScenario(place, answer, environment, about));
  };
}

/** mock_scenario of an address that programs fetch. Throws where it names none. */
function readRequested(parameters: Parameters): Pick<AnswerAbout, 'requested'> {
  const fault = scenarioFault(parameters.get('mock_scenario'));
  if (fault) {
    const { error, description, refusal } = fault;
    throw new Refused({ status: 400, error, description }, refusal, 'json');
  }
  const requested = readScenario(parameters);
  return requested ? { requested } : {};
}

/** What programs call, among them pages of other origins. */
async function calledByPrograms(scope: FastifyInstance) {
  allowClientOrigins(scope);
  for (const path of ENDPOINT_PATHS) {
    const methods = ENDPOINT_METHODS[path];
    if (!methods.includes('OPTIONS')) continue;
    scope.options(path, async (_request, reply) =>
      reply.header('allow', methods.join(', ')).code(204).send(),
    );
  }
  scope.get('/.well-known/openid-configuration', published('discovery', discoveryDocument));
  scope.get(
    '/connect/jwk_uri',
    published('jwks', ({ keys }) => keys.jwks()),
  );
  scope.post('/access_token', { onRequest }, accessTokenEndpoint);
  scope.get('/userinfo', { onRequest }, userInfoEndpoint);
  scope.post('/userinfo', { onRequest }, userInfoEndpoint);
  scope.post('/token/revoke', { onRequest }, revocationEndpoint);
  scope.post('/introspect', { onRequest }, introspectionEndpoint);
}
