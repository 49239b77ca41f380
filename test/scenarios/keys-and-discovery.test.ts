/** Each scenario of the JWK Set and of the discovery document on the wire, one member at a time. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browser, encode, logIn, type Mock, REALM, testMock } from '../support/mock.ts';
import {
  ABSENT,
  answerOf,
  below,
  codesAt,
  differences,
  HTML_PAGE,
  type Members,
  type Parameters,
  PERSONA,
  providerOf,
  rowOf,
  start,
  strayRows,
  usesOf,
} from './wire.ts';

type Key = Readonly<Record<string, unknown>>;

const HTML: Members = { 'headers.content-type': 'text/html; charset=utf-8', body: HTML_PAGE };

const SERVER_ERROR: Members = {
  status: 500,
  body: { error: 'server_error', error_description: 'A temporary internal error. Try again.' },
};

const keys =
  (changed: (keys: readonly Key[], kid: string) => readonly Key[]) => (right: Key[], kid: string) =>
    below('body', { keys: changed(right, kid) });

const withoutMember = (name: string) => (key: Key) =>
  Object.fromEntries(Object.entries(key).filter(([each]) => each !== name));

const JWKS_ROWS: Readonly<Record<string, Members | ((right: Key[], kid: string) => Members)>> = {
  JWKS_EMPTY: keys(() => []),
  JWKS_SERVER_ERROR: SERVER_ERROR,
  JWKS_WITHOUT_ACTIVE_KEY: keys((right, kid) => right.filter((key) => key['kid'] !== kid)),
  JWKS_KID_REPEATED: keys((right, kid) => right.map((key) => ({ ...key, kid }))),
  JWKS_KID_MISSING: keys((right) => right.map(withoutMember('kid'))),
  JWKS_USE_MISSING: keys((right) => right.map(withoutMember('use'))),
  JWKS_NOT_JSON: HTML,
};

const DISCOVERY_ROWS: Readonly<Record<string, Members>> = {
  DISCOVERY_SERVER_ERROR: SERVER_ERROR,
  DISCOVERY_ISSUER_WRONG: {
    'body.issuer': 'http://localhost:8585/openam/oauth2/realms/root/realms/oidc',
  },
  DISCOVERY_ENDPOINT_MISSING: { 'body.token_endpoint': ABSENT },
  DISCOVERY_NOT_JSON: HTML,
};

const PATHS = { jwks: '/connect/jwk_uri', discovery: '/.well-known/openid-configuration' };

let mock: Mock;
let kid: string;
beforeAll(async () => {
  mock = await testMock();
  ({ kid } = await providerOf(mock));
});
afterAll(() => mock.app.close());

const fetched = async (place: keyof typeof PATHS, parameters: Parameters = {}) =>
  answerOf(await mock.app.inject(`${REALM}${PATHS[place]}?${encode(parameters)}`));

async function compare(place: keyof typeof PATHS, code: string, differs: Members) {
  const right = await fetched(place);
  const run = (parameters: Parameters) => fetched(place, parameters);
  const { asked, queued } = await usesOf(mock, { code, place }, run, right);
  expect(asked).toStrictEqual(differs);
  expect(queued).toStrictEqual(differs);
  expect(await fetched(place)).toStrictEqual(right);
}

describe('the JWK Set', () => {
  test.each(codesAt('jwks'))('%s: exactly this differs, and the next answer is right', async (code) => {
    const row = rowOf(JWKS_ROWS, code);
    const { keys: right } = (await fetched('jwks')).body as { keys: Key[] };
    expect(right.map(({ use }) => use).sort()).toEqual(['enc', 'sig']);
    await compare('jwks', code, typeof row === 'function' ? row(right, kid) : row);
  });

  test('no row is of a scenario that there is not', () => {
    expect(strayRows(JWKS_ROWS, 'jwks')).toEqual([]);
  });
});

describe('the discovery document', () => {
  test.each(codesAt('discovery'))('%s: exactly this differs, and the next answer is right', (code) =>
    compare('discovery', code, rowOf(DISCOVERY_ROWS, code)),
  );

  test('no row is of a scenario that there is not', () => {
    expect(strayRows(DISCOVERY_ROWS, 'discovery')).toEqual([]);
  });
});

test.each(['jwks', 'discovery'] as const)(
  'where a log-in asks for a scenario of the %s, the next answer there has it, and no other',
  async (place) => {
    const right = await fetched(place);
    const code = place === 'jwks' ? 'JWKS_NOT_JSON' : 'DISCOVERY_NOT_JSON';
    await logIn(browser(mock.app), PERSONA, { mock_scenario: code });
    expect(differences(right, await fetched(place))).toStrictEqual(HTML);
    expect(differences(right, await fetched(place))).toStrictEqual({});
  },
);

test('an address that names a scenario of elsewhere is answered as it is, and uses nothing up', async () => {
  const right = await fetched('jwks');
  expect(await fetched('jwks', { mock_scenario: 'ID_TOKEN_EXPIRED' })).toStrictEqual(right);
  await start(mock, { code: 'DISCOVERY_NOT_JSON', times: 1 });
  expect(await fetched('jwks')).toStrictEqual(right);
  expect((await fetched('discovery')).body).toEqual(HTML_PAGE);
});
