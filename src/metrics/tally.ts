/** Plain counting: what happens often is counted by an addition, and put into Prometheus’s form only when it is read. */

export type Labels = Readonly<Record<string, string>>;

/** One line of what is read: `suffix` is what follows the name of the family. */
export interface Sample {
  suffix?: string;
  labels: Labels;
  value: number;
}

/** Most series of one family; what would be one more counts as `other`. The labels of ours have far fewer values. */
const MOST_SERIES = 1000;

const OTHER = 'other';

/** Counts by the values of labels, always given in the order of the names. */
export function createTally(names: readonly string[], mostSeries = MOST_SERIES) {
  const counts = new Map<string, { values: readonly string[]; count: number }>();
  function add(values: readonly string[], by = 1) {
    const key = values.join('\n');
    const known = counts.get(key);
    if (known) known.count += by;
    else if (counts.size < mostSeries || values.every((value) => value === OTHER))
      counts.set(key, { values, count: by });
    else
      add(
        names.map(() => OTHER),
        by,
      );
  }
  return {
    add,
    samples: (): Sample[] =>
      [...counts.values()].map(({ values, count }) => ({ labels: labelled(names, values), value: count })),
  };
}

/** Upper bounds of the buckets of a duration, in seconds: a page takes a few milliseconds, a long poll up to a minute. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60] as const;

interface Durations {
  values: readonly string[];
  /** How many fell into each bucket alone; the last one is for what is beyond every bound. */
  buckets: number[];
  sum: number;
}

/** Durations in seconds, by the values of labels. */
export function createHistogram(names: readonly string[], mostSeries = MOST_SERIES) {
  const series = new Map<string, Durations>();
  function of(values: readonly string[]): Durations {
    const key = values.join('\n');
    const known = series.get(key);
    if (known) return known;
    if (series.size >= mostSeries && values.some((value) => value !== OTHER))
      return of(names.map(() => OTHER));
    const fresh = { values, buckets: Array.from({ length: BOUNDS.length + 1 }, () => 0), sum: 0 };
    series.set(key, fresh);
    return fresh;
  }
  return {
    observe(values: readonly string[], seconds: number) {
      const durations = of(values);
      const found = BOUNDS.findIndex((bound) => seconds <= bound);
      const place = found < 0 ? BOUNDS.length : found;
      durations.buckets[place] = (durations.buckets[place] ?? 0) + 1;
      durations.sum += seconds;
    },
    samples: (): Sample[] =>
      [...series.values()].flatMap(({ values, buckets, sum }) => {
        const labels = labelled(names, values);
        let count = 0;
        const upTo = buckets.map((bucket, index) => {
          count += bucket;
          const le = index < BOUNDS.length ? String(BOUNDS[index]) : '+Inf';
          return { suffix: '_bucket', labels: { ...labels, le }, value: count };
        });
        return [...upTo, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: count }];
      }),
  };
}

const labelled = (names: readonly string[], values: readonly string[]): Labels =>
  Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
