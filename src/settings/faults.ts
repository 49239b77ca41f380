/** What is wrong with a configuration: every fault at once, path by path. */

export interface Fault {
  /** Where: `fixtures/default.json /people/3/roles/0/org_code`, or `PORT`. */
  path: string;
  /** What stands there. */
  found: string;
  /** What may stand there. */
  allowed: string;
}

export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly faults: readonly Fault[]) {
    const lines = faults.map(({ path, found, allowed }) => `  ${path}: found ${found}; allowed: ${allowed}`);
    super(
      `The configuration has ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${lines.join('\n')}`,
    );
  }
}

/** The faults that a check throws; none where it throws nothing. So that several checks are told of together. */
export async function faultsThrownBy(check: () => unknown): Promise<readonly Fault[]> {
  try {
    await check();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}

const SHORT = 80;

/** A value as JSON; what JSON has no word for, as NaN, by its own. */
function textOf(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return JSON.stringify(value) ?? `a ${typeof value}`;
}

/** A value as a fault shows it, cut short. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = textOf(value);
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
}
