/** What a client may do here and not at CIS2: each use stands in the journal, so that nobody mistakes it for CIS2. */
import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { basic, eventsOf, postToken } from '../oidc/support.ts';
import {
  authorizeUrl,
  browser,
  callback,
  encode,
  logIn,
  type Mock,
  pkce,
  REALM,
  REDIRECT_URI,
  testMock,
} from '../support/mock.ts';

const REGISTERED = 'https://rp.example.test/callback';

let mock: Mock;
beforeAll(async () => {
  const clients = [
    {
      client_id: 'without-relaxation',
      client_secret: 'secret',
      token_endpoint_auth_method: 'client_secret_post' as const,
      redirect_uris: [REGISTERED],
      post_logout_redirect_uris: [REGISTERED],
      default_acr_values: ['AAL2_OR_AAL3_ANY'],
    },
  ];
  mock = await testMock({ fixtures: { extends: 'default', clients } });
});
afterAll(() => mock.app.close());

const ALEX = 'alex.bound@nhs.net';

const warnings = async (answer: LightMyRequestResponse) =>
  (await eventsOf(mock, answer, 'warned')).map(({ explanation }) => explanation);

const leave = (parameters: Record<string, string>) =>
  browser(mock.app).get(`${REALM}/connect/endSession?${encode(parameters)}`);

test.each([
  {
    what: 'a redirect URI on loopback',
    use: () => logIn(browser(mock.app), ALEX, { redirect_uri: 'http://localhost:4444/cb' }),
    named: 'allow_loopback_redirect_uris let the redirect URI in',
  },
  {
    what: 'a post-logout redirect URI on loopback',
    use: () => leave({ client_id: 'mock-client', post_logout_redirect_uri: 'http://localhost:4444/x' }),
    named: 'allow_loopback_redirect_uris let the post-logout redirect URI in',
  },
  {
    what: 'one that nobody says whose it is, after the person has confirmed',
    use: async () => {
      const by = browser(mock.app);
      await logIn(by, ALEX);
      const form = { post_logout_redirect_uri: 'http://localhost:4444/x', logout_confirmed: 'yes' };
      return by.post(`${REALM}/connect/endSession`, form);
    },
    named: 'allow_loopback_redirect_uris let the post-logout redirect URI in',
  },
  {
    what: 'HTTP Basic at the token endpoint',
    use: async () => {
      const answer = await logIn(browser(mock.app), ALEX, { client_id: 'mock-client-basic' });
      const form = { grant_type: 'authorization_code', code: callback(answer).get('code') ?? '' };
      const authorization = basic('mock-client-basic', 'mock-secret');
      return postToken(mock, { ...form, redirect_uri: REDIRECT_URI }, { authorization });
    },
    named: 'client_secret_basic',
  },
  {
    what: 'a public client',
    use: () =>
      browser(mock.app).get(
        authorizeUrl({
          client_id: 'mock-public-client',
          mock_login: ALEX,
          code_challenge: pkce().challenge,
          code_challenge_method: 'S256',
        }),
      ),
    named: 'token_endpoint_auth_method none',
  },
])('$what is named in the journal', async ({ use, named }) => {
  const answer = await use();
  expect(answer.statusCode).toBeLessThan(400);
  expect((await warnings(answer)).filter((each) => each.includes(named))).toHaveLength(1);
});

test('what is registered is not', async () => {
  const client = { client_id: 'without-relaxation', redirect_uri: REGISTERED };
  const answer = await logIn(browser(mock.app), ALEX, client);
  const code = callback(answer).get('code') ?? '';
  const tokens = await postToken(mock, {
    grant_type: 'authorization_code',
    code,
    ...client,
    client_secret: 'secret',
  });
  expect(tokens.statusCode).toBe(200);
  const left = await leave({ client_id: 'without-relaxation', post_logout_redirect_uri: REGISTERED });
  expect(left.statusCode).toBe(302);
  for (const each of [answer, tokens, left]) expect(await warnings(each)).toEqual([]);
});
