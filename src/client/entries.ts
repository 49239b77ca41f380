/** What an environment has, list by list: people, NHSmail accounts, organisations, clients. */
import { type EntryOf, keyOf, type ListName } from '../settings/fixtures-lists.ts';
import type { Call } from './call.ts';

/** A change of some members (RFC 7396): null takes one out, lists are replaced whole. */
export type MergePatch<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: MergePatch<T[K]> | null }
    : T;

/** The entries of one list. A refused change changes nothing; a change counts from the next step on. */
export interface Entries<T> {
  list(): Promise<T[]>;
  /** Throws where there is none of this key. */
  get(key: string): Promise<T>;
  /** Adds it, or replaces the one of the same key. */
  put(entry: T): Promise<T>;
  /** Changes some members: `patch('alex.bound@nhs.net', { approval: { result: 'decline' } })`. */
  patch(key: string, patch: MergePatch<T>): Promise<T>;
  /** Throws where something else still refers to it. */
  remove(key: string): Promise<void>;
}

export function createEntries<L extends ListName>(call: Call, list: L): Entries<EntryOf<L>> {
  const at = (key: string) => `/${list}/${encodeURIComponent(key)}`;
  return {
    list: () => call('GET', `/${list}`),
    get: (key) => call('GET', at(key)),
    put: (entry) => call('PUT', at(keyOf(list, entry)), entry),
    patch: (key, patch) => call('PATCH', at(key), patch),
    remove: (key) => call('DELETE', at(key)),
  };
}
