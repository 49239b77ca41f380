/**
 * Carries a log-in on until a rule decides, and gives it its end. This is the one place where sessions, grants and
 * codes come into being, and it makes them only when the last rule said `authenticated`.
 */
import { randomBytes } from 'node:crypto';
import { amrOf, authenticatorOf } from '../care-identity/authenticators.ts';
import type { Person } from '../care-identity/schema.ts';
import type { Environment } from '../environment/environment.ts';
import type { Stored } from '../environment/store.ts';
import type { Subject } from '../journal/journal.ts';
import type { AuthorizationRequest } from '../login/authorization-request.ts';
import { gatherFacts, personOf, selectedRoleOf } from '../login/facts.ts';
import { logInHeadless } from '../login/headless.ts';
import {
  LOGINS,
  type Login,
  nhsmailAccountOf,
  type ReusedSession,
  startLogin,
  withoutSession,
} from '../login/login.ts';
import { FAILURES, type FailureCode, type OutcomeCode } from '../login/outcomes.ts';
import { type Decision, decide } from '../login/rules.ts';
import { keptUntil, SESSIONS, type Session, SIDS, sessionExpiry } from '../login/session.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { withParameters } from '../relying-party/redirect-uris.ts';
import { errorRedirect } from './authorization-request.ts';
import { CODES, GRANTS } from './grant.ts';
import { randomId } from './secrets.ts';
import { endSession } from './session-end.ts';

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

/** A log-in whose session has ended meanwhile begins at the sign-in again. */
async function withLiveSession(login: Login, { store, clock }: Environment): Promise<Login> {
  if (!login.session) return login;
  const stored = await store.get(SESSIONS, login.session.sessionId);
  return stored && stored.value.expiresAt > clock.now() ? login : withoutSession(login);
}

/** Stores the next state of a log-in, or its end where a rule now decides. */
export async function carryOn(
  { environment, client, requestId, sessionId }: Omit<Beginning, 'request' | 'browserId'>,
  stored: Stored<Login>,
  given: Login,
): Promise<Progress> {
  const next = await withLiveSession(given, environment);
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

interface KeptSession {
  id: string;
  session: Session;
  sid: string;
}

/** The session after this log-in, before it is stored: the one reused, or a new one; with this client’s sid. */
function sessionAfter(
  { clock, settings }: Environment,
  login: Login,
  person: Person,
  reused: Session | undefined,
): Session {
  const { clientId } = login.request;
  const now = clock.now();
  const account = nhsmailAccountOf(login);
  const before = reused ?? {
    uid: person.uid,
    authenticator: login.authenticator ?? 'nhsmail',
    ...(account === undefined ? {} : { account }),
    amr: amrOf(login.authenticator ?? 'nhsmail', login.request.assurance.acr, settings.passkey_amr),
    authTime: Math.floor((login.signedInAt ?? now) / 1000),
    startedAt: now,
    sids: {} as Session['sids'],
  };
  const selectedRoleId = selectedRoleOf(login, person) ?? reused?.selectedRoleId;
  return {
    ...before,
    ...(selectedRoleId === undefined ? {} : { selectedRoleId }),
    expiresAt: sessionExpiry(before.startedAt, settings.timeouts, now),
    sids: { ...before.sids, [clientId]: before.sids[clientId] ?? randomBytes(32).toString('base64') },
  };
}

/** Keeps the session alive that was reused, or begins one with a new id, which no one can have fixed before. */
async function keepSession(
  environment: Environment,
  login: Login,
  person: Person,
  oldSessionId: string | undefined,
): Promise<KeptSession> {
  const { store } = environment;
  const reusedId = login.session?.sessionId;
  const reused = reusedId === undefined ? undefined : await store.get(SESSIONS, reusedId);
  const session = sessionAfter(environment, login, person, reused?.value);
  const id = reused && reusedId !== undefined ? reusedId : randomId();
  const until = keptUntil(session);
  const kept = reused
    ? await store.replace(SESSIONS, id, { revision: reused.revision, value: session }, until)
    : await store.add(SESSIONS, id, session, until);
  // Two applications may use the session at once; whichever comes second reads again and adds its own sid.
  if (!kept) return keepSession(environment, login, person, oldSessionId);
  const sid = session.sids[login.request.clientId] ?? '';
  const { session_max_seconds: longest } = environment.settings.timeouts;
  await store.add(SIDS, sid, { sessionId: id }, session.startedAt + longest * 1000);
  if (!reused && oldSessionId !== undefined) await replaceSession(environment, oldSessionId, session);
  watchSession(environment, id, session);
  return { id, session, sid };
}

/** Only sessions of which somebody wants to hear are looked after. */
function watchSession({ clients, sessionWatch }: Environment, id: string, session: Session) {
  const wanted = Object.keys(session.sids).some((clientId) => clients.get(clientId)?.backchannel_logout_uri);
  if (wanted) sessionWatch.watch(id, session.expiresAt);
}

/**
 * A new sign-in takes the place of the browser’s session. When it is another person’s, that one is logged out;
 * when it is the same person’s, the applications go on, and none is told to log out somebody who just logged in.
 */
async function replaceSession(environment: Environment, oldSessionId: string, { uid }: Session) {
  const old = await environment.store.get(SESSIONS, oldSessionId);
  if (old && old.value.uid !== uid) await endSession(oldSessionId, 'SESSION_TERMINATION', environment);
  else await environment.store.remove(SESSIONS, oldSessionId);
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
  const grant = {
    clientId: request.clientId,
    uid: person.uid,
    scopes: request.scopes,
    ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
    ...(request.state === undefined ? {} : { state: request.state }),
    acr: request.assurance.claim,
    amr: session.amr,
    aal: authenticatorOf(session.authenticator).aal,
    authTime: session.authTime,
    sessionId,
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
