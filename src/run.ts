/** Reads the command and the environment variables, then starts the service, or only checks, or tells. */
import closeWithGrace from 'close-with-grace';
import { type Command, helpText, readCommand } from './command-line.ts';
import { checkConfiguration } from './configuration.ts';
import { ConfigurationError, type MockCis2, type MockCis2Options, startMockCis2 } from './index.ts';
import { packageVersion } from './settings/package-version.ts';
import { readVariables, type Variables } from './settings/variables.ts';

/**
 * Milliseconds that a process which was told to end takes at most: more than the mock gives requests and background
 * work, less than the ten seconds after which Docker kills.
 */
const CLOSE_WITHIN_MILLISECONDS = 8000;

/** Log lines that people read on a terminal; JSON for everything else. */
async function logDestination(): Promise<Pick<MockCis2Options, 'logTo'>> {
  if (!process.stdout.isTTY) return {};
  const { default: pretty } = await import('pino-pretty');
  return { logTo: pretty({ ignore: 'pid,hostname', sync: true }) };
}

async function start(onStarted: () => void) {
  const variables = readVariables(process.env);
  const cis2 = await startMockCis2({ ...variables, ...(await logDestination()) });
  closeWithGrace({ delay: CLOSE_WITHIN_MILLISECONDS }, async () => cis2.close());
  onStarted();
  process.stdout.write(
    `Mock CIS2 Authentication is running. Open ${cis2.url}\n${await aboutTls(variables, cis2)}`,
  );
}

/** What there is to say of certificates, in lines. */
async function aboutTls({ tls, tlsFolder }: Variables, { httpUrl }: MockCis2): Promise<string> {
  const plain = httpUrl === undefined ? '' : `Plain HTTP beside it: ${httpUrl}\n`;
  if (tls !== 'auto') return plain;
  const { authorityFileIn } = await import('./tls/kept-authority.ts');
  return `${plain}Have this certificate authority trusted: ${authorityFileIn(tlsFolder)} (docs/networking.md says how)\n`;
}

async function obey(command: Command, onStarted: () => void) {
  switch (command.name) {
    case 'help':
      process.stdout.write(helpText());
      break;
    case 'version':
      process.stdout.write(`${packageVersion()}\n`);
      break;
    case 'check':
      await checkConfiguration(process.env, command.path);
      process.stdout.write('The configuration is in order.\n');
      break;
    default:
      await start(onStarted);
  }
}

/** What to do about an address that cannot be listened on, by the system’s code. */
const MENDS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program uses this port; set PORT to another one, or HTTP_PORT where it is that.',
  EACCES: 'This port needs rights that the process does not have; set PORT to one above 1023.',
  EADDRNOTAVAIL: 'HOST is not an address of this machine; 127.0.0.1 and 0.0.0.0 always are.',
  ENOTFOUND: 'HOST is a name that is not known here; 127.0.0.1 and 0.0.0.0 always work.',
};

function explain(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const mend = MENDS[code];
  if (mend !== undefined) return `${message}. ${mend}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Where a start fails of its configuration, all that is wrong with it: the first fault may hide others. */
async function everyFault(error: unknown): Promise<unknown> {
  if (!(error instanceof ConfigurationError)) return error;
  try {
    await checkConfiguration(process.env);
    return error;
  } catch (whole) {
    return whole;
  }
}

/** Does what the process was called for. `onStarted`: from then on it ends with grace by itself. */
export async function run(onStarted: () => void) {
  let command: Command | undefined;
  try {
    command = readCommand(process.argv.slice(2));
    await obey(command, onStarted);
  } catch (error) {
    const explained = explain(command?.name === 'start' ? await everyFault(error) : error);
    process.stderr.write(
      command?.name === 'check'
        ? `${explained}\n`
        : `Mock CIS2 Authentication did not start.\n${explained}\n`,
    );
    process.exitCode = 1;
  }
}
