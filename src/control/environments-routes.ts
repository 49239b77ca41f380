/** /_mock/environments: making and ending whole providers of their own, for tests that run at once. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { DEFAULT_ENVIRONMENT } from '../environment/create-environment.ts';
import { baseOf, type Environment } from '../environment/environment.ts';
import { ENVIRONMENT_NAME_RULE, type Environments, isEnvironmentName } from '../environment/environments.ts';
import { ConfigurationError, shown } from '../settings/faults.ts';
import { completeFixtures } from '../settings/fixtures.ts';
import type { Fixtures } from '../settings/fixtures-lists.ts';
import { shownEnvironment } from './environment-shown.ts';
import { ENVIRONMENTS } from './environments-operations.ts';
import { patchFixtures } from './fixtures-patch.ts';
import { Problem } from './problems.ts';

/** Largest body that makes an environment, in bytes: fixtures of ten thousand people, with room. */
const FIXTURES_LIMIT = 33_554_432;

interface Begin {
  Body: { name?: string; fixtures?: object; patch?: object; time_to_live_seconds?: number } | null;
}

/** Where the default environment’s addresses begin, as whoever asks knows this server. */
const originOf = (environment: Environment) => {
  const base = baseOf(environment);
  return base.slice(0, base.length - environment.prefix.length);
};

function nameFor(given: string | undefined): string {
  const name = given ?? `e-${randomBytes(6).toString('hex')}`;
  if (isEnvironmentName(name)) return name;
  throw new ConfigurationError([{ path: '/name', found: shown(name), allowed: ENVIRONMENT_NAME_RULE }]);
}

/** Faults of what stands in the body; those of entries that were there before begin with their file. */
const OF_THE_BODY = { fixtures: /^(?:fixtures )?(?=\/)/, patch: /^(?=\/)/ } as const;

/** Runs a check, and names its faults from the body’s root. */
function under<T>(field: keyof typeof OF_THE_BODY, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const fromRoot = (text: string) => text.replace(OF_THE_BODY[field], `/${field}`);
    throw new ConfigurationError(error.faults.map((fault) => ({ ...fault, path: fromRoot(fault.path) })));
  }
}

function fixturesFor(given: NonNullable<Begin['Body']>, base: Fixtures): Fixtures {
  const { fixtures, patch } = given;
  if (fixtures && patch) {
    const allowed = 'fixtures or patch, not both';
    throw new ConfigurationError([{ path: '/patch', found: 'a patch beside fixtures', allowed }]);
  }
  if (fixtures) return under('fixtures', () => completeFixtures(fixtures));
  return patch ? under('patch', () => patchFixtures(base, patch)) : base;
}

export function registerEnvironments(scope: FastifyInstance, environments: Environments) {
  scope.get('/environments', ENVIRONMENTS.list, async ({ environment }) => {
    const origin = originOf(environment);
    const kept = await environments.list();
    return [shownEnvironment(origin), ...kept.map((one) => shownEnvironment(origin, one))];
  });

  scope.post<Begin>(
    '/environments',
    { ...ENVIRONMENTS.begin, bodyLimit: FIXTURES_LIMIT },
    async (request, reply) => {
      const given = request.body ?? {};
      const name = nameFor(given.name);
      const seconds = given.time_to_live_seconds;
      const kept = await environments.begin({
        name,
        fixtures: fixturesFor(given, environments.default.initial),
        ...(seconds === undefined ? {} : { timeToLiveSeconds: seconds }),
      });
      return reply.code(201).send(shownEnvironment(originOf(request.environment), kept));
    },
  );

  scope.delete<{ Params: { name: string } }>(
    '/environments/:name',
    ENVIRONMENTS.end,
    async (request, reply) => {
      const { name } = request.params;
      if (name === DEFAULT_ENVIRONMENT) {
        throw new Problem(
          409,
          'The default environment does not end. POST /_mock/reset takes it back to its beginning.',
        );
      }
      await environments.end(name);
      return reply.code(204).send();
    },
  );
}
