/** The life of the signing keys, from outside. */
import type { KeyStatus } from '../environment/signing-key-states.ts';
import type { Call } from './call.ts';

export interface SigningKeyShown {
  kid: string;
  /** active: signs. published: in the JWKS, ready to sign. retired: out of the JWKS. */
  status: KeyStatus;
}

/** Publish a new key, use it, retire the old one: each step gives all keys, and can be undone. */
export interface Keys {
  list(): Promise<SigningKeyShown[]>;
  /** Makes a new key and publishes it, or takes back a retired one. */
  publish(kid?: string): Promise<SigningKeyShown[]>;
  /** Signs with this key from now on. Default: the newest that is published. */
  use(kid?: string): Promise<SigningKeyShown[]>;
  /** Takes a key out of the JWKS. Default: the oldest that is published. */
  retire(kid?: string): Promise<SigningKeyShown[]>;
}

export function createKeys(call: Call): Keys {
  const change = (action: 'publish' | 'use' | 'retire') => (kid?: string) =>
    call<SigningKeyShown[]>('POST', '/keys', { action, kid });
  return {
    list: () => call('GET', '/keys'),
    publish: change('publish'),
    use: change('use'),
    retire: change('retire'),
  };
}
