/** A real redis-server of the test’s own, and several mocks that share it, behind what stands for a load balancer. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import type { InjectOptions } from 'fastify';
import { redisServerPath } from '../../scripts/get-test-programs.mjs';
import { createMockCis2 } from '../../src/create-mock-cis2.ts';
import type { MockCis2Options } from '../../src/mock-cis2-options.ts';
import type { Reply } from '../../src/replicas/connection.ts';
import type { Injectable } from '../support/mock.ts';

export type Replica = Awaited<ReturnType<typeof createMockCis2>>;

/** A port that nobody used a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}

const ended = (server: ChildProcess) =>
  server.exitCode !== null || server.signalCode !== null
    ? Promise.resolve()
    : new Promise<void>((resolve) => server.once('exit', () => resolve()));

export interface RedisServer {
  url: string;
  /** Sends a command, beside the mocks. */
  send(...command: string[]): Promise<Reply>;
  /** Ends it as a crash does: what was not saved is lost. */
  kill(): Promise<void>;
  /** Starts it again, with what was saved. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function redisServer(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'mock-cis2-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;

  async function send(...command: string[]) {
    const client = createClient({ url, RESP: 2, socket: { reconnectStrategy: false } });
    client.on('error', () => {});
    await client.connect();
    try {
      return await client.sendCommand<Reply>(command);
    } finally {
      client.destroy();
    }
  }

  async function start() {
    const path = redisServerPath();
    if (path === undefined) throw new Error('no redis-server: run node scripts/get-test-programs.mjs');
    server = spawn(path, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder], {
      stdio: 'ignore',
    });
    const until = Date.now() + 20_000;
    while (Date.now() < until) {
      if ((await send('PING').catch(() => undefined)) === 'PONG') return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('redis-server does not answer');
  }

  async function kill() {
    server?.kill('SIGKILL');
    if (server) await ended(server);
  }

  await start();
  return {
    url,
    send,
    kill,
    start,
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A way to a Redis that can lose an answer: what was asked is done, and the connection is cut before it is told. */
export async function lossyWay(url: string) {
  let isLosing = false;
  let lost = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection(Number(new URL(url).port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.on('data', (answer) => {
      if (!isLosing) return near.write(answer);
      isLosing = false;
      lost += 1;
      return near.destroy();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return {
    url: `redis://127.0.0.1:${address.port}`,
    /** How many answers were lost. */
    lost: () => lost,
    loseNextAnswer() {
      isLosing = true;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

export async function replicasOf(
  url: string,
  count: number,
  options: MockCis2Options = {},
): Promise<Replica[]> {
  const all = Array.from({ length: count }, () =>
    createMockCis2({ logLevel: 'silent', ...options, store: url }),
  );
  return Promise.all(all);
}

/** Sends each request to the next replica. */
export function balanced(replicas: readonly Replica[]): Injectable {
  let turn = 0;
  return {
    inject(options: InjectOptions) {
      const replica = replicas[turn % replicas.length];
      turn += 1;
      if (!replica) throw new Error('no replica');
      return replica.app.inject(options);
    },
  };
}

export async function closeAll(replicas: readonly Replica[]) {
  for (const { app } of replicas) await app.close();
}

/** Asks until it is so: what another process does is not over when it answers. */
export async function eventually(is: () => Promise<boolean>, withinMilliseconds = 20_000): Promise<void> {
  const until = Date.now() + withinMilliseconds;
  while (!(await is())) {
    if (Date.now() > until) throw new Error('it did not become so');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
