/** ID tokens: each claim with its exact name, type and rule (facts 3.2, 3.3, 10.3, 10.6). */
import { createHash } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  authorizeUrl,
  begin,
  browser,
  callback,
  claimsOf,
  logIn,
  type Mock,
  outcomeOf,
  REALM,
  START,
  signIn,
  submit,
  testMock,
} from '../support/mock.ts';
import { seconds, tokensOf } from './support.ts';

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
});
afterEach(() => mock.clock.freeze(START));
afterAll(() => mock.app.close());

type Parameters = Readonly<Record<string, string | undefined>>;

const STRICT = {
  client_id: 'mock-strict-client',
  redirect_uri: 'https://strict.example.invalid/callback',
};
const STRICT_FORM = { ...STRICT, client_secret: 'mock-strict-secret' };

/** The claims after a log-in without pages. */
async function claimsFor(persona: string, parameters: Parameters = {}): Promise<Record<string, unknown>> {
  const answer = await logIn(browser(mock.app), persona, parameters);
  const strict = parameters['client_id'] === STRICT.client_id;
  return claimsOf((await tokensOf(mock, answer, strict ? { form: STRICT_FORM } : {})).id_token);
}

const leftHalf = (text: string) =>
  createHash('sha256').update(Buffer.from(text, 'utf8')).digest().subarray(0, 16).toString('base64url');

describe('an ID token', () => {
  test('has every claim of CIS2’s, each of its type, and no other', async () => {
    const answer = await logIn(browser(mock.app), 'alex.bound@nhs.net', { scope: 'openid selectedrole' });
    mock.clock.advance(30);
    const { id_token, access_token } = await tokensOf(mock, answer);

    expect(claimsOf(id_token)).toEqual({
      at_hash: leftHalf(access_token),
      c_hash: leftHalf(callback(answer).get('code') ?? ''),
      s_hash: leftHalf('the-state'),
      sub: '910000000101',
      subname: '910000000101',
      uid: '910000000101',
      name: 'Bound Alex Mx',
      auditTrackingId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-\d+$/),
      amr: ['NHSMAIL'],
      acr: 'AAL2_OR_AAL3_ANY',
      iss: `http://localhost:8585${REALM}`,
      aud: 'mock-client',
      azp: 'mock-client',
      tokenName: 'id_token',
      tokenType: 'JWTToken',
      'org.forgerock.openidconnect.ops': expect.stringMatching(/^[\w-]+$/),
      realm: '/NHSIdentity/Healthcare',
      sid: expect.stringMatching(/^\S+$/),
      auth_time: seconds(START),
      iat: seconds(START) + 30,
      exp: seconds(START) + 30 + 3600,
      nonce: 'the-nonce',
      id_assurance_level: '3',
      idassurancelevel: '3',
      authentication_assurance_level: '2',
      selected_roleid: '930001010001',
    });
  });

  test('is signed by RS256 with the published key', async () => {
    const { id_token } = await tokensOf(mock, await logIn(browser(mock.app), 'alex.bound@nhs.net'));
    const keys = createLocalJWKSet((await mock.app.inject(`${REALM}/connect/jwk_uri`)).json());

    const verified = await jwtVerify(id_token, keys, {
      issuer: `http://localhost:8585${REALM}`,
      audience: 'mock-client',
      algorithms: ['RS256'],
      currentDate: new Date(START),
    });

    expect(verified.payload.sub).toBe('910000000101');
    const [header, claims, signature = ''] = id_token.split('.');
    const forged = `${header}.${claims}.${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`;
    await expect(jwtVerify(forged, keys)).rejects.toThrow('signature verification failed');
  });

  test('has no jti, since CIS2’s have none', async () => {
    expect(await claimsFor('alex.bound@nhs.net')).not.toHaveProperty('jti');
  });

  test.each([{ nonce: undefined }, { nonce: '' }])(
    'has no nonce where none was sent, which strict libraries would refuse: %j',
    async ({ nonce }) => {
      expect(await claimsFor('alex.bound@nhs.net', { nonce })).not.toHaveProperty('nonce');
    },
  );

  test.each(['n-0S6_WzA2Mj', '{"a":"b c&d=e+f%"}', 'ż😀', 'n'.repeat(500)])(
    'carries the nonce exactly as it was sent: %s',
    async (nonce) => {
      expect((await claimsFor('alex.bound@nhs.net', { nonce }))['nonce']).toBe(nonce);
    },
  );

  test.each(['żółć 你好 😀', 'caf\u00e9', 'cafe\u0301'])(
    'has the s_hash of the state as UTF-8, letter for letter: %s',
    async (state) => {
      expect((await claimsFor('alex.bound@nhs.net', { state }))['s_hash']).toBe(leftHalf(state));
    },
  );

  test('has no s_hash where no state was sent', async () => {
    expect(await claimsFor('alex.bound@nhs.net', { state: undefined })).not.toHaveProperty('s_hash');
  });

  test('has an audit id that counts up behind an id that stays', async () => {
    const ids = [await claimsFor('alex.bound@nhs.net'), await claimsFor('robin.roles@nhs.net')].map(
      (claims) => String(claims['auditTrackingId']).split(/-(?=\d+$)/),
    );

    expect(ids[1]?.[0]).toBe(ids[0]?.[0]);
    expect(Number(ids[1]?.[1])).toBe(Number(ids[0]?.[1]) + 1);
  });

  test('has another sid for each sign-in', async () => {
    const one = await claimsFor('alex.bound@nhs.net');
    const other = await claimsFor('alex.bound@nhs.net');

    expect(one['sid']).not.toBe(other['sid']);
  });

  test('is of the client that asked: aud is that one string, and azp the same', async () => {
    const claims = await claimsFor('656005750104', STRICT);

    expect([claims['aud'], claims['azp']]).toEqual(['mock-strict-client', 'mock-strict-client']);
  });

  test.each([
    { persona: 'alex.bound@nhs.net', level: '3' },
    { persona: 'ivy.lowassurance@nhs.net', level: '1' },
  ])(
    'has the identity level of $persona as a string, under both of its names',
    async ({ persona, level }) => {
      const claims = await claimsFor(persona);

      expect(claims['id_assurance_level']).toBe(level);
      expect(claims['idassurancelevel']).toBe(level);
    },
  );

  test('keeps letters beyond ASCII in a name', async () => {
    expect((await claimsFor('910000000206'))['name']).toBe('Brontë-Núñez Zoë Dr');
  });
});

