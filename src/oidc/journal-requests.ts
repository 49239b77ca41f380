/** What came in at the provider’s endpoints, where they do not say so themselves, and what each of them answered. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ENDPOINT_PATHS, type EndpointPath, HEALTHCARE, pathIn } from '../environment/realms.ts';
import type { EventDetails } from '../journal/events.ts';
import { parseParameters, queryParametersOf } from './parameters.ts';

/** The endpoints that read no parameters by which they would know more. */
const RECEIVED: Readonly<Partial<Record<EndpointPath, string>>> = {
  '/.well-known/openid-configuration': 'The discovery document was asked for.',
  '/connect/jwk_uri': 'The JWKS was asked for.',
  '/userinfo': 'UserInfo was asked for.',
};

/** A log-in on pages ends at a form of its own: with the redirect that goes to the application. */
function isCallback({ url }: FastifyRequest, location: string | undefined): boolean {
  return location !== undefined && !location.startsWith('/') && url.startsWith('/login/');
}

/** Hooks of every route; they act on the endpoints, `methods` by path below the realm, alone. */
export function journalRequests(
  app: FastifyInstance,
  methods: Readonly<Record<EndpointPath, readonly string[]>>,
) {
  const endpoints = new Map<string, EndpointPath>(
    ENDPOINT_PATHS.map((path) => [pathIn(HEALTHCARE, path), path]),
  );

  /** The path below the realm of the endpoint that was asked, by whatever method. */
  const endpointOf = ({ route }: FastifyRequest) => endpoints.get(route);

  app.addHook('onRequest', (request, _reply, done) => {
    const path = endpointOf(request);
    const explanation = path === undefined ? undefined : RECEIVED[path];
    const isTaken =
      path !== undefined && request.method !== 'OPTIONS' && methods[path].includes(request.method);
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
      const { method, environment } = request;
      const { realm } = environment;
      const path = endpoint === undefined ? request.url : pathIn(realm, endpoint);
      environment.journal.record({
        kind: 'request_answered',
        explanation: `${method} ${endpoint === undefined ? path : realm.pathOf(endpoint)} was answered with ${reply.statusCode}${location === undefined ? '' : `, a redirect to ${location}`}.`,
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
