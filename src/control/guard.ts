/**
 * Who may drive the mock: programs, and pages that it served itself. A web page elsewhere must not be able to, by a
 * request of its own (Origin) or under a name of its own that it had made to point here (Host).
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from './problems.ts';

/** A host name that nobody can register for themselves: an address, one without a dot, or below localhost. */
const UNREGISTRABLE =
  /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]|[^.]+|.+\.localhost|host\.docker\.internal)$/i;

const hostNameOf = (host: string): string => host.replace(/:\d+$/, '');

function configuredHosts({ environment }: FastifyRequest): string[] {
  return [environment.issuer, environment.backChannelBase].map((url) => new URL(url).hostname);
}

export function refuseStrangers(scope: FastifyInstance) {
  scope.addHook('onRequest', async (request) => {
    const { host = '', origin } = request.headers;
    const name = hostNameOf(host);
    if (!UNREGISTRABLE.test(name) && !configuredHosts(request).includes(name.toLowerCase())) {
      throw new Problem(
        403,
        `The Host ${name} is none of this server’s names. Use localhost, or set PUBLIC_ORIGIN.`,
      );
    }
    if (origin === undefined) return;
    const own = URL.canParse(origin) && new URL(origin).host === host;
    if (!own)
      throw new Problem(403, `A page of ${origin} may not use the control API; programs and own pages may.`);
  });
}
