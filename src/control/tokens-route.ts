/** POST /_mock/tokens: a token set for a persona and a client, without a browser, by the same rules as a log-in. */
import type { FastifyInstance } from 'fastify';
import { Refused } from '../journal/refused.ts';
import { assumedRequest } from '../oidc/assumed-request.ts';
import { mintTokens } from '../oidc/mint-tokens.ts';
import { operation } from './operation.ts';
import { checkPersona } from './persona.ts';
import { Problem } from './problems.ts';

const body = {
  type: 'object',
  additionalProperties: false,
  required: ['persona'],
  properties: {
    persona: { type: 'string', description: 'Who logs in: an NHSmail account or a UID.' },
    client_id: { type: 'string', description: 'For which client. Left out: the first.' },
    scope: { type: 'string', description: 'Left out: all that CIS2 has, with selectedrole.' },
    acr_values: { type: 'string', description: 'Left out: the client’s default.' },
    role: { type: 'string', description: 'The role to select, by its person_roleid. Left out: the first.' },
    scenario: { type: 'string', description: 'A scenario that acts on these tokens, by its code.' },
  },
  examples: [{ persona: 'alex.bound@nhs.net' }],
} as const;

const MINT = operation({
  tag: 'tokens',
  operationId: 'mintTokens',
  summary: 'Mint tokens without a log-in',
  description:
    'By the same rules as a log-in: for a persona whose log-in would fail, 409 says how it would end.',
  body,
  answers: {
    200: {
      description: 'A token response.',
      schema: {
        type: 'object',
        required: ['access_token', 'id_token', 'token_type', 'expires_in', 'scope'],
        properties: {
          access_token: { type: 'string' },
          id_token: { type: 'string' },
          refresh_token: { type: 'string' },
          token_type: { const: 'Bearer' },
          expires_in: { type: 'integer' },
          scope: { type: 'string' },
        },
        additionalProperties: false,
      },
    },
  },
  refusals: [409],
});

interface Mint {
  Body: {
    persona: string;
    client_id?: string;
    scope?: string;
    acr_values?: string;
    role?: string;
    scenario?: string;
  };
}

/** The authorization request that the tokens would come of. */
function parametersOf({ persona, role, scenario, ...same }: Mint['Body']): Record<string, string> {
  return {
    ...same,
    mock_login: persona,
    ...(role === undefined ? {} : { mock_role: role }),
    ...(scenario === undefined ? {} : { mock_scenario: scenario }),
  };
}

/** The field of the body that a parameter of the authorization request came from. */
const FIELDS: Readonly<Record<string, string>> = {
  mock_login: 'persona',
  mock_role: 'role',
  mock_scenario: 'scenario',
};

/** In the words of this call. */
const inFields = (text: string): string =>
  text.replace(/mock_(?:login|role|scenario)/g, (name) => FIELDS[name] ?? name);

function problemOf({ refusal }: Refused): Problem {
  const { parameter = '', rule, found, expected, mend } = refusal;
  const fault = { path: `/${inFields(parameter)}`, found, allowed: inFields(expected) };
  return new Problem(400, `Refused by the rule: ${inFields(rule)} ${inFields(mend)}`, [fault]);
}

export function registerTokens(scope: FastifyInstance) {
  scope.post<Mint>('/tokens', MINT, async (request) => {
    const { environment } = request;
    checkPersona(request.body.persona, environment);
    try {
      const { client, request: asked } = await assumedRequest(parametersOf(request.body), environment);
      const minted = await mintTokens(environment, client, asked, request.id);
      if ('tokens' in minted) return minted.tokens;
      const { outcome, found, mend } = minted.decision;
      throw new Problem(409, `The log-in would end as ${outcome}: ${found}. ${mend}`);
    } catch (error) {
      throw error instanceof Refused ? problemOf(error) : error;
    }
  });
}
