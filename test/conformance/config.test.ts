/** oidcc-config-certification-test-plan: the discovery document, as it is served behind https. */
import { describe, expect, test } from 'vitest';
import { REALM, testMock } from '../support/mock.ts';
import { assertDiscovery, assertHappyFlow, assertKeySet, FIXTURES } from './support.ts';

/** With its port in the issuer, as CIS2 has it. */
const PUBLIC_ORIGIN = 'https://am.example.test:443';

const httpsMock = () => testMock({ fixtures: FIXTURES, publicOrigin: PUBLIC_ORIGIN });
const discovered = async () => assertDiscovery(await httpsMock());

/** Metadata of Discovery, RFC 8414, Core’s logout and prompt extensions and PAR, by their types. */
const STRINGS = [
  ...['issuer', 'authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri'],
  ...['registration_endpoint', 'end_session_endpoint', 'introspection_endpoint', 'revocation_endpoint'],
  ...['check_session_iframe', 'service_documentation', 'op_policy_uri', 'op_tos_uri'],
];
const LISTS = [
  ...['scopes_supported', 'response_types_supported', 'response_modes_supported', 'grant_types_supported'],
  ...['acr_values_supported', 'subject_types_supported', 'claims_supported', 'claim_types_supported'],
  ...['id_token_signing_alg_values_supported', 'userinfo_signing_alg_values_supported'],
  ...['token_endpoint_auth_methods_supported', 'token_endpoint_auth_signing_alg_values_supported'],
  ...['introspection_endpoint_auth_methods_supported', 'revocation_endpoint_auth_methods_supported'],
  ...['display_values_supported', 'ui_locales_supported', 'claims_locales_supported'],
  ...['code_challenge_methods_supported', 'prompt_values_supported'],
];
const BOOLEANS = [
  ...['claims_parameter_supported', 'request_parameter_supported', 'request_uri_parameter_supported'],
  ...['require_request_uri_registration', 'require_pushed_authorization_requests'],
  ...['backchannel_logout_supported', 'backchannel_logout_session_supported'],
];

/** The product’s own member, which CIS2 is taken to print (facts 10.2). */
const CIS2_EXTRAS = ['version'];

describe('oidcc-discovery-endpoint-verification', () => {
  test('oidcc-discovery-endpoint-verification: the issuer is a plain https URL, its port included', async () => {
    const { issuer } = await discovered();
    expect(issuer).toBe(`${PUBLIC_ORIGIN}${REALM}`);
    expect(new URL(issuer)).toMatchObject({ protocol: 'https:', search: '', hash: '' });
  });

  test('oidcc-discovery-endpoint-verification: every member is metadata of its type, lists are not empty', async () => {
    const document = await discovered();
    for (const [name, value] of Object.entries(document)) {
      if (LISTS.includes(name)) {
        expect(value, name).toEqual(expect.arrayContaining([expect.any(String)]));
        expect(new Set(value as string[]).size, name).toBe((value as string[]).length);
      } else if (BOOLEANS.includes(name)) expect(value, name).toEqual(expect.any(Boolean));
      else expect(value, name).toEqual(expect.stringMatching(/./));
    }
    const known = [...STRINGS, ...LISTS, ...BOOLEANS, ...CIS2_EXTRAS];
    expect(Object.keys(document).filter((name) => !known.includes(name))).toEqual([]);
  });

  test('oidcc-discovery-endpoint-verification: the members that must have certain values have them', async () => {
    const document = await discovered();
    expect(document['response_types_supported']).toContain('code');
    expect(document['subject_types_supported']).toEqual(['public']);
    expect(document['id_token_signing_alg_values_supported']).toContain('RS256');
    expect(document['grant_types_supported']).toContain('authorization_code');
    expect(document['scopes_supported']).toContain('openid');
    for (const scope of document['scopes_supported'] as string[])
      expect(scope).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  test('oidcc-discovery-endpoint-verification: the endpoints are https URLs below the issuer', async () => {
    const document = await discovered();
    for (const name of Object.keys(document).filter((each) => /_(endpoint|uri)$/.test(each))) {
      expect(document[name], name).toMatch(/^https:\/\/am\.example\.test:443\/openam\/.+/);
    }
    for (const name of STRINGS.slice(0, 5)) expect(document, name).toHaveProperty(name);
  });

  test('oidcc-discovery-endpoint-verification: the JWKS is there and valid', async () => {
    const mock = await httpsMock();
    const { keys } = await assertKeySet(mock, await assertDiscovery(mock));
    expect(keys.map(({ use, alg }) => [use, alg])).toEqual([
      ['sig', 'RS256'],
      ['enc', 'RSA-OAEP-256'],
    ]);
  });

  test('oidcc-discovery-endpoint-verification: claims_supported is more than a trivial list', async () => {
    const { claims_supported } = await discovered();
    expect(claims_supported).toEqual(expect.arrayContaining(['sub', 'name', 'email', 'nhsid_nrbac_roles']));
  });

  test('oidcc-discovery-endpoint-verification: what defaults to true, or varies, is said outright', async () => {
    expect(await discovered()).toMatchObject({
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      claims_parameter_supported: false,
      code_challenge_methods_supported: ['S256'],
    });
  });

  test('oidcc-discovery-endpoint-verification: a log-in works by this document', async () => {
    const mock = await httpsMock();
    const { claims } = await assertHappyFlow(mock);
    expect(claims.iss).toBe(`${PUBLIC_ORIGIN}${REALM}`);
  });
});
