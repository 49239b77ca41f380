/** Faults of the control API as problem details (RFC 9457), each with a pointer to what is wrong. */
import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance } from 'fastify';
import { EnvironmentFault } from '../environment/environments.ts';
import { KeyFault } from '../environment/signing-keys.ts';
import { ConfigurationError, type Fault } from '../settings/faults.ts';
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

/** What each error says to the caller; undefined for one of the mock’s own, of which nothing is told. */
function problemOf(error: FastifyError): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof ConfigurationError) return new Problem(400, 'The value is not allowed.', error.faults);
  if (error instanceof KeyFault) return new Problem(409, error.message);
  if (error instanceof EnvironmentFault) return new Problem(ENVIRONMENT_STATUS[error.reason], error.message);
  if (error.validation) {
    const faults = faultsOf('', error.validation as Parameters<typeof faultsOf>[1]);
    return new Problem(400, `The ${error.validationContext} is not allowed.`, faults);
  }
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new Problem(415, 'Send JSON, with content-type application/json.');
  }
  return error.statusCode !== undefined && error.statusCode < 500
    ? new Problem(error.statusCode, error.message)
    : undefined;
}

export function answerWithProblems(scope: FastifyInstance) {
  scope.setNotFoundHandler(async (request) => {
    const [path] = request.originalUrl.split('?', 1);
    throw new Problem(
      404,
      `There is nothing at ${path}. docs/control-api.md of the project lists what there is; a sid is percent-encoded in the path.`,
    );
  });
  scope.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error);
    // Faults of the mock itself are logged and answered as everywhere else.
    if (!problem) throw error;
    const { status, detail, faults } = problem;
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
        ...(faults.length === 0
          ? {}
          : { faults: faults.map(({ path, found, allowed }) => ({ pointer: path, found, allowed })) }),
      });
  });
}
