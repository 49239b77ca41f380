/** Single sign-on sessions: who is signed in where, and ending that. */
import { control } from '../control-api.js';
import { shownMoment } from '../moment.js';
import { nameOf } from './bindings.js';
import { actionButton } from './changes.js';
import { entriesTable } from './entries.js';
import { code, list } from './parts.js';
import { AUTHENTICATORS } from './people.js';

/** @typedef {import('./bindings.js').Person} Person */

/**
 * @typedef {object} Session
 * @property {string} uid
 * @property {keyof typeof AUTHENTICATORS} authenticator
 * @property {string} [nhsmail_account]
 * @property {string} expires_at
 * @property {readonly { client_id: string, sid: string }[]} clients
 */

const CHANGES = ['/sessions'];

/** A session is known by the sid of any of its clients. @param {Session} session */
const sidOf = ({ clients }) => clients[0]?.sid ?? '';

/** @param {Session} session @param {readonly Person[]} people */
function whoseOf({ uid }, people) {
  const person = people.find((each) => each.uid === uid);
  return person ? nameOf(person) : uid;
}

/**
 * @param {Session} session
 * @param {string} cause
 */
const end = (session, cause) =>
  control('POST', `/sessions/${encodeURIComponent(sidOf(session))}/logout`, { cause });

/** @param {Session} session @param {string} whose */
const endings = (session, whose) => [
  actionButton({
    text: 'End this session',
    about: `of ${whose}`,
    testId: `end-session-${sidOf(session)}`,
    changes: CHANGES,
    async act() {
      await end(session, 'CLIENT_LOGOUT');
      return `The session of ${whose} is over, as if they had logged out.`;
    },
  }),
  removal(session, whose),
];

/** Ends a session from outside: the card leaves its reader, or whatever the authenticator is. @param {Session} session @param {string} whose */
function removal(session, whose) {
  const what = session.authenticator === 'smartcard' ? 'smartcard' : 'authenticator';
  return actionButton({
    text: `Remove the ${what}`,
    about: `of ${whose}`,
    testId: `remove-smartcard-${sidOf(session)}`,
    changes: CHANGES,
    async act() {
      await end(session, 'SESSION_TERMINATION');
      return `The ${what} of ${whose} is removed, and the session is over.`;
    },
  });
}

/** @type {import('./page.js').Section} */
export const sessions = {
  name: 'sessions',
  reads: ['/sessions', '/people'],
  draw(known) {
    /** @type {readonly Person[]} */
    const people = known('/people');
    return [
      actionButton({
        text: 'Look again',
        about: 'who is signed in',
        testId: 'sessions-refresh',
        changes: CHANGES,
        act: async () => 'The list of sessions is up to date.',
      }),
      ...entriesTable({
        name: 'sessions',
        filterBy: 'person, account or client',
        columns: ['Person', 'Authenticator', 'Clients', 'Over at', 'Switch'],
        entries: /** @type {readonly Session[]} */ (known('/sessions')),
        keyOf: sidOf,
        textOf: (session) =>
          `${whoseOf(session, people)} ${session.uid} ${session.nhsmail_account} ${session.clients.map(({ client_id }) => client_id)}`,
        cellsOf: (session) => [
          [`${whoseOf(session, people)} `, code(session.uid)],
          [`${AUTHENTICATORS[session.authenticator]} ${session.nhsmail_account ?? ''}`],
          [list(...session.clients.map(({ client_id }) => code(client_id)))],
          [shownMoment(session.expires_at)],
          endings(session, whoseOf(session, people)),
        ],
      }),
    ];
  },
};
