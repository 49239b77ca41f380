import type { Person } from '../care-identity/schema.ts';
import { activeScenarios, giveBack, isNoneActive, useUp } from '../environment/active-scenarios.ts';
import type { Environment } from '../environment/environment.ts';
import type { Stored } from '../environment/store.ts';
import type { Subject } from '../journal/event.ts';
import { Refused } from '../journal/refused.ts';
import type { AuthorizationRequest, HeadlessPersona } from '../login/authorization-request.ts';
import { gatherFacts, personOf } from '../login/facts.ts';
import { logInHeadless } from '../login/headless.ts';
import {
  endLogin,
  LOGINS,
  type Login,
  type ReusedSession,
  startLogin,
  withoutSession,
} from '../login/login.ts';
import { ALWAYS_ENDS_AT, FAILURES, type FailureCode, type OutcomeCode } from '../login/outcomes.ts';
import { type Decision, decide } from '../login/rules.ts';
import { isOfItsPerson, SESSIONS } from '../login/session.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { recordScenario } from './apply-scenario.ts';
import { errorRedirect } from './authorization-request.ts';
import { issueCode } from './issue-code.ts';
import { randomId } from './secrets.ts';
import { keepSession } from './session-keep.ts';

/** Where a log-in stands after a step. */
export type Progress =
  | { kind: 'page'; login: Login }
  | { kind: 'redirect'; login: Login; outcome: OutcomeCode; location: string; sessionId?: string }
  /** Another request carried the log-in on meanwhile. */
  | { kind: 'overtaken' };

/** Log-ins are kept this long after their time limit, so that a late form is answered by the page “Timed out”. */
const LOGIN_KEPT_SECONDS = 3600;

/** The client of a request that was checked; an unregistered one cannot carry a log-in on. */
export function clientOf(request: AuthorizationRequest, { clients }: Environment): Client | undefined {
  return clients.get(request.clientId);
}

function expiryOf(login: Login, { settings }: Environment): number {
  return login.startedAt + (settings.timeouts.login_seconds + LOGIN_KEPT_SECONDS) * 1000;
}

/** What the rules say of a log-in now; undefined while it goes on. */
export async function judge(
  login: Login,
  client: Client,
  environment: Environment,
): Promise<Decision | undefined> {
  const { directory, settings, clock } = environment;
  const active = isNoneActive(environment) ? [] : await activeScenarios(environment);
  return decide(gatherFacts(login, { directory, settings, client, active }), clock.now());
}

/** Of a log-in without pages by a UID, the person is known, whatever becomes of it. */
function subjectOf(login: Login, requestId: string, person?: Person): Subject {
  const uid = person?.uid ?? login.request.headless?.uid;
  return {
    request_id: requestId,
    login_id: login.id,
    client_id: login.request.clientId,
    ...(uid === undefined ? {} : { uid }),
  };
}

export interface Beginning {
  environment: Environment;
  client: Client;
  request: AuthorizationRequest;
  browserId: string;
  requestId: string;
  /** The session cookie’s value, where one came: a new session takes its place. */
  sessionId?: string;
  /** A live session that stands in for signing in. */
  session?: ReusedSession;
  faultsMet?: number;
}

const NAMED_BY: Readonly<Record<HeadlessPersona['namedBy'], string>> = {
  mock_login: 'mock_login names',
  login_hint: 'interaction is automatic and login_hint names',
  client: 'interaction is automatic and automatic_persona of the client names',
  settings: 'interaction is automatic and settings.automatic_persona, or the first account, names',
};

/** Begins a log-in for a checked request: without pages where the request names a persona, or by the session. */
export async function beginLogin(beginning: Beginning): Promise<Progress> {
  const { environment, request, browserId, requestId, session, faultsMet = 0 } = beginning;
  const now = environment.clock.now();
  const started = startLogin({
    id: randomId(),
    browserId,
    request,
    now,
    faultsMet,
    ...(session && !request.headless ? { session } : {}),
  });
  const login = request.headless
    ? logInHeadless(started, request.headless, environment.directory, now)
    : started;
  environment.journal.record({
    kind: 'login_started',
    explanation: request.headless
      ? `A log-in began, without pages since ${NAMED_BY[request.headless.namedBy]} the persona.`
      : `A log-in began${session ? ', with a single sign-on session in place of a sign-in' : ''}.`,
    details: { acr: request.assurance.acr, scopes: request.scopes.join(' ') },
    ...subjectOf(login, requestId),
  });
  return carryOn(beginning, undefined, login);
}

/** A log-in whose session has ended meanwhile begins at the sign-in again. */
async function withLiveSession(login: Login, { store, clock, directory }: Environment): Promise<Login> {
  if (!login.session) return login;
  const stored = await store.get(SESSIONS, login.session.sessionId);
  const isLive = stored && stored.value.expiresAt > clock.now() && isOfItsPerson(stored.value, directory);
  return isLive ? login : withoutSession(login);
}

/** A log-in with id_token_hint is for the person that it names alone (OpenID Connect Core section 3.1.2.1). */
function refuseSomebodyElse(login: Login, { directory, issuer }: Environment) {
  const { hintedUid, redirectUri, state, clientId } = login.request;
  const uid = personOf(login, directory)?.uid;
  if (hintedUid === undefined || hintedUid === uid) return;
  const wire = { status: 400, error: 'login_required', description: 'The request requires login.' };
  const refusal = {
    rule: 'The person who logs in is the one whom id_token_hint names.',
    parameter: 'id_token_hint',
    found: `${uid} logged in`,
    expected: hintedUid,
    mend: 'Log in as that person, or leave id_token_hint out for anybody.',
    specification: 'OpenID Connect Core section 3.1.2.1',
  };
  const delivery = errorRedirect({ redirectUri, state, issuer }, wire);
  throw new Refused(wire, refusal, delivery, { client_id: clientId, login_id: login.id });
}

