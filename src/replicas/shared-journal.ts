/**
 * The journal that replicas share: a stream in Redis. What is recorded here is sent there in small batches, and gets
 * its id there; whoever reads it reads a copy in this process, which is brought up to date first.
 */
import { randomUUID } from 'node:crypto';
import type { JournalEntry, JournalEvent, Subject } from '../journal/event.ts';
import { createJournal, eventOf, type Journal, type JournalCopy, learn } from '../journal/journal.ts';
import { type Connection, type Reply, script } from './connection.ts';

/** Most events that wait to be sent, while the store is away; the oldest are dropped. */
const MOST_WAITING = 5000;

/** Most events sent or read at once. */
const BATCH = 500;

/** Events that belong to no answer are sent after this time, in milliseconds. */
const SEND_AFTER_MILLISECONDS = 20;

/** How long it is remembered which batch came last from a replica, in milliseconds: one without an answer is sent again. */
const BATCH_REMEMBERED_MILLISECONDS = 3_600_000;

/** How often the stream is looked at while somebody follows the journal, in milliseconds. */
const FOLLOW_EVERY_MILLISECONDS = 100;

/** Most requests of which it is known what they are about. */
const MOST_REQUESTS = 2000;

/**
 * Appends a batch of events, unless it came before or the environment has ended. Gives the id of the last. Remembers
 * the latest batch of each replica, which sends none before it knows what became of the one before.
 */
const APPEND = script(`
local hash, stream, latest = unpack(KEYS)
local capacity, batch, remembered = unpack(ARGV)
local latestBatch, latestId = string.match(redis.call('GET', latest) or '', '^(%S+) (%d+)$')
if latestBatch == batch then return tonumber(latestId) end
if redis.call('EXISTS', hash) == 0 then return 0 end
local id = 0
for place = 4, #ARGV do
  id = redis.call('HINCRBY', hash, 'events', 1)
  redis.call('XADD', stream, 'MAXLEN', capacity, id .. '-0', 'event', ARGV[place])
end
local left = redis.call('PTTL', hash)
if left > 0 then redis.call('PEXPIRE', stream, left) end
redis.call('SET', latest, batch .. ' ' .. string.format('%d', id), 'PX', remembered)
return id
`);

/** Gives which environment this is, up to which event it was forgotten, and the events behind one. */
const READ = script(`
local born, forgotten = unpack(redis.call('HMGET', KEYS[1], 'born', 'forgotten'))
local after = math.max(tonumber(ARGV[1]), tonumber(forgotten or 0))
if born ~= ARGV[2] then after = tonumber(forgotten or 0) end
local events = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[2], '(' .. string.format('%d', after) .. '-0', '+', 'COUNT', ARGV[3])) do
  events[#events + 1] = string.match(entry[1], '^%d+')
  events[#events + 1] = entry[2][2]
end
return { born or '', forgotten or '0', events }
`);

/** Forgets the events so far; ids go on counting. */
const FORGET = script(`
local events = redis.call('HGET', KEYS[1], 'events')
if events then redis.call('HSET', KEYS[1], 'forgotten', events) end
redis.call('DEL', KEYS[2])
return 1
`);

/** Where an environment’s journal is: beside the hash that counts its events. */
export interface JournalKeys {
  hash: string;
  stream: string;
}

/** Events that are sent together, until it is known that they came. */
interface Batch {
  number: number;
  events: JournalEvent[];
}

