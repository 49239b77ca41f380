/**
 * Runs mocks for a given time, with log-ins of all kinds at once while processes end and start again, and checks what
 * must always be true. `npm run soak -- --minutes 10 [--seed 1] [--workers 6] [--redis redis://…]`. Exit code 1 where
 * anything broke. docs/soak.md says what is done and checked, and has a result.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ACTIVITIES, type Activity, type Stage } from './activities.ts';
import { flatness } from './flat.ts';
import { type CatalogueScenario, CLIENT, keySetAt, type Place, REDIRECT_URI } from './log-in.ts';
import { startLogoutReceiver } from './logout-receiver.ts';
import { readOptions } from './options.ts';
import { createRandom, type Random } from './random.ts';
import { createReplica, type Memory, type Replica } from './replica.ts';
import { createTally } from './tally.ts';
import { ask, Broken, Dropped, Interrupted, livesOf, type Target } from './target.ts';

const options = readOptions(process.argv.slice(2));

/** Memory is looked at in each rest: twice a minute, in a short run more often. */
const RESTS = Math.max(6, Math.round(options.minutes * 2));

const folder = mkdtempSync(join(tmpdir(), 'mock-cis2-soak-'));
const tally = createTally();
const receiver = await startLogoutReceiver();
process.stdout.write(`Soaking for ${options.minutes} minutes with --seed ${options.seed}.\n`);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The default fixtures, and a client of ours that is told of sessions that end. */
function writeFixtures(): string {
  const path = join(folder, 'fixtures.json');
  const client = {
    ...CLIENT,
    client_name: 'Soak',
    token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
    default_acr_values: ['AAL2_OR_AAL3_ANY'],
    backchannel_logout_uri: receiver.uri,
  };
  writeFileSync(path, JSON.stringify({ extends: 'default', clients: [client] }));
  return path;
}

const fixtures = writeFixtures();
const ports = [await freePort(), await freePort()] as const;

/** The one that stays shows whether memory does; the other one is ended again and again. */
const [lasting, mortal] = ports.map((port, index) => {
  const name = index === 0 ? 'the lasting process' : 'the mortal process';
  const variables = {
    FIXTURES: fixtures,
    LOG_LEVEL: 'info',
    // Replicas have one name and one set of keys between them; mocks apart have each their own.
    PUBLIC_ORIGIN: `http://localhost:${options.redis === undefined ? port : ports[0]}`,
    ...(options.redis === undefined
      ? { SIGNING_KEYS: join(folder, `keys-${index}.json`) }
      : { STORE: options.redis }),
  };
  return createReplica({ name, port, variables, onFault: tally.broke });
}) as [Replica, Replica];

const targets: readonly Target[] =
  options.redis === undefined
    ? [lasting, mortal].map((replica, index) => ({
        name: replica.name,
        publicOrigin: `http://localhost:${ports[index]}`,
        replicas: [replica],
        isForgetful: true,
      }))
    : [
        {
          name: 'both replicas',
          publicOrigin: `http://localhost:${ports[0]}`,
          replicas: [lasting, mortal],
          isForgetful: false,
        },
      ];

function choose(random: Random): (typeof ACTIVITIES)[number] {
  const total = ACTIVITIES.reduce((sum, [, weight]) => sum + weight, 0);
  let left = random.next() * total;
  for (const each of ACTIVITIES) {
    left -= each[1];
    if (left < 0) return each;
  }
  return random.pick(ACTIVITIES);
}

/** Does it once; what broke is told, unless its process was ended meanwhile and took it along. */
async function once(name: string, activity: Activity, place: Place, stage: Stage) {
  const lives = livesOf(place.target);
  try {
    await activity(place, stage);
    tally.count('what was done', name);
  } catch (error) {
    if (error instanceof Dropped) return tally.count('what was done', name);
    const isOtherLife = livesOf(place.target) !== lives;
    const mayHaveGone = isOtherLife && (place.target.isForgetful || !(error instanceof Broken));
    if (error instanceof Interrupted || mayHaveGone)
      return tally.count('what was done', 'interrupted by a restart');
    tally.broke(
      `${name}: ${error instanceof Broken ? error.message : error instanceof Error ? error.stack : error}`,
    );
  }
}

let isResting = false;
let isOver = false;

async function work(seed: number, stage: Stage) {
  const random = createRandom(seed);
  while (!isResting && !isOver) {
    const target = random.pick(targets);
    if (!target.replicas.some(({ isUp }) => isUp)) {
      await wait(20);
      continue;
    }
    const [name, , activity] = choose(random);
    await once(name, activity, { target, prefix: '', random }, stage);
  }
}

/** Ends the mortal process at a random moment and starts it again; its keys are as before. */
async function restart(random: Random) {
  const place = { target: targets.at(-1) as Target, prefix: '', random };
  const kids = async () => {
    const { keys } = await keySetAt(place);
    return keys.flatMap(({ kid, use }) => (use === 'sig' ? [kid] : [])).join();
  };
  const before = await kids();
  const signal = random.pick(['SIGTERM', 'SIGKILL'] as const);
  await mortal.end(signal);
  await wait(random.next() * 1000);
  await mortal.start();
  tally.count('restarts', signal);
  const after = await kids();
  if (after !== before) tally.broke(`the keys were ${before} before a restart and are ${after}`);
}

/** Nothing of what was done is left: so much memory is in use then. */
async function rest(random: Random): Promise<Memory> {
  for (const target of targets) await ask(target, random, '/_mock/reset', { method: 'POST' });
  return lasting.memory();
}

async function run() {
  const random = createRandom(options.seed);
  await Promise.all([lasting.start(), mortal.start()]);
  const { text } = await ask(targets[0] as Target, random, '/_mock/scenarios/catalogue');
  const stage: Stage = {
    catalogue: JSON.parse(text) as CatalogueScenario[],
    receiver,
    count: (what, name) => tally.count(what === 'outcome' ? 'log-ins by outcome' : 'scenarios', name),
  };
  const rests: Memory[] = [];
  const roundMilliseconds = (options.minutes * 60_000) / RESTS;
  const began = performance.now();
  for (let round = 0; round < RESTS; round++) {
    isResting = false;
    const workers = Array.from({ length: options.workers }, (_, index) =>
      work(options.seed + 1000 * round + index + 1, stage),
    );
    const half = roundMilliseconds / 2;
    await wait(half * random.next());
    await restart(random);
    await wait(Math.max(0, began + roundMilliseconds * (round + 1) - performance.now()));
    isResting = true;
    await Promise.all(workers);
    rests.push(await rest(random));
    const { inUse, rss } = rests.at(-1) as Memory;
    process.stdout.write(
      `rest ${round + 1} of ${RESTS}: ${(inUse / 1e6).toFixed(1)} MB in use, ${(rss / 1e6).toFixed(1)} MB resident, ${tally.faults} broke\n`,
    );
  }
  const { shown, faults } = flatness(rests);
  for (const fault of faults) tally.broke(fault);
  return shown;
}

try {
  const memory = await run();
  process.stdout.write(`\n${memory}\n${tally.print()}`);
  process.exitCode = tally.faults === 0 ? 0 : 1;
} catch (error) {
  process.stdout.write(
    `${tally.print()}\nThe soak ended early: ${error instanceof Error ? error.stack : error}\n`,
  );
  process.exitCode = 1;
} finally {
  isOver = true;
  await Promise.all([lasting.end('SIGTERM'), mortal.end('SIGTERM')]);
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
}
