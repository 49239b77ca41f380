/** Following the journal: what a filter wants, as it happens. */
import type { JournalEvent } from './event.ts';
import { BY_REQUEST, isWanted, type Journal, type JournalFilter } from './journal.ts';

/**
 * Calls back with the events that each new one brings: itself, and those of its request that nobody could know to
 * belong to the log-in or the client before. In order, and none twice. Gives the way to stop.
 */
export function follow(
  journal: Journal,
  filter: JournalFilter,
  tell: (events: readonly JournalEvent[]) => void,
): () => void {
  return journal.onRecord((event, together) => {
    // Only an event that names the log-in or the client itself can say of earlier ones whose they are.
    const names = BY_REQUEST.some((name) => filter[name] !== undefined && filter[name] === event[name]);
    const earlier = names ? together.slice(0, -1) : [];
    const untold = earlier.filter((each) => !isWanted(each, filter, () => earlier));
    const brought = [...untold, event].filter((each) => isWanted(each, filter, () => together));
    if (brought.length > 0) tell(brought);
  });
}
