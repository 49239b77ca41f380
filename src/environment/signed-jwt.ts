/** JWTs: signed by a private key, and verified. */
import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { JWTPayload } from 'jose';

export interface JwtHeader {
  alg: string;
  typ: string;
  kid?: string;
}

/** Loaded with the first verification, or signature of a scenario: no start needs it. */
const jose = () => import('jose');

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/**
 * A JWT by RS256 (RFC 7515 section 7.1). Signed here and now: handing it to another thread costs more than it spares,
 * and a library that signs by WebCrypto does so.
 */
export function signByRs256(header: JwtHeader, claims: JWTPayload, privateKey: KeyObject): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
}

/** A JWT by the algorithm that its header names. */
export async function signByHeader(
  header: JwtHeader,
  claims: JWTPayload,
  privateKey: KeyObject,
): Promise<string> {
  const { SignJWT } = await jose();
  return new SignJWT(claims).setProtectedHeader({ ...header }).sign(privateKey);
}

/** The claims of a JWT that one of these keys signed by RS256; undefined for any other. */
export async function claimsSignedBy(
  keys: readonly { privateKey: KeyObject }[],
  jwt: string,
): Promise<JWTPayload | undefined> {
  const { compactVerify } = await jose();
  for (const { privateKey } of keys) {
    try {
      const { payload } = await compactVerify(jwt, createPublicKey(privateKey), { algorithms: ['RS256'] });
      return JSON.parse(Buffer.from(payload).toString('utf8'));
    } catch {}
  }
  return undefined;
}
