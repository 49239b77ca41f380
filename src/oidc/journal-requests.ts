/** What came in at the provider’s endpoints, where they do not say so themselves, and what each of them answered. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { REALM_PATH } from '../environment/environment.ts';
import type { EventDetails } from '../journal/events.ts';
import { parseParameters, queryOf } from './parameters.ts';

/** The endpoints that read no parameters by which they would know more. */
const RECEIVED: Readonly<Record<string, string>> = {
  '/.well-known/openid-configuration': 'The discovery document was asked for.',
  '/connect/jwk_uri': 'The JWKS was asked for.',
  '/userinfo': 'UserInfo was asked for.',
};

/** Hooks of every route; they act on the endpoints, `methods` by path below the realm, alone. */
export function journalRequests(app: FastifyInstance, methods: Readonly<Record<string, readonly string[]>>) {
  /** The path below the realm of the endpoint that was asked, by whatever method. */
  function endpointOf({ routeOptions: { url = '' } }: FastifyRequest): string | undefined {
    const path = url.startsWith(REALM_PATH) ? url.slice(REALM_PATH.length) : '';
    return Object.hasOwn(methods, path) ? path : undefined;
  }

  app.addHook('onRequest', async (request) => {
    const path = endpointOf(request);
    if (path === undefined || request.method === 'OPTIONS' || !methods[path]?.includes(request.method))
      return;
    const explanation = RECEIVED[path];
    if (explanation === undefined) return;
    request.environment.journal.record({
      request_id: request.id,
      kind: 'request_received',
      explanation,
      details: parseParameters(queryOf(request)).all(),
    });
  });

  // Before the answer is sent: who has it finds the event.
  app.addHook('onSend', async (request, reply) => {
    const redirect = redirectOf(reply);
    const { location } = redirect;
    const endpoint = endpointOf(request);
    // A log-in on pages ends at a form of its own: with the redirect that goes to the application.
    const isCallback = /^\/login\//.test(request.url) && location !== undefined && !location.startsWith('/');
    if (endpoint === undefined && !isCallback) return;
    const path = endpoint === undefined ? request.url : `${REALM_PATH}${endpoint}`;
    const { method, environment } = request;
    environment.journal.record({
      ...environment.journal.subjectOf(request.id),
      kind: 'request_answered',
      explanation: `${method} ${endpoint ?? path} was answered with ${reply.statusCode}${location === undefined ? '' : `, a redirect to ${location}`}.`,
      details: { method, path, status: reply.statusCode, ...redirect },
    });
    await environment.journal.flush?.();
  });
}

/** Where an answer sends the browser, and with what. */
function redirectOf(reply: FastifyReply): Pick<EventDetails['request_answered'], 'location' | 'parameters'> {
  const address = reply.getHeader('location');
  if (typeof address !== 'string') return {};
  const [location = '', query = ''] = address.split(/\?(.*)/s, 2);
  return { location, parameters: parseParameters(query).all() };
}
