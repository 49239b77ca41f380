/**
 * The keys that a client signs its assertions with: from its jwks_uri, its inline JWK Set or its PEM. What a
 * jwks_uri serves is cached, and fetched again when an assertion names a key that is not in it.
 */
import { createPublicKey } from 'node:crypto';
import type { JWK } from 'jose';
import type { Client } from './client-schema.ts';
import { fetchBounded } from './outbound.ts';

/** Why there is no key, in words, for the journal. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

interface CachedKeys {
  keys: readonly JWK[];
  /** When they were fetched, by the environment’s clock, in milliseconds since 1970. */
  fetchedAt: number;
  /** The same by the machine’s clock. */
  fetchedAtMachine: number;
}

export interface ClientKeys {
  /** The client’s keys; with a kid that the cache does not have, fetched anew. Throws KeysUnavailable. */
  keysOf(client: Client, kid: string | undefined): Promise<readonly JWK[]>;
  /** The keys fetched anew, where none of those known verified and no kid told so; undefined where that makes no sense. */
  newerKeysOf(client: Client): Promise<readonly JWK[] | undefined>;
}

/** How long fetched keys are used, in milliseconds by the environment’s clock. */
const CACHE_MILLISECONDS = 300_000;

/**
 * How soon what is not among them may have them fetched again, in milliseconds by the machine’s clock: this spares the
 * network, to which it is all the same what time an environment has, or whether its clock stands still.
 */
const REFETCH_MILLISECONDS = 5000;

/** Largest JWK Set taken, in bytes. */
const MAX_BYTES = 65_536;

function readKeySet(text: string, from: string): JWK[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new KeysUnavailable(`${from} did not answer with JSON`);
  }
  const keys = (value as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys))
    throw new KeysUnavailable(`${from} did not answer with a JWK Set: it has no list "keys"`);
  return keys.filter(
    (key): key is JWK => typeof key === 'object' && key !== null && typeof key.kty === 'string',
  );
}

async function fetchKeys(uri: string, timeoutSeconds: number): Promise<JWK[]> {
  const answer = await fetchBounded(uri, { timeoutSeconds, maxBytes: MAX_BYTES });
  if ('failure' in answer) throw new KeysUnavailable(`${uri} could not be read: ${answer.failure}`);
  if (answer.status !== 200) throw new KeysUnavailable(`${uri} answered with status ${answer.status}`);
  return readKeySet(answer.body, uri);
}

/** `machine` tells the machine’s time in milliseconds since 1970. */
export function createClientKeys(
  clock: { now(): number },
  machine: () => number,
  timeoutSeconds: () => number,
): ClientKeys {
  const cache = new Map<string, CachedKeys>();
  const underWay = new Map<string, Promise<JWK[]>>();

  async function fetchOnce(uri: string): Promise<JWK[]> {
    const already = underWay.get(uri);
    if (already) return already;
    const fetching = fetchKeys(uri, timeoutSeconds()).finally(() => underWay.delete(uri));
    underWay.set(uri, fetching);
    const keys = await fetching;
    cache.set(uri, { keys, fetchedAt: clock.now(), fetchedAtMachine: machine() });
    return keys;
  }

  // Either clock may be set back, which makes nothing newer: hence the distance.
  const isFresh = ({ fetchedAt }: CachedKeys) => Math.abs(clock.now() - fetchedAt) < CACHE_MILLISECONDS;
  const mayFetchAgain = ({ fetchedAtMachine }: CachedKeys) =>
    Math.abs(machine() - fetchedAtMachine) >= REFETCH_MILLISECONDS;

  async function fromUri(uri: string, kid: string | undefined): Promise<readonly JWK[]> {
    const cached = cache.get(uri);
    if (!cached || !isFresh(cached)) return fetchOnce(uri);
    const isKnown = kid === undefined || cached.keys.some((key) => key.kid === kid);
    return isKnown || !mayFetchAgain(cached) ? cached.keys : fetchOnce(uri);
  }

  return {
    async newerKeysOf(client) {
      const uri = client.jwks || client.public_key_pem !== undefined ? undefined : client.jwks_uri;
      const cached = uri === undefined ? undefined : cache.get(uri);
      return uri === undefined || !cached || !mayFetchAgain(cached) ? undefined : fetchOnce(uri);
    },
    async keysOf(client, kid) {
      if (client.jwks) return client.jwks.keys as JWK[];
      if (client.public_key_pem !== undefined)
        return [createPublicKey(client.public_key_pem).export({ format: 'jwk' }) as JWK];
      if (client.jwks_uri !== undefined) return fromUri(client.jwks_uri, kid);
      throw new KeysUnavailable('the client has no jwks_uri, no jwks and no public_key_pem');
    },
  };
}
