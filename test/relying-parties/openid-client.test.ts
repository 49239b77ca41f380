/**
 * A real relying party, openid-client 6, against the real service on a real socket: every persona of the default
 * fixtures, with the outcome that the contract gives each (design, section 6).
 */
import { readFileSync } from 'node:fs';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FixturesFile, type MockCis2, startMockCis2 } from '../../src/index.ts';
import { encode, REALM, REDIRECT_URI } from '../support/mock.ts';

const ACR = 'AAL2_OR_AAL3_ANY';

/** Who logs in, by what, and with which role where selectedrole asks for one. */
const AUTHENTICATED = [
  { persona: 'alex.bound@nhs.net', uid: '910000000101', amr: 'NHSMAIL', aal: '2', role: '930001010001' },
  { persona: 'robin.roles@nhs.net', uid: '910000000102', amr: 'NHSMAIL', aal: '2', role: '930001020001' },
  {
    persona: 'morgan.manyroles@nhs.net',
    uid: '910000000103',
    amr: 'NHSMAIL',
    aal: '2',
    role: '930001030001',
  },
  { persona: 'noor.norole@nhs.net', uid: '910000000104', amr: 'NHSMAIL', aal: '2', role: undefined },
  {
    persona: 'ivy.lowassurance@nhs.net',
    uid: '910000000114',
    amr: 'NHSMAIL',
    aal: '2',
    role: '930001140001',
    ial: '1',
  },
  { persona: 'wes.wrongrole@nhs.net', uid: '910000000115', amr: 'NHSMAIL', aal: '2', role: '930001150001' },
  { persona: 'wyn.wrongorg@nhs.net', uid: '910000000116', amr: 'NHSMAIL', aal: '2', role: '930001160001' },
  {
    persona: 'wil.wrongworkgroup@nhs.net',
    uid: '910000000117',
    amr: 'NHSMAIL',
    aal: '2',
    role: '930001170001',
  },
  { persona: '656005750104', uid: '656005750104', amr: 'N3_SMARTCARD', aal: '3', role: '930051040001' },
  { persona: '656005750105', uid: '656005750105', amr: 'N3_SMARTCARD', aal: '3', role: '930051050001' },
  { persona: '656005750106', uid: '656005750106', amr: 'N3_SMARTCARD', aal: '3', role: '930051060001' },
  { persona: '656005750107', uid: '656005750107', amr: 'N3_SMARTCARD', aal: '3', role: '930051070001' },
  { persona: '656005750108', uid: '656005750108', amr: 'N3_SMARTCARD', aal: '3', role: '930051080001' },
  { persona: '656005750109', uid: '656005750109', amr: 'N3_SMARTCARD', aal: '3', role: '930051090001' },
  { persona: '910000000201', uid: '910000000201', amr: 'IOS', aal: '3', role: '930002010001' },
  { persona: '910000000202', uid: '910000000202', amr: 'FIDO2', aal: '3', role: '930002020001' },
  { persona: '910000000203', uid: '910000000203', amr: 'FIDO2', aal: '3', role: '930002030001' },
  { persona: '910000000204', uid: '910000000204', amr: 'TOTP', aal: '2', role: '930002040001' },
  { persona: '910000000205', uid: '910000000205', amr: 'PASSKEY', aal: '2', role: '930002050001' },
  { persona: '910000000206', uid: '910000000206', amr: 'N3_SMARTCARD', aal: '3', role: '930002060001' },
] as const;

