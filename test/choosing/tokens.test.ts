/** POST /_mock/tokens: tokens for a persona and a client without a log-in, by the same rules as one. */
import { afterEach, describe, expect, test } from 'vitest';
import { closeReceivers, receiver, settled } from '../conformance/backchannel-support.ts';
import { applied, call, change, pointersOf, read } from '../support/control.ts';
import {
  browser,
  callback,
  claimsOf,
  issued,
  type Mock,
  NOTHING_ISSUED,
  outcomeOf,
  REALM,
  redeem,
} from '../support/mock.ts';
import { ALEX, logInAs, sharedMock } from './support.ts';

const shared = sharedMock();
afterEach(closeReceivers);

const mint = (mock: Mock, body: object) => call(mock, 'POST', '/_mock/tokens', body);

const SCOPE =
  'openid profile email nhsperson nationalrbacaccess associatedorgs professionalmemberships organisationalmemberships selectedrole';

const ACR = 'AAL2_OR_AAL3_ANY';

/** What is another at each issue, and what only a code and a nonce bring. */
const OWN_TO_EACH = [
  'at_hash',
  'auditTrackingId',
  'sid',
  'org.forgerock.openidconnect.ops',
  'iat',
  'exp',
  'auth_time',
  'c_hash',
  's_hash',
  'nonce',
];

const lasting = (idToken: string) =>
  Object.fromEntries(Object.entries(claimsOf(idToken)).filter(([name]) => !OWN_TO_EACH.includes(name)));

const userInfo = async ({ app }: Mock, token: string) =>
  (await app.inject({ url: `${REALM}/userinfo`, headers: { authorization: `Bearer ${token}` } })).json();

describe('every persona of the fixtures', () => {
  test('gets the tokens of a real log-in, or the outcome that it would have and nothing else', async () => {
    const mock = shared.get();
    await change(mock, 'POST', '/_mock/clock', { freeze: 'now' });
    const { nhsmail, people } = mock.environment.fixtures;
    const failed = new Set<unknown>();
    for (const persona of [...nhsmail.map(({ email }) => email), ...people.map(({ uid }) => uid)]) {
      const by = browser(mock.app);
      const real = await logInAs(mock, persona, { scope: SCOPE, acr_values: ACR }, by);
      const before = await issued(mock);
      const minted = await mint(mock, { persona });
      if (outcomeOf(real) === 'authenticated') {
        expect([persona, minted.statusCode]).toEqual([persona, 200]);
        const tokens = (await redeem(by, callback(real).get('code'))).json();
        expect(lasting(minted.json().id_token)).toEqual(lasting(tokens.id_token));
        expect(minted.json().scope).toBe(tokens.scope);
        expect(await userInfo(mock, minted.json().access_token)).toEqual(
          await userInfo(mock, tokens.access_token),
        );
      } else {
        failed.add(outcomeOf(real));
        expect([persona, minted.statusCode]).toEqual([persona, 409]);
        expect(minted.json().detail).toContain(`The log-in would end as ${outcomeOf(real)}`);
        expect(await issued(mock)).toEqual(before);
      }
    }
    expect(failed.size).toBeGreaterThan(4);
  });
});

