/** What is wrong with a chosen scenario: its code, its endpoint or its parameters. */
import { CATALOGUE, scenarioOf } from './catalogue.ts';
import type { ChosenScenario } from './choice.ts';
import { ENDPOINT_OF, ENDPOINTS, type Scenario, type ScenarioParameter } from './scenario.ts';

/** Where, from the chosen scenario’s own root; what was found; what is allowed. */
export interface ScenarioFault {
  path: string;
  found: string;
  allowed: string;
}

export const SCENARIO_CODES: readonly string[] = CATALOGUE.map(({ code }) => code);

function isAllowed(value: unknown, { type, minimum, maximum, enum: values }: ScenarioParameter): boolean {
  if (type === 'string') return typeof value === 'string' && (values?.includes(value) ?? value.length <= 256);
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (type === 'integer' && !Number.isInteger(value)) return false;
  return value >= (minimum ?? value) && value <= (maximum ?? value);
}

function allowedText({ type, minimum, maximum, enum: values, description }: ScenarioParameter): string {
  if (values) return values.map((value) => JSON.stringify(value)).join(', ');
  const bounds = minimum === undefined ? '' : ` from ${minimum} to ${maximum}`;
  return `${type === 'string' ? 'text' : `${type === 'integer' ? 'a whole number' : 'a number'}${bounds}`}. ${description}`;
}

function parameterFaults(scenario: Scenario, given: Readonly<Record<string, unknown>>): ScenarioFault[] {
  const known = scenario.parameters ?? {};
  return Object.entries(given).flatMap(([name, value]) => {
    const parameter = Object.hasOwn(known, name) ? known[name] : undefined;
    const path = `/parameters/${name}`;
    if (!parameter) {
      const allowed = Object.keys(known).join(', ') || 'none: this scenario has no parameters';
      return [{ path, found: 'an unknown parameter', allowed }];
    }
    return isAllowed(value, parameter)
      ? []
      : [{ path, found: JSON.stringify(value), allowed: allowedText(parameter) }];
  });
}

function endpointFaults(scenario: Scenario, endpoint: string | undefined): ScenarioFault[] {
  if (endpoint === undefined) return [];
  const allowed =
    scenario.place === 'transport'
      ? ENDPOINTS.filter((each) => each !== 'backchannel_logout')
      : [ENDPOINT_OF[scenario.place]];
  if ((allowed as readonly string[]).includes(endpoint)) return [];
  return [{ path: '/endpoint', found: JSON.stringify(endpoint), allowed: allowed.join(', ') }];
}

/** Every fault. `near` names what somebody probably meant. */
export function scenarioFaults(
  chosen: ChosenScenario,
  near: (typed: string, names: readonly string[]) => string[],
): ScenarioFault[] {
  const scenario = scenarioOf(chosen.code);
  if (!scenario) {
    const allowed = `a code of /_mock/scenarios/catalogue; near matches: ${near(chosen.code, SCENARIO_CODES).join(', ')}`;
    return [{ path: '/code', found: JSON.stringify(chosen.code), allowed }];
  }
  return [
    ...endpointFaults(scenario, chosen.endpoint),
    ...parameterFaults(scenario, chosen.parameters ?? {}),
  ];
}
