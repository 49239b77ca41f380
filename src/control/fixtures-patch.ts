/** A patch over whole fixtures: entries are found by their key and merged (RFC 7396), and so are settings. */
import { ConfigurationError, type Fault, shown } from '../settings/faults.ts';
import { checkChange, completeSettings } from '../settings/fixtures.ts';
import {
  comparedKey,
  type EntryOf,
  type Fixtures,
  keyOf,
  LIST_KEYS,
  type ListName,
  mergeByKey,
} from '../settings/fixtures-lists.ts';
import { checkEntry } from '../settings/fixtures-shape.ts';
import { mergePatch } from './merge-patch.ts';

const LISTS = Object.keys(LIST_KEYS) as ListName[];

/** Collects the faults of one part under its path, so that all parts are looked at. */
function collect<T>(faults: Fault[], path: string, check: () => T): T | undefined {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    faults.push(...error.faults.map((fault) => ({ ...fault, path: `${path}${fault.path}` })));
    return undefined;
  }
}

/** The key that a patch finds its entry by, as it is compared; undefined where it has none. Throws where it is no text. */
function keyIn(list: ListName, patch: unknown): string | undefined {
  const field = LIST_KEYS[list];
  const key = (patch as Readonly<Record<string, unknown>> | null)?.[field] ?? undefined;
  if (key === undefined) return undefined;
  if (typeof key === 'string') return comparedKey(list, key);
  const allowed = `text: the ${field} that the entry is found by`;
  throw new ConfigurationError([{ path: `/${field}`, found: shown(key), allowed }]);
}

function patchedEntry<L extends ListName>(list: L, entries: readonly EntryOf<L>[], patch: unknown) {
  const key = keyIn(list, patch);
  const before = entries.find((entry) => keyOf(list, entry) === key);
  return checkEntry(list, mergePatch(before ?? {}, patch));
}

/** What is found out while a patch is read. */
interface Reading {
  base: Fixtures;
  faults: Fault[];
  /** Where each entry stands in the patch. */
  places: Map<object, string>;
}

function patchedList<L extends ListName>(
  list: L,
  patches: unknown,
  { base, faults, places }: Reading,
): Fixtures[L] {
  if (patches === undefined) return base[list];
  if (!Array.isArray(patches)) {
    const allowed = `a list of entries, each with its ${LIST_KEYS[list]}`;
    faults.push({ path: `/${list}`, found: 'no list', allowed });
    return base[list];
  }
  let entries: readonly EntryOf<L>[] = base[list];
  for (const [index, patch] of patches.entries()) {
    const path = `/${list}/${index}`;
    const entry = collect(faults, path, () => patchedEntry(list, entries, patch));
    if (!entry) continue;
    places.set(entry, path);
    entries = mergeByKey(list, entries, [entry]);
  }
  return entries as readonly unknown[] as Fixtures[L];
}

function patchedSettings(patch: unknown, { base, faults, places }: Reading): Fixtures['settings'] {
  if (patch === undefined) return base.settings;
  const settings = collect(faults, '/settings', () => completeSettings(mergePatch(base.settings, patch)));
  if (settings) places.set(settings, '/settings');
  return settings ?? base.settings;
}

const FIELDS = ['settings', ...LISTS];

/** The fixtures with the patch in them, checked as a whole. Throws every fault. */
export function patchFixtures(base: Fixtures, patch: object): Fixtures {
  const given = patch as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).filter((name) => !FIELDS.includes(name));
  const faults = unknown.map((name) => ({
    path: `/${name}`,
    found: 'an unknown field',
    allowed: FIELDS.join(', '),
  }));
  const reading: Reading = { base, faults, places: new Map() };
  const whole: Fixtures = {
    settings: patchedSettings(given['settings'], reading),
    organisations: patchedList('organisations', given['organisations'], reading),
    people: patchedList('people', given['people'], reading),
    nhsmail: patchedList('nhsmail', given['nhsmail'], reading),
    clients: patchedList('clients', given['clients'], reading),
  };
  if (faults.length > 0) throw new ConfigurationError(faults);
  return checkChange(whole, (entry) => reading.places.get(entry));
}
