/**
 * An application’s own tests against a mock CIS2 inside the test process: vitest, and openid-client 6 as the
 * application. `logIn` stands for the person at the browser; everything else is what the application does in earnest.
 */
import { type MockCis2, type MockCis2Environment, startMockCis2 } from 'mock-cis2';
import * as client from 'openid-client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

let cis2: MockCis2;

beforeAll(async () => {
  cis2 = await startMockCis2({ logLevel: 'silent' });
});
afterAll(() => cis2.close());
beforeEach(() => cis2.reset());

/** The application, configured by nothing but the discovery URL and its registration. */
const application = ({ discoveryUrl }: MockCis2Environment) =>
  client.discovery(new URL(discoveryUrl), 'mock-client', undefined, client.ClientSecretPost('mock-secret'), {
    // The mock speaks plain http; CIS2 does not.
    execute: [client.allowInsecureRequests],
  });

/** Sends a persona through the log-in and gives the callback to the application, which checks it and gets tokens. */
async function logInTo(config: client.Configuration, environment: MockCis2Environment, persona: string) {
  const { callbackUrl = '', sent } = await environment.logIn({ persona, onFailure: 'redirect' });
  return client.authorizationCodeGrant(config, new URL(callbackUrl), {
    expectedState: sent.state,
    expectedNonce: sent.nonce,
    idTokenExpected: true,
  });
}

test('a nurse logs in by NHSmail, with the role that she works in', async () => {
  const config = await application(cis2);
  const tokens = await logInTo(config, cis2, 'alex.bound@nhs.net');
  const claims = tokens.claims();
  expect(claims).toMatchObject({
    amr: ['NHSMAIL'],
    authentication_assurance_level: '2',
    selected_roleid: '930001010001',
  });
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims?.sub ?? '');
  expect(userinfo).toMatchObject({ nhsid_useruid: '910000000101', given_name: 'Alex' });
});

test.each([
  ['whose NHSmail account is not registered', 'uma.unbound@nhs.net', 'access_denied'],
  ['whose organisation is not in the private beta', 'bea.notinbeta@nhs.net', 'access_denied'],
  ['who takes too long', 'sol.slow@nhs.net', 'access_denied'],
  ['for whom CIS2 has a temporary internal error', 'ira.internalerror@nhs.net', 'server_error'],
])('somebody %s is not logged in', async (_who, persona, error) => {
  const config = await application(cis2);
  await expect(logInTo(config, cis2, persona)).rejects.toMatchObject({ error });
});

test('left on CIS2’s own page, as at CIS2, a person never comes back to the application', async () => {
  const { outcome, callbackUrl } = await cis2.logIn({ persona: 'uma.unbound@nhs.net' });
  expect({ outcome, callbackUrl }).toEqual({ outcome: 'nhsmail_not_registered', callbackUrl: undefined });
});

test('an ID token with the nonce of somebody else’s log-in is refused', async () => {
  const config = await application(cis2);
  await cis2.setScenario('ID_TOKEN_NONCE_WRONG', { times: 1 });
  await expect(logInTo(config, cis2, 'alex.bound@nhs.net')).rejects.toMatchObject({
    code: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  });
  // It was for one answer; the next is right again.
  await logInTo(config, cis2, 'alex.bound@nhs.net');
});

test('an access token is worth nothing once its hour is over', async () => {
  const config = await application(cis2);
  const tokens = await logInTo(config, cis2, 'alex.bound@nhs.net');
  await cis2.advanceClock(3600);
  await expect(
    client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck),
  ).rejects.toMatchObject({
    status: 401,
  });
  const [refused] = await cis2.journal({ kind: 'refused' });
  expect(refused?.refusal?.rule).toMatch(/access token/i);
});

test('two tests at once, each in an environment of its own, do not meet', async () => {
  const [ours, theirs] = [cis2.environment(), cis2.environment()];
  await ours.bindNhsmail('uma.unbound@nhs.net', '910000000105');
  const [inOurs, inTheirs] = await Promise.allSettled(
    [ours, theirs].map(async (each) => logInTo(await application(each), each, 'uma.unbound@nhs.net')),
  );
  expect(inOurs).toMatchObject({ status: 'fulfilled' });
  expect(inTheirs).toMatchObject({ status: 'rejected', reason: { error: 'access_denied' } });
  await Promise.all([ours.close(), theirs.close()]);
});
