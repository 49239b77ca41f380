/** The demonstration application from its first page to what a log-in brought: success, tabs, reload, logging out. */
import { expect, test } from 'vitest';
import { DEMO_CLIENT_ID } from '../../src/environment/own-clients.ts';
import { callback, locationOf, submit, testMock } from '../support/mock.ts';
import { ALEX, demoLogIn, pageOf, pathOf, rest, shown, visitor } from './support.ts';

test('a person logs in on the pages of CIS2, and the application shows who it is and what it received', async () => {
  const by = visitor(await testMock());
  expect(pageOf(await by.get('/demo'))).toBe('page-demo');

  const authorize = await by.post('/demo/log-in', {});
  const login = locationOf(await by.get(pathOf(locationOf(authorize))));
  await submit(by, `${login}/authenticator`, { authenticator: 'nhsmail' });
  await submit(by, `${login}/nhsmail`, { email: 'alex.bound@nhs.net', password: 'password' });
  const page = await rest(by, by.post(`${login}/number-match`, { answer: 'approve' }));

  expect(pageOf(page)).toBe('page-demo-success');
  for (const words of ['Alex Bound', '910000000101', 'NHSMAIL', 'A9A5A', 'How well the identity was checked'])
    expect(page.body).toContain(words);
});

test('the authorization request asks as a good application does: code, PKCE by S256, state and nonce of its own', async () => {
  const by = visitor(await testMock());

  const one = callback(await by.post('/demo/log-in', ALEX));
  const other = callback(await by.post('/demo/log-in', ALEX));

  expect(Object.fromEntries(one)).toMatchObject({
    client_id: DEMO_CLIENT_ID,
    redirect_uri: 'http://localhost:8585/demo/callback',
    response_type: 'code',
    code_challenge_method: 'S256',
    acr_values: 'AAL2_OR_AAL3_ANY',
    mock_login: 'alex.bound@nhs.net',
    mock_on_failure: 'page',
  });
  for (const name of ['state', 'nonce', 'code_challenge']) expect(one.get(name)).not.toBe(other.get(name));
});

test('no token is on the page, but for its beginning', async () => {
  const mock = await testMock();
  const page = await demoLogIn(visitor(mock), ALEX);
  expect(page.body).toMatch(/… \(43 characters\)/);
  expect(page.body).not.toMatch(/eyJ[\w-]{20,}/);
});

test('a reload of the callback repeats nothing, and shows the same', async () => {
  const mock = await testMock();
  const by = visitor(mock);
  const authorize = pathOf(locationOf(await by.post('/demo/log-in', ALEX)));
  const comeBack = pathOf(locationOf(await by.get(authorize)));

  const results = [await by.get(comeBack), await by.get(comeBack)].map(locationOf);

  expect(results[0]).toBe(results[1]);
  expect(pageOf(await by.get(results[1] ?? ''))).toBe('page-demo-success');
  const redeemed = mock.environment.journal.events({ kind: 'token_issued', client_id: DEMO_CLIENT_ID });
  expect(redeemed).toHaveLength(1);
});

test('of two callbacks with the same answer at the same moment, one redeems the code', async () => {
  const mock = await testMock();
  const by = visitor(mock);
  const comeBack = pathOf(locationOf(await by.get(pathOf(locationOf(await by.post('/demo/log-in', ALEX))))));

  const [one, other] = await Promise.all([by.get(comeBack), by.get(comeBack)]);

  expect(locationOf(one)).toBe(locationOf(other));
  expect(pageOf(await by.get(locationOf(one)))).toBe('page-demo-success');
  expect(mock.environment.journal.events({ kind: 'refused' })).toEqual([]);
});

test('two tabs do not disturb each other: each callback belongs to its own log-in', async () => {
  const by = visitor(await testMock());
  const first = pathOf(locationOf(await by.post('/demo/log-in', ALEX)));
  const second = pathOf(locationOf(await by.post('/demo/log-in', { persona: 'robin.roles@nhs.net' })));

  const robin = await rest(by, by.get(second));
  const alex = await rest(by, by.get(first));

  expect(robin.body).toContain('Robin Rolles');
  expect(alex.body).toContain('Alex Bound');
});

test('what a log-in brought is shown to the browser that began it, and to no other', async () => {
  const mock = await testMock();
  const by = visitor(mock);
  await demoLogIn(by, ALEX);
  const result = /href="(\/demo\/result\/[\w-]+)"/.exec((await by.get('/demo')).body)?.[1] ?? '';
  expect(pageOf(await by.get(result))).toBe('page-demo-success');

  const stranger = await visitor(mock).get(result);

  expect(stranger.statusCode).toBe(404);
  expect(stranger.body).not.toContain('910000000101');
});

test('a callback that another browser brings logs nobody in, and leaves the log-in to the one that began it', async () => {
  const mock = await testMock();
  const by = visitor(mock);
  const comeBack = pathOf(locationOf(await by.get(pathOf(locationOf(await by.post('/demo/log-in', ALEX))))));

  const stranger = visitor(mock);
  expect(pageOf(await rest(stranger, stranger.get(comeBack)))).toBe('demo-failure-other_browser');
  expect(pageOf(await rest(by, by.get(comeBack)))).toBe('page-demo-success');
});