describe('the assurance', () => {
  test.each([
    { asked: undefined, persona: 'alex.bound@nhs.net', acr: 'AAL2_OR_AAL3_ANY', amr: 'NHSMAIL', aal: '2' },
    { asked: 'AAL2_OR_AAL3_ANY', persona: 'alex.bound@nhs.net', amr: 'NHSMAIL', aal: '2' },
    { asked: 'AAL2_ANY', persona: 'alex.bound@nhs.net', amr: 'NHSMAIL', aal: '2' },
    { asked: 'AAL2_NHSMAIL', persona: 'alex.bound@nhs.net', amr: 'NHSMAIL', aal: '2' },
    { asked: 'AAL2_NHSMAIL', persona: '910000000101', amr: 'NHSMAIL', aal: '2' },
    { asked: 'AAL2_TOTP', persona: '910000000101', amr: 'TOTP', aal: '2' },
    { asked: 'AAL3_ANY', persona: '910000000101', amr: 'N3_SMARTCARD', aal: '3' },
    { asked: 'AAL3_IOS', persona: '910000000101', amr: 'IOS', aal: '3' },
    { asked: 'AAL3_FIDO2', persona: '910000000102', amr: 'FIDO2', aal: '3' },
    { asked: 'AAL3_N3_SMARTCARD', persona: '656005750104', amr: 'N3_SMARTCARD', aal: '3' },
    { asked: 'AAL3_CIS2_SMARTCARD', persona: '656005750104', amr: 'CIS2_SMARTCARD', aal: '3' },
    { asked: 'AAL3_SMARTCARD', persona: '656005750104', amr: 'SMARTCARD', aal: '3' },
    { asked: undefined, persona: '656005750104', acr: 'AAL2_OR_AAL3_ANY', amr: 'N3_SMARTCARD', aal: '3' },
    { asked: undefined, persona: '910000000201', acr: 'AAL2_OR_AAL3_ANY', amr: 'IOS', aal: '3' },
    { asked: undefined, persona: '910000000202', acr: 'AAL2_OR_AAL3_ANY', amr: 'FIDO2', aal: '3' },
    { asked: undefined, persona: '910000000203', acr: 'AAL2_OR_AAL3_ANY', amr: 'FIDO2', aal: '3' },
    { asked: undefined, persona: '910000000204', acr: 'AAL2_OR_AAL3_ANY', amr: 'TOTP', aal: '2' },
    { asked: undefined, persona: '910000000205', acr: 'AAL2_OR_AAL3_ANY', amr: 'PASSKEY', aal: '2' },
  ])('of $persona who was asked for $asked is told by acr, amr and level', async (row) => {
    const { asked, persona, acr = asked, amr, aal } = row;
    const claims = await claimsFor(persona, { acr_values: asked });

    expect(claims).toMatchObject({ acr, amr: [amr], authentication_assurance_level: aal });
  });

  test.each([
    { acr_values: 'AAL2_ANY AAL3_ANY', acr: 'AAL2_ANY' },
    { acr_values: 'AAL2_NHSMAIL AAL2_OR_AAL3_ANY', acr: 'AAL2_NHSMAIL' },
    { acr_values: 'AAL9_ANY AAL2_ANY AAL3_ANY', acr: 'AAL2_ANY' },
    { acr_values: ' AAL2_ANY  AAL3_ANY ', acr: 'AAL2_ANY' },
    { acr_values: 'AAL9_ANY', acr: '0' },
    { acr_values: 'aal3_any', acr: '0' },
    { acr_values: 'constructor __proto__', acr: '0' },
  ])(
    'is that of the first acr value that CIS2 knows, or "0" where it knows none: $acr_values',
    async (row) => {
      const claims = await claimsFor('alex.bound@nhs.net', { acr_values: row.acr_values });

      expect(claims).toMatchObject({ acr: row.acr, amr: ['NHSMAIL'] });
    },
  );

  test('is the client’s own where none was asked for', async () => {
    expect(await claimsFor('910000000101', STRICT)).toMatchObject({
      acr: 'AAL3_ANY',
      amr: ['N3_SMARTCARD'],
      authentication_assurance_level: '3',
    });
  });

  test('is reached by the client’s own journey where none that was asked for is known', async () => {
    expect(await claimsFor('910000000101', { ...STRICT, acr_values: 'AAL9_ANY' })).toMatchObject({
      acr: '0',
      amr: ['N3_SMARTCARD'],
    });
  });

  test.each([
    { asked: 'AAL3_ANY', persona: 'alex.bound@nhs.net' },
    { asked: 'AAL3_SMARTCARD', persona: '910000000201' },
    { asked: 'AAL2_ANY', persona: '656005750104' },
    { asked: 'AAL2_TOTP', persona: '910000000205' },
    { asked: 'AAL3_FIDO2', persona: '910000000204' },
  ])('is never claimed where it is not reached: $persona for $asked', async ({ asked, persona }) => {
    const answer = await logIn(browser(mock.app), persona, { acr_values: asked });

    expect(answer.statusCode).toBe(403);
    expect(outcomeOf(answer)).toBe('authenticator_too_weak');
  });
});

