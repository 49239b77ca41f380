/**
 * Fixtures: what an environment starts with. A file is validated by the published JSON Schema, merged with the
 * default fixtures where it extends them, and checked as a whole. Every fault is found before anything is refused.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { normalEmail } from '../care-identity/directory.ts';
import type { NhsmailAccount, Organisation, Person } from '../care-identity/schema.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { clientFaults, crossCheck } from './cross-checks.ts';
import { ConfigurationError, type Fault } from './faults.ts';
import type { FixturesFile } from './fixtures-schema.ts';
import type { Settings } from './settings-schema.ts';
import { faultsOf, lazyValidator } from './validation.ts';

/** Whole and checked: what FixturesFile becomes. */
export interface Fixtures {
  settings: Settings;
  organisations: readonly Organisation[];
  people: readonly Person[];
  nhsmail: readonly NhsmailAccount[];
  clients: readonly Client[];
}

const FIXTURES_FOLDER = new URL('../../fixtures/', import.meta.url);

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([
      { path: name, found: `text that is not JSON (${why})`, allowed: 'a JSON object' },
    ]);
  }
}

function read(path: string | URL, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([{ path: name, found: why, allowed: 'a readable file' }]);
  }
}

const validate = lazyValidator(() => {
  const name = 'fixtures.schema.json';
  return parse(read(new URL(name, FIXTURES_FOLDER), name), name) as object;
});

/** The schema of one client, as the published schema has it. */
const validateClient = lazyValidator(() => {
  const name = 'fixtures.schema.json';
  const schema = parse(read(new URL(name, FIXTURES_FOLDER), name), name) as {
    properties: { clients: { items: object } };
  };
  return schema.properties.clients.items;
});

/** Checks one client, as the control API registers it. Throws every fault at once. */
export function checkClient(value: unknown): Client {
  if (!validateClient(value)) throw new ConfigurationError(faultsOf('', validateClient.errors ?? []));
  const faults = clientFaults('', value as Client);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return value as Client;
}

/** Where each entry stands, so that a fault found after merging still names its file and place. */
const placeOf = new WeakMap<object, string>();

function rememberPlaces(file: FixturesFile, name: string) {
  for (const list of ['organisations', 'people', 'nhsmail', 'clients'] as const) {
    file[list]?.forEach((entry, index) => {
      placeOf.set(entry, `${name} /${list}/${index}`);
    });
  }
}

/** Checks the shape of one file. Throws every fault at once. */
export function validateFixtures(value: unknown, name: string): FixturesFile {
  if (validate(value)) {
    const file = value as FixturesFile;
    rememberPlaces(file, name);
    return file;
  }
  throw new ConfigurationError(faultsOf(name, validate.errors ?? []));
}

/** Adds entries to a list; one with a key that is there already takes that one’s place. */
function mergeByKey<T>(
  base: readonly T[],
  added: readonly T[] | undefined,
  keyOf: (entry: T) => string,
): T[] {
  const baseKeys = new Map(base.map((entry, index) => [keyOf(entry), index]));
  const merged = [...base];
  for (const entry of added ?? []) {
    const index = baseKeys.get(keyOf(entry));
    if (index === undefined) merged.push(entry);
    else merged[index] = entry;
  }
  return merged;
}

function mergeSettings(base: Settings, added: FixturesFile['settings']): Settings {
  return {
    ...base,
    ...added,
    timeouts: { ...base.timeouts, ...added?.timeouts },
    nhsmail: { ...base.nhsmail, ...added?.nhsmail },
  };
}

const NOTHING = { organisations: [], people: [], nhsmail: [], clients: [] };

function merge(base: Fixtures, file: FixturesFile): Fixtures {
  const { organisations, people, nhsmail, clients } = file.extends === 'default' ? base : NOTHING;
  return {
    settings: mergeSettings(base.settings, file.settings),
    organisations: mergeByKey<Organisation>(organisations, file.organisations, ({ org_code }) => org_code),
    people: mergeByKey<Person>(people, file.people, ({ uid }) => uid),
    nhsmail: mergeByKey<NhsmailAccount>(nhsmail, file.nhsmail, ({ email }) => normalEmail(email)),
    clients: mergeByKey<Client>(clients, file.clients, ({ client_id }) => client_id),
  };
}

let defaults: Fixtures | undefined;

const DEFAULT_NAME = 'fixtures/default.json';

/**
 * The fixtures that come with the package. They are part of it as its code is: `npm run build` checks them, a start
 * does not, since compiling the schema takes longer than everything else that a start does (about 0.1 s).
 */
export function defaultFixtures(): Fixtures {
  if (!defaults) {
    const path = new URL('default.json', FIXTURES_FOLDER);
    const file = parse(read(path, DEFAULT_NAME), DEFAULT_NAME) as FixturesFile & Fixtures;
    rememberPlaces(file, DEFAULT_NAME);
    defaults = file;
  }
  return defaults;
}

/** What `npm run build` calls. Throws every fault of the default fixtures at once. */
export function checkDefaultFixtures() {
  validateFixtures(defaultFixtures(), DEFAULT_NAME);
  checked(defaultFixtures());
}

function checked(fixtures: Fixtures): Fixtures {
  const faults = crossCheck(fixtures, (entry) => placeOf.get(entry) ?? '');
  if (faults.length > 0) throw new ConfigurationError(faults);
  return fixtures;
}

/** Validates fixtures given as a value, and completes them. `name` is what faults call them. */
export function completeFixtures(value: unknown, name = 'fixtures'): Fixtures {
  return checked(merge(defaultFixtures(), validateFixtures(value, name)));
}

/** The JSON files that a path names: itself, or those of a folder in the order of their names. */
function filesAt(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })) {
    throw new ConfigurationError([
      { path: 'FIXTURES', found: `${path}, which is not there`, allowed: 'a JSON file, or a folder of them' },
    ]);
  }
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path).filter((name) => name.endsWith('.json') && !name.endsWith('.schema.json'));
  if (files.length > 0) return files.sort().map((name) => join(path, name));
  throw new ConfigurationError([
    {
      path: 'FIXTURES',
      found: `${path}, a folder without .json files`,
      allowed: 'a JSON file, or a folder of them',
    },
  ]);
}

/**
 * Loads a file, or every file of a folder in the order of their names. The files of a folder add up; they extend
 * the defaults if any of them says so.
 */
export function loadFixtures(path: string): Fixtures {
  const files = filesAt(path).map((file) => ({ file, value: parse(read(file, file), file) }));
  const faults: Fault[] = [];
  const valid = files.flatMap(({ file, value }) => {
    try {
      return [validateFixtures(value, file)];
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      faults.push(...error.faults);
      return [];
    }
  });
  if (faults.length > 0) throw new ConfigurationError(faults);
  const extending = valid.some((file) => file.extends === 'default');
  const base = extending ? defaultFixtures() : { ...defaultFixtures(), ...NOTHING };
  const whole = valid.reduce((all, file) => merge(all, { ...file, extends: 'default' }), base);
  return checked(whole);
}
