/** What a person chooses before a log-in of the demonstration application, and the authorization request it makes. */
import { ACR_VALUES } from '../care-identity/authenticators.ts';
import type { Environment } from '../environment/environment.ts';
import { similarPersonas } from '../oidc/mock-parameters.ts';
import type { Parameters } from '../oidc/parameters.ts';
import { scenarioOf } from '../scenarios/catalogue.ts';
import { SCENARIO_CODES } from '../scenarios/parameter-faults.ts';
import { orSimilar, similarNames } from '../settings/near-matches.ts';

export const ON_FAILURE = ['page', 'redirect'] as const;
export const PROMPTS = ['', 'login', 'none'] as const;
/** The scope that asks for a role; empty where none is asked for. */
export const ROLE_SCOPES = ['selectedrole', 'changedrole', ''] as const;

export interface DemoOptions {
  /** An NHSmail account or a UID, logged in without pages; empty for the pages. */
  persona: string;
  /** The code of a scenario; empty for none. */
  scenario: string;
  onFailure: (typeof ON_FAILURE)[number];
  acrValues: string;
  prompt: (typeof PROMPTS)[number];
  role: (typeof ROLE_SCOPES)[number];
}

export const DEFAULT_OPTIONS: DemoOptions = {
  persona: '',
  scenario: '',
  onFailure: 'page',
  acrValues: 'AAL2_OR_AAL3_ANY',
  prompt: '',
  role: 'selectedrole',
};

/** The fields of the form, and of the address that fills it in. */
export const FIELDS = {
  persona: 'persona',
  scenario: 'mock_scenario',
  onFailure: 'on_failure',
  acrValues: 'acr_values',
  prompt: 'prompt',
  role: 'role',
} as const satisfies Readonly<Record<keyof DemoOptions, string>>;

/** What is wrong, by the name of the field. */
export type OptionErrors = Readonly<Record<string, string>>;

/** The one of the list that was chosen, or the default with a word of what is wrong. */
function oneOf<T extends string>(
  values: readonly T[],
  given: string | undefined,
  byDefault: T,
): { value: T; error?: string } {
  const known = values.find((each) => each === (given ?? byDefault));
  return known === undefined
    ? { value: byDefault, error: 'Select one of the choices in the list' }
    : { value: known };
}

function personaError(persona: string, { directory }: Environment): string | undefined {
  if (persona === '' || directory.nhsmailAccount(persona) || directory.person(persona)) return undefined;
  return `There is no test account ${persona}${orSimilar('Accounts with a similar name', similarPersonas(persona, directory))}`;
}

function scenarioError(code: string): string | undefined {
  if (code === '' || scenarioOf(code)) return undefined;
  return `There is no scenario ${code}${orSimilar('Scenarios with a similar code', similarNames(code, SCENARIO_CODES))}`;
}

/** Reads the form, or the address that fills it in. An empty field that has a choice “none” is that choice. */
export function readOptions(
  parameters: Parameters,
  environment: Environment,
): { options: DemoOptions; errors: OptionErrors } {
  const given = parameters.all();
  const persona = given[FIELDS.persona]?.trim() ?? '';
  const scenario = given[FIELDS.scenario]?.trim() ?? '';
  const onFailure = oneOf(ON_FAILURE, given[FIELDS.onFailure], DEFAULT_OPTIONS.onFailure);
  const acrValues = oneOf(ACR_VALUES, given[FIELDS.acrValues], DEFAULT_OPTIONS.acrValues);
  const prompt = oneOf(PROMPTS, given[FIELDS.prompt], DEFAULT_OPTIONS.prompt);
  const role = oneOf(ROLE_SCOPES, given[FIELDS.role], DEFAULT_OPTIONS.role);
  const errors = {
    [FIELDS.persona]: personaError(persona, environment),
    [FIELDS.scenario]: scenarioError(scenario),
    [FIELDS.onFailure]: onFailure.error,
    [FIELDS.acrValues]: acrValues.error,
    [FIELDS.prompt]: prompt.error,
    [FIELDS.role]: role.error,
  };
  return {
    options: {
      persona,
      scenario,
      onFailure: onFailure.value,
      acrValues: acrValues.value,
      prompt: prompt.value,
      role: role.value,
    },
    errors: Object.fromEntries(
      Object.entries(errors).filter((each): each is [string, string] => each[1] !== undefined),
    ),
  };
}

/** The options as fields of a form that asks for the same again. */
export function fieldsOf(options: DemoOptions): { name: string; value: string }[] {
  return Object.entries(FIELDS).map(([option, name]) => ({
    name,
    value: options[option as keyof DemoOptions],
  }));
}

const SCOPES = 'openid profile email nhsperson nationalrbacaccess associatedorgs';

/** What the options put into the authorization request, beside what every log-in has. */
export function requestOf(options: DemoOptions): Record<string, string> {
  const { persona, scenario, onFailure, acrValues, prompt, role } = options;
  return {
    scope: role === '' ? SCOPES : `${SCOPES} ${role}`,
    acr_values: acrValues,
    mock_on_failure: onFailure,
    ...(prompt === '' ? {} : { prompt }),
    ...(persona === '' ? {} : { mock_login: persona }),
    ...(scenario === '' ? {} : { mock_scenario: scenario }),
  };
}
