/**
 * The client that every environment has beside those of its fixtures: the demonstration application, which this
 * server serves itself. Its secret is new with each environment and is told to nobody.
 */
import { randomBytes } from 'node:crypto';
import type { Client } from '../relying-party/client-schema.ts';

export const DEMO_CLIENT_ID = 'mock-demo';

/** Where an environment’s addresses begin, with its prefix: the public ones, and those that servers use. */
export interface Bases {
  readonly public: string;
  readonly internal: string;
}

function newSecret(): () => string {
  const secret = randomBytes(32).toString('base64url');
  return () => secret;
}
/** Where the browser is sent back to it. */
export const demoAddresses = (bases: Bases) => ({
  // As libraries write it, which compute it anew from the address of the callback.
  redirect_uris: [new URL(`${bases.public}/demo/callback`).href],
  post_logout_redirect_uris: [`${bases.public}/demo/logged-out`],
});

/** The demonstration application as a client. Its addresses may be known only once the server listens. */
export function demoClient(bases: Bases, secret = newSecret()): Client {
  return {
    client_id: DEMO_CLIENT_ID,
    client_name: 'Demonstration application',
    token_endpoint_auth_method: 'client_secret_post',
    get client_secret() {
      return secret();
    },
    default_acr_values: ['AAL2_OR_AAL3_ANY'],
    get redirect_uris() {
      return demoAddresses(bases).redirect_uris;
    },
    get post_logout_redirect_uris() {
      return demoAddresses(bases).post_logout_redirect_uris;
    },
    get backchannel_logout_uri() {
      return `${bases.internal}/demo/backchannel-logout`;
    },
  };
}
