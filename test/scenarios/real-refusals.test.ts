/** Refusals that a scenario imitates are, to the letter, those that the endpoint itself gives. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  assertionClaims,
  byAssertion,
  codeFor,
  EXAMPLE_KEY,
  KEY_CLIENT,
  NOW,
  redeemBy,
  sign,
  userInfo,
} from '../protocol/support.ts';
import { browser, CLIENT, logIn, type Mock, START, testMock } from '../support/mock.ts';
import { answerOf, PERSONA, redirectOf, SCOPE } from './wire.ts';

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
});
afterAll(() => mock.app.close());

const byScenario = async (code: string) =>
  answerOf(await redeemBy(mock, await codeFor(mock, CLIENT.client_id, { mock_scenario: code }), CLIENT));

test('TOKEN_INVALID_GRANT is the answer to a code that was never issued', async () => {
  const real = answerOf(await redeemBy(mock, 'a-code-that-nobody-issued', CLIENT));
  expect(await byScenario('TOKEN_INVALID_GRANT')).toStrictEqual(real);
});

test('TOKEN_CODE_EXPIRED is the answer to a code that expired', async () => {
  const code = await codeFor(mock, CLIENT.client_id);
  mock.clock.advance(121);
  const real = answerOf(await redeemBy(mock, code, CLIENT));
  mock.clock.freeze(START);
  expect(await byScenario('TOKEN_CODE_EXPIRED')).toStrictEqual(real);
});

test('TOKEN_INVALID_CLIENT is the answer to a wrong secret', async () => {
  const code = await codeFor(mock, CLIENT.client_id);
  const real = answerOf(await redeemBy(mock, code, { ...CLIENT, client_secret: 'wrong' }));
  expect(await byScenario('TOKEN_INVALID_CLIENT')).toStrictEqual(real);
});

test('TOKEN_JWT_NOT_VALID is the answer to an assertion that expired', async () => {
  const code = await codeFor(mock, KEY_CLIENT);
  const expired = assertionClaims(KEY_CLIENT, { exp: NOW - 600, iat: NOW - 900 });
  const assertion = await sign(expired, EXAMPLE_KEY, { alg: 'RS512', kid: 'mock-client-private-key-jwt-1' });
  const real = answerOf(await redeemBy(mock, code, byAssertion(assertion)));
  expect(await byScenario('TOKEN_JWT_NOT_VALID')).toStrictEqual(real);
});

test('USERINFO_UNAUTHORISED is the answer to a bad access token', async () => {
  const real = answerOf(await userInfo(mock, 'a-token-that-nobody-issued'));
  const code = await codeFor(mock, CLIENT.client_id, { mock_scenario: 'USERINFO_UNAUTHORISED' });
  const { access_token } = (await redeemBy(mock, code, CLIENT)).json();
  expect(answerOf(await userInfo(mock, access_token))).toStrictEqual(real);
});

test.each([
  ['LOGIN_REQUIRED', 'openid', PERSONA],
  ['INTERACTION_REQUIRED', SCOPE, undefined],
])('%s is the answer to prompt=none', async (code, scope, persona) => {
  const by = browser(mock.app);
  const url = (parameters: object) => logIn(by, PERSONA, { scope, ...parameters });
  // With a session of somebody who has roles to choose from, a page is needed; without any, a log-in.
  if (persona === undefined) await logIn(by, PERSONA, { scope: 'openid' });
  const real = await url({ mock_login: undefined, prompt: 'none' });
  const scenario = await logIn(browser(mock.app), PERSONA, { mock_scenario: code });
  expect(redirectOf(scenario)).toStrictEqual(redirectOf(real));
});
