/** What the TLS setting comes to: a key and its certificate, by an authority of our own or given. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigurationError, type Fault } from '../settings/faults.ts';
import type { NetworkSettings, TlsPair } from '../settings/network.ts';
import type { Pem } from './certificates.ts';
import { DEFAULT_TLS_FOLDER, keptTls } from './kept-authority.ts';
import { namesNeeded } from './names.ts';

export interface Tls extends Pem {
  /** The certificate of the mock’s own authority, as PEM; none where the certificate was given. */
  authority?: string;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const isPem = (text: string) => text.includes('-----BEGIN ');

/** Reads one half and parses it. Its text is never shown: it may be a private key. */
function readHalf<T>(
  half: keyof TlsPair,
  given: string,
  what: string,
  parse: (pem: string) => T,
  faults: Fault[],
): { pem: string; parsed: T } | undefined {
  const path = isPem(given) ? `TLS ${half}` : `TLS ${half} ${given}`;
  try {
    const pem = isPem(given) ? given : readFileSync(given, 'utf8');
    return { pem, parsed: parse(pem) };
  } catch (error) {
    const isMissing = error instanceof Error && 'path' in error;
    const found = isMissing ? messageOf(error) : `what cannot be read as ${what} (${messageOf(error)})`;
    faults.push({ path, found, allowed: `the path of a PEM file with ${what}: TLS=key.pem,cert.pem` });
    return undefined;
  }
}

/** A key and a certificate of somebody’s own. Throws ConfigurationError with every fault. */
export function givenTls({ key, cert }: TlsPair): Tls {
  const faults: Fault[] = [];
  const readKey = readHalf<KeyObject>('key', key, 'a private key', createPrivateKey, faults);
  const readCertificate = readHalf('cert', cert, 'a certificate', (pem) => new X509Certificate(pem), faults);
  if (readKey && readCertificate) {
    const { parsed: certificate } = readCertificate;
    if (certificate.checkPrivateKey(readKey.parsed)) return { key: readKey.pem, cert: readCertificate.pem };
    const found = `the certificate of another key (${certificate.subject.replaceAll('\n', ', ')})`;
    faults.push({ path: 'TLS cert', found, allowed: 'the certificate of the key that stands before it' });
  }
  throw new ConfigurationError(faults);
}

/** `origins` are those that the certificate must be for; `now` is milliseconds since 1970. Undefined: plain HTTP. */
export async function tlsOf(
  { tls, tlsFolder = DEFAULT_TLS_FOLDER, tlsNames = [] }: NetworkSettings,
  origins: readonly string[],
  now: number,
): Promise<Tls | undefined> {
  if (tls === undefined) return undefined;
  return tls === 'auto' ? keptTls(tlsFolder, namesNeeded(origins, tlsNames), now) : givenTls(tls);
}