/** Who does not, and what becomes of it: the page’s status, and the error that a redirect brings. */
const NOT_REGISTERED = {
  outcome: 'nhsmail_not_registered',
  status: 403,
  error: 'access_denied',
  description: 'The NHSmail account is not registered as an authenticator.',
};
const DECLINED = {
  outcome: 'nhsmail_declined',
  status: 403,
  error: 'access_denied',
  description: 'The person did not finish signing in to NHSmail.',
};
const INTERNAL_ERROR = {
  outcome: 'internal_error',
  status: 500,
  error: 'server_error',
  description: 'A temporary internal error. Try again.',
};
const REFUSED = [
  { persona: 'uma.unbound@nhs.net', uid: '910000000105', ...NOT_REGISTERED },
  { persona: 'ned.neither@nhs.net', uid: '910000000106', ...NOT_REGISTERED },
  { persona: 'noel.noprofile@nhs.net', uid: undefined, ...NOT_REGISTERED },
  { persona: 'pat.pending@nhs.net', uid: '910000000107', ...NOT_REGISTERED },
  {
    persona: 'bea.notinbeta@nhs.net',
    uid: '910000000108',
    outcome: 'organisation_not_in_private_beta',
    status: 403,
    error: 'access_denied',
    description: 'The organisation is not in the private beta of the NHSmail authenticator.',
  },
  {
    persona: 'sol.slow@nhs.net',
    uid: '910000000109',
    outcome: 'timed_out',
    status: 400,
    error: 'access_denied',
    description: 'The log-in timed out: the person took too long.',
  },
  { persona: 'ira.internalerror@nhs.net', uid: '910000000110', ...INTERNAL_ERROR },
  { persona: 'tess.temporary@nhs.net', uid: '910000000111', ...INTERNAL_ERROR },
  { persona: 'drew.declined@nhs.net', uid: '910000000112', ...DECLINED },
  { persona: 'lou.locked@nhs.net', uid: '910000000113', ...DECLINED },
];

let cis2: MockCis2;
let application: client.Configuration;

const discover = (clientId: string, authentication: client.ClientAuth, secret?: string) =>
  client.discovery(new URL(cis2.issuer), clientId, secret, authentication, {
    execute: [client.allowInsecureRequests],
  });

beforeAll(async () => {
  cis2 = await startMockCis2({ port: 0, logLevel: 'silent' });
  application = await discover('mock-client', client.ClientSecretPost('mock-secret'));
});
afterAll(() => cis2.close());

/** One authorization request of an application, with everything that it must remember until the callback. */
async function authorizationRequest(config: client.Configuration, parameters: Record<string, string>) {
  const verifier = client.randomPKCECodeVerifier();
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    idTokenExpected: true,
  };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope: 'openid profile nationalrbacaccess selectedrole',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...parameters,
  });
  return { url, checks };
}

/** The address that the answer sends the browser to. */
function callbackOf(answer: Response): URL {
  const location = answer.headers.get('location');
  if (location === null) throw new Error(`no redirect but ${answer.status}`);
  return new URL(location);
}

const visit = (url: URL) => fetch(url, { redirect: 'manual', headers: { accept: 'text/html' } });

/** A whole log-in: the authorization request, the callback, the tokens, validated by openid-client. */
async function logIn(config: client.Configuration, parameters: Record<string, string>) {
  const { url, checks } = await authorizationRequest(config, parameters);
  return client.authorizationCodeGrant(config, callbackOf(await visit(url)), checks);
}

test('the tables below name every persona of the default fixtures', () => {
  const path = new URL('../../fixtures/default.json', import.meta.url);
  const { nhsmail = [], people = [] }: FixturesFile = JSON.parse(readFileSync(path, 'utf8'));
  const table = [...AUTHENTICATED, ...REFUSED];

  const accounts = table.map(({ persona }) => persona).filter((persona) => persona.includes('@'));
  expect(accounts.sort()).toEqual(nhsmail.map(({ email }) => email).sort());
  const uids = table.flatMap(({ uid }) => uid ?? []);
  expect(uids.sort()).toEqual(people.map(({ uid }) => uid).sort());
});

test('discovery gives the issuer that was asked for, letter for letter', () => {
  expect(application.serverMetadata().issuer).toBe(cis2.issuer);
  expect(cis2.issuer.endsWith(REALM)).toBe(true);
});

