/** What the soak is told on its command line. */
import { parseArgs } from 'node:util';

export interface SoakOptions {
  minutes: number;
  seed: number;
  /** Log-ins, and what else there is to do, that run at once. */
  workers: number;
  /** STORE of both processes, which are then replicas of one mock. Left out: two mocks, each with a memory of its own. */
  redis?: string;
}

/** Throws with what is wrong, and what is allowed. */
export function readOptions(args: string[]): SoakOptions {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      workers: { type: 'string', default: '6' },
      redis: { type: 'string' },
    },
  });
  const number = (name: 'minutes' | 'seed' | 'workers', least: number) => {
    const value = Number(values[name]);
    if (value >= least) return value;
    throw new Error(`--${name}: found ${values[name]}; allowed: a number from ${least}`);
  };
  return {
    minutes: number('minutes', 0.5),
    seed: number('seed', 0),
    workers: number('workers', 1),
    ...(values.redis === undefined ? {} : { redis: values.redis }),
  };
}
