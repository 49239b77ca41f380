/**
 * The folder of TLS=auto: the certificate authority, which stays over restarts so that whoever trusts it is not
 * disturbed, and the server’s certificate, which is made anew by it when that is needed.
 */
import { createPrivateKey, randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigurationError } from '../settings/faults.ts';
import { makeAuthority, makeServerCertificate, type Pem } from './certificates.ts';
import { namesLacking } from './names.ts';

/** Where it is kept unless TLS_FOLDER says otherwise. */
export const DEFAULT_TLS_FOLDER = '.mock-cis2';

/** The certificate alone, for whoever is to trust it. */
export const authorityFileIn = (folder = DEFAULT_TLS_FOLDER): string => resolve(folder, 'ca.pem');

/** A private key and its certificate in one file, so that no crash leaves one without the other. */
const AUTHORITY = 'ca-key.pem';
const SERVER = 'server.pem';

/** A server’s certificate that ends sooner than this is made anew, in milliseconds: 30 days. */
const RENEWED_BEFORE_MILLISECONDS = 30 * 86_400_000;

const PUBLIC_MODE = 0o644;
/** Only the owner reads private keys. */
const PRIVATE_MODE = 0o600;

const BLOCK = /-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----\n?/g;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function fault(path: string, found: string, allowed: string): ConfigurationError {
  return new ConfigurationError([{ path: `TLS ${path}`, found, allowed }]);
}

const WRITTEN = 'what the mock wrote there';

/** Reads a key and its certificate; undefined where there is no file. */
function readPair(path: string, mend: string): Pem | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const blocks = [...readFileSync(path, 'utf8').matchAll(BLOCK)];
    const blockOf = (kind: string) => blocks.find(([, found]) => found === kind)?.[0] ?? '';
    const pair = { key: blockOf('PRIVATE KEY'), cert: blockOf('CERTIFICATE') };
    if (new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key))) return pair;
  } catch (error) {
    throw fault(path, `what cannot be read as a key and its certificate (${messageOf(error)})`, mend);
  }
  throw fault(path, 'a key and the certificate of another one', mend);
}

/** Whole or not at all: written beside, then put in its place, by `place`. */
function write(
  path: string,
  text: string,
  mode: number,
  place: (draft: string, path: string) => void = renameSync,
) {
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, text, { mode });
    chmodSync(draft, mode);
    place(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Reads what the folder has and writes nothing. Throws ConfigurationError where a file is damaged. */
export function checkKeptTls(folder = DEFAULT_TLS_FOLDER) {
  for (const name of [AUTHORITY, SERVER]) readPair(join(folder, name), `${WRITTEN}; delete the file`);
}

/** Where two processes begin at once, the first one’s stays: the other one takes that. */
function unlessThere(draft: string, path: string) {
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    // A file system without links, as some that containers share with Windows.
    renameSync(draft, path);
  }
}

/** Runs what writes. Throws ConfigurationError where the folder cannot be written. */
function writing(folder: string, write: () => void) {
  try {
    write();
  } catch (error) {
    const allowed =
      'a folder that can be written, or one that has all files already: set TLS_FOLDER to a volume that stays, ' +
      'or TLS to a key and a certificate of yours';
    throw fault(folder, `a folder that cannot be written (${messageOf(error)})`, allowed);
  }
}

async function makeAndKeep(folder: string, path: string, now: number): Promise<Pem> {
  const made = await makeAuthority(now, randomBytes(4).toString('hex'));
  writing(folder, () => {
    mkdirSync(folder, { recursive: true });
    write(path, made.key + made.cert, PRIVATE_MODE, unlessThere);
  });
  return made;
}

/** The kept authority, or a new one. */
async function authorityIn(folder: string, now: number): Promise<Pem> {
  const path = join(folder, AUTHORITY);
  const published = authorityFileIn(folder);
  const mend = `${WRITTEN}; delete ${path} and ${published} for a new authority, which must be trusted anew`;
  // Looked at first: whoever makes both at this moment writes it last.
  const isPublished = existsSync(published);
  const known = readPair(path, mend);
  if (!known && isPublished) {
    throw fault(path, `no such file, but ${published}`, mend);
  }
  if (!known) await makeAndKeep(folder, path, now);
  const authority = known ?? readPair(path, mend);
  if (!authority) throw fault(path, 'no such file any more', mend);
  const certificate = new X509Certificate(authority.cert);
  if (Date.parse(certificate.validTo) - RENEWED_BEFORE_MILLISECONDS <= now) {
    throw fault(path, `a certificate authority that ends ${certificate.validTo}`, mend);
  }
  if (!existsSync(published)) writing(folder, () => write(published, authority.cert, PUBLIC_MODE));
  else checkPublished(published, certificate);
  return authority;
}

/** What people trust must be what signs. */
function checkPublished(path: string, authority: X509Certificate) {
  const mend = `the certificate of ${AUTHORITY}; delete the file to have it written anew`;
  let found: X509Certificate;
  try {
    found = new X509Certificate(readFileSync(path));
  } catch (error) {
    throw fault(path, `what cannot be read as a certificate (${messageOf(error)})`, mend);
  }
  if (found.fingerprint256 !== authority.fingerprint256) throw fault(path, 'another certificate', mend);
}

/** Whether the server’s certificate can stay: by this authority, for all names, and for a while yet. */
function canStay({ cert }: Pem, authority: Pem, names: readonly string[], now: number): boolean {
  const certificate = new X509Certificate(cert);
  return (
    certificate.verify(new X509Certificate(authority.cert).publicKey) &&
    namesLacking(certificate, names).length === 0 &&
    Date.parse(certificate.validTo) - RENEWED_BEFORE_MILLISECONDS > now
  );
}

/**
 * The server’s key and certificate for these names, and the authority’s certificate: what the folder keeps, made where
 * it is not there. Throws ConfigurationError where a file is damaged or cannot be written.
 */
export async function keptTls(
  folder: string,
  names: readonly string[],
  now: number,
): Promise<Pem & { authority: string }> {
  const authority = await authorityIn(folder, now);
  const path = join(folder, SERVER);
  const known = readPair(path, `${WRITTEN}; delete the file for a new one by the same authority`);
  if (known && canStay(known, authority, names, now)) return { ...known, authority: authority.cert };
  const made = await makeServerCertificate(authority, names, now);
  writing(folder, () => write(path, made.key + made.cert, PRIVATE_MODE));
  return { ...made, authority: authority.cert };
}
