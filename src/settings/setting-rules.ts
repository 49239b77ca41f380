/**
 * What each setting of a start may be, and how that is put in words: of environment variables, once they are read from
 * text, and of the library’s options alike.
 */
import { type Fault, shown } from './faults.ts';
import type { TlsPair } from './network.ts';
import { STORES } from './store-variable.ts';

export interface SettingRule<T> {
  isAllowed(value: unknown): value is T;
  /** In words, for whoever set something else. */
  allowed: string;
  /** It may hold what nobody else is to read, and is never shown. */
  isSecret?: true;
}

/** What is wrong with a value, if anything. `found` is the text of a variable that it was read from. */
export function settingFaults(
  path: string,
  { isAllowed, allowed, isSecret }: SettingRule<unknown>,
  value: unknown,
  found = value,
): Fault[] {
  if (isAllowed(value)) return [];
  return [{ path, found: isSecret ? 'a value that is not shown' : shown(found), allowed }];
}

const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Highest rate limit: more is none. */
const MOST_A_MINUTE = 1_000_000;

const isText = (value: unknown): value is string => typeof value === 'string';

const isListOfTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(isText);

const isTlsPair = (value: unknown): value is TlsPair => {
  const { key, cert } = (value ?? {}) as Partial<Record<keyof TlsPair, unknown>>;
  return isText(key) && isText(cert);
};

const wholeNumber = (least: number, most: number, allowed: string): SettingRule<number> => ({
  isAllowed: (value): value is number =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
  allowed,
});

const matching = (pattern: RegExp, allowed: string): SettingRule<string> => ({
  isAllowed: (value): value is string => isText(value) && pattern.test(value),
  allowed,
});

const PORT = wholeNumber(0, 65_535, 'a port, 0 to 65535');

/** An origin as text: scheme, host and perhaps a port, which stays as written, `:443` too (facts 0, row 1). */
const AN_ORIGIN = /^https?:\/\/[^\s/?#@\\]+$/;

const ORIGIN: SettingRule<string> = {
  isAllowed: (value): value is string => isText(value) && AN_ORIGIN.test(value) && URL.canParse(value),
  allowed: 'an origin without a path, for example https://cis2.example.test:443',
};

/** By the name of the option. */
export const SETTING_RULES = {
  port: PORT,
  host: matching(/^[\w.:[\]-]+$/, 'an IP address or host name'),
  publicOrigin: ORIGIN,
  internalOrigin: ORIGIN,
  signingKeys: matching(/\S/, 'a path'),
  // What any header carries.
  controlToken: {
    ...matching(/^[\x21-\x7e]+$/, 'characters of visible ASCII, without spaces'),
    isSecret: true,
  },
  store: { isAllowed: isText, allowed: STORES, isSecret: true },
  rateLimit: wholeNumber(1, MOST_A_MINUTE, `requests a minute, 1 to ${MOST_A_MINUTE}`),
  logLevel: {
    isAllowed: (value): value is LogLevel => (LOG_LEVELS as readonly unknown[]).includes(value),
    allowed: LOG_LEVELS.join(', '),
  } as SettingRule<LogLevel>,
  tls: {
    isAllowed: (value): value is 'auto' | TlsPair => value === 'auto' || isTlsPair(value),
    allowed: '"auto", or a key and its certificate: { key, cert }, each PEM text or the path of a file',
    isSecret: true,
  } as SettingRule<'auto' | TlsPair>,
  tlsFolder: matching(/\S/, 'the path of a folder'),
  tlsNames: { isAllowed: isListOfTexts, allowed: 'a list of host names and IP addresses' },
  httpPort: PORT,
  trustedProxies: { isAllowed: isListOfTexts, allowed: 'a list of IP addresses, CIDR ranges, loopback' },
  issuerFromHost: {
    isAllowed: (value): value is boolean => typeof value === 'boolean',
    allowed: 'true, false',
  } as SettingRule<boolean>,
} satisfies Record<string, SettingRule<unknown>>;
