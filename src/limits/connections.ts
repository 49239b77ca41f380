/**
 * How long slow clients are borne, and how many connections there may be. A long poll waits for a minute and a slow
 * answer for two, so that a connection on which nothing moves is closed only after that.
 */

export interface ConnectionLimits {
  /** To send the headers of a request, in seconds. Default 15. */
  headersSeconds: number;
  /** To send a whole request, in seconds. Default 30. */
  requestSeconds: number;
  /** On a connection without a request under way, in seconds. Default 72, above the 60 of common load balancers. */
  keepAliveSeconds: number;
  /** Without a byte in either direction, in seconds. Default 180. */
  silentSeconds: number;
  /** How often the times of headers and requests are looked at, in seconds. Default 5. */
  checkSeconds: number;
  /** Most connections at once; one more is closed. Default 10000. */
  connections: number;
}

const DEFAULTS: ConnectionLimits = {
  headersSeconds: 15,
  requestSeconds: 30,
  keepAliveSeconds: 72,
  silentSeconds: 180,
  checkSeconds: 5,
  connections: 10_000,
};

/** Room for the longest authorization request as a link. */
export const MAX_HEADER_BYTES = 65_536;

const MILLISECONDS = 1000;

/** The limits as Fastify and Node.js take them. */
export function connectionOptions(given: Partial<ConnectionLimits> = {}) {
  const limits = { ...DEFAULTS, ...given };
  return {
    requestTimeout: limits.requestSeconds * MILLISECONDS,
    keepAliveTimeout: limits.keepAliveSeconds * MILLISECONDS,
    connectionTimeout: limits.silentSeconds * MILLISECONDS,
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: limits.headersSeconds * MILLISECONDS,
      requestTimeout: limits.requestSeconds * MILLISECONDS,
      connectionsCheckingInterval: limits.checkSeconds * MILLISECONDS,
    },
  };
}

/** For a server that is there already: Node.js takes this one no other way. */
export function limitConnections(server: { maxConnections: number }, given: Partial<ConnectionLimits> = {}) {
  server.maxConnections = { ...DEFAULTS, ...given }.connections;
}
