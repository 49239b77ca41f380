/** What a mock is started with, as a library; the process reads the same from its environment variables. */
import type { MovableClock } from './environment/clock.ts';
import { keysInFile } from './environment/signing-key-file.ts';
import type { SigningKeys } from './environment/signing-keys.ts';
import { type ConnectionLimits, limitFaults } from './limits/connections.ts';
import { ConfigurationError, type Fault, faultsThrownBy } from './settings/faults.ts';
import { completeFixtures, defaultFixtures, loadFixtures } from './settings/fixtures.ts';
import type { Fixtures } from './settings/fixtures-lists.ts';
import type { FixturesFile } from './settings/fixtures-schema.ts';
import { similarNames } from './settings/near-matches.ts';
import { type NetworkSettings, networkFaults } from './settings/network.ts';
import { type LogLevel, SETTING_RULES, settingFaults } from './settings/setting-rules.ts';
import { MEMORY, storeFaults } from './settings/store-variable.ts';

export interface MockCis2Options extends NetworkSettings {
  /** TCP port; 0 lets the system choose one. Default 0. */
  port?: number;
  /** Address to listen on. Default 127.0.0.1. */
  host?: string;
  /** Origin that browsers and `iss` use, kept as text. Default http://localhost and the port. */
  publicOrigin?: string;
  /** Origin of the back-channel endpoints in discovery. Default: the public origin. */
  internalOrigin?: string;
  /** Fixtures as a value, or the path of a file or folder. Default: the fixtures of the package. */
  fixtures?: FixturesFile | string;
  /** Default warn. */
  logLevel?: LogLevel;
  /** Where log lines go. Default: standard output. */
  logTo?: { write(line: string): void };
  /** The clock of the default environment. Default: one that runs with the machine. */
  clock?: MovableClock;
  /** The machine’s time in milliseconds since 1970: what clocks run with, and the life of environments is counted by. */
  machine?: () => number;
  /** Path of the file that keeps the signing keys: read if it is there, made if not. Default: none. */
  signingKeys?: string;
  /**
   * What every call of the control API must carry as `Authorization: Bearer`: visible ASCII without spaces.
   * Default: none; programs, and pages that the mock serves itself, may call it.
   */
  controlToken?: string;
  /**
   * Where state is: `memory:`, in this process, or the address of a Redis or Valkey, `redis://host:6379` or
   * `rediss://…`, that several replicas share. Default `memory:`.
   */
  store?: string;
  /** Most requests a minute from one address, 1 to 1000000; more are answered 429. Default: none. */
  rateLimit?: number;
  /**
   * How long slow clients are borne, each 0.001 to 86400 seconds, and how many connections there may be. Default: as
   * docs/operation.md says.
   */
  limits?: Partial<ConnectionLimits>;
  /** The signing keys, where several mocks are to share some. Default: new ones, or those of the file. */
  keys?: SigningKeys;
}

/** Those without a rule of their own, each of which is checked elsewhere or by the compiler alone. */
const OTHER_OPTIONS = {
  fixtures: true,
  logTo: true,
  clock: true,
  machine: true,
  limits: true,
  keys: true,
} satisfies Record<Exclude<keyof MockCis2Options, keyof typeof SETTING_RULES>, true>;

const OPTION_NAMES = Object.keys({ ...SETTING_RULES, ...OTHER_OPTIONS });

/** Options that there are not: a misspelt one would do nothing, in silence. */
const unknownOptions = (options: MockCis2Options): Fault[] =>
  Object.keys(options)
    .filter((name) => !OPTION_NAMES.includes(name))
    .map((name) => {
      const near = similarNames(name, OPTION_NAMES);
      const allowed = (near.length > 0 ? near : OPTION_NAMES).join(', ');
      return { path: name, found: 'an unknown option', allowed };
    });

/** Options that are not what they may be by themselves. */
const faultsOfValues = (options: MockCis2Options): Fault[] =>
  Object.entries(SETTING_RULES).flatMap(([name, rule]) => {
    const value = options[name as keyof typeof SETTING_RULES];
    return value === undefined ? [] : settingFaults(name, rule, value);
  });

/** The options without those that are wrong by themselves, so that nothing more is said of them. */
function withoutWrong(options: MockCis2Options, wrong: readonly string[]): MockCis2Options {
  const sound = Object.entries(options).filter(([name]) => !wrong.includes(name));
  return Object.fromEntries(sound);
}

const asNamed = <T>(option: T): T => option;

/** What does not go together. A tls that is wrong in itself is not also said to be missing. */
function faultsTogether(sound: MockCis2Options, isTlsWrong: boolean): Fault[] {
  const { store = MEMORY, signingKeys } = sound;
  return [
    ...storeFaults(store, signingKeys, asNamed),
    ...networkFaults(isTlsWrong ? { ...sound, tls: 'auto' } : sound, asNamed),
  ];
}

/** What certificates there are; loaded where TLS is on. */
export async function checkTls({ tls, tlsFolder }: NetworkSettings) {
  if (tls === 'auto') (await import('./tls/kept-authority.ts')).checkKeptTls(tlsFolder);
  else if (tls) (await import('./tls/tls.ts')).givenTls(tls);
}

/** Checks everything that a mock is started with, and gives its fixtures. Throws ConfigurationError with every fault. */
export async function checkOptions(options: MockCis2Options): Promise<Fixtures> {
  const ofValues = faultsOfValues(options);
  const wrong = ofValues.map(({ path }) => path);
  const sound = withoutWrong(options, wrong);
  let fixtures = defaultFixtures();
  const faults = [
    ...unknownOptions(options),
    ...ofValues,
    ...limitFaults(options.limits),
    ...faultsTogether(sound, wrong.includes('tls')),
    ...(await faultsThrownBy(() => checkTls(sound))),
    ...(await faultsThrownBy(() => sound.signingKeys !== undefined && keysInFile(sound.signingKeys))),
    ...(await faultsThrownBy(() => {
      fixtures = fixturesOf(options.fixtures);
    })),
  ];
  if (faults.length > 0) throw new ConfigurationError(faults);
  return fixtures;
}

/** Throws ConfigurationError with every fault of the fixtures. */
function fixturesOf(given: MockCis2Options['fixtures']): Fixtures {
  if (given === undefined) return defaultFixtures();
  return typeof given === 'string' ? loadFixtures(given) : completeFixtures(given);
}
