/** Ends single sign-on sessions: by logging out, by the control API, or because their time is over. */
import type { Environment } from '../environment/environment.ts';
import { put } from '../environment/store.ts';
import {
  causeOfExpiry,
  ENDED_SESSIONS,
  type LogoutCause,
  SESSIONS,
  type Session,
  SIDS,
  WATCHED_SESSIONS,
} from '../login/session.ts';
import { LONGEST_SECONDS } from '../settings/longest-time.ts';
import { notifyClients } from './backchannel-logout.ts';

const CAUSES: Readonly<Record<LogoutCause, string>> = {
  CLIENT_LOGOUT: 'by logging out',
  SESSION_IDLE_TIMEOUT: 'since it was not used for too long',
  SESSION_MAX_TIMEOUT: 'since it was as old as a session may be',
  SESSION_TERMINATION: 'as when a smartcard is removed',
};

/** Ends one session, once, and has its clients told. Gives the session, or undefined where there is none any more. */
export async function endSession(
  sessionId: string,
  cause: LogoutCause,
  environment: Environment,
  { requestId, because = CAUSES[cause] }: { requestId?: string; because?: string } = {},
): Promise<Session | undefined> {
  const { store, clock, journal, background } = environment;
  const stored = await store.get(SESSIONS, sessionId);
  // Of two that end it at once, the one that removes it tells the clients.
  if (!stored || !(await store.remove(SESSIONS, sessionId))) return undefined;
  const session = stored.value;
  await store.remove(WATCHED_SESSIONS, sessionId);
  // Its refresh tokens live as long as the settings said when they were issued, and these may have changed since.
  await store.add(ENDED_SESSIONS, session.handle, true, clock.now() + LONGEST_SECONDS * 1000);
  journal.record({
    ...(requestId === undefined ? {} : { request_id: requestId }),
    kind: 'session_ended',
    uid: session.uid,
    explanation: `The single sign-on session ended ${because}.`,
    details: { cause, clients: Object.keys(session.sids), sids: Object.values(session.sids) },
  });
  background.run(notifyClients(session, cause, environment));
  return session;
}

/** Ends the session that a client’s sid belongs to. */
export async function endSessionOf(
  sid: string,
  cause: LogoutCause,
  environment: Environment,
  requestId?: string,
) {
  const stored = await environment.store.get(SIDS, sid);
  return (
    stored &&
    endSession(stored.value.sessionId, cause, environment, requestId === undefined ? {} : { requestId })
  );
}

/** Whether there are sessions whose end somebody is to be told of. */
export async function hasWatchedSessions({ store }: Environment): Promise<boolean> {
  return (await store.list(WATCHED_SESSIONS, 1)).length > 0;
}

/** Sessions that are looked at in one go; whatever is left comes next time. */
const MOST_ENDED_AT_ONCE = 1000;

/** Tells the clients of sessions whose time is over, and looks again at those that were used meanwhile. */
export async function endExpiredSessions(environment: Environment): Promise<void> {
  const { clock, store, journal, background } = environment;
  const now = clock.now();
  const expired = await store.takeExpired(WATCHED_SESSIONS, MOST_ENDED_AT_ONCE);
  if (expired.length > 0) await environment.refresh?.();
  const { settings } = environment;
  for (const { id, value: session } of expired) {
    const stored = await store.get(SESSIONS, id);
    if (stored && stored.value.expiresAt > now) {
      await put(store, WATCHED_SESSIONS, id, stored.value, stored.value.expiresAt);
      continue;
    }
    const cause = causeOfExpiry(session, settings.timeouts);
    journal.record({
      kind: 'session_ended',
      uid: session.uid,
      explanation: `The single sign-on session ended ${CAUSES[cause]}.`,
      details: { cause, clients: Object.keys(session.sids), sids: Object.values(session.sids) },
    });
    background.run(notifyClients(session, cause, environment));
  }
}
