/** The issuers of the one provider: each has its own addresses, and is itself in all that it says. */
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  assertionClaims,
  byAssertion,
  EXAMPLE_JWK,
  EXAMPLE_KEY,
  KEY_CLIENT,
  sign,
} from '../protocol/support.ts';
import {
  browser,
  callback,
  claimsOf,
  encode,
  locationOf,
  type Mock,
  outcomeOf,
  REALM,
  REDIRECT_URI,
  REQUEST,
  START,
  testMock,
} from '../support/mock.ts';
import {
  at,
  authorize,
  BY_NHSMAIL,
  BY_PASSWORD,
  DEVELOPMENT,
  endpointsOf,
  KEYCLOAK,
  ORIGIN,
  redeemAt,
  userInfoAt,
} from './support.ts';

const REALMS = [
  { path: REALM, claims: { ...BY_NHSMAIL, realm: '/NHSIdentity/Healthcare' } },
  { path: DEVELOPMENT, claims: { ...BY_PASSWORD, realm: '/oidc' } },
  { path: KEYCLOAK, claims: { ...BY_NHSMAIL, realm: '/NHSIdentity/Healthcare' } },
  {
    path: '/auth/realms/Cis2-mock-internal-dev-sandbox',
    claims: { ...BY_NHSMAIL, realm: '/NHSIdentity/Healthcare' },
  },
  { path: `/env/team-a${DEVELOPMENT}`, claims: { ...BY_PASSWORD, realm: '/oidc' } },
  { path: `/env/team-a${KEYCLOAK}`, claims: { ...BY_NHSMAIL, realm: '/NHSIdentity/Healthcare' } },
];

/** The clock of the default environment stands still. */
const timeAt = (realm: string) => (realm.startsWith('/env/') ? Date.now() : START);

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
});
afterAll(() => mock.app.close());

