/**
 * What the replicas of a server agree on about one environment, beside its records: fixtures, clock, keys, and whose
 * records count. It is a hash in Redis with a version. Each request asks for the version and reads what changed; each
 * change is written over the version that it was made from, and made again where another replica was faster.
 */
import { createHash, randomBytes } from 'node:crypto';
import { DEFAULT_ENVIRONMENT } from '../environment/create-environment.ts';
import { adopt, type Environment } from '../environment/environment.ts';
import { MOST_ENVIRONMENTS, noSuchEnvironment } from '../environment/environments.ts';
import { createInTurn } from '../environment/in-turn.ts';
import type { Fixtures } from '../settings/fixtures-lists.ts';
import type { Connection, Reply } from './connection.ts';
import { ROOT } from './redis-store.ts';
import { BEGIN, CHANGE, END, INSTALL } from './shared-state-scripts.ts';

/** The environments beside the default one, by the moment at which each ends. */
export const ENVIRONMENTS_KEY = `${ROOT}:environments`;

export const hashOf = (name: string) => `${ROOT}:environment:${name}`;
export const streamOf = (name: string) => `${ROOT}:journal:${name}`;

const random = () => randomBytes(18).toString('base64url');

/** How an environment begins, where it is not there yet. */
export interface Start {
  /** Life without use, in seconds. */
  seconds: number;
  /** Fixtures of its own; left out: those of the default environment. */
  initial?: Fixtures;
  /** It has to be new. */
  mustBeNew: boolean;
}

/** What came of touching an environment. */
export type Touched = 'taken' | 'full' | 'begun' | 'there';

/** What this process knows of the hash. */
interface Known {
  version: string;
  /** Which environment of this name it is: one that ended and began again is another. */
  born: string;
  generation: string;
  clock: string;
  keys: string;
  fixturesVersion: string;
  digest: string;
  secret: string;
}

const NOTHING: Known = {
  version: '',
  born: '',
  generation: '',
  clock: '',
  keys: '',
  fixturesVersion: '',
  digest: '',
  secret: '',
};

const FIELDS = ['version', 'born', 'generation', 'clock', 'keys', 'fixtures_version', 'digest', 'secret'];

/** The keys of an environment as texts: what is in the hash, and what this process has. */
export interface SharedKeys {
  /** As text; undefined where this process has none. */
  text(): string | undefined;
  /** Takes over those of a text; empty: none yet. */
  take(text: string): void;
  /** Offers those of this process, if any, as the first. */
  offer(): Promise<void>;
}

export interface SharedState {
  /** The environment is there after this, and this process has what the others changed. Counts as being used. */
  touch(start: Start): Promise<Touched>;
  /** This process has what the others changed. An environment that has ended stays so, and none is used by it. */
  refresh(): Promise<void>;
  /** Throws EnvironmentFault where the environment ended meanwhile. */
  change(apply: () => void | Promise<void>): Promise<void>;
  /** Makes these the fixtures that the environment begins with, for every replica, unless they are already. */
  install(fixtures: Fixtures): Promise<boolean>;
  /** Whether it was there. */
  end(): Promise<boolean>;
  /** Whose records count. */
  generation: { current(): string; begin(): void };
  /** A secret that all replicas have, made with the environment. */
  secret(): string;
}

