/** The store in memory: bounded, every record expires, the oldest go first. */
import type { Clock } from './clock.ts';
import type { RecordKind, Store, Stored } from './store.ts';

/** A record as it was written once: written again, it is another entry. */
interface Entry extends Stored<unknown> {
  readonly id: string;
  readonly expiresAt: number;
  /** Replaced or removed meanwhile. */
  isGone: boolean;
}

/**
 * The records of one kind. The order of writing stands beside the map and not in it: a Map that is deleted from at its
 * front keeps holes there, and whoever looks for its first member walks over them each time.
 */
interface Records {
  readonly byId: Map<string, Entry>;
  /** Oldest first; what is gone stands in it for a while. */
  written: Entry[];
  /** Where the oldest stands that may not be gone. */
  oldest: number;
  /** Where those behind it were looked at last. */
  lookedAt: number;
}

/** Behind one that lives long others may have expired: with each write so many are looked at, round and round. */
const LOOKED_AT_ONCE = 2;

/** So many entries that are gone are borne before they are taken out of the order. */
const MOST_GONE = 1000;

function remove({ byId }: Records, entry: Entry) {
  entry.isGone = true;
  byId.delete(entry.id);
}

const inOrder = ({ byId, written }: Records): Entry[] =>
  byId.size === 0 ? [] : written.filter(({ isGone }) => !isGone);

/** Takes out of the order what is gone, once it is most of it: each entry is moved but a few times. */
function tidy(records: Records) {
  const { byId, written } = records;
  if (written.length <= 2 * byId.size + MOST_GONE) return;
  records.written = inOrder(records);
  records.oldest = 0;
  records.lookedAt = 0;
}

export function createMemoryStore(clock: Clock): Store {
  const kinds = new Map<string, Records>();
  let revisions = 0;

  function recordsOf({ name }: RecordKind<unknown>): Records {
    const known = kinds.get(name);
    if (known) return known;
    const records = { byId: new Map<string, Entry>(), written: [], oldest: 0, lookedAt: 0 };
    kinds.set(name, records);
    return records;
  }

  const isLive = ({ isAwaited }: RecordKind<unknown>, { expiresAt }: Entry) =>
    isAwaited || expiresAt > clock.now();

  /** Lets the oldest go that are too many or have expired: each write does, so that no timer need. */
  function sweep(kind: RecordKind<unknown>, records: Records) {
    const { byId, written } = records;
    for (; records.oldest < written.length; records.oldest += 1) {
      const entry = written[records.oldest];
      if (!entry || entry.isGone) continue;
      if (byId.size <= kind.capacity && isLive(kind, entry)) break;
      remove(records, entry);
    }
    for (let looks = 0; looks < LOOKED_AT_ONCE; looks += 1) {
      records.lookedAt = records.lookedAt + 1 < written.length ? records.lookedAt + 1 : records.oldest;
      const entry = written[records.lookedAt];
      if (entry && !entry.isGone && !isLive(kind, entry)) remove(records, entry);
    }
    tidy(records);
  }

  function live(kind: RecordKind<unknown>, records: Records, id: string): Entry | undefined {
    const entry = records.byId.get(id);
    if (!entry || isLive(kind, entry)) return entry;
    remove(records, entry);
    return undefined;
  }

  function write(kind: RecordKind<unknown>, records: Records, id: string, value: unknown, expiresAt: number) {
    revisions += 1;
    const entry = { id, value, revision: revisions, expiresAt, isGone: false };
    records.byId.set(id, entry);
    records.written.push(entry);
    sweep(kind, records);
  }

  return {
    async get<T>(kind: RecordKind<T>, id: string) {
      // `add` and `replace` let only a T into the map of this kind.
      return live(kind, recordsOf(kind), id) as Stored<T> | undefined;
    },
    async add(kind, id, value, expiresAt) {
      const records = recordsOf(kind);
      if (live(kind, records, id)) return false;
      write(kind, records, id, value, expiresAt);
      return true;
    },
    async replace(kind, id, { revision, value }, expiresAt) {
      const records = recordsOf(kind);
      const known = live(kind, records, id);
      if (known?.revision !== revision) return false;
      known.isGone = true;
      write(kind, records, id, value, expiresAt);
      return true;
    },
    async remove(kind, id) {
      const records = recordsOf(kind);
      const entry = live(kind, records, id);
      if (entry) remove(records, entry);
      return entry !== undefined;
    },
    async list<T>(kind: RecordKind<T>, most: number) {
      return inOrder(recordsOf(kind))
        .filter((entry) => isLive(kind, entry))
        .slice(-most)
        .map(({ id, value }) => ({ id, value: value as T }));
    },
    async takeExpired<T>(kind: RecordKind<T>, most: number) {
      const now = clock.now();
      const records = recordsOf(kind);
      const expired = inOrder(records)
        .filter(({ expiresAt }) => expiresAt <= now)
        .slice(0, most);
      for (const entry of expired) remove(records, entry);
      return expired.map(({ id, value }) => ({ id, value: value as T }));
    },
    isEmpty: (kind) => recordsOf(kind).byId.size === 0,
    async clear() {
      kinds.clear();
    },
    sizes: () => [...kinds].map(([name, { byId }]) => [name, byId.size] as const),
    async count(kind) {
      return inOrder(recordsOf(kind)).filter((entry) => isLive(kind, entry)).length;
    },
  };
}
