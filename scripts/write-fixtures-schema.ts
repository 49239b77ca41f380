/** Writes the published JSON Schema of fixtures from its TypeBox source: `npm run schema`. */
import { writeFileSync } from 'node:fs';
import { FixturesSchema } from '../src/settings/fixtures-schema.ts';

const path = new URL('../fixtures/fixtures.schema.json', import.meta.url);
const schema = { $schema: 'http://json-schema.org/draft-07/schema#', ...FixturesSchema };
writeFileSync(path, `${JSON.stringify(schema, null, 2)}\n`);
