/** What is given to the journal, and what it keeps of it. */
import type { EventDetails, EventKind } from './events.ts';
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
