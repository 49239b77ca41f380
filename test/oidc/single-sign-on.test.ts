/** Single sign-on: when the next application, or the next request, need not ask again (facts 4.3, 10.3, 10.6). */
import type { LightMyRequestResponse } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SESSIONS } from '../../src/login/session.ts';
import {
  authorizeUrl,
  type Browser,
  begin,
  browser,
  callback,
  claimsOf,
  locationOf,
  logIn,
  type Mock,
  outcomeOf,
  pkce,
  START,
  signIn,
  submit,
  testMock,
} from '../support/mock.ts';
import {
  basic,
  eventsOf,
  follow,
  held,
  mockWithSlowStore,
  pageOf,
  refusalOf,
  seconds,
  shown,
  tokensOf,
} from './support.ts';

const ALEX = 'alex.bound@nhs.net';
const ROBIN = 'robin.roles@nhs.net';
const FARAH = '656005750104';
const SESSION = 'mock_cis2_session';
const PKCE = { code_challenge: pkce().challenge, code_challenge_method: 'S256' };

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
});
afterEach(() => mock.clock.freeze(START));
afterAll(() => mock.app.close());

type Parameters = Readonly<Record<string, string | undefined>>;

/** A browser with a session: a log-in without pages starts one, as any log-in does. */
async function signedIn(persona: string, parameters: Parameters = {}): Promise<Browser> {
  const by = browser(mock.app);
  expect(callback(await logIn(by, persona, parameters)).get('code')).not.toBeNull();
  return by;
}

const ask = (by: Browser, parameters: Parameters = {}) => by.get(authorizeUrl(parameters));

async function claimsIn(answer: LightMyRequestResponse): Promise<Record<string, unknown>> {
  return claimsOf((await tokensOf(mock, answer)).id_token);
}

/** The whole log-in on pages for a log-in that has begun; gives the answer of its last form. */
async function finish(by: Browser, login: string, email: string): Promise<LightMyRequestResponse> {
  await submit(by, `${login}/authenticator`, { authenticator: 'nhsmail' });
  await submit(by, `${login}/nhsmail`, { email, password: 'password' });
  return by.post(`${login}/number-match`, { answer: 'approve' });
}

const expectCode = (answer: LightMyRequestResponse) => {
  expect(callback(answer).get('error')).toBeNull();
  expect(callback(answer).get('code')).toMatch(/^[\w-]{43}$/);
  expect(outcomeOf(answer)).toBe('authenticated');
};

const expectPages = (answer: LightMyRequestResponse) => {
  expect(answer.statusCode).toBe(302);
  expect(locationOf(answer)).toMatch(/^\/login\/[\w-]{43}$/);
};

