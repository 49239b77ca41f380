/**
 * Sees to it that the browser tests have a Chromium: the one that is there, the one that CHROMIUM names, or
 * Debian's, which root can install. Otherwise it says exactly what to install.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PLACES = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The browser's path, or undefined. Tests and scripts use the same answer. */
export const browserPath = () => PLACES.find((path) => path && existsSync(path));

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

function install() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  process.stderr.write('No Chromium here: installing the Debian package for the browser tests.\n');
  return (
    run('apt-get', 'update', '-qq') &&
    run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium')
  );
}

if (import.meta.filename === process.argv[1]) {
  if (!browserPath() && !(install() && browserPath())) {
    process.stderr.write(
      'The browser tests need Chromium. Install it ("sudo apt-get install chromium" on Debian or Ubuntu), ' +
        'or set CHROMIUM to the path of a Chromium or Chrome.\n',
    );
    process.exitCode = 1;
  }
}
