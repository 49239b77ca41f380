/**
 * What a log-in costs, beside other providers and beside the least that it can cost. `npm run bench`;
 * `npm run bench -- --quick` for a short run, `--json` for the figures alone. bench/README.md tells how to read it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from './comparison.ts';
import { byEnvironments, byPeople, bySessions } from './growth.ts';
import { asJson, asText } from './report.ts';
import { takeCores } from './server-process.ts';
import { FULL, QUICK } from './sizes.ts';

const options = process.argv.slice(2);
const unknown = options.filter((option) => !['--quick', '--json'].includes(option));
if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(' ')}. There are --quick and --json.`);
if (process.platform !== 'linux')
  throw new Error('it reads CPU time and memory in /proc, which Linux alone has');

const sizes = options.includes('--quick') ? QUICK : FULL;
const tell = (what: string) => process.stderr.write(`${what} …\n`);

function machine(): string {
  const [{ model = 'unknown' } = {}] = cpus();
  const [oneMinute] = readFileSync('/proc/loadavg', 'utf8').split(' ');
  return `Node ${process.version}, ${cpus().length} × ${model}, load ${oneMinute} before; ${takeCores()}; ${new Date().toISOString().slice(0, 10)}.`;
}

const folder = mkdtempSync(join(tmpdir(), 'mock-cis2-bench-'));
try {
  const described = machine();
  const figures = await compare(sizes, folder, tell);
  tell('more sessions');
  const sessions = await bySessions(sizes, folder);
  tell('more people');
  const people = await byPeople(sizes, folder);
  tell('more environments');
  const environments = await byEnvironments(sizes, folder);
  const growth = [...sessions, ...people, ...environments];
  const report = { machine: described, sizes, figures, growth };
  process.stdout.write(options.includes('--json') ? asJson(report) : asText(report));
} finally {
  rmSync(folder, { recursive: true });
}
