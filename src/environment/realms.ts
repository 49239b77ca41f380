/**
 * Realms: the names under which the one provider answers, each with an issuer and addresses of its own. Healthcare is
 * the one that applications use. The development realm is older, for test accounts with a user name and a password
 * (facts 0, row 2; 3.3). Those shaped like Keycloak have the addresses of the API platform’s mock authorisation
 * service (facts 6). People, clients, keys and journal are the same in all of them.
 */
import { ACR_VALUES, PASSWORD_ACR } from '../care-identity/authenticators.ts';

/** The endpoints, by their paths below the issuer as CIS2 has them (facts 1.3, 10.2). */
export const ENDPOINT_PATHS = [
  '/.well-known/openid-configuration',
  '/connect/jwk_uri',
  '/authorize',
  '/access_token',
  '/userinfo',
  '/token/revoke',
  '/introspect',
  '/connect/endSession',
] as const;

export type EndpointPath = (typeof ENDPOINT_PATHS)[number];

export interface Realm {
  /** Path of the issuer, below origin and prefix. */
  path: string;
  /** The realm claim of ID tokens (facts 3.2). */
  claim: string;
  /** The acr values that are known here; the first is the default where nothing else is. */
  acrValues: readonly string[];
  /** The path of an endpoint below the issuer. */
  pathOf: (endpoint: EndpointPath) => string;
}

const asInCis2 = (endpoint: EndpointPath): string => endpoint;

export const HEALTHCARE: Realm = {
  path: '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare',
  claim: '/NHSIdentity/Healthcare',
  acrValues: ACR_VALUES,
  pathOf: asInCis2,
};

const DEVELOPMENT: Realm = {
  path: '/openam/oauth2/realms/root/realms/oidc',
  claim: '/oidc',
  acrValues: [PASSWORD_ACR],
  pathOf: asInCis2,
};

/** As Keycloak’s documentation lists them (keycloak.org, securing applications with OpenID Connect). */
const KEYCLOAK_PATHS: Readonly<Record<EndpointPath, string>> = {
  '/.well-known/openid-configuration': '/.well-known/openid-configuration',
  '/connect/jwk_uri': '/protocol/openid-connect/certs',
  '/authorize': '/protocol/openid-connect/auth',
  '/access_token': '/protocol/openid-connect/token',
  '/userinfo': '/protocol/openid-connect/userinfo',
  '/token/revoke': '/protocol/openid-connect/revoke',
  '/introspect': '/protocol/openid-connect/token/introspect',
  '/connect/endSession': '/protocol/openid-connect/logout',
};

/** The name is that of an environment of the API platform, for example `int`; older addresses begin with /auth. */
const KEYCLOAK_PATH = /^(?:\/auth)?\/realms\/Cis2-mock-[\w-]{1,64}(?=\/|$)/;

const keycloakShaped = (path: string): Realm => ({
  path,
  claim: HEALTHCARE.claim,
  acrValues: HEALTHCARE.acrValues,
  pathOf: (endpoint) => KEYCLOAK_PATHS[endpoint],
});

/** The path of an endpoint, below origin and prefix. */
export const pathIn = ({ path, pathOf }: Realm, endpoint: EndpointPath): string =>
  `${path}${pathOf(endpoint)}`;

const isBelow = (path: string, realm: string): boolean => path === realm || path.startsWith(`${realm}/`);

/** The path of an address, with whatever need not be percent-encoded decoded (RFC 3986 section 6.2.2.2), and the rest. */
function divided(url: string): [path: string, rest: string] {
  const mark = url.search(/[?#]/);
  const end = mark < 0 ? url.length : mark;
  const path = url.slice(0, end);
  return [path.includes('%') ? decoded(path) : path, url.slice(end)];
}

function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** The realm of an address, or of an issuer’s path, below its environment; undefined where that is Healthcare or none. */
export function otherRealmOf(url: string): Realm | undefined {
  const [path] = divided(url);
  if (isBelow(path, DEVELOPMENT.path)) return DEVELOPMENT;
  const keycloak = KEYCLOAK_PATH.exec(path)?.[0];
  return keycloak === undefined ? undefined : keycloakShaped(keycloak);
}

/** An address of an endpoint, in whichever realm, as the one in Healthcare: one table of routes serves all. */
export function asInHealthcare(url: string): string {
  const realm = otherRealmOf(url);
  if (!realm) return url;
  const [path, rest] = divided(url);
  const endpoint = ENDPOINT_PATHS.find((each) => pathIn(realm, each) === path);
  return endpoint === undefined ? url : `${HEALTHCARE.path}${endpoint}${rest}`;
}
