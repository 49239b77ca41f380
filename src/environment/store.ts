/**
 * All that an environment holds for a while, from log-ins under way to refresh tokens. Every
 * record expires by the environment’s clock. Writing is compare-and-set, so that of two requests that race for
 * the same step exactly one wins.
 */

/** The store cannot be reached: nothing was read, and what was to be written may be written or not. */
export class StoreAway extends Error {
  override readonly name = 'StoreAway';
}

/**
 * The store answered that it does not do what it was asked, and why, in its own words. Of several steps, those before
 * this one count.
 */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';
}

/** A kind of record and, for the type checker, the shape of its values. Records are plain data. */
export interface RecordKind<T> {
  readonly name: string;
  /** How many are kept; beyond it the oldest are dropped. */
  readonly capacity: number;
  /** Somebody wants to know when it expires: it stays after that, until `takeExpired` gives it. */
  readonly isAwaited: boolean;
  /** Never there: it carries T through inference. */
  readonly shape?: T;
}

/** Declares a kind; its name keeps it apart from the others in a store. */
export const recordKind = <T>(name: string, capacity = 200_000, isAwaited = false): RecordKind<T> => ({
  name,
  capacity,
  isAwaited,
});

export interface Stored<T> {
  value: T;
  /** Changes with every write: what `replace` compares. */
  revision: number;
}

/** All moments are milliseconds since 1970. */
export interface Store {
  get<T>(kind: RecordKind<T>, id: string): Promise<Stored<T> | undefined>;
  /** False where the id is taken. */
  add<T>(kind: RecordKind<T>, id: string, value: T, expiresAt: number): Promise<boolean>;
  /** Writes only over the revision given; false where it has changed or gone meanwhile. */
  replace<T>(kind: RecordKind<T>, id: string, stored: Stored<T>, expiresAt: number): Promise<boolean>;
  /** Whether it was there: of two that remove at once, one is told so. */
  remove<T>(kind: RecordKind<T>, id: string): Promise<boolean>;
  /** The live records of a kind, newest last, at most so many: a whole number, the kind’s capacity for all of them. */
  list<T>(kind: RecordKind<T>, most: number): Promise<{ id: string; value: T }[]>;
  /** Takes out records of an awaited kind that have expired, at most so many. Each is given to one caller. */
  takeExpired<T>(kind: RecordKind<T>, most: number): Promise<{ id: string; value: T }[]>;
  /** Whether there is no record of a kind at all, told at once; left out where others write too. */
  isEmpty?(kind: RecordKind<unknown>): boolean;
  /** Forgets everything. */
  clear(): Promise<void>;
  /** How many records of a kind there are that have not expired. */
  count<T>(kind: RecordKind<T>): Promise<number>;
  /** Throws where it would not take a write now; left out where it always does. */
  takesWrites?(): Promise<void>;
  /** How many records of each kind this process holds, expired ones that are not swept yet too; left out where none are here. */
  sizes?(): Iterable<readonly [kind: string, size: number]>;
}

/** Writes a record, whether or not there is one: of two writers at once, either may be the last. */
export async function put<T>(store: Store, kind: RecordKind<T>, id: string, value: T, expiresAt: number) {
  const known = await store.get(kind, id);
  if (known) await store.replace(kind, id, { revision: known.revision, value }, expiresAt);
  else await store.add(kind, id, value, expiresAt);
}
