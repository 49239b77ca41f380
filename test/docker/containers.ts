/** Containers of the mock, each removed when its test is over. */
import { setTimeout as wait } from 'node:timers/promises';
import { docker, freePort, IMAGE, tryDocker } from './engine.ts';

/** Everything that the root of the project promises to work under. */
export const HARDENED = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];

const made: string[] = [];

export async function removeContainers() {
  for (const id of made.splice(0)) await tryDocker('rm', '--force', '--volumes', id);
}

export interface Container {
  id: string;
  /** Where this machine reaches it. */
  origin: string;
}

/** Runs the mock, reachable at a free port of this machine. */
export async function runMock(...options: string[]): Promise<Container> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const published = ['--publish', `127.0.0.1:${port}:8585`, '--env', `PUBLIC_ORIGIN=${origin}`];
  const id = await docker('run', '--detach', ...published, ...options, IMAGE);
  made.push(id);
  return { id, origin };
}

const LOOK_EVERY_MILLISECONDS = 50;
const GIVE_UP_AFTER_MILLISECONDS = 40_000;

/** Waits for what is true of containers some day; fails with what was seen last. */
export async function until(what: string, look: () => Promise<string | true>): Promise<void> {
  const end = performance.now() + GIVE_UP_AFTER_MILLISECONDS;
  for (;;) {
    const seen = await look();
    if (seen === true) return;
    if (performance.now() > end) throw new Error(`not ${what}: ${seen}`);
    await wait(LOOK_EVERY_MILLISECONDS);
  }
}

/** Waits until the engine calls a container healthy. */
export const untilHealthy = (id: string) =>
  until('healthy', async () => {
    const health = await docker('inspect', id, '--format', '{{json .State.Health}}');
    return health.includes('"Status":"healthy"') || health;
  });

/** Waits until the mock answers at all. */
export const untilAnswering = ({ origin }: Container) =>
  until('answering', () =>
    // A connection that is made while the container’s network is may never be answered.
    fetch(origin, { signal: AbortSignal.timeout(2000) }).then(
      ({ ok, status }) => ok || `status ${status}`,
      (error) => String(error),
    ),
  );
