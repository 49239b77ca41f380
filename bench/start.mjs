/**
 * How long a test waits for a mock: the import once, then `startMockCis2()` to the object in hand, ten times. Run it by
 * `npm run bench:start`, which takes what is built.
 */
const RUNS = 10;

const importing = performance.now();
const { startMockCis2 } = await import('mock-cis2');
const imported = performance.now() - importing;

/** @type {number[]} */
const times = [];
for (let run = 0; run < RUNS; run++) {
  const before = performance.now();
  const cis2 = await startMockCis2({ logLevel: 'silent' });
  times.push(performance.now() - before);
  // Its key is made in the background: the next start is not to compete with that.
  await cis2.keys.list();
  await cis2.close();
}
const [first = 0] = times;
const [fastest = 0, ...slower] = times.toSorted((a, b) => a - b);
const median = slower[RUNS / 2 - 1] ?? 0;

/** @param {number} milliseconds */
const shown = (milliseconds) => `${milliseconds.toFixed(1)} ms`;
process.stdout.write(
  `import ${shown(imported)}; of ${RUNS} starts the first ${shown(first)}, the median ${shown(median)}, the fastest ${shown(fastest)}\n`,
);
