/**
 * The environment variables of the process, read in this one place. Every wrong one is listed at once, and so is
 * one that looks like a misspelling of ours, which would otherwise be ignored in silence.
 */
import { ConfigurationError, type Fault, shown } from './faults.ts';
import { editDistance } from './near-matches.ts';
import type { NetworkSettings } from './network.ts';
import { isPort, NETWORK_NAMES, networkVariableFaults, readNetwork } from './network-variables.ts';
import { MEMORY, storeFaults } from './store-variable.ts';

export interface Variables extends NetworkSettings {
  /** TCP port; 0 lets the system choose. Default 8585. */
  port: number;
  /** Address to listen on. Default 127.0.0.1. */
  host: string;
  /** Origin that browsers and `iss` use, kept as text. Default http://localhost:PORT, or https where TLS is on. */
  publicOrigin?: string;
  /** Origin of the back-channel endpoints in discovery. Default: the public origin. */
  internalOrigin?: string;
  /** Path of a fixtures file or folder. Default: the fixtures of the package. */
  fixtures?: string;
  /** Path of the file that keeps the signing keys: read if it is there, made if not. Default: none. */
  signingKeys?: string;
  /** What callers of the control API must send. Default: none, and programs and own pages alone may call it. */
  controlToken?: string;
  /** Where the state is: `memory:`, or the address of a Redis that replicas share. Default `memory:`. */
  store: string;
  /** Most requests a minute from one address, 1 to 1000000. Default: none. */
  rateLimit?: number;
  logLevel: LogLevel;
}

const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** An origin as text: scheme, host and perhaps a port, which stays as written, `:443` too (facts 0, row 1). */
const ORIGIN = /^https?:\/\/[^\s/?#@\\]+$/;

const isOrigin = (text: string): boolean => ORIGIN.test(text) && URL.canParse(text);

/** Visible ASCII, which any header carries; long enough not to be guessed by chance. */
const CONTROL_TOKEN = /^[\x21-\x7e]{8,}$/;

/** Highest rate limit: more is none. */
const MOST_A_MINUTE = 1_000_000;

/** What is wrong with a control token, which is never shown; undefined where nothing is. */
export function controlTokenFault(path: string, text: string): Fault | undefined {
  if (CONTROL_TOKEN.test(text)) return undefined;
  return { path, found: 'a value that is not shown', allowed: 'at least 8 characters of visible ASCII' };
}

/** Those that there are; `variables-help.ts` says of each what it is for. */
export const NAMES: readonly string[] = [
  'PORT',
  'HOST',
  'PUBLIC_ORIGIN',
  'INTERNAL_ORIGIN',
  'FIXTURES',
  'SIGNING_KEYS',
  'CONTROL_TOKEN',
  'RATE_LIMIT',
  'STORE',
  'LOG_LEVEL',
  ...NETWORK_NAMES,
];

/** Too short to tell a misspelling from another program’s variable. */
const SHORTEST_MISSPELT = 7;

/** Variables whose names differ from ours by one letter, two that are swapped, by case or by their underscores. */
function misspelt(source: Source): Fault[] {
  const plain = (name: string) => name.toUpperCase().replaceAll('_', '');
  return Object.keys(source).flatMap((name) => {
    if (name.length < SHORTEST_MISSPELT || NAMES.includes(name)) return [];
    // The lengths first: a shell has a hundred variables, and most cannot be meant.
    const meant = NAMES.find(
      (ours) =>
        Math.abs(plain(name).length - plain(ours).length) <= 1 && editDistance(plain(name), plain(ours)) <= 1,
    );
    return meant === undefined ? [] : [{ path: name, found: 'an unknown variable', allowed: meant }];
  });
}

type Source = Readonly<Record<string, string | undefined>>;

export function readVariables(source: Source): Variables {
  const faults: Fault[] = misspelt(source);
  const value = (name: string) => source[name] || undefined;
  const take = <T>(
    name: string,
    isAllowed: (text: string) => boolean,
    allowed: string,
    convert: (text: string) => T,
  ) => {
    const text = value(name);
    if (text === undefined) return undefined;
    if (isAllowed(text)) return convert(text);
    faults.push({ path: name, found: shown(text), allowed });
    return undefined;
  };
  const asText = (text: string) => text;
  const isLevel = (text: string) => (LOG_LEVELS as readonly string[]).includes(text);
  const anOrigin = 'an origin without a path, for example https://cis2.example.test:443';
  const isRateLimit = (text: string) => /^[1-9]\d{0,6}$/.test(text) && Number(text) <= MOST_A_MINUTE;
  const aRateLimit = `requests a minute, 1 to ${MOST_A_MINUTE}`;
  const read = {
    port: take('PORT', isPort, 'a port, 0 to 65535', Number),
    host: take('HOST', (text) => /^[\w.:[\]-]+$/.test(text), 'an IP address or host name', asText),
    publicOrigin: take('PUBLIC_ORIGIN', isOrigin, anOrigin, asText),
    internalOrigin: take('INTERNAL_ORIGIN', isOrigin, anOrigin, asText),
    fixtures: take('FIXTURES', () => true, 'a path', asText),
    signingKeys: take('SIGNING_KEYS', () => true, 'a path', asText),
    rateLimit: take('RATE_LIMIT', isRateLimit, aRateLimit, Number),
    logLevel: take('LOG_LEVEL', isLevel, LOG_LEVELS.join(', '), (text) => text as LogLevel),
  };
  const controlToken = value('CONTROL_TOKEN');
  const tokenFault =
    controlToken === undefined ? undefined : controlTokenFault('CONTROL_TOKEN', controlToken);
  if (tokenFault) faults.push(tokenFault);
  const store = value('STORE') ?? MEMORY;
  faults.push(...storeFaults(store, value('SIGNING_KEYS')));
  const { publicOrigin, internalOrigin, fixtures, signingKeys, rateLimit } = read;
  const port = read.port ?? 8585;
  const network = readNetwork(take);
  const together = { ...network, port, ...(internalOrigin === undefined ? {} : { internalOrigin }) };
  faults.push(...networkVariableFaults(together, source));
  if (faults.length > 0) throw new ConfigurationError(faults);
  return {
    port,
    ...network,
    host: read.host ?? '127.0.0.1',
    store,
    logLevel: read.logLevel ?? 'info',
    ...(publicOrigin === undefined ? {} : { publicOrigin }),
    ...(internalOrigin === undefined ? {} : { internalOrigin }),
    ...(fixtures === undefined ? {} : { fixtures }),
    ...(signingKeys === undefined ? {} : { signingKeys }),
    ...(controlToken === undefined ? {} : { controlToken }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
  };
}
