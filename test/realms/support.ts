/** What tests of the realms share: where each has its endpoints, and requests to them. */
import { type Browser, browser, CLIENT, encode, type Mock, REDIRECT_URI, REQUEST } from '../support/mock.ts';

export const ORIGIN = 'http://localhost:8585';
export const DEVELOPMENT = '/openam/oauth2/realms/root/realms/oidc';
export const KEYCLOAK = '/realms/Cis2-mock-int';

/** What the log-in was, as ID tokens say it. */
export const BY_NHSMAIL = { acr: 'AAL2_OR_AAL3_ANY', amr: ['NHSMAIL'], authentication_assurance_level: '2' };
export const BY_PASSWORD = { acr: 'AAL1_USERPASS', amr: ['USERPASS'], authentication_assurance_level: '1' };
const ENDPOINTS = {
  openam: {
    authorization_endpoint: '/authorize',
    token_endpoint: '/access_token',
    userinfo_endpoint: '/userinfo',
    jwks_uri: '/connect/jwk_uri',
    end_session_endpoint: '/connect/endSession',
    introspection_endpoint: '/introspect',
    revocation_endpoint: '/token/revoke',
  },
  keycloak: {
    authorization_endpoint: '/protocol/openid-connect/auth',
    token_endpoint: '/protocol/openid-connect/token',
    userinfo_endpoint: '/protocol/openid-connect/userinfo',
    jwks_uri: '/protocol/openid-connect/certs',
    end_session_endpoint: '/protocol/openid-connect/logout',
    introspection_endpoint: '/protocol/openid-connect/token/introspect',
    revocation_endpoint: '/protocol/openid-connect/revoke',
  },
} as const;

type Endpoint = keyof typeof ENDPOINTS.openam;

export const endpointsOf = (realm: string) =>
  ENDPOINTS[realm.includes('/Cis2-mock-') ? 'keycloak' : 'openam'];
export const at = (realm: string, endpoint: Endpoint) => `${realm}${endpointsOf(realm)[endpoint]}`;

export type Parameters = Readonly<Record<string, string | undefined>>;

export const authorize = (by: Browser, realm: string, parameters: Parameters = {}) =>
  by.get(`${at(realm, 'authorization_endpoint')}?${encode({ ...REQUEST, ...parameters })}`);

export const redeemAt = (
  mock: Pick<Mock, 'app'>,
  realm: string,
  code: string | null,
  credentials: Parameters = CLIENT,
) =>
  browser(mock.app).post(at(realm, 'token_endpoint'), {
    grant_type: 'authorization_code',
    code: code ?? '',
    redirect_uri: REDIRECT_URI,
    ...credentials,
  });

export const userInfoAt = (mock: Mock, realm: string, token: string) =>
  mock.app.inject({
    url: at(realm, 'userinfo_endpoint'),
    headers: { authorization: `Bearer ${token}` },
  });
