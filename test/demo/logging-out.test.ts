/** Logging out of the demonstration application, and being logged out of it by CIS2. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createSigningKeys } from '../../src/environment/signing-keys.ts';
import { LOGOUT_TOKEN_SIGNATURES } from '../../src/scenarios/logout-token-signatures.ts';
import { LOGOUT_TOKENS } from '../../src/scenarios/logout-tokens.ts';
import { issued, type Mock, testMock } from '../support/mock.ts';
import { ALEX, demoLogIn, pageOf, rest, visitor } from './support.ts';

/** What the application made of the logout tokens that came, newest first. */
async function verdicts(mock: Mock): Promise<string[]> {
  await mock.environment.background.settled();
  await setImmediate();
  const page = await visitor(mock).get('/demo/logged-out');
  return [...page.body.matchAll(/nhsuk-tag--\w+">(Accepted|Refused)</g)].map(([, verdict]) =>
    String(verdict),
  );
}

test('logging out ends the session of the application and that of CIS2, and comes back', async () => {
  const mock = await testMock();
  const by = visitor(mock);
  await demoLogIn(by, ALEX);
  expect((await by.get('/demo')).body).toContain('You are logged in as');

  const page = await rest(by, by.post('/demo/log-out'));

  expect(pageOf(page)).toBe('page-demo-logged-out');
  expect((await by.get('/demo')).body).not.toContain('You are logged in as');
  expect((await issued(mock)).sessions).toBe(0);
  expect(await verdicts(mock)).toEqual(['Accepted']);
  expect((await demoLogIn(by, { prompt: 'none' })).body).toContain('You need to log in');
});

test('logging out without being logged in leads to the start', async () => {
  const by = visitor(await testMock());
  expect(pageOf(await rest(by, by.post('/demo/log-out')))).toBe('page-demo');
});

test('a session that ends at CIS2 ends in the application too, by the logout token', async () => {
  const mock = await testMock();
  const by = visitor(mock);
  await demoLogIn(by, ALEX);
  const result = /href="(\/demo\/result\/[\w-]+)"/.exec((await by.get('/demo')).body)?.[1] ?? '';
  const [session] = (await mock.app.inject('/_mock/sessions')).json<{ clients: { sid: string }[] }[]>();

  const sid = encodeURIComponent(session?.clients[0]?.sid ?? '');
  await mock.app.inject({ method: 'POST', url: `/_mock/sessions/${sid}/logout` });
  await mock.environment.background.settled();

  expect((await by.get('/demo')).body).not.toContain('You are logged in as');
  expect((await by.get(result)).body).toContain('CIS2 sent a logout token (cause: SESSION_TERMINATION)');
});

test('in another environment the token goes to that environment’s application', async () => {
  const mock = await testMock();
  const by = visitor(mock);
  await demoLogIn(by, ALEX, '/env/mine');
  const environment = await mock.environments.at('mine');
  const page = await rest(by, by.post('/env/mine/demo/log-out'));
  await environment.background.settled();
  expect(pageOf(page)).toBe('page-demo-logged-out');
  expect(environment.journal.events({ kind: 'logout_token_sent' })[0]?.explanation).toContain(
    'accepted with 200',
  );
  expect(await verdicts(mock)).toEqual([]);
});

/** Logout tokens that a good application takes; it answers 400 to all others. */
const ACCEPTED: Readonly<Record<string, string[]>> = {
  LOGOUT_AUD_ARRAY: ['Accepted'],
  LOGOUT_SUB_MISSING: ['Accepted'],
  LOGOUT_SID_MISSING: ['Accepted'],
  LOGOUT_SUB_UNKNOWN: ['Accepted'],
  LOGOUT_SUB_OTHER: ['Accepted'],
  LOGOUT_SID_OTHER: ['Accepted'],
  LOGOUT_EVENT_NOT_EMPTY: ['Accepted'],
  LOGOUT_IAT_AHEAD: ['Accepted'],
  LOGOUT_KID_MISSING: ['Accepted'],
  LOGOUT_KEY_ROTATED: ['Accepted'],
  LOGOUT_TYP_JWT: ['Accepted'],
  LOGOUT_REPLAYED: ['Refused', 'Accepted'],
  LOGOUT_NOT_SENT: [],
};

/** Those that are accepted, and yet end nothing: they name somebody or something else. */
const ENDS_NOTHING = ['LOGOUT_SUB_UNKNOWN', 'LOGOUT_SUB_OTHER', 'LOGOUT_SID_OTHER', 'LOGOUT_NOT_SENT'];

describe('each logout token is judged as a good application does', () => {
  // One scenario rotates the keys: they are none that other tests share.
  const keys = createSigningKeys();

  test.each([...LOGOUT_TOKENS, ...LOGOUT_TOKEN_SIGNATURES].map(({ code }) => code))('%s', async (code) => {
    const mock = await testMock({ keys });
    const by = visitor(mock);
    await demoLogIn(by, { ...ALEX, mock_scenario: code });
    const [session] = (await mock.app.inject('/_mock/sessions')).json<{ clients: { sid: string }[] }[]>();
    const sid = encodeURIComponent(session?.clients[0]?.sid ?? '');

    await mock.app.inject({ method: 'POST', url: `/_mock/sessions/${sid}/logout` });

    const expected = ACCEPTED[code] ?? ['Refused'];
    expect(await verdicts(mock)).toEqual(expected);
    const isOver = expected.includes('Accepted') && !ENDS_NOTHING.includes(code);
    expect((await by.get('/demo')).body.includes('You are logged in as')).toBe(!isOver);
  });
});

test('what is no logout token is answered with 400', async () => {
  const mock = await testMock();
  const by = visitor(mock);
  expect((await by.post('/demo/backchannel-logout', { logout_token: 'nonsense' })).statusCode).toBe(400);
  expect((await by.post('/demo/backchannel-logout')).statusCode).toBe(400);
});
