/** The environment variables about the network: TLS and its names, plain HTTP beside it, and proxies. */
import type { Fault } from './faults.ts';
import { type NetworkSettings, networkFaults } from './network.ts';

export const NETWORK_NAMES = [
  'TLS',
  'TLS_FOLDER',
  'TLS_NAMES',
  'HTTP_PORT',
  'TRUSTED_PROXIES',
  'ISSUER_FROM_HOST',
] as const;

/** Reads one variable; undefined where it is not set, or wrong, which is then among the faults. */
type Take = <T>(
  name: string,
  isAllowed: (text: string) => boolean,
  allowed: string,
  convert: (text: string) => T,
) => T | undefined;

export const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) <= 65_535;

const isPath = (text: string): boolean => text.trim() !== '';
const isTls = (text: string): boolean => /^(?:off|auto|[^,]+,[^,]+)$/.test(text);
const isSwitch = (text: string): boolean => text === 'on' || text === 'off';
const isList = (text: string): boolean => listOf(text).length > 0;

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

function tlsOf(text: string): Pick<NetworkSettings, 'tls'> {
  if (text === 'off') return {};
  const [key = '', cert] = listOf(text);
  return { tls: cert === undefined ? 'auto' : { key, cert } };
}

/** What is set, and nothing for what is not. */
export function readNetwork(take: Take): NetworkSettings {
  const tls = 'off, auto, or the paths of a key and a certificate: key.pem,cert.pem';
  const asText = (text: string) => text;
  const read = {
    tlsFolder: take('TLS_FOLDER', isPath, 'the path of a folder', asText),
    tlsNames: take('TLS_NAMES', isList, 'host names and IP addresses, separated by commas', listOf),
    httpPort: take('HTTP_PORT', isPort, 'a port, 0 to 65535', Number),
    trustedProxies: take('TRUSTED_PROXIES', isList, 'IP addresses, CIDR ranges, loopback', listOf),
    issuerFromHost: take('ISSUER_FROM_HOST', isSwitch, 'on, off', (text) => text === 'on' || undefined),
  };
  const set = Object.entries(read).filter(([, value]) => value !== undefined);
  return { ...take('TLS', isTls, tls, tlsOf), ...Object.fromEntries(set) };
}

/** An option as its variable is called: httpPort, HTTP_PORT. */
const variableOf = (option: string): string => option.replaceAll(/[A-Z]/g, '_$&').toUpperCase();

/** What does not go together. A TLS that is wrong in itself is not also said to be missing. */
export function networkVariableFaults(
  network: NetworkSettings & { port?: number; internalOrigin?: string },
  { TLS = 'off' }: Readonly<Record<string, string | undefined>>,
): Fault[] {
  const isWrong = TLS !== '' && !isTls(TLS);
  return networkFaults(isWrong ? { ...network, tls: 'auto' } : network, variableOf);
}