describe('a persona who may log in', () => {
  test.each(AUTHENTICATED)(
    'is authenticated, with tokens that the library accepts: $persona',
    async (row) => {
      const { persona, uid, amr, aal, role } = row;

      const tokens = await logIn(application, { mock_login: persona });
      const claims = tokens.claims();
      const user = await client.fetchUserInfo(application, tokens.access_token, uid);

      expect(claims).toMatchObject({
        iss: cis2.issuer,
        sub: uid,
        aud: 'mock-client',
        acr: ACR,
        amr: [amr],
        authentication_assurance_level: aal,
        id_assurance_level: 'ial' in row ? row.ial : '3',
      });
      expect(claims?.['selected_roleid']).toBe(role);
      expect(tokens.token_type).toBe('bearer');
      expect(tokens.expiresIn()).toBeGreaterThan(3590);
      expect(user).toMatchObject({ sub: uid, uid, name: claims?.['name'] });
      const roles = (user['nhsid_nrbac_roles'] as { person_roleid: string }[]).map(
        ({ person_roleid }) => person_roleid,
      );
      expect(roles[0]).toBe(role);
    },
  );

  test.each(AUTHENTICATED)(
    'ends the same by UID as by account, and the header says so: $uid',
    async ({ uid }) => {
      const { url } = await authorizationRequest(application, { mock_login: uid });

      const answer = await visit(url);

      expect([answer.status, answer.headers.get('x-mock-cis2-outcome')]).toEqual([302, 'authenticated']);
      expect(callbackOf(answer).searchParams.get('code')).not.toBeNull();
    },
  );

  test('is validated with max_age and a fresh auth_time', async () => {
    const { url, checks } = await authorizationRequest(application, {
      mock_login: 'alex.bound@nhs.net',
      max_age: '300',
    });

    const tokens = await client.authorizationCodeGrant(application, callbackOf(await visit(url)), {
      ...checks,
      maxAge: 300,
    });

    expect(Math.abs((tokens.claims()?.auth_time ?? 0) - Date.now() / 1000)).toBeLessThan(30);
  });

  test('can log in to an application that sends no nonce, which the library would refuse to be invented', async () => {
    const url = client.buildAuthorizationUrl(application, {
      redirect_uri: REDIRECT_URI,
      scope: 'openid',
      mock_login: 'alex.bound@nhs.net',
    });

    const tokens = await client.authorizationCodeGrant(application, callbackOf(await visit(url)));

    expect(tokens.claims()?.sub).toBe('910000000101');
  });
});

describe('a persona who may not', () => {
  test.each(REFUSED)('comes back as the documented OAuth error: $persona, $outcome', async (row) => {
    const { persona, outcome, error, description } = row;
    const { url, checks } = await authorizationRequest(application, {
      mock_login: persona,
      mock_on_failure: 'redirect',
    });

    const answer = await visit(url);
    const grant = client.authorizationCodeGrant(application, callbackOf(answer), checks);

    expect([answer.status, answer.headers.get('x-mock-cis2-outcome')]).toEqual([302, outcome]);
    const raised = await grant.catch((reason: unknown) => reason);
    expect(raised).toBeInstanceOf(client.AuthorizationResponseError);
    expect(raised).toMatchObject({ error, error_description: description });
    expect(callbackOf(answer).searchParams.get('iss')).toBe(cis2.issuer);
    expect(callbackOf(answer).searchParams.has('code')).toBe(false);
  });

  test.each(REFUSED)(
    'stays on CIS2’s page otherwise, and nothing comes back: $persona, $outcome',
    async (row) => {
      const { persona, outcome, status } = row;
      const { url } = await authorizationRequest(application, { mock_login: persona });

      const answer = await visit(url);

      expect([answer.status, answer.headers.get('x-mock-cis2-outcome')]).toEqual([status, outcome]);
      expect(answer.headers.get('location')).toBeNull();
      expect(await answer.text()).toContain(`data-testid="outcome-${outcome}"`);
    },
  );

  test.each(REFUSED.filter(({ uid }) => uid !== undefined))(
    'ends the same by UID as by account: $uid, $outcome',
    async ({ uid = '', outcome, status }) => {
      const { url } = await authorizationRequest(application, { mock_login: uid });

      const answer = await visit(url);

      expect([answer.status, answer.headers.get('x-mock-cis2-outcome')]).toEqual([status, outcome]);
    },
  );

  test('but fails only once for each request is logged in by Try again', async () => {
    const { url, checks } = await authorizationRequest(application, { mock_login: 'tess.temporary@nhs.net' });
    const failed = await visit(url);
    const cookie = failed.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ');
    const [tryAgain = ''] = /\/login\/[\w-]+\/try-again/.exec(await failed.text()) ?? [];

    const answer = await fetch(new URL(tryAgain, cis2.url), {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie },
    });
    const tokens = await client.authorizationCodeGrant(application, callbackOf(answer), checks);

    expect([answer.status, answer.headers.get('x-mock-cis2-outcome')]).toEqual([303, 'authenticated']);
    expect(tokens.claims()?.sub).toBe('910000000111');
  });

  test('can be sent back from the page with the error, by the button for it', async () => {
    const { url, checks } = await authorizationRequest(application, { mock_login: 'bea.notinbeta@nhs.net' });
    const failed = await visit(url);
    const cookie = failed.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ');
    const [back = ''] = /\/login\/[\w-]+\/return/.exec(await failed.text()) ?? [];

    const answer = await fetch(new URL(back, cis2.url), {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie },
    });

    await expect(
      client.authorizationCodeGrant(application, callbackOf(answer), checks),
    ).rejects.toMatchObject({
      error: 'access_denied',
      error_description: 'The organisation is not in the private beta of the NHSmail authenticator.',
    });
  });
});

