/**
 * Fixtures: what an environment starts with. A file is validated by the published JSON Schema, merged with the
 * default fixtures where it extends them, and checked as a whole. Every fault is found before anything is refused.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { normalEmail } from '../care-identity/directory.ts';
import type { NhsmailAccount, Organisation, Person } from '../care-identity/schema.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { crossCheck } from './cross-checks.ts';
import { ConfigurationError, type Fault } from './faults.ts';
import type { FixturesFile } from './fixtures-schema.ts';
import { inPackage } from './package-folder.ts';
import { publishedSchema } from './published.ts';
import type { Settings } from './settings-schema.ts';
import { faultsOf, lazyValidator, type Validator } from './validation.ts';

/** Whole and checked: what FixturesFile becomes. */
export interface Fixtures {
  settings: Settings;
  organisations: readonly Organisation[];
  people: readonly Person[];
  nhsmail: readonly NhsmailAccount[];
  clients: readonly Client[];
}

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

const validate = lazyValidator(() => publishedSchema());

/** The lists of fixtures, and the field that is the key of each. */
export const LIST_KEYS = {
  organisations: 'org_code',
  people: 'uid',
  nhsmail: 'email',
  clients: 'client_id',
} as const;

export type ListName = keyof typeof LIST_KEYS;
export type EntryOf<L extends ListName> = Fixtures[L][number];

/** A key as it is compared: e-mail addresses without regard to case. */
export const comparedKey = (list: ListName, key: string): string =>
  list === 'nhsmail' ? normalEmail(key) : key;

/** The key of an entry whose shape was checked, as it is compared. */
export function keyOf<L extends ListName>(list: L, entry: EntryOf<L>): string {
  const key = (entry as Readonly<Record<string, unknown>>)[LIST_KEYS[list]];
  return comparedKey(list, key as string);
}

const entryValidator = (list: ListName) => lazyValidator(() => publishedSchema().properties[list].items);

const entryValidators: Readonly<Record<ListName, Validator>> = {
  organisations: entryValidator('organisations'),
  people: entryValidator('people'),
  nhsmail: entryValidator('nhsmail'),
  clients: entryValidator('clients'),
};

const validateSettings = lazyValidator(() => publishedSchema().properties.settings);

function demand(validator: Validator, value: unknown) {
  if (!validator(value)) throw new ConfigurationError(faultsOf('', validator.errors ?? []));
}

/** Checks the shape of one entry of a list. Throws every fault at once. */
export function checkEntry<L extends ListName>(list: L, value: unknown): EntryOf<L> {
  demand(entryValidators[list], value);
  return value as EntryOf<L>;
}

/** Checks settings, and gives back the default of each that is left out. Throws every fault at once. */
export function completeSettings(value: unknown): Settings {
  demand(validateSettings, value);
  return mergeSettings(defaultFixtures().settings, value as FixturesFile['settings']);
}

/** Each entry by its list and key, as the control API addresses it. */
function addressesOf(fixtures: Fixtures): Map<object, string> {
  const lists = Object.keys(LIST_KEYS) as ListName[];
  const addressed = <L extends ListName>(list: L) =>
    fixtures[list].map((entry: EntryOf<L>) => [entry, `${list}/${keyOf(list, entry)} `] as const);
  return new Map<object, string>(lists.flatMap(addressed));
}

/**
 * Fixtures as they are to be from now on, checked as a whole. Faults of what was sent are named by their place there,
 * those of others by their list and key.
 */
export function checkChange(
  fixtures: Fixtures,
  /** Where an entry stands in what was sent; undefined for those that were there before. */
  sentAt: (entry: object) => string | undefined,
): Fixtures {
  const addresses = addressesOf(fixtures).set(fixtures.settings, 'settings ');
  const faults = crossCheck(fixtures, (entry) => sentAt(entry) ?? addresses.get(entry) ?? '');
  if (faults.length > 0) throw new ConfigurationError(faults);
  return fixtures;
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
function validateFixtures(value: unknown, name: string): FixturesFile {
  if (validate(value)) {
    const file = value as FixturesFile;
    rememberPlaces(file, name);
    return file;
  }
  throw new ConfigurationError(faultsOf(name, validate.errors ?? []));
}

/** Adds entries to a list; one with a key that is there already takes that one’s place. */
export function mergeByKey<L extends ListName>(
  list: L,
  base: readonly EntryOf<L>[],
  added: readonly EntryOf<L>[] = [],
): EntryOf<L>[] {
  const places = new Map(base.map((entry, index) => [keyOf(list, entry), index]));
  const merged = [...base];
  for (const entry of added) {
    const index = places.get(keyOf(list, entry));
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
    organisations: mergeByKey('organisations', organisations, file.organisations),
    people: mergeByKey('people', people, file.people),
    nhsmail: mergeByKey('nhsmail', nhsmail, file.nhsmail),
    clients: mergeByKey('clients', clients, file.clients),
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
    const path = inPackage('fixtures/default.json');
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
  const faults = crossCheck(
    fixtures,
    (entry) => placeOf.get(entry) ?? (entry === fixtures.settings ? '/settings' : ''),
  );
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
  const faults: Fault[] = [];
  const valid = filesAt(path).flatMap((file) => {
    try {
      return [validateFixtures(parse(read(file, file), file), file)];
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