describe('a browser with a session', () => {
  test('is given a code at once, with the moment of the sign-in and no page', async () => {
    const by = browser(mock.app);
    const { login } = await signIn(by, ALEX);
    const first = await claimsIn(await by.post(`${login}/number-match`, { answer: 'approve' }));
    mock.clock.advance(600);

    const answer = await ask(by);

    expectCode(answer);
    const second = await claimsIn(answer);
    expect(second).toMatchObject({
      sub: first['sub'],
      sid: first['sid'],
      amr: ['NHSMAIL'],
      authentication_assurance_level: '2',
      auth_time: seconds(START),
      iat: seconds(START) + 600,
    });
    expect(await eventsOf(mock, answer, 'session_reused')).toHaveLength(1);
  });

  test('has another sid for each client, and the same one for the same client', async () => {
    const by = browser(mock.app);
    const other = { client_id: 'mock-client-basic' };
    const credentials = { headers: { authorization: basic('mock-client-basic', 'mock-secret') } };

    const one = await claimsIn(await logIn(by, ALEX));
    const two = claimsOf((await tokensOf(mock, await ask(by, other), credentials)).id_token);
    const oneAgain = await claimsIn(await ask(by));
    const twoAgain = claimsOf((await tokensOf(mock, await ask(by, other), credentials)).id_token);

    expect(two['sid']).not.toBe(one['sid']);
    expect([oneAgain['sid'], twoAgain['sid']]).toEqual([one['sid'], two['sid']]);
    expect(two).toMatchObject({ sub: one['sub'], auth_time: one['auth_time'], aud: 'mock-client-basic' });
  });

  test('keeps its session id while it is only used', async () => {
    const by = await signedIn(ALEX);
    const id = by.cookies.get(SESSION);
    const { sessions } = await held(mock);

    await ask(by);

    expect(by.cookies.get(SESSION)).toBe(id);
    expect((await held(mock)).sessions).toBe(sessions);
  });

  test('may ask for two applications at the same moment, and each keeps its sid', async () => {
    const slow = await mockWithSlowStore();
    const by = browser(slow.app);
    const first = await logIn(by, ALEX, { client_id: 'mock-public-client', ...PKCE });
    expectCode(first);
    const other = { client_id: 'mock-client-basic' };
    const credentials = { headers: { authorization: basic('mock-client-basic', 'mock-secret') } };
    const sidOf = async (answer: LightMyRequestResponse, client: object = {}) =>
      claimsOf((await tokensOf(slow, answer, client)).id_token)['sid'];

    const [mine, theirs] = await Promise.all([ask(by), ask(by, other)]);

    const sids = [await sidOf(mine), await sidOf(theirs, credentials)];
    expect([await sidOf(await ask(by)), await sidOf(await ask(by, other), credentials)]).toEqual(sids);
    expect(sids[0]).not.toBe(sids[1]);
    expect(await slow.environment.store.count(SESSIONS)).toBe(1);
    await slow.app.close();
  });

  test('is another browser’s business: without the cookie, the log-in begins anew', async () => {
    await signedIn(ALEX);

    expectPages(await ask(browser(mock.app)));
  });

  test.each([
    { name: 'not known', value: 'A'.repeat(43) },
    { name: 'badly formed', value: 'not-a-session' },
    { name: 'a name of JavaScript’s own', value: '__proto__' },
    { name: 'empty', value: '' },
  ])('begins anew with a session cookie that is $name', async ({ value }) => {
    const by = browser(mock.app);
    by.cookies.set(SESSION, value);

    expectPages(await ask(by));
    expect(callback(await ask(by, { prompt: 'none' })).get('error')).toBe('login_required');
  });

  test('begins anew with its session cookie changed in one letter', async () => {
    const by = await signedIn(ALEX);
    const id = by.cookies.get(SESSION) ?? '';
    by.cookies.set(SESSION, `${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'A'}`);

    expectPages(await ask(by));
  });
});

