/**
 * The one place where an error becomes an answer: what was refused by a rule, what the framework refused, what is
 * not there, and what went wrong inside. The wire says what CIS2 says; the page, the journal and the log say why.
 */
import { STATUS_CODES } from 'node:http';
import type {
  FastifyContextConfig,
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
} from 'fastify';
import type { Logger } from 'pino';
import { REALM_PATH } from '../environment/environment.ts';
import { ENVIRONMENT_NAME_RULE, EnvironmentFault, MOST_ENVIRONMENTS } from '../environment/environments.ts';
import { StoreAway } from '../environment/store.ts';
import type { Refusal } from '../journal/refusal.ts';
import { type Delivery, Refused } from '../journal/refused.ts';
import { editDistance, nearMatches } from '../settings/near-matches.ts';
import { journalUrl } from './journal-pages.ts';
import type { ErrorPage } from './models.ts';
import { frameOf, showPage } from './render.ts';

const HEADINGS: Readonly<Record<number, string>> = {
  400: 'This request cannot be answered',
  403: 'This log-in belongs to another browser',
  404: 'Page not found',
  405: 'This address does not take such requests',
  409: 'This log-in has moved on',
  429: 'Too many requests',
  500: 'Something went wrong in the mock',
  503: 'The mock cannot answer now',
};

/** The page of a refusal. */
export function errorPageOf(request: FastifyRequest, refused: Refused): ErrorPage {
  const { wire, refusal, continueUrl, subject } = refused;
  const { login_id: loginId } = subject;
  const heading = HEADINGS[wire.status] ?? 'This request cannot be answered';
  return {
    ...frameOf(request, heading),
    status: wire.status,
    heading,
    error: wire.error,
    description: wire.description,
    refusal,
    requestId: request.id,
    journalUrl: journalUrl(
      request.environment.prefix,
      loginId === undefined ? { requestId: request.id } : { loginId },
    ),
    ...(continueUrl === undefined ? {} : { continueUrl }),
  };
}

function showRefusal(request: FastifyRequest, reply: FastifyReply, refused: Refused) {
  const { wire, delivery } = refused;
  for (const [name, value] of Object.entries(wire.headers ?? {})) reply.header(name, value);
  if (delivery === 'json') {
    reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
    return reply.code(wire.status).send({ error: wire.error, error_description: wire.description });
  }
  if (delivery === 'page') return showPage(reply.code(wire.status), 'error', errorPageOf(request, refused));
  return reply.redirect(delivery.location, request.method === 'POST' ? 303 : 302);
}

/** Endpoints that programs call are answered in JSON; addresses that browsers open, by a page. */
export function deliveryFor(request: FastifyRequest): Delivery {
  const path = request.url.split('?', 1)[0] ?? '';
  if (/\/(access_token|userinfo|connect\/jwk_uri|openid-configuration|token\/revoke|introspect)$/.test(path))
    return 'json';
  if (path.includes('/_mock/')) return 'json';
  return request.headers.accept?.includes('text/html') || /\/(authorize|endSession)$/.test(path)
    ? 'page'
    : 'json';
}

/** What Fastify itself refuses: media types, sizes and encodings. */
function refusedByFastify(error: FastifyError, request: FastifyRequest): Refused {
  const status = error.statusCode ?? 500;
  const contentType = request.headers['content-type'] ?? 'no content type';
  const known: Readonly<Record<string, { status: number; description: string; refusal: Refusal }>> = {
    FST_ERR_CTP_INVALID_MEDIA_TYPE: {
      status: 400,
      description: 'Invalid Content Type',
      refusal: {
        rule: 'A form comes as application/x-www-form-urlencoded.',
        parameter: 'content-type',
        found: contentType,
        expected: 'application/x-www-form-urlencoded',
        mend: 'Send the parameters as a form, not as JSON.',
        specification: 'RFC 6749 section 4.1.3 and appendix B; facts 10.5',
      },
    },
    FST_ERR_CTP_BODY_TOO_LARGE: {
      status: 413,
      description: 'The request body is too large.',
      refusal: {
        rule: 'A body is small.',
        found: `more than ${BODY_LIMIT} bytes`,
        expected: `at most ${BODY_LIMIT} bytes`,
        mend: 'Send only the parameters of the request.',
        specification: 'RFC 9110 section 15.5.14',
      },
    },
  };
  const { description, refusal, ...named } = known[error.code] ?? {
    status,
    description: error.message,
    refusal: {
      rule: 'The request is well formed.',
      found: error.message,
      expected: 'a request as the documentation describes it',
      mend: 'Correct what is named.',
      specification: 'RFC 9110',
    },
  };
  return new Refused(
    { status: named.status, error: 'invalid_request', description },
    refusal,
    deliveryFor(request),
  );
}

