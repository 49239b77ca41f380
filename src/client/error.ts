/** What the client throws: the words of the mock, so that a failing test says what to mend. */

/** One thing that is wrong with what was sent. */
export interface FaultFound {
  /** Where it stands in what was sent, as a JSON pointer (RFC 6901), or the name of a parameter. */
  pointer: string;
  found: string;
  allowed: string;
}

interface About {
  status?: number;
  detail?: string;
  faults?: readonly FaultFound[];
  cause?: unknown;
}

/**
 * Thrown when the mock refuses a call, or gives no answer. Its message has everything below in it.
 *
 * ```ts
 * await cis2.setScenario('INTERNAL_EROR');
 * // MockCis2Error: POST /_mock/scenarios was refused with 400: The value is not allowed.
 * //   /code: found "INTERNAL_EROR"; allowed: a code of the catalogue; near matches: INTERNAL_ERROR, …
 * ```
 */
export class MockCis2Error extends Error {
  override readonly name = 'MockCis2Error';
  /** HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  /** What is wrong and how to mend it, in a sentence or two. */
  readonly detail: string;
  /** Every fault at once, where some value was at fault. */
  readonly faults: readonly FaultFound[];

  constructor(what: string, { status, detail = '', faults = [], cause }: About = {}) {
    const lines = faults.map(
      ({ pointer, found, allowed }) => `  ${pointer}: found ${found}; allowed: ${allowed}`,
    );
    super([detail === '' ? what : `${what}: ${detail}`, ...lines].join('\n'), { cause });
    this.status = status;
    this.detail = detail;
    this.faults = faults;
  }
}

/** Refuses options that there are not: a misspelt one would do nothing, in silence. */
export function demandKnown(options: object, names: readonly string[]) {
  const unknown = Object.keys(options).filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  throw new MockCis2Error('There is no such option', {
    faults: unknown.map((pointer) => ({ pointer, found: 'an unknown option', allowed: names.join(', ') })),
  });
}
