/**
 * Sees to it that the tests have a Chromium and a Redis server: those that are there, those that CHROMIUM and
 * REDIS_SERVER name, or Debian's, which root can install. Otherwise it says exactly what to install.
 *
 * --quickest gets Chromium's headless shell although another Chromium is there: the same engine without the browser
 * around it, in which the browser tests take a third less time.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The first of these places that is there, or undefined. */
const firstOf = (/** @type {(string | undefined)[]} */ ...places) =>
  places.find((place) => place !== undefined && existsSync(place));

const HEADLESS_SHELL = '/usr/bin/chromium-headless-shell';

/** The browser's path, or undefined. Tests and scripts use the same answer. */
export const browserPath = () =>
  firstOf(
    process.env['CHROMIUM'],
    HEADLESS_SHELL,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  );

/** The path of redis-server, or of Valkey's, or undefined. */
export const redisServerPath = () =>
  firstOf(
    process.env['REDIS_SERVER'],
    '/usr/bin/redis-server',
    '/usr/bin/valkey-server',
    '/usr/local/bin/redis-server',
    '/opt/homebrew/bin/redis-server',
  );

/** What the tests need: where it is, its Debian package, and what names another. */
const PROGRAMS = [
  { name: 'Chromium', path: browserPath, debian: 'chromium-headless-shell', variable: 'CHROMIUM' },
  { name: 'a Redis server', path: redisServerPath, debian: 'redis-server', variable: 'REDIS_SERVER' },
];

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, ...args) {
  const { status } = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}

/** @param {string[]} packages */
function install(packages) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  process.stderr.write(`Installing the Debian packages that the tests need: ${packages.join(', ')}.\n`);
  run('apt-get', 'update', '-qq') &&
    run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages);
}

const missing = () => PROGRAMS.filter(({ path }) => path() === undefined);

if (import.meta.filename === process.argv[1]) {
  const isSlow =
    process.argv.includes('--quickest') && ![process.env['CHROMIUM'], HEADLESS_SHELL].includes(browserPath());
  const wanted = PROGRAMS.filter(({ name, path }) => path() === undefined || (name === 'Chromium' && isSlow));
  if (wanted.length > 0) install(wanted.map(({ debian }) => debian));
  for (const { name, debian, variable } of missing()) {
    process.stderr.write(
      `The tests need ${name}. Install it ("sudo apt-get install ${debian}" on Debian or Ubuntu), ` +
        `or set ${variable} to its path.\n`,
    );
    process.exitCode = 1;
  }
}
