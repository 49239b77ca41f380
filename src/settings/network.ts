/** How the service is reached: over TLS, under which names, and through which proxies. Variables and options alike. */
import { isIP } from 'node:net';
import { type Fault, shown } from './faults.ts';
import { trustedProxiesFault } from './trusted-proxies.ts';

/** A private key and its certificate, with the certificates between it and its authority: each PEM text, or a file’s path. */
export interface TlsPair {
  key: string;
  cert: string;
}

export interface NetworkSettings {
  /**
   * HTTPS on the port: `auto` with a certificate by a certificate authority of the mock’s own, which is made at the
   * first start and kept; or a key and a certificate of yours. Default: plain HTTP.
   */
  tls?: 'auto' | TlsPair;
  /** Of `auto`: the folder that keeps the certificate authority. Default `.mock-cis2` in the working directory. */
  tlsFolder?: string;
  /** Of `auto`: host names and IP addresses that the certificate is for, beside those that the mock knows itself. */
  tlsNames?: readonly string[];
  /** TCP port of plain HTTP beside HTTPS; 0 lets the system choose. Default: none. */
  httpPort?: number;
  /** Proxies whose X-Forwarded-… and Forwarded headers count: IP addresses, CIDR ranges, `loopback`. Default: none. */
  trustedProxies?: readonly string[];
  /**
   * The issuer, and every address told, follows the name that each request came by. Whoever makes a name point here
   * then decides what the mock says of itself: for closed networks alone. Default false.
   */
  issuerFromHost?: boolean;
}

const TLS_NAME = /^(?:\*\.)?[\w-]{1,63}(?:\.[\w-]{1,63})*$/;

const isTlsName = (name: string): boolean => isIP(name) > 0 || (name.length <= 253 && TLS_NAME.test(name));

/** What must stand together, by the names that whoever set it used. */
export function networkFaults(
  {
    tls,
    httpPort,
    port,
    tlsNames = [],
    trustedProxies = [],
    issuerFromHost,
    internalOrigin,
  }: NetworkSettings & { port?: number; internalOrigin?: string },
  nameOf: (option: keyof NetworkSettings | 'internalOrigin') => string,
): Fault[] {
  const faults: Fault[] = [];
  if (httpPort !== undefined && tls === undefined) {
    const allowed = `leaving it out, or ${nameOf('tls')} beside it: without that, the port itself is plain HTTP`;
    faults.push({ path: nameOf('httpPort'), found: shown(httpPort), allowed });
  }
  if (tlsNames.length > 0 && tls !== 'auto') {
    const allowed = `leaving it out, or ${nameOf('tls')} auto beside it: no other certificate is made here`;
    faults.push({ path: nameOf('tlsNames'), found: shown(tlsNames), allowed });
  }
  if (httpPort !== undefined && httpPort !== 0 && httpPort === port) {
    const allowed = 'another port than that of HTTPS';
    faults.push({ path: nameOf('httpPort'), found: shown(httpPort), allowed });
  }
  for (const name of tlsNames.filter((each) => !isTlsName(each))) {
    const allowed = 'host names and IP addresses, for example cis2.example.test or *.example.test';
    faults.push({ path: nameOf('tlsNames'), found: shown(name), allowed });
  }
  for (const proxy of trustedProxies) {
    const allowed = trustedProxiesFault(proxy);
    if (allowed !== undefined) faults.push({ path: nameOf('trustedProxies'), found: shown(proxy), allowed });
  }
  if (issuerFromHost && internalOrigin !== undefined) {
    const allowed = `leaving it out: with ${nameOf('issuerFromHost')}, each caller is told the name it used itself`;
    faults.push({ path: nameOf('internalOrigin'), found: shown(internalOrigin), allowed });
  }
  return faults;
}
