/** Two environments of one server never see each other: whatever is done or held in one is unknown to the other. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  assertionClaims,
  byAssertion,
  EXAMPLE_JWK,
  EXAMPLE_KEY,
  KEY_CLIENT,
  sign,
} from '../protocol/support.ts';
import { call, change, type Method, read } from '../support/control.ts';
import {
  actionOf,
  authorizeUrl,
  type Browser,
  browser,
  CLIENT,
  callback,
  claimsOf,
  encode,
  locationOf,
  type Mock,
  outcomeOf,
  REALM,
  REDIRECT_URI,
  START,
  submit,
  testMock,
} from '../support/mock.ts';

const LEFT = '/env/left';
const RIGHT = '/env/right';

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
  for (const prefix of [LEFT, RIGHT]) {
    await change(mock, 'PATCH', `${prefix}/_mock/clients/mock-client`, {
      grant_types: ['authorization_code', 'refresh_token'],
    });
  }
});
afterAll(() => mock.app.close());

type Parameters = Readonly<Record<string, string>>;

const post = (prefix: string, path: string, form: Parameters) =>
  browser(mock.app).post(`${prefix}${REALM}${path}`, form);

const redeem = (prefix: string, code: string) =>
  post(prefix, '/access_token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    ...CLIENT,
  });

const logIn = (prefix: string, by: Browser, parameters: Parameters = {}) =>
  by.get(`${prefix}${authorizeUrl({ mock_login: 'alex.bound@nhs.net', ...parameters })}`);

const codeOf = async (prefix: string) => callback(await logIn(prefix, browser(mock.app))).get('code') ?? '';

interface Tokens {
  access_token: string;
  refresh_token: string;
  id_token: string;
}

async function tokensOf(prefix: string): Promise<Tokens> {
  const answer = await redeem(prefix, await codeOf(prefix));
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json();
}

const discovery = (prefix: string) =>
  read<Record<string, unknown>>(mock, `${prefix}${REALM}/.well-known/openid-configuration`);

const kidsOf = async (prefix: string) =>
  (await read<{ keys: { kid: string; use: string }[] }>(mock, `${prefix}${REALM}/connect/jwk_uri`)).keys
    .filter(({ use }) => use === 'sig')
    .map(({ kid }) => kid);

describe('what an environment publishes is its own', () => {
  test('issuer and every address of its discovery document', async () => {
    for (const prefix of ['', LEFT, RIGHT]) {
      const issuer = `http://localhost:8585${prefix}${REALM}`;
      const addresses = Object.values(await discovery(prefix)).filter(
        (value) => typeof value === 'string' && value.startsWith('http'),
      );
      expect(addresses.length).toBeGreaterThan(6);
      for (const address of addresses) expect(String(address)).toMatch(`${issuer}`);
    }
  });

  test('its signing key', async () => {
    const [byDefault, left, right] = await Promise.all(['', LEFT, RIGHT].map(kidsOf));
    expect(new Set([byDefault, left, right].flat()).size).toBe(3);
  });

  test('iss, in tokens and in answers to the application', async () => {
    const issuer = `http://localhost:8585${LEFT}${REALM}`;
    expect(callback(await logIn(LEFT, browser(mock.app))).get('iss')).toBe(issuer);
    expect(claimsOf((await tokensOf(LEFT)).id_token)['iss']).toBe(issuer);
    const failed = await logIn(LEFT, browser(mock.app), {
      mock_login: 'uma.unbound@nhs.net',
      mock_on_failure: 'redirect',
    });
    expect(callback(failed).get('iss')).toBe(issuer);
  });
});

describe('what an environment issued means nothing to another', () => {
  test.each(['', RIGHT])('a code, at %s: and it is still good where it came from', async (elsewhere) => {
    const code = await codeOf(LEFT);
    const refused = await redeem(elsewhere, code);
    expect([refused.statusCode, refused.json().error]).toEqual([400, 'invalid_grant']);
    expect((await redeem(LEFT, code)).statusCode).toBe(200);
  });

  test.each(['', RIGHT])('an access token, at %s', async (elsewhere) => {
    const { access_token: token } = await tokensOf(LEFT);
    const userInfo = (prefix: string) =>
      mock.app.inject({ url: `${prefix}${REALM}/userinfo`, headers: { authorization: `Bearer ${token}` } });
    expect((await userInfo(elsewhere)).statusCode).toBe(401);
    expect((await post(elsewhere, '/introspect', { token, ...CLIENT })).json()).toEqual({ active: false });
    await post(elsewhere, '/token/revoke', { token, ...CLIENT });
    expect((await userInfo(LEFT)).statusCode).toBe(200);
    expect((await post(LEFT, '/introspect', { token, ...CLIENT })).json()).toMatchObject({ active: true });
  });

  test('a refresh token', async () => {
    const { refresh_token: token } = await tokensOf(LEFT);
    const refresh = (prefix: string) =>
      post(prefix, '/access_token', { grant_type: 'refresh_token', refresh_token: token, ...CLIENT });
    const refused = await refresh(RIGHT);
    expect([refused.statusCode, refused.json().error]).toEqual([400, 'invalid_grant']);
    expect((await refresh(LEFT)).statusCode).toBe(200);
  });

  test('an ID token, as id_token_hint: of a log-in, and of logging out', async () => {
    const { id_token: hint } = await tokensOf(LEFT);
    const by = browser(mock.app);
    const refused = await by.get(`${RIGHT}${authorizeUrl({ id_token_hint: hint })}`);
    expect(callback(refused).get('error')).toBe('invalid_request');
    const loggedOut = await by.get(`${RIGHT}${REALM}/connect/endSession?${encode({ id_token_hint: hint })}`);
    expect(loggedOut.statusCode).toBe(400);
    const sessions = await read<{ clients: { sid: string }[] }[]>(mock, `${LEFT}/_mock/sessions`);
    const sids = sessions.flatMap(({ clients }) => clients.map(({ sid }) => sid));
    expect(sids).toContain(claimsOf(hint)['sid']);
  });

  test('a session, even where its cookie comes along', async () => {
    const by = browser(mock.app);
    await logIn(LEFT, by);
    const silently = (prefix: string) => by.get(`${prefix}${authorizeUrl({ prompt: 'none' })}`);
    expect(callback(await silently(RIGHT)).get('error')).toBe('login_required');
    expect(callback(await silently('')).get('error')).toBe('login_required');
    expect(callback(await silently(LEFT)).get('code')).toMatch(/./);
  });

  test('a sid', async () => {
    const { id_token: idToken } = await tokensOf(LEFT);
    const path = `/_mock/sessions/${encodeURIComponent(String(claimsOf(idToken)['sid']))}/logout`;
    expect((await call(mock, 'POST', `${RIGHT}${path}`)).statusCode).toBe(404);
    expect((await call(mock, 'POST', path)).statusCode).toBe(404);
    expect((await call(mock, 'POST', `${LEFT}${path}`)).statusCode).toBe(200);
  });

  test('a client’s assertion: it names one of the two as its audience', async () => {
    const freeze = new Date(START).toISOString();
    for (const prefix of [LEFT, RIGHT]) await change(mock, 'POST', `${prefix}/_mock/clock`, { freeze });
    const aud = `http://localhost:8585${LEFT}${REALM}/access_token`;
    const assertion = await sign(assertionClaims(KEY_CLIENT, { aud }), EXAMPLE_KEY, {
      alg: String(EXAMPLE_JWK['alg'] ?? 'RS512'),
      kid: EXAMPLE_JWK.kid,
    });
    const redeemBy = async (prefix: string) => {
      const parameters = { client_id: KEY_CLIENT };
      const code = callback(await logIn(prefix, browser(mock.app), parameters)).get('code') ?? '';
      const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI };
      return browser(mock.app).post(`${prefix}${REALM}/access_token`, { ...form, ...byAssertion(assertion) });
    };
    const refused = await redeemBy(RIGHT);
    expect([refused.statusCode, refused.json().error]).toEqual([401, 'invalid_client']);
    expect((await redeemBy(LEFT)).statusCode).toBe(200);
  });
});

describe('a log-in belongs to the environment where it began', () => {
  test('it is not known below another prefix, and goes on below its own', async () => {
    const by = browser(mock.app);
    const login = locationOf(await by.get(`${LEFT}${authorizeUrl()}`));
    expect(login).toMatch(/^\/env\/left\/login\/[\w-]{43}$/);
    const bare = login.slice(LEFT.length);
    for (const elsewhere of ['', RIGHT]) {
      expect((await by.get(`${elsewhere}${bare}`)).statusCode).toBe(404);
      const form = { authenticator: 'nhsmail' };
      expect((await by.post(`${elsewhere}${bare}/authenticator`, form)).statusCode).toBe(404);
    }
    await submit(by, `${login}/authenticator`, { authenticator: 'nhsmail' });
    await submit(by, `${login}/nhsmail`, { email: 'alex.bound@nhs.net', password: 'password' });
    const end = await by.post(`${login}/number-match`, { answer: 'approve' });
    expect(outcomeOf(end)).toBe('authenticated');
  });
});

describe('what is changed in one is changed there alone', () => {
  test.each<[string, string, Method, string, object]>([
    ['a person', '/people', 'PATCH', '/people/910000000101', { family_name: 'Left' }],
    ['a person who is gone', '/people', 'DELETE', '/people/656005750105', {}],
    ['a binding', '/people', 'POST', '/nhsmail/uma.unbound@nhs.net/binding', { uid: '910000000105' }],
    ['an account', '/nhsmail', 'PATCH', '/nhsmail/alex.bound@nhs.net', { locked: true }],
    ['an organisation', '/organisations', 'PATCH', '/organisations/RZ8', { nhsmail_private_beta: true }],
    ['a client', '/clients', 'PATCH', '/clients/mock-client', { client_name: 'Left' }],
    ['a setting', '/settings', 'PATCH', '/settings', { timeouts: { login_seconds: 1 } }],
    ['the clock', '/clock', 'POST', '/clock', { freeze: '2030-01-01T00:00:00Z' }],
    ['a scenario', '/scenarios', 'POST', '/scenarios', { code: 'INTERNAL_ERROR' }],
    ['a key', '/keys', 'POST', '/keys', { action: 'publish' }],
  ])('%s', async (_what, list, method, path, body) => {
    const elsewhere = ['', RIGHT];
    // A clock that runs would be another at each reading.
    await change(mock, 'POST', `${RIGHT}/_mock/clock`, { freeze: 'now' });
    const look = () => Promise.all(elsewhere.map((prefix) => read(mock, `${prefix}/_mock${list}`)));
    const before = await look();
    const own = await read(mock, `${LEFT}/_mock${list}`);
    await change(mock, method, `${LEFT}/_mock${path}`, method === 'DELETE' ? undefined : body);
    expect(await read(mock, `${LEFT}/_mock${list}`)).not.toEqual(own);
    expect(await look()).toEqual(before);
  });

  test('what happened is in its journal alone', async () => {
    await change(mock, 'POST', `${LEFT}/_mock/reset`);
    await change(mock, 'DELETE', `${RIGHT}/_mock/journal`);
    const before = mock.environment.journal.events().length;
    await logIn(LEFT, browser(mock.app));
    expect((await read<unknown[]>(mock, `${LEFT}/_mock/journal`)).length).toBeGreaterThan(5);
    expect(await read(mock, `${RIGHT}/_mock/journal`)).toEqual([]);
    expect(mock.environment.journal.events()).toHaveLength(before);
  });

  test('a one-shot waits for a log-in of its own environment', async () => {
    await change(mock, 'POST', `${LEFT}/_mock/reset`);
    await change(mock, 'POST', `${LEFT}/_mock/scenarios`, { code: 'NO_ROLE', times: 1 });
    expect(outcomeOf(await logIn(RIGHT, browser(mock.app)))).toBe('authenticated');
    expect(outcomeOf(await logIn('', browser(mock.app)))).toBe('authenticated');
    expect(outcomeOf(await logIn(LEFT, browser(mock.app)))).toBe('no_role');
    expect(outcomeOf(await logIn(LEFT, browser(mock.app)))).toBe('authenticated');
  });

  test('a session that a moved clock ends is one of its own', async () => {
    await change(mock, 'POST', `${LEFT}/_mock/reset`);
    await change(mock, 'POST', `${RIGHT}/_mock/reset`);
    for (const prefix of [LEFT, RIGHT]) await logIn(prefix, browser(mock.app));
    await change(mock, 'POST', `${LEFT}/_mock/clock`, { advance_seconds: 7201 });
    expect(await read(mock, `${LEFT}/_mock/sessions`)).toEqual([]);
    expect(await read<unknown[]>(mock, `${RIGHT}/_mock/sessions`)).toHaveLength(1);
  });

  test('a reset takes back one, and leaves the other', async () => {
    for (const prefix of [LEFT, RIGHT]) {
      await change(mock, 'PATCH', `${prefix}/_mock/settings`, { timeouts: { login_seconds: 77 } });
      await change(mock, 'POST', `${prefix}/_mock/scenarios`, { code: 'ID_TOKEN_EXPIRED' });
      await logIn(prefix, browser(mock.app));
    }
    const lists = ['/settings', '/scenarios', '/sessions', '/journal', '/keys', '/people'];
    const look = () => Promise.all(lists.map((list) => read(mock, `${RIGHT}/_mock${list}`)));
    const before = await look();
    const keys = await read(mock, `${LEFT}/_mock/keys`);
    await change(mock, 'POST', `${LEFT}/_mock/reset`);
    expect(await look()).toEqual(before);
    expect(await read(mock, `${LEFT}/_mock/settings`)).toMatchObject({ timeouts: { login_seconds: 900 } });
    for (const list of ['/scenarios', '/sessions']) {
      expect(await read(mock, `${LEFT}/_mock${list}`)).toEqual([]);
    }
    expect(await read(mock, `${LEFT}/_mock/keys`)).toEqual(keys);
  });
});

describe('a browser stays below the prefix', () => {
  const below = (address: string) =>
    address.startsWith(`${LEFT}/`) || address.startsWith('/assets/') || !address.startsWith('/');

  /** The pages of a whole log-in and log-out, and of what is refused. */
  async function walk(by: Browser) {
    const pages = [await by.get(`${LEFT}/`), await by.get(`${LEFT}/nothing-here`)];
    pages.push(await by.get(`${LEFT}${authorizeUrl({ client_id: 'nobody' })}`));
    const begun = await by.get(`${LEFT}${authorizeUrl({ scope: 'openid selectedrole' })}`);
    const login = locationOf(begun);
    const step = async (path: string, form: Parameters) => {
      const sent = await by.post(`${login}${path}`, form);
      pages.push(sent, await by.get(login));
    };
    pages.push(begun, await by.get(login));
    await step('/authenticator', { authenticator: 'smartcard' });
    await step('/authenticator', { authenticator: 'nhsmail' });
    pages.push(await by.get(`${login}/nhsmail`));
    const again = locationOf(await by.get(`${LEFT}${authorizeUrl({ scope: 'openid selectedrole' })}`));
    await by.post(`${again}/authenticator`, { authenticator: 'nhsmail' });
    pages.push(await by.get(again), await by.post(`${again}/nhsmail`, { email: '', password: '' }));
    await by.post(`${again}/nhsmail`, { email: 'robin.roles@nhs.net', password: 'password' });
    pages.push(await by.get(again));
    await by.post(`${again}/number-match`, { answer: 'approve' });
    pages.push(await by.get(again));
    const failed = await logIn(LEFT, by, { mock_login: 'ira.internalerror@nhs.net' });
    pages.push(failed, await by.post(actionOf(failed, 'try-again')));
    pages.push(await by.post(actionOf(failed, 'different-way')));
    pages.push(await by.post(`${LEFT}${REALM}/authorize`, { client_id: 'mock-client' }));
    pages.push(await logIn(LEFT, by));
    pages.push(await by.get(`${LEFT}${REALM}/connect/endSession`));
    return pages;
  }

  test('by every link, form and redirect of its pages, and by its cookies', async () => {
    await change(mock, 'POST', `${LEFT}/_mock/reset`);
    const pages = await walk(browser(mock.app));
    const testIds = pages.map(({ body }) => /<main[^>]*data-testid="([^"]+)"/.exec(body)?.[1]);
    for (const page of ['start', 'error', 'choose-authenticator', 'nhsmail-sign-in', 'number-match']) {
      expect(testIds).toContain(`page-${page}`);
    }
    expect(testIds).toContain('outcome-internal_error');
    const addresses = pages.flatMap(({ body, headers }) => [
      ...[...body.matchAll(/(?:href|action|src)="([^"]*)"/g)].map((match) => match[1] ?? ''),
      ...(typeof headers.location === 'string' ? [headers.location] : []),
    ]);
    expect(addresses.filter((address) => address.startsWith(LEFT)).length).toBeGreaterThan(20);
    expect(addresses.filter((address) => !below(address))).toEqual([]);
    const cookies = pages.flatMap((page) => page.cookies);
    expect(new Set(cookies.map(({ name }) => name)).size).toBeGreaterThan(1);
    expect(new Set(cookies.map(({ path }) => path))).toEqual(new Set([`${LEFT}/`]));
  });
});

test('each line of the log names the environment that it is about', async () => {
  const lines: Record<string, unknown>[] = [];
  const logTo = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const logging = await testMock({ logLevel: 'info', logTo });
  for (const prefix of ['', LEFT, RIGHT]) {
    await browser(logging.app).get(`${prefix}${authorizeUrl({ mock_login: 'alex.bound@nhs.net' })}`);
  }
  await change(logging, 'DELETE', '/_mock/environments/left');
  const kinds = (name: string) =>
    lines.filter(({ environment }) => environment === name).map(({ kind }) => kind);
  expect(kinds('default')).toContain('code_issued');
  expect(kinds('right')).toEqual(['environment_started', ...kinds('default')]);
  expect(kinds('left')).toEqual([...kinds('right'), 'environment_ended']);
  expect(lines).toHaveLength(kinds('default').length + kinds('left').length + kinds('right').length);
});
