/** By which addresses browsers and programs have reached the provider’s endpoints of late: few, and no secrets. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { REALM_PATH } from '../../environment/environment.ts';
import '../../environment/reached.ts';

/** Who asks: a browser, or a program such as an application’s server. */
export type Caller = 'browser' | 'program';

export interface SeenAddress {
  origin: string;
  caller: Caller;
  /** The endpoints asked, by the end of their paths, in the order in which they were first asked. */
  endpoints: readonly string[];
}

/** More than these are not remembered: the one that was not used for longest goes. */
const MOST_SEEN = 20;

/** Only browsers say where a request comes from, or prefer a page; fetch of Node.js has other headers of theirs. */
export function callerOf({ headers }: FastifyRequest): Caller {
  const isBrowser =
    headers['sec-fetch-site'] !== undefined ||
    headers.origin !== undefined ||
    (headers.accept?.includes('text/html') ?? false);
  return isBrowser ? 'browser' : 'program';
}

/** Remembers from now on. Gives what was seen, latest first. */
export function watchAddresses(app: FastifyInstance): () => SeenAddress[] {
  const seen = new Map<string, { origin: string; caller: Caller; endpoints: Set<string> }>();

  app.addHook('onRequest', async (request) => {
    const { url = '' } = request.routeOptions;
    if (!url.startsWith(REALM_PATH) || request.method === 'OPTIONS') return;
    const { origin, by } = request.reached;
    // The demonstration application and the client of tests take no network to get here.
    if (origin === undefined || by === 'this process') return;
    const caller = callerOf(request);
    const key = `${caller} ${origin}`;
    const known = seen.get(key) ?? { origin, caller, endpoints: new Set<string>() };
    known.endpoints.add(url.slice(url.lastIndexOf('/') + 1));
    seen.delete(key);
    seen.set(key, known);
    const [oldest] = seen.size > MOST_SEEN ? seen.keys() : [];
    if (oldest !== undefined) seen.delete(oldest);
  });

  return () => [...seen.values()].reverse().map((each) => ({ ...each, endpoints: [...each.endpoints] }));
}
