/** Runs curl.sh against a mock, so that what it shows stays true. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startMockCis2 } from 'mock-cis2';
import { expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('curl.sh', import.meta.url));

test('curl.sh chooses outcomes, makes one go wrong, and reads why', async () => {
  const cis2 = await startMockCis2({ logLevel: 'silent' });
  const { stdout, stderr } = await promisify(execFile)('sh', ['-eu', SCRIPT, new URL(cis2.url).origin]);
  const outcomes = [...stdout.matchAll(/^x-mock-cis2-outcome: (.*)$/gm)].map(([, outcome]) => outcome);
  expect(outcomes).toEqual([
    'authenticated',
    'nhsmail_not_registered',
    'authenticated',
    'internal_error',
    'authenticated',
  ]);
  expect(stdout).toContain('"id_token":');
  expect(stdout).toContain('location: http://localhost:3000/callback?error=server_error');
  expect(stdout).toContain('"explanation":"The log-in ended as internal_error:');
  expect(stderr).toBe('');
  // It left nothing behind.
  expect(await cis2.environments()).toHaveLength(1);
  await cis2.close();
});
