/** Discovery and keys: what a relying party reads before anything else (facts 10.2). */
import { decodeProtectedHeader, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMockCis2 } from '../../src/create-mock-cis2.ts';
import {
  authorizeUrl,
  browser,
  callback,
  claimsOf,
  logIn,
  type Mock,
  pkce,
  REALM,
  testMock,
} from '../support/mock.ts';
import { refusalOf, shown, tokensOf } from './support.ts';

const ORIGIN = 'http://localhost:8585';
const ISSUER = `${ORIGIN}${REALM}`;
const DISCOVERY = `${REALM}/.well-known/openid-configuration`;

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
});
afterAll(() => mock.app.close());

const documentOf = async ({ app }: Mock) => (await app.inject(DISCOVERY)).json();

describe('the discovery document', () => {
  test('names exactly what this server does, in CIS2’s words', async () => {
    const response = await mock.app.inject(DISCOVERY);

    expect(response.headers['content-type']).toMatch(/^application\/json\b/);
    expect(response.json()).toEqual({
      issuer: ISSUER,
      version: '3.0',
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/access_token`,
      userinfo_endpoint: `${ISSUER}/userinfo`,
      jwks_uri: `${ISSUER}/connect/jwk_uri`,
      end_session_endpoint: `${ISSUER}/connect/endSession`,
      introspection_endpoint: `${ISSUER}/introspect`,
      revocation_endpoint: `${ISSUER}/token/revoke`,
      scopes_supported: [
        'openid',
        'profile',
        'email',
        'nhsperson',
        'associatedorgs',
        'nationalrbacaccess',
        'professionalmemberships',
        'organisationalmemberships',
        'selectedrole',
        'changedrole',
      ],
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      subject_types_supported: ['public'],
      acr_values_supported: [
        'AAL3_ANY',
        'AAL2_OR_AAL3_ANY',
        'AAL2_ANY',
        'AAL3_N3_SMARTCARD',
        'AAL3_CIS2_SMARTCARD',
        'AAL3_SMARTCARD',
        'AAL3_IOS',
        'AAL3_FIDO2',
        'AAL2_TOTP',
        'AAL2_NHSMAIL',
      ],
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
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      require_request_uri_registration: false,
      require_pushed_authorization_requests: false,
      code_challenge_methods_supported: ['S256'],
      prompt_values_supported: ['none', 'login', 'consent'],
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_jwt', 'private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: [
        'RS256',
        'RS384',
        'RS512',
        'PS256',
        'PS384',
        'PS512',
        'ES256',
        'ES384',
        'ES512',
        'HS256',
        'HS384',
        'HS512',
      ],
      introspection_endpoint_auth_methods_supported: [
        'client_secret_post',
        'client_secret_jwt',
        'private_key_jwt',
      ],
      revocation_endpoint_auth_methods_supported: [
        'client_secret_post',
        'client_secret_jwt',
        'private_key_jwt',
      ],
      id_token_signing_alg_values_supported: ['RS256'],
      userinfo_signing_alg_values_supported: ['RS256'],
    });
  });

  /** What each endpoint says to an empty request: that it is there, and which one it is. */
  const endpoints = [
    {
      member: 'authorization_endpoint',
      method: 'GET',
      status: 400,
      says: 'Missing parameter, client_id',
    },
    { member: 'token_endpoint', method: 'POST', status: 401, says: '"error":"invalid_client"' },
    { member: 'userinfo_endpoint', method: 'GET', status: 401, says: '"error":"invalid_token"' },
    { member: 'userinfo_endpoint', method: 'POST', status: 401, says: '"error":"invalid_token"' },
    { member: 'jwks_uri', method: 'GET', status: 200, says: '"keys":[' },
    { member: 'end_session_endpoint', method: 'GET', status: 200, says: 'data-testid="page-logged-out"' },
    { member: 'introspection_endpoint', method: 'POST', status: 401, says: '"error":"invalid_client"' },
    { member: 'revocation_endpoint', method: 'POST', status: 401, says: '"error":"invalid_client"' },
  ] as const;

  test.each(endpoints)('names an address that answers for $member by $method', async (endpoint) => {
    const { member, method, status, says } = endpoint;
    const address = (await documentOf(mock))[member];
    expect(address.startsWith(ORIGIN)).toBe(true);

    const response = await mock.app.inject({ method, url: address.slice(ORIGIN.length) });

    expect(response.statusCode).toBe(status);
    expect(response.body).toContain(says);
  });

  test('names no address that the table above does not try', async () => {
    const addresses = Object.keys(await documentOf(mock)).filter((name) => /_(endpoint|uri)$/.test(name));

    expect(new Set(endpoints.map(({ member }) => member))).toEqual(new Set(addresses));
  });

  test.each([
    { member: 'response_types_supported', parameter: 'response_type' },
    { member: 'response_modes_supported', parameter: 'response_mode' },
    { member: 'prompt_values_supported', parameter: 'prompt' },
    { member: 'scopes_supported', parameter: 'scope' },
    { member: 'code_challenge_methods_supported', parameter: 'code_challenge_method' },
  ])('lists in $member only what the authorization endpoint takes', async ({ member, parameter }) => {
    const values: string[] = (await documentOf(mock))[member];
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) {
      const sent = parameter === 'scope' && value !== 'openid' ? `openid ${value}` : value;
      const challenge = parameter === 'code_challenge_method' ? pkce().challenge : undefined;

      const answer = await logIn(browser(mock.app), 'alex.bound@nhs.net', {
        [parameter]: sent,
        code_challenge: challenge,
      });

      expect(callback(answer).get('error'), value).toBeNull();
      expect(callback(answer).get('code'), value).toMatch(/^[\w-]{43}$/);
      if (parameter === 'scope') expect(callback(answer).get('scope')).toBe(sent);
    }
  });

  test.each([
    { path: '/authorize', method: 'PUT', allow: 'GET, POST' },
    { path: '/authorize', method: 'HEAD', allow: 'GET, POST' },
    { path: '/authorize', method: 'OPTIONS', allow: 'GET, POST' },
    { path: '/connect/endSession', method: 'DELETE', allow: 'GET, POST' },
    { path: '/connect/endSession', method: 'HEAD', allow: 'GET, POST' },
    { path: '/connect/endSession', method: 'OPTIONS', allow: 'GET, POST' },
    { path: '/access_token', method: 'GET', allow: 'POST, OPTIONS' },
    { path: '/access_token', method: 'HEAD', allow: 'POST, OPTIONS' },
    { path: '/token/revoke', method: 'GET', allow: 'POST, OPTIONS' },
    { path: '/introspect', method: 'PATCH', allow: 'POST, OPTIONS' },
    { path: '/userinfo', method: 'DELETE', allow: 'GET, HEAD, POST, OPTIONS' },
    { path: '/connect/jwk_uri', method: 'POST', allow: 'GET, HEAD, OPTIONS' },
    { path: '/.well-known/openid-configuration', method: 'POST', allow: 'GET, HEAD, OPTIONS' },
  ] as const)(
    'names endpoints that refuse other methods, and say which they take: $method $path',
    async (row) => {
      const response = await mock.app.inject({
        method: row.method,
        url: `${REALM}${row.path}`,
        ...(row.method === 'POST'
          ? { headers: { 'content-type': 'application/x-www-form-urlencoded' } }
          : {}),
      });

      expect(response.statusCode).toBe(405);
      expect(response.headers.allow).toBe(row.allow);
      expect(await refusalOf(mock, response)).toMatchObject({ parameter: 'method', found: row.method });
    },
  );

  test.each([
    { path: '/.well-known/openid-configuration', status: 200 },
    { path: '/connect/jwk_uri', status: 200 },
    { path: '/userinfo', status: 401 },
  ])('names endpoints that answer HEAD like GET, without a body: $path', async ({ path, status }) => {
    const url = `${REALM}${path}`;
    const [head, get] = [await mock.app.inject({ method: 'HEAD', url }), await mock.app.inject(url)];

    expect([head.statusCode, get.statusCode]).toEqual([status, status]);
    expect(head.body).toBe('');
    expect(head.headers['content-type']).toBe(get.headers['content-type']);
  });

  test.each([
    { wrong: `${REALM}/token`, right: `${REALM}/access_token` },
    { wrong: '/openam/oauth2/realms/root/realms/Healthcare/authorize', right: `${REALM}/authorize` },
    { wrong: '/.well-known/openid-configuration', right: DISCOVERY },
    { wrong: `${REALM}/connect/jwks_uri`, right: `${REALM}/connect/jwk_uri` },
    { wrong: `${REALM}/endSession`, right: `${REALM}/connect/endSession` },
    { wrong: `${REALM}/logout`, right: `${REALM}/connect/endSession` },
    { wrong: `${REALM}/revoke`, right: `${REALM}/token/revoke` },
    { wrong: `${REALM}/token/introspect`, right: `${REALM}/introspect` },
    { wrong: REALM, right: DISCOVERY },
    { wrong: `/.well-known/oauth-authorization-server${REALM}`, right: DISCOVERY },
    { wrong: '/openam/oauth2', right: DISCOVERY },
    { wrong: `${REALM}/%zz/access_token`, right: `${REALM}/access_token` },
  ])('can be found from a wrong address, by its hint: $wrong', async ({ wrong, right }) => {
    const json = await mock.app.inject(wrong);
    const page = await browser(mock.app).get(wrong);

    expect([json.statusCode, page.statusCode]).toEqual([404, 404]);
    expect(json.body + shown(page, 'refusal-expected')).toContain(right);
    expect((await refusalOf(mock, page)).expected).toContain(right);
  });
});

test.each([
  ['/jurnal', '/journal'],
  ['/consol', '/console'],
  ['/pages/nope', '/pages'],
])(
  'a page is found from a wrong address in a browser, by its hint and a button: %s',
  async (wrong, right) => {
    const page = await browser(mock.app).get(wrong);

    const { expected, mend } = await refusalOf(mock, page);
    expect(expected.split(' or ')[0]).toBe(right);
    expect(mend).not.toContain('discovery document');
    expect(page.body).toContain(`href="${right}" role="button"`);
    expect(shown(page, 'continue')).toBe(`Go to ${right}`);
    const ofTeam = await browser(mock.app).get(`/env/team-a${wrong}`);
    expect(shown(ofTeam, 'continue')).toBe(`Go to /env/team-a${right}`);
  },
);

describe('the issuer', () => {
  test.each([
    { publicOrigin: 'https://cis2.example.test:443' },
    { publicOrigin: 'https://cis2.example.test' },
    { publicOrigin: 'http://cis2.example.test:80' },
    { publicOrigin: 'http://MiXed.example.test:8585' },
  ])('keeps the public origin $publicOrigin letter for letter, everywhere', async ({ publicOrigin }) => {
    const named = await testMock({ publicOrigin });
    const issuer = `${publicOrigin}${REALM}`;
    const by = browser(named.app);
    const document = await documentOf(named);

    const answer = await logIn(by, 'alex.bound@nhs.net');
    const refused = await by.get(authorizeUrl({ scope: 'profile' }));
    const { id_token } = await tokensOf(named, answer);

    expect(document.issuer).toBe(issuer);
    expect(document.authorization_endpoint).toBe(`${issuer}/authorize`);
    expect(document.token_endpoint).toBe(`${issuer}/access_token`);
    expect(document.end_session_endpoint).toBe(`${issuer}/connect/endSession`);
    expect(callback(answer).get('iss')).toBe(issuer);
    expect(callback(refused).get('iss')).toBe(issuer);
    expect(claimsOf(id_token)['iss']).toBe(issuer);
    await named.app.close();
  });

  test('stays the public one where the back channel has an origin of its own', async () => {
    const [publicOrigin, internalOrigin] = ['https://cis2.example.test:443', 'http://mock-cis2:8585'];
    const named = await testMock({ publicOrigin, internalOrigin });
    const answer = await logIn(browser(named.app), 'alex.bound@nhs.net');

    expect(await documentOf(named)).toMatchObject({
      issuer: `${publicOrigin}${REALM}`,
      authorization_endpoint: `${publicOrigin}${REALM}/authorize`,
      token_endpoint: `${internalOrigin}${REALM}/access_token`,
      userinfo_endpoint: `${internalOrigin}${REALM}/userinfo`,
      jwks_uri: `${internalOrigin}${REALM}/connect/jwk_uri`,
      end_session_endpoint: `${publicOrigin}${REALM}/connect/endSession`,
      introspection_endpoint: `${internalOrigin}${REALM}/introspect`,
      revocation_endpoint: `${internalOrigin}${REALM}/token/revoke`,
    });
    expect(callback(answer).get('iss')).toBe(`${publicOrigin}${REALM}`);
    expect(claimsOf((await tokensOf(named, answer)).id_token)['iss']).toBe(`${publicOrigin}${REALM}`);
    await named.app.close();
  });
});

describe('the JWK Set', () => {
  const keysOf = async ({ app }: Pick<Mock, 'app'>): Promise<JWK[]> =>
    (await app.inject(`${REALM}/connect/jwk_uri`)).json().keys;

  test('holds an RS256 key to verify with, and one for encryption that a relying party must leave alone', async () => {
    expect(await keysOf(mock)).toEqual([
      { kty: 'RSA', use: 'sig', alg: 'RS256', kid: expect.any(String), n: expect.any(String), e: 'AQAB' },
      {
        kty: 'RSA',
        use: 'enc',
        alg: 'RSA-OAEP-256',
        kid: expect.any(String),
        n: expect.any(String),
        e: 'AQAB',
      },
    ]);
  });

  test('gives each key an id of its own, 28 characters of padded base64 as CIS2’s are', async () => {
    const kids = (await keysOf(mock)).map(({ kid }) => kid);

    expect(new Set(kids).size).toBe(2);
    for (const kid of kids) expect(kid).toMatch(/^[A-Za-z0-9+/]{27}=$/);
  });

  test('holds no private part of any key', async () => {
    for (const key of await keysOf(mock)) {
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'])
        expect(key).not.toHaveProperty(member);
      expect(Buffer.from(String(key.n), 'base64url').length * 8).toBe(2048);
    }
  });

  test('is where the kid of an ID token leads, to the key for signatures', async () => {
    const { id_token } = await tokensOf(mock, await logIn(browser(mock.app), 'alex.bound@nhs.net'));

    expect(decodeProtectedHeader(id_token)).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      kid: (await keysOf(mock)).find(({ use }) => use === 'sig')?.kid,
    });
  });

  test('stays the same for as long as the server runs, since relying parties keep it', async () => {
    expect(await keysOf(mock)).toEqual(await keysOf(mock));
  });

  test('has another signing key in every mock, so that no token of one passes for a token of the other', async () => {
    const other = await createMockCis2({ logLevel: 'silent' });
    const signing = (keys: JWK[]) => keys.find(({ use }) => use === 'sig')?.n;

    expect(signing(await keysOf(other))).not.toBe(signing(await keysOf(mock)));
    await other.app.close();
  });
});
