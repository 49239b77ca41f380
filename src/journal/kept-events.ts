/**
 * The events that a journal keeps, as text outside of the heap: of objects and strings that live for a while, the
 * garbage collector moves each twice and looks at it again and again, and a busy mock has thousands of them.
 */
import type { JournalEvent } from './event.ts';

interface Page {
  /** Events in JSON, a comma behind each. */
  bytes: Buffer;
  /** How many bytes of it are written. */
  used: number;
  events: number;
  /** The id of the last event in it. */
  newest: number;
}

export interface KeptEvents {
  /** `text` is the event in JSON. Ids only grow. */
  add(id: number, text: string): void;
  /** Those with a greater id, oldest first. */
  after(id: number): JournalEvent[];
  clear(): void;
}

/** The first pages are small, since most environments see few events; each is twice as large as the one before, */
const FIRST_PAGE_BYTES = 1024;

/** up to so large, or larger where one event is. */
const PAGE_BYTES = 16_384;

const COMMA = ','.charCodeAt(0);

const eventsOf = ({ bytes, used }: Page): JournalEvent[] =>
  JSON.parse(`[${bytes.toString('utf8', 0, used - 1)}]`);

/** Keeps so many; the oldest are dropped. */
export function createKeptEvents(capacity: number): KeptEvents {
  let pages: Page[] = [];
  let kept = 0;

  /** Takes out the oldest pages, as long as there are enough events without them; gives the last of these. */
  function takeOldest(): Page | undefined {
    let taken: Page | undefined;
    for (let next = pages[0]; next && kept - next.events >= capacity; next = pages[0]) {
      pages.shift();
      kept -= next.events;
      taken = next;
    }
    return taken;
  }

  function beginPage(size: number): Page {
    const wanted = Math.max(size, Math.min(PAGE_BYTES, FIRST_PAGE_BYTES * 2 ** pages.length));
    const old = takeOldest();
    // One that is as it should be is written over.
    const bytes = old?.bytes.length === wanted ? old.bytes : Buffer.allocUnsafeSlow(wanted);
    const page = { bytes, used: 0, events: 0, newest: 0 };
    pages.push(page);
    return page;
  }

  return {
    add(id, text) {
      const size = Buffer.byteLength(text) + 1;
      const latest = pages.at(-1);
      const page = latest && latest.used + size <= latest.bytes.length ? latest : beginPage(size);
      page.bytes.write(text, page.used);
      page.used += size;
      page.bytes[page.used - 1] = COMMA;
      page.events += 1;
      page.newest = id;
      kept += 1;
    },
    after(id) {
      const events = pages.filter(({ newest }) => newest > id).flatMap(eventsOf);
      return events.slice(-capacity).filter((event) => event.id > id);
    },
    clear() {
      pages = [];
      kept = 0;
    },
  };
}
