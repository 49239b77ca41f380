/** One clock signs, verifies and expires everything in an environment. Rules and stores never read the machine’s. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export interface MovableClock extends Clock {
  /** Stands still from now on, or at the given moment (milliseconds since 1970). */
  freeze(at?: number): void;
  /** Moves on by so many seconds, frozen or not. */
  advance(seconds: number): void;
  /** Whether it stands still. */
  isFrozen(): boolean;
  /** Runs with the machine again. */
  reset(): void;
  /** Calls back after each move, so that what has expired by it can be ended at once. */
  onMove(listener: () => void): void;
}

export const nowInSeconds = (clock: Clock): number => Math.floor(clock.now() / 1000);

/** A clock that runs with the machine until it is frozen or moved. */
export function createClock(machine: () => number = Date.now): MovableClock {
  let offset = 0;
  let frozenAt: number | undefined;
  const now = () => frozenAt ?? machine() + offset;
  const listeners: (() => void)[] = [];
  const moved = () => {
    for (const listener of listeners) listener();
  };
  return {
    now,
    freeze(at = now()) {
      frozenAt = at;
      moved();
    },
    advance(seconds) {
      if (frozenAt === undefined) offset += seconds * 1000;
      else frozenAt += seconds * 1000;
      moved();
    },
    reset() {
      offset = 0;
      frozenAt = undefined;
      moved();
    },
    isFrozen: () => frozenAt !== undefined,
    onMove(listener) {
      listeners.push(listener);
    },
  };
}
