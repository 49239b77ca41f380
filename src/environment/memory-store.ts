/** The store in memory: bounded, every record expires, the oldest go first. */
import type { Clock } from './clock.ts';
import type { RecordKind, Store, Stored } from './store.ts';

interface Entry {
  value: unknown;
  revision: number;
  expiresAt: number;
}

/** How many of the oldest records each write looks at, so that expired ones go without a timer. */
const SWEEP = 2;

export function createMemoryStore(clock: Clock): Store {
  const kinds = new Map<string, Map<string, Entry>>();
  let revisions = 0;

  function entriesOf({ name }: RecordKind<unknown>): Map<string, Entry> {
    const known = kinds.get(name);
    if (known) return known;
    const entries = new Map<string, Entry>();
    kinds.set(name, entries);
    return entries;
  }

  const isLive = ({ isAwaited }: RecordKind<unknown>, { expiresAt }: Entry) =>
    isAwaited || expiresAt > clock.now();

  /** A Map keeps the order of insertion, and every write inserts anew: the first entries are the oldest. */
  function sweep(kind: RecordKind<unknown>, entries: Map<string, Entry>) {
    let kept = 0;
    for (const [id, entry] of entries) {
      if (entries.size > kind.capacity || !isLive(kind, entry)) entries.delete(id);
      else if (++kept >= SWEEP) break;
    }
  }

  function live(kind: RecordKind<unknown>, id: string): Entry | undefined {
    const entry = entriesOf(kind).get(id);
    if (!entry || isLive(kind, entry)) return entry;
    entriesOf(kind).delete(id);
    return undefined;
  }

  function write(kind: RecordKind<unknown>, id: string, value: unknown, expiresAt: number) {
    const entries = entriesOf(kind);
    entries.delete(id);
    revisions += 1;
    entries.set(id, { value, revision: revisions, expiresAt });
    sweep(kind, entries);
  }

  return {
    async get<T>(kind: RecordKind<T>, id: string) {
      const entry = live(kind, id);
      // `add` and `replace` let only a T into the map of this kind.
      return entry && ({ value: entry.value, revision: entry.revision } as Stored<T>);
    },
    async add(kind, id, value, expiresAt) {
      if (live(kind, id)) return false;
      write(kind, id, value, expiresAt);
      return true;
    },
    async replace(kind, id, { revision, value }, expiresAt) {
      if (live(kind, id)?.revision !== revision) return false;
      write(kind, id, value, expiresAt);
      return true;
    },
    async remove(kind, id) {
      return live(kind, id) !== undefined && entriesOf(kind).delete(id);
    },
    async list<T>(kind: RecordKind<T>, most: number) {
      const entries = entriesOf(kind);
      if (entries.size === 0) return [];
      return [...entries]
        .filter(([, entry]) => isLive(kind, entry))
        .slice(-most)
        .map(([id, { value }]) => ({ id, value: value as T }));
    },
    async takeExpired<T>(kind: RecordKind<T>, most: number) {
      const now = clock.now();
      const expired = [...entriesOf(kind)].filter(([, { expiresAt }]) => expiresAt <= now).slice(0, most);
      for (const [id] of expired) entriesOf(kind).delete(id);
      return expired.map(([id, { value }]) => ({ id, value: value as T }));
    },
    async clear() {
      kinds.clear();
    },
    sizes: () => [...kinds].map(([name, entries]) => [name, entries.size] as const),
    async count(kind) {
      return [...entriesOf(kind).values()].filter((entry) => isLive(kind, entry)).length;
    },
  };
}
