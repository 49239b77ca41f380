/** /_mock/scenarios: the catalogue, what is active, and starting and stopping it. */
import type { FastifyInstance } from 'fastify';
import { activeScenarios, startScenario, stopScenario } from '../environment/active-scenarios.ts';
import type { Environment } from '../environment/environment.ts';
import { CATALOGUE } from '../scenarios/catalogue.ts';
import type { ActiveScenario } from '../scenarios/choice.ts';
import { scenarioFaults } from '../scenarios/parameter-faults.ts';
import { ConfigurationError, type Fault, shown } from '../settings/faults.ts';
import { nearMatches } from '../settings/near-matches.ts';
import { personaFault } from './persona.ts';
import { Problem } from './problems.ts';
import { shownActive, shownScenario } from './scenario-shown.ts';
import { SCENARIOS } from './scenarios-operations.ts';

type Start = Omit<ActiveScenario, 'id' | 'order'>;

/** What a schema cannot say: whether code, parameters, persona and client are there. */
function checkStart(start: Start, environment: Environment) {
  const { persona, client_id: clientId } = start;
  const { clients } = environment;
  const ofPersona = personaFault(persona, environment);
  const faults: Fault[] = [...scenarioFaults(start, nearMatches), ...(ofPersona ? [ofPersona] : [])];
  if (clientId !== undefined && !clients.has(clientId)) {
    const allowed = `a registered client; near matches: ${nearMatches(clientId, [...clients.keys()]).join(', ')}`;
    faults.push({ path: '/client_id', found: shown(clientId), allowed });
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
}

function stopped(environment: Environment, requestId: string, what: string) {
  environment.journal.record({
    request_id: requestId,
    kind: 'configuration_changed',
    explanation: `${what} by the control API.`,
    details: {},
  });
}

export function registerScenarios(scope: FastifyInstance) {
  scope.get('/scenarios/catalogue', SCENARIOS.catalogue, async ({ environment }) =>
    CATALOGUE.map((scenario) => shownScenario(scenario, environment)),
  );

  scope.get('/scenarios', SCENARIOS.list, async ({ environment }) =>
    (await activeScenarios(environment)).map(shownActive),
  );

  scope.post<{ Body: Start }>('/scenarios', SCENARIOS.start, async (request, reply) => {
    const { environment } = request;
    checkStart(request.body, environment);
    const started = await startScenario(environment, request.body);
    environment.journal.record({
      request_id: request.id,
      kind: 'configuration_changed',
      explanation: `The scenario ${started.code} was started by the control API.`,
      details: { scenario: request.body },
    });
    return reply.code(201).send(shownActive(started));
  });

  scope.delete('/scenarios', SCENARIOS.stopAll, async ({ environment, id }, reply) => {
    for (const active of await activeScenarios(environment)) await stopScenario(environment, active.id);
    stopped(environment, id, 'All scenarios were stopped');
    return reply.code(204).send();
  });

  scope.delete<{ Params: { id: string } }>('/scenarios/:id', SCENARIOS.stop, async (request, reply) => {
    const { environment, params } = request;
    const fitting = (await activeScenarios(environment)).filter(
      ({ id, code }) => id === params.id || code === params.id,
    );
    if (fitting.length === 0) {
      throw new Problem(
        404,
        `No active scenario has the id or code ${params.id}. GET /_mock/scenarios lists them.`,
      );
    }
    for (const { id } of fitting) await stopScenario(environment, id);
    stopped(environment, request.id, `The scenario ${fitting[0]?.code} was stopped`);
    return reply.code(204).send();
  });
}
