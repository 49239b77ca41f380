/**
 * The RS256 keys of an environment and its JWKS (facts 3.2, 10.2). One key signs; others may be published beside it,
 * so that relying parties learn them in time, or retired, out of the JWKS. Making an RSA key takes 0.1 to 0.4 s, so
 * no start waits for it: it is made in the background, or when the first answer needs it.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK, JWTPayload } from 'jose';

/** active: signs. published: in the JWKS, ready to sign. retired: out of the JWKS; its tokens fail from then on. */
export type KeyStatus = 'active' | 'published' | 'retired';

export interface KeptKey {
  status: KeyStatus;
  privateKey: KeyObject;
}

/** Where keys are kept over a restart, or for other replicas. */
export interface KeyKeeper {
  /** The keys kept, or undefined where none are yet. */
  load(): Promise<readonly KeptKey[] | undefined>;
  /** Keeps the very first ones. Gives those that count: these, or those that another replica kept before. */
  begin(keys: readonly KeptKey[]): Promise<readonly KeptKey[]>;
  /** Keeps them as they are after a change. */
  save(keys: readonly KeptKey[]): Promise<void>;
}

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
  list(): Promise<{ kid: string; status: KeyStatus }[]>;
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

export interface JwtHeader {
  alg: string;
  typ: string;
  kid?: string;
}

/** Most keys kept, retired ones too. */
const MOST_KEYS = 50;

/** Why a key cannot be made, used or retired. */
export class KeyFault extends Error {
  override readonly name = 'KeyFault';
}

interface Key extends KeptKey {
  kid: string;
  jwk: JWK;
}

/** Loaded with the first verification, or signature of a scenario: no start needs it. */
const jose = () => import('jose');

const makePrivateKey = async () =>
  (await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })).privateKey;

/** Standard base64 of 20 bytes, 28 characters with padding: the form of CIS2’s key ids (facts 3.2, 10.2). */
function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
}

function publicJwk(privateKey: KeyObject, use: { use: 'sig' | 'enc'; alg: string }): JWK {
  const publicKey = createPublicKey(privateKey);
  return { ...publicKey.export({ format: 'jwk' }), kid: keyIdOf(publicKey), ...use } as JWK;
}

let encryptionKey: Promise<JWK> | undefined;

/**
 * The key that stands beside the signing keys with use "enc", as the product behind CIS2 publishes one: relying
 * parties must choose by `use` (facts 10.2). Nothing is ever encrypted to it, so one serves the whole process.
 */
export function encryptionJwk(): Promise<JWK> {
  encryptionKey ??= makePrivateKey().then((key) => publicJwk(key, { use: 'enc', alg: 'RSA-OAEP-256' }));
  return encryptionKey;
}

function toKey({ status, privateKey }: KeptKey): Key {
  const jwk = publicJwk(privateKey, { use: 'sig', alg: 'RS256' });
  return { status, privateKey, jwk, kid: String(jwk.kid) };
}

/** A key that signs for scenarios alone, and that nobody publishes; one serves the whole process. */
let unpublishedKey: Promise<Key> | undefined;

function keyInNoSet(): Promise<Key> {
  unpublishedKey ??= makePrivateKey().then((privateKey) => toKey({ status: 'retired', privateKey }));
  return unpublishedKey;
}

/** One key made ahead, so that the next environment that needs its first waits less. */
let spare: Promise<KeyObject> | undefined;

/** Begins to make a key ahead, unless there is one. */
export function prepareSpareKey() {
  spare ??= makePrivateKey();
  // A failure is that of whoever takes it.
  spare.catch(() => {});
}

function takePrivateKey(): Promise<KeyObject> {
  const taken = spare ?? makePrivateKey();
  spare = undefined;
  return taken;
}

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/**
 * A JWT by RS256 (RFC 7515 section 7.1). Signed here and now: handing it to another thread costs more than it spares,
 * and a library that signs by WebCrypto does so.
 */
function signByRs256(header: JwtHeader, claims: JWTPayload, privateKey: KeyObject): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
}

/**
 * Keys that are made when they are first needed, or prepared for; loaded where they are kept. `encryption` gives the
 * key that stands beside them.
 */
