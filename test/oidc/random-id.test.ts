import { expect, test } from 'vitest';
import { randomId } from '../../src/oidc/secrets.ts';

test('ids are 256 bits each, and no bit of one comes again in another', () => {
  // More than are made of the bytes that are taken at a time.
  const ids = Array.from({ length: 1000 }, randomId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[\w-]{43}$/);
  const quarters = ids.flatMap((id) => Buffer.from(id, 'base64url').toString('hex').match(/.{16}/g) ?? []);
  expect(new Set(quarters).size).toBe(ids.length * 4);
  expect(quarters).not.toContain('0'.repeat(16));
});
