/** Installs the servers that `npm run bench` measures beside ours, unless they are there: bench/ alone needs them. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const bench = new URL('../bench/', import.meta.url);
if (!existsSync(new URL('node_modules/.package-lock.json', bench))) {
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: bench,
    stdio: ['ignore', 2, 2],
  });
  process.exitCode = status ?? 1;
}
