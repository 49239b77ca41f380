/** A mock in this process, without an open port: what startMockCis2 opens one for, and tests inject requests into. */
import { setTimeout as wait } from 'node:timers/promises';
import { postInto } from './demo/in-process.ts';
import { machineNow } from './environment/clock.ts';
import {
  createEnvironment,
  DEFAULT_ENVIRONMENT,
  type Given,
  type Surroundings,
} from './environment/create-environment.ts';
import type { Environment } from './environment/environment.ts';
import { createEnvironments, EnvironmentFault, type Environments } from './environment/environments.ts';
import { keysInFile } from './environment/signing-key-file.ts';
import { createSigningKeys, type SigningKeys } from './environment/signing-keys.ts';
import { StoreAway, StoreRefused } from './environment/store.ts';
import { watchRequestsUnderWay } from './health/requests-under-way.ts';
import { createLog, type Log, type LoggerWanted } from './log/log.ts';
import { LOGINS } from './login/login.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { checkOptions, type MockCis2Options } from './mock-cis2-options.ts';
import { endExpiredSessions, hasWatchedSessions } from './oidc/session-end.ts';
import type { Replica } from './replicas/replicas.ts';
import { buildServer, type ServerOptions } from './server.ts';
import type { Fixtures } from './settings/fixtures-lists.ts';
import { MEMORY } from './settings/store-variable.ts';
import { trustedProxies } from './settings/trusted-proxies.ts';
import type { Tls } from './tls/tls.ts';

/** How long background work is waited for when the mock closes, in milliseconds. */
const BACKGROUND_ENDS_WITHIN_MILLISECONDS = 3000;

/** HTTPS, where it is on: the certificates are read, or made, and loaded only then. */
async function tlsFor(options: MockCis2Options, origins: readonly string[]): Promise<Tls | undefined> {
  if (options.tls === undefined) return undefined;
  const { tlsOf } = await import('./tls/tls.ts');
  return tlsOf(options, origins, (options.machine ?? machineNow)());
}

async function serverOptions(options: MockCis2Options, tls: Tls | undefined): Promise<ServerOptions> {
  const { controlToken, httpPort, trustedProxies: proxies, issuerFromHost = false } = options;
  const { rateLimit, limits } = options;
  const servers = tls && (await import('./tls/servers.ts')).tlsServers(tls, httpPort !== undefined);
  return {
    ...(controlToken === undefined ? {} : { controlToken }),
    ...(proxies === undefined ? {} : { isTrustedProxy: trustedProxies(proxies) }),
    ...(servers ? { tls: servers } : {}),
    issuerFromHost,
    ...(tls?.authority === undefined ? {} : { authority: tls.authority }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(limits === undefined ? {} : { limits }),
  };
}

function surroundingsOf(options: MockCis2Options, log: Log, metrics: Metrics): Surroundings {
  const scheme = options.tls === undefined ? 'http' : 'https';
  return {
    origin: {
      public: options.publicOrigin ?? `${scheme}://localhost:${options.port || 8585}`,
      ...(options.internalOrigin === undefined ? {} : { internal: options.internalOrigin }),
    },
    machine: options.machine ?? machineNow,
    write(event, text, name) {
      metrics.event(event);
      log.event(text, name);
    },
    onBackgroundFailure(error) {
      // Of a store that is away or refuses, its connection tells, once. What is for an environment that has ended is over.
      const isOver = error instanceof EnvironmentFault && error.reason === 'not_found';
      if (!isOver && !(error instanceof StoreAway || error instanceof StoreRefused))
        log.logger().error({ err: error }, 'background work failed');
    },
  };
}

/** Everything but the open port: what tests inject requests into. Throws ConfigurationError with every fault. */
export async function createMockCis2(options: MockCis2Options = {}) {
  const fixtures = await checkOptions(options);
  const log = createLog(options.logLevel ?? 'warn', options.machine ?? machineNow, options.logTo);
  const { logger } = log;
  const metrics = createMetrics();
  const surroundings = surroundingsOf(options, log, metrics);
  const { origin } = surroundings;
  const tls = await tlsFor(options, Object.values(origin));
  const make: Make = (name, its, given) => watched(createEnvironment(name, its, surroundings, given));
  const replica = await replicaOf(options, logger, fixtures, surroundings, make);
  const environments = replica?.environments ?? aloneEnvironments(options, fixtures, surroundings, make);
  const environment = environments.default;
  const its = await serverOptions(options, tls);
  const app = await buildServer(environments, logger, {
    ...its,
    metrics,
    checks: {
      store: () => storeWorks(environment),
      signing_keys: () => environment.keys.activeKid(),
    },
  });
  surroundings.postHere = postInto(app);
  const underWay = watchRequestsUnderWay(app);
  const plain = its.tls?.plain();
  app.addHook('preClose', async () => {
    plain?.close();
    plain?.closeIdleConnections();
  });
  app.addHook('onClose', async () => {
    await backgroundSettled(environments, logger);
    await replica?.close();
  });
  return { app, environment, environments, clock: environment.clock, origin, plain, underWay };
}

/** Waits for logout tokens on their way, as long as a closing process may take. */
async function backgroundSettled(environments: Environments, log: LoggerWanted) {
  const all = Promise.all(environments.all().map(({ background }) => background.settled())).then(
    () => 'done',
  );
  const late = wait(BACKGROUND_ENDS_WITHIN_MILLISECONDS, 'late', { ref: false });
  if ((await Promise.race([all, late])) === 'late')
    log().warn('closed before every logout token was delivered: a client did not answer in time');
}

/** Throws where the store of an environment cannot be read or written. */
async function storeWorks({ store }: Environment) {
  await store.get(LOGINS, '');
  await store.takesWrites?.();
}

type Make = (name: string, fixtures: Fixtures, given?: Given) => Environment;

/** The keys in this file; without one, made when they are first needed. */
function keysOf(path: string | undefined): SigningKeys {
  if (path === undefined) return createSigningKeys();
  const file = keysInFile(path);
  return createSigningKeys(file, file.encryption);
}

/** The environments of a process that shares its state with nobody. */
function aloneEnvironments(
  { keys, signingKeys, clock }: MockCis2Options,
  fixtures: Fixtures,
  { machine }: Surroundings,
  make: Make,
): Environments {
  const defaultEnvironment = make(DEFAULT_ENVIRONMENT, fixtures, {
    keys: keys ?? keysOf(signingKeys),
    ...(clock ? { clock } : {}),
  });
  return createEnvironments({ defaultEnvironment, machine, make });
}

/** This process as one of several, where a store is named that they share. */
async function replicaOf(
  { store = MEMORY, clock }: MockCis2Options,
  log: LoggerWanted,
  fixtures: Fixtures,
  { machine, write }: Surroundings,
  make: Make,
): Promise<Replica | undefined> {
  if (store === MEMORY) return undefined;
  const { joinReplicas } = await import('./replicas/replicas.ts');
  return joinReplicas(store, log, {
    machine,
    write,
    make,
    fixtures,
    isWaitedFor: hasWatchedSessions,
    ...(clock ? { clock } : {}),
  });
}

/** What expires by a move of its clock ends at once. */
function watched(environment: Environment): Environment {
  environment.clock.onMove(() => environment.background.run(endExpiredSessions(environment)));
  return environment;
}
