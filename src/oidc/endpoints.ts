/** The provider’s endpoints, at CIS2’s own paths below the realm (facts 1.3). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { accessTokenEndpoint } from './access-token.ts';
import { authorizeEndpoint, authorizeForm } from './authorize.ts';
import { discoveryDocument } from './discovery.ts';
import type { Progress } from './progress.ts';
import { userInfoEndpoint } from './userinfo.ts';

/** Shows where a log-in stands: a page, or the redirect that ends it. The pages provide it. */
export type ShowProgress = (request: FastifyRequest, reply: FastifyReply, progress: Progress) => unknown;

export function registerEndpoints(app: FastifyInstance, realm: string, showProgress: ShowProgress) {
  app.get(`${realm}/.well-known/openid-configuration`, async ({ environment }) =>
    discoveryDocument(environment),
  );
  app.get(`${realm}/connect/jwk_uri`, async ({ environment }) => environment.keys.jwks());
  app.get(`${realm}/authorize`, authorizeEndpoint(showProgress));
  app.post(`${realm}/authorize`, authorizeForm);
  app.post(`${realm}/access_token`, accessTokenEndpoint);
  app.get(`${realm}/userinfo`, userInfoEndpoint);
  app.post(`${realm}/userinfo`, userInfoEndpoint);
}
