// One log-in as a file, to attach to a ticket.
import { LANES, offsetText, stepsOf } from './sequence.js';
import { summaryOf } from './summary.js';

/**
 * The sequence in words comes first, for whoever opens the file; the events follow as the journal has them, which holds
 * no secret.
 *
 * @param {readonly import('../../src/journal/event.ts').JournalEvent[]} events
 * @param {Readonly<Record<string, string>>} about
 */
export function fileOf(events, about) {
  const { ended, outcome } = summaryOf(events);
  return {
    ...about,
    ended,
    outcome,
    sequence: stepsOf(events).map(({ milliseconds, from, to, title }) =>
      from === to
        ? `${offsetText(milliseconds)} ${LANES[from]}: ${title}`
        : `${offsetText(milliseconds)} ${LANES[from]} to ${LANES[to]}: ${title}`,
    ),
    events,
  };
}
