/**
 * The RS256 key of an environment and its JWKS (facts 3.2, 10.2). Making an RSA key takes 0.1 to 0.4 s, so no start
 * waits for it: it is made in the background, or when the first answer needs it.
 */
import { createHash, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { exportJWK, type JWK, type JWTPayload, SignJWT } from 'jose';

export interface SigningKeys {
  /** Begins to make the keys, so that the first answer that needs them waits less. */
  prepare(): void;
  /** Signs claims as a JWT by RS256, with the kid of the published key. */
  sign(claims: JWTPayload): Promise<string>;
  /** The JWK Set, public parts only. */
  jwks(): Promise<{ keys: JWK[] }>;
}

const makeKeyPair = () => promisify(generateKeyPair)('rsa', { modulusLength: 2048 });

/** Standard base64 of 20 bytes, 28 characters with padding: the form of CIS2’s key ids (facts 3.2, 10.2). */
function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
}

async function publicJwk(privateKey: KeyObject, use: { use: 'sig' | 'enc'; alg: string }): Promise<JWK> {
  const publicKey = createPublicKey(privateKey);
  return { ...(await exportJWK(publicKey)), kid: keyIdOf(publicKey), ...use };
}

/**
 * The key that stands beside the signing key with use "enc", as the product behind CIS2 publishes one: relying
 * parties must choose by `use` (facts 10.2). Nothing is ever encrypted to it, so one serves the whole process.
 */
let encryptionKey: Promise<JWK> | undefined;

async function makeEncryptionKey(): Promise<JWK> {
  const { privateKey } = await makeKeyPair();
  return publicJwk(privateKey, { use: 'enc', alg: 'RSA-OAEP-256' });
}

async function makeSigningKey() {
  const { privateKey } = await makeKeyPair();
  const jwk = await publicJwk(privateKey, { use: 'sig', alg: 'RS256' });
  return { privateKey, jwk, header: { alg: 'RS256', typ: 'JWT', kid: String(jwk.kid) } };
}

/** Keys that are made when they are first needed, or prepared for. */
export function createSigningKeys(): SigningKeys {
  let signingKey: ReturnType<typeof makeSigningKey> | undefined;
  const ofSigning = () => {
    signingKey ??= makeSigningKey();
    return signingKey;
  };
  const ofEncryption = () => {
    encryptionKey ??= makeEncryptionKey();
    return encryptionKey;
  };
  return {
    prepare() {
      // One after the other: the signing key is wanted first.
      void ofSigning().then(ofEncryption);
    },
    async sign(claims) {
      const { privateKey, header } = await ofSigning();
      return new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
    },
    async jwks() {
      const { jwk } = await ofSigning();
      return { keys: [jwk, await ofEncryption()] };
    },
  };
}
