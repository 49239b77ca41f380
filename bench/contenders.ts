/** The servers that are measured: how each is started, and what an authorization request must carry there. */
import { fileURLToPath } from 'node:url';
import { HEALTHCARE } from '../src/environment/realms.ts';

export interface Contender {
  name: string;
  /** What `node` is started with. */
  argumentsFor: (port: number) => readonly string[];
  discoveryPath: string;
  /** Beside what every authorization request has. */
  parameters: Readonly<Record<string, string>>;
  /** Environment variables, beside PORT. */
  variables?: Readonly<Record<string, string>>;
}

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const ALEX = { mock_login: 'alex.bound@nhs.net' };

/** As `npm start` runs it: default configuration, every feature on, a log line for each event. */
export const MOCK_CIS2: Contender = {
  name: 'mock-cis2',
  argumentsFor: () => [at('../dist/main.js')],
  discoveryPath: `${HEALTHCARE.path}/.well-known/openid-configuration`,
  parameters: ALEX,
};

export const FLOOR: Contender = {
  name: 'floor (bare node:http)',
  argumentsFor: () => [at('servers/floor.mjs')],
  discoveryPath: '/.well-known/openid-configuration',
  parameters: {},
};

export const PEERS: readonly Contender[] = [
  {
    name: 'oidc-provider',
    argumentsFor: () => [at('servers/oidc-provider.mjs')],
    discoveryPath: '/.well-known/openid-configuration',
    parameters: ALEX,
  },
  {
    name: 'oauth2-mock-server',
    argumentsFor: (port) => [
      at('node_modules/oauth2-mock-server/dist/oauth2-mock-server.mjs'),
      ...['-a', '127.0.0.1', '-p', String(port)],
    ],
    discoveryPath: '/.well-known/openid-configuration',
    parameters: {},
  },
];

export const CONTENDERS: readonly Contender[] = [MOCK_CIS2, FLOOR, ...PEERS];
