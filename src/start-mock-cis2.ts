/** Starts a mock in this process, on a port of its own, and gives the client that drives it. */
import { intoApplication, openConnection } from './client/connection.ts';
import { createMockClient, type MockCis2 } from './client/mock.ts';
import { createMockCis2, type MockCis2Options } from './create-mock-cis2.ts';
import { endExpiredSessions } from './oidc/session-end.ts';

/** How long requests under way are waited for when the mock closes, in milliseconds. */
const CLOSE_CONNECTIONS_AFTER_MILLISECONDS = 1000;

/** How often sessions and environments are looked at that may have expired. */
const LOOK_EVERY_MILLISECONDS = 1000;

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
  const { app, environment, environments, origin } = await createMockCis2(options);
  await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });
  const preparing = setTimeout(() => environment.keys.prepare(), PREPARE_KEYS_AFTER_MILLISECONDS).unref();
  const looking = setInterval(() => {
    environments.endUnused();
    for (const each of environments.all()) each.background.run(endExpiredSessions(each));
  }, LOOK_EVERY_MILLISECONDS);
  looking.unref();
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  origin.public = options.publicOrigin ?? `http://localhost:${port}`;
  return createMockClient({
    connection: openConnection(intoApplication(app), options.controlToken),
    publicOrigin: origin.public,
    stop: async () => {
      clearTimeout(preparing);
      clearInterval(looking);
      // Requests under way are let finish; a connection that asks for nothing does not hold the process up.
      setTimeout(() => app.server.closeAllConnections(), CLOSE_CONNECTIONS_AFTER_MILLISECONDS).unref();
      await app.close();
    },
  });
}
