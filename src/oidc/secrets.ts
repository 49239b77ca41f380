/** Comparing and making secrets. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Compares without telling by its time where two secrets differ, nor how long they are. */
export function secretsEqual(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** 256 bits that nobody can guess, as 43 characters that any URL or cookie can carry. */
export const randomId = (): string => randomBytes(32).toString('base64url');
