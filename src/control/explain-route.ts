/** GET /_mock/explain: which rule and scenario would decide an authorization request, and why. */
import type { FastifyInstance } from 'fastify';
import { explain } from '../oidc/explain.ts';
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
    mock_login: { type: 'string' },
    mock_scenario: { type: 'string' },
    mock_on_failure: { type: 'string' },
    login_hint: { type: 'string' },
  },
  description:
    'The parameters of an authorization request, as the application sends them; those left out are taken to be good.',
} as const;

export function registerExplain(scope: FastifyInstance) {
  scope.get<{ Querystring: Readonly<Record<string, string>> }>(
    '/explain',
    { schema: { querystring } },
    async ({ environment, query }) => {
      const { persona, ...parameters } = query;
      checkPersona(persona, environment);
      return explain(parameters, persona, environment);
    },
  );
}
