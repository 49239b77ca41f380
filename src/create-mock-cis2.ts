/** A mock in this process, without an open port: what startMockCis2 opens one for, and tests inject requests into. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Logger, pino } from 'pino';
import type { ControlOptions } from './control/control.ts';
import { postInto } from './demo/in-process.ts';
import { type MovableClock, machineNow } from './environment/clock.ts';
import {
  createEnvironment,
  DEFAULT_ENVIRONMENT,
  type Given,
  type Surroundings,
} from './environment/create-environment.ts';
import type { Environment } from './environment/environment.ts';
import { createEnvironments, type Environments } from './environment/environments.ts';
import { keysInFile } from './environment/signing-key-file.ts';
import { createSigningKeys, type SigningKeys } from './environment/signing-keys.ts';
import { StoreAway } from './environment/store.ts';
import { countRequestsUnderWay } from './health/requests-under-way.ts';
import type { JournalEvent } from './journal/journal.ts';
import type { ConnectionLimits } from './limits/connections.ts';
import { LOGINS } from './login/login.ts';
import { createMetrics } from './metrics/metrics.ts';
import { endExpiredSessions } from './oidc/session-end.ts';
import type { Replica } from './replicas/replicas.ts';
import { buildServer } from './server.ts';
import { ConfigurationError } from './settings/faults.ts';
import { completeFixtures, defaultFixtures, type Fixtures, loadFixtures } from './settings/fixtures.ts';
import type { FixturesFile } from './settings/fixtures-schema.ts';
import { MEMORY, storeFaults } from './settings/store-variable.ts';
import { controlTokenFault, type LogLevel } from './settings/variables.ts';

/** How long background work is waited for when the mock closes, in milliseconds. */
const BACKGROUND_ENDS_WITHIN_MILLISECONDS = 3000;

export interface MockCis2Options {
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

/** Writes an event to the log, whose own time and message stand for the event’s. */
function logEvent(log: Logger) {
  return ({ time, explanation, ...event }: JournalEvent, environment: string) => {
    // Asked first: where nobody reads it, nothing is put together.
    if (log.isLevelEnabled('info')) log.info({ ...event, clock: time, environment }, explanation);
  };
}

function fixturesOf(given: MockCis2Options['fixtures']): Fixtures {
  if (given === undefined) return defaultFixtures();
  return typeof given === 'string' ? loadFixtures(given) : completeFixtures(given);
}

function controlOptions({ controlToken }: MockCis2Options): ControlOptions {
  if (controlToken === undefined) return {};
  const fault = controlTokenFault('controlToken', controlToken);
  if (fault) throw new ConfigurationError([fault]);
  return { controlToken };
}

/** Everything but the open port: what tests inject requests into. */
export async function createMockCis2(options: MockCis2Options = {}) {
  const log = options.logTo
    ? pino({ level: options.logLevel ?? 'warn' }, options.logTo)
    : pino({ level: options.logLevel ?? 'warn' });
  const fixtures = fixturesOf(options.fixtures);
  const metrics = createMetrics();
  const writeToLog = logEvent(log);
  const surroundings: Surroundings = {
    origin: {
      public: options.publicOrigin ?? `http://localhost:${options.port || 8585}`,
      ...(options.internalOrigin === undefined ? {} : { internal: options.internalOrigin }),
    },
    machine: options.machine ?? machineNow,
    write: (event, name) => {
      metrics.event(event);
      writeToLog(event, name);
    },
    onBackgroundFailure(error) {
      // Of a store that is away its connection tells, once.
      if (!(error instanceof StoreAway)) log.error({ err: error }, 'background work failed');
    },
  };
  const make: Make = (name, its, given) => watched(createEnvironment(name, its, surroundings, given));
  const replica = await replicaOf(options, log, fixtures, surroundings, make);
  const environments = replica?.environments ?? aloneEnvironments(options, fixtures, surroundings, make);
  const environment = environments.default;
  const app = await buildServer(environments, log, {
    ...controlOptions(options),
    ...(options.rateLimit === undefined ? {} : { rateLimit: options.rateLimit }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    metrics,
    checks: {
      store: () => environment.store.get(LOGINS, ''),
      signing_keys: () => environment.keys.activeKid(),
    },
  });
  surroundings.postHere = postInto(app);
  const underWay = countRequestsUnderWay(app);
  app.addHook('onClose', async () => {
    await backgroundSettled(environments, log);
    await replica?.close();
  });
  return { app, environment, environments, clock: environment.clock, origin: surroundings.origin, underWay };
}

/** Waits for logout tokens on their way, as long as a closing process may take. */
async function backgroundSettled(environments: Environments, log: Logger) {
  const all = Promise.all(environments.all().map(({ background }) => background.settled())).then(
    () => 'done',
  );
  const late = wait(BACKGROUND_ENDS_WITHIN_MILLISECONDS, 'late', { ref: false });
  if ((await Promise.race([all, late])) === 'late')
    log.warn('closed before every logout token was delivered: a client did not answer in time');
}

type Make = (name: string, fixtures: Fixtures, given?: Given) => Environment;

/** The environments of a process that shares its state with nobody. */
function aloneEnvironments(
  options: MockCis2Options,
  fixtures: Fixtures,
  { machine }: Surroundings,
  make: Make,
): Environments {
  const keys =
    options.keys ??
    createSigningKeys(options.signingKeys === undefined ? undefined : keysInFile(options.signingKeys));
  const given = { keys, ...(options.clock ? { clock: options.clock } : {}) };
  return createEnvironments({
    defaultEnvironment: make(DEFAULT_ENVIRONMENT, fixtures, given),
    machine,
    make,
  });
}

/** This process as one of several, where a store is named that they share. */
async function replicaOf(
  { store = MEMORY, signingKeys, clock }: MockCis2Options,
  log: Logger,
  fixtures: Fixtures,
  { machine, write }: Surroundings,
  make: Make,
): Promise<Replica | undefined> {
  const faults = storeFaults(store, signingKeys);
  if (faults.length > 0) throw new ConfigurationError(faults);
  if (store === MEMORY) return undefined;
  const { joinReplicas } = await import('./replicas/replicas.ts');
  return joinReplicas(store, log, { machine, write, make, fixtures, ...(clock ? { clock } : {}) });
}

/** What expires by a move of its clock ends at once. */
function watched(environment: Environment): Environment {
  environment.clock.onMove(() => environment.background.run(endExpiredSessions(environment)));
  return environment;
}
