/** The gallery of scenarios: each with what is sent, what a good application does, and the ways to run it. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { baseOf, type Environment } from '../environment/environment.ts';
import { CATALOGUE } from '../scenarios/catalogue.ts';
import type { Place, Scenario, ScenarioParameter } from '../scenarios/scenario.ts';
import { askedFor, matchesWords } from './filter.ts';
import type { ScenariosPage } from './models.ts';
import { showPage, toolFrameOf } from './render.ts';

type Card = ScenariosPage['groups'][number]['scenarios'][number];

/** The places in the order in which a log-in comes to them. */
const PLACES: Readonly<Record<Place, string>> = {
  authorization_request: 'The authorization request',
  login: 'The log-in',
  authorization_response: 'The callback',
  token_response: 'The token response',
  id_token: 'The ID token',
  userinfo: 'UserInfo',
  jwks: 'The signing keys',
  discovery: 'The discovery document',
  logout_token: 'The logout token',
  transport: 'The network in between',
};

function allowedBy({ enum: values, minimum, maximum }: ScenarioParameter): string {
  if (values) return values.join(', ');
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  return minimum === undefined ? 'any' : `${minimum} or more`;
}

/** Programs fetch these two, and say by nothing which log-in it is for: their own address carries the scenario. */
const FETCHED: Readonly<Partial<Record<Place, { path: string; to: string }>>> = {
  discovery: {
    path: '/.well-known/openid-configuration',
    to: 'Let your application read its discovery document here',
  },
  jwks: { path: '/connect/jwk_uri', to: 'Let your application fetch the keys here' },
};

function addressOf({ code, place }: Scenario, { issuer }: Environment): Card['address'] {
  const fetched = FETCHED[place];
  if (!fetched)
    return {
      to: 'Add this to the authorization request of your application',
      text: `&mock_scenario=${code}`,
    };
  return { to: fetched.to, text: `${issuer}${fetched.path}?mock_scenario=${code}` };
}

function cardOf(scenario: Scenario, environment: Environment, asked: string): Card {
  const { code, title, sent, goodRelyingParty, parameters = {} } = scenario;
  const words = `${code} ${title} ${sent} ${goodRelyingParty}`.toLowerCase();
  const controlApi = `${baseOf(environment)}/_mock`;
  return {
    code,
    title,
    sent,
    goodRelyingParty,
    words,
    isShown: matchesWords(words, asked),
    parameters: Object.entries(parameters).map(([name, parameter]) => ({
      name,
      byDefault: String(parameter.default),
      description: parameter.description,
      allowed: allowedBy(parameter),
    })),
    runUrl: `${environment.prefix}/demo?mock_scenario=${code}`,
    address: addressOf(scenario, environment),
    command: `curl -X POST ${controlApi}/scenarios -H 'content-type: application/json' -d '${JSON.stringify({ code, times: 1 })}'`,
  };
}

function scenariosPage(request: FastifyRequest): ScenariosPage {
  const asked = askedFor(request.query, 'words');
  const groups = Object.entries(PLACES).map(([place, title]) => {
    const ofPlace = CATALOGUE.filter((scenario) => scenario.place === place);
    const scenarios = ofPlace.map((scenario) => cardOf(scenario, request.environment, asked));
    return { id: place, title, isShown: scenarios.some(({ isShown }) => isShown), scenarios };
  });
  const all = groups.flatMap(({ scenarios }) => scenarios);
  return {
    ...toolFrameOf(request, 'Scenarios', 'scenarios'),
    asked,
    shown: all.filter(({ isShown }) => isShown).length,
    total: all.length,
    groups,
  };
}

export function registerScenariosPage(app: FastifyInstance) {
  app.get('/scenarios', async (request, reply) => showPage(reply, 'scenarios', scenariosPage(request)));
}
