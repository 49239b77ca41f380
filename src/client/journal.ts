/** The journal of an environment, read and waited for from outside. */

import type { JournalEvent } from '../journal/event.ts';
import type { EventKind } from '../journal/events.ts';
import type { JournalFilter } from '../journal/journal.ts';
import { type Call, queryString } from './call.ts';
import { demandKnown, MockCis2Error } from './error.ts';

export interface EnvironmentJournal {
  /** What happened, oldest first: `await cis2.journal({ kind: 'refused' })`. */
  <K extends EventKind = EventKind>(filter?: JournalFilter<K>): Promise<JournalEvent<K>[]>;
  /**
   * The first event that matches, one that is there already among them (`after`, the id of an event, leaves out those
   * up to it). Throws with what there was instead where none comes within the time, 5 seconds by default.
   *
   * ```ts
   * const sent = await cis2.journal.waitFor({ kind: 'logout_token_sent', client_id: 'mock-client' });
   * ```
   */
  waitFor<K extends EventKind = EventKind>(
    filter: JournalFilter<K>,
    options?: WaitOptions,
  ): Promise<JournalEvent<K>>;
  /** Forgets what happened so far; ids go on counting. */
  clear(): Promise<void>;
}

export interface WaitOptions {
  /** How long to wait, by the machine’s time; 0 looks once. Default 5. */
  timeoutSeconds?: number;
}

const DEFAULT_TIMEOUT_SECONDS = 5;

/** Longest that one request waits, in seconds: a connection that says nothing for longer may be cut on its way. */
const LONGEST_WAIT = 20;

/** Most events that a failure tells of, the latest. */
const MOST_TOLD = 10;

function failureOf(filter: JournalFilter, seconds: number, seen: readonly JournalEvent[]): MockCis2Error {
  const { after, ...wanted } = filter;
  const beyond = after === undefined ? '' : ` after event ${after}`;
  const told = seen.slice(-MOST_TOLD).map(({ id, kind, explanation }) => `  ${id} ${kind}: ${explanation}`);
  const instead =
    told.length === 0 ? 'Nothing happened at all.' : `The latest of ${seen.length} other events:`;
  return new MockCis2Error(`No event ${JSON.stringify(wanted)}${beyond} came within ${seconds} seconds`, {
    detail: [instead, ...told].join('\n'),
  });
}

export function createEnvironmentJournal(call: Call): EnvironmentJournal {
  const read = <K extends EventKind>(filter: JournalFilter<K>, wait?: number) =>
    call<JournalEvent<K>[]>('GET', `/journal${queryString({ ...filter, wait })}`);

  async function waitFor<K extends EventKind>(
    filter: JournalFilter<K>,
    options: WaitOptions = {},
  ): Promise<JournalEvent<K>> {
    demandKnown(options, ['timeoutSeconds']);
    const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = options;
    const end = performance.now() + timeoutSeconds * 1000;
    const left = () => Math.ceil(end - performance.now()) / 1000;
    let [event] = await read(filter);
    while (!event && left() > 0) [event] = await read(filter, Math.min(left(), LONGEST_WAIT));
    if (event) return event;
    const { after } = filter;
    throw failureOf(filter, timeoutSeconds, await read(after === undefined ? {} : { after }));
  }

  const events = <K extends EventKind>(filter: JournalFilter<K> = {}) => read(filter);
  return Object.assign(events, { waitFor, clear: () => call('DELETE', '/journal') });
}
