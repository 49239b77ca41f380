/** How much is done: enough to trust the figures in a few minutes, or in a short run just enough to see that it works. */
export interface Sizes {
  /** New processes of each server. */
  starts: number;
  /** The first log-ins of a new process, which are counted as cold. */
  coldLogIns: number;
  warmUpLogIns: number;
  rounds: number;
  roundSeconds: number;
  /** Log-ins after which memory is read again. */
  manyLogIns: number;
  /** Open sessions, people and environments at which the cost of a log-in is measured. */
  sessions: readonly number[];
  people: readonly number[];
  environments: readonly number[];
}

export const FULL: Sizes = {
  starts: 5,
  coldLogIns: 200,
  warmUpLogIns: 3000,
  rounds: 5,
  roundSeconds: 2,
  manyLogIns: 10_000,
  sessions: [0, 10_000, 100_000],
  people: [30, 10_000],
  environments: [1, 100, 1000],
};

export const QUICK: Sizes = {
  starts: 2,
  coldLogIns: 100,
  warmUpLogIns: 1000,
  rounds: 2,
  roundSeconds: 1,
  manyLogIns: 3000,
  sessions: [0, 5000],
  people: [30, 1000],
  environments: [1, 100],
};
