/**
 * How long slow clients are borne, and how many connections there may be. A long poll waits for a minute and a slow
 * answer for two, so that a connection on which nothing moves is closed only after that.
 */
import { type Fault, shown } from '../settings/faults.ts';

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

/** All limits; one that is undefined is left out. */
function withDefaults(given: Partial<ConnectionLimits>): ConnectionLimits {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...DEFAULTS, ...Object.fromEntries(set) };
}

/** Longest time that a limit may be, in seconds: a day. */
const LONGEST = 86_400;

/** More connections than one process ever has. */
const MOST_CONNECTIONS = 1_000_000;

const isTime = (value: unknown) => typeof value === 'number' && value >= 0.001 && value <= LONGEST;

const isCount = (value: unknown) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST_CONNECTIONS;

function limitFault(name: string, value: unknown): Fault[] {
  const path = `limits.${name}`;
  if (!Object.hasOwn(DEFAULTS, name)) {
    return [{ path, found: 'an unknown limit', allowed: Object.keys(DEFAULTS).join(', ') }];
  }
  if (name === 'connections')
    return isCount(value)
      ? []
      : [{ path, found: shown(value), allowed: `a whole number, 1 to ${MOST_CONNECTIONS}` }];
  return isTime(value) ? [] : [{ path, found: shown(value), allowed: `seconds, 0.001 to ${LONGEST}` }];
}

/** What is wrong with limits, each by itself and with the others. */
export function limitFaults(given: unknown): Fault[] {
  if (given === undefined) return [];
  if (typeof given !== 'object' || given === null) {
    const allowed = `an object with some of ${Object.keys(DEFAULTS).join(', ')}`;
    return [{ path: 'limits', found: shown(given), allowed }];
  }
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  const faults = set.flatMap(([name, value]) => limitFault(name, value));
  if (faults.length > 0) return faults;
  const { headersSeconds, requestSeconds } = withDefaults(given);
  if (headersSeconds <= requestSeconds) return [];
  // Node.js refuses it: headers are a part of the request.
  const allowed = `at most requestSeconds, which is ${requestSeconds}`;
  return [{ path: 'limits.headersSeconds', found: shown(headersSeconds), allowed }];
}

/** Room for the longest authorization request as a link. */
export const MAX_HEADER_BYTES = 65_536;

/** Node.js takes whole milliseconds alone. */
const milliseconds = (seconds: number): number => Math.round(seconds * 1000);

/** The limits as Fastify and Node.js take them. */
export function connectionOptions(given: Partial<ConnectionLimits> = {}) {
  const limits = withDefaults(given);
  return {
    requestTimeout: milliseconds(limits.requestSeconds),
    keepAliveTimeout: milliseconds(limits.keepAliveSeconds),
    connectionTimeout: milliseconds(limits.silentSeconds),
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: milliseconds(limits.headersSeconds),
      requestTimeout: milliseconds(limits.requestSeconds),
      connectionsCheckingInterval: milliseconds(limits.checkSeconds),
    },
  };
}

/** For a server that is there already: Node.js takes this one no other way. */
export function limitConnections(server: { maxConnections: number }, given: Partial<ConnectionLimits> = {}) {
  server.maxConnections = withDefaults(given).connections;
}
