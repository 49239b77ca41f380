/** Each scenario of the authorization response on the wire: every parameter of the callback, in order. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browser, callback, logIn, type Mock, REDIRECT_URI, redeem, testMock } from '../support/mock.ts';
import {
  appliedBy,
  codesAt,
  ISSUER,
  PERSONA,
  RANDOM_ID,
  redirectOf,
  rowOf,
  start,
  strayRows,
  useOf,
} from './wire.ts';

type Parameter = readonly [name: string, value: unknown];

const CODE: Parameter = ['code', RANDOM_ID];
const SCOPE: Parameter = ['scope', 'openid profile'];
const STATE: Parameter = ['state', 'the-state'];
const ISS: Parameter = ['iss', ISSUER];
const CLIENT_ID: Parameter = ['client_id', 'mock-client'];

const RIGHT = [CODE, SCOPE, STATE, ISS, CLIENT_ID];

/** What the callback brings, and whether its first code can be redeemed; undefined where it has none. */
interface Row {
  brings: readonly Parameter[];
  isRedeemable?: boolean;
}

const withCode = (...brings: readonly Parameter[]): Row => ({ brings, isRedeemable: true });

const refusal = (error: string, description: string): Row => ({
  brings: [['error', error], ['error_description', description], STATE, ISS],
});

const ROWS: Readonly<Record<string, Row>> = {
  STATE_MISSING: withCode(CODE, SCOPE, ISS, CLIENT_ID),
  STATE_WRONG: withCode(CODE, SCOPE, ['state', RANDOM_ID], ISS, CLIENT_ID),
  ISS_WRONG: withCode(
    CODE,
    SCOPE,
    STATE,
    ['iss', 'http://localhost:8585/openam/oauth2/realms/root/realms/oidc'],
    CLIENT_ID,
  ),
  ISS_WITHOUT_PORT: withCode(CODE, SCOPE, STATE, ['iss', ISSUER.replace(':8585', '')], CLIENT_ID),
  ISS_MISSING: withCode(CODE, SCOPE, STATE, CLIENT_ID),
  CODE_MISSING: { brings: [SCOPE, STATE, ISS, CLIENT_ID] },
  CODE_UNKNOWN: { brings: RIGHT, isRedeemable: false },
  CODE_REPEATED: withCode(CODE, CODE, SCOPE, STATE, ISS, CLIENT_ID),
  RESPONSE_CLIENT_ID_MISSING: withCode(CODE, SCOPE, STATE, ISS),
  RESPONSE_EXTRA_PARAMETER: withCode(...RIGHT, ['session_state', RANDOM_ID]),
  INVALID_SCOPE: refusal('invalid_scope', 'Unknown/invalid scope(s): [nationalrbacaccess]'),
  LOGIN_REQUIRED: refusal('login_required', 'The request requires login.'),
  INTERACTION_REQUIRED: refusal(
    'interaction_required',
    'The request requires some interaction that is not allowed.',
  ),
  UNAUTHORIZED_CLIENT: refusal(
    'unauthorized_client',
    'The client is not authorized to request an authorization code using this method.',
  ),
  SERVER_ERROR_CALLBACK: refusal('server_error', 'A temporary internal error. Try again.'),
  TEMPORARILY_UNAVAILABLE_CALLBACK: refusal(
    'temporarily_unavailable',
    'The service is temporarily unavailable.',
  ),
  ERROR_WITHOUT_STATE: {
    brings: [
      ['error', 'access_denied'],
      ['error_description', 'Resource Owner did not authorize the request'],
      ISS,
    ],
  },
};

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
});
afterAll(() => mock.app.close());

/** A log-in, its callback, and whether each code of it can be redeemed. */
async function callbackOf(parameters: Readonly<Record<string, string>> = {}) {
  const by = browser(mock.app);
  const answer = await logIn(by, PERSONA, parameters);
  const redeemed: boolean[] = [];
  for (const code of callback(answer).getAll('code')) {
    redeemed.push((await redeem(by, code)).statusCode === 200);
  }
  return { ...redirectOf(answer), redeemed };
}

test.each(codesAt('authorization_response'))(
  '%s: exactly this comes, and the next callback is right',
  async (code) => {
    const { brings, isRedeemable } = rowOf(ROWS, code);
    const codes = brings.filter(([name]) => name === 'code').length;
    const expected = {
      status: 302,
      address: REDIRECT_URI,
      parameters: brings,
      redeemed: Array.from({ length: codes }, (_, at) => at === 0 && isRedeemable === true),
    };
    const asked = await appliedBy(mock, () => callbackOf({ mock_scenario: code }));
    expect(asked.result).toStrictEqual(expected);
    expect(asked.applied).toEqual([useOf(code, 'authorization_response', 'request')]);
    await start(mock, { code, times: 1 });
    const queued = await appliedBy(mock, () => callbackOf());
    expect(queued.result).toStrictEqual(expected);
    expect(queued.applied).toEqual([useOf(code, 'authorization_response', 'one_shot')]);
    expect(await callbackOf()).toStrictEqual({
      status: 302,
      address: REDIRECT_URI,
      parameters: RIGHT,
      redeemed: [true],
    });
  },
);

test('no row is of a scenario that there is not', () => {
  expect(strayRows(ROWS, 'authorization_response')).toEqual([]);
});

test('STATE_WRONG has nothing to change where the request had no state, and the journal warns of it', async () => {
  const by = browser(mock.app);
  const answer = await logIn(by, PERSONA, { state: undefined, mock_scenario: 'STATE_WRONG' });
  expect(redirectOf(answer).parameters).toStrictEqual([CODE, SCOPE, ISS, CLIENT_ID]);
  const request_id = String(answer.headers['x-mock-cis2-request-id']);
  const { journal } = mock.environment;
  expect(journal.events({ kind: 'scenario_applied', request_id })).toEqual([]);
  expect(journal.events({ kind: 'warned', request_id })).toContainEqual(
    expect.objectContaining({
      explanation: 'The scenario STATE_WRONG had nothing to change here; the right answer was sent.',
    }),
  );
});
