/** /_mock/environments: making and ending whole providers of their own, for tests that run at once. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { DEFAULT_ENVIRONMENT } from '../environment/create-environment.ts';
import { type Environment, REALM_PATH } from '../environment/environment.ts';
import {
  DEFAULT_TIME_TO_LIVE_SECONDS,
  type Environments,
  isEnvironmentName,
  type Kept,
} from '../environment/environments.ts';
import { ConfigurationError, type Fault, shown } from '../settings/faults.ts';
import { completeFixtures, type Fixtures } from '../settings/fixtures.ts';
import { patchFixtures } from './fixtures-patch.ts';
import { Problem } from './problems.ts';

const MOST_SECONDS = 31_536_000;

const body = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    name: {
      type: 'string',
      description:
        'What stands in its addresses: 1 to 64 letters, digits, dots, hyphens and underscores, the first a letter or digit. Left out: a random name.',
    },
    fixtures: {
      type: 'object',
      description: 'What it begins with, as a fixtures file has it. Left out: the fixtures of this server.',
    },
    patch: {
      type: 'object',
      description:
        'What differs from the fixtures of this server: entries by their key, each a merge patch (RFC 7396), and settings. Not beside fixtures.',
    },
    time_to_live_seconds: {
      type: 'integer',
      minimum: 1,
      maximum: MOST_SECONDS,
      default: DEFAULT_TIME_TO_LIVE_SECONDS,
      description: 'How long it lives without being used, by the machine’s time.',
    },
  },
} as const;

interface Begin {
  Body: { name?: string; fixtures?: object; patch?: object; time_to_live_seconds?: number } | null;
}

/** An environment as the API shows it. */
function shownEnvironment(environment: Environment, kept?: Kept) {
  const { name, prefix, issuer } = environment;
  const url = `${issuer.slice(0, -REALM_PATH.length)}/`;
  return {
    name,
    prefix,
    url,
    issuer,
    discovery_url: `${issuer}/.well-known/openid-configuration`,
    control_url: `${url}_mock`,
    time_to_live_seconds: kept?.timeToLiveSeconds ?? null,
    ends_at: kept ? new Date(kept.usedAt + kept.timeToLiveSeconds * 1000).toISOString() : null,
  };
}

export type EnvironmentShown = ReturnType<typeof shownEnvironment>;

function nameFor(given: string | undefined): string {
  const name = given ?? `e-${randomBytes(6).toString('hex')}`;
  if (isEnvironmentName(name)) return name;
  const allowed =
    '1 to 64 letters, digits, dots, hyphens and underscores, the first a letter or digit; not default';
  throw new ConfigurationError([{ path: '/name', found: shown(name), allowed }]);
}

/** Runs a check, and names its faults from the body’s root. */
function under<T>(field: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    // Before the pointer may stand the name of the whole: "fixtures /people/0/uid".
    const pointer = ({ path }: Fault) => path.slice(path.startsWith('/') ? 0 : path.indexOf(' /') + 1);
    throw new ConfigurationError(
      error.faults.map((fault) => ({ ...fault, path: `/${field}${pointer(fault)}` })),
    );
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
  scope.get('/environments', async () => [
    shownEnvironment(environments.default),
    ...environments.list().map((kept) => shownEnvironment(kept.environment, kept)),
  ]);

  scope.post<Begin>('/environments', { schema: { body } }, async (request, reply) => {
    const given = request.body ?? {};
    const name = nameFor(given.name);
    const seconds = given.time_to_live_seconds;
    const kept = environments.begin({
      name,
      fixtures: fixturesFor(given, environments.default.initial),
      ...(seconds === undefined ? {} : { timeToLiveSeconds: seconds }),
    });
    return reply.code(201).send(shownEnvironment(kept.environment, kept));
  });

  scope.delete<{ Params: { name: string } }>('/environments/:name', async ({ params: { name } }, reply) => {
    if (name === DEFAULT_ENVIRONMENT) {
      throw new Problem(
        409,
        'The default environment does not end. POST /_mock/reset takes it back to its beginning.',
      );
    }
    environments.end(name);
    return reply.code(204).send();
  });
}
