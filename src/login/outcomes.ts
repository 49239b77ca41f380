/** How a log-in can end, and what each ending is on the wire; the README has the same table. */

const OUTCOME_CODES = [
  'internal_error',
  'timed_out',
  'nhsmail_declined',
  'nhsmail_not_registered',
  'organisation_not_in_private_beta',
  'authenticator_too_weak',
  'no_role',
  'access_denied',
  'abandoned',
  'authenticated',
] as const;

export type OutcomeCode = (typeof OUTCOME_CODES)[number];
export type FailureCode = Exclude<OutcomeCode, 'authenticated'>;

export interface FailureOnTheWire {
  /** HTTP status of the page that ends the log-in. */
  status: number;
  /** OAuth error code for the relying party, where the failure is redirected (RFC 6749 section 4.1.2.1). */
  error: string;
  /** error_description: what the relying party is told, ASCII as RFC 6749 demands. */
  description: string;
}

/** Where a failure goes whatever the client’s on_login_failure says: giving up is told, a closed browser tells nothing. */
export const ALWAYS_ENDS_AT: Readonly<Partial<Record<FailureCode, 'page' | 'redirect'>>> = {
  access_denied: 'redirect',
  abandoned: 'page',
};

/** Statuses and error codes of the failures. A scenario may replace the error code of internal_error. */
export const FAILURES: Readonly<Record<FailureCode, FailureOnTheWire>> = {
  internal_error: {
    status: 500,
    error: 'server_error',
    description: 'A temporary internal error. Try again.',
  },
  timed_out: {
    status: 400,
    error: 'access_denied',
    description: 'The log-in timed out: the person took too long.',
  },
  nhsmail_declined: {
    status: 403,
    error: 'access_denied',
    description: 'The person did not finish signing in to NHSmail.',
  },
  nhsmail_not_registered: {
    status: 403,
    error: 'access_denied',
    description: 'The NHSmail account is not registered as an authenticator.',
  },
  organisation_not_in_private_beta: {
    status: 403,
    error: 'access_denied',
    description: 'The organisation is not in the private beta of the NHSmail authenticator.',
  },
  authenticator_too_weak: {
    status: 403,
    error: 'access_denied',
    description: 'The authenticator does not reach the requested assurance.',
  },
  no_role: { status: 403, error: 'access_denied', description: 'No role was selected.' },
  access_denied: { status: 403, error: 'access_denied', description: 'The person did not log in.' },
  abandoned: { status: 403, error: 'access_denied', description: 'The person closed the browser.' },
};
