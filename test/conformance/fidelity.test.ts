/** docs/fidelity.json is whole, cites what there is, and docs/fidelity.md is what it gives. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fidelityPage, PAGE, readEntries } from '../../scripts/write-fidelity.mjs';
import { NAMES } from '../../src/settings/variables.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const entries = readEntries();

/** The numbers of the fact list: each heading’s, and with ", row n" each row’s whose table counts its rows. */
function factNumbers(): Set<string> {
  const numbers = new Set<string>();
  let heading = '';
  for (const line of read('docs/cis2-facts.md').split('\n')) {
    const number = /^#{2,3} (\d+(?:\.\d+)?|Scenarios \d+\.\d+)(?=[.: ])/.exec(line)?.[1]?.toLowerCase();
    heading = number ?? heading;
    numbers.add(heading);
    const row = /^\| (\d+) \|/.exec(line)?.[1];
    if (row !== undefined) numbers.add(`${heading}, row ${row}`);
  }
  return numbers;
}

test('docs/fidelity.md is what npm run fidelity writes', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(fidelityPage(entries));
});

describe('every entry of docs/fidelity.json', () => {
  test('cites numbers that docs/cis2-facts.md has', () => {
    const known = factNumbers();
    expect(known.size).toBeGreaterThan(50);
    const cited = entries.flatMap(({ behaviour, facts }) =>
      facts.split('; ').map((number) => ({ behaviour, number })),
    );
    expect(cited.filter(({ number }) => !known.has(number))).toEqual([]);
  });

  test('says what differs and why where something differs, and nothing of it where nothing does', () => {
    const odd = entries.filter(({ same, difference, why }) =>
      same ? difference !== undefined || why !== undefined : !difference || !why,
    );
    expect(odd).toEqual([]);
  });

  test('has a confidence of the four, and only the members that there are', () => {
    const members = ['behaviour', 'facts', 'confidence', 'same', 'difference', 'why', 'setting'];
    const odd = entries.filter(
      (entry) =>
        !['seen', 'product default', 'inferred', 'not found'].includes(entry.confidence) ||
        typeof entry.same !== 'boolean' ||
        !entry.behaviour ||
        Object.keys(entry).some((member) => !members.includes(member)),
    );
    expect(odd).toEqual([]);
  });

  test('stands there once', () => {
    const behaviours = entries.map(({ behaviour }) => behaviour);
    expect(behaviours.filter((each, index) => behaviours.indexOf(each) !== index)).toEqual([]);
  });

  test('names settings, fields of a client and variables that exist', () => {
    const schema = JSON.parse(read('fixtures/fixtures.schema.json'));
    const exists = (setting: string) => {
      if (setting.startsWith('client: '))
        return setting.slice(8) in schema.properties.clients.items.properties;
      if (!setting.startsWith('settings.')) return NAMES.includes(setting);
      const path = setting.split('.');
      return path.reduce((at, name) => at?.properties?.[name], schema) !== undefined;
    };
    const named = entries.flatMap(({ setting }) => setting?.split('; ') ?? []);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((setting) => !exists(setting))).toEqual([]);
  });
});