export function createSharedState(options: {
  name: string;
  connection: Connection;
  machine: () => number;
  /** Known once it is put together, before anything is touched. */
  environment: () => Environment;
  keys: SharedKeys;
  /** The fixtures of the default environment now. */
  defaultInitial: () => Fixtures;
}): SharedState {
  const { name, connection, machine, environment, keys, defaultInitial } = options;
  const hash = hashOf(name);
  const places = [hash, streamOf(name), ENVIRONMENTS_KEY];
  let known = NOTHING;
  let generation = '';
  /** What the hash has as fixtures, to see whether a change is one of them. */
  let fixtures: Fixtures | undefined;

  /** What is read never falls between a change and its writing. */
  const inTurn = createInTurn();

  async function fixturesIn(field: 'fixtures' | 'initial'): Promise<Fixtures | undefined> {
    const text = await connection.send('HGET', hash, field);
    return typeof text === 'string' && text !== '' ? (JSON.parse(text) as Fixtures) : undefined;
  }

  /** The default environment’s keys outlive what the store forgets: applications have cached them. */
  async function takeKeys(text: string) {
    if (text === '' && name === DEFAULT_ENVIRONMENT) await keys.offer();
    else keys.take(text);
  }

  /** Brings this process up to date. Gives false, and changes nothing, where the environment has ended. */
  async function pull(): Promise<boolean> {
    const reply = (await connection.send('HMGET', hash, ...FIELDS)) as readonly Reply[];
    const [version, born, of, clock, keysText, fixturesVersion, digest, secret] = reply.map((each) =>
      String(each ?? ''),
    );
    if (version === '') return false;
    const next = {
      version,
      born,
      generation: of,
      clock,
      keys: keysText,
      fixturesVersion,
      digest,
      secret,
    } as Known;
    const isAnother = next.born !== known.born;
    const here = environment();
    if (isAnother || next.digest !== known.digest)
      here.initial = (await fixturesIn('initial')) ?? defaultInitial();
    if (isAnother || next.fixturesVersion !== known.fixturesVersion) {
      fixtures = (await fixturesIn('fixtures')) ?? here.initial;
      adopt(here, fixtures);
    }
    if (isAnother || next.clock !== known.clock)
      here.clock.restore(next.clock === '' ? { offset: 0, skewSeconds: 0 } : JSON.parse(next.clock));
    if (isAnother || next.keys !== known.keys) await takeKeys(next.keys);
    generation = next.generation;
    known = next;
    return true;
  }

  async function write(): Promise<boolean> {
    const here = environment();
    const clock = JSON.stringify(here.clock.state());
    const keysText = keys.text() ?? known.keys;
    const isSame = here.fixtures === fixtures;
    const isInitial = here.fixtures === here.initial;
    const reply = await connection.run(CHANGE, places, [
      known.version,
      known.born,
      generation,
      clock,
      keysText,
      isSame ? 0 : 1,
      isSame || isInitial ? '' : JSON.stringify(here.fixtures),
    ]);
    if (reply === 0) return false;
    const [version, fixturesVersion] = (reply as readonly Reply[]).map(String) as [string, string];
    fixtures = here.fixtures;
    known = { ...known, version, fixturesVersion, generation, clock, keys: keysText };
    return true;
  }

  return {
    async touch({ seconds, initial, mustBeNew }) {
      const reply = (await connection.run(BEGIN, places, [
        name,
        machine(),
        random(),
        random(),
        random(),
        seconds,
        MOST_ENVIRONMENTS,
        mustBeNew ? 1 : 0,
        initial ? JSON.stringify(initial) : '',
      ])) as readonly Reply[];
      const [what, version, born] = reply.map(String) as [Touched, string, string];
      if (what === 'taken' || what === 'full') return what;
      if (version !== known.version || born !== known.born) await inTurn(pull);
      return what;
    },
    async refresh() {
      const [version, born] = (await connection.send('HMGET', hash, 'version', 'born')) as readonly Reply[];
      if (version !== null && (version !== known.version || born !== known.born)) await inTurn(pull);
    },
    change: (apply) =>
      inTurn(async () => {
        try {
          await apply();
          while (!(await write())) {
            if (!(await pull())) throw noSuchEnvironment(name);
            await apply();
          }
        } catch (error) {
          // Whatever was changed here and not written is read again before anybody uses it.
          known = NOTHING;
          throw error;
        }
      }),
    async install(given) {
      const text = JSON.stringify(given);
      const digest = createHash('sha256').update(text).digest('base64url');
      const isInstalled = (await connection.run(INSTALL, places, [digest, text])) === 1;
      await inTurn(pull);
      return isInstalled;
    },
    end: async () => (await connection.run(END, places, [name])) === 1,
    generation: {
      current: () => generation,
      begin() {
        generation = random();
      },
    },
    secret: () => known.secret,
  };
}
