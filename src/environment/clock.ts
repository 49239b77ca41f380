/** One clock signs, verifies and expires everything in an environment. Rules and stores never read the machine’s. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

/** How far the time that relying parties see can be off: a day, in seconds. */
export const MOST_SKEW = 86_400;

/** What relying parties are shown of the time. */
export interface ShownClock extends Clock {
  /**
   * How many seconds the time that relying parties see is ahead of `now`, behind it where negative. Default 0. It
   * stands in what is signed for them and in what they sign; what expires here expires by `now`.
   */
  skewSeconds(): number;
}

export interface MovableClock extends ShownClock {
  /** Stands still from now on, or at the given moment (milliseconds since 1970). */
  freeze(at?: number): void;
  /** Is at this moment now (milliseconds since 1970), and goes on as before: running or standing still. */
  set(at: number): void;
  /** Moves on by so many seconds, frozen or not. */
  advance(seconds: number): void;
  /** Whether it stands still. */
  isFrozen(): boolean;
  /** Whether it runs ahead of the machine or behind it. */
  isMoved(): boolean;
  /** Shows relying parties a time that is so many seconds ahead, or behind where negative. */
  skew(seconds: number): void;
  /** Runs with the machine again, without skew. */
  reset(): void;
  /** How it differs from the machine’s clock, as plain data. */
  state(): ClockState;
  /** Differs from the machine’s clock as another clock does, whose state this is. */
  restore(state: ClockState): void;
  /** Calls back after each move, so that what has expired by it can be ended at once. */
  onMove(listener: () => void): void;
}

/** A clock as plain data, so that the replicas of a server can have the same. */
export interface ClockState {
  /** Milliseconds that it is ahead of the machine while it runs. */
  offset: number;
  /** Milliseconds since 1970; left out while it runs. */
  frozenAt?: number;
  skewSeconds: number;
}

/** Now, in whole seconds since 1970, as relying parties are shown it. */
export const shownSeconds = (clock: ShownClock): number =>
  Math.floor(clock.now() / 1000) + clock.skewSeconds();

/** The machine’s own time: what the life of environments is counted by, since their clocks can be moved. */
export const machineNow = Date.now;

/** A clock that runs with the machine until it is frozen or moved. */
export function createClock(machine: () => number = machineNow): MovableClock {
  let offset = 0;
  let skewed = 0;
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
    set(at) {
      if (frozenAt === undefined) offset = at - machine();
      else frozenAt = at;
      moved();
    },
    advance(seconds) {
      if (frozenAt === undefined) offset += seconds * 1000;
      else frozenAt += seconds * 1000;
      moved();
    },
    skew(seconds) {
      skewed = seconds;
    },
    skewSeconds: () => skewed,
    reset() {
      offset = 0;
      skewed = 0;
      frozenAt = undefined;
      moved();
    },
    isFrozen: () => frozenAt !== undefined,
    isMoved: () => frozenAt === undefined && offset !== 0,
    state: () => ({ offset, skewSeconds: skewed, ...(frozenAt === undefined ? {} : { frozenAt }) }),
    restore(state) {
      offset = state.offset;
      frozenAt = state.frozenAt;
      skewed = state.skewSeconds;
      moved();
    },
    onMove(listener) {
      listeners.push(listener);
    },
  };
}
