/** Each scenario of the token response on the wire; the code is used up by each of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { INVALID_GRANT, wireOf } from '../protocol/support.ts';
import { browser, callback, logIn, redeem, testMock } from '../support/mock.ts';
import {
  ABSENT,
  codesAt,
  differences,
  HASH,
  HTML_PAGE,
  type Members,
  type Parameters,
  PERSONA,
  type Provider,
  providerOf,
  rowOf,
  SCOPE,
  strayRows,
  usesOf,
  type WholeLogIn,
  wholeLogIn,
} from './wire.ts';

/** An error in place of the tokens: with no token there is nothing to ask UserInfo by. */
const refusal = (status: number, error: string, error_description: string): Members => ({
  'token.status': status,
  'token.body': { error, error_description },
  userInfo: ABSENT,
});

const ROWS: Readonly<Record<string, Members>> = {
  TOKEN_INVALID_GRANT: refusal(
    400,
    'invalid_grant',
    'The provided access grant is invalid, expired, or revoked.',
  ),
  TOKEN_CODE_EXPIRED: refusal(400, 'invalid_grant', 'Authorization code expired.'),
  TOKEN_INVALID_CLIENT: refusal(401, 'invalid_client', 'Client authentication failed'),
  TOKEN_JWT_NOT_VALID: refusal(401, 'invalid_client', 'JWT is not valid'),
  TOKEN_SERVER_ERROR: refusal(400, 'server_error', 'A temporary internal error. Try again.'),
  TOKEN_ID_TOKEN_MISSING: { 'token.body.id_token': ABSENT },
  TOKEN_ACCESS_TOKEN_MISSING: {
    'token.body.access_token': ABSENT,
    // The hash of a token that never came, so that nobody can say here whose it is.
    'token.body.id_token.claims.at_hash': HASH,
    userInfo: ABSENT,
  },
  TOKEN_TYPE_WRONG: { 'token.body.token_type': 'DPoP' },
  TOKEN_TYPE_LOWER_CASE: { 'token.body.token_type': 'bearer' },
  TOKEN_EXPIRES_IN_MISSING: { 'token.body.expires_in': ABSENT },
  TOKEN_EXPIRES_IN_AS_STRING: { 'token.body.expires_in': '3600' },
  TOKEN_NOT_JSON: {
    'token.headers.content-type': 'text/html; charset=utf-8',
    'token.body': HTML_PAGE,
    userInfo: ABSENT,
  },
};

let provider: Provider;
let right: WholeLogIn;
beforeAll(async () => {
  provider = await providerOf(await testMock());
  right = await wholeLogIn(provider);
});
afterAll(() => provider.mock.app.close());

test.each(codesAt('token_response'))('%s: exactly this differs', async (code) => {
  const run = (parameters: Parameters) => wholeLogIn(provider, parameters);
  const { asked, queued } = await usesOf(provider.mock, { code, place: 'token_response' }, run, right);
  expect(asked).toStrictEqual(rowOf(ROWS, code));
  expect(queued).toStrictEqual(rowOf(ROWS, code));
});

test('the log-in after all of them is right', async () => {
  expect(differences(right, await wholeLogIn(provider))).toStrictEqual({});
});

test('no row is of a scenario that there is not', () => {
  expect(strayRows(ROWS, 'token_response')).toEqual([]);
});

test.each(codesAt('token_response'))('%s uses the code up, as an answer that was lost does', async (code) => {
  const by = browser(provider.mock.app);
  const answer = await logIn(by, PERSONA, { scope: SCOPE, mock_scenario: code });
  const issued = callback(answer).get('code');
  await redeem(by, issued);
  // A refusal is no answer that a scenario changes: this is the endpoint itself.
  expect(wireOf(await redeem(by, issued))).toEqual(INVALID_GRANT);
});
