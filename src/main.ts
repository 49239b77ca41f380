#!/usr/bin/env node
/** The process: reads its environment variables, starts the service, and ends cleanly. */
import closeWithGrace from 'close-with-grace';
import { ConfigurationError, type MockCis2, type MockCis2Options, startMockCis2 } from './index.ts';
import { readVariables } from './settings/variables.ts';

/** Seconds that requests under way are given when the process is told to end. */
const CLOSE_WITHIN_MILLISECONDS = 5000;

/** Log lines that people read on a terminal; JSON for everything else. */
async function logDestination(): Promise<Pick<MockCis2Options, 'logTo'>> {
  if (!process.stdout.isTTY) return {};
  const { default: pretty } = await import('pino-pretty');
  return { logTo: pretty({ ignore: 'pid,hostname', sync: true }) };
}

async function start(): Promise<MockCis2> {
  const variables = readVariables(process.env);
  const cis2 = await startMockCis2({ ...variables, ...(await logDestination()) });
  process.stdout.write(`Mock CIS2 Authentication is running. Open ${cis2.url}\n`);
  return cis2;
}

function explain(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `${message}. Another program uses this port; set PORT to another one.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  const cis2 = await start();
  closeWithGrace({ delay: CLOSE_WITHIN_MILLISECONDS }, async () => cis2.close());
} catch (error) {
  process.stderr.write(`Mock CIS2 Authentication did not start.\n${explain(error)}\n`);
  process.exitCode = 1;
}
