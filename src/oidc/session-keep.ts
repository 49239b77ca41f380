/**
 * The single sign-on session after an authenticated log-in: the one that was reused, kept alive, or a new one in the
 * place of the browser’s old one. Called by `progress.ts` alone, once the rules said `authenticated`.
 */
import { amrOf } from '../care-identity/authenticators.ts';
import type { Person } from '../care-identity/schema.ts';
import type { Environment } from '../environment/environment.ts';
import { put } from '../environment/store.ts';
import { selectedRoleOf } from '../login/facts.ts';
import { type Login, nhsmailAccountOf } from '../login/login.ts';
import { SESSIONS, type Session, SIDS, sessionExpiry, WATCHED_SESSIONS } from '../login/session.ts';
import { randomId } from './secrets.ts';
import { endSession } from './session-end.ts';

export interface KeptSession {
  /** The value of the browser’s cookie. */
  id: string;
  session: Session;
  /** What the client of this log-in knows the session by. */
  sid: string;
}

/** A new session. The same person’s other applications stay in it, each with the sid that it knows. */
function newSession(
  login: Login,
  person: Person,
  carried: Session | undefined,
  environment: Environment,
): Session {
  const { clock, settings } = environment;
  const now = clock.now();
  const account = nhsmailAccountOf(login);
  const authenticator = login.authenticator ?? 'nhsmail';
  const others = Object.entries(carried?.sids ?? {}).filter(
    ([clientId]) => clientId !== login.request.clientId,
  );
  return {
    handle: carried?.handle ?? randomId(),
    uid: person.uid,
    authenticator,
    amr: amrOf(authenticator, login.request.assurance.acr, settings.passkey_amr),
    authTime: Math.floor((login.signedInAt ?? now) / 1000),
    startedAt: now,
    expiresAt: now,
    sids: Object.fromEntries(others),
    ...(carried?.issuers ? { issuers: carried.issuers } : {}),
    ...(carried?.scenarios ? { scenarios: carried.scenarios } : {}),
    ...(account === undefined ? {} : { account }),
  };
}

/** A client_id may be any text, `constructor` too: only own members count. */
const sidOf = ({ sids }: Session, clientId: string) =>
  Object.hasOwn(sids, clientId) ? sids[clientId] : undefined;

/** What each client’s latest log-in asked for in mock_scenario. */
function scenariosOf({ scenarios = {} }: Session, { request }: Login): Pick<Session, 'scenarios'> {
  const others = Object.entries(scenarios).filter(([clientId]) => clientId !== request.clientId);
  const own = request.scenario ? [[request.clientId, request.scenario] as const] : [];
  const all = [...others, ...own];
  return all.length === 0 ? {} : { scenarios: Object.fromEntries(all) };
}

/** The issuer that each client knows, where it is not the environment’s own: that of its latest log-in. */
function issuersOf(
  { issuers = {} }: Session,
  clientId: string,
  { issuer, isNamedByRequest }: Environment,
): Pick<Session, 'issuers'> {
  const { [clientId]: _earlier, ...others } = issuers;
  const all = isNamedByRequest ? { ...others, [clientId]: issuer } : others;
  return Object.keys(all).length === 0 ? {} : { issuers: all };
}

/** 32 bytes that nobody can guess, in the form of CIS2’s sids (facts 10.7). */
const newSid = (): string => Buffer.from(randomId(), 'base64url').toString('base64');

/** The session with this log-in in it: the client’s sid, the role if one was selected, and its time begun anew. */
function used(session: Session, login: Login, person: Person, environment: Environment): Session {
  const { clock, settings } = environment;
  const { clientId } = login.request;
  const { scenarios: _scenarios, issuers: _issuers, sids, expiresAt: _expiresAt, ...kept } = session;
  const selectedRoleId = selectedRoleOf(login, person) ?? session.selectedRoleId;
  const sid = sidOf(session, clientId) ?? newSid();
  return {
    expiresAt: sessionExpiry(session.startedAt, settings.timeouts, clock.now()),
    sids: Object.fromEntries([...Object.entries(sids), [clientId, sid]]),
    ...kept,
    ...(selectedRoleId === undefined ? {} : { selectedRoleId }),
    ...issuersOf(session, clientId, environment),
    ...scenariosOf(session, login),
  };
}

