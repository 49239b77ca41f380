/** How the calls on scenarios are described, and what starting one takes. */
import { ENDPOINTS } from '../scenarios/scenario.ts';
import { operation } from './operation.ts';

const text = (description: string) => ({ type: 'string', description });

const body = {
  type: 'object',
  additionalProperties: false,
  required: ['code'],
  properties: {
    code: text('A code of the catalogue.'),
    times: {
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      description: 'How often it acts; then it is over. Left out: until it is removed.',
    },
    persona: text('Only for this persona: an NHSmail account or a UID.'),
    client_id: text('Only for this client.'),
    endpoint: {
      enum: ENDPOINTS,
      description: 'Where a transport scenario acts. Left out: its own endpoint.',
    },
    parameters: {
      type: 'object',
      additionalProperties: { type: ['number', 'string'] },
      description: 'Those that the catalogue lists for the scenario. Left out: their defaults.',
    },
  },
  examples: [{ code: 'INTERNAL_ERROR', times: 1 }],
} as const;

const { required: _required, ...asked } = body;

/** An active scenario: what it was started with, and its place in the precedence. */
const ACTIVE = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'code', 'title', 'level'],
  properties: {
    id: text('By which it is stopped.'),
    ...asked.properties,
    title: text('In a few words.'),
    level: {
      enum: ['one_shot', 'persona', 'client', 'environment'],
      description: 'Where it stands in the precedence: one_shot comes first.',
    },
  },
};

const PARAMETER = {
  type: 'object',
  additionalProperties: false,
  required: ['type', 'default', 'description'],
  properties: {
    type: { enum: ['integer', 'number', 'string'] },
    default: { type: ['number', 'string'] },
    minimum: { type: 'number' },
    maximum: { type: 'number' },
    enum: { type: 'array', items: { type: 'string' } },
    description: text('What it means, with its unit.'),
  },
};

const SCENARIO = {
  type: 'object',
  additionalProperties: false,
  required: ['code', 'title', 'place', 'endpoint', 'sent', 'good_relying_party', 'parameters', 'url'],
  properties: {
    code: text('Its name in every call.'),
    title: text('In a few words.'),
    place: text('What it acts on.'),
    endpoint: text('The endpoint where it acts.'),
    sent: text('What is sent.'),
    good_relying_party: text('What a good relying party does.'),
    parameters: { type: 'object', additionalProperties: PARAMETER },
    url: text('An authorization request that starts it.'),
  },
};

const about = { tag: 'scenarios' };

export const SCENARIOS = {
  catalogue: operation({
    ...about,
    operationId: 'listScenarioCatalogue',
    summary: 'List every scenario there is',
    answers: { 200: { description: 'The catalogue.', schema: { type: 'array', items: SCENARIO } } },
  }),
  list: operation({
    ...about,
    operationId: 'listScenarios',
    summary: 'List the active scenarios',
    answers: { 200: { description: 'Oldest first.', schema: { type: 'array', items: ACTIVE } } },
  }),
  start: operation({
    ...about,
    operationId: 'startScenario',
    summary: 'Start a scenario',
    description:
      'With times it comes before everything else, and is over when it was used so often. Without, it acts until it is removed: before a persona’s, a client’s or the environment’s own, by whom it names.',
    body,
    answers: { 201: { description: 'It is active.', schema: ACTIVE } },
  }),
  stopAll: operation({
    ...about,
    operationId: 'stopScenarios',
    summary: 'Stop all active scenarios',
    answers: { 204: { description: 'None is active.' } },
  }),
  stop: operation({
    ...about,
    operationId: 'stopScenario',
    summary: 'Stop a scenario',
    params: {
      type: 'object',
      properties: { id: text('The id of an active scenario, or the code of all with that code.') },
      required: ['id'],
    },
    answers: { 204: { description: 'It is not active any more.' } },
    refusals: [404],
  }),
};
