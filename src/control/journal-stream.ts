/** The journal as server-sent events (HTML Living Standard section 9.2). */
import { Readable } from 'node:stream';
import type { JournalEvent } from '../journal/event.ts';
import { follow } from '../journal/follow.ts';
import type { Journal, JournalFilter } from '../journal/journal.ts';

/** So that whatever stands between sees that the connection lives. */
const HEARTBEAT_MILLISECONDS = 15_000;

/** A reader that is as many events behind is cut off, and goes on with Last-Event-ID where it can. */
const MOST_UNREAD = 10_000;

/** JSON has no line breaks of its own, so the data is always one line. */
const written = (event: JournalEvent): string =>
  `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;

export interface JournalStream {
  readable: Readable;
  /** Says no more. What the reader has not taken yet it can ask for by Last-Event-ID. */
  end(): void;
}

/** What is there, then what comes, as the reader takes it. Whoever destroys it leaves nothing behind. */
export function journalStream(journal: Journal, filter: JournalFilter): JournalStream {
  const unread: JournalEvent[] = journal.events(filter);
  /** Whether the reader takes more: what it does not take stays in `unread`, as events and not yet as text. */
  let isTaking = false;

  function say() {
    while (isTaking) {
      const next = unread.shift();
      if (!next) return;
      isTaking = readable.push(written(next));
    }
  }

  const readable = new Readable({
    read() {
      isTaking = true;
      say();
    },
    destroy(error, callback) {
      clearInterval(heartbeat);
      stop();
      callback(error);
    },
  });

  function end() {
    stop();
    isTaking = false;
    readable.push(null);
  }

  // At once, so that the reader knows that it is connected.
  readable.push(': the journal of a mock\n\n');
  const heartbeat = setInterval(() => {
    if (isTaking) isTaking = readable.push(': heartbeat\n\n');
  }, HEARTBEAT_MILLISECONDS);
  heartbeat.unref();
  const stop = follow(journal, filter, (events) => {
    unread.push(...events);
    if (unread.length > MOST_UNREAD) end();
    else say();
  });
  return { readable, end };
}