/** Largest body taken, in bytes. */
export const BODY_LIMIT = 65_536;

/** Something went wrong in the mock itself. */
export function faultInside(request: FastifyRequest): Refused {
  return new Refused(
    { status: 500, error: 'server_error', description: 'The mock met an internal error.' },
    {
      rule: 'The mock answers every request.',
      found: 'an error in the mock itself; its log has the details under this request id',
      expected: 'an answer',
      mend: 'Try again; if it happens again, report it with the request id.',
      specification: 'RFC 9110 section 15.6.1',
    },
    deliveryFor(request),
  );
}

function record(request: FastifyRequest, refused: Refused) {
  request.refusedAs = refused.wire.error;
  request.environment.journal.record({
    request_id: request.id,
    ...refused.subject,
    kind: 'refused',
    explanation: `Refused by the rule: ${refused.refusal.rule} Found: ${refused.refusal.found}.`,
    details: {
      status: refused.wire.status,
      error: refused.wire.error,
      description: refused.wire.description,
    },
    refusal: refused.refusal,
  });
}

/** What people call the endpoints, and where each of them is: below the realm, or at the root. */
const ADDRESSES: Readonly<Record<string, string>> = {
  'openid-configuration': `${REALM_PATH}/.well-known/openid-configuration`,
  authorize: `${REALM_PATH}/authorize`,
  auth: `${REALM_PATH}/authorize`,
  access_token: `${REALM_PATH}/access_token`,
  token: `${REALM_PATH}/access_token`,
  userinfo: `${REALM_PATH}/userinfo`,
  endSession: `${REALM_PATH}/connect/endSession`,
  logout: `${REALM_PATH}/connect/endSession`,
  revoke: `${REALM_PATH}/token/revoke`,
  introspect: `${REALM_PATH}/introspect`,
  jwk_uri: `${REALM_PATH}/connect/jwk_uri`,
  jwks: `${REALM_PATH}/connect/jwk_uri`,
  certs: `${REALM_PATH}/connect/jwk_uri`,
  journal: '/_mock/journal',
  health: '/health/live',
  live: '/health/live',
  ready: '/health/ready',
  metrics: '/metrics',
};

/** The addresses nearest to a path, by its last part: people get the realm wrong more often than the endpoint. */
function nearestAddresses(path: string, prefix: string): string[] {
  const last = path.split('/').filter(Boolean).at(-1) ?? '';
  const near = Object.keys(ADDRESSES).filter(
    (name) => editDistance(last.toLowerCase(), name.toLowerCase()) <= 2,
  );
  const nearestFirst = nearMatches(last, near).map((name) => `${prefix}${ADDRESSES[name]}`);
  return [...new Set([...nearestFirst, `${prefix}/`])];
}

/** An environment that would be made now, and is one too many. */
function tooManyEnvironments({ message }: EnvironmentFault, request: FastifyRequest): Refused {
  return new Refused(
    { status: 503, error: 'temporarily_unavailable', description: message },
    {
      rule: 'Environments are bounded in number.',
      parameter: 'path',
      found: message,
      expected: `at most ${MOST_ENVIRONMENTS}, each ended when it is not needed any more`,
      mend: 'End those that are not needed: DELETE /_mock/environments/{name}.',
      specification: 'docs/control-api.md of the mock',
    },
    deliveryFor(request),
  );
}

