/**
 * The store that replicas share. Each record is a text `revision expiresAt json`, found by the environment’s
 * generation, its kind and its id. Each write is one script, so that of two replicas that race exactly one wins. An
 * index for each kind has the revisions in order: it tells the oldest.
 */
import type { Clock } from '../environment/clock.ts';
import type { RecordKind, Store, Stored } from '../environment/store.ts';
import { type Connection, type Reply, script } from './connection.ts';

/** Before every key; in braces, so that a cluster keeps all of them in one place. */
export const ROOT = '{mock-cis2}';

/** Records stay this long after they expired, in milliseconds: the clock of an environment may be set back. */
const KEPT_AFTER_MILLISECONDS = 3_600_000;

/** A record that never expires goes after this time without a write, in milliseconds: 30 days. */
const LONGEST_MILLISECONDS = 2_592_000_000;

/** How many of the oldest records each write looks at, so that the index forgets those that are gone. */
const SWEEP = 2;

/** Never, as a number that both JavaScript and Lua read. */
const NEVER = '9e99';

const moment = (at: number): string => (Number.isFinite(at) ? String(at) : NEVER);

/** Adds, or replaces over the revision given. Gives the new revision, or 0 where nothing was written. */
const WRITE = script(`
local record, index, awaited, counter = unpack(KEYS)
local over, id, now, expires, json, ttl, capacity, isAwaited, prefix, sweep = unpack(ARGV)
now, ttl, capacity, sweep = tonumber(now), tonumber(ttl), tonumber(capacity), tonumber(sweep)
local function live(text)
  return text and (isAwaited == '1' or tonumber(string.match(text, '^%d+ (%S+) ')) > now)
end
local current = redis.call('GET', record)
if not live(current) then current = false end
if over == '' then
  if current then return 0 end
elseif not current or string.match(current, '^%d+') ~= over then
  return 0
end
local revision = redis.call('INCR', counter)
redis.call('SET', record, string.format('%d', revision) .. ' ' .. expires .. ' ' .. json, 'PX', ttl)
redis.call('ZADD', index, revision, id)
if isAwaited == '1' then redis.call('ZADD', awaited, expires, id) end
for _, key in ipairs({ index, awaited, counter }) do
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl) end
end
local surplus = redis.call('ZCARD', index) - capacity
for place, old in ipairs(redis.call('ZRANGE', index, 0, math.max(surplus, sweep) - 1)) do
  if place <= surplus or not live(redis.call('GET', prefix .. old)) then
    redis.call('DEL', prefix .. old)
    redis.call('ZREM', index, old)
    redis.call('ZREM', awaited, old)
  end
end
return revision
`);

/** Gives 1 where there was a live record. */
const REMOVE = script(`
local record, index, awaited = unpack(KEYS)
local id, now, isAwaited = unpack(ARGV)
local text = redis.call('GET', record)
redis.call('DEL', record)
redis.call('ZREM', index, id)
redis.call('ZREM', awaited, id)
if not text then return 0 end
if isAwaited == '1' then return 1 end
return tonumber(string.match(text, '^%d+ (%S+) ')) > tonumber(now) and 1 or 0
`);

/** Ids and texts in turn, newest first. */
const LIST = script(`
local found = {}
for _, id in ipairs(redis.call('ZREVRANGE', KEYS[1], 0, tonumber(ARGV[2]) - 1)) do
  local text = redis.call('GET', ARGV[1] .. id)
  if text then
    found[#found + 1] = id
    found[#found + 1] = text
  end
end
return found
`);

/**
 * Ids and texts in turn of those that have expired; they are gone then. Gives none of an environment that has ended or
 * was reset: nobody waits for those any more.
 */
const TAKE_EXPIRED = script(`
local index, awaited, environment = unpack(KEYS)
local prefix, now, most, generation = unpack(ARGV)
local found = {}
if redis.call('HGET', environment, 'generation') ~= generation then return found end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', awaited, '-inf', now, 'LIMIT', 0, most)) do
  local text = redis.call('GET', prefix .. id)
  redis.call('DEL', prefix .. id)
  redis.call('ZREM', index, id)
  redis.call('ZREM', awaited, id)
  if text then
    found[#found + 1] = id
    found[#found + 1] = text
  end
end
return found
`);

interface Read extends Stored<unknown> {
  expiresAt: number;
}

