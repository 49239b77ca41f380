/**
 * The RS256 key of an environment and its JWKS (facts 3.2, 10.2). Making an RSA key takes 0.1 to 0.4 s, so it is
 * begun early and waited for only by the first answer that needs it.
 */
import { createHash, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { exportJWK, type JWK, type JWTPayload, SignJWT } from 'jose';

export interface SigningKeys {
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
let encryptionKey: Promise<KeyObject> | undefined;

export function createSigningKeys(): SigningKeys {
  const signingKey = makeKeyPair().then(({ privateKey }) => privateKey);
  encryptionKey ??= signingKey.then(makeKeyPair).then(({ privateKey }) => privateKey);
  const encryption = encryptionKey;
  const published = signingKey.then((key) => publicJwk(key, { use: 'sig', alg: 'RS256' }));
  const header = published.then(({ kid }) => ({ alg: 'RS256', typ: 'JWT', kid: String(kid) }));
  return {
    async sign(claims) {
      return new SignJWT(claims).setProtectedHeader(await header).sign(await signingKey);
    },
    async jwks() {
      return {
        keys: [await published, await publicJwk(await encryption, { use: 'enc', alg: 'RSA-OAEP-256' })],
      };
    },
  };
}
