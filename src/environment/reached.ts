/** By which address a request came here: what its sender wrote before the path, as far as this server can know. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type ForwardedBy, forwardedBy } from './forwarded.ts';

export interface Reached {
  scheme: 'http' | 'https';
  /** Name and port as they came, perhaps in no good form. */
  host: string;
  /** Scheme and host; undefined where the host is in no good form. */
  origin?: string;
  /** The headers that the above was read from. */
  by: 'Host' | ForwardedBy | 'this process';
  /** Who sent it: the peer, or whom trusted proxies name. */
  clientAddress: string;
  /** Nothing tells the scheme for certain: it is plain HTTP here, and TLS may end at a proxy that nobody named. */
  isUncertain: boolean;
}

/** Where it is kept once it is worked out: the headers of a request do not change. */
const KNOWN = Symbol('reached');

declare module 'fastify' {
  interface FastifyRequest {
    readonly reached: Reached;
    [KNOWN]: Reached | undefined;
  }
}

export interface ReachedOptions {
  /** Whether a peer is a proxy whose headers count. */
  isTrustedProxy?: (address: string) => boolean;
  /** Whether this server speaks HTTPS itself. */
  hasTls?: boolean;
}

/** A host name or an address, and perhaps a port. */
const HOST = /^(?:[\w-]+(?:\.[\w-]+)*\.?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

const LONGEST_HOST = 255;

const DEFAULT_PORTS = { http: '80', https: '443' };

/** The host with the port that a proxy names beside it, where it has none itself. */
function withPort(host: string, port: string | undefined, scheme: 'http' | 'https'): string {
  return port === undefined || port === DEFAULT_PORTS[scheme] || /:\d+$/.test(host)
    ? host
    : `${host}:${port}`;
}

/** The latest host and its origin: most requests come by the same one, and parsing it takes longer than all the rest. */
let latest: { url: string; origin: string | undefined } = { url: '', origin: undefined };

/** As browsers write it: in lower case, without the port that the scheme has anyway. */
function originOf(scheme: 'http' | 'https', host: string): string | undefined {
  if (host.length > LONGEST_HOST) return undefined;
  const url = `${scheme}://${host}`;
  if (url !== latest.url) {
    const origin = HOST.test(host) && URL.canParse(url) ? new URL(url).origin : undefined;
    latest = { url, origin };
  }
  return latest.origin;
}

/**
 * The origin as its sender wrote it, with the port that goes without saying where it was said: an issuer is compared
 * letter by letter (OpenID Connect Discovery section 4.3).
 */
export function writtenOrigin({ origin, host, scheme }: Reached): string | undefined {
  const port = `:${DEFAULT_PORTS[scheme]}`;
  return origin !== undefined && host.endsWith(port) ? `${origin}${port}` : origin;
}

const IN_PROCESS = 'x-mock-cis2-in-process';

/** Nobody else can say of a request that it comes from this process. */
const SECRET = Buffer.from(randomBytes(16).toString('hex'));

/** The headers of a request to this origin that takes no network to get here. */
export const inProcessTo = (origin: string): Record<string, string> => ({
  [IN_PROCESS]: `${SECRET} ${origin}`,
});

/** The origin that a request of this process names; undefined where it is not one. */
function namedInProcess(header: string | readonly string[] | undefined): string | undefined {
  const [secret = '', origin] = typeof header === 'string' ? header.split(' ', 2) : [];
  const given = Buffer.from(secret);
  return given.length === SECRET.length && timingSafeEqual(given, SECRET) ? origin : undefined;
}

function reachedInProcess(origin: string): Reached {
  const { protocol, host } = new URL(origin);
  const scheme = protocol === 'https:' ? 'https' : 'http';
  return { scheme, host, origin, by: 'this process', clientAddress: '127.0.0.1', isUncertain: false };
}

function reachedBy({ raw }: FastifyRequest, { isTrustedProxy, hasTls = false }: ReachedOptions): Reached {
  const { headers, socket } = raw;
  const named = namedInProcess(headers[IN_PROCESS]);
  if (named !== undefined) return reachedInProcess(named);
  const peer = socket.remoteAddress ?? '';
  const forwarded = isTrustedProxy && forwardedBy(headers, peer, isTrustedProxy);
  const isEncrypted = 'encrypted' in socket && socket.encrypted === true;
  const scheme = forwarded?.proto ?? (isEncrypted ? 'https' : 'http');
  const host = withPort(forwarded?.host ?? headers.host ?? '', forwarded?.port, scheme);
  const origin = originOf(scheme, host);
  return {
    scheme,
    host,
    by: forwarded && (forwarded.proto ?? forwarded.host ?? forwarded.port) ? forwarded.by : 'Host',
    clientAddress: forwarded?.clientAddress ?? peer,
    isUncertain: !hasTls && !isEncrypted && forwarded?.proto === undefined,
    ...(origin === undefined ? {} : { origin }),
  };
}

/** Gives every request the address it came by; it is worked out where somebody asks for it. */
export function attachReached(app: FastifyInstance, options: ReachedOptions) {
  app.decorateRequest(KNOWN, undefined);
  app.decorateRequest('reached', {
    getter(this: FastifyRequest) {
      this[KNOWN] ??= reachedBy(this, options);
      return this[KNOWN];
    },
  });
}
