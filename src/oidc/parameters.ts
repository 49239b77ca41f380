/**
 * Parameters of a query or a form (application/x-www-form-urlencoded), read strictly: what is repeated or wrongly
 * encoded is remembered, so that it can be refused by name instead of being guessed at.
 */
import type { FastifyRequest } from 'fastify';

export interface Parameters {
  /** The text as it came. */
  encoded: string;
  /** The value; undefined where absent or empty, which are the same (RFC 6749 section 3.1). */
  get(name: string): string | undefined;
  /** Names that came more than once (RFC 6749 section 3.1 forbids it). */
  repeated: readonly string[];
  /** Names whose name or value is not percent-encoded UTF-8. */
  malformed: readonly string[];
  /** More than MAX_PARAMETERS, of which those beyond were not read, or longer than MAX_QUERY_LENGTH in all. */
  tooMany: boolean;
  /** Names whose value is longer than MAX_VALUE_LENGTH. */
  oversized: readonly string[];
  /** The first value of each name, for the journal. */
  all(): Record<string, string>;
}

/** Longest value taken, in characters: room for any state or token that real applications send. */
export const MAX_VALUE_LENGTH = 8192;

/** Most parameters read. */
export const MAX_PARAMETERS = 100;

/** Longest query taken, in characters of a URL: what the server’s header limit leaves room for. */
export const MAX_QUERY_LENGTH = 60_000;

/** Whether text is longer than so many characters of a URL, where one outside ASCII takes up to twelve. */
const isLonger = (
  text: string,
  most: number,
  encode: (text: string) => string = encodeURIComponent,
): boolean => text.length * 9 > most && encode(text).length > most;

function decode(encoded: string): string | undefined {
  if (!encoded.includes('%') && !encoded.includes('+')) return encoded;
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** Most requests have no fault: a set of names is made for the first. */
const withName = (names: Set<string> | undefined, name: string): Set<string> =>
  names?.add(name) ?? new Set([name]);

const NONE: readonly string[] = [];

/** No parameters, which every GET without a query has. */
const EMPTY: Parameters = {
  encoded: '',
  get: () => undefined,
  repeated: NONE,
  malformed: NONE,
  oversized: NONE,
  tooMany: false,
  all: () => ({}),
};

export function parseParameters(encoded: string): Parameters {
  if (encoded === '') return EMPTY;
  const values = new Map<string, string>();
  let repeated: Set<string> | undefined;
  let malformed: Set<string> | undefined;
  let oversized: Set<string> | undefined;
  const pairs = encoded.split('&').filter(Boolean);
  for (const pair of pairs.length > MAX_PARAMETERS ? pairs.slice(0, MAX_PARAMETERS) : pairs) {
    const equals = pair.indexOf('=');
    const rawName = equals < 0 ? pair : pair.slice(0, equals);
    const name = decode(rawName);
    const value = decode(equals < 0 ? '' : pair.slice(equals + 1));
    if (name === undefined || value === undefined) {
      malformed = withName(malformed, name ?? rawName);
      continue;
    }
    if (value.length > MAX_VALUE_LENGTH || isLonger(value, 3 * MAX_VALUE_LENGTH))
      oversized = withName(oversized, name);
    if (values.has(name)) repeated = withName(repeated, name);
    else values.set(name, value);
  }
  return {
    encoded,
    get: (name) => values.get(name) || undefined,
    repeated: repeated ? [...repeated] : NONE,
    malformed: malformed ? [...malformed] : NONE,
    oversized: oversized ? [...oversized] : NONE,
    tooMany: pairs.length > MAX_PARAMETERS || isLonger(encoded, MAX_QUERY_LENGTH, asQuery),
    all: () => Object.fromEntries(values),
  };
}

/** The words of a value that lists them, separated by spaces: scopes, acr_values, prompts. */
export const words = (value: string | undefined): string[] => value?.split(' ').filter(Boolean) ?? [];

/** Form text as the query of a URL: what may not stand there is percent-encoded, the rest stays as it came. */
export const asQuery = (encoded: string): string => encoded.replace(/[^\x21\x24-\x7e]/gu, encodeURIComponent);

/** The query of a request as it came. */
export function queryOf({ raw: { url = '' } }: FastifyRequest): string {
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark + 1);
}

/** Where the parameters of a request’s address are kept once they are read: an address does not change. */
const READ = Symbol('query parameters');

declare module 'fastify' {
  interface FastifyRequest {
    [READ]?: Parameters;
  }
}

/** The parameters in the address of a request, which several look at and one reads. */
export function queryParametersOf(request: FastifyRequest): Parameters {
  request[READ] ??= parseParameters(queryOf(request));
  return request[READ];
}

/** The form of a request; one without a body is an empty form. The form parser is the only one that is registered. */
export const formOf = (body: unknown): Parameters =>
  (body as Parameters | undefined | null) ?? parseParameters('');