describe('prompt=none', () => {
  test.each(['none', 'None', 'NONE'])(
    'is answered with a code where a session serves, and read without regard to case: %s',
    async (prompt) => {
      expectCode(await ask(await signedIn(ALEX), { prompt }));
      const refused = callback(await ask(browser(mock.app), { prompt }));
      expect(refused.get('error')).toBe('login_required');
    },
  );

  test.each([
    { name: 'there is no session', by: async () => browser(mock.app), parameters: {} },
    {
      name: 'the session does not reach the assurance',
      by: () => signedIn(ALEX),
      parameters: { acr_values: 'AAL3_ANY' },
    },
    { name: 'the sign-in is older than max_age', by: () => signedIn(ALEX), parameters: { max_age: '0' } },
    {
      name: 'the session is by another kind of smartcard',
      by: () => signedIn(FARAH),
      parameters: { acr_values: 'AAL3_CIS2_SMARTCARD' },
    },
  ])('is answered with login_required, and no page, where $name', async ({ by, parameters }) => {
    const answer = await ask(await by(), { prompt: 'none', ...parameters });

    expect(Object.fromEntries(callback(answer))).toMatchObject({
      error: 'login_required',
      error_description: 'The request requires login.',
      state: 'the-state',
    });
    expect(callback(answer).get('code')).toBeNull();
    expect((await refusalOf(mock, answer)).parameter).toBe('prompt');
  });

  test('is answered with interaction_required where a role is still to be selected', async () => {
    const by = await signedIn(ROBIN);

    const answer = await ask(by, { prompt: 'none', scope: 'openid selectedrole' });

    expect(Object.fromEntries(callback(answer))).toMatchObject({
      error: 'interaction_required',
      error_description: 'The request requires some interaction that is not allowed.',
      state: 'the-state',
    });
    expect(callback(answer).get('code')).toBeNull();
  });

  test.each([
    { name: 'was chosen before', persona: ROBIN, first: 'openid selectedrole', scope: 'openid selectedrole' },
    { name: 'is the only one', persona: ALEX, first: 'openid', scope: 'openid selectedrole' },
    { name: 'does not exist', persona: 'noor.norole@nhs.net', first: 'openid', scope: 'openid selectedrole' },
  ])('is answered with a code where the role $name', async ({ persona, first, scope }) => {
    const by = await signedIn(persona, { scope: first });

    expectCode(await ask(by, { prompt: 'none', scope }));
  });

  test('is answered with login_required where id_token_hint names another person than the session', async () => {
    const of = async (persona: string) =>
      (await tokensOf(mock, await logIn(browser(mock.app), persona))).id_token;
    const by = await signedIn(ALEX);

    const other = await ask(by, { prompt: 'none', id_token_hint: await of(ROBIN) });
    const same = await ask(by, { prompt: 'none', id_token_hint: await of(ALEX) });

    expect(callback(other).get('error')).toBe('login_required');
    expect(callback(other).get('code')).toBeNull();
    expectCode(same);
  });

  test('leaves the session as it is where it is refused', async () => {
    const by = await signedIn(ALEX);

    await ask(by, { prompt: 'none', acr_values: 'AAL3_ANY' });

    expectCode(await ask(by, { prompt: 'none' }));
  });

  test('gives way to mock_login, which says who logs in', async () => {
    expectCode(await logIn(browser(mock.app), ALEX, { prompt: 'none' }));
    const failed = await logIn(browser(mock.app), 'drew.declined@nhs.net', { prompt: 'none' });
    expect(callback(failed).get('error')).toBe('access_denied');
  });
});

