/** The issuer of logout tokens where a client may have logged in by several. */
import type { LightMyRequestResponse } from 'fastify';
import { afterAll, describe, expect, test } from 'vitest';
import { closeReceivers, mockWith, receiver } from '../conformance/backchannel-support.ts';
import { type Browser, browser, callback, claimsOf, encode, outcomeOf, REALM } from '../support/mock.ts';
import { at, authorize, DEVELOPMENT, KEYCLOAK, ORIGIN, type Parameters } from './support.ts';

afterAll(closeReceivers);

describe('a logout token has the issuer by which its client logged in last', () => {
  const RP = { client_id: 'rp-a', redirect_uri: 'https://rp-a.example.test/callback' };
  const RP_B = { client_id: 'rp-b', redirect_uri: 'https://rp-b.example.test/callback' };
  const ALEX = 'alex.bound@nhs.net';
  const redeemed = async (by: Browser, realm: string, answer: LightMyRequestResponse, clientId: string) =>
    (
      await by.post(at(realm, 'token_endpoint'), {
        grant_type: 'authorization_code',
        code: callback(answer).get('code') ?? '',
        redirect_uri: `https://${clientId}.example.test/callback`,
        client_id: clientId,
        client_secret: 'secret',
      })
    ).json();

  async function stage() {
    const [told, other] = [await receiver(), await receiver()];
    const heard = await mockWith(told, other);
    const by = browser(heard.app);
    const logIn = async (realm: string, parameters: Parameters) => {
      const answer = await authorize(by, realm, parameters);
      expect(outcomeOf(answer)).toBe('authenticated');
      return answer;
    };
    const issuerTold = async () => {
      await heard.environment.background.settled();
      return claimsOf(told.received.at(-1)?.form[0]?.[1] ?? '')['iss'];
    };
    return { heard, by, logIn, issuerTold };
  }

  test.each([
    { realms: [DEVELOPMENT] },
    { realms: [KEYCLOAK] },
    { realms: [KEYCLOAK, REALM] },
    { realms: [REALM, DEVELOPMENT] },
  ])('$realms, whatever it logged in by before', async ({ realms }) => {
    const { logIn, issuerTold } = await stage();
    for (const realm of realms) await logIn(realm, { ...RP, mock_login: ALEX });
    // The same person at another application, then somebody else at the same browser: the session ends.
    await logIn(REALM, { mock_login: ALEX });
    await logIn(REALM, { mock_login: 'ivy.lowassurance@nhs.net' });
    expect(await issuerTold()).toBe(`${ORIGIN}${realms.at(-1)}`);
  });

  test('whoever ends the session by another: somebody else who logs in there', async () => {
    const { logIn, issuerTold } = await stage();
    await logIn(REALM, { ...RP, mock_login: ALEX });
    await logIn(KEYCLOAK, { mock_login: 'ivy.lowassurance@nhs.net' });
    expect(await issuerTold()).toBe(`${ORIGIN}${REALM}`);
  });

  test('whoever ends the session by another: an application that logs out there', async () => {
    const { by, logIn, issuerTold } = await stage();
    await logIn(REALM, { ...RP, mock_login: ALEX });
    const answer = await logIn(DEVELOPMENT, { ...RP_B, mock_login: ALEX });
    const { id_token } = await redeemed(by, DEVELOPMENT, answer, 'rp-b');
    await by.get(`${at(DEVELOPMENT, 'end_session_endpoint')}?${encode({ id_token_hint: id_token })}`);
    expect(await issuerTold()).toBe(`${ORIGIN}${REALM}`);
  });

  test('whoever ends the session by another: the person, on its page', async () => {
    const { by, logIn, issuerTold } = await stage();
    await logIn(REALM, { ...RP, mock_login: ALEX });
    await by.post(at(KEYCLOAK, 'end_session_endpoint'), { logout_confirmed: 'yes' });
    expect(await issuerTold()).toBe(`${ORIGIN}${REALM}`);
  });

  test('unless a scenario puts another in its place, asked for by a log-in long before', async () => {
    const { logIn, issuerTold } = await stage();
    await logIn(DEVELOPMENT, { ...RP, mock_login: ALEX, mock_scenario: 'LOGOUT_ISS_WRONG' });
    // The same person signs in again, for another application.
    await logIn(REALM, { mock_login: ALEX });
    await logIn(REALM, { mock_login: 'ivy.lowassurance@nhs.net' });
    expect(await issuerTold()).toBe(`${ORIGIN}${REALM}`);
  });
});
