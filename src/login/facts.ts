/** From a log-in and the directory to the facts that the rules weigh. Pure: it looks things up, nothing more. */
import { authenticatorsFor } from '../care-identity/authenticators.ts';
import {
  type Directory,
  isUidOf,
  normalEmail,
  organisationCodesOf,
  roleOf,
} from '../care-identity/directory.ts';
import type { Person } from '../care-identity/schema.ts';
import type { Client } from '../relying-party/client-schema.ts';
import {
  type ActiveScenario,
  type ChosenScenario,
  candidatesFor,
  firstAt,
  mayBeOutranked,
  type Sources,
} from '../scenarios/choice.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { asksForRole } from './authorization-request.ts';
import { isSignedIn, type Login, nhsmailAccountOf } from './login.ts';
import type { ForcedEnd, LoginFacts } from './rules.ts';

/** Where the facts come from. */
export interface Circumstances {
  directory: Directory;
  settings: Settings;
  client: Client;
  /** The scenarios that were started by a call. */
  active: readonly ActiveScenario[];
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

/** The NHSmail account that has done its part, well or not: whose scenarios act from now on. */
function accountOf(login: Login): string | undefined {
  const { result, numberMatch } = login.nhsmail ?? {};
  const isDone = isSignedIn(login) || result === 'account_locked' || numberMatch?.answer !== undefined;
  return isDone ? nhsmailAccountOf(login) : undefined;
}

/** The person whose scenarios act on this log-in. */
function holderOf(login: Login, directory: Directory): Person | undefined {
  const account = accountOf(login);
  return account === undefined ? personOf(login, directory) : directory.profileBoundTo(account)?.person;
}

/** Whether it is known who logs in, or by which account. */
const isHeld = (login: Login, directory: Directory): boolean =>
  accountOf(login) !== undefined || holderOf(login, directory) !== undefined;

/** Whether this is what a persona is called: their UID, or an NHSmail account of theirs. */
export function isPersonaOf(login: Login, directory: Directory): (name: string) => boolean {
  return (name) => {
    const uid = holderOf(login, directory)?.uid;
    const account = accountOf(login);
    if (uid !== undefined && isUidOf(name, uid, directory)) return true;
    return account !== undefined && normalEmail(name) === normalEmail(account);
  };
}

/** A chosen scenario that acts for a number of times, unless this authorization request has met it so often. */
function unlessMet(chosen: ChosenScenario | undefined, { faultsMet }: Login): ChosenScenario | undefined {
  return chosen && faultsMet < (chosen.times ?? Number.POSITIVE_INFINITY) ? chosen : undefined;
}

/** The scenario that ends this log-in, by the one precedence. A persona’s own acts when they sign in, not on their session. */
function forcedEnd(
  login: Login,
  circumstances: Circumstances,
): Pick<LoginFacts, 'scenario' | 'waiting'> | undefined {
  const { directory, settings, client, active } = circumstances;
  const person = login.session ? undefined : holderOf(login, directory);
  const candidates = candidatesFor(
    { clientId: client.client_id, isPersona: isPersonaOf(login, directory) },
    defined<Sources>({
      active,
      request: login.request.scenario,
      persona: unlessMet(person?.scenario, login),
      client: unlessMet(client.scenario, login),
      environment: unlessMet(settings.scenario, login),
    }),
  );
  const first = firstAt(candidates, 'login');
  if (first?.scenario.place !== 'login') return undefined;
  const { scenario, level, why, oneShot } = first;
  const { code, outcome, detail, oauthError, sent } = scenario;
  const end = defined<ForcedEnd>({
    code,
    outcome,
    detail,
    oauthError,
    level,
    why,
    sent,
    oneShotId: oneShot?.id,
  });
  const waits = !isHeld(login, directory) && mayBeOutranked(first, client.client_id, active);
  return waits ? { waiting: end } : { scenario: end };
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
  const kept: Partial<T> = {};
  for (const name of Object.keys(facts) as (keyof T)[]) {
    if (facts[name] !== undefined) kept[name] = facts[name];
  }
  return kept as T;
}

export function gatherFacts(login: Login, circumstances: Circumstances): LoginFacts {
  const { directory, settings, client } = circumstances;
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
    ...forcedEnd(login, circumstances),
  });
}
