/** Whatever comes in, to whichever endpoint and in whichever way: no secret stands in any event. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encode, REALM, REDIRECT_URI, testMock } from '../support/mock.ts';

/** Nothing that the mock itself would ever say. */
const SECRET = 'Zx7-never-to-be-seen-9Qw';

const name = fc.constantFrom(
  'code',
  'client_secret',
  'code_verifier',
  'password',
  'access_token',
  'refresh_token',
  'token',
  'clientSecret',
  'my_password',
);

/** A secret by its name, plainly or percent-encoded, or anything else that a request may hold. */
const pair = fc.oneof(
  name.map((known) => `${known}=${SECRET}`),
  name.map((known) => `%${known.charCodeAt(0).toString(16)}${known.slice(1)}=${SECRET}%20more`),
  name.map((known) => `${known}=%zz${SECRET}`),
  fc.constantFrom(
    'state=x',
    'grant_type=authorization_code',
    'grant_type=refresh_token',
    'x',
    '%zz',
    '=',
    '',
  ),
  fc.constantFrom('client_id=mock-client', 'client_id=mock-client-basic', 'client_id=nobody'),
  fc.constantFrom('client_assertion=x', 'id_token_hint=x', 'logout_confirmed=yes', 'prompt=none', 'scope=x'),
);

const path = fc.constantFrom(
  '/authorize',
  '/access_token',
  '/userinfo',
  '/token/revoke',
  '/introspect',
  '/connect/endSession',
  '/connect/jwk_uri',
  '/.well-known/openid-configuration',
  '/token',
);

const goodRequest = encode({
  client_id: 'mock-client',
  redirect_uri: REDIRECT_URI,
  response_type: 'code',
  scope: 'openid',
  mock_login: 'alex.bound@nhs.net',
});

const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT'),
  path,
  query: fc.array(pair, { maxLength: 4 }),
  form: fc.array(pair, { maxLength: 6 }),
  isGood: fc.boolean(),
  authorization: fc.constantFrom(
    undefined,
    `Bearer ${SECRET}`,
    `Basic ${btoa(`mock-client:${SECRET}`)}`,
    SECRET,
  ),
});

test('no secret value that came in, and no code that went out, is in any event', async () => {
  const { app, environment } = await testMock();
  await app.inject(`${REALM}/connect/jwk_uri`);
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, query, form, isGood, authorization }) => {
      const response = await app.inject({
        method: method as 'GET',
        url: `${REALM}${path}?${[...(isGood ? [goodRequest] : []), ...query].join('&')}`,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          ...(authorization === undefined ? {} : { authorization }),
        },
        ...(method === 'GET' ? {} : { payload: form.join('&') }),
      });
      const issued = /[?&]code=([\w-]{43})/.exec(String(response.headers.location))?.[1];
      const kept = JSON.stringify(environment.journal.events());
      environment.journal.clear();
      const secrets = [SECRET, btoa(`mock-client:${SECRET}`), ...(issued === undefined ? [] : [issued])];
      expect(secrets.filter((secret) => kept.includes(secret))).toEqual([]);
      expect(kept).toContain(String(response.headers['x-mock-cis2-request-id']));
    }),
    { numRuns: 300, interruptAfterTimeLimit: 4000, markInterruptAsFailure: false },
  );
});
