/** The log: a line of JSON for each event of the journals, and for what goes wrong in the process itself. */
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { JournalEvent } from '../journal/journal.ts';
import type { LogLevel } from '../settings/variables.ts';
import { type GatheredLines, gatherLines, type Lines, oneByOne } from './gather-lines.ts';

/** Gives the logger; it is made, and what makes it is loaded, when it is first wanted. */
export type LoggerWanted = () => Logger;

export interface Log {
  /** For everything that is no event. */
  logger: LoggerWanted;
  /** Writes an event of an environment’s journal, at the level info. */
  event(event: JournalEvent, environment: string): void;
}

/** Loaded with the first line that is written: a start needs none, and would take a tenth longer. */
const loadPino = () => (createRequire(import.meta.url)('pino') as typeof import('pino')).pino;

let standardOutput: GatheredLines | undefined;

/** One for the process, since whoever gathers lines writes the rest of them when it ends. */
function toStandardOutput(): GatheredLines {
  standardOutput ??= gatherLines(() => loadPino().destination({ sync: true }));
  return standardOutput;
}

/** As pino counts it. */
const INFO = 30;

/** The levels at which events are written. */
const LEVELS_WITH_EVENTS: readonly LogLevel[] = ['info', 'debug', 'trace'];

const ABOUT_PROCESS = `"pid":${process.pid},"hostname":${JSON.stringify(hostname())}`;

/** One more member of an object in JSON; none where there is nothing to tell. */
const member = (name: string, value: unknown): string =>
  value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`;

/** The same for a text of our own making that has no character which JSON would escape. */
const plainMember = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `,"${name}":"${value}"`;

/** As pino would write it, but when its time has come, and put together by hand: a log-in has a dozen, in half the time so. */
function lineOf(event: JournalEvent, environment: string, time: number): string {
  const { id, request_id, login_id, client_id, uid, kind, details, refusal } = event;
  const about = `${plainMember('request_id', request_id)}${member('login_id', login_id)}${member('client_id', client_id)}${member('uid', uid)}`;
  const what = `${plainMember('kind', kind)}${member('details', details)}${member('refusal', refusal)}`;
  const when = `${plainMember('clock', event.time)}${member('environment', environment)}`;
  return `{"level":${INFO},"time":${time},${ABOUT_PROCESS},"id":${id}${about}${what}${when}${member('msg', event.explanation)}}\n`;
}

/**
 * `machine` tells the time in milliseconds since 1970. `lines` is where they go, each as it comes; left out, to standard
 * output, gathered.
 */
export function createLog(level: LogLevel, machine: () => number, lines?: Lines): Log {
  const destination = lines ? oneByOne(lines) : toStandardOutput();
  const hasEvents = LEVELS_WITH_EVENTS.includes(level);
  let logger: Logger | undefined;
  return {
    logger() {
      logger ??= loadPino()({ level }, destination);
      return logger;
    },
    event(event, environment) {
      if (!hasEvents) return;
      const time = machine();
      destination.add(() => lineOf(event, environment, time));
    },
  };
}