function read(text: string): Read {
  const [, revision, expiresAt, json = ''] = /^(\d+) (\S+) (.*)$/s.exec(text) ?? [];
  return { revision: Number(revision), expiresAt: Number(expiresAt), value: JSON.parse(json) };
}

/** What a script gave as ids and texts in turn. */
function pairs(reply: Reply): (Read & { id: string })[] {
  const flat = reply as readonly string[];
  return flat.flatMap((id, place) => (place % 2 === 0 ? [{ id, ...read(flat[place + 1] ?? '') }] : []));
}

/** `generation` says whose records these are: with another, there are none yet. `hash` is where the one that counts is. */
export function createRedisStore(
  connection: Connection,
  hash: string,
  clock: Clock,
  generation: { current(): string; begin(): void },
): Store {
  /**
   * With the run of the server, too: one that was restarted may have forgotten that a code was used, so nothing of
   * before is believed.
   */
  function keysOf({ name }: RecordKind<unknown>) {
    const own = `${ROOT}:${generation.current()}:${connection.serverRun()}`;
    return {
      record: (id: string) => `${own}:record:${name}:${id}`,
      index: `${own}:index:${name}`,
      awaited: `${own}:awaited:${name}`,
      counter: `${own}:revision`,
    };
  }

  const flag = ({ isAwaited }: RecordKind<unknown>) => (isAwaited ? 1 : 0);

  async function write(
    kind: RecordKind<unknown>,
    id: string,
    value: unknown,
    expiresAt: number,
    over: string,
  ) {
    const { record, index, awaited, counter } = keysOf(kind);
    const now = clock.now();
    const left = Math.max(0, expiresAt - now) + KEPT_AFTER_MILLISECONDS;
    const ttl = Math.ceil(Math.min(left, LONGEST_MILLISECONDS));
    const written = await connection.run(
      WRITE,
      [record(id), index, awaited, counter],
      [
        over,
        id,
        now,
        moment(expiresAt),
        JSON.stringify(value),
        ttl,
        kind.capacity,
        flag(kind),
        record(''),
        SWEEP,
      ],
    );
    return written !== 0;
  }

  async function list(kind: RecordKind<unknown>, most: number) {
    const { index, record } = keysOf(kind);
    const now = clock.now();
    const found = pairs(await connection.run(LIST, [index], [record(''), most]));
    return found.filter(({ expiresAt }) => kind.isAwaited || expiresAt > now).reverse();
  }

  return {
    async get<T>(kind: RecordKind<T>, id: string) {
      const text = await connection.send('GET', keysOf(kind).record(id));
      if (typeof text !== 'string') return undefined;
      const { value, revision, expiresAt } = read(text);
      // `add` and `replace` let only a T under the keys of this kind.
      return kind.isAwaited || expiresAt > clock.now() ? ({ value, revision } as Stored<T>) : undefined;
    },
    add: (kind, id, value, expiresAt) => write(kind, id, value, expiresAt, ''),
    replace: (kind, id, { revision, value }, expiresAt) =>
      write(kind, id, value, expiresAt, String(revision)),
    async remove(kind, id) {
      const { record, index, awaited } = keysOf(kind);
      const removed = await connection.run(
        REMOVE,
        [record(id), index, awaited],
        [id, clock.now(), flag(kind)],
      );
      return removed === 1;
    },
    async list<T>(kind: RecordKind<T>, most: number) {
      return (await list(kind, most)).map(({ id, value }) => ({ id, value: value as T }));
    },
    async takeExpired<T>(kind: RecordKind<T>, most: number) {
      const { index, awaited, record } = keysOf(kind);
      const taken = await connection.run(
        TAKE_EXPIRED,
        [index, awaited, hash],
        [record(''), clock.now(), most, generation.current()],
      );
      return pairs(taken).map(({ id, value }) => ({ id, value: value as T }));
    },
    async clear() {
      generation.begin();
    },
    async takesWrites() {
      // Written in fact: a Redis that is full, or a replica of another, answers whoever reads as ever.
      const place = `${ROOT}:${connection.serverRun()}:written`;
      await connection.send('SET', place, '1', 'PX', String(KEPT_AFTER_MILLISECONDS));
    },
    async count(kind) {
      return (await list(kind, kind.capacity)).length;
    },
  };
}
