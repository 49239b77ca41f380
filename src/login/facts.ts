/** From a log-in and the directory to the facts that the rules weigh. Pure: it looks things up, nothing more. */
import { authenticatorsFor } from '../care-identity/authenticators.ts';
import { type Directory, organisationCodesOf, roleOf } from '../care-identity/directory.ts';
import type { Person, PersonScenario } from '../care-identity/schema.ts';
import type { Client } from '../relying-party/client-schema.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { asksForRole } from './authorization-request.ts';
import { isSignedIn, type Login, nhsmailAccountOf } from './login.ts';
import type { LoginFacts } from './rules.ts';

/** Where the facts come from. */
export interface Circumstances {
  directory: Directory;
  settings: Settings;
  client: Client;
}

/** Who this log-in is for, once the authenticator said so; undefined for an account bound to no profile. */
export function personOf(login: Login, directory: Directory): Person | undefined {
  if (!isSignedIn(login)) return undefined;
  const account = nhsmailAccountOf(login);
  if (account !== undefined) return directory.profileBoundTo(account)?.person;
  const uid = login.session?.uid ?? login.direct?.uid;
  return uid === undefined ? undefined : directory.person(uid);
}

/** The role id this log-in carries: the one chosen, the session’s, or a person’s only one (facts 4.3). */
export function selectedRoleOf(login: Login, person: Person): string | undefined {
  if (login.role) return login.role.selected ?? undefined;
  if (!asksForRole(login.request)) return undefined;
  const changes = login.request.scopes.includes('changedrole');
  const ofSession = login.session?.selectedRoleId;
  if (ofSession !== undefined && !changes && roleOf(person, ofSession)) return ofSession;
  return person.roles.length === 1 ? person.roles[0]?.person_roleid : undefined;
}

function roleFact(login: Login, person: Person | undefined): LoginFacts['role'] {
  if (!person || !asksForRole(login.request)) return 'not_asked';
  if (selectedRoleOf(login, person) !== undefined) return 'selected';
  if (person.roles.length === 0) return 'none_possible';
  return login.role ? 'declined' : 'open';
}

/** What each scenario of a person does; the last has a code that no guidance lists, since “Try again” covers any. */
const FAULTS: Readonly<Record<PersonScenario['code'], { detail: string; oauthError: string }>> = {
  INTERNAL_ERROR: { detail: 'CIS2 met a temporary internal error', oauthError: 'server_error' },
  TEMPORARILY_UNAVAILABLE: {
    detail: 'CIS2 was temporarily unavailable',
    oauthError: 'temporarily_unavailable',
  },
  UNEXPECTED_ERROR: { detail: 'CIS2 met an unexpected error', oauthError: 'unexpected_error' },
};

/** The fault that a person’s scenario brings about, unless this authorization request has met it often enough. */
function faultFor(login: Login, person: Person | undefined): LoginFacts['fault'] {
  const scenario = person?.scenario;
  if (!scenario || login.session || login.faultsMet >= (scenario.times ?? Number.POSITIVE_INFINITY))
    return undefined;
  return { scenario: scenario.code, ...FAULTS[scenario.code] };
}

function nhsmailFact(login: Login, directory: Directory): LoginFacts['nhsmail'] {
  const account = nhsmailAccountOf(login);
  if (account === undefined) return undefined;
  const bound = directory.profileBoundTo(account);
  if (!bound) return { account, bindingStatus: 'none' };
  return { account, bindingStatus: bound.binding.status ?? 'registered', uid: bound.person.uid };
}

function organisationFacts(person: Person | undefined, directory: Directory): LoginFacts['organisations'] {
  if (!person) return [];
  return organisationCodesOf(person).map((orgCode) => ({
    orgCode,
    inPrivateBeta: directory.organisation(orgCode)?.nhsmail_private_beta ?? false,
  }));
}

/** Leaves out what is undefined, as exact optional properties ask. */
function defined<T extends object>(facts: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as T;
}

export function gatherFacts(login: Login, { directory, settings, client }: Circumstances): LoginFacts {
  const person = personOf(login, directory);
  const { startedAt, endedAt, result } = login.nhsmail ?? {};
  const { askedAt, answeredAt, answer } = login.nhsmail?.numberMatch ?? {};
  return defined<LoginFacts>({
    startedAt: login.startedAt,
    limits: {
      loginSeconds: settings.timeouts.login_seconds,
      signInSeconds: settings.timeouts.sign_in_seconds,
      numberMatchSeconds: settings.timeouts.number_match_seconds,
    },
    fault: faultFor(login, person),
    authenticator: login.authenticator,
    requestedAcr: login.request.assurance.acr,
    sufficientAuthenticators: authenticatorsFor(login.request.assurance.acr).map(({ type }) => type),
    signIn: startedAt === undefined ? undefined : defined({ startedAt, endedAt, result }),
    numberMatch: askedAt === undefined ? undefined : defined({ askedAt, answeredAt, answer }),
    signedIn: isSignedIn(login),
    profileExists: person !== undefined,
    nhsmail: nhsmailFact(login, directory),
    availability: settings.nhsmail.availability,
    organisations: organisationFacts(person, directory),
    role: roleFact(login, person),
    roleIsRequired: client.require_selected_role ?? false,
  });
}
