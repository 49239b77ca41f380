/** What came in at the provider’s endpoints, where they do not say so themselves, and what each of them answered. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { REALM_PATH } from '../environment/environment.ts';
import type { EventDetails } from '../journal/events.ts';
import { parseParameters, queryParametersOf } from './parameters.ts';

/** The endpoints that read no parameters by which they would know more. */
const RECEIVED: Readonly<Record<string, string>> = {
  '/.well-known/openid-configuration': 'The discovery document was asked for.',
  '/connect/jwk_uri': 'The JWKS was asked for.',
  '/userinfo': 'UserInfo was asked for.',
};

/** A log-in on pages ends at a form of its own: with the redirect that goes to the application. */
function isCallback({ url }: FastifyRequest, location: string | undefined): boolean {
  return location !== undefined && !location.startsWith('/') && url.startsWith('/login/');
}

/** Hooks of every route; they act on the endpoints, `methods` by path below the realm, alone. */
export function journalRequests(app: FastifyInstance, methods: Readonly<Record<string, readonly string[]>>) {
  const endpoints = new Map(Object.keys(methods).map((path) => [`${REALM_PATH}${path}`, path]));

  /** The path below the realm of the endpoint that was asked, by whatever method. */
  const endpointOf = ({ route }: FastifyRequest) => endpoints.get(route);

  app.addHook('onRequest', (request, _reply, done) => {
    const path = endpointOf(request);
    const explanation = path === undefined ? undefined : RECEIVED[path];
    const isTaken = request.method !== 'OPTIONS' && methods[path ?? '']?.includes(request.method);
    if (explanation !== undefined && isTaken) {
      request.environment.journal.record({
        request_id: request.id,
        kind: 'request_received',
        explanation,
        details: queryParametersOf(request).all(),
      });
    }
    done();
  });

  // Before the answer is sent: who has it finds the event.
  app.addHook('onSend', (request, reply, _payload, done) => {
    const redirect = redirectOf(reply);
    const { location } = redirect;
    const endpoint = endpointOf(request);
    if (endpoint !== undefined || isCallback(request, location)) {
      const path = endpoint === undefined ? request.url : `${REALM_PATH}${endpoint}`;
      const { method, environment } = request;
      environment.journal.record({
        kind: 'request_answered',
        explanation: `${method} ${endpoint ?? path} was answered with ${reply.statusCode}${location === undefined ? '' : `, a redirect to ${location}`}.`,
        details: { method, path, status: reply.statusCode, ...redirect },
        ...environment.journal.subjectOf(request.id),
      });
      const flushed = environment.journal.flush?.();
      if (flushed) return void flushed.then(() => done(), done);
    }
    done();
  });
}

/** Where an answer sends the browser, and with what. */
function redirectOf(reply: FastifyReply): Pick<EventDetails['request_answered'], 'location' | 'parameters'> {
  const address = reply.getHeader('location');
  if (typeof address !== 'string') return {};
  const [location = '', query = ''] = address.split(/\?(.*)/s, 2);
  return { location, parameters: parseParameters(query).all() };
}
