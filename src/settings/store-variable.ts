/** STORE: where the state is. */
import type { Fault } from './faults.ts';

/** In this process. */
export const MEMORY = 'memory:';

const REDIS = /^rediss?:$/;

const isRedis = (text: string): boolean => URL.canParse(text) && REDIS.test(new URL(text).protocol);

/** What is wrong with it, with or without a file of signing keys. It may hold a password, so it is never shown whole. */
export function storeFaults(store: string, signingKeys: string | undefined): Fault[] {
  if (store === MEMORY) return [];
  if (!isRedis(store)) {
    const found = `an address that begins with ${JSON.stringify(store.split(':', 1)[0]?.slice(0, 20))}`;
    return [{ path: 'STORE', found, allowed: 'memory:, or redis://… or rediss://… with a host' }];
  }
  if (signingKeys === undefined) return [];
  const found = 'a file of signing keys beside a store that replicas share';
  return [
    {
      path: 'SIGNING_KEYS',
      found,
      allowed: 'one of the two: with STORE=redis://… the keys are kept in the store',
    },
  ];
}
