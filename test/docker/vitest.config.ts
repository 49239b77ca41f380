/** `npm run test:docker`: outside the ordinary suite, since it needs a Docker engine and the network. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/docker/*.docker.ts'],
    globalSetup: ['test/docker/images.ts'],
    // One engine, whose times are measured.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
