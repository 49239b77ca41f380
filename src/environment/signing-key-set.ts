/** The signing keys that an environment has: made or loaded when they are first needed, kept, and changed as a whole. */
import { createInTurn } from './in-turn.ts';
import { type KeptKey, type SigningKey, takePrivateKey, toSigningKey } from './rsa-keys.ts';

/** Where keys are kept over a restart, or for other replicas. */
export interface KeyKeeper {
  /** The keys kept, or undefined where none are yet. */
  load(): Promise<readonly KeptKey[] | undefined>;
  /** Keeps the very first ones. Gives those that count: these, or those that another replica kept before. */
  begin(keys: readonly KeptKey[]): Promise<readonly KeptKey[]>;
  /** Keeps them as they are to be after a change, which counts only then. */
  save(keys: readonly KeptKey[]): Promise<void>;
}

export interface SigningKeySet {
  all(): Promise<readonly SigningKey[]>;
  /** Has what `apply` makes of the keys, once that is kept. Changes follow each other, so that none undoes another. */
  change(apply: (keys: readonly SigningKey[]) => readonly SigningKey[]): Promise<void>;
  /** The keys as they are kept; undefined where none have been made or loaded yet. */
  kept(): readonly KeptKey[] | undefined;
  /** Has these keys from now on, as another replica kept them; undefined: none, and they are made or loaded when needed. */
  adopt(keys: readonly KeptKey[] | undefined): void;
}

async function firstKeys(keeper: KeyKeeper | undefined): Promise<readonly SigningKey[]> {
  const kept = await keeper?.load();
  if (kept) return kept.map(toSigningKey);
  const made: KeptKey = { status: 'active', privateKey: await takePrivateKey() };
  const first = (await keeper?.begin([made])) ?? [made];
  return first.map(toSigningKey);
}

export function createSigningKeySet(keeper?: KeyKeeper): SigningKeySet {
  const inTurn = createInTurn();
  let loading: Promise<readonly SigningKey[]> | undefined;
  let loaded: readonly SigningKey[] | undefined;

  async function load(): Promise<readonly SigningKey[]> {
    try {
      loaded = await firstKeys(keeper);
      return loaded;
    } catch (error) {
      // The next answer that needs them tries again.
      loading = undefined;
      throw error;
    }
  }

  function all(): Promise<readonly SigningKey[]> {
    loading ??= load();
    return loading;
  }

  function have(keys: readonly SigningKey[] | undefined) {
    loaded = keys;
    loading = keys && Promise.resolve(keys);
  }

  return {
    all,
    change: (apply) =>
      inTurn(async () => {
        const changed = apply(await all());
        await keeper?.save(changed);
        have(changed);
      }),
    kept: () => loaded,
    adopt: (keys) => have(keys?.map(toSigningKey)),
  };
}
