/** The log: a line of JSON for each event of the journals, and for what goes wrong in the process itself. */
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { LogLevel } from '../settings/setting-rules.ts';
import { type GatheredLines, gatherLines, type Lines, oneByOne } from './gather-lines.ts';

/** Gives the logger; it is made, and what makes it is loaded, when it is first wanted. */
export type LoggerWanted = () => Logger;

export interface Log {
  /** For everything that is no event. */
  logger: LoggerWanted;
  /** Writes an event of an environment’s journal, given as its JSON, at the level info. */
  event(text: string, environment: string): void;
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

const SENTENCE = ',"explanation":';

const TIME = ',"time":';

/**
 * As pino would write it, but when its time has come, and cut out of the event’s own JSON: a log-in has a dozen. Nothing
 * within a text can be taken for the name of a member, since JSON escapes quotation marks.
 */
function lineOf(text: string, environment: string, time: number): string {
  const timeAt = text.indexOf(TIME);
  const momentAt = timeAt + TIME.length;
  const momentEnd = text.indexOf(',', momentAt);
  const sentenceAt = text.lastIndexOf(SENTENCE);
  const when = `,"clock":${text.slice(momentAt, momentEnd)},"environment":${JSON.stringify(environment)}`;
  const sentence = text.slice(sentenceAt + SENTENCE.length);
  return `{"level":${INFO},"time":${time},${ABOUT_PROCESS},${text.slice(1, timeAt)}${text.slice(momentEnd, sentenceAt)}${when},"msg":${sentence}\n`;
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
    event(text, environment) {
      if (!hasEvents) return;
      const time = machine();
      destination.add(() => lineOf(text, environment, time));
    },
  };
}
