/** /_mock/sessions: single sign-on sessions, by the sids that applications know; and ending one. */
import type { FastifyInstance } from 'fastify';
import type { Environment } from '../environment/environment.ts';
import { LOGOUT_CAUSES, type LogoutCause, SESSIONS } from '../login/session.ts';
import { endSessionOf } from '../oidc/session-end.ts';
import { operation } from './operation.ts';
import { Problem } from './problems.ts';
import { shownSession } from './session-shown.ts';

/** Most sessions listed, the newest. */
const MOST_LISTED = 1000;

const body = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    cause: { enum: LOGOUT_CAUSES, description: 'Default SESSION_TERMINATION, as when a card is removed.' },
  },
  examples: [{ cause: 'SESSION_TERMINATION' }],
} as const;

const text = (description: string) => ({ type: 'string', description });

const SESSION = {
  type: 'object',
  additionalProperties: false,
  required: ['uid', 'authenticator', 'auth_time', 'started_at', 'expires_at', 'clients'],
  properties: {
    uid: text('The person.'),
    authenticator: text('How the person signed in: a type of authenticator, or user_password.'),
    nhsmail_account: text('The NHSmail account, where that was the authenticator.'),
    auth_time: { type: 'integer', description: 'When the person signed in, in seconds since 1970.' },
    selected_roleid: text('The person_roleid of the role that was selected, if any.'),
    started_at: text('ISO 8601, by the mock’s clock.'),
    expires_at: text('When it is over unless it is used again before; ISO 8601.'),
    clients: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['client_id', 'sid'],
        properties: {
          client_id: text('An application that uses it.'),
          sid: text('What that application knows it by.'),
        },
      },
    },
  },
};

const LIST = operation({
  tag: 'sessions',
  operationId: 'listSessions',
  summary: 'List single sign-on sessions',
  description: `Those that are live, the newest ${MOST_LISTED} at most.`,
  answers: { 200: { description: 'The sessions.', schema: { type: 'array', items: SESSION } } },
});

const END = operation({
  tag: 'sessions',
  operationId: 'endSession',
  summary: 'End a session',
  description: 'Every client of it that has a backchannel_logout_uri is posted a logout token.',
  params: {
    type: 'object',
    properties: { sid: text('The sid of any of its clients, percent-encoded.') },
    required: ['sid'],
  },
  body,
  answers: { 200: { description: 'The session that was ended.', schema: SESSION } },
  refusals: [404],
});

interface Logout {
  Params: { sid: string };
  Body: { cause?: LogoutCause } | null;
}

async function liveSessions({ store, clock }: Environment) {
  const now = clock.now();
  const sessions = await store.list(SESSIONS, MOST_LISTED);
  return sessions.filter(({ value }) => value.expiresAt > now).map(({ value }) => shownSession(value));
}

export function registerSessions(scope: FastifyInstance) {
  scope.get('/sessions', LIST, async ({ environment }) => liveSessions(environment));

  scope.post<Logout>('/sessions/:sid/logout', END, async (request) => {
    const { environment, params } = request;
    const cause = request.body?.cause ?? 'SESSION_TERMINATION';
    const session = await endSessionOf(params.sid, cause, environment, request.id);
    if (session) return shownSession(session);
    throw new Problem(
      404,
      'No live session has this sid. It is the sid of an ID token, percent-encoded in the path.',
    );
  });
}
