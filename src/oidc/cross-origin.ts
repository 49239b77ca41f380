/** What pages of other origins may call (Fetch Standard, CORS protocol): those where a registered client lives. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import '../environment/on-request.ts';
import { isClientOrigin } from '../relying-party/redirect-uris.ts';

const METHODS = 'GET, POST';
const REQUEST_HEADERS = 'authorization, content-type';
const ANSWER_HEADERS = 'www-authenticate, x-mock-cis2-request-id';

/** Whether this asks, before the request itself, what the page may send (a preflight). */
const asksFirst = ({ method, headers }: FastifyRequest): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

function answerFirst(reply: FastifyReply) {
  return reply
    .header('access-control-allow-methods', METHODS)
    .header('access-control-allow-headers', REQUEST_HEADERS)
    .code(204)
    .send();
}

/** For every route of this scope. Pages of other origins get the answer too, but no header by which they could read it. */
export function allowClientOrigins(scope: FastifyInstance) {
  scope.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers;
    // Whoever keeps an answer keeps it for one origin.
    reply.header('vary', 'Origin');
    if (origin === undefined || !isClientOrigin(request.environment.clients.values(), origin)) return done();
    reply
      .header('access-control-allow-origin', origin)
      .header('access-control-expose-headers', ANSWER_HEADERS);
    if (asksFirst(request)) return void answerFirst(reply);
    done();
  });
}
