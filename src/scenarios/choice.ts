/**
 * Which scenario acts: one precedence for all places. First one-shots that were queued, then what this request asks
 * for, then the persona’s, the client’s and the environment’s own. Pure: it weighs what it is given.
 */
import { scenarioOf } from './catalogue.ts';
import { ENDPOINT_OF, type Endpoint, type Place, type Scenario } from './scenario.ts';

export const LEVELS = ['one_shot', 'request', 'persona', 'client', 'environment'] as const;

/** Who chose a scenario, in the order of precedence. */
export type Level = (typeof LEVELS)[number];

export type ParameterValues = Readonly<Record<string, number | string>>;

/** A scenario as a request, a persona, a client or the settings choose it. */
export interface ChosenScenario {
  code: string;
  /** At the log-in: how often it acts for each authorization request, Try again counted on. Left out, always. */
  times?: number;
  /** Where a transport scenario acts; left out, its own endpoint. */
  endpoint?: Endpoint;
  parameters?: ParameterValues;
}

/** A scenario that was started by the control API. */
export interface ActiveScenario extends ChosenScenario {
  id: string;
  /** Counts up in an environment: the order in which they were started. */
  order: number;
  /** How often it still acts, on any log-in; left out, until it is removed. */
  times?: number;
  /** Only for this persona: an NHSmail account or a UID. */
  persona?: string;
  /** Only for this client. */
  client_id?: string;
}

/** What is known of the request that a scenario may act on. */
export interface About {
  clientId?: string;
  /** Whether this is the persona of that name. */
  isPersona: (name: string) => boolean;
}

/** What there is to choose from. */
export interface Sources {
  active: readonly ActiveScenario[];
  request?: ChosenScenario;
  persona?: ChosenScenario;
  client?: ChosenScenario;
  environment?: ChosenScenario;
}

export interface Candidate {
  level: Level;
  scenario: Scenario;
  /** The endpoint where it acts. */
  endpoint: Endpoint;
  parameters: ParameterValues;
  /** In words: why it would decide. */
  why: string;
  /** The active scenario that a use of it counts down. */
  oneShot?: ActiveScenario;
}

const endpointOf = (scenario: Scenario, chosen: ChosenScenario): Endpoint =>
  scenario.place === 'transport' ? (chosen.endpoint ?? scenario.endpoint) : ENDPOINT_OF[scenario.place];

/** The parameters of a scenario: those given, and the defaults of the others. */
export function parametersOf({ parameters = {} }: Scenario, given: ParameterValues = {}): ParameterValues {
  const defaults = Object.entries(parameters).map(([name, each]) => [name, each.default] as const);
  return { ...Object.fromEntries(defaults), ...given };
}

function candidate(level: Level, chosen: ChosenScenario, why: string, oneShot?: ActiveScenario): Candidate[] {
  const scenario = scenarioOf(chosen.code);
  if (!scenario) return [];
  return [
    {
      level,
      scenario,
      endpoint: endpointOf(scenario, chosen),
      parameters: parametersOf(scenario, chosen.parameters),
      why,
      ...(oneShot ? { oneShot } : {}),
    },
  ];
}

/** The level of an active scenario: one that counts down comes first, the others by whom they name. */
export function levelOf({ times, persona, client_id }: ActiveScenario): Level {
  if (times !== undefined) return 'one_shot';
  if (persona !== undefined) return 'persona';
  return client_id === undefined ? 'environment' : 'client';
}

/** Whom an active scenario is for, in words. */
function forWhom({ persona, client_id }: ActiveScenario): string {
  const whom = [persona, client_id].filter((each) => each !== undefined).join(' at ');
  return whom === '' ? 'for everybody' : `for ${whom}`;
}

/** How often one that counts down acts, the use that is spoken of among them. */
const timesOf = ({ times = 1 }: ActiveScenario): string =>
  times === 1 ? 'for this once' : `for ${times} times with this one`;

function fits({ persona, client_id }: ActiveScenario, { clientId, isPersona }: About): boolean {
  return (client_id === undefined || client_id === clientId) && (persona === undefined || isPersona(persona));
}

const OWN: Readonly<Record<Exclude<Level, 'one_shot'>, string>> = {
  request: 'the request names it in mock_scenario',
  persona: 'it is the persona’s own (scenario of the person)',
  client: 'it is the client’s own (scenario of the client)',
  environment: 'it is the environment’s own (settings.scenario)',
};

/** All that could act, in the order of precedence. Of those started by a call the newest comes first, of one-shots the oldest. */
export function candidatesFor(about: About, sources: Sources): Candidate[] {
  const { active, request, persona, client, environment } = sources;
  // Asked at every step of every log-in, and most of the time there is nothing to weigh.
  if (active.length === 0 && !request && !persona && !client && !environment) return [];
  const fitting = active.filter((each) => fits(each, about));
  const started = (level: Level) => {
    const those = fitting.filter((each) => levelOf(each) === level);
    return level === 'one_shot' ? those : those.reverse();
  };
  return LEVELS.flatMap((level) => {
    const active = started(level).flatMap((each) =>
      level === 'one_shot'
        ? candidate(level, each, `it was queued ${forWhom(each)}, ${timesOf(each)}`, each)
        : candidate(level, each, `it was started by a call ${forWhom(each)}`),
    );
    const own = level === 'one_shot' ? undefined : sources[level];
    return own && level !== 'one_shot' ? [...active, ...candidate(level, own, OWN[level])] : active;
  });
}

/**
 * Whether one that was started for some persona would come before this one: while nobody knows yet who logs in, it has
 * to wait for that. What a person has in the fixtures holds up nobody.
 */
export function mayBeOutranked(
  { level, scenario, oneShot }: Candidate,
  clientId: string,
  active: readonly ActiveScenario[],
): boolean {
  return active.some((each) => {
    const isForPersona = each.persona !== undefined && fits(each, { clientId, isPersona: () => true });
    if (!isForPersona || scenarioOf(each.code)?.place !== scenario.place) return false;
    const other = levelOf(each);
    return other === level
      ? oneShot !== undefined && each.order < oneShot.order
      : LEVELS.indexOf(other) < LEVELS.indexOf(level);
  });
}

/** The first that acts at this place; for a transport scenario, at this endpoint. */
export function firstAt(
  candidates: readonly Candidate[],
  place: Place,
  endpoint?: Endpoint,
): Candidate | undefined {
  return candidates.find(
    (each) => each.scenario.place === place && (endpoint === undefined || each.endpoint === endpoint),
  );
}
