/** Finding in the journal what belongs together: each filter, and whole requests by log-in and by client. */
import { describe, expect, test } from 'vitest';
import type { JournalEvent } from '../../src/index.ts';
import {
  authorizeUrl,
  begin,
  browser,
  callback,
  encode,
  logIn,
  type Mock,
  REALM,
  redeem,
  submit,
  testMock,
} from '../support/mock.ts';

const ALEX = { account: 'alex.bound@nhs.net', uid: '910000000101' };
const ROBIN = { account: 'robin.roles@nhs.net', uid: '910000000102' };

async function found({ app }: Mock, filter: Record<string, string>): Promise<JournalEvent[]> {
  const response = await app.inject(`/_mock/journal?${encode(filter)}`);
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
}

const loginIdOf = ({ environment }: Mock, account: string) => {
  const uid = account === ALEX.account ? ALEX.uid : ROBIN.uid;
  return environment.journal.events({ kind: 'rule_decided', uid })[0]?.login_id ?? '';
};

/** Two people log in, by two clients, and one of them asks for everything that there is. */
async function busyMock() {
  const mock = await testMock();
  const by = browser(mock.app);
  await logIn(browser(mock.app), ROBIN.account, { client_id: 'mock-client-basic' });
  const code = callback(await logIn(by, ALEX.account)).get('code');
  const { access_token } = (await redeem(by, code)).json();
  await mock.app.inject({ url: `${REALM}/userinfo`, headers: { authorization: `Bearer ${access_token}` } });
  await mock.app.inject(`${REALM}/.well-known/openid-configuration`);
  return { mock, by, code, access_token };
}

describe('each filter of the journal gives what has the value, and nothing else', () => {
  test.each(['kind', 'uid', 'request_id'] as const)('%s', async (name) => {
    const { mock } = await busyMock();
    const all = mock.environment.journal.events();
    for (const value of new Set(all.map((event) => event[name]))) {
      if (value === undefined) continue;
      const expected = all.filter((event) => event[name] === value);
      expect(expected.length).toBeLessThan(all.length);
      expect(await found(mock, { [name]: value })).toEqual(expected);
    }
  });

  test('after, and several of them together', async () => {
    const { mock } = await busyMock();
    const all = mock.environment.journal.events();
    const after = String(all[3]?.id);
    expect(await found(mock, { after })).toEqual(all.slice(4));
    expect(await found(mock, { after, kind: 'code_issued', uid: ALEX.uid })).toEqual(
      all.filter(({ kind, uid }) => kind === 'code_issued' && uid === ALEX.uid),
    );
    expect(await found(mock, { kind: 'token_issued', uid: ROBIN.uid })).toEqual([]);
  });
});

describe('login_id gives a log-in from its authorization request to its tokens', () => {
  test('with the requests that came in before anybody knew whose they are', async () => {
    const { mock } = await busyMock();
    const events = await found(mock, { login_id: loginIdOf(mock, ALEX.account) });
    expect(events.map(({ kind }) => kind)).toEqual([
      ...['request_received', 'request_checked', 'login_started', 'rule_decided'],
      ...['session_started', 'code_issued', 'request_answered'],
      ...['request_received', 'token_issued', 'request_answered'],
      ...['request_received', 'userinfo_answered', 'request_answered'],
    ]);
    expect(new Set(events.map(({ uid }) => uid))).toEqual(new Set([undefined, ALEX.uid]));
  });

  test('on pages too, over all of their requests', async () => {
    const mock = await testMock();
    const by = browser(mock.app);
    const login = await begin(by);
    await submit(by, `${login}/authenticator`, { authenticator: 'nhsmail' });
    await submit(by, `${login}/nhsmail`, { email: ALEX.account, password: 'password' });
    await by.post(`${login}/number-match`, { answer: 'approve' });
    const loginId = login.split('/').at(-1) ?? '';
    expect(await found(mock, { login_id: loginId })).toEqual(mock.environment.journal.events());
  });

  test.each<[string, (world: Awaited<ReturnType<typeof busyMock>>) => unknown, string]>([
    ['a code that comes twice', ({ by, code }) => redeem(by, code), 'grant_revoked'],
    ['a code that comes twice', ({ by, code }) => redeem(by, code), 'refused'],
    [
      'a token that is revoked',
      ({ by, access_token }) =>
        by.post(`${REALM}/token/revoke`, {
          client_id: 'mock-client',
          client_secret: 'mock-secret',
          token: access_token,
        }),
      'grant_revoked',
    ],
    [
      'UserInfo of somebody who is gone',
      async ({ mock, access_token }) => {
        await mock.app.inject({ method: 'DELETE', url: `/_mock/people/${ALEX.uid}` });
        await mock.app.inject({
          url: `${REALM}/userinfo`,
          headers: { authorization: `Bearer ${access_token}` },
        });
      },
      'refused',
    ],
  ])('and %s: %s', async (_what, happen, kind) => {
    const world = await busyMock();
    const login_id = loginIdOf(world.mock, ALEX.account);
    const before = await found(world.mock, { login_id, kind });
    await happen(world);
    expect(await found(world.mock, { login_id, kind })).toHaveLength(before.length + 1);
  });

  test.each<[string, Record<string, string>, string]>([
    [
      'a code of another client',
      { client_id: 'mock-strict-client', client_secret: 'mock-strict-secret' },
      'code',
    ],
    ['another redirect URI', { redirect_uri: 'http://localhost:3000/other' }, 'redirect_uri'],
    ['a verifier without a challenge', { code_verifier: 'v'.repeat(43) }, 'code_verifier'],
  ])('and the refusal of %s', async (_what, wrong, parameter) => {
    const mock = await testMock();
    const by = browser(mock.app);
    const code = callback(await logIn(by, ALEX.account)).get('code');
    await redeem(by, code, wrong);
    const [refused, ...others] = await found(mock, {
      login_id: loginIdOf(mock, ALEX.account),
      kind: 'refused',
    });
    expect(refused?.refusal?.parameter).toBe(parameter);
    expect(others).toEqual([]);
  });

  test('and a code whose session was logged out', async () => {
    const mock = await testMock();
    const by = browser(mock.app);
    const code = callback(await logIn(by, ALEX.account)).get('code');
    const [session] = (await by.get('/_mock/sessions')).json();
    const sid = encodeURIComponent(session.clients[0].sid);
    await mock.app.inject({ method: 'POST', url: `/_mock/sessions/${sid}/logout` });
    await redeem(by, code);
    expect(await found(mock, { login_id: loginIdOf(mock, ALEX.account), kind: 'refused' })).toHaveLength(1);
  });
});

