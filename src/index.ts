/** The package’s face: a mock CIS2 service inside your own process. */
import { type Logger, pino } from 'pino';
import { createBackground } from './environment/background.ts';
import { createClock, type MovableClock } from './environment/clock.ts';
import { derived, type Environment, REALM_PATH } from './environment/environment.ts';
import { createMemoryStore } from './environment/memory-store.ts';
import { createSessionWatch } from './environment/session-watch.ts';
import { keysInFile } from './environment/signing-key-file.ts';
import { createSigningKeys, type SigningKeys } from './environment/signing-keys.ts';
import { createJournal, type JournalEvent, type JournalFilter } from './journal/journal.ts';
import { endExpiredSessions } from './oidc/session-end.ts';
import { createClientKeys } from './relying-party/client-keys.ts';
import { buildServer, type ServerOptions } from './server.ts';
import { ConfigurationError } from './settings/faults.ts';
import { completeFixtures, defaultFixtures, type Fixtures, loadFixtures } from './settings/fixtures.ts';
import type { FixturesFile } from './settings/fixtures-schema.ts';
import { controlTokenFault, type LogLevel } from './settings/variables.ts';

export type { JournalEvent, JournalFilter } from './journal/journal.ts';
export { ConfigurationError } from './settings/faults.ts';
export type { FixturesFile } from './settings/fixtures-schema.ts';

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
  /** The clock of everything. Default: one that runs with the machine. */
  clock?: MovableClock;
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

export interface MockCis2 {
  issuer: string;
  discoveryUrl: string;
  /** Origin of the start page, with a slash behind it. */
  url: string;
  /** Moves time for everything that expires, is signed or is limited. */
  clock: MovableClock;
  /** What happened, oldest first. */
  journal(filter?: JournalFilter): JournalEvent[];
  close(): Promise<void>;
}

/** Writes an event to the log, whose own time and message stand for the event’s. */
function logEvent(log: Logger) {
  return ({ time, explanation, ...event }: JournalEvent) => log.info({ ...event, clock: time }, explanation);
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

/** Everything but the open port: what tests inject requests into. */
export async function createMockCis2(options: MockCis2Options = {}) {
  const log = options.logTo
    ? pino({ level: options.logLevel ?? 'warn' }, options.logTo)
    : pino({ level: options.logLevel ?? 'warn' });
  const clock = options.clock ?? createClock();
  const fixtures = fixturesOf(options.fixtures);
  const origin = { public: options.publicOrigin ?? `http://localhost:${options.port || 8585}` };
  const environment: Environment = {
    prefix: '',
    get issuer() {
      return `${origin.public}${REALM_PATH}`;
    },
    get backChannelBase() {
      return `${options.internalOrigin ?? origin.public}${REALM_PATH}`;
    },
    clock,
    initial: fixtures,
    ...derived(fixtures),
    store: createMemoryStore(clock),
    journal: createJournal({ clock, write: logEvent(log) }),
    keys:
      options.keys ??
      createSigningKeys(options.signingKeys === undefined ? undefined : keysInFile(options.signingKeys)),
    clientKeys: createClientKeys(clock, () => environment.settings.timeouts.outbound_call_seconds),
    sessionWatch: createSessionWatch(),
    background: createBackground((error) => log.error({ err: error }, 'background work failed')),
  };
  const app = await buildServer(environment, log, serverOptions(options));
  clock.onMove(() => environment.background.run(endExpiredSessions(environment)));
  app.addHook('onClose', () => environment.background.settled());
  return { app, environment, clock, origin };
}

const CLOSE_CONNECTIONS_AFTER_MILLISECONDS = 1000;

/** How often sessions are looked at that may have expired. */
const LOOK_EVERY_MILLISECONDS = 1000;

/** Starts the service. Throws ConfigurationError with every fault, before anything listens. */
export async function startMockCis2(options: MockCis2Options = {}): Promise<MockCis2> {
  const { app, environment, clock, origin } = await createMockCis2(options);
  await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });
  environment.keys.prepare();
  const looking = setInterval(
    () => environment.background.run(endExpiredSessions(environment)),
    LOOK_EVERY_MILLISECONDS,
  );
  looking.unref();
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  origin.public = options.publicOrigin ?? `http://localhost:${port}`;
  return {
    issuer: environment.issuer,
    discoveryUrl: `${environment.issuer}/.well-known/openid-configuration`,
    url: `${origin.public}/`,
    clock,
    journal: (filter) => environment.journal.events(filter),
    close: () => {
      clearInterval(looking);
      // Requests under way are let finish; a connection that asks for nothing does not hold the process up.
      setTimeout(() => app.server.closeAllConnections(), CLOSE_CONNECTIONS_AFTER_MILLISECONDS).unref();
      return app.close();
    },
  };
}
