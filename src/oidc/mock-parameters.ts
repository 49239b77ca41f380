/** The parameters of the mock’s own that an authorization request may carry, all beginning with mock_. */
import { type Directory, roleOf } from '../care-identity/directory.ts';
import type { Person } from '../care-identity/schema.ts';
import type { Environment } from '../environment/environment.ts';
import type { HeadlessPersona } from '../login/authorization-request.ts';
import { nearMatches } from '../settings/near-matches.ts';
import type { IdentifiedRequest } from './authorization-request.ts';
import type { Fault } from './parameter-faults.ts';
import type { Parameters } from './parameters.ts';

const MOCK_PARAMETERS = ['mock_login', 'mock_role', 'mock_on_failure'];

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

/** The accounts and UIDs nearest to what was typed. */
export function nearPersonas(typed: string, directory: Directory): string[] {
  const accounts = directory.nhsmailAccounts().map(({ email }) => email);
  return nearMatches(typed, [...accounts, ...directory.people().map(({ uid }) => uid)]);
}

/** The person that mock_login names, if any: the holder of the account, or the person of the UID. */
function personNamed(login: string, directory: Directory): Person | undefined {
  return directory.person(login) ?? directory.profileBoundTo(login)?.person;
}

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

function loginFault(login: string | undefined, directory: Directory): Fault | undefined {
  if (login === undefined || directory.nhsmailAccount(login) || directory.person(login)) return undefined;
  return fault('mock_login', {
    rule: 'mock_login names a persona: an NHSmail account or a UID.',
    found: login,
    expected: `a known persona; near matches: ${nearPersonas(login, directory).join(', ')}`,
    mend: 'Use one of these, or add the persona to the fixtures.',
  });
}

function roleFault(
  login: string | undefined,
  role: string | undefined,
  directory: Directory,
): Fault | undefined {
  if (role === undefined) return undefined;
  const person = login === undefined ? undefined : personNamed(login, directory);
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

/** The first fault among the mock’s own parameters. */
export function mockParameterFault(
  { parameters }: IdentifiedRequest,
  { directory }: Environment,
): Fault | undefined {
  const login = parameters.get('mock_login');
  return (
    unknownNameFault(parameters) ??
    loginFault(login, directory) ??
    roleFault(login, parameters.get('mock_role'), directory) ??
    onFailureFault(parameters.get('mock_on_failure'))
  );
}

/** Whom mock_login names, after mockParameterFault found nothing. */
export function readHeadlessPersona(
  parameters: Parameters,
  directory: Directory,
): HeadlessPersona | undefined {
  const login = parameters.get('mock_login');
  if (login === undefined) return undefined;
  const personRoleId = parameters.get('mock_role');
  const account = directory.nhsmailAccount(login)?.email;
  return {
    ...(account === undefined ? { uid: login } : { account }),
    ...(personRoleId === undefined ? {} : { personRoleId }),
  };
}
