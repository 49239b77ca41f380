/** The fields of “Choose what happens”, as the view draws them. */
import { ACR_VALUES } from '../care-identity/authenticators.ts';
import type { Persona } from '../pages/models.ts';
import { CATALOGUE } from '../scenarios/catalogue.ts';
import type { Place } from '../scenarios/scenario.ts';
import { type DemoOptions, FIELDS, type OptionErrors } from './options.ts';

interface Choice {
  value: string;
  text: string;
  selected: boolean;
}

export interface DemoField {
  kind: 'select' | 'radios';
  name: string;
  label: string;
  hint: string;
  groups: { label: string; choices: Choice[] }[];
  error?: string;
}

const PLACES: Readonly<Record<Place, string>> = {
  authorization_request: 'Authorization request',
  login: 'How the log-in ends',
  authorization_response: 'Callback',
  token_response: 'Token response',
  id_token: 'ID token',
  userinfo: 'UserInfo',
  jwks: 'JWK Set',
  discovery: 'Discovery document',
  logout_token: 'Logout token, seen after logging out',
  transport: 'On the way to the token endpoint',
};

type Texts = readonly (readonly [value: string, text: string])[];

const WHERE_FAILURES_END: Texts = [
  ['page', 'On CIS2’s page, as with the real CIS2'],
  ['redirect', 'In the application, as an OAuth error'],
];

const ROLES: Texts = [
  ['selectedrole', 'Ask for a role'],
  ['changedrole', 'Ask for another role (changedrole)'],
  ['', 'Do not ask for a role'],
];

const PROMPTS: Texts = [
  ['', 'Use the session, if there is one'],
  ['login', 'Sign in again, whatever the session (prompt=login)'],
  ['none', 'Show no page (prompt=none)'],
];

const choices = (texts: Texts, chosen: string): Choice[] =>
  texts.map(([value, text]) => ({ value, text, selected: value === chosen }));

function personaGroups(personas: readonly Persona[], chosen: string): DemoField['groups'] {
  const shown = ({ key, account, outcome }: Persona) =>
    [key, key === account ? `${account}: ${outcome}` : `${key}, ${account}: ${outcome}`] as const;
  const isAccount = ({ key }: Persona) => key.includes('@');
  return [
    { label: '', choices: choices([['', 'Choose on CIS2’s pages']], chosen) },
    { label: 'NHSmail accounts', choices: choices(personas.filter(isAccount).map(shown), chosen) },
    {
      label: 'Other ways to log in',
      choices: choices(personas.filter((each) => !isAccount(each)).map(shown), chosen),
    },
  ];
}

function scenarioGroups(chosen: string): DemoField['groups'] {
  const places = Object.entries(PLACES).map(([place, label]) => ({
    label,
    choices: choices(
      CATALOGUE.filter((scenario) => scenario.place === place).map(({ code, title }) => [
        code,
        `${code}: ${title}`,
      ]),
      chosen,
    ),
  }));
  return [{ label: '', choices: choices([['', 'Nothing goes wrong']], chosen) }, ...places];
}

export function demoFields(
  options: DemoOptions,
  errors: OptionErrors,
  personas: readonly Persona[],
): DemoField[] {
  const plain = (texts: Texts, chosen: string) => [{ label: '', choices: choices(texts, chosen) }];
  const acrValues = ACR_VALUES.map((value) => [value, value] as const);
  const fields: DemoField[] = [
    {
      kind: 'select',
      name: FIELDS.persona,
      label: 'Who logs in',
      hint: 'With an account chosen here, no page is shown. The words after it say how its log-in ends.',
      groups: personaGroups(personas, options.persona),
    },
    {
      kind: 'select',
      name: FIELDS.scenario,
      label: 'What goes wrong',
      hint: 'A scenario changes one thing, in this log-in alone.',
      groups: scenarioGroups(options.scenario),
    },
    {
      kind: 'radios',
      name: FIELDS.onFailure,
      label: 'Where a failed log-in ends',
      hint: '',
      groups: plain(WHERE_FAILURES_END, options.onFailure),
    },
    {
      kind: 'radios',
      name: FIELDS.role,
      label: 'Role',
      hint: '',
      groups: plain(ROLES, options.role),
    },
    {
      kind: 'radios',
      name: FIELDS.prompt,
      label: 'If the person is logged in to CIS2',
      hint: '',
      groups: plain(PROMPTS, options.prompt),
    },
    {
      kind: 'select',
      name: FIELDS.acrValues,
      label: 'Strength of the log-in (acr_values)',
      hint: 'AAL2_OR_AAL3_ANY lets NHSmail in.',
      groups: plain(acrValues, options.acrValues),
    },
  ];
  return fields.map((field) => {
    const error = errors[field.name];
    return error === undefined ? field : { ...field, error };
  });
}
