/**
 * Fifty environments at once, each with keys and a scenario of its own, several log-ins in each at once: how long it
 * takes, and how many of them are wrong. Run by `npm run bench:parallel`; `-- 100 5` for 100 environments, 5 log-ins each.
 */
import type { AddressInfo } from 'node:net';
import { createMockCis2 } from '../src/create-mock-cis2.ts';
import { runInParallel } from '../test/environments/parallel.ts';

const [environments = 50, logInsEach = 10] = process.argv.slice(2).map(Number);
const { app, environment, origin } = await createMockCis2({ logLevel: 'silent' });
await app.listen({ port: 0, host: '127.0.0.1' });
// No name that has to be looked up: look-ups would wait for the threads that make the keys.
origin.public = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
const cis2 = { url: `${origin.public}/`, issuer: environment.issuer };
const { wrong, seconds, ...run } = await runInParallel(cis2, { environments, logInsEach });
await app.close();
for (const line of wrong) process.stdout.write(`wrong: ${line}\n`);
process.stdout.write(
  `| environments | log-ins | wrong | seconds | log-ins a second |
| --- | --- | --- | --- | --- |
| ${run.environments} | ${run.logIns} | ${wrong.length} | ${seconds.toFixed(1)} | ${Math.round(run.logIns / seconds)} |\n`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
