/**
 * The environments of a process, by name: the default one, and those that tests make for themselves, by call or by
 * using their address. They are bounded in number, and one that nobody uses any more ends by itself.
 */
import type { Fixtures } from '../settings/fixtures.ts';
import { DEFAULT_ENVIRONMENT } from './create-environment.ts';
import type { Environment } from './environment.ts';
import { prepareSpareKey } from './signing-keys.ts';

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

/** An environment and its time. Moments are milliseconds since 1970, by the machine. */
export interface Kept {
  environment: Environment;
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
  /** The environment of this name, which counts as being used; made now if it is not there. Throws where there are too many. */
  at(name: string): Environment;
  /** Makes one. Throws EnvironmentFault where the name is taken, or there are too many. */
  begin(beginning: Beginning): Kept;
  /** Ends one, and forgets all that was in it. Throws EnvironmentFault where there is none. */
  end(name: string): void;
  /** Those beside the default one, oldest first. */
  list(): readonly Kept[];
  /** Every one, the default too. */
  all(): readonly Environment[];
  /** Ends those that nobody has used for their time to live. */
  endUnused(): void;
  /** Calls back whenever an environment has ended, with all that waited for something in it. */
  onEnd(listener: (environment: Environment) => void): void;
}

export function createEnvironments(options: {
  defaultEnvironment: Environment;
  machine: () => number;
  make: (name: string, fixtures: Fixtures) => Environment;
}): Environments {
  const { defaultEnvironment, machine, make } = options;
  const kept = new Map<string, Kept>();
  const listeners: ((environment: Environment) => void)[] = [];

  const isUnused = ({ usedAt, timeToLiveSeconds }: Kept) => machine() - usedAt >= timeToLiveSeconds * 1000;

  /** The environment of this name, unless nobody used it for its time to live. */
  function living(name: string): Kept | undefined {
    const one = kept.get(name);
    if (!one || !isUnused(one)) return one;
    end(name);
    return undefined;
  }

  function begin({ name, fixtures, timeToLiveSeconds = DEFAULT_TIME_TO_LIVE_SECONDS }: Beginning): Kept {
    if (living(name)) {
      throw new EnvironmentFault(
        'taken',
        `There is an environment ${name} already. Choose another name, or end it first: DELETE /_mock/environments/${name}.`,
      );
    }
    if (kept.size >= MOST_ENVIRONMENTS) endUnused();
    if (kept.size >= MOST_ENVIRONMENTS) {
      throw new EnvironmentFault(
        'full',
        `There are ${MOST_ENVIRONMENTS} environments already. End those that are not needed: DELETE /_mock/environments/{name}.`,
      );
    }
    prepareSpareKey();
    const now = machine();
    const one: Kept = { environment: make(name, fixtures), startedAt: now, usedAt: now, timeToLiveSeconds };
    kept.set(name, one);
    one.environment.journal.record({
      kind: 'environment_started',
      explanation: `The environment ${name} began. It ends ${timeToLiveSeconds} seconds after it was last used.`,
      details: { name },
    });
    return one;
  }

  function end(name: string) {
    const one = kept.get(name);
    if (!one) {
      throw new EnvironmentFault(
        'not_found',
        `There is no environment ${name}. GET /_mock/environments lists what there is.`,
      );
    }
    kept.delete(name);
    one.environment.journal.record({
      kind: 'environment_ended',
      explanation: `The environment ${name} ended, with all that was in it.`,
      details: { name },
    });
    for (const listener of listeners) listener(one.environment);
  }

  function endUnused() {
    for (const [name, one] of kept) if (isUnused(one)) end(name);
  }

  return {
    default: defaultEnvironment,
    at(name) {
      const one = living(name) ?? begin({ name, fixtures: defaultEnvironment.initial });
      one.usedAt = machine();
      return one.environment;
    },
    begin,
    end,
    list() {
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