describe.each(REALMS)('$path', ({ path, claims }) => {
  test('has a discovery document with its own issuer, addresses and classes', async () => {
    const document = (await mock.app.inject(`${path}/.well-known/openid-configuration`)).json();
    const issuer = `${ORIGIN}${path}`;
    const own = Object.entries(endpointsOf(path)).map(([name, below]) => [name, `${issuer}${below}`]);
    expect(document).toMatchObject({ issuer, ...Object.fromEntries(own) });
    expect(document.acr_values_supported.includes(claims.acr)).toBe(true);
    expect(document.acr_values_supported.includes('AAL1_USERPASS')).toBe(claims.realm === '/oidc');
    expect(document.acr_values_supported.includes('AAL3_ANY')).toBe(claims.realm !== '/oidc');
  });

  test('gives a code, an ID token and UserInfo, each with its issuer and what the log-in was', async () => {
    const answer = await authorize(browser(mock.app), path, { mock_login: 'alex.bound@nhs.net' });
    expect(callback(answer).get('iss')).toBe(`${ORIGIN}${path}`);
    const { id_token, access_token } = (await redeemAt(mock, path, callback(answer).get('code'))).json();
    const keys = (await mock.app.inject(at(path, 'jwks_uri'))).json();
    const { payload } = await jwtVerify(id_token, createLocalJWKSet(keys), {
      issuer: `${ORIGIN}${path}`,
      audience: 'mock-client',
      currentDate: new Date(timeAt(path)),
    });
    expect(payload).toMatchObject({ ...claims, sub: '910000000101', nonce: 'the-nonce' });
    expect((await userInfoAt(mock, path, access_token)).json()).toMatchObject({ sub: '910000000101' });
  });

  test('says of a wrong path below it which of its own is the nearest', async () => {
    const answer = await mock.app.inject(`${path}/user_info`);
    expect(answer.statusCode).toBe(404);
    expect(answer.json().error_description).toContain(`Did you mean ${at(path, 'userinfo_endpoint')} ?`);
  });

  test('answers other methods with 405, and browsers of other origins as Healthcare does', async () => {
    const url = at(path, 'token_endpoint');
    expect((await mock.app.inject({ method: 'GET', url })).headers['allow']).toBe('POST, OPTIONS');
    const asked = await mock.app.inject({
      method: 'OPTIONS',
      url,
      headers: { origin: 'http://localhost:3000', 'access-control-request-method': 'POST' },
    });
    expect(asked.headers['access-control-allow-origin']).toBe('http://localhost:3000');
  });

  test('answers an authorization request that is a form with one that is a link, in the same realm', async () => {
    const answer = await browser(mock.app).post(at(path, 'authorization_endpoint'), REQUEST);
    expect(answer.statusCode).toBe(303);
    expect(locationOf(answer)).toContain(`${at(path, 'authorization_endpoint')}?`);
  });

  test('is found by an address that is percent-encoded where it need not be', async () => {
    const discovery = `${path}/.well-known/%6fpenid-configuration`.replace('/realms/', '/re%61lms/');
    const answer = await mock.app.inject(discovery);
    expect(answer.json().issuer).toBe(`${ORIGIN}${path}`);
  });

  test('ends at the last letter of its path: what is beside it has nothing of it', async () => {
    const answer = await mock.app.inject(`${path}x.y/.well-known/openid-configuration`);
    const prefix = path.startsWith('/env/') ? '/env/team-a' : '';
    expect(answer.statusCode).toBe(404);
    expect(answer.json().error_description).toContain(`Did you mean ${prefix}${REALM}/.well-known/`);
  });

  test('names itself where it asks for a token or for client authentication', async () => {
    const userInfo = await mock.app.inject(at(path, 'userinfo_endpoint'));
    expect(userInfo.headers['www-authenticate']).toContain(`Bearer realm="${claims.realm}"`);
    const token = await mock.app.inject({
      method: 'POST',
      url: at(path, 'token_endpoint'),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from('nobody:x').toString('base64')}`,
      },
      payload: 'grant_type=authorization_code&code=x',
    });
    expect(token.headers['www-authenticate']).toBe(`Basic realm="${claims.realm}"`);
  });

  test('takes assertions that name its own token endpoint or issuer, and those of no other', async () => {
    const issuer = `${ORIGIN}${path}`;
    const elsewhere = path === REALM ? KEYCLOAK : REALM;
    const described = async (aud: string) => {
      const now = Math.floor(timeAt(path) / 1000);
      const assertion = assertionClaims(KEY_CLIENT, { aud, iat: now, exp: now + 60 });
      const answer = await browser(mock.app).post(at(path, 'token_endpoint'), {
        grant_type: 'authorization_code',
        code: 'x',
        redirect_uri: REDIRECT_URI,
        ...byAssertion(await sign(assertion, EXAMPLE_KEY, { alg: 'RS256', kid: EXAMPLE_JWK.kid })),
      });
      return answer.json().error;
    };
    expect(await described(`${ORIGIN}${at(path, 'token_endpoint')}`)).toBe('invalid_grant');
    expect(await described(issuer)).toBe('invalid_grant');
    expect(await described(`${ORIGIN}${at(elsewhere, 'token_endpoint')}`)).toBe('invalid_client');
  });

  test('asks whether to log out by a form of its own, and takes it', async () => {
    const by = browser(mock.app);
    const url = at(path, 'end_session_endpoint');
    await authorize(by, path, { mock_login: 'alex.bound@nhs.net' });
    expect((await by.get(url)).body).toContain(`action="${url}"`);
    const fromElsewhere = await by.post(url, { state: 'x' });
    expect(locationOf(fromElsewhere)).toBe(`${url}?state=x`);
    const loggedOut = await by.post(url, { logout_confirmed: 'yes' });
    expect(loggedOut.body).toContain('data-testid="page-logged-out"');
  });

  test.each(['ISS_WRONG', 'ID_TOKEN_ISS_WRONG', 'DISCOVERY_ISSUER_WRONG'])(
    'has another issuer that a scenario may put in place of its own: %s',
    async (code) => {
      const answer = await authorize(browser(mock.app), path, {
        mock_login: 'alex.bound@nhs.net',
        mock_scenario: code,
      });
      const { id_token } = (await redeemAt(mock, path, callback(answer).get('code'))).json();
      const document = (await mock.app.inject(`${path}/.well-known/openid-configuration`)).json();
      const issuers = {
        ISS_WRONG: callback(answer).get('iss'),
        ID_TOKEN_ISS_WRONG: claimsOf(id_token)['iss'],
        DISCOVERY_ISSUER_WRONG: document.issuer,
      };
      const wrong = Object.entries(issuers).filter(([, issuer]) => issuer !== `${ORIGIN}${path}`);
      expect(wrong.map(([scenario]) => scenario)).toEqual([code]);
      expect(wrong[0]?.[1]).toMatch(/^http:\/\/localhost:8585\/.*realms\/./);
    },
  );

  test('sends an error back with its issuer', async () => {
    const by = browser(mock.app);
    for (const wrong of [{ scope: 'profile' }, { prompt: 'none' }])
      expect(callback(await authorize(by, path, wrong)).get('iss')).toBe(`${ORIGIN}${path}`);
  });

  test('is named in the journal by the addresses that were asked', async () => {
    const answer = await mock.app.inject(at(path, 'jwks_uri'));
    const prefix = path.startsWith('/env/') ? '/env/team-a' : '';
    const url = `${prefix}/_mock/journal?${encode({ request_id: String(answer.headers['x-mock-cis2-request-id']), kind: 'request_answered' })}`;
    const [event] = (await mock.app.inject(url)).json();
    expect(`${prefix}${event.details.path}`).toBe(at(path, 'jwks_uri'));
    expect(event.explanation).toContain(`GET ${endpointsOf(path).jwks_uri} was answered with 200`);
  });
});

describe('another name of the same provider', () => {
  test('shares its sessions, people and scenarios', async () => {
    const by = browser(mock.app);
    await authorize(by, REALM, { mock_login: 'alex.bound@nhs.net' });
    expect(callback(await authorize(by, KEYCLOAK)).get('code')).not.toBeNull();
    const uma = await authorize(by, KEYCLOAK, { mock_login: 'uma.unbound@nhs.net' });
    expect([uma.statusCode, outcomeOf(uma)]).toEqual([403, 'nhsmail_not_registered']);
    const queued = { code: 'SERVICE_UNAVAILABLE', times: 1, endpoint: 'jwks' };
    await mock.app.inject({ method: 'POST', url: '/_mock/scenarios', payload: queued });
    expect((await mock.app.inject(at(KEYCLOAK, 'jwks_uri'))).statusCode).toBe(503);
  });

  test('keeps its issuer where INTERNAL_ORIGIN is set, and where the issuer follows the Host', async () => {
    const discovery = `${KEYCLOAK}/.well-known/openid-configuration`;
    const two = await testMock({ publicOrigin: 'https://a.test:443', internalOrigin: 'http://mock:8585' });
    expect((await two.app.inject(discovery)).json()).toMatchObject({
      issuer: `https://a.test:443${KEYCLOAK}`,
      authorization_endpoint: `https://a.test:443${at(KEYCLOAK, 'authorization_endpoint')}`,
      token_endpoint: `http://mock:8585${at(KEYCLOAK, 'token_endpoint')}`,
    });
    const following = await testMock({ issuerFromHost: true });
    const answer = await following.app.inject({ url: discovery, headers: { host: 'b.test:8080' } });
    expect(answer.json().issuer).toBe(`http://b.test:8080${KEYCLOAK}`);
  });

  test.each([
    ['/realms/another', '/realms/Cis2-mock-another'],
    ['/auth/realms/another', '/auth/realms/Cis2-mock-another'],
    ['/realms/cis2-mock-int', KEYCLOAK],
    [`/env/team-a/realms/cis2-mock-int`, `/env/team-a${KEYCLOAK}`],
    ['/realms/Cis2-mock-', REALM],
    ['/realms/Cis2-mock-a.b', REALM],
  ])('is none that has another form, %s: the one that was meant is named', async (path, meant) => {
    const answer = await mock.app.inject(`${path}/.well-known/openid-configuration`);
    expect(answer.statusCode).toBe(404);
    expect(answer.json().error_description).toContain(`Did you mean ${meant}/.well-known/`);
    const prefix = path.startsWith('/env/') ? '/env/team-a' : '';
    const query = encode({ request_id: String(answer.headers['x-mock-cis2-request-id']), kind: 'refused' });
    const [event] = (await mock.app.inject(`${prefix}/_mock/journal?${query}`)).json();
    expect(event.refusal.mend).toContain(`${ORIGIN}${meant}/.well-known/openid-configuration`);
  });
});
