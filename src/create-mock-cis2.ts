/** A mock in this process, without an open port: what startMockCis2 opens one for, and tests inject requests into. */
import { type Logger, pino } from 'pino';
import { postInto } from './demo/in-process.ts';
import { type MovableClock, machineNow } from './environment/clock.ts';
import {
  createEnvironment,
  DEFAULT_ENVIRONMENT,
  type Surroundings,
} from './environment/create-environment.ts';
import type { Environment } from './environment/environment.ts';
import { createEnvironments } from './environment/environments.ts';
import { keysInFile } from './environment/signing-key-file.ts';
import { createSigningKeys, type SigningKeys } from './environment/signing-keys.ts';
import type { JournalEvent } from './journal/journal.ts';
import { endExpiredSessions } from './oidc/session-end.ts';
import { buildServer, type ServerOptions } from './server.ts';
import { ConfigurationError } from './settings/faults.ts';
import { completeFixtures, defaultFixtures, type Fixtures, loadFixtures } from './settings/fixtures.ts';
import type { FixturesFile } from './settings/fixtures-schema.ts';
import { controlTokenFault, type LogLevel } from './settings/variables.ts';

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
  /** The signing keys, where several mocks are to share some. Default: new ones, or those of the file. */
  keys?: SigningKeys;
}

/** Writes an event to the log, whose own time and message stand for the event’s. */
function logEvent(log: Logger) {
  return (event: JournalEvent, environment: string) => {
    // Asked first: where nobody reads it, nothing is put together.
    if (!log.isLevelEnabled('info')) return;
    const { id, request_id, login_id, client_id, uid, kind, details, refusal, time: clock } = event;
    const line = { id, request_id, login_id, client_id, uid, kind, details, refusal, clock, environment };
    log.info(line, event.explanation);
  };
}

function fixturesOf(given: MockCis2Options['fixtures']): Fixtures {
  if (given === undefined) return defaultFixtures();
  return typeof given === 'string' ? loadFixtures(given) : completeFixtures(given);
}

function serverOptions({ controlToken }: MockCis2Options): ServerOptions {
  if (controlToken === undefined) return {};
  const fault = controlTokenFault('controlToken', controlToken);
  if (fault) throw new ConfigurationError([fault]);
  return { controlToken };
}

/** Log lines are written together once they are so many bytes, and at the latest after so many milliseconds. */
const LOG_WRITTEN_BY = { minLength: 4096, periodicFlush: 100 };

let standardOutput: ReturnType<typeof pino.destination> | undefined;

/**
 * One for the process. A log-in writes a dozen lines, and a call of the system for each would take longer than putting
 * them together. Pino writes the rest when the process ends.
 */
function toStandardOutput() {
  standardOutput ??= pino.destination({ ...LOG_WRITTEN_BY, sync: false });
  return standardOutput;
}

/** Everything but the open port: what tests inject requests into. */
export async function createMockCis2(options: MockCis2Options = {}) {
  const log = pino({ level: options.logLevel ?? 'warn' }, options.logTo ?? toStandardOutput());
  const fixtures = fixturesOf(options.fixtures);
  const surroundings: Surroundings = {
    origin: {
      public: options.publicOrigin ?? `http://localhost:${options.port || 8585}`,
      ...(options.internalOrigin === undefined ? {} : { internal: options.internalOrigin }),
    },
    machine: options.machine ?? machineNow,
    write: logEvent(log),
    onBackgroundFailure: (error) => log.error({ err: error }, 'background work failed'),
  };
  const make = (name: string, its: Fixtures, given?: Parameters<typeof createEnvironment>[3]) =>
    watched(createEnvironment(name, its, surroundings, given));
  const keys =
    options.keys ??
    createSigningKeys(options.signingKeys === undefined ? undefined : keysInFile(options.signingKeys));
  const environment = make(DEFAULT_ENVIRONMENT, fixtures, {
    keys,
    ...(options.clock ? { clock: options.clock } : {}),
  });
  const { machine } = surroundings;
  const environments = createEnvironments({ defaultEnvironment: environment, machine, make });
  const app = await buildServer(environments, log, serverOptions(options));
  surroundings.postHere = postInto(app);
  app.addHook('onClose', async () => {
    for (const each of environments.all()) await each.background.settled();
  });
  return { app, environment, environments, clock: environment.clock, origin: surroundings.origin };
}

/** What expires by a move of its clock ends at once. */
function watched(environment: Environment): Environment {
  environment.clock.onMove(() => environment.background.run(endExpiredSessions(environment)));
  return environment;
}
