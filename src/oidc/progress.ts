/**
 * Carries a log-in on until a rule decides, and gives it its end. This is the one place where sessions, grants and
 * codes come into being, and it makes them only when the last rule said `authenticated`.
 */
import { randomBytes } from 'node:crypto';
import { amrOf, authenticatorOf } from '../care-identity/authenticators.ts';
import type { Person } from '../care-identity/schema.ts';
import { nowInSeconds } from '../environment/clock.ts';
import type { Environment } from '../environment/environment.ts';
import type { Stored } from '../environment/store.ts';
import type { Subject } from '../journal/journal.ts';
import type { AuthorizationRequest } from '../login/authorization-request.ts';
import { gatherFacts, personOf, selectedRoleOf } from '../login/facts.ts';
import { logInHeadless } from '../login/headless.ts';
import { LOGINS, type Login, nhsmailAccountOf, type ReusedSession, startLogin } from '../login/login.ts';
import { FAILURES, type FailureCode, type OutcomeCode } from '../login/outcomes.ts';
import { type Decision, decide } from '../login/rules.ts';
import { SESSIONS, type Session, sessionExpiry } from '../login/session.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { withParameters } from '../relying-party/redirect-uris.ts';
import { errorRedirect } from './authorization-request.ts';
import { CODES, GRANTS } from './grant.ts';

/** Where a log-in stands after a step. */
export type Progress =
  | { kind: 'page'; login: Login }
  | { kind: 'redirect'; login: Login; outcome: OutcomeCode; location: string; sessionId?: string }
  /** Another request carried the log-in on meanwhile. */
  | { kind: 'overtaken' };

/** Log-ins are kept this long after their time limit, so that a late form is answered by the page “Timed out”. */
const LOGIN_KEPT_SECONDS = 3600;

/** Codes are kept this long after they expired, so that a late redemption is told why. */
const CODE_KEPT_SECONDS = 600;

export const randomId = (): string => randomBytes(32).toString('base64url');

/** The client of a request that was checked; an unregistered one cannot carry a log-in on. */
export function clientOf(request: AuthorizationRequest, { clients }: Environment): Client | undefined {
  return clients.get(request.clientId);
}

function expiryOf(login: Login, { settings }: Environment): number {
  return login.startedAt + (settings.timeouts.login_seconds + LOGIN_KEPT_SECONDS) * 1000;
}

/** What the rules say of a log-in now; undefined while it goes on. */
export function judge(
  login: Login,
  client: Client,
  { directory, settings, clock }: Environment,
): Decision | undefined {
  return decide(gatherFacts(login, { directory, settings, client }), clock.now());
}

function subjectOf(login: Login, requestId: string, person?: Person): Subject {
  const about = { request_id: requestId, login_id: login.id, client_id: login.request.clientId };
  return person ? { ...about, uid: person.uid } : about;
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
    ...subjectOf(login, requestId),
    kind: 'login_started',
    explanation: request.headless
      ? 'A log-in began, without pages since mock_login names the persona.'
      : `A log-in began${session ? ', with a single sign-on session in place of a sign-in' : ''}.`,
    details: { acr: request.assurance.acr, scopes: request.scopes.join(' ') },
  });
  await environment.store.add(LOGINS, login.id, login, expiryOf(login, environment));
  const stored = await environment.store.get(LOGINS, login.id);
  return stored ? carryOn(beginning, stored, login) : { kind: 'overtaken' };
}

