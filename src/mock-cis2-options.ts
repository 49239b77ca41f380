/** What a mock is started with, as a library; the process reads the same from its environment variables. */
import type { MovableClock } from './environment/clock.ts';
import type { SigningKeys } from './environment/signing-keys.ts';
import type { ConnectionLimits } from './limits/connections.ts';
import { ConfigurationError } from './settings/faults.ts';
import { completeFixtures, defaultFixtures, type Fixtures, loadFixtures } from './settings/fixtures.ts';
import type { FixturesFile } from './settings/fixtures-schema.ts';
import { type NetworkSettings, networkFaults } from './settings/network.ts';
import { MEMORY, storeFaults } from './settings/store-variable.ts';
import { controlTokenFault, type LogLevel } from './settings/variables.ts';

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
   * What every call of the control API must carry as `Authorization: Bearer`: at least 8 characters of visible ASCII.
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
  /** How long slow clients are borne, and how many connections there may be. Default: as docs/operation.md says. */
  limits?: Partial<ConnectionLimits>;
  /** The signing keys, where several mocks are to share some. Default: new ones, or those of the file. */
  keys?: SigningKeys;
}

/** Throws ConfigurationError with every fault of what is no fixture. */
export function checkOptions(options: MockCis2Options) {
  const { controlToken, store = MEMORY, signingKeys } = options;
  const tokenFault = controlToken === undefined ? undefined : controlTokenFault('controlToken', controlToken);
  const faults = [
    ...(tokenFault ? [tokenFault] : []),
    ...storeFaults(store, signingKeys),
    ...networkFaults(options, (option) => option),
  ];
  if (faults.length > 0) throw new ConfigurationError(faults);
}

/** Throws ConfigurationError with every fault of the fixtures. */
export function fixturesOf(given: MockCis2Options['fixtures']): Fixtures {
  if (given === undefined) return defaultFixtures();
  return typeof given === 'string' ? loadFixtures(given) : completeFixtures(given);
}
