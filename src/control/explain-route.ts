/** GET /_mock/explain: which rule and scenario would decide an authorization request, and why. */
import type { FastifyInstance } from 'fastify';
import { explain } from '../oidc/explain.ts';
import { operation } from './operation.ts';
import { checkPersona } from './persona.ts';

const querystring = {
  type: 'object',
  additionalProperties: { type: 'string' },
  properties: {
    persona: {
      type: 'string',
      description: 'Who would sign in on the pages: an NHSmail account or a UID. mock_login says it as well.',
    },
    client_id: { type: 'string', description: 'Left out: the first client.' },
    mock_login: { type: 'string', description: 'Who logs in without pages.' },
    mock_scenario: { type: 'string', description: 'A code of the catalogue.' },
    mock_on_failure: { type: 'string', description: 'page or redirect.' },
    login_hint: { type: 'string', description: 'Who logs in where interaction is automatic.' },
  },
  description:
    'The parameters of an authorization request, as the application sends them; those left out are taken to be good.',
} as const;

const TEXT = { type: 'string' } as const;

const EXPLANATION = {
  type: 'object',
  required: ['accepted'],
  properties: {
    accepted: { type: 'boolean', description: 'Whether the authorization request is in order.' },
    error: { ...TEXT, description: 'Where it is not: what the application is told.' },
    error_description: TEXT,
    refusal: { type: 'object', description: 'Why, and how to mend it.' },
    client_id: TEXT,
    interaction: { type: 'object', description: 'With or without pages, who logs in, and who says so.' },
    on_login_failure: { type: 'object', description: 'Where a failure ends, and who says so.' },
    outcome: {
      type: ['object', 'null'],
      description: 'How the log-in would end by which rule; null where nobody says who logs in.',
    },
    scenarios: {
      type: 'array',
      items: { type: 'object' },
      description: 'All that could act, in the order of precedence; those that would have decides true.',
    },
  },
} as const;

const EXPLAIN = operation({
  tag: 'scenarios',
  operationId: 'explain',
  summary: 'What would decide a log-in now, and why',
  description: 'Nothing is stored and no one-shot is used up.',
  querystring,
  answers: { 200: { description: 'What would decide.', schema: EXPLANATION } },
});

export function registerExplain(scope: FastifyInstance) {
  scope.get<{ Querystring: Readonly<Record<string, string>> }>(
    '/explain',
    EXPLAIN,
    async ({ environment, query }) => {
      const { persona, ...parameters } = query;
      checkPersona(persona, environment);
      return explain(parameters, persona, environment);
    },
  );
}
