/** oidcc-basic-certification-test-plan: requests, tokens and UserInfo. */
import { decodeProtectedHeader } from 'jose';
import { describe, expect, test } from 'vitest';
import { browser, encode, locationOf, REALM, REDIRECT_URI, testMock } from '../support/mock.ts';
import {
  asksToSignIn,
  assertDiscovery,
  assertErrorPage,
  assertErrorRedirect,
  assertHappyFlow,
  assertUserInfo,
  byPost,
  FIXTURES,
  pathOf,
  type RelyingParty,
  RP_ONE,
  requestUrl,
  signInThere,
} from './support.ts';

const suiteMock = () => testMock({ fixtures: FIXTURES });

const basic: RelyingParty = {
  clientId: 'mock-client-basic',
  redirectUri: REDIRECT_URI,
  authenticate: async () => ({
    headers: { authorization: `Basic ${Buffer.from('mock-client-basic:mock-secret').toString('base64')}` },
  }),
};

describe('the happy flow', () => {
  test('oidcc-server: a log-in through the pages, with client_secret_basic', async () => {
    const { claims } = await assertHappyFlow(await suiteMock(), { party: basic });
    expect(claims).toMatchObject({ sub: '910000000101', aud: 'mock-client-basic' });
  });

  test('oidcc-server-client-secret-post: the same with the secret in the form', async () => {
    const party = byPost('mock-client', 'mock-secret', REDIRECT_URI);
    const { claims } = await assertHappyFlow(await suiteMock(), { party });
    expect(claims).toMatchObject({ sub: '910000000101', aud: 'mock-client' });
  });

  test('oidcc-alternate-happy-flow: parameters and scopes in another order', async () => {
    const mock = await suiteMock();
    const by = browser(mock.app);
    const query = encode({
      nonce: 'the-nonce',
      scope: 'email profile openid',
      state: 'the-state',
      redirect_uri: RP_ONE.redirectUri,
      response_type: 'code',
      client_id: RP_ONE.clientId,
    });
    const answer = await signInThere(by, await by.get(`${REALM}/authorize?${query}`));
    const { userinfo } = await assertHappyFlow(mock, { by, answer });
    expect(userinfo).toMatchObject({ email: 'alex.bound@nhs.net', family_name: 'Bound' });
  });

  test('oidcc-ensure-post-request-succeeds: the authorization request as a form', async () => {
    const mock = await suiteMock();
    const by = browser(mock.app);
    const [path = '', query = ''] = requestUrl(RP_ONE).split('?');
    const redirected = await by.post(path, Object.fromEntries(new URLSearchParams(query)));
    expect(redirected.statusCode).toBe(303);
    const answer = await signInThere(by, await by.get(locationOf(redirected)));
    await assertHappyFlow(mock, { by, answer });
  });
});

describe('the ID token', () => {
  test('oidcc-idtoken-signature: RS256, and a kid', async () => {
    const { tokens } = await assertHappyFlow(await suiteMock());
    expect(decodeProtectedHeader(tokens.id_token)).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      kid: expect.stringMatching(/./),
    });
  });

  test('oidcc-idtoken-unsigned: alg none is not offered, so the suite skips it', async () => {
    const discovery = await assertDiscovery(await suiteMock());
    expect(discovery['id_token_signing_alg_values_supported']).not.toContain('none');
    expect(discovery['registration_endpoint']).toBeUndefined();
  });

  test('oidcc-ensure-request-without-nonce-succeeds-for-code-flow: no nonce sent, none in the ID token', async () => {
    const { claims } = await assertHappyFlow(await suiteMock(), { parameters: { nonce: undefined } });
    expect(claims).not.toHaveProperty('nonce');
  });

  test('the state is optional: none sent, none comes back', async () => {
    await assertHappyFlow(await suiteMock(), { parameters: { state: undefined } });
  });

  test.each(['AAL2_NHSMAIL', 'AAL2_OR_AAL3_ANY', 'urn:unknown AAL2_ANY'])(
    'oidcc-ensure-request-with-acr-values-succeeds: acr is the known one of acr_values=%s, and it was reached',
    async (acr_values) => {
      const { claims } = await assertHappyFlow(await suiteMock(), { parameters: { acr_values } });
      expect(claims).toMatchObject({
        acr: acr_values.split(' ').at(-1),
        authentication_assurance_level: '2',
      });
    },
  );
});

