/** Comparing and making secrets. */
import { hash, randomFillSync, timingSafeEqual } from 'node:crypto';

/** Compares without telling by its time where two secrets differ, nor how long they are. */
export function secretsEqual(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}

const ID_BYTES = 32;

/** Bytes for the next ids, since asking the system for them costs far more than an id. Each is used once, then wiped. */
const pool = Buffer.alloc(ID_BYTES * 512);
let used = pool.length;

/** 256 bits that nobody can guess, as 43 characters that any URL or cookie can carry. */
export function randomId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const id = pool.toString('base64url', used, used + ID_BYTES);
  pool.fill(0, used, used + ID_BYTES);
  used += ID_BYTES;
  return id;
}
