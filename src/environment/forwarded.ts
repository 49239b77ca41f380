/**
 * What proxies say of a request: X-Forwarded-For, -Proto, -Host and -Port, or Forwarded (RFC 7239). Where both are
 * there, the first counts: it is what proxies write nearly always, and one that does would let the other pass from
 * whoever sent it.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** What each hop said, oldest first; empty where it said nothing. */
interface Said {
  for: readonly string[];
  proto: readonly string[];
  host: readonly string[];
  port: readonly string[];
}

/** Which headers said it. */
export type ForwardedBy = 'X-Forwarded-…' | 'Forwarded';

export interface Forwarded {
  by: ForwardedBy;
  /** The address that the request came from, before the proxies that are trusted. */
  clientAddress: string;
  proto?: 'http' | 'https';
  host?: string;
  port?: string;
}

/** Longer ones are not read. */
const LONGEST_HEADER = 4096;

const textOf = (header: string | readonly string[] | undefined): string => [header ?? ''].flat().join(', ');

function listOf(header: string | readonly string[] | undefined): string[] {
  const text = textOf(header);
  return text === '' ? [] : text.split(',').map((each) => each.trim());
}

function saidByX(headers: IncomingHttpHeaders): Said {
  return {
    for: listOf(headers['x-forwarded-for']),
    proto: listOf(headers['x-forwarded-proto']),
    host: listOf(headers['x-forwarded-host']),
    port: listOf(headers['x-forwarded-port']),
  };
}

const ELEMENT = /(?:[^,"]|"(?:[^"\\]|\\.)*")+/g;
const PAIR = /([a-z]{1,20})=(?:"((?:[^"\\]|\\.)*)"|([^;,\s]+))/gi;

/** One element of Forwarded: names in any case, values quoted or not. */
function pairsOf(element: string): Map<string, string> {
  return new Map(
    [...element.matchAll(PAIR)].map(([, name = '', quoted, plain = '']) => [
      name.toLowerCase(),
      quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1'),
    ]),
  );
}

function saidByForwarded(header: string): Said {
  const elements = [...header.matchAll(ELEMENT)].map(([element]) => pairsOf(element));
  const valuesOf = (name: string) => elements.map((pairs) => pairs.get(name) ?? '');
  return { for: valuesOf('for'), proto: valuesOf('proto'), host: valuesOf('host'), port: [] };
}

/** An address without the port and the brackets that it may have. */
function addressIn(text: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+)(?::\d+)?)$/.exec(text) ?? [];
  return bracketed ?? plain ?? text;
}

function whatIsSaid(headers: IncomingHttpHeaders): { by: ForwardedBy; said: Said } | undefined {
  const said = saidByX(headers);
  if (Object.values(said).some((list) => list.length > 0)) return { by: 'X-Forwarded-…', said };
  const { forwarded = '' } = headers;
  return forwarded === '' ? undefined : { by: 'Forwarded', said: saidByForwarded(forwarded) };
}

const isTooLong = (headers: IncomingHttpHeaders): boolean =>
  [
    headers['x-forwarded-for'],
    headers['x-forwarded-proto'],
    headers['x-forwarded-host'],
    headers['x-forwarded-port'],
    headers.forwarded,
  ].some((header) => textOf(header).length > LONGEST_HEADER);

/**
 * What the headers say, as far as trusted proxies wrote it: each hop adds its word to the right, so as many from the
 * right count as there are trusted proxies in a row. Undefined where the peer is not trusted, or says nothing.
 */
export function forwardedBy(
  headers: IncomingHttpHeaders,
  peer: string,
  isTrusted: (address: string) => boolean,
): Forwarded | undefined {
  if (!isTrusted(peer) || isTooLong(headers)) return undefined;
  const found = whatIsSaid(headers);
  if (!found) return undefined;
  const { by, said } = found;
  const chain = [peer, ...said.for.map(addressIn).reverse()];
  const untrusted = chain.findIndex((address) => !isTrusted(address));
  const hops = untrusted < 0 ? chain.length : untrusted;
  const first = (list: readonly string[]) =>
    list.slice(Math.max(0, list.length - hops)).find((each) => each !== '');
  const [proto, host, port] = [first(said.proto)?.toLowerCase(), first(said.host), first(said.port)];
  return {
    by,
    // `unknown` and made-up names (RFC 7239 section 6) are no addresses: then it is the last that is one.
    clientAddress: chain.slice(0, hops + 1).findLast((address) => isIP(address) > 0) ?? peer,
    ...(proto === 'http' || proto === 'https' ? { proto } : {}),
    ...(host === undefined ? {} : { host }),
    ...(port !== undefined && /^\d{1,5}$/.test(port) ? { port } : {}),
  };
}
