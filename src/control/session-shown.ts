/** A session as the control API shows it. It names no type of Fastify: the package’s users see it, and have none. */
import type { Session } from '../login/session.ts';

/** Never its id, which is the browser’s secret. */
export function shownSession(session: Session) {
  const { uid, authenticator, account, authTime, selectedRoleId, startedAt, expiresAt, sids } = session;
  return {
    uid,
    authenticator,
    nhsmail_account: account,
    auth_time: authTime,
    selected_roleid: selectedRoleId,
    started_at: new Date(startedAt).toISOString(),
    expires_at: new Date(expiresAt).toISOString(),
    clients: Object.entries(sids).map(([client_id, sid]) => ({ client_id, sid })),
  };
}

export type SessionShown = ReturnType<typeof shownSession>;