describe('client_id gives all events of the requests of one client', () => {
  test('the answers of UserInfo too, where the token alone says whose it is', async () => {
    const { mock } = await busyMock();
    const mine = await found(mock, { client_id: 'mock-client' });
    const answered = mine.filter(({ kind }) => kind === 'request_answered');
    expect(answered).toHaveLength(3);
    expect(mine.filter(({ kind }) => kind === 'request_received')).toHaveLength(3);
    const others = await found(mock, { client_id: 'mock-client-basic' });
    expect(others.some(({ id }) => mine.some((each) => each.id === id))).toBe(false);
  });

  test('and what is refused to it', async () => {
    const { mock, by } = await busyMock();
    await by.get(authorizeUrl({ client_id: 'mock-strict-client' }));
    const events = await found(mock, { client_id: 'mock-strict-client' });
    expect(events.map(({ kind }) => kind)).toEqual(['request_received', 'refused', 'request_answered']);
  });
});

describe('a token request that is refused belongs to the log-in whose code it brings', () => {
  const GOOD = {
    grant_type: 'authorization_code',
    redirect_uri: 'http://localhost:3000/callback',
    client_id: 'mock-client',
    client_secret: 'mock-secret',
  };

  test.each<[string, Record<string, string>, string]>([
    ['with a wrong secret', { client_secret: 'wrong' }, 'client_secret'],
    ['by an unknown client', { client_id: 'nobody' }, 'client_id'],
    ['of another grant type', { grant_type: 'password' }, 'grant_type'],
    ['without a redirect URI', { redirect_uri: '' }, 'redirect_uri'],
  ])('%s', async (_what, wrong, parameter) => {
    const mock = await testMock();
    const code = callback(await logIn(browser(mock.app), ALEX.account)).get('code') ?? '';
    const payload = encode({ ...GOOD, ...wrong, code });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await mock.app.inject({ method: 'POST', url: `${REALM}/access_token`, headers, payload });

    const [refused] = await found(mock, { login_id: loginIdOf(mock, ALEX.account), kind: 'refused' });

    expect(refused).toMatchObject({ uid: ALEX.uid, refusal: { parameter } });
  });

  test('with the code twice', async () => {
    const mock = await testMock();
    const code = callback(await logIn(browser(mock.app), ALEX.account)).get('code') ?? '';
    const payload = `${encode({ ...GOOD, code })}&${encode({ code })}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await mock.app.inject({ method: 'POST', url: `${REALM}/access_token`, headers, payload });

    expect(await found(mock, { login_id: loginIdOf(mock, ALEX.account), kind: 'refused' })).toHaveLength(1);
  });
});

test('a log-in that was asked for by a UID is of that person, also where it fails', async () => {
  const mock = await testMock();
  await logIn(browser(mock.app), '910000000105');
  const kinds = (await found(mock, { uid: '910000000105' })).map(({ kind }) => kind);
  expect(kinds).toEqual(expect.arrayContaining(['login_started', 'rule_decided']));
});