describe('a new sign-in', () => {
  test.each([
    { name: 'prompt=login', parameters: { prompt: 'login' } },
    { name: 'prompt=login consent', parameters: { prompt: 'login consent' } },
    { name: 'prompt=Login in whatever case', parameters: { prompt: 'LoGiN' } },
    { name: 'max_age=0', parameters: { max_age: '0' } },
    { name: 'max_age that is exceeded', parameters: { max_age: '60' } },
    { name: 'a stronger assurance', parameters: { acr_values: 'AAL3_ANY' } },
    { name: 'one kind of authenticator', parameters: { acr_values: 'AAL2_TOTP' } },
  ])('is asked for by $name, though there is a session', async ({ parameters }) => {
    const by = await signedIn(ALEX);
    mock.clock.advance(61);

    const answer = await ask(by, parameters);

    expectPages(answer);
    expect(pageOf(await by.get(locationOf(answer)))).toBe('page-choose-authenticator');
  });

  test.each([
    { name: 'max_age that is not exceeded', parameters: { max_age: '60' } },
    { name: 'prompt=consent', parameters: { prompt: 'consent' } },
    { name: 'a weaker assurance', parameters: { acr_values: 'AAL2_ANY' } },
    { name: 'acr values that CIS2 does not know', parameters: { acr_values: 'AAL9_ANY' } },
  ])('is not asked for by $name', async ({ parameters }) => {
    const by = await signedIn(ALEX);
    mock.clock.advance(60);

    const answer = await ask(by, parameters);

    expectCode(answer);
    expect((await claimsIn(answer))['auth_time']).toBe(seconds(START));
  });

  test.each([{ parameters: { prompt: 'login' } }, { parameters: { max_age: '0' } }])(
    'moves auth_time and gives another sid: $parameters',
    async ({ parameters }) => {
      const by = browser(mock.app);
      const before = await claimsIn(await logIn(by, ALEX));
      mock.clock.advance(100);

      const answer = await finish(by, await begin(by, parameters), ALEX);

      expectCode(answer);
      const after = await claimsIn(answer);
      expect(after['auth_time']).toBe(seconds(START) + 100);
      expect(after['sid']).not.toBe(before['sid']);
    },
  );

  test.each([
    { name: 'at its first page', path: [] },
    { name: 'at its sign-in', path: [['authenticator', { authenticator: 'nhsmail' }]] },
    { name: 'by Cancel', path: [['authenticator', { authenticator: 'nhsmail' }], ['cancel']] },
    {
      name: 'by Decline',
      path: [
        ['authenticator', { authenticator: 'nhsmail' }],
        ['nhsmail', { email: ROBIN, password: 'password' }],
        ['number-match', { answer: 'decline' }],
      ],
    },
  ] as const satisfies { name: string; path: readonly (readonly [string, Parameters?])[] }[])(
    'by prompt=login that is given up $name leaves the session as it is',
    async ({ path }) => {
      const by = browser(mock.app);
      const before = await claimsIn(await logIn(by, ALEX));
      const [cookie, { sessions }] = [by.cookies.get(SESSION), await held(mock)];
      mock.clock.advance(100);

      const login = await begin(by, { prompt: 'login' });
      for (const [step, form] of path) await submit(by, `${login}/${step}`, form);

      expect([by.cookies.get(SESSION), (await held(mock)).sessions]).toEqual([cookie, sessions]);
      const answer = await ask(by, { prompt: 'none' });
      expectCode(answer);
      const { sub, sid, auth_time } = before;
      expect(await claimsIn(answer)).toMatchObject({ sub, sid, auth_time });
    },
  );

  test('by prompt=login ends the old session when it succeeds, for whoever has its cookie', async () => {
    const by = await signedIn(ALEX);
    const thief = browser(mock.app);
    thief.cookies.set(SESSION, by.cookies.get(SESSION) ?? '');
    const { sessions } = await held(mock);
    const login = await begin(by, { prompt: 'login' });
    expectCode(await ask(thief, { prompt: 'none' }));

    expectCode(await finish(by, login, ALEX));

    expect(callback(await ask(thief, { prompt: 'none' })).get('error')).toBe('login_required');
    expect((await held(mock)).sessions).toBe(sessions);
  });

  test('by another person takes the place of the session, and of its role', async () => {
    const by = await signedIn(ROBIN, { scope: 'openid selectedrole' });
    const { sessions } = await held(mock);

    const answer = await finish(by, await begin(by, { prompt: 'login' }), ALEX);

    expect((await claimsIn(answer))['sub']).toBe('910000000101');
    expect((await held(mock)).sessions).toBe(sessions);
    expect((await claimsIn(await ask(by)))['sub']).toBe('910000000101');
  });

  test('by mock_login takes the place of another person’s session', async () => {
    const by = await signedIn(ROBIN);
    const { sessions } = await held(mock);

    const answer = await logIn(by, ALEX);

    expect((await claimsIn(answer))['sub']).toBe('910000000101');
    expect((await claimsIn(await ask(by, { prompt: 'none' })))['sub']).toBe('910000000101');
    expect((await held(mock)).sessions).toBe(sessions);
  });

  test('by Try again takes the place of the session too', async () => {
    const by = await signedIn(ALEX);
    const old = by.cookies.get(SESSION) ?? '';
    const { sessions } = await held(mock);
    const failed = await logIn(by, 'tess.temporary@nhs.net');
    const [tryAgain = ''] = /\/login\/[\w-]+\/try-again/.exec(failed.body) ?? [];

    const answer = await by.post(tryAgain);

    expectCode(answer);
    const thief = browser(mock.app);
    thief.cookies.set(SESSION, old);
    expect(callback(await ask(thief, { prompt: 'none' })).get('error')).toBe('login_required');
    expect((await held(mock)).sessions).toBe(sessions);
  });

  test('that fails leaves nobody signed in who was not before', async () => {
    const by = browser(mock.app);
    const before = await held(mock);

    await logIn(by, 'bea.notinbeta@nhs.net');
    await logIn(by, 'drew.declined@nhs.net', { mock_on_failure: 'redirect' });

    expect(await held(mock)).toEqual(before);
    expect(by.cookies.has(SESSION)).toBe(false);
    expectPages(await ask(by));
  });
});

