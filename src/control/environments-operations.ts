/** How the calls on environments are described, and what making one takes. */
import { DEFAULT_TIME_TO_LIVE_SECONDS, ENVIRONMENT_NAME_RULE } from '../environment/environments.ts';
import { operation } from './operation.ts';

const text = (description: string) => ({ type: 'string', description });

const MOST_SECONDS = 31_536_000;

const body = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    name: text(`What stands in its addresses: ${ENVIRONMENT_NAME_RULE}. Left out: a random name.`),
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
  examples: [
    { name: 'my-test', patch: { organisations: [{ org_code: 'RZ8', nhsmail_private_beta: true }] } },
  ],
} as const;

const ENVIRONMENT = {
  type: 'object',
  additionalProperties: false,
  required: [
    'name',
    'prefix',
    'url',
    'issuer',
    'discovery_url',
    'control_url',
    'time_to_live_seconds',
    'ends_at',
  ],
  properties: {
    name: text('default, or its name.'),
    prefix: text('What its paths begin with: empty for the default one.'),
    url: text('Its start page.'),
    issuer: text('Its issuer.'),
    discovery_url: text('Its discovery document.'),
    control_url: text('Where its control API is.'),
    time_to_live_seconds: {
      type: ['integer', 'null'],
      description: 'How long it lives without being used; null for the default one.',
    },
    ends_at: {
      type: ['string', 'null'],
      description: 'When it ends unless it is used, ISO 8601; null for the default one.',
    },
  },
};

const about = { tag: 'environments' };

export const ENVIRONMENTS = {
  list: operation({
    ...about,
    operationId: 'listEnvironments',
    summary: 'List the environments',
    answers: {
      200: { description: 'The default one first.', schema: { type: 'array', items: ENVIRONMENT } },
    },
  }),
  begin: operation({
    ...about,
    operationId: 'beginEnvironment',
    summary: 'Make an environment',
    description: 'A whole provider of its own. One begins with the first use of its address, too.',
    body,
    answers: { 201: { description: 'It is there.', schema: ENVIRONMENT } },
    refusals: [409, 503],
  }),
  end: operation({
    ...about,
    operationId: 'endEnvironment',
    summary: 'End an environment',
    params: {
      type: 'object',
      properties: { name: text('Its name.') },
      required: ['name'],
    },
    answers: { 204: { description: 'It is gone, with all that was in it.' } },
    refusals: [404, 409],
  }),
};