/** Only sessions of which somebody wants to hear are looked after. */
async function watchSession({ clients, store }: Environment, id: string, session: Session) {
  const wanted = Object.keys(session.sids).some((clientId) => clients.get(clientId)?.backchannel_logout_uri);
  if (wanted) await put(store, WATCHED_SESSIONS, id, session, session.expiresAt);
}

/** Lets a sid lead to the session it belongs to now. */
async function leadTo(sid: string, sessionId: string, session: Session, { store, settings }: Environment) {
  const until = session.startedAt + settings.timeouts.session_max_seconds * 1000;
  // Most are new.
  if (!(await store.add(SIDS, sid, { sessionId }, until))) await put(store, SIDS, sid, { sessionId }, until);
}

async function keepReused(
  login: Login,
  person: Person,
  environment: Environment,
): Promise<KeptSession | undefined> {
  const { store } = environment;
  const id = login.session?.sessionId;
  const stored = id === undefined ? undefined : await store.get(SESSIONS, id);
  if (id === undefined || !stored) return undefined;
  const session = used(stored.value, login, person, environment);
  const kept = await store.replace(
    SESSIONS,
    id,
    { revision: stored.revision, value: session },
    session.expiresAt,
  );
  // Two applications may use the session at once; whichever comes second reads again and adds its own sid.
  if (!kept) return keepReused(login, person, environment);
  return finish(id, session, login, environment);
}

async function finish(
  id: string,
  session: Session,
  login: Login,
  environment: Environment,
): Promise<KeptSession> {
  const sid = sidOf(session, login.request.clientId) ?? '';
  await leadTo(sid, id, session, environment);
  await watchSession(environment, id, session);
  return { id, session, sid };
}

/** Takes the browser’s old session out of the way, and gives it back where it is the same person’s, to be carried on. */
async function takeOver(
  oldId: string,
  person: Person,
  environment: Environment,
  requestId: string,
): Promise<Session | undefined> {
  const { store } = environment;
  const old = (await store.get(SESSIONS, oldId))?.value;
  if (old?.uid === person.uid) {
    await store.remove(WATCHED_SESSIONS, oldId);
    // Only whoever removes it carries it on: of a log-out at the same moment and this, one does.
    return (await store.remove(SESSIONS, oldId)) ? old : undefined;
  }
  const because = 'since somebody else logged in at the same browser';
  await endSession(oldId, 'SESSION_TERMINATION', environment, { requestId, because });
  return undefined;
}

/**
 * Keeps the session of an authenticated log-in. A new sign-in gets a new id, which no one can have fixed before, and
 * takes the place of the browser’s session: another person’s is logged out; the same person’s goes on in the new one,
 * and no application is told to log out somebody who just logged in. Undefined where the session that was to be reused
 * has ended meanwhile: it is not revived.
 */
export async function keepSession(
  environment: Environment,
  login: Login,
  person: Person,
  browser: { requestId: string; sessionId: string | undefined },
): Promise<KeptSession | undefined> {
  if (login.session) return keepReused(login, person, environment);
  const { requestId, sessionId: oldId } = browser;
  const carried = oldId === undefined ? undefined : await takeOver(oldId, person, environment, requestId);
  const id = randomId();
  const session = used(newSession(login, person, carried, environment), login, person, environment);
  await environment.store.add(SESSIONS, id, session, session.expiresAt);
  for (const sid of Object.values(carried?.sids ?? {})) await leadTo(sid, id, session, environment);
  return finish(id, session, login, environment);
}
