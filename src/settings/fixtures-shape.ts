/** The shape of fixtures, by the published JSON Schema: of a whole file, of an entry, of the settings. */
import type { Doubtful } from './cross-checks.ts';
import { ConfigurationError, type Fault } from './faults.ts';
import { type EntryOf, LIST_KEYS, type ListName } from './fixtures-lists.ts';
import type { FixturesFile } from './fixtures-schema.ts';
import { publishedSchema } from './published.ts';
import type { Settings } from './settings-schema.ts';
import { faultsOf, lazyValidator, type Validator } from './validation.ts';

const validate = lazyValidator(() => publishedSchema());

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

export function demandSettings(value: unknown): FixturesFile['settings'] {
  demand(validateSettings, value);
  return value as FixturesFile['settings'];
}

/** Checks the shape of one entry of a list. Throws every fault at once. */
export function checkEntry<L extends ListName>(list: L, value: unknown): EntryOf<L> {
  demand(entryValidators[list], value);
  return value as EntryOf<L>;
}

const places = new WeakMap<object, string>();

/** Where an entry stands, so that a fault found after merging still names its file and place. */
export const placeOf = (entry: object): string | undefined => places.get(entry);

export function rememberPlaces(file: FixturesFile, name: string) {
  for (const list of Object.keys(LIST_KEYS) as ListName[]) {
    file[list]?.forEach((entry, index) => {
      places.set(entry, `${name} /${list}/${index}`);
    });
  }
}

/** What was read of a file: what is sound of it, and what is wrong with the rest. */
export interface ReadFixtures {
  file: FixturesFile;
  faults: readonly Fault[];
  doubtful: Doubtful;
}

type Members = Readonly<Record<string, unknown>>;

const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null ? (value as Members) : {};

/** Checks the shape of one file. */
export function readShape(value: unknown, name: string): ReadFixtures {
  if (validate(value)) {
    const file = value as FixturesFile;
    rememberPlaces(file, name);
    return { file, faults: [], doubtful: { keys: [], open: [] } };
  }
  return { ...soundPart(membersOf(value), name), faults: faultsOf(name, validate.errors ?? []) };
}

/** The entries that are right by themselves, so that what is wrong between them is told at once as well. */
function soundPart(value: Members, name: string): Omit<ReadFixtures, 'faults'> {
  const lists = (Object.keys(LIST_KEYS) as ListName[]).map((list) => {
    const entries = Array.isArray(value[list]) ? value[list].map(membersOf) : [];
    return { list, entries, sound: entries.filter((entry) => entryValidators[list](entry)) };
  });
  rememberPlaces(Object.fromEntries(lists.map(({ list, entries }) => [list, entries])), name);
  const keysOfWrong = lists.map(({ list, entries, sound }) => ({
    list,
    keys: entries.filter((entry) => !sound.includes(entry)).map((entry) => entry[LIST_KEYS[list]]),
  }));
  // A list that is none, or under another name, may hold anything.
  const known = Object.keys(publishedSchema().properties);
  const isAnyUnknown = Object.keys(value).some((name) => !known.includes(name));
  const isOpen = ({ list, keys }: (typeof keysOfWrong)[number]) =>
    isAnyUnknown ||
    (list in value && !Array.isArray(value[list])) ||
    keys.some((key) => typeof key !== 'string');
  const doubtful = {
    keys: keysOfWrong.flatMap(({ keys }) => keys.filter((key) => typeof key === 'string')),
    open: keysOfWrong.filter(isOpen).map(({ list }) => list),
  };
  const settings = value['settings'];
  const file: FixturesFile = {
    ...Object.fromEntries(lists.map(({ list, sound }) => [list, sound])),
    ...(validateSettings(settings) ? { settings: settings as Settings } : {}),
    // Misspelt, it was meant all the same.
    ...('extends' in value ? { extends: 'default' } : {}),
  };
  return { file, doubtful };
}
