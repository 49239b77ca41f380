/** Logging in without a browser: how each ending is told apart. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type MockCis2, MockCis2Error } from '../../src/index.ts';
import { FAILURES } from '../../src/login/outcomes.ts';
import { claimsOf, encode } from '../support/mock.ts';
import { errorOf, type Held, WAYS } from './support.ts';

const FAILING = [
  ['uma.unbound@nhs.net', 'nhsmail_not_registered'],
  ['bea.notinbeta@nhs.net', 'organisation_not_in_private_beta'],
  ['sol.slow@nhs.net', 'timed_out'],
  ['ira.internalerror@nhs.net', 'internal_error'],
  ['drew.declined@nhs.net', 'nhsmail_declined'],
] as const;

describe.each(WAYS)('a log-in $way', ({ hold }) => {
  let held: Held;
  let cis2: MockCis2;
  beforeAll(async () => {
    held = await hold();
    cis2 = held.cis2;
  });
  afterAll(() => held.stop());
  beforeEach(() => cis2.reset());

  test('that succeeds gives the callback, whose code buys tokens for the nonce that was made', async () => {
    const result = await cis2.logIn({ persona: 'alex.bound@nhs.net' });
    if (result.outcome !== 'authenticated') throw new Error(result.outcome);
    const { callbackUrl, code, state, sent } = result;
    expect(new URL(callbackUrl).searchParams.get('code')).toBe(code);
    expect(state).toBe(sent.state);
    const answer = await fetch(`${cis2.issuer}/access_token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: encode({
        grant_type: 'authorization_code',
        code,
        redirect_uri: sent.redirect_uri,
        client_id: sent.client_id,
        client_secret: 'mock-secret',
      }),
    });
    const { id_token } = JSON.parse(await answer.text());
    expect(claimsOf(id_token)).toMatchObject({ nonce: sent.nonce, aud: 'mock-client', sub: '910000000101' });
  });

  test('is asked for as it is told to', async () => {
    const { sent, ...result } = await cis2.logIn({
      persona: 'robin.roles@nhs.net',
      client: 'mock-client-basic',
      redirectUri: 'http://127.0.0.1:4000/elsewhere',
      scope: 'openid selectedrole',
      role: '930001020002',
      acrValues: 'AAL2_OR_AAL3_ANY',
      prompt: 'login',
      parameters: { state: 'our-state', ui_locales: 'en' },
    });
    expect(result.callbackUrl).toMatch(/^http:\/\/127\.0\.0\.1:4000\/elsewhere\?/);
    expect(sent.state).toBe('our-state');
    const [received] = await cis2.journal({ kind: 'request_received', client_id: 'mock-client-basic' });
    expect(received?.details).toMatchObject({
      scope: 'openid selectedrole',
      acr_values: 'AAL2_OR_AAL3_ANY',
      prompt: 'login',
      mock_role: '930001020002',
      ui_locales: 'en',
    });
  });

  test.each(FAILING)('of %s leaves the person on a page, and no callback', async (persona, outcome) => {
    const result = await cis2.logIn({ persona, onFailure: 'page' });
    expect(result).toEqual({ outcome, status: FAILURES[outcome].status, sent: result.sent });
    expect(result.callbackUrl).toBeUndefined();
  });

  test.each(FAILING)('of %s is sent back as an error where that is asked for', async (persona, outcome) => {
    const result = await cis2.logIn({ persona, onFailure: 'redirect' });
    if (result.callbackUrl === undefined) throw new Error('no callback');
    const { error, description } = FAILURES[outcome];
    expect(result).toMatchObject({
      outcome,
      status: 302,
      error,
      errorDescription: description,
      state: result.sent.state,
    });
    expect(new URL(result.callbackUrl).searchParams.get('error')).toBe(error);
  });

  test('goes wrong by a scenario that is for it alone', async () => {
    const persona = 'alex.bound@nhs.net';
    expect(await cis2.logIn({ persona, scenario: 'NHSMAIL_NOT_REGISTERED' })).toMatchObject({
      outcome: 'nhsmail_not_registered',
    });
    expect(await cis2.logIn({ persona })).toMatchObject({ outcome: 'authenticated' });
  });

  test('whose request is not in order is refused to the application', async () => {
    const result = await cis2.logIn({ persona: 'alex.bound@nhs.net', scope: 'profile' });
    expect(result).toMatchObject({ outcome: 'refused', status: 302, error: 'invalid_scope' });
  });

  test.each([
    [
      'a persona who is not there',
      { persona: 'uma.unbond@nhs.net' },
      /mock_login: found uma\.unbond@nhs\.net; .*near matches: uma\.unbound@nhs\.net/,
    ],
    [
      'a role of somebody else',
      { persona: 'alex.bound@nhs.net', role: '930001020002' },
      /mock_role: found 93/,
    ],
    [
      'a scenario that is none',
      { persona: 'alex.bound@nhs.net', scenario: 'SLOW' },
      /mock_scenario: found SLOW/,
    ],
    [
      'a redirect URI that is not registered',
      { persona: 'alex.bound@nhs.net', client: 'mock-strict-client', redirectUri: 'http://localhost:3000/' },
      /redirect_uri: found http:\/\/localhost:3000\//,
    ],
    [
      'a client that is not there',
      { persona: 'alex.bound@nhs.net', client: 'nobody' },
      /\/_mock\/clients\/nobody/,
    ],
  ])('that asks for %s throws why', async (_what, asked, message) => {
    const error = await errorOf(cis2.logIn(asked));
    expect(error).toBeInstanceOf(MockCis2Error);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  });

  test('that a transport scenario answers instead throws what came', async () => {
    await cis2.setScenario('SERVICE_UNAVAILABLE', { endpoint: 'authorize' });
    const error = await errorOf(cis2.logIn({ persona: 'alex.bound@nhs.net' }));
    expect(error).toMatchObject({ name: 'MockCis2Error', status: 503 });
  });
});
