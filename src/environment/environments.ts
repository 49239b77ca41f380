/**
 * The environments of a process, by name: the default one, and those that tests make for themselves, by call or by
 * using their address. They are bounded in number, and one that nobody uses any more ends by itself.
 */
import type { Fixtures } from '../settings/fixtures-lists.ts';
import { DEFAULT_ENVIRONMENT } from './create-environment.ts';
import type { Environment } from './environment.ts';
import { prepareSpareKey } from './rsa-keys.ts';

/** What a name in /env/{name}/ may be: it stands in addresses as it is. */
export const ENVIRONMENT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The same in words, for whoever used another. */
export const ENVIRONMENT_NAME_RULE =
  '1 to 64 letters, digits, dots, hyphens and underscores, the first a letter or digit; not default, whose addresses have no prefix';

export const isEnvironmentName = (name: string): boolean =>
  ENVIRONMENT_NAME.test(name) && name !== DEFAULT_ENVIRONMENT;

/** How long an environment lives without being used, in seconds, unless it was made with another time. */
export const DEFAULT_TIME_TO_LIVE_SECONDS = 3600;

/** Most environments beside the default one. */
export const MOST_ENVIRONMENTS = 2000;

/** Why there is no such environment. */
export class EnvironmentFault extends Error {
  override readonly name = 'EnvironmentFault';

  constructor(
    readonly reason: 'taken' | 'full' | 'not_found',
    message: string,
  ) {
    super(message);
  }
}

/** An environment that was made, and its time. Moments are milliseconds since 1970, by the machine. */
export interface Kept {
  name: string;
  startedAt: number;
  usedAt: number;
  timeToLiveSeconds: number;
}

export interface Beginning {
  name: string;
  fixtures: Fixtures;
  timeToLiveSeconds?: number;
}

export interface Environments {
  readonly default: Environment;
  /**
   * The environment of this name, the default one too, as it is now; it counts as being used. Made now if it is not
   * there. Throws EnvironmentFault where there are too many. Given at once where it is all in this process.
   */
  at(name: string): Environment | Promise<Environment>;
  /** Makes one. Throws EnvironmentFault where the name is taken, or there are too many. */
  begin(beginning: Beginning): Promise<Kept>;
  /** Ends one, and forgets all that was in it. Throws EnvironmentFault where there is none. */
  end(name: string): Promise<void>;
  /** Those beside the default one, oldest first. */
  list(): Promise<readonly Kept[]>;
  /** Every one that this process holds, the default too. */
  all(): readonly Environment[];
  /** Ends those that nobody has used for their time to live. */
  endUnused(): void;
  /** Calls back whenever an environment has ended, with all that waited for something in it. */
  onEnd(listener: (environment: Environment) => void): void;
}

interface KeptHere extends Kept {
  environment: Environment;
}

export const environmentTaken = (name: string) =>
  new EnvironmentFault(
    'taken',
    `There is an environment ${name} already. Choose another name, or end it first: DELETE /_mock/environments/${name}.`,
  );

export const tooManyEnvironments = () =>
  new EnvironmentFault(
    'full',
    `There are ${MOST_ENVIRONMENTS} environments already. End those that are not needed: DELETE /_mock/environments/{name}.`,
  );

export const noSuchEnvironment = (name: string) =>
  new EnvironmentFault(
    'not_found',
    `There is no environment ${name}. GET /_mock/environments lists what there is.`,
  );

export function recordBeginning({ name, journal }: Environment, timeToLiveSeconds: number) {
  journal.record({
    kind: 'environment_started',
    explanation: `The environment ${name} began. It ends ${timeToLiveSeconds} seconds after it was last used.`,
    details: { name },
  });
}

export function recordEnd({ name, journal }: Environment) {
  journal.record({
    kind: 'environment_ended',
    explanation: `The environment ${name} ended, with all that was in it.`,
    details: { name },
  });
}

/** The environments of a process that is alone. */
export function createEnvironments(options: {
  defaultEnvironment: Environment;
  machine: () => number;
  make: (name: string, fixtures: Fixtures) => Environment;
}): Environments {
  const { defaultEnvironment, machine, make } = options;
  const kept = new Map<string, KeptHere>();
  const listeners: ((environment: Environment) => void)[] = [];

  const isUnused = ({ usedAt, timeToLiveSeconds }: Kept) => machine() - usedAt >= timeToLiveSeconds * 1000;

  /** The environment of this name, unless nobody used it for its time to live. */
  function living(name: string): KeptHere | undefined {
    const one = kept.get(name);
    if (!one || !isUnused(one)) return one;
    end(name);
    return undefined;
  }

  function begin({ name, fixtures, timeToLiveSeconds = DEFAULT_TIME_TO_LIVE_SECONDS }: Beginning): KeptHere {
    if (living(name)) throw environmentTaken(name);
    if (kept.size >= MOST_ENVIRONMENTS) endUnused();
    if (kept.size >= MOST_ENVIRONMENTS) throw tooManyEnvironments();
    prepareSpareKey();
    const now = machine();
    const environment = make(name, fixtures);
    const one = { name, environment, startedAt: now, usedAt: now, timeToLiveSeconds };
    kept.set(name, one);
    recordBeginning(environment, timeToLiveSeconds);
    return one;
  }

  function end(name: string) {
    const one = kept.get(name);
    if (!one) throw noSuchEnvironment(name);
    kept.delete(name);
    recordEnd(one.environment);
    for (const listener of listeners) listener(one.environment);
  }

  function endUnused() {
    for (const [name, one] of kept) if (isUnused(one)) end(name);
  }

  return {
    default: defaultEnvironment,
    at(name) {
      if (name === DEFAULT_ENVIRONMENT) return defaultEnvironment;
      const one = living(name) ?? begin({ name, fixtures: defaultEnvironment.initial });
      one.usedAt = machine();
      return one.environment;
    },
    begin: async (beginning) => begin(beginning),
    end: async (name) => end(name),
    async list() {
      endUnused();
      return [...kept.values()];
    },
    all: () => [defaultEnvironment, ...[...kept.values()].map(({ environment }) => environment)],
    endUnused,
    onEnd(listener) {
      listeners.push(listener);
    },
  };
}
