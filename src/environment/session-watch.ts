/**
 * Sessions of which clients want to hear when they expire, though nobody may ask for them any more. What is needed to
 * tell them is kept here, since the store forgets a record that has expired.
 */

import type { ChosenScenario } from '../scenarios/choice.ts';

/** What is to be told, and when. */
export interface WatchedSession {
  handle: string;
  uid: string;
  sids: Readonly<Record<string, string>>;
  issuers?: Readonly<Record<string, string>>;
  scenarios?: Readonly<Record<string, ChosenScenario>>;
  /** Milliseconds since 1970. */
  startedAt: number;
  expiresAt: number;
}

export interface SessionWatch {
  /** Looks when it expires; takes the place of an earlier wish for the same session. */
  watch(sessionId: string, session: WatchedSession): void;
  /** It has ended otherwise, or goes on under another id. */
  forget(sessionId: string): void;
  /** Forgets all of them. */
  clear(): void;
  /** The sessions whose moment has come; they are no longer watched. */
  due(now: number): { sessionId: string; session: WatchedSession }[];
}

/** Beyond as many as this, the oldest are not watched. */
const CAPACITY = 200_000;

export function createSessionWatch(): SessionWatch {
  const watched = new Map<string, WatchedSession>();
  return {
    watch(sessionId, session) {
      watched.delete(sessionId);
      watched.set(sessionId, session);
      const [oldest] = watched.size > CAPACITY ? watched.keys() : [];
      if (oldest !== undefined) watched.delete(oldest);
    },
    forget(sessionId) {
      watched.delete(sessionId);
    },
    clear() {
      watched.clear();
    },
    due(now) {
      const due = [...watched]
        .filter(([, { expiresAt }]) => expiresAt <= now)
        .map(([sessionId, session]) => ({ sessionId, session }));
      for (const { sessionId } of due) watched.delete(sessionId);
      return due;
    },
  };
}
