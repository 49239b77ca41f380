/** oidcc-rp-initiated-logout-certification-test-plan: each begins with a log-in and ends at end_session_endpoint. */
import type { LightMyRequestResponse } from 'fastify';
import { generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { type Browser, browser, claimsOf, encode, locationOf, REALM, testMock } from '../support/mock.ts';
import {
  assertDiscovery,
  assertErrorPage,
  assertErrorRedirect,
  assertHappyFlow,
  FIXTURES,
  type Parameters,
  pathOf,
  RP_ONE,
  requestUrl,
} from './support.ts';

const LOGGED_OUT = 'https://rp-one.example.test/logged-out';

/** A browser at which Alex is signed in, and how it asks to log out. */
async function signedIn() {
  const mock = await testMock({ fixtures: FIXTURES });
  const by = browser(mock.app);
  const { tokens } = await assertHappyFlow(mock, { by });
  const { end_session_endpoint } = await assertDiscovery(mock);
  const endpoint = pathOf(end_session_endpoint);
  const logOut = (parameters: Parameters) => by.get(`${endpoint}?${encode(parameters)}`);
  return { mock, by, hint: tokens.id_token, endpoint, logOut };
}

async function assertSessionGone(by: Browser) {
  assertErrorRedirect(await by.get(requestUrl(RP_ONE, { prompt: 'none' })), RP_ONE, 'login_required');
}

async function assertSessionLives(by: Browser) {
  expect(locationOf(await by.get(requestUrl(RP_ONE, { prompt: 'none' })))).toContain('code=');
}

const page = (testId: string) => `data-testid="page-${testId}"`;

function assertOwnPage({ statusCode, headers, body }: LightMyRequestResponse, testId: string) {
  expect([statusCode, headers.location]).toEqual([200, undefined]);
  expect(body).toContain(page(testId));
}

/** Presses the button of the page that asks, with the fields that stand in its form. */
function confirm(by: Browser, endpoint: string, { body }: LightMyRequestResponse) {
  const fields = [...body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  const form = Object.fromEntries(fields.map(([, name, value]) => [name, value?.replaceAll('&amp;', '&')]));
  expect(form).toHaveProperty('logout_confirmed', 'yes');
  return by.post(endpoint, form);
}

test('oidcc-rp-initiated-logout-discovery-endpoint-verification: discovery has the endpoint', async () => {
  const mock = await testMock();
  const { end_session_endpoint } = await assertDiscovery(mock);
  expect(end_session_endpoint).toBe(`${mock.environment.issuer}/connect/endSession`);
});

describe('with a hint', () => {
  test('oidcc-rp-initiated-logout: to the registered URI with the state and nothing else; the session is gone', async () => {
    const { by, hint, logOut } = await signedIn();
    const state = 'a b/+&=é';
    const answer = await logOut({ id_token_hint: hint, post_logout_redirect_uri: LOGGED_OUT, state });
    const [uri, query] = locationOf(answer).split('?');
    expect([answer.statusCode, uri]).toEqual([302, LOGGED_OUT]);
    expect([...new URLSearchParams(query)]).toEqual([['state', state]]);
    await assertSessionGone(by);
  });

  test('oidcc-rp-initiated-logout: the same as a form, which a browser sends without its cookie', async () => {
    const { by, hint, endpoint } = await signedIn();
    const form = { id_token_hint: hint, post_logout_redirect_uri: LOGGED_OUT, state: 'the-state' };
    const link = await by.post(endpoint, form);
    expect(link.statusCode).toBe(303);
    expect(locationOf(await by.get(locationOf(link)))).toBe(`${LOGGED_OUT}?state=the-state`);
    await assertSessionGone(by);
  });

  test('oidcc-rp-initiated-logout-no-state: there without a state; the session is gone', async () => {
    const { by, hint, logOut } = await signedIn();
    const answer = await logOut({ id_token_hint: hint, post_logout_redirect_uri: LOGGED_OUT });
    expect(locationOf(answer)).toBe(LOGGED_OUT);
    await assertSessionGone(by);
  });

  test('oidcc-rp-initiated-logout-bad-post-logout-redirect-uri: a URI that is not registered is not gone to', async () => {
    const { hint, logOut } = await signedIn();
    const post_logout_redirect_uri = 'https://rp-one.example.test/elsewhere';
    const answer = await logOut({ id_token_hint: hint, post_logout_redirect_uri, state: 'the-state' });
    assertErrorPage(answer, 'redirect_uri_mismatch');
  });

  test('oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri: nor one with a query added', async () => {
    const { hint, logOut } = await signedIn();
    const post_logout_redirect_uri = `${LOGGED_OUT}?foo=bar`;
    const answer = await logOut({ id_token_hint: hint, post_logout_redirect_uri, state: 'the-state' });
    assertErrorPage(answer, 'redirect_uri_mismatch');
  });

  test('oidcc-rp-initiated-logout-no-post-logout-redirect-uri: the session ends, on our own page', async () => {
    const { by, hint, logOut } = await signedIn();
    assertOwnPage(await logOut({ id_token_hint: hint }), 'logged-out');
    await assertSessionGone(by);
  });

  test('an ID token that has expired is a hint as good', async () => {
    const { mock, by, hint, logOut } = await signedIn();
    for (const seconds of [1700, 1700, 1700]) {
      mock.clock.advance(seconds);
      await assertSessionLives(by);
    }
    assertOwnPage(await logOut({ id_token_hint: hint }), 'logged-out');
    await assertSessionGone(by);
  });
});

describe('with a hint that is not ours, nobody is sent anywhere nor logged out', () => {
  async function assertRefused(forge: (hint: string) => string | Promise<string>) {
    const { by, hint, logOut } = await signedIn();
    const id_token_hint = await forge(hint);
    const answer = await logOut({ id_token_hint, post_logout_redirect_uri: LOGGED_OUT, state: 'the-state' });
    assertErrorPage(answer, 'invalid_request');
    await assertSessionLives(by);
  }

  test('oidcc-rp-initiated-logout-modified-id-token-hint: encoded anew with alg none', async () => {
    await assertRefused((hint) => {
      const header = Buffer.from('{"alg":"none"}').toString('base64url');
      return `${header}.${hint.split('.')[1]}.`;
    });
  });

  test('oidcc-rp-initiated-logout-bad-id-token-hint: signed by a foreign key', async () => {
    await assertRefused(async (hint) => {
      const { privateKey } = await generateKeyPair('RS256');
      const { kid } = JSON.parse(Buffer.from(hint.split('.')[0] ?? '', 'base64url').toString());
      return new SignJWT(claimsOf(hint)).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
    });
  });

  test('oidcc-rp-initiated-logout-bad-id-token-hint: for another issuer, by a key of ours', async () => {
    const { mock, by, hint, logOut } = await signedIn();
    const foreign = await mock.environment.keys.sign({
      ...claimsOf(hint),
      iss: 'https://other.example.test',
    });
    assertErrorPage(await logOut({ id_token_hint: foreign }), 'invalid_request');
    await assertSessionLives(by);
  });

  test('client_id and hint must name the same client', async () => {
    const { by, hint, logOut } = await signedIn();
    const answer = await logOut({ id_token_hint: hint, client_id: 'rp-two' });
    assertErrorPage(answer, 'invalid_request');
    await assertSessionLives(by);
  });
});

describe('without a hint the person is asked first', () => {
  test.each([
    ['oidcc-rp-initiated-logout-no-id-token-hint', { post_logout_redirect_uri: LOGGED_OUT, state: 'x' }],
    [
      'oidcc-rp-initiated-logout-no-id-token-hint',
      { post_logout_redirect_uri: LOGGED_OUT, client_id: 'rp-one' },
    ],
    ['oidcc-rp-initiated-logout-no-params', {}],
    ['oidcc-rp-initiated-logout-only-state', { state: 'x' }],
  ])('%s: %o is asked about, and ends nothing by itself', async (_module, parameters) => {
    const { by, logOut } = await signedIn();
    assertOwnPage(await logOut(parameters), 'log-out');
    await assertSessionLives(by);
  });

  test.each([
    ['oidcc-rp-initiated-logout-no-params', {}],
    ['oidcc-rp-initiated-logout-only-state', { state: 'x' }],
  ])('%s: %o ends the session once it is confirmed, on our own page', async (_module, parameters) => {
    const { by, endpoint, logOut } = await signedIn();
    assertOwnPage(await confirm(by, endpoint, await logOut(parameters)), 'logged-out');
    await assertSessionGone(by);
  });

  test('oidcc-rp-initiated-logout-no-id-token-hint: once confirmed, the way back is a link and no redirect', async () => {
    const { by, endpoint, logOut } = await signedIn();
    const asked = await logOut({ post_logout_redirect_uri: LOGGED_OUT, state: 'x' });
    const answer = await confirm(by, endpoint, asked);
    assertOwnPage(answer, 'logged-out');
    expect(answer.body).toContain(`href="${LOGGED_OUT}?state=x"`);
    await assertSessionGone(by);
  });

  test('oidcc-rp-initiated-logout-no-id-token-hint: nor is a URI of nobody offered as a link', async () => {
    const { by, endpoint, logOut } = await signedIn();
    const asked = await logOut({ post_logout_redirect_uri: 'https://evil.example.test/' });
    const answer = await confirm(by, endpoint, asked);
    assertOwnPage(answer, 'logged-out');
    expect(answer.body).not.toContain('evil.example.test');
  });

  test('a confirmed logout that names its client goes back to the registered URI', async () => {
    const { by, endpoint, logOut } = await signedIn();
    const parameters = { post_logout_redirect_uri: LOGGED_OUT, client_id: 'rp-one', state: 'x' };
    const answer = await confirm(by, endpoint, await logOut(parameters));
    expect([answer.statusCode, locationOf(answer)]).toEqual([303, `${LOGGED_OUT}?state=x`]);
    await assertSessionGone(by);
  });

  test('a link cannot confirm: logout_confirmed counts in the page’s own form alone', async () => {
    const { by, logOut } = await signedIn();
    assertOwnPage(await logOut({ logout_confirmed: 'yes' }), 'log-out');
    await assertSessionLives(by);
  });

  test('oidcc-rp-initiated-logout-no-params: with nobody signed in, our own page at once', async () => {
    const { app } = await testMock({ fixtures: FIXTURES });
    assertOwnPage(await browser(app).get(`${REALM}/connect/endSession`), 'logged-out');
  });
});
