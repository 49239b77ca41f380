/** SIGNING_KEYS: the file that keeps the keys over a restart, so that what relying parties have cached stays right. */
import { randomUUID } from 'node:crypto';
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
import { type KeptKey, privateKeyFrom } from './rsa-keys.ts';
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
        'the file that the mock wrote: {"keys": [{"status": "active", "jwk": {…}}]}; delete it for new keys',
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

function load(path: string): KeptKey[] | undefined {
  if (!existsSync(path)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw damaged(path, `what is not JSON (${error instanceof Error ? error.message : error})`);
  }
  const entries = (value as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(entries)) throw damaged(path, 'no list "keys"');
  const keys = entries.map((entry) => readKey(entry, path));
  const active = keys.filter(({ status }) => status === 'active').length;
  if (active !== 1) throw damaged(path, `${active} active keys instead of one`);
  return keys;
}

/** Whole or not at all: written beside and renamed, so that a crash leaves the old file. */
function save(path: string, keys: readonly KeptKey[]) {
  const entries = keys.map(({ status, privateKey }) => ({
    status,
    jwk: privateKey.export({ format: 'jwk' }),
  }));
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, `${JSON.stringify({ keys: entries }, null, 2)}\n`, { mode: MODE });
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

/** Loads now, so that a damaged file stops the start. */
export function keysInFile(path: string): KeyKeeper {
  const kept = load(path);
  if (!kept) checkWritable(path);
  return {
    load: async () => kept,
    async begin(keys) {
      save(path, keys);
      return keys;
    },
    save: async (keys) => save(path, keys),
  };
}
