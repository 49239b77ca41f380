/** Single sign-on: who signed in at a browser, how and when, so that the next application need not ask again. */
import { reaches } from '../care-identity/authenticators.ts';
import type { Directory } from '../care-identity/directory.ts';
import type { LoginMethod } from '../care-identity/schema.ts';
import { recordKind } from '../environment/store.ts';
import type { ChosenScenario } from '../scenarios/choice.ts';
import type { Timeouts } from '../settings/settings-schema.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import type { ReusedSession } from './login.ts';

export interface Session {
  /** What grants know it by. It stays when a new sign-in by the same person gives the session a new id. */
  handle: string;
  uid: string;
  authenticator: LoginMethod;
  /** What the sign-in was, as the amr claim has it. */
  amr: string;
  /** The NHSmail account, where that was the authenticator. */
  account?: string;
  /** Seconds since 1970: the moment of sign-in, whatever is asked for later. */
  authTime: number;
  selectedRoleId?: string;
  /** Milliseconds since 1970: when it began, and when it is over unless it is used again before. */
  startedAt: number;
  expiresAt: number;
  /** client_id → the sid in that client’s ID tokens: another for each client (facts 10.7). */
  sids: Readonly<Record<string, string>>;
  /** client_id → the issuer that it knows, where that is another realm’s, or follows the name that requests come by. */
  issuers?: Readonly<Record<string, string>>;
  /** client_id → mock_scenario of its latest log-in, for the logout token. */
  scenarios?: Readonly<Record<string, ChosenScenario>>;
}

export const SESSIONS = recordKind<Session>('session');

/**
 * Sessions of which clients want to hear when they expire, though nobody may ask for them any more: as they were when
 * they were used last, since a session that has expired is gone.
 */
export const WATCHED_SESSIONS = recordKind<Session>('watched_session', 200_000, true);

/** Which session a sid belongs to, for logging out by it. */
export const SIDS = recordKind<{ sessionId: string }>('sid');

/** Handles of sessions that were ended, not merely expired: their refresh tokens are worth nothing (OIDC Back-Channel Logout 2.7). */
export const ENDED_SESSIONS = recordKind<true>('ended_session');

/** Why a session ended, as the product behind CIS2 says it in logout tokens (facts 10.7). */
export const LOGOUT_CAUSES = [
  'CLIENT_LOGOUT',
  'SESSION_IDLE_TIMEOUT',
  'SESSION_MAX_TIMEOUT',
  'SESSION_TERMINATION',
] as const;
export type LogoutCause = (typeof LOGOUT_CAUSES)[number];

/** When the session is over if it is not used again: the idle limit or the absolute one, whichever is sooner. */
export function sessionExpiry(startedAt: number, timeouts: Timeouts, now: number): number {
  const absolute = startedAt + timeouts.session_max_seconds * 1000;
  return Math.min(absolute, now + timeouts.session_idle_seconds * 1000);
}

/** Which limit an expired session met. */
export function causeOfExpiry(
  { startedAt, expiresAt }: Pick<Session, 'startedAt' | 'expiresAt'>,
  timeouts: Timeouts,
): LogoutCause {
  const absolute = startedAt + timeouts.session_max_seconds * 1000;
  return expiresAt >= absolute ? 'SESSION_MAX_TIMEOUT' : 'SESSION_IDLE_TIMEOUT';
}

/** Whether its person is still there, and still the one whom its NHSmail account is bound to, if anybody. */
export function isOfItsPerson(
  { uid, account }: Pick<Session, 'uid' | 'account'>,
  directory: Directory,
): boolean {
  const bound = account === undefined ? undefined : directory.profileBoundTo(account);
  return directory.person(uid) !== undefined && (bound?.person.uid ?? uid) === uid;
}

/** Why a live session does not serve this request, in words; undefined where it does. */
export function whyNotReused(
  session: Session,
  request: AuthorizationRequest,
  now: number,
): string | undefined {
  if (session.expiresAt <= now) return 'the session has expired';
  if (request.hintedUid !== undefined && request.hintedUid !== session.uid) {
    return `id_token_hint names ${request.hintedUid}, and the session is of ${session.uid}`;
  }
  if (request.prompt === 'login') return 'prompt=login asks for a new sign-in';
  const age = Math.floor(now / 1000) - session.authTime;
  if (request.maxAgeSeconds !== undefined && (request.maxAgeSeconds === 0 || age > request.maxAgeSeconds)) {
    return `the sign-in is ${age} seconds old and max_age is ${request.maxAgeSeconds}`;
  }
  if (!reaches(session, request.assurance.acr)) {
    return `the session’s sign-in, ${session.authenticator} (${session.amr}), does not reach ${request.assurance.acr}`;
  }
  return undefined;
}

export function reusedSession(sessionId: string, session: Session): ReusedSession {
  const { uid, authenticator, amr, account, authTime, selectedRoleId } = session;
  return {
    sessionId,
    uid,
    authenticator,
    amr,
    authTime,
    ...(account === undefined ? {} : { account }),
    ...(selectedRoleId === undefined ? {} : { selectedRoleId }),
  };
}
