/** What one issuer gave, another does not take, and says whose it is. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventsOf, refusalOf } from '../oidc/support.ts';
import { browser, callback, claimsOf, type Mock, REALM, REDIRECT_URI, testMock } from '../support/mock.ts';
import { at, authorize, DEVELOPMENT, KEYCLOAK, ORIGIN, redeemAt, userInfoAt } from './support.ts';

let mock: Mock;
beforeAll(async () => {
  const clients = [
    {
      client_id: 'refreshing',
      client_secret: 'secret',
      token_endpoint_auth_method: 'client_secret_post' as const,
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code' as const, 'refresh_token' as const],
    },
  ];
  mock = await testMock({ fixtures: { extends: 'default', clients } });
});
afterAll(() => mock.app.close());

describe('what one issuer gave, another does not take', () => {
  const OTHERS = [
    { gave: REALM, asked: DEVELOPMENT },
    { gave: DEVELOPMENT, asked: REALM },
    { gave: KEYCLOAK, asked: REALM },
    { gave: KEYCLOAK, asked: '/realms/Cis2-mock-ref' },
  ];
  const credentials = { client_id: 'refreshing', client_secret: 'secret' };
  const codeOf = async (realm: string) =>
    callback(
      await authorize(browser(mock.app), realm, {
        client_id: 'refreshing',
        acr_values: 'AAL2_ANY',
        mock_login: 'alex.bound@nhs.net',
      }),
    ).get('code');

  test.each(OTHERS)(
    'a code of $gave at $asked; it stays good where it was given',
    async ({ gave, asked }) => {
      const code = await codeOf(gave);
      const refused = await redeemAt(mock, asked, code, credentials);
      expect([refused.statusCode, refused.json().error]).toEqual([400, 'invalid_grant']);
      expect(await refusalOf(mock, refused)).toMatchObject({
        rule: 'A code is redeemed at the issuer that gave it.',
        found: `a code of ${gave}`,
        expected: `a code of ${asked}`,
      });
      expect((await redeemAt(mock, gave, code, credentials)).statusCode).toBe(200);
    },
  );

  test.each(OTHERS)('tokens of $gave at $asked', async ({ gave, asked }) => {
    const tokens = (await redeemAt(mock, gave, await codeOf(gave), credentials)).json();
    const by = browser(mock.app);
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, ...credentials };

    const refused = await by.post(at(asked, 'token_endpoint'), refresh);
    expect([refused.statusCode, refused.json().error]).toEqual([400, 'invalid_grant']);
    expect((await refusalOf(mock, refused)).found).toBe(`one of another issuer, ${gave}`);

    const userInfo = await userInfoAt(mock, asked, tokens.access_token);
    expect(userInfo.statusCode).toBe(401);
    expect((await refusalOf(mock, userInfo)).found).toBe(`an access token of another issuer, ${gave}`);

    const token = { token: tokens.access_token, ...credentials };
    for (const [endpoint, said] of [
      ['introspection_endpoint', '{"active":false}'],
      ['revocation_endpoint', ''],
    ] as const) {
      const answer = await by.post(at(asked, endpoint), token);
      expect([answer.statusCode, answer.body]).toEqual([200, said]);
      const [warned] = await eventsOf(mock, answer, 'warned');
      expect(warned?.explanation).toContain(`one of another issuer, ${gave}, and counts as unknown here`);
    }

    // All of them are still good where they were given.
    const known = (await by.post(at(gave, 'introspection_endpoint'), token)).json();
    expect(known).toMatchObject({ active: true, iss: `${ORIGIN}${gave}` });
    const renewed = (await by.post(at(gave, 'token_endpoint'), refresh)).json();
    expect(claimsOf(renewed.id_token)['iss']).toBe(`${ORIGIN}${gave}`);
  });

  test('an ID token as a hint', async () => {
    const { id_token } = (await redeemAt(mock, DEVELOPMENT, await codeOf(DEVELOPMENT), credentials)).json();
    const hinted = { id_token_hint: id_token, mock_login: 'alex.bound@nhs.net' };
    const by = browser(mock.app);
    expect(callback(await authorize(by, REALM, hinted)).get('error')).toBe('invalid_request');
    expect(callback(await authorize(by, DEVELOPMENT, hinted)).get('code')).not.toBeNull();
  });
});
