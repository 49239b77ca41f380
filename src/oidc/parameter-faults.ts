/** What can be wrong with any parameter, at whichever endpoint. */
import type { Refusal } from '../journal/refusal.ts';
import { MAX_PARAMETERS, MAX_QUERY_LENGTH, MAX_VALUE_LENGTH, type Parameters } from './parameters.ts';

/** A fault in both voices: the error for the wire, the refusal for the developer. */
export interface Fault {
  error: string;
  description: string;
  refusal: Refusal;
}

export function invalidRequest(
  parameter: string,
  description: string,
  refusal: Omit<Refusal, 'parameter'>,
): Fault {
  return { error: 'invalid_request', description, refusal: { parameter, ...refusal } };
}

/** Faults of the text itself: repeated, wrongly encoded or oversized parameters. */
export function encodingFault({ repeated, malformed, oversized, tooMany }: Parameters): Fault | undefined {
  if (tooMany) {
    return {
      error: 'invalid_request',
      description: 'Too many parameters',
      refusal: {
        rule: `A request has at most ${MAX_PARAMETERS} parameters and ${MAX_QUERY_LENGTH} characters in all.`,
        found: 'more',
        expected: `at most ${MAX_PARAMETERS} parameters and ${MAX_QUERY_LENGTH} characters`,
        mend: 'Send only the parameters of the specification.',
        specification: 'RFC 6749 section 3.1',
      },
    };
  }
  const [twice] = repeated;
  if (twice !== undefined) {
    return invalidRequest(twice, `Invalid Request, duplicate request parameter found : ${twice}`, {
      rule: 'Each parameter comes once.',
      found: `${twice} more than once`,
      expected: `${twice} once`,
      mend: 'Look where the application adds parameters to a URL that already has them.',
      specification: 'RFC 6749 section 3.1; facts 10.3',
    });
  }
  const [broken] = malformed;
  if (broken !== undefined) {
    return invalidRequest(broken, `Malformed encoding of parameter, ${broken}`, {
      rule: 'Parameters are percent-encoded UTF-8.',
      found: `${broken} with a broken percent-encoding`,
      expected: 'application/x-www-form-urlencoded text, for example %20 or + for a space',
      mend: 'Build the URL with a library (URLSearchParams) instead of joining text.',
      specification: 'RFC 6749 appendix B',
    });
  }
  const [long] = oversized;
  if (long !== undefined) {
    return invalidRequest(long, `Parameter too long, ${long}`, {
      rule: `A parameter has at most ${MAX_VALUE_LENGTH} characters.`,
      found: `${long} with more`,
      expected: `at most ${MAX_VALUE_LENGTH} characters`,
      mend: 'Keep large data in the application’s session and send its key in state.',
      specification: 'RFC 6749 section 3.1',
    });
  }
  return undefined;
}

export function missing(parameter: string, mend: string): Fault {
  return invalidRequest(parameter, `Missing parameter, ${parameter}`, {
    rule: `${parameter} is required.`,
    found: 'nothing, or an empty value',
    expected: `a value of ${parameter}`,
    mend,
    specification: 'OpenID Connect Core section 3.1.2.1; facts 10.5',
  });
}
