/** The parameters of the mock’s own that an authorization request may carry, all beginning with mock_. */
import { PASSWORD_ACR } from '../care-identity/authenticators.ts';
import { type Directory, personCalled, roleOf } from '../care-identity/directory.ts';
import type { Person } from '../care-identity/schema.ts';
import type { Environment } from '../environment/environment.ts';
import type { HeadlessPersona } from '../login/authorization-request.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { scenarioOf } from '../scenarios/catalogue.ts';
import type { ChosenScenario } from '../scenarios/choice.ts';
import { SCENARIO_CODES } from '../scenarios/parameter-faults.ts';
import { nearMatches, similarNames } from '../settings/near-matches.ts';
import type { IdentifiedRequest } from './identify-request.ts';
import type { Fault } from './parameter-faults.ts';
import type { Parameters } from './parameters.ts';

const MOCK_PARAMETERS = ['mock_login', 'mock_role', 'mock_scenario', 'mock_on_failure'];

const SPECIFICATION = 'README of the mock: choosing an outcome';

function fault(
  parameter: string,
  refusal: { rule: string; found: string; expected: string; mend: string },
): Fault {
  return {
    error: 'invalid_request',
    description: `Invalid ${parameter} parameter: expected ${refusal.expected}`.replace(
      /[^\x20-\x21\x23-\x5b\x5d-\x7e]/g,
      ' ',
    ),
    refusal: { parameter, ...refusal, specification: SPECIFICATION },
  };
}

const personasOf = (directory: Directory): string[] => [
  ...directory.nhsmailAccounts().map(({ email }) => email),
  ...directory.people().map(({ uid }) => uid),
];

/** The accounts and UIDs nearest to what was typed. */
export const nearPersonas = (typed: string, directory: Directory): string[] =>
  nearMatches(typed, personasOf(directory));

/** Those of them that are similar; often none. */
export const similarPersonas = (typed: string, directory: Directory): string[] =>
  similarNames(typed, personasOf(directory));

const isForTestAccounts = ({ realm }: Environment): boolean => realm.acrValues.includes(PASSWORD_ACR);

/** The person that mock_login names, if any: the holder of the account, or the person of the UID. */
export function personNamed(login: string, environment: Environment): Person | undefined {
  const { directory } = environment;
  // A test account needs no binding.
  if (isForTestAccounts(environment)) return personCalled(login, directory);
  return directory.person(login) ?? directory.profileBoundTo(login)?.person;
}

const isPersona = (name: string, directory: Directory): boolean =>
  directory.nhsmailAccount(name) !== undefined || directory.person(name) !== undefined;

const isAutomatic = (client: Client, { settings }: Environment): boolean =>
  (client.interaction ?? settings.interaction) === 'automatic';

function unknownNameFault(parameters: Parameters): Fault | undefined {
  const unknown = Object.keys(parameters.all()).find(
    (name) => name.startsWith('mock_') && !MOCK_PARAMETERS.includes(name),
  );
  if (unknown === undefined) return undefined;
  return fault(unknown, {
    rule: 'Parameters that begin with mock_ are the mock’s own.',
    found: unknown,
    expected: `one of: ${MOCK_PARAMETERS.join(', ')}`,
    mend: 'Correct the name of the parameter.',
  });
}

/** Whether somebody can log in by this name here. */
const isKnownHere = (name: string, environment: Environment): boolean =>
  isForTestAccounts(environment)
    ? personCalled(name, environment.directory) !== undefined
    : isPersona(name, environment.directory);

/** What is wrong with the name of a persona, if anything; `rule` and `mend` are those of the parameter. */
function personaFault(
  parameter: string,
  name: string | undefined,
  environment: Environment,
  { rule, mend }: { rule: string; mend: string },
): Fault | undefined {
  if (name === undefined || isKnownHere(name, environment)) return undefined;
  const { directory } = environment;
  if (isPersona(name, directory)) {
    return fault(parameter, {
      // Nobody logs in by NHSmail there: an account that belongs to nobody is of no use.
      rule: 'In the development realm a persona has a Care Identity profile: it logs in with a user name.',
      found: `${name}, an NHSmail account without a profile`,
      expected: 'a UID, or the account or e-mail address of a person',
      mend: 'Name a person, or send the request to the Healthcare realm, where NHSmail accounts log in.',
    });
  }
  return fault(parameter, {
    rule,
    found: name,
    expected: `a known persona; near matches: ${nearPersonas(name, directory).join(', ')}`,
    mend,
  });
}

const loginFault = (login: string | undefined, environment: Environment): Fault | undefined =>
  personaFault('mock_login', login, environment, {
    rule: 'mock_login names a persona: an NHSmail account or a UID.',
    mend: 'Use one of these, or add the persona to the fixtures.',
  });

