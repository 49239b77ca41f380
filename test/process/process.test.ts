/** The built program as people run it: `npm test` builds it first. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { REALM } from '../support/mock.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

function run(variables: Record<string, string>, ...args: string[]) {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH, ...variables } });
  running.add(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (data) => (said.out += data));
  child.stderr.on('data', (data) => (said.err += data));
  return { child, said };
}

/** Waits for the line that says where to open it. */
async function opened({ child, said }: ReturnType<typeof run>): Promise<string> {
  while (!said.out.includes('Open ')) await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  return /Open (\S+)/.exec(said.out)?.[1] ?? '';
}

async function ended({ child }: ReturnType<typeof run>): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

describe('the process', () => {
  test('prints the URL to open first, answers there, and ends cleanly when told to', async () => {
    const started = run({ PORT: '0' });
    const url = await opened(started);
    expect(started.said.out.split('\n')[0]).toMatch(
      /^Mock CIS2 Authentication is running\. Open http:\/\/localhost:\d+\/$/,
    );
    expect((await fetch(url)).status).toBe(200);
    const discovery = await fetch(new URL(`${REALM}/.well-known/openid-configuration`, url));
    expect(await discovery.json()).toMatchObject({ issuer: `${url.slice(0, -1)}${REALM}` });
    started.child.kill('SIGTERM');
    expect(await ended(started)).toBe(0);
  });

  test('with TLS=auto, prints an https URL first, and then which authority to trust', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mock-cis2-process-'));
    const started = run({ PORT: '0', TLS: 'auto', TLS_FOLDER: folder });
    expect(await opened(started)).toMatch(/^https:\/\/localhost:\d+\/$/);
    expect(started.said.out.split('\n')[1]).toContain(join(folder, 'ca.pem'));
    started.child.kill('SIGTERM');
    expect(await ended(started)).toBe(0);
    const checked = run({ TLS: 'auto', TLS_FOLDER: folder }, 'check');
    expect(await ended(checked)).toBe(0);
    writeFileSync(join(folder, 'server.pem'), 'damaged');
    const damaged = run({ TLS: 'auto', TLS_FOLDER: folder }, 'check');
    expect(await ended(damaged)).toBe(1);
    expect(damaged.said.err).toContain(`TLS ${join(folder, 'server.pem')}: found `);
    rmSync(folder, { recursive: true });
  });

  test('ends cleanly though somebody holds a connection and asks for nothing', async () => {
    const started = run({ PORT: '0' });
    const { port } = new URL(await opened(started));
    const silent = connect(Number(port), '127.0.0.1').on('error', () => {});
    await once(silent, 'connect');
    started.child.kill('SIGTERM');
    expect(await ended(started)).toBe(0);
    silent.destroy();
  });

  test('writes its log as JSON lines, each with what happened in words', async () => {
    const started = run({ PORT: '0' });
    const url = await opened(started);
    await fetch(new URL('/nowhere', url));
    while (started.said.out.trim().split('\n').length < 2) await once(started.child.stdout, 'data');
    const line = JSON.parse(started.said.out.trim().split('\n')[1] ?? '');
    expect(line).toMatchObject({ level: 30, kind: 'refused', msg: expect.stringContaining('/nowhere') });
  });

  test('ends with its log whole, though lines are written together', async () => {
    const started = run({ PORT: '0' });
    const url = await opened(started);
    const paths = Array.from({ length: 20 }, (_, index) => `/nowhere-${index}`);
    for (const path of paths) await fetch(new URL(path, url));
    started.child.kill('SIGTERM');
    await once(started.child, 'close');
    const lines = started.said.out.trim().split('\n').slice(1);
    const refused = lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'refused');
    expect(refused.map(({ msg }) => /\/nowhere-\d+/.exec(msg)?.[0])).toEqual(paths);
  });

  test('does not start on a wrong variable: exit code 1, every fault listed', async () => {
    const started = run({ PORT: 'x', LOG_LEVEL: 'y' });
    expect(await ended(started)).toBe(1);
    expect(started.said.err).toMatch(/PORT: found "x"[\s\S]*LOG_LEVEL: found "y"/);
  });

  test('does not start on fixtures that are not there', async () => {
    const started = run({ PORT: '0', FIXTURES: '/nowhere.json' });
    expect(await ended(started)).toBe(1);
    expect(started.said.err).toContain('FIXTURES: found /nowhere.json, which is not there');
  });

  test('says which port is taken, and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const started = run({ PORT: String(port) });
    expect(await ended(started)).toBe(1);
    expect(started.said.err).toMatch(new RegExp(`${port}.*set PORT to another one`));
    other.close();
  });

  test('check finds the configuration in order, or lists its faults, without starting', async () => {
    const good = run({}, 'check');
    expect([await ended(good), good.said.out]).toEqual([0, 'The configuration is in order.\n']);
    const bad = run({ PUBLIC_ORIGIN: 'nonsense' }, 'check');
    expect(await ended(bad)).toBe(1);
  });

  test('an unknown command is refused with those that there are', async () => {
    const started = run({}, 'serve');
    expect(await ended(started)).toBe(1);
    expect(started.said.err).toContain('command: found serve; allowed: start, check');
  });
});
