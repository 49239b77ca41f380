/**
 * From events to the steps of a sequence that a person can follow. An arrow leads from one lane to another; what
 * stays on one lane is a note. What an answer carries (a code, tokens, claims, a refusal) is told with the answer.
 *
 * @typedef {import('../../src/journal/event.ts').JournalEvent} JournalEvent
 * @typedef {import('./sections.js').Section} Section
 * @typedef {'browser' | 'application' | 'mock'} Lane
 *
 * @typedef {object} Step
 * @property {number} id of its last event
 * @property {number} milliseconds since the first step, by the clock of the mock
 * @property {Lane} from
 * @property {Lane} to
 * @property {string} title
 * @property {'plain' | 'good' | 'bad' | 'warning' | 'scenario'} tone
 * @property {readonly string[]} explanations
 * @property {readonly Section[]} sections
 * @property {readonly JournalEvent[]} events
 */
import { answerStep } from './answers.js';
import { draftOf } from './event-steps.js';

/** What waits for the answer of its request, to be told with it. */
const TOLD_WITH_ANSWER = new Set([
  'code_issued',
  'page_shown',
  'refused',
  'token_issued',
  'userinfo_answered',
]);

/**
 * @param {readonly JournalEvent[]} events of one log-in or one request, oldest first
 * @param {import('./event-steps.js').Catalogue} [catalogue] of the scenarios
 * @returns {Step[]}
 */
export function stepsOf(events, catalogue) {
  const start = Date.parse(events[0]?.time ?? '');
  /** @type {{ event: JournalEvent, held: readonly JournalEvent[] }[]} */
  const found = [];
  for (const event of events) {
    const held = event.kind === 'request_answered' ? takeHeld(found, event.request_id) : [];
    found.push({ event, held });
  }
  return found.map(({ event, held }) => {
    const draft = event.kind === 'request_answered' ? answerStep(event, held) : draftOf(event, catalogue);
    const all = [...held, event];
    return {
      ...draft,
      id: event.id,
      milliseconds: Date.parse(event.time) - start,
      explanations: all.map(({ explanation }) => explanation),
      events: all,
    };
  });
}

/**
 * Takes out what waited for this answer.
 *
 * @param {{ event: JournalEvent, held: readonly JournalEvent[] }[]} found
 * @param {string | undefined} requestId
 */
function takeHeld(found, requestId) {
  const waits = found.filter(
    ({ event }) => event.request_id === requestId && TOLD_WITH_ANSWER.has(event.kind),
  );
  for (const each of waits) found.splice(found.indexOf(each), 1);
  return waits.map(({ event }) => event);
}

/**
 * How long after the first step, for reading: "+0.3 s", "+2 min 5 s".
 *
 * @param {number} milliseconds
 */
export function offsetText(milliseconds) {
  // What would be rounded to a minute is written as one.
  if (milliseconds < 59_950) return `+${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `+${minutes} min ${seconds % 60} s`
    : `+${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** @type {Readonly<Record<Lane, string>>} */
export const LANES = { browser: 'Browser', application: 'Application', mock: 'CIS2 mock' };