describe('UserInfo', () => {
  const claimsForScope = async (scope: string) =>
    (await assertHappyFlow(await suiteMock(), { parameters: { scope } })).userinfo;

  test('oidcc-userinfo-get: a token in the header', async () => {
    expect(await claimsForScope('openid')).toEqual({ sub: '910000000101' });
  });

  test('oidcc-userinfo-post-header: POST with a token in the header', async () => {
    const mock = await suiteMock();
    const { tokens, claims } = await assertHappyFlow(mock);
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    assertUserInfo(await mock.app.inject({ method: 'POST', url: `${REALM}/userinfo`, headers }), claims.sub);
  });

  test('oidcc-userinfo-post-body: POST with a token in the form', async () => {
    const mock = await suiteMock();
    const { tokens, claims } = await assertHappyFlow(mock);
    const response = await browser(mock.app).post(`${REALM}/userinfo`, { access_token: tokens.access_token });
    assertUserInfo(response, claims.sub);
  });

  test('oidcc-scope-profile: names', async () => {
    expect(await claimsForScope('openid profile')).toEqual({
      sub: '910000000101',
      uid: '910000000101',
      name: 'Bound Alex Mx',
      given_name: 'Alex',
      family_name: 'Bound',
    });
  });

  test('oidcc-scope-email: the email address', async () => {
    expect(await claimsForScope('openid email')).toEqual({
      sub: '910000000101',
      email: 'alex.bound@nhs.net',
    });
  });

  test.each([
    ['oidcc-scope-address', 'openid address'],
    ['oidcc-scope-phone', 'openid phone'],
  ])('%s: a scope that CIS2 does not have is no error', async (_module, scope) => {
    expect(await claimsForScope(scope)).toEqual({ sub: '910000000101' });
  });

  test('oidcc-scope-all: all of them at once', async () => {
    const userinfo = await claimsForScope('openid profile email address phone');
    expect(userinfo).toMatchObject({ given_name: 'Alex', email: 'alex.bound@nhs.net' });
  });

  test('oidcc-claims-essential: asking for an essential claim by the claims parameter is no error', async () => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
    await assertHappyFlow(await suiteMock(), { parameters: { claims } });
  });
});

describe('parameters that change nothing', () => {
  test.each([
    ['oidcc-display-page', { display: 'page' }],
    ['oidcc-display-popup', { display: 'popup' }],
    ['oidcc-ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' }],
    ['oidcc-ui-locales', { ui_locales: 'se en' }],
    ['oidcc-claims-locales', { claims_locales: 'se en' }],
  ])('%s: %o is no error', async (_module, parameters) => {
    await assertHappyFlow(await suiteMock(), { parameters });
  });

  test('oidcc-login-hint: the hint is on the sign-in page, and anybody may sign in', async () => {
    const mock = await suiteMock();
    const by = browser(mock.app);
    const answer = await by.get(requestUrl(RP_ONE, { login_hint: 'uma.unbound@nhs.net' }));
    const login = locationOf(answer);
    const page = await by.get(
      locationOf(await by.post(`${login}/authenticator`, { authenticator: 'nhsmail' })),
    );
    expect(page.body).toContain('uma.unbound@nhs.net');
    await by.post(`${login}/nhsmail`, { email: 'alex.bound@nhs.net', password: 'password' });
    const end = await by.post(`${login}/number-match`, { answer: 'approve' });
    const { claims } = await assertHappyFlow(mock, { by, answer: end });
    expect(claims.sub).toBe('910000000101');
  });
});

describe('requests that are refused', () => {
  const answerTo = async (parameters: Parameters<typeof requestUrl>[1]) =>
    browser((await suiteMock()).app).get(requestUrl(RP_ONE, parameters));

  test('oidcc-response-type-missing: back with an error, never a code', async () => {
    assertErrorRedirect(await answerTo({ response_type: undefined }), RP_ONE, 'invalid_request');
  });

  test.each(['token', 'id_token', 'code id_token', 'none'])(
    'oidcc-response-type-missing: nor is response_type=%s offered',
    async (response_type) => {
      assertErrorRedirect(await answerTo({ response_type }), RP_ONE, 'unsupported_response_type');
    },
  );

  test('oidcc-ensure-registered-redirect-uri: a registered URI with a path appended stays on an error page', async () => {
    const answer = await answerTo({ redirect_uri: `${RP_ONE.redirectUri}/foo` });
    assertErrorPage(answer, 'redirect_uri_mismatch');
  });

  test('oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported: rejected', async () => {
    const answer = await answerTo({ request_uri: 'https://rp-one.example.test/request.jwt' });
    assertErrorRedirect(answer, RP_ONE, 'request_uri_not_supported');
  });

  test('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported: rejected, not ignored', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const request = `${part({ alg: 'none' })}.${part({ client_id: RP_ONE.clientId, scope: 'openid' })}.`;
    assertErrorRedirect(await answerTo({ request }), RP_ONE, 'request_not_supported');
  });

  test('oidcc-ensure-request-object-with-redirect-uri: discovery says that there is none, so the suite skips it', async () => {
    const discovery = await assertDiscovery(await suiteMock());
    expect(discovery['request_parameter_supported']).toBe(false);
    expect(discovery['request_uri_parameter_supported']).toBe(false);
  });

  test('the endpoint of discovery is the one that asks to sign in', async () => {
    const mock = await suiteMock();
    const { authorization_endpoint } = await assertDiscovery(mock);
    const [, query = ''] = requestUrl(RP_ONE).split('?');
    const answer = await browser(mock.app).get(`${pathOf(authorization_endpoint)}?${query}`);
    expect(asksToSignIn(answer)).toBe(true);
  });
});
