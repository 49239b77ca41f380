/** The engine that the tests run containers in: whichever `docker` talks to, DOCKER_HOST included. */
import { execFile, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What the images are called here; never what people call theirs. */
export const IMAGE = 'mock-cis2-under-test';
export const APP_IMAGE = 'mock-cis2-example-application-under-test';

const runs = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;

/** Compose as the plug-in of docker, or as the program of its own that Debian has. */
const COMPOSE = runs('docker', 'compose', 'version') ? ['docker', 'compose'] : ['docker-compose'];

/** What is missing to run the tests, with how to mend it; undefined where nothing is. */
export function whatIsMissing(): string | undefined {
  if (!runs('docker', '--version'))
    return 'There is no docker on the PATH. Install Docker, or its command line.';
  const { status, stderr } = spawnSync('docker', ['version', '--format', '{{.Server.Version}}']);
  if (status !== 0)
    return `No Docker engine answers. Start it, or set DOCKER_HOST to where it listens. docker says: ${String(stderr).trim()}`;
  if (!runs(COMPOSE[0] ?? '', ...COMPOSE.slice(1), 'version'))
    return 'There is no Docker Compose: neither `docker compose` nor `docker-compose` runs. Install either.';
  return undefined;
}

export interface Said {
  code: number;
  out: string;
  err: string;
}

const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

async function run(command: string, args: readonly string[], env: Record<string, string>): Promise<Said> {
  const options = { cwd: ROOT, env: { ...process.env, ...env }, maxBuffer: MOST_OUTPUT_BYTES };
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, options);
    return { code: 0, out: stdout.trim(), err: stderr.trim() };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { code, out: stdout.trim(), err: stderr.trim() };
  }
}

async function succeed(command: string, args: readonly string[], env: Record<string, string>) {
  const { code, out, err } = await run(command, args, env);
  if (code === 0) return out;
  throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${out}\n${err}`);
}

/** What a docker command that must succeed prints. */
export const docker = (...args: string[]) => succeed('docker', args, {});

/** What became of a docker command that may fail. */
export const tryDocker = (...args: string[]) => run('docker', args, {});

/** What a Compose command that must succeed prints, with these variables. */
export const compose = (env: Record<string, string>, ...args: string[]) =>
  succeed(COMPOSE[0] ?? '', [...COMPOSE.slice(1), ...args], {
    MOCK_CIS2_IMAGE: IMAGE,
    MOCK_CIS2_APP_IMAGE: APP_IMAGE,
    ...env,
  });

/** A TCP port that nobody has now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
