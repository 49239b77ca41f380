/**
 * The environment variables of the process, read in this one place. Every wrong one is listed at once, and so is
 * one that looks like a misspelling of ours, which would otherwise be ignored in silence.
 */
import { ConfigurationError, type Fault } from './faults.ts';
import { editDistance } from './near-matches.ts';
import type { NetworkSettings } from './network.ts';
import {
  asText,
  NETWORK_NAMES,
  networkVariableFaults,
  numberIn,
  readNetwork,
  type Take,
  variableOf,
} from './network-variables.ts';
import { type LogLevel, SETTING_RULES, type SettingRule, settingFaults } from './setting-rules.ts';
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
  const take: Take = <T>(name: string, rule: SettingRule<T>, read: (text: string) => unknown) => {
    const text = value(name);
    if (text === undefined) return undefined;
    const found = read(text);
    if (rule.isAllowed(found)) return found;
    faults.push(...settingFaults(name, rule, found, text));
    return undefined;
  };
  const rules = SETTING_RULES;
  const read = {
    port: take('PORT', rules.port, numberIn),
    host: take('HOST', rules.host, asText),
    publicOrigin: take('PUBLIC_ORIGIN', rules.publicOrigin, asText),
    internalOrigin: take('INTERNAL_ORIGIN', rules.internalOrigin, asText),
    signingKeys: take('SIGNING_KEYS', rules.signingKeys, asText),
    controlToken: take('CONTROL_TOKEN', rules.controlToken, asText),
    rateLimit: take('RATE_LIMIT', rules.rateLimit, numberIn),
    logLevel: take('LOG_LEVEL', rules.logLevel, asText),
  };
  const fixtures = value('FIXTURES');
  const store = value('STORE') ?? MEMORY;
  faults.push(...storeFaults(store, value('SIGNING_KEYS'), variableOf));
  const { publicOrigin, internalOrigin, signingKeys, controlToken, rateLimit } = read;
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