test('a log-in from which nobody has come back yet is shown as unfinished', async () => {
  const by = visitor(await testMock());
  const state = callback(await by.post('/demo/log-in', { mock_scenario: 'ABANDONED' })).get('state');
  const page = await by.get(`/demo/result/${state}`);
  expect(pageOf(page)).toBe('page-demo-unfinished');
  expect(page.body).toContain('The person closes the browser');
});

test('the cookie is for this application alone, and for no script', async () => {
  const mock = await testMock();
  const cookieAt = async (path: string) => {
    const [cookie] = (await visitor(mock).post(`${path}/log-in`, ALEX)).cookies;
    return cookie;
  };
  expect(await cookieAt('/demo')).toMatchObject({ path: '/demo', httpOnly: true, sameSite: 'Lax' });
  expect(await cookieAt('/demo')).not.toHaveProperty('secure');
  expect(await cookieAt('/env/one/demo')).toMatchObject({ path: '/env/one/demo' });
  const secure = await testMock({ publicOrigin: 'https://cis2.example.org' });
  const [cookie] = (await visitor(secure).post('/demo/log-in', ALEX)).cookies;
  expect(cookie).toMatchObject({ name: 'mock_cis2_demo_https', secure: true });
});

test('logging in again asks for a new sign-in, and another role for the choice of roles', async () => {
  const by = visitor(await testMock());
  const page = await demoLogIn(by, { persona: 'robin.roles@nhs.net' });
  expect(page.body).toContain('data-testid="demo-log-in-again"');

  const again = callback(await by.post('/demo/log-in', { prompt: 'login' }));
  expect(again.get('prompt')).toBe('login');
  const chooses = await rest(by, by.post('/demo/log-in', { role: 'changedrole' }));
  expect(pageOf(chooses)).toBe('page-select-role');
});

test('a log-in without a role is one where none was asked for', async () => {
  const by = visitor(await testMock());
  const page = await demoLogIn(by, { persona: 'noor.norole@nhs.net', role: '' });
  expect(pageOf(page)).toBe('page-demo-success');
  expect(page.body).toContain('None was asked for');
});

test.each([
  ['a frozen clock long ago', (clock: { freeze(at: number): void }) => clock.freeze(Date.UTC(2001, 0, 1))],
  ['a clock far ahead', (clock: { advance(seconds: number): void }) => clock.advance(400 * 86_400)],
])('the application lives by the environment’s time: %s', async (_, move) => {
  const mock = await testMock();
  move(mock.clock);
  expect(pageOf(await demoLogIn(visitor(mock), ALEX))).toBe('page-demo-success');
});

test('a clock that CIS2 shows askew is seen: its tokens are from the future', async () => {
  const mock = await testMock();
  mock.clock.skew(3600);
  const page = await demoLogIn(visitor(mock), ALEX);
  expect(pageOf(page)).toBe('demo-failure-id_token_refused');
  expect(shown(page, 'demo-reason')).toContain('3600 seconds ahead');
});

test('every environment has the application, with a client, a cookie and a memory of its own', async () => {
  const mock = await testMock();
  const by = visitor(mock);
  const page = await demoLogIn(by, ALEX, '/env/mine');
  expect(pageOf(page)).toBe('page-demo-success');
  expect(page.body).toContain('http://localhost:8585/env/mine/openam/');
  expect((await by.get('/env/mine/demo')).body).toContain('You are logged in as');
  const mine = await mock.environments.at('mine');
  const other = await mock.environments.at('other');
  expect(mine.clients.get(DEMO_CLIENT_ID)?.client_secret).not.toBe(
    other.clients.get(DEMO_CLIENT_ID)?.client_secret,
  );
});

test('it works where servers use another name than browsers, and where the port is said explicitly', async () => {
  const mock = await testMock({
    publicOrigin: 'https://cis2.example.org:443',
    internalOrigin: 'http://nowhere.invalid:1',
  });
  expect(pageOf(await demoLogIn(visitor(mock), ALEX))).toBe('page-demo-success');
});

test('whatever the fixtures are, the client is there, and is not the first one', async () => {
  const mock = await testMock({ fixtures: { extends: 'default' } });
  const { clients } = mock.environment;
  expect([...clients.keys()].at(0)).toBe('mock-client');
  expect([...clients.keys()].at(-1)).toBe(DEMO_CLIENT_ID);
  const listed = (await mock.app.inject('/_mock/clients')).json<{ client_id: string }[]>();
  expect(listed.map(({ client_id }) => client_id)).not.toContain(DEMO_CLIENT_ID);
  await mock.app.inject({
    method: 'PATCH',
    url: '/_mock/settings',
    payload: { on_login_failure: 'redirect' },
  });
  expect(pageOf(await demoLogIn(visitor(mock), ALEX))).toBe('page-demo-success');
});

test('a client of the same id in the fixtures counts', async () => {
  const own = {
    client_id: DEMO_CLIENT_ID,
    client_secret: 'a secret of the fixtures',
    token_endpoint_auth_method: 'client_secret_post' as const,
    redirect_uris: ['http://localhost:8585/demo/callback'],
    default_acr_values: ['AAL2_OR_AAL3_ANY'],
    scenario: { code: 'ID_TOKEN_AUD_WRONG' },
  };
  const mock = await testMock({ fixtures: { extends: 'default', clients: [own] } });
  expect(pageOf(await demoLogIn(visitor(mock), ALEX))).toBe('demo-failure-id_token_refused');
});
