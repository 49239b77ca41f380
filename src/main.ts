#!/usr/bin/env node
/** The process: reads its environment variables, then starts the service, or only checks what it would start with. */
import closeWithGrace from 'close-with-grace';
import { keysInFile } from './environment/signing-key-file.ts';
import { ConfigurationError, type MockCis2, type MockCis2Options, startMockCis2 } from './index.ts';
import { checkDefaultFixtures, loadFixtures } from './settings/fixtures.ts';
import { readVariables, type Variables } from './settings/variables.ts';

/** Milliseconds that requests under way are given when the process is told to end. */
const CLOSE_WITHIN_MILLISECONDS = 5000;

/** Log lines that people read on a terminal; JSON for everything else. */
async function logDestination(): Promise<Pick<MockCis2Options, 'logTo'>> {
  if (!process.stdout.isTTY) return {};
  const { default: pretty } = await import('pino-pretty');
  return { logTo: pretty({ ignore: 'pid,hostname', sync: true }) };
}

async function start(variables: Variables) {
  const cis2 = await startMockCis2({ ...variables, ...(await logDestination()) });
  closeWithGrace({ delay: CLOSE_WITHIN_MILLISECONDS }, async () => cis2.close());
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

/** `node dist/main.js check`: finds every fault of the configuration without starting anything. */
async function check({ fixtures, signingKeys, tls, tlsFolder }: Variables) {
  checkDefaultFixtures();
  if (tls === 'auto') (await import('./tls/kept-authority.ts')).checkKeptTls(tlsFolder);
  else if (tls) (await import('./tls/tls.ts')).givenTls(tls);
  if (signingKeys !== undefined) keysInFile(signingKeys);
  if (fixtures !== undefined) loadFixtures(fixtures);
  process.stdout.write('The configuration is in order.\n');
}

const COMMANDS: Readonly<Record<string, (variables: Variables) => Promise<void>>> = { start, check };

function explain(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return `${message}. Another program uses this port; set PORT to another one, or HTTP_PORT where it is that.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  const name = process.argv[2] ?? 'start';
  const command = COMMANDS[name];
  if (!command) {
    throw new ConfigurationError([
      { path: 'command', found: name, allowed: Object.keys(COMMANDS).join(', ') },
    ]);
  }
  await command(readVariables(process.env));
} catch (error) {
  process.stderr.write(`Mock CIS2 Authentication did not start.\n${explain(error)}\n`);
  process.exitCode = 1;
}