describe('a session at AAL3', () => {
  test.each(['AAL2_OR_AAL3_ANY', 'AAL3_ANY'])(
    'serves a request for %s, and says its level',
    async (acr_values) => {
      const by = await signedIn(FARAH);

      const answer = await ask(by, { acr_values });

      expectCode(answer);
      expect(await claimsIn(answer)).toMatchObject({
        acr: acr_values,
        amr: ['N3_SMARTCARD'],
        authentication_assurance_level: '3',
      });
    },
  );

  test.each(['AAL2_ANY', 'AAL2_NHSMAIL', 'AAL3_IOS', 'AAL3_CIS2_SMARTCARD', 'AAL3_SMARTCARD'])(
    'by smartcard does not serve %s',
    async (acr_values) => {
      expectPages(await ask(await signedIn(FARAH), { acr_values }));
    },
  );

  test.each([
    { kind: 'N3_SMARTCARD', acr_values: 'AAL3_N3_SMARTCARD' },
    { kind: 'CIS2_SMARTCARD', acr_values: 'AAL3_CIS2_SMARTCARD' },
    { kind: 'CIS2_SMARTCARD', acr_values: 'AAL3_ANY' },
    { kind: 'SMARTCARD', acr_values: 'AAL2_OR_AAL3_ANY' },
  ])(
    'by one kind of smartcard, $kind, serves $acr_values with the amr of its sign-in',
    async ({ kind, acr_values }) => {
      const by = await signedIn(FARAH, { acr_values: `AAL3_${kind}` });

      const answer = await ask(by, { acr_values });

      expectCode(answer);
      expect(await claimsIn(answer)).toMatchObject({ acr: acr_values, amr: [kind] });
    },
  );
});

describe('a role', () => {
  const WITH_ROLE = { scope: 'openid selectedrole' };

  test('still open is asked for without signing in again', async () => {
    const by = await signedIn(ROBIN);

    const page = await follow(by, ask(by, WITH_ROLE));

    expect(pageOf(page)).toBe('page-select-role');
    expect(page.body).toContain('Rolles Robin Ms');
  });

  test('selected on that page is in the ID token, with the moment of the first sign-in', async () => {
    const by = await signedIn(ROBIN);
    mock.clock.advance(90);
    const login = await begin(by, WITH_ROLE);

    const answer = await by.post(`${login}/role`, { person_roleid: '930001020003' });

    expectCode(answer);
    expect(await claimsIn(answer)).toMatchObject({
      selected_roleid: '930001020003',
      auth_time: seconds(START),
    });
  });

  test('selected once is not asked for again in the same session', async () => {
    const by = await signedIn(ROBIN, { ...WITH_ROLE, mock_role: '930001020002' });

    const answer = await ask(by, WITH_ROLE);

    expectCode(answer);
    expect((await claimsIn(answer))['selected_roleid']).toBe('930001020002');
  });

  test('is remembered over a request that does not ask for it', async () => {
    const by = await signedIn(ROBIN, { ...WITH_ROLE, mock_role: '930001020002' });
    await ask(by, { scope: 'openid' });

    expect((await claimsIn(await ask(by, WITH_ROLE)))['selected_roleid']).toBe('930001020002');
  });

  test('is asked for again by changedrole, and the new one is remembered', async () => {
    const by = await signedIn(ROBIN, { ...WITH_ROLE, mock_role: '930001020002' });
    const login = await begin(by, { scope: 'openid changedrole' });
    expect(pageOf(await by.get(login))).toBe('page-select-role');

    const answer = await by.post(`${login}/role`, { person_roleid: '930001020001' });

    expect((await claimsIn(answer))['selected_roleid']).toBe('930001020001');
    expect((await claimsIn(await ask(by, WITH_ROLE)))['selected_roleid']).toBe('930001020001');
  });

  test('is asked for again after a new sign-in', async () => {
    const by = await signedIn(ROBIN, WITH_ROLE);

    const login = await begin(by, { ...WITH_ROLE, prompt: 'login' });
    const answer = await finish(by, login, ROBIN);

    expect(locationOf(answer)).toBe(login);
    expect(pageOf(await by.get(login))).toBe('page-select-role');
  });
});

