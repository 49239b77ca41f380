/** One process of the mock, as people run it, which can be ended and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const TELL_MEMORY = new URL('tell-memory.mjs', import.meta.url).href;

/** Far more than it takes, since the machine may be busy with something else: this is no measurement. */
const START_WITHIN_MILLISECONDS = 120_000;
const END_WITHIN_MILLISECONDS = 30_000;

/** Bytes: of the JavaScript heap and its buffers once garbage is gone, and of the whole process. */
export interface Memory {
  inUse: number;
  rss: number;
}

export interface Replica {
  readonly name: string;
  readonly origin: string;
  /** How often it was started: what began in another life of the process may have been cut off. */
  readonly lives: number;
  readonly isUp: boolean;
  start(): Promise<void>;
  /** Ends it and waits until it has: by SIGTERM, which it must answer with exit code 0, or by SIGKILL. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  memory(): Promise<Memory>;
}

/** A line of level error (50) or fatal (60). */
const FAULT = /"level":(?:50|60),/;

export interface ReplicaOptions {
  name: string;
  port: number;
  /** Beside PORT. */
  variables: Readonly<Record<string, string>>;
  /** Told what no run may show. */
  onFault: (fault: string) => void;
}

export function createReplica({ name, port, variables, onFault }: ReplicaOptions): Replica {
  let child: ChildProcess | undefined;
  let lives = 0;
  let isUp = false;

  function watch(started: ChildProcess) {
    let rest = '';
    started.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (FAULT.test(line)) onFault(`${name} logged: ${line.slice(0, 2000)}`);
    });
    started.stderr?.setEncoding('utf8').on('data', (text: string) => onFault(`${name} on stderr: ${text}`));
    started.once('exit', (code, signal) => {
      if (!isUp) return;
      isUp = false;
      onFault(`${name} ended by itself, with ${code ?? signal}`);
    });
  }

  async function answers(started: ChildProcess) {
    const end = performance.now() + START_WITHIN_MILLISECONDS;
    while (performance.now() < end && started.exitCode === null) {
      const answer = await fetch(origin).catch(() => undefined);
      await answer?.text();
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${name} does not answer at ${origin}`);
  }

  const origin = `http://127.0.0.1:${port}`;
  return {
    name,
    origin,
    get lives() {
      return lives;
    },
    get isUp() {
      return isUp;
    },
    async start() {
      const { PATH = '' } = process.env;
      child = spawn(process.execPath, ['--expose-gc', '--import', TELL_MEMORY, MAIN], {
        env: { PATH, PORT: String(port), ...variables },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      watch(child);
      await answers(child);
      lives += 1;
      isUp = true;
    },
    async end(signal) {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const wasUp = isUp;
      isUp = false;
      const ended = once(child, 'exit');
      const late = setTimeout(() => {
        onFault(`${name} did not end within ${END_WITHIN_MILLISECONDS} ms of ${signal}`);
        child?.kill('SIGKILL');
      }, END_WITHIN_MILLISECONDS);
      child.kill(signal);
      const [code] = await ended;
      clearTimeout(late);
      if (wasUp && signal === 'SIGTERM' && code !== 0)
        onFault(`${name} ended with ${code} when told to end, not 0`);
    },
    async memory() {
      if (!child) throw new Error(`${name} is not there`);
      const told = once(child, 'message');
      child.send('memory');
      const [memory] = await told;
      return memory as Memory;
    },
  };
}
