/** Which names a server’s certificate must be for. */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** How a browser and a container on this machine call it. */
const ALWAYS = ['localhost', '127.0.0.1', '::1', 'host.docker.internal'];

/** Of an origin, as certificates have it: without the brackets of IPv6. */
const hostOf = (origin: string): string => new URL(origin).hostname.replaceAll(/^\[|\]$/g, '');

/** A name that certificates can hold: ASCII, without the final dot. */
const asName = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** Those of this machine, of the origins and those given, each once. */
export function namesNeeded(origins: readonly string[], given: readonly string[]): string[] {
  const names = [...ALWAYS, hostname(), ...origins.map(hostOf), ...given];
  return [...new Set(names.map(asName).filter((name) => name !== ''))];
}

/** The names of these that the certificate is not for. */
export function namesLacking(certificate: X509Certificate, names: readonly string[]): string[] {
  const isFor = (name: string) =>
    isIP(name) > 0
      ? certificate.checkIP(name) !== undefined
      : name.startsWith('*.')
        ? certificate.subjectAltName?.split(', ').includes(`DNS:${name}`)
        : certificate.checkHost(name) !== undefined;
  return names.filter((name) => !isFor(name));
}
