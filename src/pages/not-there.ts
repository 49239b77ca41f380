/** What is not there: an address of nothing, or an environment that cannot be. The nearest address is named. */
import type { FastifyRequest } from 'fastify';
import { baseOf } from '../environment/environment.ts';
import { ENVIRONMENT_NAME_RULE } from '../environment/environments.ts';
import { type EndpointPath, HEALTHCARE, otherRealmOf, pathIn, type Realm } from '../environment/realms.ts';
import { Refused } from '../journal/refused.ts';
import { editDistance, nearMatches } from '../settings/near-matches.ts';
import { deliveryFor } from './delivery.ts';

/** What people call the endpoints. */
const ENDPOINTS: Readonly<Record<string, EndpointPath>> = {
  'openid-configuration': '/.well-known/openid-configuration',
  authorize: '/authorize',
  auth: '/authorize',
  access_token: '/access_token',
  token: '/access_token',
  userinfo: '/userinfo',
  endSession: '/connect/endSession',
  logout: '/connect/endSession',
  revoke: '/token/revoke',
  introspect: '/introspect',
  jwk_uri: '/connect/jwk_uri',
  jwks: '/connect/jwk_uri',
  certs: '/connect/jwk_uri',
};

/** And the rest that programs call. */
const OTHERS: Readonly<Record<string, string>> = {
  journal: '/_mock/journal',
  addresses: '/health/addresses',
  health: '/health/live',
  live: '/health/live',
  ready: '/health/ready',
  metrics: '/metrics',
};

const NAMES = [...Object.keys(ENDPOINTS), ...Object.keys(OTHERS)];

function addressOf(name: string, realm: Realm): string | undefined {
  const endpoint = ENDPOINTS[name];
  return endpoint === undefined ? OTHERS[name] : pathIn(realm, endpoint);
}

const OF_PROVIDER = /^\/(?:openam|\.well-known|(?:auth\/)?realms)(?:\/|$)/;

/** The pages that people open by hand, by the first part of their address. */
const PAGES = ['console', 'journal', 'scenarios', 'pages', 'demo'];

/** The page that a path is nearest to, by its first part; undefined where it is near none. */
function nearestPage(path: string, prefix: string): string | undefined {
  const first = path.slice(prefix.length).split('/').filter(Boolean)[0]?.toLowerCase() ?? '';
  const name = PAGES.find((page) => page === first) ?? PAGES.find((page) => editDistance(first, page) <= 2);
  return name === undefined ? undefined : `${prefix}/${name}`;
}

/** Of the realms that are shaped like Keycloak’s, with or without their right beginning. */
const KEYCLOAK_LIKE = /^(\/(?:auth\/)?realms\/)(?:Cis2-mock-)?(?!Cis2-mock-)([\w-]{1,64})(?=\/|$)/i;

/** The realm that was probably meant. */
function realmMeant(path: string, realm: Realm): Realm {
  const [, before, name] = (realm === HEALTHCARE && KEYCLOAK_LIKE.exec(path)) || [];
  return (name === undefined ? undefined : otherRealmOf(`${before}Cis2-mock-${name}`)) ?? realm;
}

/** The addresses nearest to a path, by its last part: people get the realm wrong more often than the endpoint. */
function nearestAddresses(path: string, prefix: string, realm: Realm): string[] {
  const last = path.split('/').filter(Boolean).at(-1) ?? '';
  const near = NAMES.filter((name) => editDistance(last.toLowerCase(), name.toLowerCase()) <= 2);
  const nearestFirst = nearMatches(last, near).map((name) => `${prefix}${addressOf(name, realm)}`);
  // Below the provider’s own paths, the issuer itself among them, discovery tells the rest.
  const otherwise = OF_PROVIDER.test(path.slice(prefix.length))
    ? addressOf('openid-configuration', realm)
    : '/';
  return [...new Set([...nearestFirst, `${prefix}${otherwise}`])];
}

/** An address below /env/ whose name cannot be one. */
function noEnvironment(request: FastifyRequest, path: string): Refused {
  const name = (path.split('/')[2] ?? '').slice(0, 100);
  return new Refused(
    {
      status: 404,
      error: 'not_found',
      description: `There can be no environment '${name}'. A name is ${ENVIRONMENT_NAME_RULE}.`,
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
  const { environment } = request;
  const { prefix } = environment;
  const realm = realmMeant(path.slice(prefix.length), environment.realm);
  const delivery = deliveryFor(request);
  // A browser asks for a page; what programs call comes first for all others.
  const page = delivery === 'page' ? nearestPage(path, prefix) : undefined;
  const addresses = nearestAddresses(path, prefix, realm);
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
            mend: `Read the addresses from the discovery document: ${baseOf(environment)}${realm.path}/.well-known/openid-configuration`,
            specification: 'OpenID Connect Discovery section 4; facts 1.3',
          }
        : {
            mend: `Correct the address, or begin at ${prefix}/, which leads to every page.`,
            specification: 'docs/pages.md of the mock',
          }),
    },
    delivery,
    {},
    page === undefined ? undefined : { url: page, text: `Go to ${page}` },
  );
}
