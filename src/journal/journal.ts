/**
 * What happened, in order and in plain words: every request received, checked, answered and refused. Kept bounded
 * in memory, and written to the log as it happens. No secret is ever in an event: `redact.ts` sees to it.
 */
import type { JournalEntry, JournalEvent, Subject } from './event.ts';
import type { EventKind } from './events.ts';
import { createKeptEvents } from './kept-events.ts';
import { redact, redactText } from './redact.ts';
import type { Refusal } from './refusal.ts';

/** Every member given has to match. */
export interface JournalFilter<K extends EventKind = EventKind> {
  /** Only events with a greater id. */
  after?: number;
  kind?: K;
  /** Events of this log-in, and all others of the requests that they belong to. */
  login_id?: string;
  /** Events of this client, and all others of the requests that they belong to. */
  client_id?: string;
  request_id?: string;
  /** The person, by UID. */
  uid?: string;
}

/** Hears an event, and with it all events so far of its request, itself the last of them. May not throw. */
type Listener = (event: JournalEvent, together: readonly JournalEvent[]) => void;

export interface Journal {
  /** What is given is not changed afterwards: where nothing in its details had to go, they are kept as they are. */
  record(entry: JournalEntry): void;
  /** What the events so far of a request, all recorded here, say that it is about. */
  subjectOf(requestId: string): Subject;
  /** Oldest first. Where replicas share the journal, what they had recorded at the last `catchUp`. */
  events<K extends EventKind = EventKind>(filter?: JournalFilter<K>): JournalEvent<K>[];
  /** Calls back with each event as it is recorded; gives the way to stop. */
  onRecord(listener: Listener): () => void;
  /** Forgets what happened so far; ids go on counting. */
  clear(): void | Promise<void>;
  /** Where replicas share the journal: tells them what was recorded here. */
  flush?(): Promise<void>;
  /** Where replicas share the journal: tells them what was recorded here, and learns what they recorded. */
  catchUp?(): Promise<void>;
}

/** A journal that can also be given events that were recorded elsewhere. */
export interface JournalCopy extends Journal {
  append(event: JournalEvent): void;
}

/** The events so far of the request that an event belongs to, itself among them. */
export type Together = (event: JournalEvent) => readonly JournalEvent[];

const BY_THEMSELVES = ['kind', 'request_id', 'uid'] as const;

/**
 * Whose requests count as a whole: a token request says nothing of its log-in when it comes in, and nor does what is
 * refused before the client is known.
 */
export const BY_REQUEST = ['login_id', 'client_id'] as const;

export function isWanted(event: JournalEvent, filter: JournalFilter, together: Together): boolean {
  return (
    event.id > (filter.after ?? 0) &&
    BY_THEMSELVES.every((name) => filter[name] === undefined || filter[name] === event[name]) &&
    BY_REQUEST.every(
      (name) => filter[name] === undefined || together(event).some((each) => each[name] === filter[name]),
    )
  );
}

const redactedRefusal = (refusal: Refusal): Refusal =>
  Object.fromEntries(
    Object.entries(refusal).map(([name, text]) => [name, redactText(text)]),
  ) as unknown as Refusal;

/**
 * An event has the shape of its entry: redaction replaces texts and takes nothing away. All events have all members,
 * `undefined` where there is nothing to tell: a log-in makes a dozen, and what is always alike is read fastest.
 */
export function eventOf(entry: JournalEntry, id: number, time: string): JournalEvent {
  const { request_id, login_id, client_id, uid, kind, explanation, details, refusal } = entry;
  const event = {
    id,
    time,
    request_id,
    login_id,
    // As it came in, where the client is not known yet.
    client_id: client_id && redactText(client_id),
    uid,
    kind,
    details: details && redact(details),
    refusal: refusal && redactedRefusal(refusal),
    // Stands last, as a line of the log has its message: the log is written from the same text.
    explanation: redactText(explanation),
  };
  return event as JournalEvent;
}

