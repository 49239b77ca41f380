/**
 * Makes certificates: an authority of the mock’s own, and the server’s, signed by it. The library is loaded where one
 * is made, which is at a first start. Keys are of P-256: made in a moment, and taken by every client of TLS 1.2.
 * Subject and authority key identifiers are there because Python 3.13 refuses a chain without them.
 */
import { randomBytes, type webcrypto } from 'node:crypto';
import { isIP } from 'node:net';

/** A private key and its certificate, as PEM. */
export interface Pem {
  key: string;
  cert: string;
}

const DAY_MILLISECONDS = 86_400_000;

/** Ten years: whoever trusts the authority need not do it again. */
const AUTHORITY_DAYS = 3650;

/** Browsers and phones refuse a server’s certificate that lives longer than 398 days. */
const SERVER_DAYS = 397;

/** Clocks of containers and virtual machines may be behind. */
const EARLIER_DAYS = 1;

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SHA256 = { name: 'ECDSA', hash: 'SHA-256' } as const;

async function library() {
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(crypto);
  return x509;
}

/** 127 bits that nobody had before, positive (RFC 5280 section 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (Number(bytes[0]) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function validity(now: number, days: number) {
  const notBefore = now - EARLIER_DAYS * DAY_MILLISECONDS;
  return { notBefore: new Date(notBefore), notAfter: new Date(notBefore + days * DAY_MILLISECONDS) };
}

async function asPem(
  key: webcrypto.CryptoKey,
  certificate: { toString(format: 'pem'): string },
): Promise<Pem> {
  const { PemConverter } = await library();
  const der = await crypto.subtle.exportKey('pkcs8', key);
  return {
    key: `${PemConverter.encode(der, 'PRIVATE KEY')}\n`,
    cert: `${certificate.toString('pem')}\n`,
  };
}

/** Makes a certificate authority. `now` is milliseconds since 1970; `label` tells it from others in a trust store. */
export async function makeAuthority(now: number, label: string): Promise<Pem> {
  const x509 = await library();
  const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const { keyCertSign, cRLSign } = x509.KeyUsageFlags;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ O: ['mock-cis2'] }, { CN: [`Mock CIS2 local certificate authority ${label}`] }],
    ...validity(now, AUTHORITY_DAYS),
    signingAlgorithm: SHA256,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return asPem(keys.privateKey, certificate);
}

/** Makes a server’s certificate for these host names and IP addresses, signed by the authority. */
export async function makeServerCertificate(
  authority: Pem,
  names: readonly string[],
  now: number,
): Promise<Pem> {
  const x509 = await library();
  const issuer = new x509.X509Certificate(authority.cert);
  const der = x509.PemConverter.decodeFirst(authority.key);
  const signingKey = await crypto.subtle.importKey('pkcs8', der, P256, false, ['sign']);
  const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ O: ['mock-cis2'] }, { CN: ['Mock CIS2 Authentication'] }],
    issuer: issuer.subjectName.toJSON(),
    ...validity(now, SERVER_DAYS),
    signingAlgorithm: SHA256,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) > 0 ? ('ip' as const) : ('dns' as const), value })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(await issuer.publicKey.export()),
    ],
  });
  return asPem(keys.privateKey, certificate);
}