/** Without pages, and authenticated at once: it has no address that anybody was told and could come back to. */
const isOverAndDone = ({ request, ended }: Login): boolean =>
  request.headless !== undefined && ended?.decision.outcome === 'authenticated';

/** False where another request carried the log-in on meanwhile. */
async function keep(
  login: Login,
  stored: Stored<Login> | undefined,
  environment: Environment,
): Promise<boolean> {
  const { store } = environment;
  if (!stored && isOverAndDone(login)) return true;
  const expiresAt = expiryOf(login, environment);
  if (!stored) return store.add(LOGINS, login.id, login, expiresAt);
  return store.replace(LOGINS, login.id, { revision: stored.revision, value: login }, expiresAt);
}

/** Stores the next state of a log-in, or its end where a rule now decides; `stored` is undefined for its first state. */
export async function carryOn(
  beginning: Omit<Beginning, 'request' | 'browserId'>,
  stored: Stored<Login> | undefined,
  given: Login,
): Promise<Progress> {
  const { environment, client, requestId, sessionId } = beginning;
  const next = await withLiveSession(given, environment);
  const decision = await judge(next, client, environment);
  const oneShotId = decision?.scenario?.oneShotId;
  // Another log-in may have used it up in the last moment: then this one is judged without it.
  const used = oneShotId === undefined ? undefined : await useUp(environment, oneShotId);
  if (oneShotId !== undefined && !used) return carryOn(beginning, stored, given);
  if (decision?.outcome === 'authenticated') refuseSomebodyElse(next, environment);
  const login = decision ? endLogin(next, decision, environment.clock.now()) : next;
  if (!(await keep(login, stored, environment))) {
    if (used) await giveBack(environment, used);
    return { kind: 'overtaken' };
  }
  if (!decision) return { kind: 'page', login };
  const person = personOf(login, environment.directory);
  environment.journal.record({
    kind: 'rule_decided',
    explanation: `The log-in ended as ${decision.outcome}: ${decision.found}.`,
    details: { ...decision },
    ...subjectOf(login, requestId, person),
  });
  if (decision.scenario) recordScenario(environment, subjectOf(login, requestId, person), decision.scenario);
  if (decision.outcome === 'authenticated') {
    if (!person) throw new TypeError('the rules authenticate nobody without a Care Identity profile');
    return authorize(environment, login, person, requestId, sessionId);
  }
  if (endsAt(login, decision.outcome) === 'page') return { kind: 'page', login };
  const { location } = failureRedirect(login, decision.outcome, environment);
  return { kind: 'redirect', login, outcome: decision.outcome, location };
}

/** Whether a failed log-in ends on a page, or is sent to the application as an OAuth error. */
export function endsAt({ request }: Login, outcome: FailureCode): 'page' | 'redirect' {
  const always = ALWAYS_ENDS_AT[outcome];
  return always ?? (request.prompt === 'none' ? 'redirect' : request.onLoginFailure);
}

/** The OAuth error that a failed log-in is for the application. */
export function failureOnTheWire(login: Login, outcome: FailureCode): { error: string; description: string } {
  const { error, description } = FAILURES[outcome];
  return { error: login.ended?.decision.oauthError ?? error, description };
}

/** Sends the failure to the redirect URI, which was verified when the log-in began. */
export function failureRedirect(
  login: Login,
  outcome: FailureCode,
  { issuer }: Environment,
): { location: string } {
  const { redirectUri, state } = login.request;
  return errorRedirect({ redirectUri, state, issuer }, failureOnTheWire(login, outcome));
}

/** The session was to stand in for a sign-in, and ended in the last moment: the log-in goes on at the sign-in. */
async function beginAnew(environment: Environment, { ended: _ended, ...login }: Login): Promise<Progress> {
  const stored = await environment.store.get(LOGINS, login.id);
  const anew = withoutSession(login);
  const next = stored && { revision: stored.revision, value: anew };
  const kept = next && (await environment.store.replace(LOGINS, login.id, next, expiryOf(anew, environment)));
  return kept ? { kind: 'page', login: anew } : { kind: 'overtaken' };
}

/** An authenticated log-in gets its session, its code and the redirect that carries it. */
async function authorize(
  environment: Environment,
  login: Login,
  person: Person,
  requestId: string,
  oldSessionId: string | undefined,
): Promise<Progress> {
  const kept = await keepSession(environment, login, person, { requestId, sessionId: oldSessionId });
  if (!kept) return beginAnew(environment, login);
  const subject = subjectOf(login, requestId, person);
  environment.journal.record({
    kind: login.session ? 'session_reused' : 'session_started',
    explanation: login.session ? 'The single sign-on session was used.' : 'A single sign-on session began.',
    details: { sid: kept.sid, authenticator: kept.session.authenticator, auth_time: kept.session.authTime },
    ...subject,
  });
  const location = await issueCode(environment, login, person, kept, subject);
  return { kind: 'redirect', login, outcome: 'authenticated', location, sessionId: kept.id };
}
