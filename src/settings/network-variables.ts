/** The environment variables about the network: TLS and its names, plain HTTP beside it, and proxies. */
import type { Fault } from './faults.ts';
import { type NetworkSettings, networkFaults } from './network.ts';
import { SETTING_RULES, type SettingRule } from './setting-rules.ts';

export const NETWORK_NAMES = [
  'TLS',
  'TLS_FOLDER',
  'TLS_NAMES',
  'HTTP_PORT',
  'TRUSTED_PROXIES',
  'ISSUER_FROM_HOST',
] as const;

/** Reads one variable; undefined where it is not set, or wrong, which is then among the faults. */
export type Take = <T>(name: string, rule: SettingRule<T>, read: (text: string) => unknown) => T | undefined;

/** A whole number as text has it; NaN where the text has none. */
export const numberIn = (text: string): number => (/^\d{1,7}$/.test(text) ? Number(text) : Number.NaN);

export const asText = (text: string): string => text;

const isTls = (text: string): boolean => /^(?:off|auto|[^,]+,[^,]+)$/.test(text);
const isSwitch = (text: string): boolean => text === 'on' || text === 'off';

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** What text must be where an option is no text. */
const textRule = (isAllowed: (text: string) => boolean, allowed: string): SettingRule<string> => ({
  isAllowed: (value): value is string => typeof value === 'string' && isAllowed(value),
  allowed,
});

const TLS = textRule(isTls, 'off, auto, or the paths of a key and a certificate: key.pem,cert.pem');
const SWITCH = textRule(isSwitch, 'on, off');

const listRule = (allowed: string): SettingRule<readonly string[]> => ({
  isAllowed: (value): value is readonly string[] => Array.isArray(value) && value.length > 0,
  allowed,
});

function tlsOf(text: string): Pick<NetworkSettings, 'tls'> {
  if (text === 'off') return {};
  const [key = '', cert] = listOf(text);
  return { tls: cert === undefined ? 'auto' : { key, cert } };
}

/** What is set, and nothing for what is not. */
export function readNetwork(take: Take): NetworkSettings {
  const { tlsFolder, httpPort } = SETTING_RULES;
  const read = {
    tlsFolder: take('TLS_FOLDER', tlsFolder, asText),
    tlsNames: take('TLS_NAMES', listRule('host names and IP addresses, separated by commas'), listOf),
    httpPort: take('HTTP_PORT', httpPort, numberIn),
    trustedProxies: take('TRUSTED_PROXIES', listRule('IP addresses, CIDR ranges, loopback'), listOf),
    issuerFromHost: take('ISSUER_FROM_HOST', SWITCH, asText) === 'on' || undefined,
  };
  const set = Object.entries(read).filter(([, value]) => value !== undefined);
  return { ...tlsOf(take('TLS', TLS, asText) ?? 'off'), ...Object.fromEntries(set) };
}

/** An option as its variable is called: httpPort, HTTP_PORT. */
export const variableOf = (option: string): string => option.replaceAll(/[A-Z]/g, '_$&').toUpperCase();

/** What does not go together. A TLS that is wrong in itself is not also said to be missing. */
export function networkVariableFaults(
  network: NetworkSettings & { port?: number; internalOrigin?: string },
  { TLS = 'off' }: Readonly<Record<string, string | undefined>>,
): Fault[] {
  const isWrong = TLS !== '' && !isTls(TLS);
  return networkFaults(isWrong ? { ...network, tls: 'auto' } : network, variableOf);
}
