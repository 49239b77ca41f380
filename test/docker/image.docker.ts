/** The image by itself: what is in it, and how it starts, stays and stops. */
import { readFileSync } from 'node:fs';
import { connectMockCis2 } from 'mock-cis2';
import { afterAll, afterEach, expect, test } from 'vitest';
import { HARDENED, removeContainers, runMock, untilAnswering, untilHealthy } from './containers.ts';
import { docker, freePort, IMAGE, ROOT, tryDocker } from './engine.ts';

const ours = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));

/** The packages that are there for development alone. */
const development = Object.entries<{ dev?: boolean }>(
  JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')).packages,
).flatMap(([path, { dev }]) => (dev ? [path] : []));

/** Names of measured times and sizes, printed at the end. */
const figures: Record<string, string> = {};

async function timed<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
  const before = performance.now();
  const value = await work();
  figures[name] = `${((performance.now() - before) / 1000).toFixed(2)} s`;
  return value;
}

afterEach(removeContainers);
afterAll(() => {
  for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name}: ${value}\n`);
});

test('the image says what it is, runs as nobody special, and listens where it can be reached', async () => {
  const config = JSON.parse(await docker('image', 'inspect', IMAGE, '--format', '{{json .Config}}'));
  expect(config.Labels).toMatchObject({
    'org.opencontainers.image.title': ours.name,
    'org.opencontainers.image.description': ours.description,
    'org.opencontainers.image.licenses': ours.license,
    'org.opencontainers.image.version': ours.version,
    'org.opencontainers.image.revision': expect.any(String),
    'org.opencontainers.image.source': expect.any(String),
  });
  expect(config).toMatchObject({
    User: '1000:1000',
    ExposedPorts: { '8585/tcp': {} },
    Env: expect.arrayContaining(['HOST=0.0.0.0']),
    Entrypoint: ['node', 'dist/main.js'],
  });
});

test('it holds what runs and nothing else: no development dependency, no source, no cache of npm', async () => {
  expect(development.length).toBeGreaterThan(50);
  const list =
    "find /app /app/node_modules /root/.npm /home/node/.npm -maxdepth 1 -printf '%p\\n' 2>/dev/null";
  const paths = (
    await docker('run', '--rm', '--user', '0', '--entrypoint', 'sh', IMAGE, '-c', `${list}; true`)
  ).split('\n');
  const inApp = paths.filter((path) => /^\/app\/[^/]+$/.test(path)).map((path) => path.slice('/app/'.length));
  expect([...new Set(inApp)].toSorted()).toEqual([
    '.mock-cis2',
    'LICENSE',
    'dist',
    'fixtures',
    'node_modules',
    'package.json',
    'scripts',
    'views',
  ]);
  expect(paths).toContain('/app/node_modules/jose');
  expect(paths.filter((path) => development.includes(path.slice('/app/'.length)))).toEqual([]);
  expect(paths.filter((path) => path.endsWith('/.npm'))).toEqual([]);
});

test('on a read-only file system, without capabilities, it is healthy soon and logs people in', async () => {
  const mock = await timed('docker run to the first answer', async () => {
    const started = await runMock(...HARDENED);
    await untilAnswering(started);
    return started;
  });
  await timed('and from there to healthy', () => untilHealthy(mock.id));
  const cis2 = await connectMockCis2(mock.origin);
  expect(await cis2.logIn({ persona: 'alex.bound@nhs.net' })).toMatchObject({ outcome: 'authenticated' });
  figures['memory in the container'] = await docker(
    'stats',
    '--no-stream',
    '--format',
    '{{.MemUsage}}',
    mock.id,
  );
  await expect(docker('exec', mock.id, 'touch', '/app/anything')).rejects.toThrow(/[Rr]ead-only file system/);
});

test('docker stop ends it at once, and as a success', async () => {
  const mock = await runMock();
  await untilAnswering(mock);
  const before = performance.now();
  await timed('docker stop', () => docker('stop', '--time', '60', mock.id));
  expect(performance.now() - before).toBeLessThan(10_000);
  expect(await docker('inspect', mock.id, '--format', '{{.State.ExitCode}}')).toBe('0');
});

test('the health check finds the mock at another port, and says what it found', async () => {
  const { id } = await runMock('--env', 'PORT=9000');
  await untilHealthy(id);
  const health = JSON.parse(await docker('inspect', id, '--format', '{{json .State.Health.Log}}'));
  expect(health.at(-1)).toMatchObject({ ExitCode: 0, Output: '/health/live answers with 200\n' });
});

test('with TLS=auto it is healthy, and a volume keeps its authority, of whose certificate it sends a copy', async () => {
  const volume = `mock-cis2-test-tls-${process.pid}`;
  const keep = ['--volume', `${volume}:/app/.mock-cis2`, '--env', 'TLS=auto', '--env', 'HTTP_PORT=8080'];
  const authorities: string[] = [];
  try {
    for (let start = 0; start < 2; start++) {
      const port = await freePort();
      const { id } = await runMock(...HARDENED, ...keep, '--publish', `127.0.0.1:${port}:8080`);
      await untilHealthy(id);
      const sent = await (await fetch(`http://localhost:${port}/_mock/ca.pem`)).text();
      const kept = await docker('exec', id, 'cat', '/app/.mock-cis2/ca.pem');
      expect(kept).toBe(sent.trim());
      authorities.push(sent);
      await removeContainers();
    }
  } finally {
    await removeContainers();
    await tryDocker('volume', 'rm', volume);
  }
  expect(authorities[0]).toContain('BEGIN CERTIFICATE');
  expect(authorities[1]).toBe(authorities[0]);
});

test('where HTTPS is all that there is, the health check asks by HTTPS', async () => {
  const { id } = await runMock('--env', 'TLS=auto');
  await untilHealthy(id);
});

test('keys that are kept in a volume outlive the container', async () => {
  const volume = `mock-cis2-test-${process.pid}`;
  const keep = ['--volume', `${volume}:/app/.mock-cis2`, '--env', 'SIGNING_KEYS=.mock-cis2/keys.json'];
  try {
    const kids: string[] = [];
    for (let start = 0; start < 2; start++) {
      const mock = await runMock(...HARDENED, ...keep);
      await untilAnswering(mock);
      const cis2 = await connectMockCis2(mock.origin);
      kids.push(...(await cis2.keys.list()).map(({ kid }) => kid));
      await removeContainers();
    }
    expect(new Set(kids).size).toBe(1);
    expect(kids).toHaveLength(2);
  } finally {
    await removeContainers();
    await tryDocker('volume', 'rm', volume);
  }
});

test('a command may follow the name of the image: --help tells, check lists what is wrong and ends with 1', async () => {
  expect(await docker('run', '--rm', IMAGE, '--help')).toContain('Usage: mock-cis2 [command]');
  expect(await docker('run', '--rm', IMAGE, 'check')).toBe('The configuration is in order.');
  const said = await tryDocker('run', '--rm', '--env', 'PORT=x', '--env', 'LOG_LEVEL=y', IMAGE, 'check');
  expect(said.code).toBe(1);
  expect(said.err).toMatch(/PORT: found "x"[\s\S]*LOG_LEVEL: found "y"/);
});
