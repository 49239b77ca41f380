/** The provider’s endpoints, at CIS2’s own paths below the realm (facts 1.3, 10.2). */
import fastifyCors from '@fastify/cors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isClientOrigin } from '../relying-party/redirect-uris.ts';
import { accessTokenEndpoint } from './access-token.ts';
import { authorizeEndpoint, authorizeForm } from './authorize.ts';
import { discoveryDocument } from './discovery.ts';
import { endSessionEndpoint, endSessionForm, type LogoutPages } from './end-session.ts';
import { journalRequests } from './journal-requests.ts';
import type { Progress } from './progress.ts';
import { introspectionEndpoint, revocationEndpoint } from './token-status.ts';
import { userInfoEndpoint } from './userinfo.ts';

/** What endpoints show to a person. The pages folder provides it. */
export interface Pages extends LogoutPages {
  /** Shows where a log-in stands: a page, or the redirect that ends it. */
  showProgress(request: FastifyRequest, reply: FastifyReply, progress: Progress): unknown;
}

/** The methods of each path below the realm; all others are refused by name. */
export const ENDPOINT_METHODS: Readonly<Record<string, readonly string[]>> = {
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
const onRequest = async (_request: FastifyRequest, reply: FastifyReply) => {
  reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
};

export async function registerEndpoints(app: FastifyInstance, realm: string, pages: Pages) {
  journalRequests(app, realm, ENDPOINT_METHODS);
  // No HEAD beside these two: asking for the headers alone must not log anybody in or out.
  const alone = { exposeHeadRoute: false, onRequest };
  app.get(`${realm}/authorize`, alone, authorizeEndpoint(pages.showProgress));
  app.post(`${realm}/authorize`, { onRequest }, authorizeForm);
  app.get(`${realm}/connect/endSession`, alone, endSessionEndpoint(pages));
  app.post(`${realm}/connect/endSession`, { onRequest }, endSessionForm(pages));
  await app.register(calledByPrograms, { prefix: realm });
}

/** What programs call, among them pages of other origins: those where a registered client lives, and no others. */
async function calledByPrograms(scope: FastifyInstance) {
  await scope.register(fastifyCors, {
    delegator: (request, callback) => {
      const { origin } = request.headers;
      const allowed = origin !== undefined && isClientOrigin(request.environment.clients.values(), origin);
      callback(null, {
        origin: allowed ? origin : false,
        methods: ['GET', 'POST'],
        allowedHeaders: ['authorization', 'content-type'],
        exposedHeaders: ['www-authenticate', 'x-mock-cis2-request-id'],
      });
    },
  });
  for (const [path, methods] of Object.entries(ENDPOINT_METHODS)) {
    if (!methods.includes('OPTIONS')) continue;
    scope.options(path, async (_request, reply) =>
      reply.header('allow', methods.join(', ')).code(204).send(),
    );
  }
  scope.get('/.well-known/openid-configuration', async ({ environment }) => discoveryDocument(environment));
  scope.get('/connect/jwk_uri', async ({ environment }) => environment.keys.jwks());
  scope.post('/access_token', { onRequest }, accessTokenEndpoint);
  scope.get('/userinfo', { onRequest }, userInfoEndpoint);
  scope.post('/userinfo', { onRequest }, userInfoEndpoint);
  scope.post('/token/revoke', { onRequest }, revocationEndpoint);
  scope.post('/introspect', { onRequest }, introspectionEndpoint);
}
