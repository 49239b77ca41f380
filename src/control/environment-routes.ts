/** /_mock/settings, /clock and /reset: how an environment behaves, what time it is there, and back to the beginning. */
import type { FastifyInstance } from 'fastify';
import { adopt, type Environment } from '../environment/environment.ts';
import { completeSettings } from '../settings/fixtures.ts';
import { publishedSchema } from '../settings/published.ts';
import { shared } from './components.ts';
import { change } from './entries-routes.ts';
import { mergePatch, mergePatchSchema, PATCH_TYPES } from './merge-patch.ts';
import { type Answer, NO_BODY, operation } from './operation.ts';
import { Problem } from './problems.ts';

/** How far the clock can be moved: ten years, in seconds. */
const FARTHEST = 315_360_000;

const moves = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  properties: {
    freeze: { type: 'string', description: 'Stand still at this moment, ISO 8601; "now" for where it is.' },
    advance_seconds: {
      type: 'number',
      minimum: 0,
      maximum: FARTHEST,
      description: 'Move on, frozen or not.',
    },
    reset: { const: true, description: 'Run with the machine again.' },
  },
  examples: [{ advance_seconds: 600 }],
} as const;

const time: Answer = {
  description: 'What time it is now.',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['now', 'frozen'],
    properties: {
      now: { type: 'string', description: 'ISO 8601, in UTC.' },
      frozen: { type: 'boolean', description: 'Whether the clock stands still.' },
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
  summary: 'Freeze, advance or reset the clock',
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
  Body: { freeze?: string; advance_seconds?: number; reset?: true };
}

const shownClock = ({ clock }: Environment) => ({
  now: new Date(clock.now()).toISOString(),
  frozen: clock.isFrozen(),
});

/** Years 1970 to 9999: what ISO 8601 writes with four digits. */
const isMoment = (at: number) => at >= 0 && at < 253_402_300_800_000;

function advance({ clock }: Environment, seconds: number) {
  if (isMoment(clock.now() + seconds * 1000)) return clock.advance(seconds);
  throw new Problem(400, 'The clock cannot be moved as far as that.', [
    { path: '/advance_seconds', found: String(seconds), allowed: 'a moment before the year 10000' },
  ]);
}

function freezeAt({ clock }: Environment, moment: string) {
  const at = moment === 'now' ? clock.now() : Date.parse(moment);
  if (!isMoment(at)) {
    throw new Problem(400, 'The moment cannot be read.', [
      {
        path: '/freeze',
        found: JSON.stringify(moment),
        allowed: 'ISO 8601, for example 2026-01-01T00:00:00Z, or "now"',
      },
    ]);
  }
  clock.freeze(at);
}

function registerClock(scope: FastifyInstance) {
  scope.get('/clock', GET_CLOCK, async ({ environment }) => shownClock(environment));

  scope.post<Move>('/clock', MOVE_CLOCK, async ({ environment, body, id }) => {
    const { freeze, advance_seconds: seconds } = body;
    if (freeze !== undefined) freezeAt(environment, freeze);
    else if (seconds !== undefined) advance(environment, seconds);
    else environment.clock.reset();
    environment.journal.record({
      request_id: id,
      kind: 'configuration_changed',
      explanation: `The clock was moved by the control API; it is ${shownClock(environment).now} now.`,
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

  scope.patch('/settings', described.patch, async ({ environment, body, id }) => {
    const settings = completeSettings(mergePatch(environment.settings, body));
    const explanation = 'The settings were changed by the control API.';
    change(environment, { settings }, { requestId: id, explanation, changed: body as object });
    return environment.settings;
  });
}

export function registerEnvironment(scope: FastifyInstance) {
  registerSettings(scope);
  registerClock(scope);

  /** Everything as it was at the start, but for the signing keys: applications have cached them. */
  scope.post('/reset', RESET, async ({ environment, id }, reply) => {
    await environment.store.clear();
    environment.sessionWatch.clear();
    adopt(environment, environment.initial);
    environment.clock.reset();
    environment.journal.clear();
    environment.journal.record({
      request_id: id,
      kind: 'configuration_changed',
      explanation: 'Everything went back to the fixtures, by the control API.',
    });
    return reply.code(204).send();
  });
}
