/** By which addresses browsers and programs have reached the provider’s endpoints of late: few, and no secrets. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HEALTHCARE } from '../../environment/realms.ts';
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

interface Seen {
  origin: string;
  caller: Caller;
  /** Patterns of the routes that were asked. */
  routes: Set<string>;
}

const endpointOf = (route: string): string => route.slice(route.lastIndexOf('/') + 1);

/** Remembers from now on. Gives what was seen, latest first. */
export function watchAddresses(app: FastifyInstance): () => SeenAddress[] {
  const all = new Map<string, Seen>();
  let latest: Seen | undefined;

  function seenBy(origin: string, caller: Caller): Seen {
    // Most requests come by the address of the one before.
    if (latest?.origin === origin && latest.caller === caller) return latest;
    const key = `${caller} ${origin}`;
    latest = all.get(key) ?? { origin, caller, routes: new Set<string>() };
    all.delete(key);
    all.set(key, latest);
    const [oldest] = all.size > MOST_SEEN ? all.keys() : [];
    if (oldest !== undefined) all.delete(oldest);
    return latest;
  }

  function see(request: FastifyRequest) {
    const { origin, by } = request.reached;
    // The demonstration application and the client of tests take no network to get here.
    if (origin === undefined || by === 'this process') return;
    seenBy(origin, callerOf(request)).routes.add(request.route);
  }

  app.addHook('onRequest', (request, _reply, done) => {
    if (request.route.startsWith(HEALTHCARE.path) && request.method !== 'OPTIONS') see(request);
    done();
  });

  return () =>
    [...all.values()].reverse().map(({ origin, caller, routes }) => ({
      origin,
      caller,
      endpoints: [...routes].map(endpointOf),
    }));
}
