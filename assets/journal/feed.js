/**
 * The journal as it grows: what is there, then what comes.
 *
 * @typedef {import('../../src/journal/event.ts').JournalEvent} JournalEvent
 */
import { control, stream } from '../control-api.js';

/** As many as the mock keeps. */
const MOST_EVENTS = 5000;

/** Events come in bursts, several to a request. Not by animation frame: a tab in the background has none. */
const PAUSE_MILLISECONDS = 60;

/**
 * Calls back with what is there, and again, after each burst, with all that is there then.
 *
 * @param {(events: readonly JournalEvent[]) => void} onChange
 * @param {(state: 'live' | 'lost') => void} [onState]
 * @returns {Promise<{ forget: () => void }>} `forget`: the journal was cleared
 */
export async function followJournal(onChange, onState) {
  /** @type {JournalEvent[]} */
  let events = await control('GET', '/journal');
  let lastId = events.at(-1)?.id ?? 0;
  let isWaiting = false;
  onChange(events);

  function tellSoon() {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      onChange(events);
    }, PAUSE_MILLISECONDS);
  }

  stream(
    `/journal/stream?after=${lastId}`,
    (/** @type {JournalEvent} */ event) => {
      // The mock was started again, and counts anew.
      if (event.id <= lastId) events = [];
      lastId = event.id;
      events = [...events.slice(1 - MOST_EVENTS), event];
      tellSoon();
    },
    onState,
  );
  return {
    forget() {
      events = [];
      onChange(events);
    },
  };
}
