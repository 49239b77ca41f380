// Which events belong to which log-in, and what a list says of each.

/** @typedef {import('../../src/journal/event.ts').JournalEvent} JournalEvent */
import { decodeJwt } from './jwt.js';

/**
 * @template Key
 * @param {Map<Key, Set<string>>} sets
 * @param {Key} key
 * @param {Iterable<string>} values
 */
function addTo(sets, key, values) {
  const set = sets.get(key) ?? new Set();
  for (const value of values) set.add(value);
  sets.set(key, set);
}

/** @type {ReadonlySet<string>} */
const NONE = new Set();

/**
 * The log-ins whose requests and sessions there are, by what other events name them by.
 *
 * @param {readonly JournalEvent[]} events
 */
function indexOf(events) {
  /** @type {Map<string, Set<string>>} */
  const ofRequest = new Map();
  /** @type {Map<string, Set<string>>} */
  const ofSid = new Map();
  for (const event of events) {
    const { login_id: loginId, request_id: requestId } = event;
    if (loginId === undefined) continue;
    if (requestId !== undefined) addTo(ofRequest, requestId, [loginId]);
    if (event.kind === 'session_started' || event.kind === 'session_reused')
      addTo(ofSid, event.details.sid, [loginId]);
  }
  return { ofRequest, ofSid };
}

/**
 * The sessions that a logout request, or an ended session, is about. An authorization request may have a hint too.
 *
 * @param {JournalEvent} event
 * @returns {readonly string[]}
 */
function endedSids(event) {
  if (event.kind === 'session_ended') return event.details.sids;
  if (event.kind !== 'request_received' || 'response_type' in event.details) return [];
  const sid = decodeJwt(event.details['id_token_hint'])?.claims['sid'];
  return typeof sid === 'string' ? [sid] : [];
}

/**
 * The events of each log-in: those that name it, all others of their requests, and what ended its session. Logout
 * tokens name no log-in: they are of those whose session ended last, for this person and this client.
 *
 * @param {readonly JournalEvent[]} events oldest first
 * @returns {Map<string, JournalEvent[]>}
 */
export function logInsOf(events) {
  const { ofRequest, ofSid } = indexOf(events);
  /** @type {Map<string, Set<string>>} */
  const ofLogoutRequest = new Map();
  for (const event of events) {
    const requestId = event.request_id;
    if (requestId === undefined || ofRequest.has(requestId)) continue;
    for (const sid of endedSids(event)) addTo(ofLogoutRequest, requestId, ofSid.get(sid) ?? NONE);
  }
  /** @type {Map<string, ReadonlySet<string>>} */
  const endedLast = new Map();

  /** @param {JournalEvent} event */
  function belongsTo(event) {
    const requestId = event.request_id ?? '';
    const ids = new Set([...(ofRequest.get(requestId) ?? NONE), ...(ofLogoutRequest.get(requestId) ?? NONE)]);
    if (event.login_id !== undefined) ids.add(event.login_id);
    if (event.kind === 'session_ended') {
      event.details.sids.forEach((sid, index) => {
        const ended = ofSid.get(sid) ?? NONE;
        for (const id of ended) ids.add(id);
        endedLast.set(`${event.uid} ${event.details.clients[index]}`, ended);
      });
    }
    const isOfDelivery =
      event.kind === 'logout_token_sent' ||
      (event.kind === 'scenario_applied' && event.details.place === 'logout_token');
    if (isOfDelivery) for (const id of endedLast.get(`${event.uid} ${event.client_id}`) ?? NONE) ids.add(id);
    return ids;
  }

  /** @type {Map<string, JournalEvent[]>} */
  const logIns = new Map();
  for (const event of events) {
    for (const id of belongsTo(event)) {
      const before = logIns.get(id);
      if (before) before.push(event);
      else logIns.set(id, [event]);
    }
  }
  return logIns;
}

/**
 * Each refused request that belongs to no log-in, with all its events.
 *
 * @param {readonly JournalEvent[]} events
 * @param {ReadonlyMap<string, readonly JournalEvent[]>} logIns
 * @returns {Map<string, JournalEvent[]>}
 */
export function strayRefusalsOf(events, logIns) {
  const belonging = new Set([...logIns.values()].flat().map(({ id }) => id));
  /** @type {Map<string, JournalEvent[]>} */
  const requests = new Map();
  for (const event of events) {
    if (event.request_id === undefined || belonging.has(event.id)) continue;
    const before = requests.get(event.request_id);
    if (before) before.push(event);
    else requests.set(event.request_id, [event]);
  }
  for (const [requestId, its] of requests) {
    if (!its.some(({ kind }) => kind === 'refused')) requests.delete(requestId);
  }
  return requests;
}
