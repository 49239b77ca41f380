/** A cookie that somebody planted never becomes a session, and a session’s id is new at each sign-in. */
import { describe, expect, test } from 'vitest';
import { SESSIONS } from '../../src/login/session.ts';
import {
  authorizeUrl,
  browser,
  callback,
  locationOf,
  logIn,
  signIn,
  submit,
  testMock,
} from '../support/mock.ts';

const SESSION = 'mock_cis2_session';
const BROWSER = 'mock_cis2_browser';
const PLANTED = 'P'.repeat(43);

describe('a session cookie that was planted', () => {
  test.each(['without pages', 'on pages'])(
    'is replaced at the sign-in, and worth nothing after it: %s',
    async (how) => {
      const { app, environment } = await testMock();
      const victim = browser(app);
      victim.cookies.set(SESSION, PLANTED);

      if (how === 'without pages') await logIn(victim, 'alex.bound@nhs.net');
      else {
        const { login } = await signIn(victim, 'alex.bound@nhs.net');
        await victim.post(`${login}/number-match`, { answer: 'approve' });
      }

      expect(victim.cookies.get(SESSION)).toMatch(/^[\w-]{43}$/);
      expect(victim.cookies.get(SESSION)).not.toBe(PLANTED);
      expect(await environment.store.get(SESSIONS, PLANTED)).toBe(undefined);
      const attacker = browser(app);
      attacker.cookies.set(SESSION, PLANTED);
      const asked = await attacker.get(authorizeUrl({ prompt: 'none' }));
      expect(callback(asked).get('error')).toBe('login_required');
    },
  );

  test('that is a live session of the attacker is not the victim’s after signing in', async () => {
    const { app } = await testMock();
    const attacker = browser(app);
    await logIn(attacker, 'robin.roles@nhs.net');
    const planted = attacker.cookies.get(SESSION) ?? '';
    const victim = browser(app);
    victim.cookies.set(SESSION, planted);

    await logIn(victim, 'alex.bound@nhs.net');

    expect(victim.cookies.get(SESSION)).not.toBe(planted);
    const still = await attacker.get(authorizeUrl({ prompt: 'none' }));
    expect(callback(still).has('code')).toBe(false);
  });
});

test('a session’s id is new at each sign-in, and so is a log-in’s', async () => {
  const { app } = await testMock();
  const by = browser(app);
  const seen = new Set<string>();
  for (let n = 0; n < 3; n++) {
    await logIn(by, 'alex.bound@nhs.net', { prompt: 'login' });
    seen.add(by.cookies.get(SESSION) ?? '');
  }
  expect(seen.size).toBe(3);
});

test('a log-in that an attacker began is not carried on by the browser of somebody who was sent its address', async () => {
  const { app, environment } = await testMock();
  const attacker = browser(app);
  const login = locationOf(await attacker.get(authorizeUrl()));
  const victim = browser(app);

  expect((await victim.get(login)).statusCode).toBe(403);
  expect((await submit(victim, `${login}/authenticator`, { authenticator: 'nhsmail' })).statusCode).toBe(403);
  expect(await environment.store.count(SESSIONS)).toBe(0);
});

test.each(['short', `${'P'.repeat(42)}!`, 'P'.repeat(44), '__proto__', `${PLANTED};admin`])(
  'a browser cookie of another form is not kept: %s',
  async (value) => {
    const { app } = await testMock();
    const answer = await app.inject({ url: authorizeUrl(), headers: { cookie: `${BROWSER}=${value}` } });
    const given = answer.cookies.find(({ name }) => name === BROWSER);
    // The last of these is this very cookie, and one more.
    if (value.startsWith(`${PLANTED};`)) expect(given).toBe(undefined);
    else expect(given?.value).toMatch(/^[\w-]{43}$/);
  },
);

describe('each cookie', () => {
  test.each([
    ['http://localhost:8585', '', false],
    ['https://cis2.example.test:443', '', true],
    ['http://localhost:8585', '/env/one', false],
    ['https://cis2.example.test', '/env/one', true],
  ])(
    'of %s%s is kept from scripts, other sites and other environments',
    async (publicOrigin, prefix, isSecure) => {
      const { app } = await testMock({ publicOrigin });
      const answers = [
        await app.inject(`${prefix}${authorizeUrl()}`),
        await app.inject(`${prefix}${authorizeUrl({ mock_login: 'alex.bound@nhs.net' })}`),
        await app.inject({
          method: 'POST',
          url: `${prefix}/demo/log-in`,
          payload: '',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        }),
      ];
      const cookies = answers.flatMap((answer) => answer.cookies);

      // Those of https have names of their own: plain HTTP may put no cookie in the place of a Secure one.
      const [demo, ...others] = ['mock_cis2_demo', BROWSER, SESSION].map((name) =>
        isSecure ? `${name}_https` : name,
      );
      expect(new Set(cookies.map(({ name }) => name))).toEqual(new Set([demo, ...others]));
      for (const { name, path, httpOnly, sameSite, secure = false, domain, expires, maxAge } of cookies) {
        expect({ name, httpOnly, sameSite, secure, domain, expires, maxAge }).toEqual({
          name,
          httpOnly: true,
          sameSite: 'Lax',
          secure: isSecure,
          domain: undefined,
          expires: undefined,
          maxAge: undefined,
        });
        expect(path).toBe(name === demo ? `${prefix}/demo` : `${prefix}/`);
      }
    },
  );
});
