/** The JSON Schema of fixtures as it is published: what files, and bodies of the control API, are validated by. */
import { readFileSync } from 'node:fs';
import { inPackage } from './package-folder.ts';

/** As much of JSON Schema as fixtures are described with. */
export interface JsonSchema {
  type?: string | readonly string[];
  description?: string;
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  additionalProperties?: boolean;
  items?: JsonSchema;
  anyOf?: readonly JsonSchema[];
  const?: unknown;
  default?: unknown;
  examples?: readonly unknown[];
}

type List = Required<Pick<JsonSchema, 'items'>>;

export interface PublishedSchema {
  properties: Readonly<Record<'organisations' | 'people' | 'nhsmail' | 'clients', List>> & {
    settings: JsonSchema;
  };
}

const FILE = inPackage('fixtures/fixtures.schema.json');

let published: PublishedSchema | undefined;

/** Read at its first use, once in a process. */
export function publishedSchema(): PublishedSchema {
  published ??= JSON.parse(readFileSync(FILE, 'utf8')) as PublishedSchema;
  return published;
}
