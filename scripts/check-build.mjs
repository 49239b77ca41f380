/** Checks what was built, as a start would, and is silent where all is well: the first words of a start are its own. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const { status } = spawnSync(process.execPath, [main, 'check'], { stdio: ['ignore', 'ignore', 'inherit'] });
process.exitCode = status ?? 1;
