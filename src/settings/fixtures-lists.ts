/** What fixtures are once they are whole: the lists, the key of each, and how lists are put over others. */
import { normalEmail } from '../care-identity/directory.ts';
import type { NhsmailAccount, Organisation, Person } from '../care-identity/schema.ts';
import type { Client } from '../relying-party/client-schema.ts';
import type { Settings } from './settings-schema.ts';

/** Whole and checked: what FixturesFile becomes. */
export interface Fixtures {
  settings: Settings;
  organisations: readonly Organisation[];
  people: readonly Person[];
  nhsmail: readonly NhsmailAccount[];
  clients: readonly Client[];
}

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
