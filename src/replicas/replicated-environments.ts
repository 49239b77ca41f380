/**
 * The environments of a server that has several replicas: each holds what it has been asked for, and what counts is in
 * Redis. An environment that nobody uses any more expires there; here it is forgotten.
 */
import type { JWK } from 'jose';
import { createClock, type MovableClock } from '../environment/clock.ts';
import { DEFAULT_ENVIRONMENT, type Given, journalCapacityOf } from '../environment/create-environment.ts';
import type { Environment } from '../environment/environment.ts';
import {
  DEFAULT_TIME_TO_LIVE_SECONDS,
  type Environments,
  environmentTaken,
  type Kept,
  noSuchEnvironment,
  recordBeginning,
  recordEnd,
  tooManyEnvironments,
} from '../environment/environments.ts';
import { prepareSpareKey } from '../environment/rsa-keys.ts';
import type { JournalEvent } from '../journal/event.ts';
import type { Fixtures } from '../settings/fixtures-lists.ts';
import type { Connection, Reply } from './connection.ts';
import { createRedisStore } from './redis-store.ts';
import { createSharedJournal } from './shared-journal.ts';
import { createSharedKeys, sharedEncryptionKey } from './shared-keys.ts';
import {
  createSharedState,
  ENVIRONMENTS_KEY,
  hashOf,
  type SharedState,
  type Start,
  streamOf,
} from './shared-state.ts';
import { ENVIRONMENTS } from './shared-state-scripts.ts';

/** What nobody used for as long as this is gone from the store, the default environment too: 30 days, in seconds. */
const DEFAULT_ENVIRONMENT_SECONDS = 2_592_000;

/**
 * How long this process holds an environment that it is not asked for, in milliseconds, unless somebody waits for what
 * will happen there; it is in the store all the same.
 */
const HELD_MILLISECONDS = 3_600_000;

/** How often it is looked whether environments that are held here can be let go of, in milliseconds. */
const LOOK_EVERY_MILLISECONDS = 5000;

export interface ReplicaOptions {
  connection: Connection;
  machine: () => number;
  make: (name: string, fixtures: Fixtures, given: Given) => Environment;
  write: (event: JournalEvent, text: string, environment: string) => void;
  /** Whether something will happen in an environment by itself, which only who holds it sees to. */
  isWaitedFor: (environment: Environment) => Promise<boolean>;
  /** What the default environment begins with. */
  fixtures: Fixtures;
  /** The clock of the default environment. */
  clock?: MovableClock;
}

/** An environment in this process. */
interface Held {
  environment: Environment;
  state: SharedState;
  usedAt: number;
}

/** An environment whose store, journal, keys and changes are shared. Nothing is asked of the store yet. */
function holdEnvironment(
  name: string,
  options: ReplicaOptions & { encryption: () => Promise<JWK>; defaultInitial: () => Fixtures },
): Omit<Held, 'usedAt'> {
  const { connection, machine, make, write, encryption, defaultInitial } = options;
  const clock = options.clock ?? createClock(machine);
  const { keys, shared } = createSharedKeys(connection, hashOf(name), encryption);
  const state = createSharedState({
    name,
    connection,
    machine,
    environment: () => environment,
    keys: shared,
    defaultInitial,
  });
  const environment = make(name, defaultInitial(), {
    clock,
    keys,
    store: createRedisStore(connection, hashOf(name), clock, state.generation),
    journal: createSharedJournal({
      connection,
      keys: { hash: hashOf(name), stream: streamOf(name) },
      clock,
      capacity: journalCapacityOf(name),
      write: (event, text) => write(event, text, name),
    }),
    change: state.change,
    refresh: state.refresh,
    ownSecret: state.secret,
  });
  return { environment, state };
}