describe('a session is over', () => {
  test('half an hour after it was last used', async () => {
    const by = await signedIn(ALEX);
    mock.clock.advance(1799);
    expectCode(await ask(by));
    mock.clock.advance(1799);
    expectCode(await ask(by));

    mock.clock.advance(1800);

    expect(callback(await ask(by, { prompt: 'none' })).get('error')).toBe('login_required');
    expectPages(await ask(by));
  });

  test('two hours after it began, however much it was used', async () => {
    const by = await signedIn(ALEX);
    for (let used = 0; used < 7; used += 1) {
      mock.clock.advance(1000);
      expectCode(await ask(by));
    }
    mock.clock.advance(199);
    expectCode(await ask(by));

    mock.clock.advance(1);

    expectPages(await ask(by));
  });

  /** A session of Robin’s, nearly two hours old, at the page for a role; with its sid and its cookie. */
  async function atRolePage() {
    const by = browser(mock.app);
    const { sid } = await claimsIn(await logIn(by, ROBIN));
    for (let used = 0; used < 6; used += 1) {
      mock.clock.advance(1190);
      expectCode(await ask(by));
    }
    const login = await begin(by, { scope: 'openid selectedrole' });
    expect(pageOf(await by.get(login))).toBe('page-select-role');
    return { by, login, sid: String(sid), cookie: by.cookies.get(SESSION) ?? '' };
  }

  /** Whoever selects a role of a session that is over is asked to sign in, and given nothing. */
  async function expectNoRevival(by: Browser, login: string, cookie: string) {
    const before = await held(mock);

    const answer = await by.post(`${login}/role`, { person_roleid: '930001020001' });

    expect([answer.statusCode, locationOf(answer)]).toEqual([303, login]);
    expect(pageOf(await by.get(login))).toBe('page-choose-authenticator');
    expect(await held(mock)).toEqual(before);
    const old = browser(mock.app);
    old.cookies.set(SESSION, cookie);
    expect(callback(await ask(old, { prompt: 'none' })).get('error')).toBe('login_required');
  }

  const control = (url: string, method: 'GET' | 'POST' = 'GET') => mock.app.inject({ method, url });

  test.each([
    { name: 'its two hours were over', end: async () => mock.clock.advance(120) },
    {
      name: 'the control API ended it',
      end: async (sid: string) => {
        const answer = await control(`/_mock/sessions/${encodeURIComponent(sid)}/logout`, 'POST');
        expect(answer.statusCode).toBe(200);
      },
    },
  ])('for good: a role that is selected after $name does not revive it', async ({ end }) => {
    const { by, login, sid, cookie } = await atRolePage();
    await end(sid);

    await expectNoRevival(by, login, cookie);

    expect(callback(await ask(by, { prompt: 'none' })).get('error')).toBe('login_required');
    const listed: { clients: { sid: string }[] }[] = (await control('/_mock/sessions')).json();
    expect(listed.flatMap(({ clients }) => clients).filter((each) => each.sid === sid)).toEqual([]);
  });

  test.each([
    { name: 'the same person', persona: ROBIN, uid: '910000000102' },
    { name: 'another person', persona: ALEX, uid: '910000000101' },
  ])(
    'for good: a role that is selected after $name signed in in another tab does not revive it',
    async ({ persona, uid }) => {
      const { by, login, sid, cookie } = await atRolePage();
      const signedInAt = seconds(mock.clock.now());
      expectCode(await finish(by, await begin(by, { prompt: 'login' }), persona));

      await expectNoRevival(by, login, cookie);

      const answer = await ask(by, { prompt: 'none' });
      expectCode(answer);
      const claims = await claimsIn(answer);
      expect(claims).toMatchObject({ sub: uid, auth_time: signedInAt });
      expect(claims['sid']).not.toBe(sid);
    },
  );
});

