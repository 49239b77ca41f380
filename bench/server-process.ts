/** A server in a process of its own, kept on one core: started, looked at from outside, ended. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';
import type { Contender } from './contenders.ts';

/** The core of the server that is measured, and that of whoever sends the requests. */
const SERVER_CORE = '0';
const LOAD_CORE = '1';

/** How long a server may take until it answers. */
const STARTS_WITHIN_MILLISECONDS = 30_000;

export interface Endpoints {
  authorize: string;
  token: string;
  userInfo: string;
  jwks: string;
}

export interface RunningServer {
  contender: Contender;
  origin: string;
  /** Paths below the origin. */
  endpoints: Endpoints;
  /** From the start of the process to the first whole discovery document. */
  startedInMilliseconds: number;
  /** What the process had used until then. */
  startedByCpuMicroseconds: number;
  /** What the process has used of any core so far, its threads too; counted in steps of 10 ms. */
  cpuMicroseconds(): number;
  /** Resident memory in bytes. */
  residentBytes(): number;
  stop(): Promise<void>;
}

/** Whether there is taskset, and both cores are ours to use. */
const isPinned = [SERVER_CORE, LOAD_CORE].every(
  (core) => spawnSync('taskset', ['-c', core, 'true']).status === 0,
);

/** Keeps this process on the core of the load. Says in words whether servers have a core of their own. */
export function takeCores(): string {
  if (!isPinned)
    return 'any core for all, since there is no other or no taskset: CPU times say more than rates';
  // A thread may end while the others are told: that is no failure.
  spawnSync('taskset', ['-acp', LOAD_CORE, String(process.pid)]);
  return `server on core ${SERVER_CORE}, load on core ${LOAD_CORE}`;
}

/** Below those that the system gives to whoever connects, so that nobody takes it before the server does. */
async function freePort(): Promise<number> {
  const server = createServer().listen(20_000 + Math.floor(Math.random() * 12_000), '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || !address) throw new Error('the system gave no port');
  return address.port;
}

const logOf = (port: number, folder: string): string => join(folder, `${port}.log`);

function spawnPinned(contender: Contender, port: number, folder: string): ChildProcess {
  const output = openSync(logOf(port, folder), 'w');
  const command = [process.execPath, ...contender.argumentsFor(port)];
  const [program = '', ...rest] = isPinned ? ['taskset', '-c', SERVER_CORE, ...command] : command;
  // Nothing of this shell: settings of the user would be measured instead of the default ones.
  const variables = { PATH: process.env['PATH'], PORT: String(port), ...contender.variables };
  const server = spawn(program, rest, { stdio: ['ignore', output, output], env: variables });
  closeSync(output);
  return server;
}

/** The first discovery document, asked for until it comes. */
async function firstDiscovery(
  url: string,
  server: ChildProcess,
  log: string,
): Promise<Record<string, string>> {
  const giveUpAt = performance.now() + STARTS_WITHIN_MILLISECONDS;
  while (performance.now() < giveUpAt && server.exitCode === null) {
    try {
      const { statusCode, body } = await request(url);
      const document = await body.json();
      if (statusCode === 200) return document as Record<string, string>;
    } catch {
      // It does not listen yet.
    }
    await wait(2);
  }
  throw new Error(`${server.spawnargs.join(' ')} gave no discovery document at ${url}: ${readFileSync(log)}`);
}

const pathOf = (url: string | undefined): string => new URL(String(url)).pathname;

/** Clock ticks of user and system time, fields 14 and 15 of /proc/PID/stat (proc(5)). */
function ticksOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Linux counts in hundredths of a second wherever Node runs (USER_HZ). */
const MICROSECONDS_PER_TICK = 10_000;

function residentBytesOf(pid: number): number {
  const [, kB] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kB) * 1024;
}

/** `folder`: where the server’s output goes, a file of its own as it would be in use. */
export async function startServer(contender: Contender, folder: string): Promise<RunningServer> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const began = performance.now();
  const server = spawnPinned(contender, port, folder);
  const document = await firstDiscovery(`${origin}${contender.discoveryPath}`, server, logOf(port, folder));
  const startedInMilliseconds = performance.now() - began;
  const { pid } = server;
  if (pid === undefined) throw new Error('the process has no id');
  const startedByCpuMicroseconds = ticksOf(pid) * MICROSECONDS_PER_TICK;
  return {
    contender,
    origin,
    endpoints: {
      authorize: pathOf(document['authorization_endpoint']),
      token: pathOf(document['token_endpoint']),
      userInfo: pathOf(document['userinfo_endpoint']),
      jwks: pathOf(document['jwks_uri']),
    },
    startedInMilliseconds,
    startedByCpuMicroseconds,
    cpuMicroseconds: () => ticksOf(pid) * MICROSECONDS_PER_TICK,
    residentBytes: () => residentBytesOf(pid),
    async stop() {
      if (server.exitCode !== null) return;
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
  };
}
