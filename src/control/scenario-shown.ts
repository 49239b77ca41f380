/** Scenarios as the control API shows them. It names no type of Fastify: the package’s users see it, and have none. */
import type { Environment } from '../environment/environment.ts';
import { assumedRedirectUri } from '../oidc/assumed-request.ts';
import { scenarioOf } from '../scenarios/catalogue.ts';
import { type ActiveScenario, levelOf } from '../scenarios/choice.ts';
import { ENDPOINT_OF, type Scenario } from '../scenarios/scenario.ts';

/** An active scenario, with its place in the precedence. */
export function shownActive(active: ActiveScenario) {
  const { order: _order, ...rest } = active;
  return { ...rest, title: scenarioOf(active.code)?.title, level: levelOf(active) };
}

export type ActiveScenarioShown = ReturnType<typeof shownActive>;

/** An authorization request that starts it: by a persona who would succeed, so that nothing else goes wrong. */
function linkOf({ code }: Scenario, { issuer, fixtures }: Environment): string {
  const [client] = fixtures.clients;
  const persona = fixtures.nhsmail[0]?.email;
  const query = new URLSearchParams({
    client_id: client?.client_id ?? '',
    redirect_uri: client ? assumedRedirectUri(client) : '',
    response_type: 'code',
    scope: 'openid profile email nhsperson nationalrbacaccess associatedorgs selectedrole',
    state: 'the-state',
    nonce: 'the-nonce',
    ...(persona === undefined ? {} : { mock_login: persona }),
    mock_scenario: code,
  });
  return `${issuer}/authorize?${query}`;
}

/** A scenario of the catalogue, with an address in this environment that starts it. */
export function shownScenario(scenario: Scenario, environment: Environment) {
  const { code, title, sent, goodRelyingParty, place, parameters = {} } = scenario;
  return {
    code,
    title,
    place,
    endpoint: scenario.place === 'transport' ? scenario.endpoint : ENDPOINT_OF[scenario.place],
    sent,
    good_relying_party: goodRelyingParty,
    parameters,
    url: linkOf(scenario, environment),
  };
}

export type ScenarioShown = ReturnType<typeof shownScenario>;