function roleFault(
  login: string | undefined,
  role: string | undefined,
  environment: Environment,
): Fault | undefined {
  if (role === undefined) return undefined;
  const person = login === undefined ? undefined : personNamed(login, environment);
  if (person && roleOf(person, role)) return undefined;
  const roles = person?.roles.map(({ person_roleid }) => person_roleid) ?? [];
  return fault('mock_role', {
    rule: 'mock_role names a role of the persona in mock_login, by its person_roleid.',
    found: role,
    expected: person
      ? `one of: ${roles.join(', ') || 'none, the persona has no role'}`
      : login === undefined
        ? 'mock_login beside it'
        : 'no mock_role: this account has no profile, and so no role',
    mend: 'Use one of the persona’s roles, or leave mock_role out for the first.',
  });
}

function onFailureFault(onFailure: string | undefined): Fault | undefined {
  if (onFailure === undefined || onFailure === 'page' || onFailure === 'redirect') return undefined;
  return fault('mock_on_failure', {
    rule: 'mock_on_failure is page or redirect.',
    found: onFailure,
    expected: 'page or redirect',
    mend: 'Correct the value, or leave it out for the client’s setting.',
  });
}

export function scenarioFault(code: string | undefined): Fault | undefined {
  if (code === undefined || scenarioOf(code)) return undefined;
  return fault('mock_scenario', {
    rule: 'mock_scenario names a scenario by its code.',
    found: code,
    expected: `a code of the catalogue; near matches: ${nearMatches(code, SCENARIO_CODES).join(', ')}`,
    mend: 'Use one of these; GET /_mock/scenarios/catalogue lists all.',
  });
}

/** Where log-ins go without pages, login_hint must name somebody: nobody else is logged in instead in silence. */
function hintFault({ client, parameters }: IdentifiedRequest, environment: Environment): Fault | undefined {
  const hint = parameters.get('login_hint');
  const counts = parameters.get('mock_login') === undefined && isAutomatic(client, environment);
  if (!counts) return undefined;
  return personaFault('login_hint', hint, environment, {
    rule: 'Where interaction is automatic, login_hint names a persona: an NHSmail account or a UID.',
    mend: 'Send the account of a persona, or no login_hint for automatic_persona.',
  });
}

/** The first fault among the mock’s own parameters. */
export function mockParameterFault(
  identified: IdentifiedRequest,
  environment: Environment,
): Fault | undefined {
  const { parameters } = identified;
  const login = parameters.get('mock_login');
  return (
    unknownNameFault(parameters) ??
    loginFault(login, environment) ??
    hintFault(identified, environment) ??
    scenarioFault(parameters.get('mock_scenario')) ??
    roleFault(login, parameters.get('mock_role'), environment) ??
    onFailureFault(parameters.get('mock_on_failure'))
  );
}

/** Who is to log in without pages, and who says so; undefined where pages are shown. */
function named(
  { client, parameters }: IdentifiedRequest,
  environment: Environment,
): { name: string; namedBy: HeadlessPersona['namedBy'] } | undefined {
  const { settings, fixtures } = environment;
  const login = parameters.get('mock_login');
  if (login !== undefined) return { name: login, namedBy: 'mock_login' };
  if (!isAutomatic(client, environment)) return undefined;
  const hint = parameters.get('login_hint');
  if (hint !== undefined) return { name: hint, namedBy: 'login_hint' };
  if (client.automatic_persona !== undefined) return { name: client.automatic_persona, namedBy: 'client' };
  const name = settings.automatic_persona ?? fixtures.nhsmail[0]?.email;
  return name === undefined ? undefined : { name, namedBy: 'settings' };
}

/** By what a persona logs in; undefined where it cannot: then pages are shown. */
function whoIs(name: string, environment: Environment): Pick<HeadlessPersona, 'account' | 'uid'> | undefined {
  const { directory } = environment;
  if (isForTestAccounts(environment)) {
    const person = personCalled(name, directory);
    return person && { uid: person.uid };
  }
  const account = directory.nhsmailAccount(name)?.email;
  return account === undefined ? { uid: name } : { account };
}

/** Who logs in without pages, after mockParameterFault found nothing. */
export function readHeadlessPersona(
  identified: IdentifiedRequest,
  environment: Environment,
): HeadlessPersona | undefined {
  const persona = named(identified, environment);
  if (!persona) return undefined;
  const { name, namedBy } = persona;
  const personRoleId = identified.parameters.get('mock_role');
  const who = whoIs(name, environment);
  return who && { namedBy, ...who, ...(personRoleId === undefined ? {} : { personRoleId }) };
}

/** The scenario that the request names, if it is one. */
export function readScenario(parameters: Parameters): ChosenScenario | undefined {
  const code = parameters.get('mock_scenario');
  return code !== undefined && scenarioOf(code) ? { code } : undefined;
}