describe('auth_time', () => {
  test('is the moment of sign-in, not of the request, nor of the token', async () => {
    const by = browser(mock.app);
    const { login } = await signIn(by, 'alex.bound@nhs.net');
    mock.clock.advance(20);
    const answer = await by.post(`${login}/number-match`, { answer: 'approve' });
    mock.clock.advance(60);

    const claims = claimsOf((await tokensOf(mock, answer)).id_token);

    expect(claims['auth_time']).toBe(seconds(START) + 20);
    expect(claims['iat']).toBe(seconds(START) + 80);
  });

  test('stays the moment of sign-in while the person looks for a role', async () => {
    const by = browser(mock.app);
    const { login } = await signIn(by, 'robin.roles@nhs.net', { scope: 'openid selectedrole' });
    mock.clock.advance(20);
    await submit(by, `${login}/number-match`, { answer: 'approve' });
    mock.clock.advance(240);
    const answer = await by.post(`${login}/role`, { person_roleid: '930001020002' });

    const claims = claimsOf((await tokensOf(mock, answer)).id_token);

    expect(claims['auth_time']).toBe(seconds(START) + 20);
    expect(claims['iat']).toBe(seconds(START) + 260);
  });

  test('stays the moment of sign-in by another authenticator, while the person looks for a role', async () => {
    const by = browser(mock.app);
    const login = await begin(by, { scope: 'openid selectedrole' });
    await submit(by, `${login}/authenticator`, { authenticator: 'smartcard' });
    mock.clock.advance(20);
    await submit(by, `${login}/person`, { uid: '910000000102' });
    mock.clock.advance(240);
    const answer = await by.post(`${login}/role`, { person_roleid: '930001020002' });

    expect(claimsOf((await tokensOf(mock, answer)).id_token)['auth_time']).toBe(seconds(START) + 20);
  });

  test('is a whole number of seconds', async () => {
    mock.clock.advance(0.75);

    expect(await claimsFor('alex.bound@nhs.net')).toMatchObject({
      auth_time: seconds(START),
      iat: seconds(START),
    });
  });
});

