/** The discovery document: CIS2’s members and values (facts 10.2), naming only what this server does. */
import { SCOPES } from '../care-identity/claims.ts';
import type { EndpointPath, Realm } from '../environment/realms.ts';
import { ASSERTION_ALGORITHMS } from './client-assertion.ts';

/** Those that CIS2 offers; a client’s relaxation to another is its own affair, and not advertised. */
const AUTH_METHODS = ['client_secret_post', 'client_secret_jwt', 'private_key_jwt'];

export function discoveryDocument(of: { issuer: string; backChannelBase: string; realm: Realm }) {
  const { issuer, backChannelBase, realm } = of;
  const forBrowsers = (endpoint: EndpointPath) => `${issuer}${realm.pathOf(endpoint)}`;
  const forServers = (endpoint: EndpointPath) => `${backChannelBase}${realm.pathOf(endpoint)}`;
  return {
    issuer,
    version: '3.0',
    authorization_endpoint: forBrowsers('/authorize'),
    token_endpoint: forServers('/access_token'),
    userinfo_endpoint: forServers('/userinfo'),
    jwks_uri: forServers('/connect/jwk_uri'),
    end_session_endpoint: forBrowsers('/connect/endSession'),
    introspection_endpoint: forServers('/introspect'),
    revocation_endpoint: forServers('/token/revoke'),
    scopes_supported: SCOPES,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    subject_types_supported: ['public'],
    acr_values_supported: realm.acrValues,
    claims_supported: [
      'sub',
      'uid',
      'name',
      'given_name',
      'family_name',
      'email',
      'acr',
      'nhsid_useruid',
      'nhsid_nrbac_roles',
      'nhsid_user_orgs',
      'nhsid_org_roles',
      'nhsid_org_memberships',
      'idassurancelevel',
      'selected_roleid',
    ],
    claims_parameter_supported: false,
    // Said outright, since absence of the second means true (OpenID Connect Discovery section 3).
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    require_request_uri_registration: false,
    require_pushed_authorization_requests: false,
    code_challenge_methods_supported: ['S256'],
    prompt_values_supported: ['none', 'login', 'consent'],
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    token_endpoint_auth_methods_supported: AUTH_METHODS,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    introspection_endpoint_auth_methods_supported: AUTH_METHODS,
    revocation_endpoint_auth_methods_supported: AUTH_METHODS,
    id_token_signing_alg_values_supported: ['RS256'],
    userinfo_signing_alg_values_supported: ['RS256'],
  };
}
