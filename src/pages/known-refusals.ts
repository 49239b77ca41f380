/** What is refused by no rule of the provider: by the framework, for want of room or of a store, and faults of the mock. */
import type { FastifyError, FastifyRequest } from 'fastify';
import { EnvironmentFault, MOST_ENVIRONMENTS } from '../environment/environments.ts';
import { StoreAway, StoreRefused } from '../environment/store.ts';
import type { Refusal } from '../journal/refusal.ts';
import { Refused } from '../journal/refused.ts';
import { deliveryFor } from './delivery.ts';

/** Largest body taken, in bytes. */
export const BODY_LIMIT = 65_536;

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

/** The store that replicas share is reached, and does not do what it is asked: full, read-only, or wrongly set up. */
function storeRefused({ message }: StoreRefused, request: FastifyRequest): Refused {
  return new Refused(
    {
      status: 503,
      error: 'temporarily_unavailable',
      description: `The store of the mock refused what it was asked: ${message}`,
      headers: { 'retry-after': '1' },
    },
    {
      rule: 'The store that replicas share does what it is asked.',
      found: message,
      expected: 'a Redis that takes writes',
      mend: 'Mend in the Redis that STORE names what it complains of: more memory, or the primary in place of a replica of it.',
      specification: 'docs/replicas.md of the mock',
    },
    deliveryFor(request),
  );
}

/** What is refused by a rule; undefined for what went wrong inside. */
export function knownRefusal(error: FastifyError, request: FastifyRequest): Refused | undefined {
  if (error instanceof Refused) return error;
  if (error instanceof StoreAway) return storeAway(request);
  if (error instanceof StoreRefused) return storeRefused(error, request);
  if (error instanceof EnvironmentFault) return tooManyEnvironments(error, request);
  return error.statusCode !== undefined && error.statusCode < 500
    ? refusedByFastify(error, request)
    : undefined;
}
