/**
 * Who may drive the mock. With a token: whoever carries it. Without: programs, and pages that it served itself. A web
 * page elsewhere must not be able to, by a request of its own (Origin, Sec-Fetch-Site) or under a name of its own that
 * it had made to point here (Host).
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from '../environment/environment.ts';
import type { Reached } from '../environment/reached.ts';
import { secretsEqual } from '../oidc/secrets.ts';
import { Problem } from './problems.ts';

/** A host name that nobody can register for themselves: an address, one without a dot, or below localhost. */
const UNREGISTRABLE =
  /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]|[^.]+|.+\.localhost|host\.docker\.internal)$/i;

const hostNameOf = (host: string): string => host.replace(/:\d+$/, '');

/** The names that were configured: never the one that a request came by, which its sender chose. */
const configuredHosts = (configured: Environment): string[] =>
  [configured.issuer, configured.backChannelBase].map((url) => new URL(url).hostname);

/** As browsers write it in Origin: without the port that goes without saying. */
const hostIn = ({ origin, host }: Reached): string => (origin === undefined ? host : new URL(origin).host);

/** A browser says of every request, also of one without Origin, whether a page of another site made it. */
const ELSEWHERE = 'cross-site';

function demandOwnPageOrProgram({ headers, reached }: FastifyRequest, configured: Environment) {
  const { origin, 'sec-fetch-site': site } = headers;
  const { host } = reached;
  const name = hostNameOf(host);
  if (!UNREGISTRABLE.test(name) && !configuredHosts(configured).includes(name.toLowerCase())) {
    throw new Problem(
      403,
      `The Host ${name} is none of this server’s names. Use localhost, or set PUBLIC_ORIGIN or CONTROL_TOKEN.`,
    );
  }
  const isForeign =
    origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === hostIn(reached));
  if (!isForeign && site !== ELSEWHERE) return;
  throw new Problem(
    403,
    `A page of ${origin ?? 'another site'} may not use the control API; programs and own pages may.`,
  );
}

const BEARER = /^Bearer +(\S+)$/i;

function demandToken({ headers }: FastifyRequest, reply: FastifyReply, controlToken: string) {
  const given = BEARER.exec(headers.authorization ?? '')?.[1];
  if (given !== undefined && secretsEqual(given, controlToken)) return;
  reply.header('www-authenticate', 'Bearer');
  const what = given === undefined ? 'carries no token' : 'carries another token';
  throw new Problem(
    401,
    `The call ${what}. Send the header Authorization: Bearer, a space and the value of CONTROL_TOKEN.`,
  );
}

/** `configured` is the default environment, whose addresses have the names of all. */
export function refuseStrangers(
  scope: FastifyInstance,
  configured: Environment,
  controlToken: string | undefined,
) {
  scope.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.operation?.isOpen) return;
    if (controlToken === undefined) demandOwnPageOrProgram(request, configured);
    else demandToken(request, reply, controlToken);
  });
}
