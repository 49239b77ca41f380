/** Every scenario is shown on the wire: each place has a file of tests that goes through all of its scenarios. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
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