describe('the session cookie', () => {
  const setCookies = (answer: LightMyRequestResponse) =>
    answer.cookies.filter(({ name }) => name.startsWith('mock_cis2_'));

  test('changes at each sign-in, so that nobody can have it beforehand', async () => {
    const by = browser(mock.app);
    const planted = 'F'.repeat(43);
    by.cookies.set(SESSION, planted);

    expectCode(await logIn(by, ALEX));

    const first = by.cookies.get(SESSION);
    expect(first).toMatch(/^[\w-]{43}$/);
    expect(first).not.toBe(planted);
    await logIn(by, ALEX);
    expect(by.cookies.get(SESSION)).not.toBe(first);
  });

  test('is given only by the answer that ends a log-in as authenticated', async () => {
    const by = browser(mock.app);
    const { login, page } = await signIn(by, ALEX);
    expect(page.statusCode).toBe(200);
    expect(by.cookies.has(SESSION)).toBe(false);

    await by.post(`${login}/number-match`, { answer: 'approve' });

    expect(by.cookies.has(SESSION)).toBe(true);
  });

  test('and the browser’s are HttpOnly, SameSite=Lax, for this service’s paths, and end with the browser', async () => {
    const cookies = setCookies(await logIn(browser(mock.app), ALEX));

    expect(cookies.map(({ name }) => name).sort()).toEqual(['mock_cis2_browser', SESSION]);
    for (const cookie of cookies) {
      expect(cookie).toEqual({
        name: cookie.name,
        value: expect.stringMatching(/^[\w-]{43}$/),
        path: '/',
        httpOnly: true,
        sameSite: 'Lax',
      });
    }
  });

  test('is Secure where the public origin is https', async () => {
    const secure = await testMock({ publicOrigin: 'https://cis2.example.test' });

    const cookies = setCookies(await logIn(browser(secure.app), ALEX));

    expect(cookies).toHaveLength(2);
    for (const cookie of cookies)
      expect(cookie).toMatchObject({ secure: true, httpOnly: true, sameSite: 'Lax' });
    await secure.app.close();
  });
});

describe('settings for single sign-on', () => {
  test('make prompt=none without a session answer as the product behind CIS2 does', async () => {
    const other = await testMock({
      fixtures: {
        extends: 'default',
        settings: {
          prompt_none_error: 'interaction_required',
          timeouts: { session_idle_seconds: 10, session_max_seconds: 15 },
        },
      },
    });
    const by = browser(other.app);

    expect(callback(await ask(by, { prompt: 'none' })).get('error')).toBe('interaction_required');
    expectCode(await logIn(by, ALEX));
    other.clock.advance(9);
    expectCode(await ask(by));
    other.clock.advance(6);
    expectPages(await ask(by));
    expect(callback(await ask(by, { prompt: 'none' })).get('error')).toBe('interaction_required');
    expect((await other.app.inject('/_mock/sessions')).json()).toEqual([]);
    await other.app.close();
  });

  test('name the person on the page for a role, though the clock went back', async () => {
    const by = await signedIn(ROBIN);
    mock.clock.freeze(START - 60_000);

    const page = await follow(by, ask(by, { scope: 'openid selectedrole', max_age: '10' }));

    expect(pageOf(page)).toBe('page-select-role');
    expect(shown(page, 'error-code')).toBeUndefined();
  });
});