/** Connects nothing by itself. Throws StoreAway where the store is away. */
export async function createReplicatedEnvironments(options: ReplicaOptions): Promise<Environments> {
  const { connection, machine, isWaitedFor } = options;
  const held = new Map<string, Held>();
  const listeners: ((environment: Environment) => void)[] = [];
  const encryption = sharedEncryptionKey(connection, hashOf(DEFAULT_ENVIRONMENT));
  const { clock: _clock, ...others } = options;
  const firstStart: Start = {
    seconds: DEFAULT_ENVIRONMENT_SECONDS,
    mustBeNew: false,
  };
  const usualStart: Start = { ...firstStart, seconds: DEFAULT_TIME_TO_LIVE_SECONDS };
  const own = holdEnvironment(DEFAULT_ENVIRONMENT, {
    ...options,
    encryption,
    defaultInitial: () => options.fixtures,
  });
  const defaultEnvironment = own.environment;

  async function touchDefault() {
    const touched = await own.state.touch(firstStart);
    // The store has forgotten everything: it begins with what this process has.
    if (touched === 'begun') await own.state.install(defaultEnvironment.initial);
  }

  function holdHere(name: string): Held {
    const already = held.get(name);
    if (already) return already;
    const defaultInitial = () => defaultEnvironment.initial;
    const one = {
      ...holdEnvironment(name, { ...others, encryption, defaultInitial }),
      usedAt: machine(),
    };
    held.set(name, one);
    return one;
  }

  function forget(name: string) {
    const one = held.get(name);
    held.delete(name);
    if (one) for (const listener of listeners) listener(one.environment);
  }

  let lookedAt = machine();

  /** Whether nobody has a use for it here any more. */
  const isIdle = async ({ usedAt, environment }: Held) =>
    machine() - usedAt >= HELD_MILLISECONDS && !(await isWaitedFor(environment));

  /** Lets go of environments that ended at another replica, or expired, or are idle; not of one that is just beginning. */
  async function letGo() {
    const idle = [...held].filter(([, { usedAt }]) => machine() - usedAt >= LOOK_EVERY_MILLISECONDS);
    if (idle.length === 0) return;
    const living = new Set(
      (await connection.send('ZRANGE', ENVIRONMENTS_KEY, '0', '-1')) as readonly Reply[],
    );
    for (const [name, one] of idle) {
      const { usedAt } = one;
      const isOver = !living.has(name) || (await isIdle(one));
      // Not where it began again, or was asked for, meanwhile.
      if (isOver && held.get(name) === one && one.usedAt === usedAt) forget(name);
    }
  }

  async function touch(name: string, start: Start): Promise<Held> {
    const one = holdHere(name);
    const touched = await one.state.touch(start);
    if (touched === 'taken') throw environmentTaken(name);
    if (touched === 'full') {
      forget(name);
      throw tooManyEnvironments();
    }
    if (touched === 'begun') {
      prepareSpareKey();
      recordBeginning(one.environment, start.seconds);
    }
    one.usedAt = machine();
    return one;
  }

  await own.state.touch(firstStart);
  await own.state.install(options.fixtures);

  return {
    default: defaultEnvironment,
    async at(name) {
      if (name !== DEFAULT_ENVIRONMENT) return (await touch(name, usualStart)).environment;
      await touchDefault();
      return defaultEnvironment;
    },
    async begin({ name, fixtures, timeToLiveSeconds: seconds = DEFAULT_TIME_TO_LIVE_SECONDS }) {
      const isDefaults = fixtures === defaultEnvironment.initial;
      const start: Start = {
        ...usualStart,
        seconds,
        mustBeNew: true,
        ...(isDefaults ? {} : { initial: fixtures }),
      };
      const { usedAt } = await touch(name, start);
      return { name, startedAt: usedAt, usedAt, timeToLiveSeconds: seconds };
    },
    async end(name) {
      const { environment, state } = holdHere(name);
      await environment.journal.flush?.();
      const wasThere = await state.end();
      forget(name);
      // Of two that end it at once, one says so.
      if (!wasThere) throw noSuchEnvironment(name);
      recordEnd(environment);
      await environment.journal.flush?.();
    },
    async list() {
      const found = await connection.run(ENVIRONMENTS, [ENVIRONMENTS_KEY], [machine(), hashOf('')]);
      return (found as readonly Reply[]).map(keptOf).sort((a, b) => a.startedAt - b.startedAt);
    },
    all: () => [defaultEnvironment, ...[...held.values()].map(({ environment }) => environment)],
    endUnused() {
      if (machine() - lookedAt < LOOK_EVERY_MILLISECONDS) return;
      lookedAt = machine();
      // Where the store is away, it is looked next time.
      letGo().catch(() => {});
    },
    onEnd(listener) {
      listeners.push(listener);
    },
  };
}

function keptOf(reply: Reply): Kept {
  const [name, started, seconds, ends] = reply as readonly [string, string, string, string];
  const timeToLiveSeconds = Number(seconds);
  return {
    name,
    startedAt: Number(started),
    usedAt: Number(ends) - timeToLiveSeconds * 1000,
    timeToLiveSeconds,
  };
}
