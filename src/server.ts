/** The Fastify application: what the service answers, and in which order it is put together. */
import { randomUUID } from 'node:crypto';
import fastifyCookie from '@fastify/cookie';
import fastify, { type FastifyInstance } from 'fastify';
import { type ControlOptions, registerControl } from './control/control.ts';
import { registerDemo } from './demo/routes.ts';
import type { Environments } from './environment/environments.ts';
import { attachEnvironment, routedAs } from './environment/on-request.ts';
import { attachReached } from './environment/reached.ts';
import { HEALTHCARE } from './environment/realms.ts';
import type { Checks } from './health/checks.ts';
import { registerHealth } from './health/routes.ts';
import { answerBrokenRequests, waitForTheParser } from './limits/broken-requests.ts';
import {
  type ConnectionLimits,
  connectionOptions,
  limitConnections,
  MAX_HEADER_BYTES,
} from './limits/connections.ts';
import { limitRate } from './limits/rate-limit.ts';
import type { LoggerWanted } from './log/log.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { countAnswers, registerMetrics } from './metrics/routes.ts';
import { ENDPOINT_METHODS, registerEndpoints } from './oidc/endpoints.ts';
import { parseParameters } from './oidc/parameters.ts';
import { type AddressesOptions, registerAddressesPage } from './pages/addresses-page.ts';
import { registerAssets } from './pages/assets.ts';
import { registerConsolePage } from './pages/console-page.ts';
import { registerJournalPages } from './pages/journal-pages.ts';
import { BODY_LIMIT } from './pages/known-refusals.ts';
import { registerLoginRoutes, showProgress } from './pages/login-routes.ts';
import { askToLogOut, showLoggedOut } from './pages/logout-pages.ts';
import { registerPagesPage } from './pages/pages-page.ts';
import { allowOnly, registerRefusals } from './pages/refusals.ts';
import { registerScenariosPage } from './pages/scenarios-page.ts';
import { registerStartPage } from './pages/start-page.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { lazyValidator } from './settings/validation.ts';
import type { TlsServers } from './tls/servers.ts';

/**
 * Stands where Fastify would load compilers of its own, although others are set: that takes longer than everything
 * else that a start does.
 */
function neverUsed(): never {
  throw new TypeError('the compilers are set by hand');
}

/** An address whose path is not percent-encoded text, as one that is: otherwise no hook of ours would see it. */
function decodable(url: string): string {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  if (!path.includes('%')) return url;
  try {
    decodeURIComponent(path);
    return url;
  } catch {
    return path.replaceAll('%', '%25') + url.slice(path.length);
  }
}

/** What differs from one server to another, beside its environments. */
export interface ServerOptions extends ControlOptions, AddressesOptions {
  /** HTTPS, where it is on. Left out: plain HTTP. */
  tls?: TlsServers;
  /** What /health/ready checks, by name. */
  checks?: Checks;
  /** What is counted for /metrics; the journals feed it too. */
  metrics?: Metrics;
  /** How long slow clients are borne. */
  limits?: Partial<ConnectionLimits>;
  /** Most requests a minute from one address. Left out: as many as come. */
  rateLimit?: number;
}

export async function buildServer(
  environments: Environments,
  log: LoggerWanted,
  options: ServerOptions = {},
): Promise<FastifyInstance> {
  const answerBroken = answerBrokenRequests(environments.default.journal);
  const app = fastify({
    logger: false,
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    // What still comes on an open connection while the server closes is answered as ever, and told that it closes.
    return503OnClosing: false,
    ...connectionOptions(options.limits),
    clientErrorHandler: answerBroken,
    // A login’s id that is too long, or an address in broken encoding, goes the way of any that is not there.
    routerOptions: { maxParamLength: MAX_HEADER_BYTES },
    rewriteUrl: ({ url = '/' }) => routedAs(decodable(url)),
    ...(options.tls ? { serverFactory: options.tls.serverFactory } : {}),
    schemaController: { compilersFactory: { buildValidator: neverUsed, buildSerializer: neverUsed } },
  });
  app.setValidatorCompiler(({ schema }) => lazyValidator(() => schema as object));
  app.setSerializerCompiler(() => JSON.stringify);
  await secure(app);
  waitForTheParser(app);
  attachReached(app, { ...options, hasTls: options.tls !== undefined });
  attachEnvironment(app, environments, options);
  const { metrics = createMetrics() } = options;
  countAnswers(app, metrics);
  limitConnections(app.server, options.limits);
  const plain = options.tls?.plain();
  if (plain) limitConnections(plain.on('clientError', answerBroken), options.limits);
  acceptForms(app);
  registerRefusals(app, log);
  if (options.rateLimit !== undefined) await limitRate(app, options.rateLimit);
  registerAssets(app);
  registerStartPage(app, environments, options.authority !== undefined);
  registerScenariosPage(app);
  registerPagesPage(app);
  registerConsolePage(app);
  registerAddressesPage(app, options);
  await registerEndpoints(app, { showProgress, askToLogOut, showLoggedOut });
  registerLoginRoutes(app);
  registerJournalPages(app);
  await registerControl(app, environments, options);
  registerDemo(app);
  registerHealth(app, options.checks ?? {});
  registerMetrics(app, metrics, environments);
  refuseOtherMethods(app);
  return app;
}

/** Headers and cookies. */
async function secure(app: FastifyInstance) {
  await app.register(fastifyCookie);
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(SECURITY_HEADERS).header('x-mock-cis2-request-id', request.id);
    done();
  });
}

/** Forms are the only bodies taken; they are read strictly, so that what is repeated or broken can be named. */
function acceptForms(app: FastifyInstance) {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, parseParameters(body.toString())),
  );
}

function refuseOtherMethods(app: FastifyInstance) {
  for (const [path, methods] of Object.entries(ENDPOINT_METHODS)) {
    allowOnly(app, `${HEALTHCARE.path}${path}`, methods);
  }
}