describe('a call says', () => {
  test('the client: its own tokens come, a refresh token too where it has one', async () => {
    const mock = shared.get();
    await change(mock, 'PATCH', '/_mock/clients/mock-client-basic', {
      grant_types: ['authorization_code', 'refresh_token'],
    });
    const tokens = (await mint(mock, { persona: ALEX.uid, client_id: 'mock-client-basic' })).json();
    expect(claimsOf(tokens.id_token)['aud']).toBe('mock-client-basic');
    expect(tokens.refresh_token).toMatch(/./);
  });

  test('a public client: it is not asked for PKCE, since no code is redeemed', async () => {
    const tokens = await mint(shared.get(), { persona: ALEX.uid, client_id: 'mock-public-client' });
    expect(claimsOf(tokens.json().id_token)['aud']).toBe('mock-public-client');
  });

  test('scopes: no others come', async () => {
    const mock = shared.get();
    const tokens = (await mint(mock, { persona: ALEX.uid, scope: 'openid email' })).json();
    expect(tokens.scope).toBe('openid email');
    expect(claimsOf(tokens.id_token)).not.toHaveProperty('selected_roleid');
    expect(Object.keys(await userInfo(mock, tokens.access_token))).not.toContain('nhsid_nrbac_roles');
  });

  test('the role', async () => {
    const tokens = await mint(shared.get(), { persona: 'robin.roles@nhs.net', role: '930001020003' });
    expect(claimsOf(tokens.json().id_token)['selected_roleid']).toBe('930001020003');
  });

  test('the assurance: who does not reach it gets nothing', async () => {
    const mock = shared.get();
    const answer = await mint(mock, { persona: 'uma.unbound@nhs.net', acr_values: 'AAL3_ANY' });
    expect(answer.statusCode).toBe(409);
    const smartcard = await mint(mock, { persona: '656005750104', acr_values: 'AAL3_ANY' });
    expect(claimsOf(smartcard.json().id_token)['authentication_assurance_level']).toBe('3');
  });

  test('a scenario, which acts on these tokens; the journal says that the request chose it', async () => {
    const mock = shared.get();
    const tokens = await mint(mock, { persona: ALEX.uid, scenario: 'ID_TOKEN_IAL_LOW' });
    expect(claimsOf(tokens.json().id_token)['id_assurance_level']).toBe('2');
    expect(applied(mock)).toEqual([{ scenario: 'ID_TOKEN_IAL_LOW', decided_by: 'request' }]);
  });

  test('nothing of scenarios, and uses up a one-shot all the same', async () => {
    const mock = shared.get();
    await change(mock, 'POST', '/_mock/scenarios', { code: 'TIMED_OUT', times: 1 });
    const refused = await mint(mock, { persona: ALEX.uid });
    expect([refused.statusCode, refused.json().detail]).toEqual([409, expect.stringContaining('timed_out')]);
    expect(applied(mock)).toEqual([{ scenario: 'TIMED_OUT', decided_by: 'one_shot' }]);
    expect(await issued(mock)).toEqual(NOTHING_ISSUED);
    expect((await mint(mock, { persona: ALEX.uid })).statusCode).toBe(200);
  });

  test.each([
    [{ client_id: 'x' }, /^Refused by the rule: The client is registered\. /],
    [{ scope: 'profile' }, /^Refused by the rule: The scope has openid\. /],
    [{ role: '930009999999' }, /^Refused by the rule: role names a role of the persona in persona/],
  ])('what is refused by its own words: %o', async (also, detail) => {
    const { status, body } = await mint(shared.get(), { persona: ALEX.account, ...also }).then((answer) => ({
      status: answer.statusCode,
      body: answer.json(),
    }));
    expect(status).toBe(400);
    expect(body.detail).toMatch(detail);
    expect(JSON.stringify(body)).not.toContain('mock_');
  });

  test.each<[string, object, string]>([
    ['no persona', {}, '/persona'],
    ['an unknown persona', { persona: 'alex.bond@nhs.net' }, '/persona'],
    ['an unknown client', { persona: ALEX.uid, client_id: 'mock-clint' }, '/client_id'],
    ['an unknown role', { persona: ALEX.uid, role: '1' }, '/role'],
    ['a role of somebody else', { persona: ALEX.uid, role: '930001020003' }, '/role'],
    ['an unknown scenario', { persona: ALEX.uid, scenario: 'NONE' }, '/scenario'],
    ['scopes without openid', { persona: ALEX.uid, scope: 'email' }, '/scope'],
    ['an unknown field', { persona: ALEX.uid, nonce: 'x' }, '/nonce'],
  ])('%s: refused, with a pointer, and nothing is issued', async (_what, body, pointer) => {
    const mock = shared.get();
    const answer = await mint(mock, body);
    expect([answer.statusCode, pointersOf(answer)]).toEqual([400, [pointer]]);
    expect(await issued(mock)).toEqual(NOTHING_ISSUED);
  });
});

test('the session of minted tokens is logged out by its sid, and the application is told', async () => {
  const mock = shared.get();
  const told = await receiver();
  await change(mock, 'PATCH', '/_mock/clients/mock-client', { backchannel_logout_uri: told.uri });
  const { id_token: idToken } = (await mint(mock, { persona: ALEX.uid })).json();
  const { sid, sub } = claimsOf(idToken);
  expect(await read(mock, '/_mock/sessions')).toMatchObject([
    { uid: ALEX.uid, clients: [{ client_id: 'mock-client', sid }] },
  ]);
  await change(mock, 'POST', `/_mock/sessions/${encodeURIComponent(String(sid))}/logout`);
  await settled(mock);
  expect(told.received).toHaveLength(1);
  expect(claimsOf(told.received[0]?.form[0]?.[1] ?? '')).toMatchObject({ sid, sub, aud: 'mock-client' });
  expect(await read(mock, '/_mock/sessions')).toEqual([]);
});
