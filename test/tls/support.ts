/** Folders that are gone after the tests, and calls that trust one certificate authority and nothing else. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, fetch as fetchBy } from 'undici';
import { afterAll } from 'vitest';
import { type MockCis2, type MockCis2Options, startMockCis2 } from '../../src/index.ts';

const folders: string[] = [];
const running: MockCis2[] = [];
const agents: Agent[] = [];

afterAll(async () => {
  // Answers that no test read would be waited for.
  for (const agent of agents) await agent.destroy();
  for (const cis2 of running) await cis2.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'mock-cis2-tls-'));
  folders.push(made);
  return made;
}

/** A mock on ports of its own, closed after the tests. */
export async function start(options: MockCis2Options): Promise<MockCis2> {
  const cis2 = await startMockCis2({ logLevel: 'silent', ...options });
  running.push(cis2);
  return cis2;
}

/** A fetch that trusts this authority alone, none of the machine’s. */
export function trusting(ca: string): typeof fetch {
  const dispatcher = new Agent({ connect: { ca } });
  agents.push(dispatcher);
  return ((url: string | URL, init: object = {}) => fetchBy(url, { ...init, dispatcher })) as typeof fetch;
}
