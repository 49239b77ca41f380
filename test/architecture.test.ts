import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** From what knows nothing of the rest to what puts everything together. Imports lead to an earlier place only. */
const LAYERS = [
  'journal',
  'scenarios',
  'care-identity',
  'relying-party',
  'settings',
  'log',
  'environment',
  'replicas',
  'tls',
  'login',
  'oidc',
  'pages',
  'control',
  'demo',
  'health',
  'metrics',
  'limits',
  'security-headers.ts',
  'server.ts',
  'mock-cis2-options.ts',
  'create-mock-cis2.ts',
  'client',
  'start-mock-cis2.ts',
  'index.ts',
  'configuration.ts',
  'command-line.ts',
  'run.ts',
  'main.ts',
];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

const layerOf = (file: string) => file.split('/')[0] ?? file;

interface Import {
  from: string;
  to: string;
  typesOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^;'"]*?\sfrom\s+)?['"]([^'"]+)['"];$/gms)].map(
    (match) => ({
      from: file,
      to: String(match[2]),
      typesOnly: match[1] !== undefined,
    }),
  );
}

const imports = files.flatMap(importsOf);
const inside = imports
  .filter(({ to }) => to.startsWith('.'))
  .map((each) => ({ ...each, to: relative(SRC, join(SRC, dirname(each.from), each.to)) }));

test('the scan sees the imports that there are', () => {
  expect(files.length).toBeGreaterThan(40);
  expect(inside.length).toBeGreaterThan(100);
});

test('every file stands in a layer', () => {
  expect(files.filter((file) => !LAYERS.includes(layerOf(file)))).toEqual([]);
});

test('imports go one way: from HTTP inwards to the rules, never back', () => {
  const backwards = inside.filter(({ from, to }) => {
    const [source, target] = [LAYERS.indexOf(layerOf(from)), LAYERS.indexOf(layerOf(to))];
    return layerOf(from) !== layerOf(to) && target >= source;
  });
  expect(backwards).toEqual([]);
});

describe('the rules stand alone', () => {
  const pure = (file: string) => /^(?:scenarios|care-identity)\//.test(file) || file === 'login/rules.ts';

  test('they import no package but TypeBox, for their shapes', () => {
    const packages = imports.filter(({ from, to }) => pure(from) && !to.startsWith('.')).map(({ to }) => to);
    expect([...new Set(packages)]).toEqual(['typebox']);
  });

  test('they import nothing of ours but each other and the outcomes', () => {
    const reached = inside.filter(({ from }) => pure(from)).map(({ to }) => to);
    expect(reached.filter((to) => !pure(to) && to !== 'login/outcomes.ts')).toEqual([]);
  });
});

test('scenarios are data: they import nothing but each other', () => {
  const ofScenarios = imports.filter(({ from }) => from.startsWith('scenarios/'));
  expect(ofScenarios.length).toBeGreaterThan(10);
  const others = ofScenarios.filter(({ to }) => !to.startsWith('./'));
  // A schema is no part of what runs.
  expect(others.filter(({ from }) => !from.endsWith('schema.ts'))).toEqual([]);
});

test('TypeBox is loaded by no start: what runs imports the types of schemas alone', () => {
  const schemas = (file: string) => file.endsWith('schema.ts');
  const loaded = inside.filter(({ from, to, typesOnly }) => schemas(to) && !schemas(from) && !typesOnly);
  expect(loaded).toEqual([]);
});

test('nothing but the clock reads the machine’s time', () => {
  const readers = files.filter((file) =>
    /Date\.now|new Date\(\)/.test(readFileSync(join(SRC, file), 'utf8')),
  );
  expect(readers).toEqual(['environment/clock.ts']);
});
