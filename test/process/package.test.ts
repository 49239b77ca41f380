/** The package as it is published: what is in it, and that it runs where it is installed. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REALM } from '../support/mock.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Largest package, in bytes, as it is downloaded. */
const MOST_BYTES = 1_200_000;

interface Packed {
  filename: string;
  size: number;
  files: { path: string; size: number }[];
}

const folder = mkdtempSync(join(tmpdir(), 'mock-cis2-package-'));
let packed: Packed;
let program: string;
let running: ChildProcess | undefined;

/** The folders that npm would put beside the package: its dependencies and theirs, and not what it is made with. */
function dependencies(): string[] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: true }>;
  };
  const names = Object.entries(packages).filter(([, { dev }]) => !dev);
  return names.flatMap(([path]) => /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1] ?? []);
}

/** Puts what the project has installed beside the package. */
function link(name: string) {
  const place = join(folder, 'node_modules', name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules', name), place);
}

/** An application’s folder with the package in it as npm puts it there, and with its dependencies. */
beforeAll(() => {
  const told = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--offline', '--pack-destination', folder],
    { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  [packed] = JSON.parse(told) as [Packed];
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', modules]);
  execFileSync('mv', [join(modules, 'package'), join(modules, 'mock-cis2')]);
  for (const name of dependencies()) link(name);
  program = join(modules, '.bin', 'mock-cis2');
  symlinkSync('../mock-cis2/dist/main.js', program);
  execFileSync('chmod', ['+x', join(modules, 'mock-cis2/dist/main.js')]);
});

afterAll(() => {
  running?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

test('it holds just what runs', () => {
  const paths = packed.files.map(({ path }) => path);
  const allowed =
    /^(?:package\.json|README\.md|LICENSE|dist\/.*\.(?:js|d\.ts)|dist\/THIRD-PARTY-LICENSES|dist\/assets\/.*|views\/.*\.eta|fixtures\/(?:default|fixtures\.schema)\.json)$/;

  expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
  expect(
    paths.filter((path) =>
      /\.map$|tsbuildinfo|\.test\.|(?:^|\/)(?:src|test|bench|node_modules)\//.test(path),
    ),
  ).toEqual([]);
  for (const path of [
    'dist/main.js',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/assets/mock-cis2.css',
    'views/start.eta',
  ])
    expect(paths).toContain(path);
  expect(packed.size).toBeLessThan(MOST_BYTES);
});

/** The modules that the package’s two faces lead to, themselves among them. */
function modulesInUse(): Set<string> {
  const found = new Set(['dist/main.js', 'dist/index.js']);
  for (const path of found) {
    const text = readFileSync(join(ROOT, path), 'utf8');
    for (const [, to = ''] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g))
      found.add(join(dirname(path), to));
  }
  return found;
}

test('what nothing leads to any more is not in it either', () => {
  const built = packed.files
    .map(({ path }) => path)
    .filter((path) => /^dist\/(?!assets\/).*\.js$/.test(path));
  expect(new Set(built)).toEqual(modulesInUse());
  expect(built.length).toBeGreaterThan(5);
});

test('whose code is built into it has its licence there', () => {
  const installed = join(folder, 'node_modules/mock-cis2/dist');
  const licences = readFileSync(join(installed, 'THIRD-PARTY-LICENSES'), 'utf8');
  const text = [...modulesInUse()].map((path) => readFileSync(join(ROOT, path), 'utf8')).join('\n');
  const names = [...text.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)].map(([, name]) => name);
  expect(names).toContain('fastify');
  for (const name of new Set(names)) expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+`, 'm'));
  expect(licences).toContain('Copyright (c) 2016-present The Fastify team');
  // It has no file with its licence.
  const [, nhsuk = ''] = licences.split(/^nhsuk-frontend /m);
  expect(nhsuk.split('-----')[0]).toContain('Permission is hereby granted');
});

test('its program tells its version, starts, and answers', async () => {
  const { PATH = '' } = process.env;
  const version = execFileSync(program, ['--version'], { env: { PATH }, encoding: 'utf8' });
  expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);

  running = spawn(program, [], { env: { PATH, PORT: '0' }, cwd: folder });
  const [line] = await once(running.stdout ?? process.stdin, 'data');
  const url = /Open (\S+)/.exec(String(line))?.[1] ?? '';
  const discovery = await fetch(new URL(`${REALM}/.well-known/openid-configuration`, url));

  expect(await discovery.json()).toMatchObject({ issuer: `${url.slice(0, -1)}${REALM}` });
  expect((await fetch(new URL('/assets/mock-cis2.css', url))).status).toBe(200);
});

test('its library is found by name', () => {
  const told = execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      "import { startMockCis2 } from 'mock-cis2'; console.log(typeof startMockCis2)",
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  expect(told).toBe('function\n');
});

/**
 * How checking the types of a program ends in the application’s folder, which has the types of Node besides. Without
 * those of browsers, which take longer to check than all the rest.
 */
function checkTypes(application: string) {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const wanted = '--noEmit --strict --skipLibCheck false --module nodenext --lib es2023 --types node';
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, ...wanted.split(' '), application], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, told: stdout + stderr };
}

/** Longest that checking types may take, in milliseconds: those of TypeBox alone are half a minute on a busy machine. */
const MOST_CHECKING = 240_000;

test('its types need no package but its dependencies', { timeout: MOST_CHECKING }, () => {
  link('@types/node');
  copyFileSync(new URL('typed-application.ts', import.meta.url), join(folder, 'typed-application.mts'));
  // Neither the folder nor one above it has what the types are not to need.
  expect(() => createRequire(join(folder, 'any.js')).resolve('fastify')).toThrow('Cannot find module');
  expect(checkTypes('typed-application.mts')).toEqual({ status: 0, told: '' });
});
