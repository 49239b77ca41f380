/** What the program is asked to do on its command line, and what it is configured by. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { NAMES } from '../../src/settings/variables.ts';
import { VARIABLES_HELP } from '../../src/settings/variables-help.ts';

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'mock-cis2-command-line-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(args: readonly string[], variables: Record<string, string> = {}) {
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [file('dist/main.js'), ...args], {
    env: { PATH, ...variables },
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { status, stdout, stderr };
}

function fixtures(name: string, content: object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

describe('the environment variables', () => {
  test('that are read are those that are explained', () => {
    expect(Object.keys(VARIABLES_HELP).sort()).toEqual([...NAMES].sort());
  });

  test('are documented in the words of --help', () => {
    const [, table = ''] = readFileSync(file('docs/configuration.md'), 'utf8').split('| Variable |', 2);
    const rows = (table.split('\n\n', 1)[0] ?? '').split('\n').slice(2);

    expect(rows).toEqual(
      Object.entries(VARIABLES_HELP).map(
        ([name, { default: value, meaning }]) => `| \`${name}\` | ${value} | ${meaning} |`,
      ),
    );
  });
});

test.each(['--help', '-h', 'help'])('%s tells the commands and every variable with its default', (word) => {
  const { status, stdout, stderr } = run([word], { PORT: 'not even read' });

  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Usage: mock-cis2 \[command\]$/m);
  for (const command of ['start', 'check', 'help', 'version'])
    expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  for (const name of NAMES) expect(stdout).toMatch(new RegExp(`^  ${name} [\\s\\S]*?Default: `, 'm'));
  expect(stdout).not.toMatch(/[`[\]]\(|`/);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
});

test.each(['--version', '-v', 'version'])('%s tells the version alone', (word) => {
  const { version } = JSON.parse(readFileSync(file('package.json'), 'utf8'));
  expect(run([word])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});

describe('what is not understood is refused with what there is', () => {
  test.each([
    [['serve'], 'command: found serve; allowed: start, check, help, version'],
    [['chekc'], 'command: found chekc (did you mean check?); allowed: start, check'],
    [['--hepl'], 'option: found --hepl (did you mean --help?); allowed: --help, -h'],
    [['--port', '80'], 'option: found --port; allowed: --help, -h, --version, -v; everything else is set by'],
    [['start', 'now'], 'command start: found now; allowed: nothing more'],
    [['check', 'a.json', 'b.json'], 'command check: found b.json; allowed: one path at most'],
    [['constructor'], 'command: found constructor; allowed: start'],
  ])('%j', (args, said) => {
    const { status, stdout, stderr } = run(args);

    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(said);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('check', () => {
  const bad = () => fixtures('bad.json', { extends: 'default', organisations: [{ org_code: 'RZ8' }] });

  test('lists the faults of variables, keys and fixtures together', () => {
    const { status, stderr } = run(['check'], { PORT: 'x', SIGNING_KEYS: '/nowhere/keys', FIXTURES: bad() });

    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^The configuration has 3 faults:\n {2}PORT: .*\n {2}SIGNING_KEYS .*\n.*bad\.json .*org_name/,
    );
  });

  test('lists the faults of every file of a folder', () => {
    const both = mkdtempSync(join(folder, 'both-'));
    writeFileSync(join(both, 'a.json'), '{ no json');
    writeFileSync(join(both, 'b.json'), '{ "extends": "nothing" }');

    const { stderr } = run(['check', both]);

    expect(stderr).toMatch(/a\.json[\s\S]*b\.json/);
  });

  test('takes the path of other fixtures than those of FIXTURES', () => {
    const good = fixtures('good.json', { extends: 'default' });

    expect(run(['check', good], { FIXTURES: bad() })).toEqual({
      status: 0,
      stdout: 'The configuration is in order.\n',
      stderr: '',
    });
    expect(run(['check', bad()]).stderr).toContain('org_name');
  });
});

describe('a start that cannot be says why at once', () => {
  test('with every fault, those of the fixtures too', () => {
    const { status, stderr } = run([], { PORT: 'x', FIXTURES: '/nowhere.json' });

    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^Mock CIS2 Authentication did not start\.\n.*2 faults:\n {2}PORT: .*\n {2}FIXTURES: /,
    );
  });

  test.each([
    ['a folder in place of a file of keys', { SIGNING_KEYS: tmpdir() }, 'SIGNING_KEYS'],
    ['fixtures that are no JSON', { FIXTURES: file('README.md') }, 'README.md'],
    [
      'an address that is not one of this machine',
      { PORT: '0', HOST: '192.0.2.1' },
      'HOST is not an address of this machine',
    ],
  ])('%s', (_what, variables, said) => {
    const { status, stderr } = run([], variables as Record<string, string>);

    expect(status).toBe(1);
    expect(stderr).toContain(said);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
