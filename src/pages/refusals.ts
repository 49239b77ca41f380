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
import { Refused } from '../journal/refused.ts';
import type { LoggerWanted } from '../log/log.ts';
import { deliveryFor } from './delivery.ts';
import { journalUrl } from './journal-pages.ts';
import { faultInside, knownRefusal } from './known-refusals.ts';
import type { ErrorPage } from './models.ts';
import { notFound } from './not-there.ts';
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
  const { wire, refusal, goOn, subject } = refused;
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
    ...(goOn ? { goOn } : {}),
  };
}

/** The status that goes out: a redirect takes the refusal to the application, and carries its own. */
function statusOf({ method }: FastifyRequest, { wire, delivery }: Refused): number {
  if (typeof delivery === 'string') return wire.status;
  return method === 'POST' ? 303 : 302;
}

function showRefusal(request: FastifyRequest, reply: FastifyReply, refused: Refused) {
  const { wire, delivery } = refused;
  for (const [name, value] of Object.entries(wire.headers ?? {})) reply.header(name, value);
  if (delivery === 'json') {
    reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
    return reply.code(wire.status).send({ error: wire.error, error_description: wire.description });
  }
  if (delivery === 'page') return showPage(reply.code(wire.status), 'error', errorPageOf(request, refused));
  return reply.redirect(delivery.location, statusOf(request, refused));
}

function record(request: FastifyRequest, refused: Refused) {
  request.refusedAs = refused.wire.error;
  request.environment.journal.record({
    request_id: request.id,
    ...refused.subject,
    kind: 'refused',
    explanation: `Refused by the rule: ${refused.refusal.rule} Found: ${refused.refusal.found}.`,
    details: {
      status: statusOf(request, refused),
      error: refused.wire.error,
      description: refused.wire.description,
    },
    refusal: refused.refusal,
  });
}

export function registerRefusals(app: FastifyInstance, log: LoggerWanted) {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = knownRefusal(error, request);
    if (!known)
      log().error(
        { err: error, request_id: request.id, environment: request.environment.name },
        'a request failed inside the mock',
      );
    const refused = known ?? faultInside(request);
    record(request, refused);
    return showRefusal(request, reply, refused);
  });
  app.setNotFoundHandler((request, reply) => {
    const url = request.url.split('?', 1)[0] ?? '';
    // Looked up as a pattern: what has a meaning in patterns is in no address of ours, and some of it is no pattern.
    const isPlain = !/[*:]/.test(url);
    const allowed = METHODS.filter((method) => isPlain && app.hasRoute({ method, url }));
    const refused =
      allowed.length > 0
        ? methodRefused(request, allowed)
        : notFound(request, request.originalUrl.split('?', 1)[0] ?? '');
    record(request, refused);
    return showRefusal(request, reply, refused);
  });
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

function methodRefused(request: FastifyRequest, allowed: readonly string[]): Refused {
  return new Refused(
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
}

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
      throw methodRefused(request, allowed);
    },
  });
}
