/** /_mock/settings, /clock and /reset: how an environment behaves, what time it is there, and back to the beginning. */
import type { FastifyInstance } from 'fastify';
import { MOST_SKEW } from '../environment/clock.ts';
import { adopt, type Environment } from '../environment/environment.ts';
import { completeSettings } from '../settings/fixtures.ts';
import { publishedSchema } from '../settings/published.ts';
import { shared } from './components.ts';
import { changeFixtures } from './entries-routes.ts';
import { mergePatch, mergePatchSchema, PATCH_TYPES } from './merge-patch.ts';
import { isMoment, momentOf } from './moment.ts';
import { type Answer, NO_BODY, operation } from './operation.ts';
import { Problem } from './problems.ts';

/** How far the clock can be moved: ten years, in seconds. */
const FARTHEST = 315_360_000;

const AS_WRITTEN = 'RFC 3339 with a zone (2026-01-01T00:00:00Z)';

const moves = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  properties: {
    freeze: {
      type: 'string',
      description: `Stand still at this moment, ${AS_WRITTEN}; "now" for where it is.`,
    },
    advance_seconds: {
      type: 'number',
      minimum: 0,
      maximum: FARTHEST,
      description: 'Move on, frozen or not.',
    },
    set: {
      type: 'string',
      description: `Be at this moment, ${AS_WRITTEN}, and go on as before: running or standing still.`,
    },
    skew_seconds: {
      type: 'integer',
      minimum: -MOST_SKEW,
      maximum: MOST_SKEW,
      description:
        'Show relying parties a time that is so far ahead, or behind where negative: in tokens, and in what they sign. What expires here does not change.',
    },
    reset: { const: true, description: 'Run with the machine again, without skew.' },
  },
  examples: [{ advance_seconds: 600 }],
} as const;

const time: Answer = {
  description: 'What time it is now.',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['now', 'frozen', 'skew_seconds'],
    properties: {
      now: { type: 'string', description: 'ISO 8601, in UTC.' },
      frozen: { type: 'boolean', description: 'Whether the clock stands still.' },
      skew_seconds: { type: 'integer', description: 'How far ahead the time is that relying parties see.' },
    },
  },
};

const GET_CLOCK = operation({
  tag: 'clock',
  operationId: 'getClock',
  summary: 'What time it is',
  answers: { 200: time },
});

const MOVE_CLOCK = operation({
  tag: 'clock',
  operationId: 'moveClock',
  summary: 'Freeze, set, advance, skew or reset the clock',
  description: 'One clock signs, verifies and expires everything. The body has exactly one of these members.',
  body: moves,
  answers: { 200: time },
});

const RESET = operation({
  tag: 'environment',
  operationId: 'reset',
  summary: 'Back to the fixtures',
  description: 'With nobody logged in, an empty journal and the machine’s time. The signing keys stay.',
  body: NO_BODY,
  answers: { 204: { description: 'Everything is as it was at the start.' } },
});

interface Move {
  Body: { freeze?: string; advance_seconds?: number; set?: string; skew_seconds?: number; reset?: true };
}

const shownClock = ({ clock }: Environment) => ({
  now: new Date(clock.now()).toISOString(),
  frozen: clock.isFrozen(),
  skew_seconds: clock.skewSeconds(),
});

function advance({ clock }: Environment, seconds: number) {
  if (isMoment(clock.now() + seconds * 1000)) return clock.advance(seconds);
  throw new Problem(400, 'The clock cannot be moved as far as that.', [
    { path: '/advance_seconds', found: String(seconds), allowed: 'a moment before the year 10000' },
  ]);
}

function move(
  environment: Environment,
  { freeze, advance_seconds: seconds, set, skew_seconds: skew }: Move['Body'],
) {
  const { clock } = environment;
  if (freeze !== undefined)
    clock.freeze(freeze === 'now' ? clock.now() : momentOf('freeze', freeze, ', or "now"'));
  else if (set !== undefined) clock.set(momentOf('set', set));
  else if (seconds !== undefined) advance(environment, seconds);
  else if (skew !== undefined) clock.skew(skew);
  else clock.reset();
}

/** What the clock was told, in words. */
function movedTo(environment: Environment): string {
  const { now, skew_seconds: skew } = shownClock(environment);
  const shown =
    skew === 0 ? '' : `; relying parties are shown ${Math.abs(skew)} seconds ${skew > 0 ? 'more' : 'less'}`;
  return `The clock was moved by the control API; it is ${now} now${shown}.`;
}

function registerClock(scope: FastifyInstance) {
  scope.get('/clock', GET_CLOCK, async ({ environment }) => shownClock(environment));

  scope.post<Move>('/clock', MOVE_CLOCK, async ({ environment, body, id }) => {
    await environment.change(() => move(environment, body));
    environment.journal.record({
      request_id: id,
      kind: 'configuration_changed',
      explanation: movedTo(environment),
      details: { ...body },
    });
    return shownClock(environment);
  });
}

/** The calls on the settings. */
function settingsOperations() {
  const answers = { 200: { description: 'As they are now, whole.', schema: shared('Settings') } };
  return {
    get: operation({ tag: 'settings', operationId: 'getSettings', summary: 'Get the settings', answers }),
    patch: operation({
      tag: 'settings',
      operationId: 'patchSettings',
      summary: 'Change settings',
      description:
        'A merge patch (RFC 7396): what is left out stays, null brings the package’s default back.',
      body: {
        ...mergePatchSchema(publishedSchema().properties.settings),
        examples: [{ nhsmail: { availability: 'general' } }],
      },
      consumes: PATCH_TYPES,
      answers,
    }),
  };
}

function registerSettings(scope: FastifyInstance) {
  const described = settingsOperations();

  scope.get('/settings', described.get, async ({ environment }) => environment.settings);

  scope.patch('/settings', described.patch, async (request) => {
    const { environment, body } = request;
    return changeFixtures(request, () => {
      const settings = completeSettings(mergePatch(environment.settings, body));
      const explanation = 'The settings were changed by the control API.';
      return {
        next: { settings },
        explanation,
        changed: settings,
        details: body as object,
        answer: settings,
      };
    });
  });
}

export function registerEnvironment(scope: FastifyInstance) {
  registerSettings(scope);
  registerClock(scope);

  /** Everything as it was at the start, but for the signing keys: applications have cached them. */
  scope.post('/reset', RESET, async ({ environment, id }, reply) => {
    await environment.change(async () => {
      await environment.store.clear();
      adopt(environment, environment.initial);
      environment.clock.reset();
    });
    await environment.journal.clear();
    environment.journal.record({
      request_id: id,
      kind: 'configuration_changed',
      explanation: 'Everything went back to the fixtures, by the control API.',
      details: {},
    });
    return reply.code(204).send();
  });
}
