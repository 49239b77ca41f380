/** /_mock/sessions: single sign-on sessions, by the sids that applications know; and ending one. */
import type { FastifyInstance } from 'fastify';
import type { Environment } from '../environment/environment.ts';
import { LOGOUT_CAUSES, type LogoutCause, SESSIONS, type Session } from '../login/session.ts';
import { endSessionOf } from '../oidc/session-end.ts';
import { Problem } from './problems.ts';

/** Most sessions listed, the newest. */
const MOST_LISTED = 1000;

const body = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    cause: { enum: LOGOUT_CAUSES, description: 'Default SESSION_TERMINATION, as when a card is removed.' },
  },
} as const;

interface Logout {
  Params: { sid: string };
  Body: { cause?: LogoutCause } | null;
}

/** A session as the API shows it: never its id, which is the browser’s secret. */
function shown(session: Session) {
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

export type SessionShown = ReturnType<typeof shown>;

async function liveSessions({ store, clock }: Environment) {
  const now = clock.now();
  const sessions = await store.list(SESSIONS, MOST_LISTED);
  return sessions.filter(({ value }) => value.expiresAt > now).map(({ value }) => shown(value));
}

export function registerSessions(scope: FastifyInstance) {
  scope.get('/sessions', async ({ environment }) => liveSessions(environment));

  scope.post<Logout>('/sessions/:sid/logout', { schema: { body } }, async (request) => {
    const { environment, params } = request;
    const cause = request.body?.cause ?? 'SESSION_TERMINATION';
    const session = await endSessionOf(params.sid, cause, environment, request.id);
    if (session) return shown(session);
    throw new Problem(
      404,
      'No live session has this sid. It is the sid of an ID token, percent-encoded in the path.',
    );
  });
}
