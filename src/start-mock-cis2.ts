/** Starts a mock in this process, on a port of its own, and gives the client that drives it. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { intoApplication, openConnection } from './client/connection.ts';
import { createMockClient, type MockCis2 } from './client/mock.ts';
import { createMockCis2 } from './create-mock-cis2.ts';
import type { MockCis2Options } from './mock-cis2-options.ts';
import { endExpiredSessions } from './oidc/session-end.ts';

/** How long requests under way are waited for when the mock closes, in milliseconds. */
const REQUESTS_END_WITHIN_MILLISECONDS = 3000;

/** How often sessions and environments are looked at that may have expired. */
const LOOK_EVERY_MILLISECONDS = 1000;

/** The port that a server listens on; undefined where it is no port. */
function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === 'object' ? address?.port : undefined;
}

/** Opens plain HTTP beside HTTPS; both close together. Where its port is taken, nothing stays open. */
async function listenBeside(app: FastifyInstance, plain: Server, at: { port: number; host: string }) {
  try {
    plain.listen(at);
    await once(plain, 'listening');
  } catch (error) {
    await app.close();
    throw error;
  }
}

/**
 * The keys are made once the first answers are out, which would wait for that where there is one core. Whoever needs
 * them sooner has them made at once.
 */
const PREPARE_KEYS_AFTER_MILLISECONDS = 200;

/**
 * Starts the service. Throws ConfigurationError with every fault, before anything listens.
 *
 * ```ts
 * const cis2 = await startMockCis2();
 * myApplication.configure({ discoveryUrl: cis2.discoveryUrl, clientId: 'mock-client', clientSecret: 'mock-secret' });
 * await cis2.close();
 * ```
 */
export async function startMockCis2(options: MockCis2Options = {}): Promise<MockCis2> {
  const { app, environment, environments, origin, plain, underWay } = await createMockCis2(options);
  const host = options.host ?? '127.0.0.1';
  await app.listen({ port: options.port ?? 0, host });
  if (plain) await listenBeside(app, plain, { port: options.httpPort ?? 0, host });
  const preparing = setTimeout(() => environment.keys.prepare(), PREPARE_KEYS_AFTER_MILLISECONDS).unref();
  const looking = setInterval(() => {
    environments.endUnused();
    for (const each of environments.all()) each.background.run(endExpiredSessions(each));
  }, LOOK_EVERY_MILLISECONDS);
  looking.unref();
  const port = portOf(app.server) ?? options.port;
  origin.public =
    options.publicOrigin ?? `${options.tls === undefined ? 'http' : 'https'}://localhost:${port}`;
  return createMockClient({
    connection: openConnection(
      intoApplication(app, () => origin.public),
      options.controlToken,
    ),
    publicOrigin: origin.public,
    ...(plain ? { httpUrl: `http://localhost:${portOf(plain)}/` } : {}),
    stop: async () => {
      clearTimeout(preparing);
      clearInterval(looking);
      const closed = app.close();
      // Requests under way are let finish; a connection that asks for nothing does not hold the process up.
      await underWay.settledWithin(REQUESTS_END_WITHIN_MILLISECONDS);
      for (const server of plain ? [app.server, plain] : [app.server]) server.closeAllConnections();
      await closed;
    },
  });
}
