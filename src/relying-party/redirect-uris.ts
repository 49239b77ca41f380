/** Which redirect URIs a client may use: compared as text, never normalised (RFC 9700 section 4.1.3). */
import type { Client } from './client-schema.ts';

/** The names of this machine that a redirect URI may have. */
export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Any port, path and query on a loopback host, written plainly: no user, no fragment, no other spelling of the
 * address. What allow_loopback_redirect_uris lets in.
 */
const LOOPBACK_URI =
  /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?(?:[/?][\x21\x24-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]*)?$/;

const isLoopbackUri = (uri: string): boolean => LOOPBACK_URI.test(uri) && URL.canParse(uri);

export type UriRight = 'registered' | 'relaxation';

const rightAmong = (registered: readonly string[], client: Client, uri: string): UriRight | undefined => {
  if (registered.includes(uri)) return 'registered';
  const relaxed = client.relaxations?.includes('allow_loopback_redirect_uris') ?? false;
  return relaxed && isLoopbackUri(uri) ? 'relaxation' : undefined;
};

/** By which right a redirect URI is allowed; undefined where it is not. */
export const redirectUriRight = (client: Client, uri: string): UriRight | undefined =>
  rightAmong(client.redirect_uris, client, uri);

/** By which right a browser may be sent there after logging out; undefined where it may not. */
export const postLogoutUriRight = (client: Client, uri: string): UriRight | undefined =>
  rightAmong(client.post_logout_redirect_uris ?? [], client, uri);

/** Whether a page of this origin belongs to some registered client, and so may call the provider (CORS). */
export function isClientOrigin(clients: Iterable<Client>, origin: string): boolean {
  for (const { redirect_uris, relaxations } of clients) {
    if (redirect_uris.some((uri) => URL.canParse(uri) && new URL(uri).origin === origin)) return true;
    if (relaxations?.includes('allow_loopback_redirect_uris') && isLoopbackUri(origin)) return true;
  }
  return false;
}

/** Why a URI cannot be registered; undefined where it can: https, or http on a loopback host, without fragment. */
export function redirectUriFault(uri: string): string | undefined {
  if (!URL.canParse(uri)) return 'is not an absolute URI';
  if (!/^[\x21-\x7e]+$/.test(uri)) return 'has characters that are to be percent-encoded';
  const { protocol, hostname } = new URL(uri);
  if (uri.includes('#')) return 'has a fragment (RFC 6749 section 3.1.2 forbids it)';
  const isLoopback = LOOPBACK_HOSTS.includes(hostname);
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback)) return undefined;
  return 'is neither https nor http on a loopback host (localhost, 127.0.0.1, [::1])';
}

/** Adds parameters to a redirect URI as text, so that what was registered arrives unchanged. */
export function withParameters(
  uri: string,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const present = Object.entries(parameters).filter(
    (each): each is [string, string] => each[1] !== undefined,
  );
  return withCallback(uri, present);
}

/** The same for pairs in their order, of which two may have the same name. */
export function withCallback(uri: string, pairs: readonly (readonly [string, string])[]): string {
  const added = new URLSearchParams();
  for (const [name, value] of pairs) added.append(name, value);
  const text = added.toString();
  if (text === '') return uri;
  return `${uri}${uri.includes('?') ? '&' : '?'}${text}`;
}

/** Where an application that may use any loopback URI may go on to: its pages are often at another port. */
const LOOPBACK_TARGETS = ['localhost', '127.0.0.1'].flatMap((host) => [
  `http://${host}:*`,
  `https://${host}:*`,
]);

/** A policy cannot name an IPv6 address (CSP 3 section 2.3.1), so its scheme stands for it. */
function targetOf(uri: string): string {
  const { origin, hostname, protocol } = new URL(uri);
  return hostname.startsWith('[') ? protocol : origin;
}

/** What a log-in page’s forms may lead to (Content-Security-Policy form-action). */
export function formTargets(client: Client, redirectUri: string): string[] {
  const uris = [redirectUri, ...(client.client_uri === undefined ? [] : [client.client_uri])];
  const targets = uris.filter((uri) => URL.canParse(uri)).map(targetOf);
  const relaxed = client.relaxations?.includes('allow_loopback_redirect_uris') ?? false;
  return [...new Set([...targets, ...(relaxed ? LOOPBACK_TARGETS : [])])];
}
