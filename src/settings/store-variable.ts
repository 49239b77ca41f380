/** Where the state is: STORE, or the option store. */
import type { Fault } from './faults.ts';

/** In this process. */
export const MEMORY = 'memory:';

const REDIS = /^rediss?:$/;

/** What may be named, in words. */
export const STORES = 'memory:, or redis://… or rediss://… with a host';

const isRedis = (text: string): boolean => URL.canParse(text) && REDIS.test(new URL(text).protocol);

/**
 * What is wrong with it, with or without a file of signing keys, by the names that whoever set it used. It may hold a
 * password, so it is never shown whole.
 */
export function storeFaults(
  store: string,
  signingKeys: string | undefined,
  nameOf: (option: 'store' | 'signingKeys') => string,
): Fault[] {
  if (store === MEMORY) return [];
  if (!isRedis(store)) {
    const found = `an address that begins with ${JSON.stringify(store.split(':', 1)[0]?.slice(0, 20))}`;
    return [{ path: nameOf('store'), found, allowed: STORES }];
  }
  if (signingKeys === undefined) return [];
  const found = 'a file of signing keys beside a store that replicas share';
  return [
    {
      path: nameOf('signingKeys'),
      found,
      allowed: `one of the two: with ${nameOf('store')} redis://… the keys are kept in the store`,
    },
  ];
}
