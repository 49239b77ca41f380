/**
 * RSA keys: made, made ahead, named, and read from JWKs. Making one takes 0.1 to 0.4 s, so no start waits for it: it is
 * made in the background, or when the first answer needs it.
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
import type { JWK } from 'jose';
import type { KeyState, KeyStatus } from './signing-key-states.ts';

/** A signing key as it is kept. */
export interface KeptKey {
  readonly status: KeyStatus;
  readonly privateKey: KeyObject;
}

/** A signing key with what is published of it. */
export interface SigningKey extends KeptKey, KeyState {
  readonly jwk: JWK;
}

export const makePrivateKey = async (): Promise<KeyObject> =>
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

export function toSigningKey({ status, privateKey }: KeptKey): SigningKey {
  const jwk = publicJwk(privateKey, { use: 'sig', alg: 'RS256' });
  return { status, privateKey, jwk, kid: String(jwk.kid) };
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

let unpublishedKey: Promise<SigningKey> | undefined;

/** A key that signs for scenarios alone, and that nobody publishes; one serves the whole process. */
export function keyInNoSet(): Promise<SigningKey> {
  unpublishedKey ??= makePrivateKey().then((privateKey) => toSigningKey({ status: 'retired', privateKey }));
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

/** The key that was made ahead, or else a new one. */
export function takePrivateKey(): Promise<KeyObject> {
  const taken = spare ?? makePrivateKey();
  spare = undefined;
  return taken;
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