export function createSigningKeys(keeper?: KeyKeeper, encryption = encryptionJwk): SigningKeys {
  let loading: Promise<Key[]> | undefined;
  let loaded: Key[] | undefined;

  async function firstKeys(): Promise<Key[]> {
    const kept = await keeper?.load();
    if (kept) return kept.map(toKey);
    const made: KeptKey = { status: 'active', privateKey: await takePrivateKey() };
    const first = (await keeper?.begin([made])) ?? [made];
    return first.map(toKey);
  }

  async function load(): Promise<Key[]> {
    try {
      loaded = await firstKeys();
      return loaded;
    } catch (error) {
      // The next answer that needs them tries again.
      loading = undefined;
      throw error;
    }
  }

  function all(): Promise<Key[]> {
    loading ??= load();
    return loading;
  }

  async function find(kid: string): Promise<Key> {
    const keys = await all();
    const found = keys.find((key) => key.kid === kid);
    if (found) return found;
    throw new KeyFault(`No key has the kid ${kid}. There are: ${keys.map((key) => key.kid).join(', ')}.`);
  }

  async function active(): Promise<Key> {
    const key = (await all()).find(({ status }) => status === 'active');
    if (!key) throw new TypeError('one key is always active');
    return key;
  }

  async function save() {
    await keeper?.save(await all());
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
      const { privateKey, kid } = await active();
      return signByRs256({ alg: 'RS256', typ, kid }, claims, privateKey);
    },
    async activeKid() {
      return (await active()).kid;
    },
    async signAs(signer, header, claims) {
      const key = signer === 'active_key' ? await active() : await keyInNoSet();
      const kid = header.kid ?? (signer === 'unpublished_key' ? key.kid : undefined);
      const { SignJWT } = await jose();
      return new SignJWT(claims)
        .setProtectedHeader({ ...header, ...(kid === undefined ? {} : { kid }) })
        .sign(key.privateKey);
    },
    async verify(jwt) {
      const { compactVerify } = await jose();
      for (const { privateKey } of await all()) {
        try {
          const { payload } = await compactVerify(jwt, createPublicKey(privateKey), {
            algorithms: ['RS256'],
          });
          return JSON.parse(Buffer.from(payload).toString('utf8'));
        } catch {}
      }
      return undefined;
    },
    async jwks() {
      const signing = (await all()).filter(({ status }) => status !== 'retired').map(({ jwk }) => jwk);
      return { keys: [...signing, await encryption()] };
    },
    async list() {
      return (await all()).map(({ kid, status }) => ({ kid, status }));
    },
    async publish(kid) {
      const keys = await all();
      if (kid === undefined && keys.length >= MOST_KEYS) {
        throw new KeyFault(`There are ${MOST_KEYS} keys already. Take a retired one back, by its kid.`);
      }
      const key =
        kid === undefined
          ? toKey({ status: 'published', privateKey: await makePrivateKey() })
          : await find(kid);
      if (kid === undefined) keys.push(key);
      if (key.status === 'retired') key.status = 'published';
      await save();
      return key.kid;
    },
    async use(kid) {
      const next = await find(kid);
      // In one go, so that one key is always active.
      for (const key of await all()) if (key.status === 'active') key.status = 'published';
      next.status = 'active';
      await save();
    },
    async retire(kid) {
      const key = await find(kid);
      if (key.status === 'active')
        throw new KeyFault(`The key ${kid} signs. Use another one first, then retire it.`);
      key.status = 'retired';
      await save();
    },
    kept: () => loaded,
    adopt(keys) {
      loaded = keys?.map(toKey);
      loading = loaded && Promise.resolve(loaded);
    },
  };
}

/** A key from its private JWK. Throws where it is none that can sign by RS256. */
export function privateKeyFrom(jwk: JWK): KeyObject {
  const key = createPrivateKey({ key: jwk as Record<string, unknown>, format: 'jwk' });
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  const probe = Buffer.from('probe');
  const whole = () => verify('sha256', probe, createPublicKey(key), sign('sha256', probe, key));
  if (key.asymmetricKeyType !== 'rsa' || modulusLength < 2048)
    throw new TypeError('not an RSA key of 2048 bits or more');
  if (!whole()) throw new TypeError('the parts of the key do not belong together');
  return key;
}
