/**
 * The connection to a Redis or Valkey: commands and scripts with a time limit, one error where it is away, and one where
 * it refuses.
 */
import { createHash } from 'node:crypto';
import { createClient, ErrorReply } from '@redis/client';
import { StoreAway, StoreRefused } from '../environment/store.ts';
import { ConfigurationError } from '../settings/faults.ts';

/** What a server answers, in its older protocol. */
export type Reply = string | number | null | readonly Reply[];

/** Lua that the server runs as one step: nothing else happens meanwhile. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

export function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

export interface Connection {
  /** Throws StoreAway where no answer comes in time, StoreRefused where the answer is an error. */
  send(...command: readonly string[]): Promise<Reply>;
  /**
   * Runs a script. Throws StoreAway where no answer comes in time: then it may have been run or not. Throws StoreRefused
   * where the answer is an error.
   */
  run(script: Script, keys: readonly string[], values: readonly (string | number)[]): Promise<Reply>;
  /**
   * Which run of the server this is: another after each restart or failover, by which it may have lost what was
   * written last. Throws StoreAway where it is not known.
   */
  serverRun(): string;
  close(): Promise<void>;
}

/** A server that has not answered by then is away. */
const ANSWER_WITHIN_MILLISECONDS = 2000;

/** How long a start waits for the server. */
const CONNECT_WITHIN_MILLISECONDS = 3000;

/** Longest pause between two attempts to connect again. */
const LONGEST_PAUSE_MILLISECONDS = 500;

/** An address without its password. */
function shownUrl(url: string): string {
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '…';
  return shown.href;
}

const messageOf = (error: unknown): string =>
  error instanceof Error
    ? error.message || ((error as NodeJS.ErrnoException).code ?? error.name)
    : String(error);

/** The server’s words for what it refused, without the name that it gives to a script of ours. */
const refusalOf = (error: ErrorReply): string => messageOf(error).replace(/\.? script: .*$/s, '');

/** What the work gives, unless it takes too long. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const RUN_ID = /^run_id:(\w+)/m;

/** Hears how the connection is, and each time of what the server refused. */
export interface ConnectionListener {
  reached(): void;
  lost(why: string): void;
  refused(why: string): void;
}

/**
 * Connects, and goes on connecting whenever the connection is lost. Throws ConfigurationError where the server cannot be
 * reached at the start.
 */
export async function connect(url: string, listener: ConnectionListener): Promise<Connection> {
  let run: string | undefined;
  let isLost = true;
  /** Why the latest attempt to connect failed. */
  let failure: string | undefined;
  const client = createClient({
    url,
    RESP: 2,
    // Nobody waits for a server that is away: it is said at once.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: ANSWER_WITHIN_MILLISECONDS,
      reconnectStrategy: (retries) => Math.min(20 * 2 ** retries, LONGEST_PAUSE_MILLISECONDS),
    },
  });

  function lost(why: string) {
    run = undefined;
    if (!isLost) listener.lost(why);
    isLost = true;
  }

  async function learnRun() {
    const info = await within(ANSWER_WITHIN_MILLISECONDS, client.sendCommand<string>(['INFO', 'server']));
    run = RUN_ID.exec(info)?.[1] ?? 'unnamed';
    if (isLost) listener.reached();
    isLost = false;
  }

  async function answered<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await within(ANSWER_WITHIN_MILLISECONDS, work());
    } catch (error) {
      if (!(error instanceof ErrorReply)) throw new StoreAway(messageOf(error));
      const why = refusalOf(error);
      listener.refused(why);
      throw new StoreRefused(why);
    }
  }

  client.on('error', (error) => {
    failure = messageOf(error);
    lost(failure);
  });
  // Each new connection may be to another run of the server; until it is known which, nothing is read or written.
  client.on('ready', () => learnRun().catch((error) => lost(messageOf(error))));

  try {
    await within(CONNECT_WITHIN_MILLISECONDS, client.connect());
    await learnRun();
  } catch (error) {
    client.destroy();
    const found = `${shownUrl(url)}, which cannot be reached: ${failure ?? messageOf(error)}`;
    const allowed = 'the address of a Redis or Valkey that runs, or memory: for none';
    throw new ConfigurationError([{ path: 'STORE', found, allowed }]);
  }

  return {
    send: (...command) => answered(() => client.sendCommand<Reply>([...command])),
    run: (of, keys, values) =>
      answered(async () => {
        const operands = [String(keys.length), ...keys, ...values.map(String)];
        try {
          return await client.sendCommand<Reply>(['EVALSHA', of.sha, ...operands]);
        } catch (error) {
          if (!messageOf(error).startsWith('NOSCRIPT')) throw error;
          return client.sendCommand<Reply>(['EVAL', of.text, ...operands]);
        }
      }),
    serverRun() {
      if (run === undefined) throw new StoreAway('the connection is lost');
      return run;
    },
    async close() {
      client.destroy();
    },
  };
}
