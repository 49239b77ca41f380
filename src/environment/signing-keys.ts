/**
 * The RS256 keys of an environment and its JWKS (facts 3.2, 10.2). One key signs; others may be published beside it,
 * so that relying parties learn them in time, or retired, out of the JWKS.
 */
import type { JWK, JWTPayload } from 'jose';
import { encryptionJwk, type KeptKey, keyInNoSet, makePrivateKey, toSigningKey } from './rsa-keys.ts';
import { claimsSignedBy, type JwtHeader, signByHeader, signByRs256 } from './signed-jwt.ts';
import { createSigningKeySet, type KeyKeeper } from './signing-key-set.ts';
import { activeOf, added, checkRoom, type KeyState, published, retired, used } from './signing-key-states.ts';

export interface SigningKeys {
  /** Begins to make the keys, so that the first answer that needs them waits less. */
  prepare(): void;
  /** Signs claims as a JWT by RS256, with the kid of the active key. */
  sign(claims: JWTPayload, typ?: string): Promise<string>;
  /** The kid of the key that signs. */
  activeKid(): Promise<string>;
  /**
   * Signs with a header of any kind: by the active key, or by a real one that is in no JWK Set. Without a kid in the
   * header, the active key’s signature has none, and the other’s names that key itself.
   */
  signAs(signer: 'active_key' | 'unpublished_key', header: JwtHeader, claims: JWTPayload): Promise<string>;
  /** The claims of a JWT that one of these keys signed, retired ones too; undefined for any other. */
  verify(jwt: string): Promise<JWTPayload | undefined>;
  /** The JWK Set, public parts only. */
  jwks(): Promise<{ keys: JWK[] }>;
  list(): Promise<KeyState[]>;
  /** Makes a new key, or takes a retired one back, and publishes it. Gives its kid. */
  publish(kid?: string): Promise<string>;
  /** Signs with this key from now on; the one that signed stays published. Throws KeyFault. */
  use(kid: string): Promise<void>;
  /** Takes a key out of the JWKS. Throws KeyFault for the active one. */
  retire(kid: string): Promise<void>;
  /** The keys as they are kept; undefined where none have been made or loaded yet. */
  kept(): readonly KeptKey[] | undefined;
  /** Has these keys from now on, as another replica kept them; undefined: none, and they are made or loaded when needed. */
  adopt(keys: readonly KeptKey[] | undefined): void;
}

/**
 * Keys that are made when they are first needed, or prepared for; loaded where they are kept. `encryption` gives the
 * key that stands beside them.
 */
export function createSigningKeys(keeper?: KeyKeeper, encryption = encryptionJwk): SigningKeys {
  const { all, change, kept, adopt } = createSigningKeySet(keeper);

  /** Made beside other changes, since that takes long; whether there is still room is seen again when it is added. */
  async function publishNew(): Promise<string> {
    checkRoom(await all());
    const key = toSigningKey({ status: 'published', privateKey: await makePrivateKey() });
    await change((keys) => added(keys, key));
    return key.kid;
  }

  return {
    prepare() {
      // One after the other: the signing key is wanted first.
      // A failure is that of the first answer that needs the keys, and told there.
      all()
        .then(() => encryption())
        .catch(() => {});
    },
    async sign(claims, typ = 'JWT') {
      const { privateKey, kid } = activeOf(await all());
      return signByRs256({ alg: 'RS256', typ, kid }, claims, privateKey);
    },
    async activeKid() {
      return activeOf(await all()).kid;
    },
    async signAs(signer, header, claims) {
      if (signer === 'active_key') return signByHeader(header, claims, activeOf(await all()).privateKey);
      const { kid, privateKey } = await keyInNoSet();
      return signByHeader({ ...header, kid: header.kid ?? kid }, claims, privateKey);
    },
    verify: async (jwt) => claimsSignedBy(await all(), jwt),
    async jwks() {
      const signing = (await all()).filter(({ status }) => status !== 'retired').map(({ jwk }) => jwk);
      return { keys: [...signing, await encryption()] };
    },
    async list() {
      return (await all()).map(({ kid, status }) => ({ kid, status }));
    },
    async publish(kid) {
      if (kid === undefined) return publishNew();
      await change((keys) => published(keys, kid));
      return kid;
    },
    use: (kid) => change((keys) => used(keys, kid)),
    retire: (kid) => change((keys) => retired(keys, kid)),
    kept,
    adopt,
  };
}
