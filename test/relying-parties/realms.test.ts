/** openid-client 6 at the other issuers of the provider: it takes all addresses from the discovery document of each. */
import * as client from 'openid-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MockCis2, startMockCis2 } from '../../src/index.ts';
import { ALEX, browser, CALLBACK, GOODBYE, redirectOf, register, SECRET } from './support.ts';

let cis2: MockCis2;
beforeAll(async () => {
  cis2 = await startMockCis2({ port: 0, logLevel: 'silent' });
  await register(cis2, { client_id: 'of-another-realm', post_logout_redirect_uris: [GOODBYE] });
});
afterAll(() => cis2.close());

test.each([
  ['/openam/oauth2/realms/root/realms/oidc', 'AAL1_USERPASS'],
  ['/realms/Cis2-mock-int', 'AAL2_OR_AAL3_ANY'],
  ['/auth/realms/Cis2-mock-ref', 'AAL2_OR_AAL3_ANY'],
])('logs in, refreshes, asks UserInfo, introspects, revokes and logs out at %s', async (path, acr) => {
  const issuer = new URL(path, cis2.url);
  const application = await client.discovery(
    issuer,
    'of-another-realm',
    undefined,
    client.ClientSecretPost(SECRET),
    { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
  );
  expect(application.serverMetadata().issuer).toBe(issuer.href);

  const by = browser();
  const checks = {
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    idTokenExpected: true,
  };
  const url = client.buildAuthorizationUrl(application, {
    redirect_uri: CALLBACK,
    scope: 'openid profile',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    mock_login: ALEX.account,
  });
  const tokens = await client.authorizationCodeGrant(application, redirectOf(await by.send(url)), checks);
  expect(tokens.claims()).toMatchObject({ iss: issuer.href, acr, sub: ALEX.uid });

  expect(await client.fetchUserInfo(application, tokens.access_token, ALEX.uid)).toMatchObject({
    sub: ALEX.uid,
  });
  const renewed = await client.refreshTokenGrant(application, tokens.refresh_token ?? '');
  expect(await client.tokenIntrospection(application, renewed.access_token)).toMatchObject({ active: true });
  await client.tokenRevocation(application, renewed.access_token);
  expect(await client.tokenIntrospection(application, renewed.access_token)).toEqual({ active: false });

  const leaving = client.buildEndSessionUrl(application, {
    id_token_hint: tokens.id_token ?? '',
    post_logout_redirect_uri: GOODBYE,
  });
  expect(redirectOf(await by.send(leaving)).href).toBe(GOODBYE);
});
