/** Faults of the control API as problem details (RFC 9457), each with a pointer to what is wrong. */
import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { EnvironmentFault } from '../environment/environments.ts';
import { KeyFault } from '../environment/signing-key-states.ts';
import { StoreAway, StoreRefused } from '../environment/store.ts';
import { ConfigurationError, type Fault, shown } from '../settings/faults.ts';
import { faultsOf } from '../settings/validation.ts';

/** Refuses a request of the control API. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: number,
    /** What is wrong and how to mend it, in a sentence or two. */
    readonly detail: string,
    readonly faults: readonly Fault[] = [],
  ) {
    super(detail);
  }
}

const ENVIRONMENT_STATUS: Readonly<Record<EnvironmentFault['reason'], number>> = {
  taken: 409,
  full: 503,
  not_found: 404,
};

/** What a request is made of, by Fastify’s names, as faults and sentences name it. The body needs no name. */
const PLACES: Readonly<Record<string, string>> = { params: 'path', querystring: 'query' };

/** The media types that the call takes its body as. */
const typesTaken = ({ routeOptions }: FastifyRequest) =>
  routeOptions.config.operation?.consumes ?? ['application/json'];

function wrongMediaType(request: FastifyRequest): Problem {
  const found = shown(request.headers['content-type']);
  return new Problem(415, `Send JSON with content-type ${typesTaken(request).join(' or ')}; found ${found}.`);
}

function problemOfValidation({ validation, validationContext = 'body' }: FastifyError): Problem {
  const place = PLACES[validationContext];
  const faults = faultsOf(place ?? '', validation as unknown as Parameters<typeof faultsOf>[1]);
  return new Problem(400, `The ${place ?? 'body'} is not allowed.`, faults);
}

/** A fault with where it is as a JSON pointer (RFC 6901), and what that points into where it is not the body. */
function located({ path, found, allowed }: Fault) {
  if (path === '' || path.startsWith('/')) return { pointer: path, found, allowed };
  const end = path.indexOf(' /');
  if (end < 0) return { pointer: '', in: path, found, allowed };
  return { pointer: path.slice(end + 1), in: path.slice(0, end), found, allowed };
}

/** What each error says to the caller; undefined for one of the mock’s own, of which nothing is told. */
function problemOf(error: FastifyError, request: FastifyRequest): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof ConfigurationError) return new Problem(400, 'The value is not allowed.', error.faults);
  if (error instanceof KeyFault) return new Problem(409, error.message);
  if (error instanceof StoreAway)
    return new Problem(
      503,
      'The store that replicas share cannot be reached. It is connected to again by itself; try again.',
    );
  if (error instanceof StoreRefused)
    return new Problem(503, `The store that replicas share refused what it was asked: ${error.message}`);
  if (error instanceof EnvironmentFault) return new Problem(ENVIRONMENT_STATUS[error.reason], error.message);
  if (error.validation) return problemOfValidation(error);
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return wrongMediaType(request);
  return error.statusCode !== undefined && error.statusCode < 500
    ? new Problem(error.statusCode, error.message)
    : undefined;
}

export function answerWithProblems(scope: FastifyInstance) {
  scope.setNotFoundHandler(async (request) => {
    const [path] = request.originalUrl.split('?', 1);
    throw new Problem(
      404,
      `There is nothing at ${path}. GET /_mock/openapi.json lists what there is; a sid is percent-encoded in the path.`,
    );
  });
  scope.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error, request);
    // Faults of the mock itself are logged and answered as everywhere else.
    if (!problem) throw error;
    const { status, detail, faults } = problem;
    request.refusedAs = `problem_${status}`;
    request.environment.journal.record({
      request_id: request.id,
      kind: 'refused',
      explanation: `Refused by the control API: ${detail}`,
      details: { status, method: request.method, path: request.url.replace(/\?.*/s, ''), faults },
    });
    return reply
      .code(status)
      .header('cache-control', 'no-store')
      .type('application/problem+json')
      .send({
        type: 'about:blank',
        title: STATUS_CODES[status],
        status,
        detail,
        ...(faults.length === 0 ? {} : { faults: faults.map(located) }),
      });
  });
}
