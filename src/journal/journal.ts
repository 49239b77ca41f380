/**
 * What happened, in order and in plain words: every request received, checked, answered and refused. Kept bounded
 * in memory, and written to the log as it happens. No secret is ever in an event: `redact.ts` sees to it.
 */
import { redact, redactText } from './redact.ts';
import type { Refusal } from './refusal.ts';

export const EVENT_KINDS = [
  'request_received',
  'request_checked',
  'login_started',
  'page_shown',
  'step_taken',
  'rule_decided',
  'session_started',
  'session_reused',
  'session_ended',
  'logout_token_sent',
  'key_changed',
  'configuration_changed',
  'environment_started',
  'environment_ended',
  'scenario_applied',
  'code_issued',
  'token_issued',
  'userinfo_answered',
  'grant_revoked',
  'warned',
  'refused',
] as const;

export type EventKind = (typeof EVENT_KINDS)[number];

/** What an event is about, where it is known. */
export interface Subject {
  request_id?: string;
  login_id?: string;
  client_id?: string;
  /** The person, by UID. */
  uid?: string;
}

export interface JournalEntry extends Subject {
  kind: EventKind;
  /** One sentence that a person can follow. */
  explanation: string;
  /** What was seen or sent, redacted. */
  details?: Readonly<Record<string, unknown>>;
  refusal?: Refusal;
}

export interface JournalEvent extends JournalEntry {
  /** Counts up from 1 in each environment. */
  id: number;
  /** ISO 8601, by the environment’s clock. */
  time: string;
}

export interface JournalFilter {
  /** Only events with a greater id. */
  after?: number;
  kind?: EventKind;
  login_id?: string;
  client_id?: string;
  request_id?: string;
}

export interface Journal {
  record(entry: JournalEntry): void;
  /** Oldest first. */
  events(filter?: JournalFilter): JournalEvent[];
  /** Forgets what happened so far; ids go on counting. */
  clear(): void;
}

/** How many events are kept; the oldest are dropped. */
const DEFAULT_JOURNAL_CAPACITY = 5000;

const redactedRefusal = (refusal: Refusal): Refusal =>
  Object.fromEntries(
    Object.entries(refusal).map(([name, text]) => [name, redactText(text)]),
  ) as unknown as Refusal;

export function createJournal(options: {
  clock: { now(): number };
  write: (event: JournalEvent) => void;
  capacity?: number;
}): Journal {
  const { clock, write, capacity = DEFAULT_JOURNAL_CAPACITY } = options;
  const events: JournalEvent[] = [];
  let recorded = 0;
  let forgotten = 0;
  return {
    clear() {
      forgotten = recorded;
    },
    record(entry) {
      recorded += 1;
      const event: JournalEvent = {
        id: recorded,
        time: new Date(clock.now()).toISOString(),
        ...entry,
        explanation: redactText(entry.explanation),
        ...(entry.details ? { details: redact(entry.details) } : {}),
        ...(entry.refusal ? { refusal: redactedRefusal(entry.refusal) } : {}),
      };
      // A ring: event n stands at place (n - 1) modulo the capacity, so that recording never moves the others.
      events[(recorded - 1) % capacity] = event;
      write(event);
    },
    events(filter = {}) {
      const { after: asked = 0, ...equal } = filter;
      const after = Math.max(asked, forgotten);
      const start = recorded > capacity ? recorded % capacity : 0;
      const inOrder = [...events.slice(start), ...events.slice(0, start)];
      const wanted = Object.entries(equal).filter(([, value]) => value !== undefined);
      return inOrder.filter(
        (event) =>
          event.id > after && wanted.every(([name, value]) => event[name as keyof JournalEvent] === value),
      );
    },
  };
}
