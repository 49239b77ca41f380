/**
 * Fifty environments at once, each with keys and a scenario of its own, several log-ins in each at once: how long it
 * takes, and how many of them are wrong. Run by `npm run bench:parallel`; `-- 100 5` for 100 environments, 5 log-ins each.
 */
import { startMockCis2 } from '../src/index.ts';
import { runInParallel } from '../test/environments/parallel.ts';

const [environments = 50, logInsEach = 10] = process.argv.slice(2).map(Number);
const cis2 = await startMockCis2({ port: 0, logLevel: 'silent' });
const { wrong, seconds, ...run } = await runInParallel(cis2, { environments, logInsEach });
await cis2.close();
for (const line of wrong) process.stdout.write(`wrong: ${line}\n`);
process.stdout.write(
  `| environments | log-ins | wrong | seconds | log-ins a second |
| --- | --- | --- | --- | --- |
| ${run.environments} | ${run.logIns} | ${wrong.length} | ${seconds.toFixed(1)} | ${Math.round(run.logIns / seconds)} |\n`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
