/** SIGNING_KEYS: the file that keeps the keys over a restart, so that what relying parties have cached stays right. */
import { createPublicKey, randomUUID } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { JWK } from 'jose';
import { ConfigurationError } from '../settings/faults.ts';
import { encryptionJwk, type KeptKey, privateKeyFrom } from './rsa-keys.ts';
import type { KeyKeeper } from './signing-key-set.ts';
import type { KeyStatus } from './signing-key-states.ts';

const STATUSES: readonly KeyStatus[] = ['active', 'published', 'retired'];

/** Only the owner reads private keys. */
const MODE = 0o600;

function damaged(path: string, found: string): ConfigurationError {
  return new ConfigurationError([
    {
      path: `SIGNING_KEYS ${path}`,
      found,
      allowed:
        'the file that the mock wrote: {"keys": [{"status": "active", "jwk": {…}}], "encryption": {…}}; delete it for new keys',
    },
  ]);
}

function readKey(entry: unknown, path: string): KeptKey {
  const { status, jwk } = (entry ?? {}) as { status?: KeyStatus; jwk?: JWK };
  if (!status || !STATUSES.includes(status)) throw damaged(path, `a key of status ${JSON.stringify(status)}`);
  try {
    return { status, privateKey: privateKeyFrom(jwk ?? {}) };
  } catch (error) {
    throw damaged(path, `a key that cannot be read (${error instanceof Error ? error.message : error})`);
  }
}

/** The public key that stands beside them; none in a file of an earlier release, or not yet. */
function readEncryption(jwk: JWK | undefined, path: string): JWK | undefined {
  if (jwk === undefined) return undefined;
  try {
    createPublicKey({ key: jwk as Record<string, unknown>, format: 'jwk' });
  } catch (error) {
    throw damaged(
      path,
      `an encryption key that cannot be read (${error instanceof Error ? error.message : error})`,
    );
  }
  if (jwk.use !== 'enc' || jwk.d !== undefined)
    throw damaged(path, 'an encryption key that is no public one');
  return jwk;
}

interface Contents {
  keys: readonly KeptKey[];
  encryption: JWK | undefined;
}

function load(path: string): Contents | undefined {
  if (!existsSync(path)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw damaged(path, `what is not JSON (${error instanceof Error ? error.message : error})`);
  }
  const { keys: entries, encryption } = (value ?? {}) as { keys?: unknown; encryption?: JWK };
  if (!Array.isArray(entries)) throw damaged(path, 'no list "keys"');
  const keys = entries.map((entry) => readKey(entry, path));
  const active = keys.filter(({ status }) => status === 'active').length;
  if (active !== 1) throw damaged(path, `${active} active keys instead of one`);
  return { keys, encryption: readEncryption(encryption, path) };
}

/** Whole or not at all: written beside and renamed, so that a crash leaves the old file. */
function save(path: string, { keys, encryption }: Contents) {
  const entries = keys.map(({ status, privateKey }) => ({
    status,
    jwk: privateKey.export({ format: 'jwk' }),
  }));
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, `${JSON.stringify({ keys: entries, encryption }, null, 2)}\n`, { mode: MODE });
  chmodSync(draft, MODE);
  renameSync(draft, path);
}

/** A file that could not be written later is a fault now. */
function checkWritable(path: string) {
  try {
    accessSync(dirname(resolve(path)), constants.W_OK);
  } catch (error) {
    throw new ConfigurationError([
      {
        path: `SIGNING_KEYS ${path}`,
        found: error instanceof Error ? error.message : String(error),
        allowed: 'a file in a folder that is there and can be written',
      },
    ]);
  }
}

export interface KeysInFile extends KeyKeeper {
  /** The encryption key that stands beside the signing keys, kept as they are: the whole JWK Set outlives a restart. */
  encryption(): Promise<JWK>;
}

/** Loads now, so that a damaged file stops the start. */
export function keysInFile(path: string): KeysInFile {
  const kept = load(path);
  if (!kept) checkWritable(path);
  let { keys, encryption } = kept ?? { keys: [], encryption: undefined };

  function keep(changed: readonly KeptKey[]) {
    save(path, { keys: changed, encryption });
    keys = changed;
  }

  /** A file may be there to be read alone: then another key stands beside its keys after the next start. */
  function keepIfPossible() {
    try {
      keep(keys);
    } catch {}
  }

  return {
    load: async () => kept?.keys,
    async begin(first) {
      keep(first);
      return first;
    },
    save: async (changed) => keep(changed),
    async encryption() {
      if (encryption) return encryption;
      encryption = await encryptionJwk();
      // Where there are none yet, it is kept with the first of them.
      if (keys.length > 0) keepIfPossible();
      return encryption;
    },
  };
}
