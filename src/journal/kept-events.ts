/**
 * The events that a journal keeps. The newest are as they came; older ones are text, many together: objects that live
 * long are looked at by the garbage collector in each of its rounds, and a busy mock has thousands of them.
 */
import type { JournalEvent } from './journal.ts';

/** So many events together become text: what they are put into is then one string. */
const PAGE_SIZE = 50;

interface Page {
  text: string;
  /** The id of the last event in it. */
  newest: number;
}

export interface KeptEvents {
  add(event: JournalEvent): void;
  /** Those with a greater id, oldest first. */
  after(id: number): JournalEvent[];
  clear(): void;
}

/** Keeps so many; the oldest are dropped. */
export function createKeptEvents(capacity: number): KeptEvents {
  let pages: Page[] = [];
  let latest: JournalEvent[] = [];

  return {
    add(event) {
      latest.push(event);
      if (latest.length < PAGE_SIZE) return;
      pages.push({ text: JSON.stringify(latest), newest: event.id });
      latest = [];
      // Without the oldest page there are still enough.
      if ((pages.length - 1) * PAGE_SIZE >= capacity) pages.shift();
    },
    after(id) {
      const older = pages.filter(({ newest }) => newest > id);
      const events = [...older.flatMap(({ text }) => JSON.parse(text) as JournalEvent[]), ...latest];
      return events.slice(-capacity).filter((event) => event.id > id);
    },
    clear() {
      pages = [];
      latest = [];
    },
  };
}