/** Moments as ISO 8601; what happens in the same millisecond has the same text. */
function createTimes(): (now: number) => string {
  let [latest, text] = [Number.NaN, ''];
  return (now) => {
    if (now !== latest) [latest, text] = [now, new Date(now).toISOString()];
    return text;
  };
}

export function createJournal(options: {
  clock: { now(): number };
  /** Is told of each event, and what it is in JSON. */
  write: (event: JournalEvent, text: string) => void;
  /**
   * How many events are kept; the oldest are dropped. One holds at most some 30,000 characters, 16,000 of them details
   * (`redact.ts`) and each text of its refusal 2,000; most hold 500.
   */
  capacity?: number;
}): JournalCopy {
  const { clock, write, capacity = 5000 } = options;
  const kept = createKeptEvents(capacity);
  const underWay = createRequestsUnderWay();
  const listeners = new Set<Listener>();
  const timeOf = createTimes();
  /** The id of the newest. */
  let recorded = 0;

  function append(event: JournalEvent) {
    recorded = event.id;
    const text = JSON.stringify(event);
    kept.add(event.id, text);
    const together = underWay.add(event);
    write(event, text);
    for (const listener of listeners) listener(event, together);
  }

  return {
    clear() {
      kept.clear();
      underWay.clear();
    },
    record: (entry) => append(eventOf(entry, recorded + 1, timeOf(clock.now()))),
    append,
    subjectOf: underWay.subjectOf,
    events<K extends EventKind>(filter: JournalFilter<K> = {}) {
      const isByRequest = BY_REQUEST.some((name) => filter[name] !== undefined);
      const candidates = kept.after(isByRequest ? 0 : (filter.after ?? 0));
      const together = isByRequest ? byRequest(candidates) : alone;
      return candidates.filter((event) => isWanted(event, filter, together)) as JournalEvent<K>[];
    },
    onRecord(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Adds to what a request is about what one more of its events says. */
export function learn(subject: Subject, { login_id, client_id, uid }: Subject) {
  if (login_id !== undefined) subject.login_id = login_id;
  if (client_id !== undefined) subject.client_id = client_id;
  if (uid !== undefined) subject.uid = uid;
}

const alone: Together = (event) => [event];

/** Which events belong to the same request, among these. */
function byRequest(events: readonly JournalEvent[]): Together {
  const requests = new Map<string, JournalEvent[]>();
  for (const event of events) {
    if (event.request_id === undefined) continue;
    const others = requests.get(event.request_id);
    if (others) others.push(event);
    else requests.set(event.request_id, [event]);
  }
  return (event) => requests.get(event.request_id ?? '') ?? [event];
}

/** Most requests that are taken to be under way: not all say when they are answered. */
const MOST_UNDER_WAY = 2000;

interface RequestUnderWay {
  subject: Subject;
  /** So far. */
  events: JournalEvent[];
}

/** What is known so far of the requests that are not answered yet. */
function createRequestsUnderWay() {
  const requests = new Map<string, RequestUnderWay>();

  function begin(requestId: string): RequestUnderWay {
    const begun = { subject: { request_id: requestId }, events: [] };
    requests.set(requestId, begun);
    const [oldest] = requests.size > MOST_UNDER_WAY ? requests.keys() : [];
    if (oldest !== undefined) requests.delete(oldest);
    return begun;
  }

  return {
    subjectOf: (requestId: string): Subject => requests.get(requestId)?.subject ?? { request_id: requestId },
    /** Gives the events so far of its request, itself the last of them. */
    add(event: JournalEvent): readonly JournalEvent[] {
      const { request_id: requestId, kind } = event;
      if (requestId === undefined) return [event];
      const { subject, events } = requests.get(requestId) ?? begin(requestId);
      learn(subject, event);
      events.push(event);
      if (kind === 'request_answered') requests.delete(requestId);
      return events;
    },
    clear: () => requests.clear(),
  };
}
