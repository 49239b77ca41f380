/** The signing keys that replicas share: in an environment’s hash, where the first replica that makes some keeps them. */
import type { JWK } from 'jose';
import { encryptionJwk, type KeptKey, privateKeyFrom } from '../environment/rsa-keys.ts';
import type { KeyKeeper } from '../environment/signing-key-set.ts';
import type { KeyStatus } from '../environment/signing-key-states.ts';
import { createSigningKeys, type SigningKeys } from '../environment/signing-keys.ts';
import type { Connection } from './connection.ts';
import type { SharedKeys } from './shared-state.ts';
import { FIRST } from './shared-state-scripts.ts';

const ENCRYPTION_KEY = 'encryption_key';

const written = (keys: readonly KeptKey[]): string =>
  JSON.stringify(
    keys.map(({ status, privateKey }) => ({ status, jwk: privateKey.export({ format: 'jwk' }) })),
  );

function read(text: string): KeptKey[] {
  const entries = JSON.parse(text) as { status: KeyStatus; jwk: JWK }[];
  return entries.map(({ status, jwk }) => ({ status, privateKey: privateKeyFrom(jwk) }));
}

/** The public key for encryption, which nothing is ever encrypted to: that of the replica that came first. */
export function sharedEncryptionKey(connection: Connection, hash: string): () => Promise<JWK> {
  return async () => {
    const kept = await connection.send('HGET', hash, ENCRYPTION_KEY);
    if (typeof kept === 'string') return JSON.parse(kept);
    const own = JSON.stringify(await encryptionJwk());
    return JSON.parse(String(await connection.run(FIRST, [hash], [ENCRYPTION_KEY, own])));
  };
}

export function createSharedKeys(
  connection: Connection,
  hash: string,
  encryption: () => Promise<JWK>,
): { keys: SigningKeys; shared: SharedKeys } {
  async function begin(first: readonly KeptKey[]): Promise<readonly KeptKey[]> {
    return read(String(await connection.run(FIRST, [hash], ['keys', written(first)])));
  }
  const keeper: KeyKeeper = {
    async load() {
      const text = await connection.send('HGET', hash, 'keys');
      return typeof text === 'string' ? read(text) : undefined;
    },
    begin,
    // A change is written with everything else of the environment.
    save: async () => {},
  };
  const keys = createSigningKeys(keeper, encryption);
  const text = () => {
    const kept = keys.kept();
    return kept && written(kept);
  };
  return {
    keys,
    shared: {
      text,
      take(from) {
        if (from === '') keys.adopt(undefined);
        else if (from !== text()) keys.adopt(read(from));
      },
      async offer() {
        const own = keys.kept();
        if (own) keys.adopt(await begin(own));
      },
    },
  };
}