export function createSharedJournal(options: {
  connection: Connection;
  keys: JournalKeys;
  clock: { now(): number };
  capacity: number;
  write: (event: JournalEvent, text: string) => void;
}): Journal {
  const { connection, keys, clock, capacity, write } = options;
  const both = [keys.hash, keys.stream];
  /** Where it is remembered which batch of this replica came last. */
  const latest = `${keys.stream}:latest:${randomUUID()}`;
  const waiting: JournalEvent[] = [];
  let batches = 0;
  let underWay: Batch | undefined;
  const subjects = new Map<string, Subject>();
  const listeners = new Set<Parameters<Journal['onRecord']>[0]>();
  let copy = newCopy();
  /** Which environment of this name the copy is of, and what it has. */
  let born = '';
  let newest = 0;
  let forgotten = 0;
  let sending: Promise<void> = Promise.resolve();
  let reading: Promise<void> = Promise.resolve();
  let sendSoon: NodeJS.Timeout | undefined;
  let following: NodeJS.Timeout | undefined;

  function newCopy(): JournalCopy {
    const made = createJournal({ clock, capacity, write: () => {} });
    made.onRecord((event, together) => {
      for (const listener of listeners) listener(event, together);
    });
    return made;
  }

  function remember(entry: JournalEntry) {
    const { request_id: requestId } = entry;
    if (requestId === undefined) return;
    const subject = subjects.get(requestId) ?? { request_id: requestId };
    learn(subject, entry);
    subjects.set(requestId, subject);
    const [oldest] = subjects.size > MOST_REQUESTS ? subjects.keys() : [];
    if (oldest !== undefined) subjects.delete(oldest);
  }

  /** The batch that nobody knows of whether it came, or else the next; undefined where nothing waits. */
  function nextBatch(): Batch | undefined {
    if (underWay) return underWay;
    if (waiting.length === 0) return undefined;
    batches += 1;
    underWay = { number: batches, events: waiting.splice(0, BATCH) };
    return underWay;
  }

  /** Those of the batch go first, from its beginning: numbered from its end, the others get their ids all the same. */
  function dropOldest({ events }: Batch) {
    const surplus = events.length + waiting.length - MOST_WAITING;
    if (surplus <= 0) return;
    const dropped = events.splice(0, surplus).length;
    waiting.splice(0, surplus - dropped);
    if (events.length === 0) underWay = undefined;
  }

  /** Hands events on to the log with their ids, of which the last is given; 0: the environment has ended. */
  function tell(events: readonly JournalEvent[], last: number) {
    for (const [place, event] of events.entries()) {
      const numbered = { ...event, id: last === 0 ? 0 : last - events.length + place + 1 };
      try {
        write(numbered, JSON.stringify(numbered));
      } catch {
        // The journal has it. That the log cannot be written could be told in the log alone.
      }
    }
  }

  async function send() {
    clearTimeout(sendSoon);
    sendSoon = undefined;
    for (let batch = nextBatch(); batch; batch = nextBatch()) {
      const { number, events } = batch;
      const texts = events.map((event) => JSON.stringify(event));
      let last: number;
      try {
        const values = [capacity, number, BATCH_REMEMBERED_MILLISECONDS, ...texts];
        last = Number(await connection.run(APPEND, [...both, latest], values));
      } catch {
        // The store is away: they are sent when it is back.
        dropOldest(batch);
        sendLater();
        return;
      }
      underWay = undefined;
      tell(events, last);
    }
  }

  function sendLater() {
    sendSoon ??= setTimeout(() => void flush(), SEND_AFTER_MILLISECONDS).unref();
  }

  function flush(): Promise<void> {
    sending = sending.then(send);
    return sending;
  }

  /** Takes what the stream has more than the copy. Gives whether there is still more. */
  async function readOn(): Promise<boolean> {
    const reply = (await connection.run(READ, both, [newest, born, BATCH])) as readonly Reply[];
    const [bornThere, forgottenThere, flat] = reply as [string, string, readonly string[]];
    if (bornThere !== born) {
      copy = newCopy();
      [born, newest, forgotten] = [bornThere, 0, 0];
    }
    if (Number(forgottenThere) > forgotten) {
      forgotten = Number(forgottenThere);
      copy.clear();
    }
    for (let place = 0; place < flat.length; place += 2) {
      newest = Number(flat[place]);
      copy.append({ ...JSON.parse(flat[place + 1] ?? ''), id: newest });
    }
    return flat.length === 2 * BATCH;
  }

  async function read() {
    while (await readOn());
  }

  function catchUp(): Promise<void> {
    const next = reading
      .catch(() => {})
      .then(flush)
      .then(read);
    reading = next;
    // Whoever waits is told; the next one tries again.
    next.catch(() => {});
    return next;
  }

  return {
    record(entry) {
      remember(entry);
      waiting.push(eventOf(entry, 0, new Date(clock.now()).toISOString()));
      sendLater();
    },
    subjectOf: (requestId) => subjects.get(requestId) ?? { request_id: requestId },
    events: (filter) => copy.events(filter),
    onRecord(listener) {
      listeners.add(listener);
      following ??= setInterval(() => void catchUp().catch(() => {}), FOLLOW_EVERY_MILLISECONDS).unref();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(following);
        following = undefined;
      };
    },
    async clear() {
      await flush();
      await connection.run(FORGET, both, []);
    },
    flush,
    catchUp,
  };
}
