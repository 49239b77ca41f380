/**
 * Fixtures: what an environment starts with. A file is validated by the published JSON Schema, merged with the
 * default fixtures where it extends them, and checked as a whole. Every fault is found before anything is refused.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crossCheck } from './cross-checks.ts';
import { ConfigurationError, type Fault } from './faults.ts';
import {
  comparedKey,
  type EntryOf,
  type Fixtures,
  keyOf,
  LIST_KEYS,
  type ListName,
  mergeByKey,
} from './fixtures-lists.ts';
import type { FixturesFile } from './fixtures-schema.ts';
import { demandSettings, placeOf, type ReadFixtures, readShape, rememberPlaces } from './fixtures-shape.ts';
import { inPackage } from './package-folder.ts';
import type { Settings } from './settings-schema.ts';

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

/** Checks settings, and gives back the default of each that is left out. Throws every fault at once. */
export function completeSettings(value: unknown): Settings {
  return mergeSettings(defaultFixtures().settings, demandSettings(value));
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
  checked(defaultFixtures(), [readShape(defaultFixtures(), DEFAULT_NAME)]);
}

/** Without those whose place an entry was to take that is wrong: nothing can clash with them. */
function withoutReplaced(fixtures: Fixtures, keys: readonly string[]): Fixtures {
  if (keys.length === 0) return fixtures;
  const stays = <L extends ListName>(list: L) => {
    const replaced = new Set(keys.map((key) => comparedKey(list, key)));
    return (entry: EntryOf<L>) => !replaced.has(keyOf(list, entry));
  };
  return {
    ...fixtures,
    organisations: fixtures.organisations.filter(stays('organisations')),
    people: fixtures.people.filter(stays('people')),
    nhsmail: fixtures.nhsmail.filter(stays('nhsmail')),
    clients: fixtures.clients.filter(stays('clients')),
  };
}

/** The whole that was made of what was read. Throws every fault of its parts, and between them. */
function checked(fixtures: Fixtures, parts: readonly ReadFixtures[]): Fixtures {
  const doubtful = {
    keys: parts.flatMap((part) => part.doubtful.keys),
    open: parts.flatMap((part) => part.doubtful.open),
  };
  const faults = [
    ...parts.flatMap((part) => part.faults),
    ...crossCheck(
      withoutReplaced(fixtures, doubtful.keys),
      (entry) => placeOf(entry) ?? (entry === fixtures.settings ? '/settings' : ''),
      doubtful,
    ),
  ];
  if (faults.length > 0) throw new ConfigurationError(faults);
  return fixtures;
}

/** Validates fixtures given as a value, and completes them. `name` is what faults call them. */
export function completeFixtures(value: unknown, name = 'fixtures'): Fixtures {
  const read = readShape(value, name);
  return checked(merge(defaultFixtures(), read.file), [read]);
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
  const unread: Fault[] = [];
  const parts = filesAt(path).flatMap((file) => {
    try {
      return [readShape(parse(read(file, file), file), file)];
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      unread.push(...error.faults);
      return [];
    }
  });
  // What a file that cannot be read has in it may be what others refer to.
  if (unread.length > 0) throw new ConfigurationError([...unread, ...parts.flatMap(({ faults }) => faults)]);
  const extending = parts.some(({ file }) => file.extends === 'default');
  const base = extending ? defaultFixtures() : { ...defaultFixtures(), ...NOTHING };
  const whole = parts.reduce((all, { file }) => merge(all, { ...file, extends: 'default' }), base);
  return checked(whole, parts);
}
