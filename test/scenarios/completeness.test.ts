/** Every scenario is shown on the wire and in the documentation. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PAGE, scenariosPage } from '../../scripts/write-scenarios.ts';
import { CATALOGUE } from '../../src/scenarios/catalogue.ts';

const HERE = new URL('.', import.meta.url);

const texts = readdirSync(HERE)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(new URL(name, HERE), 'utf8'));

const places = [...new Set(CATALOGUE.map(({ place }) => place))];

test.each(places)('the scenarios of %s are run one by one, each by its row of a table', (place) => {
  const running = texts.filter(
    (text) => text.includes(`codesAt('${place}')`) && /rowOf\(\w*ROWS, code\)/.test(text),
  );
  expect(running).toHaveLength(1);
});

test('docs/scenarios.md is what npm run scenarios writes, and has every code', () => {
  const page = readFileSync(PAGE, 'utf8');
  expect(page).toBe(scenariosPage());
  expect(CATALOGUE.filter(({ code }) => !page.includes(`| \`${code}\` |`))).toEqual([]);
});
