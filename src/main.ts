#!/usr/bin/env node
/**
 * The process. As the first one of a container it would not hear a signal that it has no handler for: so there is one
 * before anything else is loaded.
 */

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Nothing has been started yet that would have to be ended with grace. */
const endAtOnce = () => process.exit(0);

for (const signal of SIGNALS) process.on(signal, endAtOnce);
const { run } = await import('./run.ts');
await run(() => {
  for (const signal of SIGNALS) process.off(signal, endAtOnce);
});
