/** The clock of an environment, moved from outside. */
import type { Call } from './call.ts';

/** A date, or a text as RFC 3339 has it, with its zone: 2026-01-15T09:00:00Z. */
export type Moment = Date | string;

/** One clock signs, verifies and expires everything in an environment. Every move gives the time that it is then. */
export interface EnvironmentClock {
  now(): Promise<Date>;
  /** Stands still, at this moment or where it is. */
  freeze(at?: Moment): Promise<Date>;
  /** Is at this moment, and goes on as before: running or standing still. */
  set(at: Moment): Promise<Date>;
  /** Moves on by so many seconds, 0 or more: what expires by it has expired at once. */
  advance(seconds: number): Promise<Date>;
  /**
   * Shows applications a time that is so many whole seconds ahead, or behind where negative, at most a day: in tokens,
   * and in what they sign.
   */
  skew(seconds: number): Promise<Date>;
  /** Runs with the machine again, without skew. */
  reset(): Promise<Date>;
}

const textOf = (at: Moment): string => (typeof at === 'string' ? at : at.toISOString());

export function createEnvironmentClock(call: Call): EnvironmentClock {
  const read = async (answer: Promise<{ now: string }>) => new Date((await answer).now);
  const move = (body: object) => read(call('POST', '/clock', body));
  return {
    now: () => read(call('GET', '/clock')),
    freeze: (at = 'now') => move({ freeze: textOf(at) }),
    set: (at) => move({ set: textOf(at) }),
    advance: (seconds) => move({ advance_seconds: seconds }),
    skew: (seconds) => move({ skew_seconds: seconds }),
    reset: () => move({ reset: true }),
  };
}