/** Stores the next state of a log-in, or its end where a rule now decides. */
export async function carryOn(
  { environment, client, requestId, sessionId }: Omit<Beginning, 'request' | 'browserId'>,
  stored: Stored<Login>,
  next: Login,
): Promise<Progress> {
  const decision = judge(next, client, environment);
  const login: Login = decision ? { ...next, ended: { decision, at: environment.clock.now() } } : next;
  const kept = await environment.store.replace(
    LOGINS,
    login.id,
    { revision: stored.revision, value: login },
    expiryOf(login, environment),
  );
  if (!kept) return { kind: 'overtaken' };
  if (!decision) return { kind: 'page', login };
  const person = personOf(login, environment.directory);
  environment.journal.record({
    ...subjectOf(login, requestId, person),
    kind: 'rule_decided',
    explanation: `The log-in ended as ${decision.outcome}: ${decision.found}.`,
    details: { ...decision },
  });
  if (decision.outcome === 'authenticated') {
    if (!person) throw new TypeError('the rules authenticate nobody without a Care Identity profile');
    return authorize(environment, login, person, requestId, sessionId);
  }
  const { onLoginFailure, prompt } = login.request;
  if (onLoginFailure === 'page' && prompt !== 'none') return { kind: 'page', login };
  const { location } = failureRedirect(login, decision.outcome, environment);
  return { kind: 'redirect', login, outcome: decision.outcome, location };
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

/** The session after this log-in: the one reused and kept alive, or a new one with a new id (no fixation). */
async function keepSession(
  environment: Environment,
  login: Login,
  person: Person,
  oldSessionId: string | undefined,
): Promise<{ id: string; session: Session; sid: string }> {
  const { store, clock, settings } = environment;
  const { clientId } = login.request;
  const now = clock.now();
  const selectedRoleId = selectedRoleOf(login, person);
  const reused = login.session && (await store.get(SESSIONS, login.session.sessionId));
  const sid = reused?.value.sids[clientId] ?? randomBytes(32).toString('base64');
  const account = nhsmailAccountOf(login);
  const { selectedRoleId: roleBefore, ...before } = reused?.value ?? {
    uid: person.uid,
    authenticator: login.authenticator ?? 'nhsmail',
    ...(account === undefined ? {} : { account }),
    authTime: login.session?.authTime ?? nowInSeconds(clock),
    startedAt: now,
    sids: {},
    selectedRoleId: undefined,
  };
  const role = selectedRoleId ?? roleBefore;
  const session: Session = {
    ...before,
    ...(role === undefined ? {} : { selectedRoleId: role }),
    sids: { ...before.sids, [clientId]: sid },
  };
  const expiresAt = sessionExpiry(session, settings.timeouts, now);
  if (reused && login.session) {
    const { sessionId } = login.session;
    // Two applications may use the session at once; whichever comes second reads again and adds its own sid.
    if (await store.replace(SESSIONS, sessionId, { revision: reused.revision, value: session }, expiresAt)) {
      return { id: sessionId, session, sid };
    }
    return keepSession(environment, login, person, oldSessionId);
  }
  const id = randomId();
  if (oldSessionId !== undefined) await store.remove(SESSIONS, oldSessionId);
  await store.add(SESSIONS, id, session, expiresAt);
  return { id, session, sid };
}

/** Makes session, grant and code, and the redirect that carries the code (facts 0, row 8; 10.3). */
async function authorize(
  environment: Environment,
  login: Login,
  person: Person,
  requestId: string,
  oldSessionId: string | undefined,
): Promise<Progress> {
  const { store, clock, settings, journal, issuer } = environment;
  const { request } = login;
  const subject = subjectOf(login, requestId, person);
  const { id: sessionId, session, sid } = await keepSession(environment, login, person, oldSessionId);
  journal.record({
    ...subject,
    kind: login.session ? 'session_reused' : 'session_started',
    explanation: login.session ? 'The single sign-on session was used.' : 'A single sign-on session began.',
    details: { sid, authenticator: session.authenticator, auth_time: session.authTime },
  });
  const [grantId, code] = [randomId(), randomId()];
  const selectedRoleId = selectedRoleOf(login, person);
  const { acr, claim } = request.assurance;
  const grant = {
    clientId: request.clientId,
    uid: person.uid,
    scopes: request.scopes,
    ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
    ...(request.state === undefined ? {} : { state: request.state }),
    acr: claim,
    amr: amrOf(session.authenticator, acr, settings.passkey_amr),
    aal: authenticatorOf(session.authenticator).aal,
    authTime: session.authTime,
    sid,
    ...(selectedRoleId === undefined ? {} : { selectedRoleId }),
  };
  const { authorization_code_seconds: codeSeconds, access_token_seconds: tokenSeconds } = settings.timeouts;
  const expiresAt = clock.now() + codeSeconds * 1000;
  const keptUntil = expiresAt + CODE_KEPT_SECONDS * 1000;
  await store.add(GRANTS, grantId, grant, Math.max(keptUntil, expiresAt + tokenSeconds * 1000));
  const { redirectUri, codeChallenge } = request;
  const record = { grantId, redirectUri, expiresAt, redeemed: false };
  await store.add(
    CODES,
    code,
    codeChallenge === undefined ? record : { ...record, codeChallenge },
    keptUntil,
  );
  journal.record({
    ...subject,
    kind: 'code_issued',
    explanation: `An authorization code was sent to ${redirectUri}.`,
    details: {
      redirect_uri: redirectUri,
      expires_in_seconds: codeSeconds,
      pkce: codeChallenge !== undefined,
    },
  });
  const location = withParameters(redirectUri, {
    code,
    scope: request.scopes.join(' '),
    state: request.state,
    iss: issuer,
    client_id: request.clientId,
  });
  return { kind: 'redirect', login, outcome: 'authenticated', location, sessionId };
}
