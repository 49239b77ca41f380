/**
 * Whether memory stays flat. It is looked at in rests: nothing is under way, every environment has ended and the
 * default one is reset, so that whatever is in use beyond what was there before is kept by mistake.
 */
import type { Memory } from './replica.ts';

/** Of the rests, at the beginning: code is still being compiled, and tables grow to the size that they keep. */
const WARM_UP_SHARE = 0.25;

/**
 * What the last third of the rests may have more than the first. In use: 2 MB. Ten minutes of a busy machine have some
 * thousand log-ins between the two, each 10 kB with its journal: one in five that were kept would be more. Less would be
 * too little for what the compiler goes on noting of code that runs seldom, some 0.1 MB a rest. Of the process: 24 MB, since V8
 * keeps or gives back as it likes what it once had for the youngest objects (two semi-spaces of 16 MB).
 */
const MOST_GROWTH_BYTES = { inUse: 2_000_000, rss: 24_000_000 };

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

export interface Flatness {
  /** A table of it. */
  shown: string;
  /** What grew, if anything. */
  faults: string[];
}

export function flatness(rests: readonly Memory[]): Flatness {
  const warm = rests.slice(Math.ceil(rests.length * WARM_UP_SHARE));
  const third = Math.max(1, Math.floor(warm.length / 3));
  const rows = (['inUse', 'rss'] as const).map((name) => {
    const values = warm.map((memory) => memory[name]);
    const [first, last] = [median(values.slice(0, third)), median(values.slice(-third))];
    const what = name === 'inUse' ? 'in use after collection' : 'resident';
    const isGrown = last - first > MOST_GROWTH_BYTES[name];
    const row = `| ${what} | ${rests.map((memory) => (memory[name] / 1e6).toFixed(1)).join(' ')} | ${megabytes(first)} | ${megabytes(last)} | ${megabytes(MOST_GROWTH_BYTES[name])} |`;
    return {
      row,
      fault: isGrown ? [`memory ${what} grew from ${megabytes(first)} to ${megabytes(last)}`] : [],
    };
  });
  const head =
    '| memory | at each rest, in MB | first third once warm | last third | may grow by |\n| --- | --- | --- | --- | --- |';
  return {
    shown: `${head}\n${rows.map(({ row }) => row).join('\n')}\n`,
    faults: rows.flatMap(({ fault }) => fault),
  };
}
