/**
 * A log-in, or a refused request, in a few words: what a row of the list shows, and the heading of the sequence.
 *
 * @typedef {import('../../src/journal/event.ts').JournalEvent} JournalEvent
 *
 * @typedef {object} Summary
 * @property {string} [clientId]
 * @property {string} [uid]
 * @property {string} [account] the NHSmail account that was typed or named
 * @property {string} outcome code of the outcome, `under_way`, or `refused`
 * @property {string} ended how it ended, as a sentence without its full stop
 * @property {string} time when it began, ISO 8601
 * @property {readonly string[]} scenarios codes
 * @property {number} refusals
 * @property {number} warnings
 */
import { logInsOf, strayRefusalsOf } from './log-ins.js';
import { OUTCOMES, pageIn } from './words.js';

/**
 * @template {JournalEvent['kind']} Kind
 * @param {readonly JournalEvent[]} events
 * @param {Kind} kind
 * @returns {Extract<JournalEvent, { kind: Kind }>[]}
 */
export function eventsOfKind(events, kind) {
  return /** @type {Extract<JournalEvent, { kind: Kind }>[]} */ (
    events.filter((event) => event.kind === kind)
  );
}

/** @param {readonly JournalEvent[]} events */
function accountOf(events) {
  const typed = eventsOfKind(events, 'step_taken').findLast(({ details }) => 'email' in details);
  const asked = eventsOfKind(events, 'request_received')[0]?.details['mock_login'];
  return typed?.details['email'] ?? (asked?.includes('@') ? asked : undefined);
}

/**
 * The code of how it ended. One that was authenticated, but for whom no code went out, is under way at a page again.
 *
 * @param {readonly JournalEvent[]} events
 */
function outcomeOf(events) {
  const outcome = eventsOfKind(events, 'rule_decided').at(-1)?.details.outcome;
  const isUnfinished =
    outcome === undefined ||
    (outcome === 'authenticated' && eventsOfKind(events, 'code_issued').length === 0);
  if (!isUnfinished) return outcome;
  return events.every(({ login_id: id }) => id === undefined) ? 'refused' : 'under_way';
}

/**
 * Whether its own session is over: the sign-in may have ended that of somebody else.
 *
 * @param {readonly JournalEvent[]} events
 */
function isLoggedOut(events) {
  const sessions = [...eventsOfKind(events, 'session_started'), ...eventsOfKind(events, 'session_reused')];
  const sids = sessions.map(({ details }) => details.sid);
  return eventsOfKind(events, 'session_ended').some(({ details }) =>
    sids.some((sid) => details.sids.includes(sid)),
  );
}

/** @param {readonly JournalEvent[]} events */
function afterLoggingIn(events) {
  if (isLoggedOut(events)) return 'Logged in, and logged out since';
  if (eventsOfKind(events, 'grant_revoked').length > 0) return 'Logged in, but the tokens were revoked';
  if (eventsOfKind(events, 'token_issued').length > 0)
    return 'Logged in, and the application has asked for its tokens';
  return eventsOfKind(events, 'refused').length > 0
    ? 'Logged in, but the application was refused the tokens'
    : 'Logged in; the application has not asked for tokens yet';
}

/** @param {readonly JournalEvent[]} events */
function failedAs(events) {
  const told = eventsOfKind(events, 'request_answered').findLast(
    ({ details }) => details.parameters?.['error'],
  );
  const error = told?.details.parameters?.['error'];
  return error === undefined ? '' : `; the application was told ${error}`;
}

/** @param {readonly JournalEvent[]} events */
function refusedAs(events) {
  const refused = eventsOfKind(events, 'refused').at(-1);
  const sentence = refused?.refusal
    ? `Refused by the rule: ${refused.refusal.rule}`
    : (refused?.explanation ?? 'Nothing was refused');
  return sentence.replace(/\.$/, '');
}

/**
 * @param {readonly JournalEvent[]} events
 * @param {string} outcome
 */
function endedAs(events, outcome) {
  if (outcome === 'authenticated') return afterLoggingIn(events);
  if (outcome === 'refused') return refusedAs(events);
  if (outcome !== 'under_way') return `Did not log in: ${OUTCOMES[outcome] ?? outcome}${failedAs(events)}`;
  const page = eventsOfKind(events, 'page_shown').at(-1);
  return page ? `Under way, at the page “${pageIn(page.explanation)}”` : 'Under way';
}

/**
 * @param {readonly JournalEvent[]} events of one log-in or one request, oldest first
 * @returns {Summary}
 */
export function summaryOf(events) {
  const outcome = outcomeOf(events);
  const clientId = events.find(({ client_id: id }) => id !== undefined)?.client_id;
  const uid = events.find((event) => event.uid !== undefined)?.uid;
  const account = accountOf(events);
  return {
    ...(clientId === undefined ? {} : { clientId }),
    ...(uid === undefined ? {} : { uid }),
    ...(account === undefined ? {} : { account }),
    outcome,
    ended: endedAs(events, outcome),
    time: events[0]?.time ?? '',
    scenarios: [...new Set(eventsOfKind(events, 'scenario_applied').map(({ details }) => details.scenario))],
    refusals: eventsOfKind(events, 'refused').length,
    warnings: eventsOfKind(events, 'warned').length,
  };
}

/**
 * One row of the list.
 *
 * @typedef {Summary & { key: string, firstId: number, lastId: number, loginId?: string, requestId?: string,
 *   found?: string, mend?: string }} ListRow
 */

/**
 * All log-ins, and the refused requests that belong to none, newest first.
 *
 * @param {readonly JournalEvent[]} events
 * @returns {ListRow[]}
 */
export function rowsOf(events) {
  const logIns = logInsOf(events);
  const rows = [...logIns].map(([loginId, its]) => ({ ...rowOf(loginId, its), loginId }));
  const refused = [...strayRefusalsOf(events, logIns)].map(([requestId, its]) => {
    return { ...rowOf(requestId, its), ...reasonIn(its), requestId };
  });
  return [...rows, ...refused].sort((one, other) => other.firstId - one.firstId);
}

/**
 * @param {string} key
 * @param {readonly JournalEvent[]} events
 */
const rowOf = (key, events) => ({
  ...summaryOf(events),
  key,
  firstId: events[0]?.id ?? 0,
  lastId: events.at(-1)?.id ?? 0,
});

/** In a list of log-ins; the page of one request shows them all. */
const MOST_FAULTS = 3;

/** @param {readonly string[]} texts */
function inShort(texts) {
  const more = texts.length - MOST_FAULTS;
  return [...texts.slice(0, MOST_FAULTS), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

/**
 * What was found and how to mend it. The control API says it of each member at fault.
 *
 * @param {readonly JournalEvent[]} events
 * @returns {{ found?: string, mend?: string }}
 */
function reasonIn(events) {
  const refused = eventsOfKind(events, 'refused').at(-1);
  if (refused?.refusal) return { found: refused.refusal.found, mend: refused.refusal.mend };
  if (!refused || !('faults' in refused.details) || refused.details.faults.length === 0) return {};
  const { faults } = refused.details;
  return {
    found: inShort(faults.map(({ path, found }) => `${path} ${found}`.trim())),
    mend: `${inShort(faults.map(({ path, allowed }) => `${path} ${allowed}`.trim()))}.`,
  };
}