describe('selected_roleid', () => {
  test.each([
    { name: 'the only role', persona: 'alex.bound@nhs.net', scope: 'selectedrole', role: '930001010001' },
    {
      name: 'the first of several',
      persona: 'robin.roles@nhs.net',
      scope: 'selectedrole',
      role: '930001020001',
    },
    {
      name: 'the one that mock_role names',
      persona: 'robin.roles@nhs.net',
      scope: 'selectedrole',
      mock_role: '930001020003',
      role: '930001020003',
    },
    {
      name: 'that of changedrole',
      persona: 'alex.bound@nhs.net',
      scope: 'changedrole',
      role: '930001010001',
    },
  ])('is $name', async ({ persona, scope, mock_role, role }) => {
    const claims = await claimsFor(persona, { scope: `openid ${scope}`, mock_role });

    expect(claims['selected_roleid']).toBe(role);
  });

  test.each([
    { name: 'nobody asked for a role', persona: 'alex.bound@nhs.net', scope: 'openid nationalrbacaccess' },
    {
      name: 'nobody asked for the role that mock_role names',
      persona: 'robin.roles@nhs.net',
      scope: 'openid',
      mock_role: '930001020003',
    },
    { name: 'there is no role to select', persona: 'noor.norole@nhs.net', scope: 'openid selectedrole' },
  ])('is absent where $name', async ({ persona, scope, mock_role }) => {
    expect(await claimsFor(persona, { scope, mock_role })).not.toHaveProperty('selected_roleid');
  });

  test('is the role chosen on the page', async () => {
    const by = browser(mock.app);
    const { login } = await signIn(by, 'robin.roles@nhs.net', { scope: 'openid selectedrole' });
    await submit(by, `${login}/number-match`, { answer: 'approve' });

    const answer = await by.post(`${login}/role`, { person_roleid: '930001020002', do: 'continue' });

    const claims = claimsOf((await tokensOf(mock, answer)).id_token);
    expect(claims['selected_roleid']).toBe('930001020002');
  });

  test('is absent where the person went on without a role', async () => {
    const by = browser(mock.app);
    const { login } = await signIn(by, 'robin.roles@nhs.net', { scope: 'openid selectedrole' });
    await submit(by, `${login}/number-match`, { answer: 'approve' });

    const answer = await by.post(`${login}/role`, { do: 'without' });

    expect(outcomeOf(answer)).toBe('authenticated');
    expect(claimsOf((await tokensOf(mock, answer)).id_token)).not.toHaveProperty('selected_roleid');
  });

  test('is absent for a request that does not ask for it, though the session has a role', async () => {
    const by = browser(mock.app);
    await logIn(by, 'robin.roles@nhs.net', { scope: 'openid selectedrole' });

    const answer = await by.get(authorizeUrl({ scope: 'openid nationalrbacaccess' }));

    expect(claimsOf((await tokensOf(mock, answer)).id_token)).not.toHaveProperty('selected_roleid');
  });
});
