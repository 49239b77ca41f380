import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'examples/*.test.ts'],
    // Threads start faster than processes; no test depends on what is global to a process.
    pool: 'threads',
    maxWorkers: 2,
    // Files share what they import: a third less time, and no test leaves anything behind in a module.
    isolate: false,
    // Patient throughout: a busy machine may stand still for seconds, and waiting costs nothing where all is well.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
