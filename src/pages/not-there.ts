/** What is not there: an address of nothing, or an environment that cannot be. The nearest address is named. */
import type { FastifyRequest } from 'fastify';
import { REALM_PATH } from '../environment/environment.ts';
import { ENVIRONMENT_NAME_RULE } from '../environment/environments.ts';
import { Refused } from '../journal/refused.ts';
import { editDistance, nearMatches } from '../settings/near-matches.ts';
import { deliveryFor } from './delivery.ts';

/** What people call the endpoints, and where each of them is: below the realm, or at the root. */
const ADDRESSES: Readonly<Record<string, string>> = {
  'openid-configuration': `${REALM_PATH}/.well-known/openid-configuration`,
  authorize: `${REALM_PATH}/authorize`,
  auth: `${REALM_PATH}/authorize`,
  access_token: `${REALM_PATH}/access_token`,
  token: `${REALM_PATH}/access_token`,
  userinfo: `${REALM_PATH}/userinfo`,
  endSession: `${REALM_PATH}/connect/endSession`,
  logout: `${REALM_PATH}/connect/endSession`,
  revoke: `${REALM_PATH}/token/revoke`,
  introspect: `${REALM_PATH}/introspect`,
  jwk_uri: `${REALM_PATH}/connect/jwk_uri`,
  jwks: `${REALM_PATH}/connect/jwk_uri`,
  certs: `${REALM_PATH}/connect/jwk_uri`,
  journal: '/_mock/journal',
  addresses: '/health/addresses',
  health: '/health/live',
  live: '/health/live',
  ready: '/health/ready',
  metrics: '/metrics',
};

const OF_PROVIDER = /^\/(?:openam|\.well-known)(?:\/|$)/;

/** The pages that people open by hand, by the first part of their address. */
const PAGES = ['console', 'journal', 'scenarios', 'pages', 'demo'];

/** The page that a path is nearest to, by its first part; undefined where it is near none. */
function nearestPage(path: string, prefix: string): string | undefined {
  const first = path.slice(prefix.length).split('/').filter(Boolean)[0]?.toLowerCase() ?? '';
  const name = PAGES.find((page) => page === first) ?? PAGES.find((page) => editDistance(first, page) <= 2);
  return name === undefined ? undefined : `${prefix}/${name}`;
}

/** The addresses nearest to a path, by its last part: people get the realm wrong more often than the endpoint. */
function nearestAddresses(path: string, prefix: string): string[] {
  const last = path.split('/').filter(Boolean).at(-1) ?? '';
  const near = Object.keys(ADDRESSES).filter(
    (name) => editDistance(last.toLowerCase(), name.toLowerCase()) <= 2,
  );
  const nearestFirst = nearMatches(last, near).map((name) => `${prefix}${ADDRESSES[name]}`);
  // Below the provider’s own paths, the issuer itself among them, discovery tells the rest.
  const otherwise = OF_PROVIDER.test(path.slice(prefix.length)) ? ADDRESSES['openid-configuration'] : '/';
  return [...new Set([...nearestFirst, `${prefix}${otherwise}`])];
}

/** An address below /env/ whose name cannot be one. */
function noEnvironment(request: FastifyRequest, path: string): Refused {
  const name = (path.split('/')[2] ?? '').slice(0, 100);
  return new Refused(
    {
      status: 404,
      error: 'not_found',
      description: `There can be no environment "${name}". A name is ${ENVIRONMENT_NAME_RULE}.`,
    },
    {
      rule: `The name of an environment is ${ENVIRONMENT_NAME_RULE}.`,
      parameter: 'path',
      found: path.slice(0, 300),
      expected: '/env/{name}/…, or no prefix for the default environment',
      mend: 'Correct the name in the address.',
      specification: 'docs/control-api.md of the mock',
    },
    deliveryFor(request),
  );
}

/** Nothing is at the path of this request. */
export function notFound(request: FastifyRequest, path: string): Refused {
  if (path.startsWith('/env/') && request.environment.prefix === '') return noEnvironment(request, path);
  const { prefix, issuer } = request.environment;
  const delivery = deliveryFor(request);
  // A browser asks for a page; what programs call comes first for all others.
  const page = delivery === 'page' ? nearestPage(path, prefix) : undefined;
  const addresses = nearestAddresses(path, prefix);
  const [nearest = '/', ...others] = page === undefined ? addresses : [...new Set([page, ...addresses])];
  return new Refused(
    {
      status: 404,
      error: 'not_found',
      description: `There is nothing at ${path}. Did you mean ${nearest} ?`,
    },
    {
      rule: 'The address is one of this service.',
      parameter: 'path',
      found: path.slice(0, 300),
      expected: [nearest, ...others].join(' or '),
      ...(page === undefined
        ? {
            mend: `Read the addresses from the discovery document: ${issuer}/.well-known/openid-configuration`,
            specification: 'OpenID Connect Discovery section 4; facts 1.3',
          }
        : {
            mend: `Correct the address, or begin at ${prefix}/, which leads to every page.`,
            specification: 'docs/pages.md of the mock',
          }),
    },
    delivery,
  );
}
