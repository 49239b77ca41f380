/** What the forms of settings are made from, and how they are put together. */
import type { Client } from '../../relying-party/client-schema.ts';

/** What the forms are made from. */
export interface ForApplication {
  issuer: string;
  discoveryUrl: string;
  clientId: string;
  clientSecret?: string;
  authentication: Client['token_endpoint_auth_method'];
  /** Of a private_key_jwt: the algorithm that its assertions are signed with, the file and the id of its key. */
  key?: { algorithm: string; file: string; kid?: string };
  /** Separated by spaces. */
  scopes: string;
  /** Separated by spaces. */
  acrValues: string;
  /** Where the client may use any address of this computer: undefined. Otherwise the one that is registered. */
  redirectUri?: string;
}

/** CIS2 is https alone, so libraries refuse http unless they are told. */
export const isPlainHttp = ({ issuer }: ForApplication) => issuer.startsWith('http:');

/** Lines, without those that are not there. */
export const lines = (...all: (string | false | undefined)[]) =>
  all.filter((line) => typeof line === 'string');

/** A text, each line of it moved to the right. */
export const indented = (by: number, text: string) =>
  text
    .split('\n')
    .map((line) => (line === '' ? line : `${' '.repeat(by)}${line}`))
    .join('\n');

/** A string as JavaScript, Python and YAML take it. */
export const quoted = (text: string) => JSON.stringify(text);

/** Where a client that may use any address of this computer is called back. */
export const CALLBACK = 'http://localhost:3000/callback';
