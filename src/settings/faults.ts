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

const SHORT = 80;

/** A value as a fault shows it: JSON, cut short. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
}