describe('an application', () => {
  test('by prompt=none without a session is told login_required', async () => {
    const { url, checks } = await authorizationRequest(application, { prompt: 'none' });

    await expect(
      client.authorizationCodeGrant(application, callbackOf(await visit(url)), checks),
    ).rejects.toMatchObject({ error: 'login_required' });
  });

  test('with client_secret_basic logs in where it is relaxed to that', async () => {
    const config = await discover('mock-client-basic', client.ClientSecretBasic('mock-secret'));

    expect((await logIn(config, { mock_login: 'alex.bound@nhs.net' })).claims()?.aud).toBe(
      'mock-client-basic',
    );
  });

  test('with client_secret_basic, a default of many libraries, is refused elsewhere, and the journal says why', async () => {
    const config = await discover('mock-client', client.ClientSecretBasic('mock-secret'));

    await expect(logIn(config, { mock_login: 'alex.bound@nhs.net' })).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'basic' }],
    });

    expect((await cis2.journal({ kind: 'refused' })).at(-1)?.refusal?.mend).toContain('client_secret_post');
  });

  test('with a wrong secret is told invalid_client by 401, as RFC 6749 has it', async () => {
    const config = await discover('mock-client', client.ClientSecretPost('wrong'));

    await expect(logIn(config, { mock_login: 'alex.bound@nhs.net' })).rejects.toMatchObject({
      status: 401,
      error: 'invalid_client',
      error_description: 'Client authentication failed',
    });
  });

  test('without a secret logs in where it is public, by PKCE', async () => {
    const config = await discover('mock-public-client', client.None());

    expect((await logIn(config, { mock_login: 'alex.bound@nhs.net' })).claims()?.aud).toBe(
      'mock-public-client',
    );
  });

  test('that is registered as strictly as at CIS2 logs in at AAL3 by default', async () => {
    const config = await discover('mock-strict-client', client.ClientSecretPost('mock-strict-secret'));

    const tokens = await logIn(config, {
      mock_login: '656005750107',
      redirect_uri: 'https://strict.example.invalid/callback',
    });

    expect(tokens.claims()).toMatchObject({ acr: 'AAL3_ANY', authentication_assurance_level: '3' });
  });

  test('that redeems its code twice is refused, and its token is revoked', async () => {
    const { url, checks } = await authorizationRequest(application, { mock_login: 'alex.bound@nhs.net' });
    const callback = callbackOf(await visit(url));
    const tokens = await client.authorizationCodeGrant(application, callback, checks);

    await expect(client.authorizationCodeGrant(application, callback, checks)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(client.fetchUserInfo(application, tokens.access_token, '910000000101')).rejects.toThrow();
  });

  test('may send its authorization request as a form, and is answered alike', async () => {
    const { url, checks } = await authorizationRequest(application, { mock_login: 'alex.bound@nhs.net' });
    const posted = await fetch(new URL(url.pathname, url), {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: encode(Object.fromEntries(url.searchParams)),
    });

    const answer = await visit(new URL(posted.headers.get('location') ?? '', url));

    const tokens = await client.authorizationCodeGrant(application, callbackOf(answer), checks);
    expect(tokens.claims()?.sub).toBe('910000000101');
  });
});
