/** Which sessions are to be looked at when, so that clients hear of a session that expired though nobody asks for it. */
export interface SessionWatch {
  /** Looks again at this moment, in milliseconds since 1970; an earlier wish for the same session is replaced. */
  watch(sessionId: string, at: number): void;
  /** The sessions whose moment has come; they are no longer watched. */
  due(now: number): string[];
}

export function createSessionWatch(): SessionWatch {
  const watched = new Map<string, number>();
  return {
    watch(sessionId, at) {
      watched.set(sessionId, at);
    },
    due(now) {
      const due = [...watched].filter(([, at]) => at <= now).map(([sessionId]) => sessionId);
      for (const sessionId of due) watched.delete(sessionId);
      return due;
    },
  };
}
