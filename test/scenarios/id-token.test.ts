/** Each scenario of the ID token on the wire: what it changes, and that all the rest of the log-in is right. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSigningKeys } from '../../src/environment/signing-keys.ts';
import { type Mock, testMock } from '../support/mock.ts';
import {
  ABSENT,
  below,
  codesAt,
  differences,
  HASH,
  ISSUER,
  jwksOf,
  KEY_ID,
  type Members,
  NOW,
  type Parameters,
  type Provider,
  providerOf,
  RANDOM_ID,
  rowOf,
  SID,
  strayRows,
  usesOf,
  type WholeLogIn,
  wholeLogIn,
} from './wire.ts';

const ID_TOKEN = 'token.body.id_token';

/** What differs in the log-in, and the parameters of the authorization request, where they matter. */
interface Row {
  differs: Members;
  request?: Parameters;
}

const claims = (changed: Members): Row => ({ differs: below(`${ID_TOKEN}.claims`, changed) });

const signed = (header: Members, signature: Members = {}): Row => ({
  differs: { ...below(`${ID_TOKEN}.header`, header), ...below(ID_TOKEN, signature) },
});

const ROWS: Readonly<Record<string, Row>> = {
  ID_TOKEN_ISS_WRONG: claims({ iss: 'http://localhost:8585/openam/oauth2/realms/root/realms/oidc' }),
  ID_TOKEN_ISS_WITHOUT_PORT: claims({ iss: ISSUER.replace(':8585', '') }),
  ID_TOKEN_AUD_WRONG: claims({ aud: 'mock-client-basic' }),
  ID_TOKEN_AUD_ARRAY: claims({ aud: ['mock-client'] }),
  ID_TOKEN_AUD_SEVERAL: claims({ aud: ['mock-client', 'mock-client-basic'] }),
  ID_TOKEN_AZP_WRONG: claims({ azp: 'mock-client-basic' }),
  ID_TOKEN_NONCE_WRONG: claims({ nonce: RANDOM_ID }),
  ID_TOKEN_NONCE_MISSING: claims({ nonce: ABSENT }),
  ID_TOKEN_NONCE_UNASKED: { ...claims({ nonce: RANDOM_ID }), request: { nonce: undefined } },
  ID_TOKEN_AT_HASH_WRONG: claims({ at_hash: HASH }),
  ID_TOKEN_SUB_MISSING: claims({ sub: ABSENT }),

  ID_TOKEN_EXPIRED: claims({ exp: NOW - 600 }),
  ID_TOKEN_EXP_MISSING: claims({ exp: ABSENT }),
  ID_TOKEN_NOT_YET_VALID: claims({ nbf: NOW + 600 }),
  ID_TOKEN_ISSUED_IN_FUTURE: claims({ iat: NOW + 600, exp: NOW + 600 + 3600 }),
  ID_TOKEN_IAT_MISSING: claims({ iat: ABSENT }),
  ID_TOKEN_TIMES_IN_MILLISECONDS: claims({
    iat: NOW * 1000,
    exp: (NOW + 3600) * 1000,
    auth_time: NOW * 1000,
  }),
  ID_TOKEN_AUTH_TIME_STALE: claims({ auth_time: NOW - 600 }),
  ID_TOKEN_AUTH_TIME_AHEAD: claims({ auth_time: NOW + 600 }),
  ID_TOKEN_AUTH_TIME_MISSING: claims({ auth_time: ABSENT }),
  ID_TOKEN_AUTH_TIME_AS_STRING: claims({ auth_time: String(NOW) }),

  ID_TOKEN_UNPUBLISHED_KEY: signed({ kid: KEY_ID }, { signature: '256 bytes by no published key' }),
  ID_TOKEN_SIGNATURE_WRONG: signed({}, { signature: '256 bytes by no published key' }),
  ID_TOKEN_ALG_RS512: signed({ alg: 'RS512' }, { signature: 'RS512 by the key' }),
  ID_TOKEN_ALG_HS256: signed({ alg: 'HS256', kid: ABSENT }, { signature: 'HS256 by the client secret' }),
  ID_TOKEN_UNSIGNED: signed({ alg: 'none', kid: ABSENT }, { signature: 'none' }),
  ID_TOKEN_KID_MISSING: signed({ kid: ABSENT }),
  ID_TOKEN_KID_UNKNOWN: signed({ kid: KEY_ID }),
  KEY_ROTATED: signed({ kid: KEY_ID }, { signature: expect.stringMatching(/^RS256 by the published key/) }),

  ID_TOKEN_AAL_LOW: claims({ authentication_assurance_level: '1' }),
  ID_TOKEN_ACR_LOW: claims({ acr: 'AAL1_USERPASS' }),
  ID_TOKEN_ASSURANCE_LOW: claims({
    authentication_assurance_level: '1',
    acr: 'AAL1_USERPASS',
    amr: ['USERPASS'],
  }),
  ID_TOKEN_AAL_MISSING: claims({ authentication_assurance_level: ABSENT }),
  ID_TOKEN_ACR_MISSING: claims({ acr: ABSENT }),
  ID_TOKEN_ACR_EMPTY: claims({ acr: '' }),
  ID_TOKEN_IAL_LOW: claims({ id_assurance_level: '2', idassurancelevel: '2' }),
  ID_TOKEN_IAL_MISSING: claims({ id_assurance_level: ABSENT, idassurancelevel: ABSENT }),
  ID_TOKEN_LEVELS_AS_NUMBERS: claims({
    id_assurance_level: 3,
    idassurancelevel: 3,
    authentication_assurance_level: 2,
  }),
  ID_TOKEN_ROLE_EMPTY: claims({ selected_roleid: '' }),
  ID_TOKEN_ROLE_MISSING: claims({ selected_roleid: ABSENT }),
  ID_TOKEN_ROLE_UNKNOWN: claims({ selected_roleid: '930001030002' }),
  ID_TOKEN_SID_MISSING: claims({ sid: ABSENT }),
  ID_TOKEN_NEW_SID_AND_ROLE: claims({ sid: SID, selected_roleid: '930001020002' }),
};

