/**
 * What happened, in order and in plain words: every request received, checked, answered and refused. Kept bounded
 * in memory, and written to the log as it happens. No secret is ever in an event: `redact.ts` sees to it.
 */
import type { EventDetails, EventKind } from './events.ts';
import { redact, redactText } from './redact.ts';
import type { Refusal } from './refusal.ts';

/** What an event is about, where it is known. */
export interface Subject {
  request_id?: string;
  login_id?: string;
  client_id?: string;
  /** The person, by UID. */
  uid?: string;
}

type Details<K extends EventKind> = EventDetails[K] extends undefined
  ? { details?: undefined }
  : { details: EventDetails[K] };

/** What is given to the journal: `kind` says which details there are. */
export type JournalEntry<K extends EventKind = EventKind> = {
  [Kind in K]: Subject &
    Details<Kind> & {
      kind: Kind;
      /** One sentence that a person can follow. */
      explanation: string;
      /** Why something was refused. */
      refusal?: Refusal;
    };
}[K];

/** What the journal keeps of it, redacted. */
export type JournalEvent<K extends EventKind = EventKind> = JournalEntry<K> & {
  /** Counts up from 1 in each environment. */
  id: number;
  /** ISO 8601, by the environment’s clock. */
  time: string;
};

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

type Recorded = { -readonly [Name in keyof JournalEvent]?: JournalEvent[Name] | Record<string, unknown> };

/**
 * An event has the shape of its entry: redaction replaces texts and takes nothing away. Put together member by member,
 * since a log-in makes a dozen of them and copies of objects of many shapes are slow.
 */
export function eventOf(entry: JournalEntry, id: number, time: string): JournalEvent {
  const { request_id, login_id, client_id, uid, kind, explanation, details, refusal } = entry;
  const event: Recorded = { id, time };
  if (request_id !== undefined) event.request_id = request_id;
  if (login_id !== undefined) event.login_id = login_id;
  // As it came in, where the client is not known yet.
  if (client_id !== undefined) event.client_id = redactText(client_id);
  if (uid !== undefined) event.uid = uid;
  event.kind = kind;
  event.explanation = redactText(explanation);
  if (details) event.details = redact(details);
  if (refusal) event.refusal = redactedRefusal(refusal);
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
  write: (event: JournalEvent) => void;
  /**
   * How many events are kept; the oldest are dropped. One holds at most some 30,000 characters, 16,000 of them details
   * (`redact.ts`) and each text of its refusal 2,000; most hold 500.
   */
  capacity?: number;
}): JournalCopy {
  const { clock, write, capacity = 5000 } = options;
  /** A ring: what is appended as the nth stands at place n - 1 modulo the capacity, so that nothing is ever moved. */
  const ring: JournalEvent[] = [];
  const requests = createRequests();
  const listeners = new Set<Listener>();
  const timeOf = createTimes();
  let appended = 0;
  /** The id of the newest. */
  let recorded = 0;
  let forgotten = 0;

  function inOrder(): JournalEvent[] {
    const start = appended > capacity ? appended % capacity : 0;
    return [...ring.slice(start), ...ring.slice(0, start)];
  }

  function append(event: JournalEvent) {
    recorded = event.id;
    const place = appended % capacity;
    appended += 1;
    const dropped = ring[place];
    if (dropped) requests.drop(dropped);
    ring[place] = event;
    requests.add(event);
    write(event);
    for (const listener of listeners) listener(event, requests.together(event));
  }

  return {
    clear() {
      forgotten = recorded;
      requests.clear();
    },
    record: (entry) => append(eventOf(entry, recorded + 1, timeOf(clock.now()))),
    append,
    subjectOf: (requestId) => subjectOf(requestId, requests.eventsOf(requestId)),
    events<K extends EventKind>(filter: JournalFilter<K> = {}) {
      const { request_id } = filter;
      const candidates = request_id === undefined ? inOrder() : requests.eventsOf(request_id);
      const found = candidates.filter(
        (event) => event.id > forgotten && isWanted(event, filter, requests.together),
      );
      return found as JournalEvent<K>[];
    },
    onRecord(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** What events of a request, together, are about. */
export function subjectOf(requestId: string, events: readonly Subject[]): Subject {
  const subject: Subject = { request_id: requestId };
  for (const { login_id, client_id, uid } of events) {
    if (login_id !== undefined) subject.login_id = login_id;
    if (client_id !== undefined) subject.client_id = client_id;
    if (uid !== undefined) subject.uid = uid;
  }
  return subject;
}

/** The events that are kept, by their requests. */
function createRequests() {
  const requests = new Map<string, JournalEvent[]>();
  const eventsOf = (requestId: string): readonly JournalEvent[] => requests.get(requestId) ?? [];
  const together: Together = (event) =>
    event.request_id === undefined ? [event] : eventsOf(event.request_id);
  return {
    eventsOf,
    together,
    add(event: JournalEvent) {
      if (event.request_id === undefined) return;
      const events = requests.get(event.request_id);
      if (events) events.push(event);
      else requests.set(event.request_id, [event]);
    },
    /** Drops the oldest event of all, which is the first of its request. */
    drop({ id, request_id: requestId }: JournalEvent) {
      const events = requestId === undefined ? undefined : requests.get(requestId);
      // Those that were cleared are not here any more.
      if (requestId === undefined || events?.[0]?.id !== id) return;
      events.shift();
      if (events.length === 0) requests.delete(requestId);
    },
    clear: () => requests.clear(),
  };
}
