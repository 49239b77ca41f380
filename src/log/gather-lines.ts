/**
 * Log lines are put into text and written together: a log-in has a dozen, and one at a time, each with a call of the
 * system, they would cost several times as much.
 */

export interface Lines {
  write(line: string): void;
}

/** What gives a line when it is to be written, or the line itself. */
type Line = string | (() => string);

export interface GatheredLines extends Lines {
  /** A line that is put into text when it is written. */
  add(line: () => string): void;
}

/** Each line as it comes: for whoever reads them while the process runs, as tests do. */
export function oneByOne(destination: Lines): GatheredLines {
  return {
    write: (line) => destination.write(line),
    add: (line) => destination.write(line()),
  };
}

/** Written once they are so many, */
const MOST_LINES = 200;

/** and at the latest after so many milliseconds, or when the process ends. */
const WRITTEN_WITHIN_MILLISECONDS = 100;

/** `open` gives where they go, when there is something to write. */
export function gatherLines(open: () => Lines): GatheredLines {
  let gathered: Line[] = [];
  let timer: NodeJS.Timeout | undefined;
  let destination: Lines | undefined;

  function writeAll() {
    clearTimeout(timer);
    timer = undefined;
    const lines = gathered;
    gathered = [];
    const text = lines.map((line) => (typeof line === 'string' ? line : line())).join('');
    if (text === '') return;
    destination ??= open();
    destination.write(text);
  }

  function add(line: Line) {
    gathered.push(line);
    if (gathered.length >= MOST_LINES) writeAll();
    else timer ??= setTimeout(writeAll, WRITTEN_WITHIN_MILLISECONDS).unref();
  }

  process.on('exit', writeAll);
  return { write: add, add };
}
