/** A strict library, openid-client 6 over a real connection, against every scenario of the ID token. */
import * as client from 'openid-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MockCis2, startMockCis2 } from '../../src/index.ts';
import {
  ALEX,
  browser,
  CALLBACK,
  reasonOf,
  redirectOf,
  register,
  SECRET,
} from '../relying-parties/support.ts';
import { codesAt } from './wire.ts';

const CLIENT_ID = 'openid-client-6-and-scenarios';

/** What the library says of the token that it refuses, in part. */
const REFUSED: Readonly<Record<string, string>> = {
  ID_TOKEN_ISS_WRONG: 'unexpected JWT "iss" (issuer)',
  ID_TOKEN_ISS_WITHOUT_PORT: 'unexpected JWT "iss" (issuer)',
  ID_TOKEN_AUD_WRONG: 'unexpected JWT "aud" (audience)',
  ID_TOKEN_NONCE_WRONG: 'unexpected ID Token "nonce"',
  ID_TOKEN_NONCE_MISSING: '"nonce" (nonce) claim missing',
  ID_TOKEN_NONCE_UNASKED: 'unexpected ID Token "nonce"',
  ID_TOKEN_SUB_MISSING: '"sub" (subject) claim missing',
  ID_TOKEN_EXPIRED: '"exp" (expiration time) claim value, expiration is past',
  ID_TOKEN_EXP_MISSING: '"exp" (expiration time) claim missing',
  ID_TOKEN_NOT_YET_VALID: 'unexpected JWT "nbf" (not before)',
  ID_TOKEN_IAT_MISSING: '"iat" (issued at) claim missing',
  ID_TOKEN_AUTH_TIME_AS_STRING: '"auth_time" (authentication time) must be a number',
  ID_TOKEN_AUTH_TIME_STALE: 'too much time has elapsed since the last End-User authentication',
  ID_TOKEN_AUTH_TIME_MISSING: '"auth_time" (authentication time) claim missing',
  ID_TOKEN_UNPUBLISHED_KEY: 'no applicable keys found',
  ID_TOKEN_SIGNATURE_WRONG: 'JWT signature verification failed',
  ID_TOKEN_ALG_RS512: 'unexpected JWT "alg"',
  ID_TOKEN_ALG_HS256: 'unexpected JWT "alg"',
  ID_TOKEN_UNSIGNED: 'unexpected JWT "alg"',
  ID_TOKEN_KID_UNKNOWN: 'no applicable keys found',
};

/** What the library accepts, and why it may. */
const ACCEPTED: Readonly<Record<string, string>> = {
  ID_TOKEN_AUD_ARRAY: 'both forms of aud are right',
  ID_TOKEN_AUD_SEVERAL: 'the client is among the audiences, and azp is the client',
  ID_TOKEN_AZP_WRONG: 'azp counts where there are several audiences',
  ID_TOKEN_AT_HASH_WRONG: 'at_hash may be left unchecked in the code flow',
  ID_TOKEN_ISSUED_IN_FUTURE: 'the library asks that iat is there, and sets it no limit',
  ID_TOKEN_TIMES_IN_MILLISECONDS: 'the library sets neither iat nor exp a limit ahead',
  ID_TOKEN_AUTH_TIME_AHEAD: 'the sign-in is no longer ago than max_age',
  ID_TOKEN_KID_MISSING: 'one published key has use sig and alg RS256',
  KEY_ROTATED: 'the new key is published, and the library asks for it',
  ID_TOKEN_AAL_LOW: 'assurance is for the application to judge',
  ID_TOKEN_ACR_LOW: 'assurance is for the application to judge',
  ID_TOKEN_ASSURANCE_LOW: 'assurance is for the application to judge',
  ID_TOKEN_AAL_MISSING: 'assurance is for the application to judge',
  ID_TOKEN_ACR_MISSING: 'assurance is for the application to judge',
  ID_TOKEN_ACR_EMPTY: 'assurance is for the application to judge',
  ID_TOKEN_IAL_LOW: 'assurance is for the application to judge',
  ID_TOKEN_IAL_MISSING: 'assurance is for the application to judge',
  ID_TOKEN_LEVELS_AS_NUMBERS: 'assurance is for the application to judge',
  ID_TOKEN_ROLE_EMPTY: 'the role is for the application to judge',
  ID_TOKEN_ROLE_MISSING: 'the role is for the application to judge',
  ID_TOKEN_ROLE_UNKNOWN: 'the role is for the application to judge',
  ID_TOKEN_SID_MISSING: 'sid is for logging out alone',
  ID_TOKEN_NEW_SID_AND_ROLE: 'the role is for the application to judge',
};

let cis2: MockCis2;
beforeAll(async () => {
  cis2 = await startMockCis2({ port: 0, logLevel: 'silent' });
  await register(cis2, { client_id: CLIENT_ID });
});
afterAll(() => cis2.close());

/** A log-in as an application that has just started: it knows no keys yet. It asks for a nonce unless it is told not to. */
async function logIn({ scenario, withNonce = true }: { scenario?: string; withNonce?: boolean } = {}) {
  const application = await client.discovery(
    new URL(cis2.issuer),
    CLIENT_ID,
    undefined,
    client.ClientSecretPost(SECRET),
    // Without the second, the library would trust an ID token for coming over TLS, and not look at its signature.
    { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
  );
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(application, {
    redirect_uri: CALLBACK,
    scope: 'openid selectedrole',
    max_age: '300',
    state: expectedState,
    mock_login: ALEX.account,
    ...(withNonce ? { nonce: expectedNonce } : {}),
    ...(scenario === undefined ? {} : { mock_scenario: scenario }),
  });
  const callback = redirectOf(await browser().send(url));
  const tokens = await client.authorizationCodeGrant(application, callback, {
    expectedState,
    ...(withNonce ? { expectedNonce } : {}),
    maxAge: 300,
    idTokenExpected: true,
  });
  return tokens.claims();
}

test('every scenario of the ID token is either refused or accepted', () => {
  const rows = [...Object.keys(REFUSED), ...Object.keys(ACCEPTED)];
  expect(rows.sort()).toEqual(codesAt('id_token').sort());
});

test.each(Object.entries(REFUSED))('refuses %s: %s', async (scenario, said) => {
  const withNonce = scenario !== 'ID_TOKEN_NONCE_UNASKED';
  const reason = await reasonOf(logIn({ scenario, withNonce }));
  expect(reason).toBeInstanceOf(client.ClientError);
  expect(String(Object(Object(reason).cause).message)).toContain(said);
});

test.each(Object.entries(ACCEPTED))('accepts %s: %s', async (scenario) => {
  expect(await logIn({ scenario })).toMatchObject({ sub: ALEX.uid });
  expect((await cis2.journal({ kind: 'scenario_applied' })).at(-1)?.details).toMatchObject({ scenario });
});

test.each([true, false])('accepts a log-in without a scenario; with a nonce: %s', async (withNonce) => {
  expect(await logIn({ withNonce })).toMatchObject({ sub: ALEX.uid });
});