/** From then on the new key signs. */
const LASTS = ['KEY_ROTATED'];

let provider: Provider;
let right: WholeLogIn;
/** With keys of its own, since they change. */
let rotating: Mock;
beforeAll(async () => {
  [provider, rotating] = await Promise.all([
    testMock().then((mock) => providerOf(mock)),
    testMock({ keys: createSigningKeys() }),
  ]);
  right = await wholeLogIn(provider);
});
afterAll(() => Promise.all([provider.mock.app.close(), rotating.app.close()]));

test.each(codesAt('id_token'))('%s: exactly this differs', async (code) => {
  const { differs, request = {} } = rowOf(ROWS, code);
  const at = LASTS.includes(code) ? await providerOf(rotating) : provider;
  const run = (parameters: Parameters) => wholeLogIn(at, { ...request, ...parameters });
  const isUsual = at === provider && Object.keys(request).length === 0;
  const asItShouldBe = isUsual ? right : await run({});
  const place = 'id_token';
  const { asked, queued } = await usesOf(at.mock, { code, place }, run, asItShouldBe);
  expect(asked).toStrictEqual(differs);
  expect(queued).toStrictEqual(differs);
});

test('the log-in after all of them is right', async () => {
  expect(differences(right, await wholeLogIn(provider))).toStrictEqual({});
});

test('no row is of a scenario that there is not', () => {
  expect(strayRows(ROWS, 'id_token')).toEqual([]);
});

describe('what is made up is not what is real:', () => {
  const headerOf = async (code: string) => {
    const { token } = await wholeLogIn(provider, { mock_scenario: code });
    return Object(token.body).id_token.header;
  };

  test.each(['ID_TOKEN_UNPUBLISHED_KEY', 'ID_TOKEN_KID_UNKNOWN'])(
    '%s names no published key',
    async (code) => {
      const { keys } = await jwksOf(provider.mock);
      expect(keys.map(({ kid }) => kid)).not.toContain((await headerOf(code)).kid);
    },
  );

  test('KEY_ROTATED leaves the old key published, and says so of the new one', async () => {
    const before = await jwksOf(rotating);
    const at = await providerOf(rotating);
    const { token } = await wholeLogIn(at, { mock_scenario: 'KEY_ROTATED' });
    const after = (await jwksOf(rotating)).keys.map(({ kid }) => kid);
    expect(after).toEqual(expect.arrayContaining(before.keys.map(({ kid }) => kid)));
    const { kid } = Object(token.body).id_token.header;
    expect(kid).not.toBe(at.kid);
    expect(after).toContain(kid);
    expect((await providerOf(rotating)).kid).toBe(kid);
  });

  test.each(['ID_TOKEN_AT_HASH_WRONG', 'ID_TOKEN_NEW_SID_AND_ROLE', 'ID_TOKEN_NONCE_WRONG'])(
    '%s has another value each time',
    async (code) => {
      const claimsOfOne = async () =>
        Object((await wholeLogIn(provider, { mock_scenario: code })).token.body).id_token.claims;
      expect(await claimsOfOne()).not.toEqual(await claimsOfOne());
    },
  );
});