/** The store that replicas share cannot be reached: nothing was decided, and nothing was issued. */
function storeAway(request: FastifyRequest): Refused {
  return new Refused(
    {
      status: 503,
      error: 'temporarily_unavailable',
      description: 'The store of the mock cannot be reached. Try again.',
      headers: { 'retry-after': '1' },
    },
    {
      rule: 'The store that replicas share is reached.',
      found: 'a Redis that does not answer; /health/ready and the log say more',
      expected: 'an answer within two seconds',
      mend: 'Start the Redis that STORE names, or make it reachable; the mock connects again by itself.',
      specification: 'docs/replicas.md of the mock',
    },
    deliveryFor(request),
  );
}

/** An address below /env/ whose name cannot be one. */
function noEnvironment(request: FastifyRequest, path: string): Refused {
  const name = (path.split('/')[2] ?? '').slice(0, 100);
  return new Refused(
    {
      status: 404,
      error: 'not_found',
      description: `There can be no environment "${name}". A name is ${ENVIRONMENT_NAME_RULE}.`,
    },
    {
      rule: `The name of an environment is ${ENVIRONMENT_NAME_RULE}.`,
      parameter: 'path',
      found: path.slice(0, 300),
      expected: '/env/{name}/…, or no prefix for the default environment',
      mend: 'Correct the name in the address.',
      specification: 'docs/control-api.md of the mock',
    },
    deliveryFor(request),
  );
}

/** Nothing is at the path of this request. */
export function notFound(request: FastifyRequest, path: string): Refused {
  if (path.startsWith('/env/') && request.environment.prefix === '') return noEnvironment(request, path);
  const [nearest = '/', ...others] = nearestAddresses(path, request.environment.prefix);
  return new Refused(
    {
      status: 404,
      error: 'not_found',
      description: `There is nothing at ${path}. Did you mean ${nearest} ?`,
    },
    {
      rule: 'The address is one of this service.',
      parameter: 'path',
      found: path.slice(0, 300),
      expected: [nearest, ...others].join(' or '),
      mend: `Read the addresses from the discovery document: ${request.environment.issuer}/.well-known/openid-configuration`,
      specification: 'OpenID Connect Discovery section 4; facts 1.3',
    },
    deliveryFor(request),
  );
}

/** What is refused by a rule; undefined for what went wrong inside. */
function knownRefusal(error: FastifyError, request: FastifyRequest): Refused | undefined {
  if (error instanceof Refused) return error;
  if (error instanceof StoreAway) return storeAway(request);
  if (error instanceof EnvironmentFault) return tooManyEnvironments(error, request);
  return error.statusCode !== undefined && error.statusCode < 500
    ? refusedByFastify(error, request)
    : undefined;
}

export function registerRefusals(app: FastifyInstance, log: Logger) {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = knownRefusal(error, request);
    if (!known)
      log.error(
        { err: error, request_id: request.id, environment: request.environment.name },
        'a request failed inside the mock',
      );
    const refused = known ?? faultInside(request);
    record(request, refused);
    return showRefusal(request, reply, refused);
  });
  app.setNotFoundHandler((request, reply) => {
    const refused = notFound(request, request.originalUrl.split('?', 1)[0] ?? '');
    record(request, refused);
    return showRefusal(request, reply, refused);
  });
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Answers the other methods of a path with 405 and the ones it takes. */
export function allowOnly(
  app: FastifyInstance,
  path: string,
  allowed: readonly string[],
  config: FastifyContextConfig = {},
) {
  app.route({
    method: METHODS.filter((method) => !allowed.includes(method)),
    url: path,
    config,
    handler: async (request) => {
      throw new Refused(
        {
          status: 405,
          error: 'method_not_allowed',
          description: `${STATUS_CODES[405]}: ${request.method}`,
          headers: { allow: allowed.join(', ') },
        },
        {
          rule: 'The method is one that the endpoint takes.',
          parameter: 'method',
          found: request.method,
          expected: allowed.join(' or '),
          mend: 'Use one of these methods.',
          specification: 'RFC 9110 section 15.5.6; facts 5.1',
        },
        deliveryFor(request),
      );
    },
  });
}
