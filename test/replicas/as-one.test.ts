import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JournalEvent } from '../../src/journal/event.ts';
import { endExpiredSessions } from '../../src/oidc/session-end.ts';
import { closeReceivers, RP_A, receiver } from '../conformance/backchannel-support.ts';
import { demoLogIn } from '../demo/support.ts';
import { authorize, DEVELOPMENT, redeemAt } from '../realms/support.ts';
import {
  authorizeUrl,
  browser,
  callback,
  claimsOf,
  locationOf,
  logIn,
  outcomeOf,
  REALM,
  redeem,
  signIn,
  submit,
} from '../support/mock.ts';
import {
  balanced,
  closeAll,
  eventually,
  type RedisServer,
  type Replica,
  redisServer,
  replicasOf,
} from './support.ts';

const ALEX = 'alex.bound@nhs.net';

let redis: RedisServer;
let a: Replica;
let b: Replica;

beforeAll(async () => {
  redis = await redisServer();
  [a, b] = (await replicasOf(redis.url, 2)) as [Replica, Replica];
});
afterAll(async () => {
  await closeAll([a, b]);
  await redis.stop();
  await closeReceivers();
});

const read = async <T>({ app }: Replica, url: string): Promise<T> => (await app.inject(url)).json();

const call = ({ app }: Replica, method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', url: string, payload?: object) =>
  app.inject({ method, url, ...(payload ? { payload } : {}) });

const journalOf = (replica: Replica, query = '', prefix = '') =>
  read<JournalEvent[]>(replica, `${prefix}/_mock/journal${query}`);

describe('whichever replica a request comes to', () => {
  test('a log-in of another realm goes on there, and its code is good there alone', async () => {
    const by = browser(balanced([a, b]));
    const login = locationOf(await authorize(by, DEVELOPMENT));
    const form = { user_name: '910000000101', password: 'password' };
    const ended = await submit(by, `${login}/password`, form);
    expect(callback(ended).get('iss')).toMatch(/\/realms\/oidc$/);
    const code = callback(ended).get('code');
    expect((await redeemAt(b, REALM, code)).json().error).toBe('invalid_grant');
    const { id_token } = (await redeemAt(a, DEVELOPMENT, code)).json();
    expect(claimsOf(id_token)).toMatchObject({ realm: '/oidc', sub: '910000000101' });
  });

  test('a log-in on pages goes on, step by step, and its code is redeemed', async () => {
    const by = browser(balanced([a, b]));
    const { login } = await signIn(by, ALEX);
    const ended = await submit(by, `${login}/number-match`, { answer: 'approve' });
    expect(outcomeOf(ended)).toBe('authenticated');
    const tokens = await redeem(by, callback(ended).get('code'));
    expect(tokens.statusCode).toBe(200);
    for (const { app } of [a, b]) {
      const headers = { authorization: `Bearer ${tokens.json().access_token}` };
      const userInfo = await app.inject({ url: `${REALM}/userinfo`, headers });
      expect(userInfo.json()).toMatchObject({ sub: '910000000101' });
    }
  });

  test('the keys are the same, also where both need their first at the same moment', async () => {
    const jwks = await Promise.all(
      [a, b, a, b].map(({ app }) => app.inject(`/env/keys${REALM}/connect/jwk_uri`)),
    );
    expect(new Set(jwks.map(({ body }) => body)).size).toBe(1);
    expect(jwks[0]?.json().keys).toHaveLength(2);
  });

  test('a single sign-on session that began at one serves at the other, and ends at both', async () => {
    const by = browser(a.app);
    await logIn(by, ALEX);
    const other = browser(b.app);
    for (const [name, value] of by.cookies) other.cookies.set(name, value);
    const silent = await other.get(authorizeUrl({ prompt: 'none' }));
    expect(callback(silent).get('code')).toBeTruthy();
    const { id_token: hint } = (await redeem(other, callback(silent).get('code'))).json();
    await by.get(`${REALM}/connect/endSession?id_token_hint=${hint}`);
    expect(callback(await other.get(authorizeUrl({ prompt: 'none' }))).get('error')).toBe('login_required');
  });

  test('a key that was published, used and retired at one signs, and is gone, at the other', async () => {
    const sign = async (replica: Replica) => {
      const by = browser(replica.app);
      const code = callback(await by.get(`/env/rotate${authorizeUrl({ mock_login: ALEX })}`)).get('code');
      const form = {
        grant_type: 'authorization_code',
        code: code ?? '',
        redirect_uri: 'http://localhost:3000/callback',
      };
      const tokens = await by.post(`/env/rotate${REALM}/access_token`, {
        ...form,
        client_id: 'mock-client',
        client_secret: 'mock-secret',
      });
      const [header = ''] = String(tokens.json().id_token).split('.', 1);
      return JSON.parse(Buffer.from(header, 'base64url').toString()).kid as string;
    };
    const first = await sign(a);
    expect(await sign(b)).toBe(first);
    await call(a, 'POST', '/env/rotate/_mock/keys', { action: 'publish' });
    await call(b, 'POST', '/env/rotate/_mock/keys', { action: 'use' });
    const second = await sign(a);
    expect(second).not.toBe(first);
    await call(a, 'POST', '/env/rotate/_mock/keys', { action: 'retire' });
    const { keys } = await read<{ keys: { kid: string }[] }>(b, `/env/rotate${REALM}/connect/jwk_uri`);
    expect(keys.map(({ kid }) => kid)).not.toContain(first);
    expect(await sign(b)).toBe(second);
  });

  test('a key that a scenario rotated in while it answered is published at the other, and signs there', async () => {
    const kidOf = async (replica: Replica, parameters: Record<string, string>) => {
      const by = browser(replica.app);
      const code = callback(await logIn(by, ALEX, parameters)).get('code');
      const [header = ''] = String((await redeem(by, code)).json().id_token).split('.', 1);
      return JSON.parse(Buffer.from(header, 'base64url').toString()).kid as string;
    };
    const before = await kidOf(b, {});
    const rotated = await kidOf(a, { mock_scenario: 'KEY_ROTATED' });
    expect(rotated).not.toBe(before);
    const { keys } = await read<{ keys: { kid: string }[] }>(b, `${REALM}/connect/jwk_uri`);
    expect(keys.map(({ kid }) => kid)).toContain(rotated);
    expect(await kidOf(b, {})).toBe(rotated);
  });

  test('the demonstration application keeps its log-in', async () => {
    const by = browser(balanced([a, b]));
    let answer = await by.post('/demo/log-in', { persona: ALEX });
    for (let step = 0; step < 6 && answer.headers.location; step++)
      answer = await by.get(locationOf(answer).replace('http://localhost:8585', ''));
    expect(answer.body).toContain('page-demo-success');
  });

  test('the demonstration application is logged out by the logout token of a session that ended', async () => {
    const by = browser(balanced([a, b]));
    await demoLogIn(by, { persona: ALEX }, '/env/demo');
    const isLoggedIn = async () => (await by.get('/env/demo/demo')).body.includes('You are logged in as');
    expect(await isLoggedIn()).toBe(true);
    const [session] = await read<{ clients: { sid: string }[] }[]>(a, '/env/demo/_mock/sessions');
    const sid = encodeURIComponent(session?.clients[0]?.sid ?? '');
    await call(b, 'POST', `/env/demo/_mock/sessions/${sid}/logout`);
    const query = '?kind=logout_token_sent&wait=10';
    expect(await journalOf(a, query, '/env/demo')).toMatchObject([{ details: { answer: { status: 200 } } }]);
    expect(await isLoggedIn()).toBe(false);
  });
});

describe('what the control API changes at one replica', () => {
  test('counts at the other from its next request on', async () => {
    await call(a, 'PATCH', '/env/change/_mock/organisations/A9A5A', { nhsmail_private_beta: false });
    const refused = await b.app.inject(`/env/change${authorizeUrl({ mock_login: ALEX })}`);
    expect(outcomeOf(refused)).toBe('organisation_not_in_private_beta');
    await call(b, 'POST', '/env/change/_mock/reset');
    const right = await a.app.inject(`/env/change${authorizeUrl({ mock_login: ALEX })}`);
    expect(outcomeOf(right)).toBe('authenticated');
  });

  test('the clock moves for both, and what expires by it tells its client once', async () => {
    const app = await receiver();
    const registered = await call(a, 'PUT', '/env/time/_mock/clients/rp-a', {
      token_endpoint_auth_method: 'client_secret_post',
      client_secret: 'secret',
      redirect_uris: [RP_A.redirectUri],
      backchannel_logout_uri: app.uri,
      default_acr_values: ['AAL2_OR_AAL3_ANY'],
    });
    expect(registered.statusCode).toBe(201);
    const url = `/env/time${authorizeUrl({ client_id: 'rp-a', redirect_uri: RP_A.redirectUri, mock_login: ALEX })}`;
    expect(outcomeOf(await b.app.inject(url))).toBe('authenticated');
    await call(a, 'POST', '/env/time/_mock/clock', { freeze: '2030-01-01T00:00:00Z' });
    expect(await read(b, '/env/time/_mock/clock')).toMatchObject({
      now: '2030-01-01T00:00:00.000Z',
      frozen: true,
    });
    expect(await read(b, '/env/time/_mock/sessions')).toEqual([]);
    const query = '?kind=logout_token_sent&wait=10';
    expect(await journalOf(b, query, '/env/time')).toHaveLength(1);
    expect(app.received).toHaveLength(1);
  });

  test('a scenario that was queued at one acts at the other, once', async () => {
    await call(a, 'POST', '/env/queue/_mock/scenarios', { code: 'INTERNAL_ERROR', times: 1 });
    const url = `/env/queue${authorizeUrl({ mock_login: ALEX })}`;
    expect(outcomeOf(await b.app.inject(url))).toBe('internal_error');
    expect(outcomeOf(await a.app.inject(url))).toBe('authenticated');
  });

  test('an environment that began at one, with fixtures of its own, is at the other, until it ends', async () => {
    const settings = { nhsmail: { availability: 'general' } };
    const begun = await call(a, 'POST', '/_mock/environments', { name: 'made', patch: { settings } });
    expect(begun.statusCode).toBe(201);
    expect(await read(b, '/env/made/_mock/settings')).toMatchObject(settings);
    const names = async (replica: Replica) =>
      (await read<{ name: string }[]>(replica, '/_mock/environments')).map(({ name }) => name);
    expect(await names(b)).toContain('made');
    expect((await call(b, 'POST', '/_mock/environments', { name: 'made' })).statusCode).toBe(409);
    expect((await call(b, 'DELETE', '/_mock/environments/made')).statusCode).toBe(204);
    expect(await names(a)).not.toContain('made');
    expect(await read(a, '/env/made/_mock/settings')).not.toMatchObject(settings);
    expect((await call(a, 'DELETE', '/_mock/environments/never-there')).statusCode).toBe(404);
  });
});

describe('the journal', () => {
  test('is one, in one order, whoever recorded and whoever reads', async () => {
    const by = browser(balanced([a, b]));
    const answer = await by.get(`/env/order${authorizeUrl({ mock_login: ALEX })}`);
    await by.post(`/env/order${REALM}/access_token`, {
      grant_type: 'authorization_code',
      code: callback(answer).get('code') ?? '',
      redirect_uri: 'http://localhost:3000/callback',
      client_id: 'mock-client',
      client_secret: 'mock-secret',
    });
    const [atA, atB] = [await journalOf(a, '', '/env/order'), await journalOf(b, '', '/env/order')];
    expect(atB).toEqual(atA);
    expect(atA.map(({ id }) => id)).toEqual(atA.map((_, place) => place + 1));
    const loginId = atA.find(({ kind }) => kind === 'login_started')?.login_id;
    const ofLogin = await journalOf(b, `?login_id=${loginId}`, '/env/order');
    expect(ofLogin.map(({ kind }) => kind)).toEqual([
      'request_received',
      'request_checked',
      'login_started',
      'rule_decided',
      'session_started',
      'code_issued',
      'request_answered',
      'request_received',
      'token_issued',
      'request_answered',
    ]);
  });

  test('wakes who waits for it at the other replica', async () => {
    const waiting = journalOf(b, '?kind=refused&wait=10', '/env/wake');
    await a.app.inject(`/env/wake${REALM}/authorize`);
    expect(await waiting).toMatchObject([{ kind: 'refused' }]);
  });

  test('is forgotten everywhere, and ids go on counting', async () => {
    await a.app.inject(`/env/forget${REALM}/authorize`);
    const last = (await journalOf(b, '', '/env/forget')).at(-1)?.id ?? 0;
    expect((await call(a, 'DELETE', '/env/forget/_mock/journal')).statusCode).toBe(204);
    expect(await journalOf(b, '', '/env/forget')).toEqual([]);
    await b.app.inject(`/env/forget${REALM}/authorize`);
    expect((await journalOf(a, '', '/env/forget'))[0]?.id).toBe(last + 1);
  });
});

test('the log says that an environment ended once, and of none that was not there', async () => {
  const lines: string[] = [];
  const logTo = { write: (line: string) => void lines.push(line) };
  const both = (await replicasOf(redis.url, 2, { logLevel: 'info', logTo })) as [Replica, Replica];
  await call(both[0], 'POST', '/_mock/environments', { name: 'logged' });
  const asked = [...both, ...both].map((replica) => call(replica, 'DELETE', '/_mock/environments/logged'));
  const statuses = (await Promise.all(asked)).map(({ statusCode }) => statusCode);
  expect(statuses.sort()).toEqual([204, 404, 404, 404]);
  await closeAll(both);
  const said = lines.filter((line) => line.includes('environment_ended'));
  expect(said.map((line) => JSON.parse(line).msg)).toEqual([expect.stringContaining('logged ended')]);
});

test('an environment that ended at one is soon forgotten by the other, and one that lives is not', async () => {
  let now = Date.now();
  const [c] = (await replicasOf(redis.url, 1, { machine: () => now })) as [Replica];
  const held = () => c.environments.all().map(({ name }) => name);
  for (const name of ['ends', 'lives']) await c.app.inject(`/env/${name}/_mock/clock`);
  expect(held()).toEqual(['default', 'ends', 'lives']);
  await call(a, 'DELETE', '/_mock/environments/ends');
  now += 5000;
  c.environments.endUnused();
  await eventually(async () => !held().includes('ends'));
  expect(held()).toEqual(['default', 'lives']);
  await closeAll([c]);
});

test('an environment that nobody uses is held until the clients of its sessions have been told', async () => {
  let now = Date.now();
  const [c] = (await replicasOf(redis.url, 1, { machine: () => now })) as [Replica];
  const app = await receiver();
  const hour = 3_600_000;
  const timeouts = { session_idle_seconds: 7200, session_max_seconds: 7200 };
  const patch = { settings: { timeouts } };
  for (const name of ['watched', 'idle'])
    await call(c, 'POST', '/_mock/environments', { name, time_to_live_seconds: 86_400, patch });
  await call(c, 'PATCH', '/env/watched/_mock/clients/mock-client', { backchannel_logout_uri: app.uri });
  await call(c, 'POST', '/env/watched/_mock/tokens', { persona: ALEX });
  const held = () => c.environments.all().map(({ name }) => name);
  const look = () => {
    c.environments.endUnused();
    for (const environment of c.environments.all())
      environment.background.run(endExpiredSessions(environment));
  };
  await c.app.inject('/env/idle/_mock/clock');
  now += hour;
  look();
  await eventually(async () => !held().includes('idle'));
  expect(held()).toEqual(['default', 'watched']);
  now += hour;
  look();
  await eventually(async () => app.received.length === 1);
  now += hour;
  look();
  await eventually(async () => !held().includes('watched'));
  await closeAll([c]);
});

describe('an environment that ended at one, while the other holds it,', () => {
  /** Begun at one, used at the other, with a session that its client is to hear the end of; ended at the first. */
  async function endedElsewhere(name: string, uri: string) {
    await call(a, 'POST', '/_mock/environments', { name });
    await call(b, 'PATCH', `/env/${name}/_mock/clients/mock-client`, { backchannel_logout_uri: uri });
    const minted = await call(b, 'POST', `/env/${name}/_mock/tokens`, { persona: ALEX });
    expect(minted.statusCode).toBe(200);
    const held = await b.environments.at(name);
    expect((await call(a, 'DELETE', `/_mock/environments/${name}`)).statusCode).toBe(204);
    return held;
  }

  const names = async () =>
    (await read<{ name: string }[]>(a, '/_mock/environments')).map(({ name }) => name);

  test('does not begin again when its sessions expire, nor is anybody told of them', async () => {
    const app = await receiver();
    const { clock, background } = await endedElsewhere('over', app.uri);
    clock.advance(86_400);
    await background.settled();
    expect(await names()).not.toContain('over');
    expect(app.received).toEqual([]);
  });

  test('is no fault of work that was under way for it', async () => {
    const lines: string[] = [];
    const logTo = { write: (line: string) => void lines.push(line) };
    const [c] = (await replicasOf(redis.url, 1, { logLevel: 'error', logTo })) as [Replica];
    await call(a, 'POST', '/_mock/environments', { name: 'left' });
    const { background, change } = await c.environments.at('left');
    await call(a, 'DELETE', '/_mock/environments/left');
    background.run(change(() => {}));
    background.run(Promise.reject(new Error('of another kind')));
    await background.settled();
    await closeAll([c]);
    expect(lines.filter((line) => line.includes('background work failed'))).toEqual([
      expect.stringContaining('of another kind'),
    ]);
  });

  test('is changed no more', async () => {
    const { change } = await endedElsewhere('unchanged', (await receiver()).uri);
    await expect(change(() => {})).rejects.toThrow('There is no environment unchanged');
    expect(await names()).not.toContain('unchanged');
  });
});

test('the fixtures of the replica that started last are those of all', async () => {
  const server = await redisServer();
  const [old] = (await replicasOf(server.url, 1)) as [Replica];
  const people = (replica: Replica) => read<unknown[]>(replica, '/_mock/nhsmail');
  const before = (await people(old)).length;
  const account = { email: 'new.comer@nhs.net', password: 'password' };
  const [fresh] = (await replicasOf(server.url, 1, {
    fixtures: { extends: 'default', nhsmail: [account] },
  })) as [Replica];
  expect(await people(old)).toHaveLength(before + 1);
  await call(old, 'POST', '/_mock/reset');
  expect(await people(fresh)).toHaveLength(before + 1);
  await closeAll([old, fresh]);
  await server.stop();
});

test('everything in the store expires', async () => {
  const by = browser(balanced([a, b]));
  const { id_token: idToken } = (await redeem(by, callback(await logIn(by, ALEX)).get('code'))).json();
  expect(claimsOf(idToken)['sub']).toBe('910000000101');
  const keys = (await redis.send('KEYS', '*')) as string[];
  expect(keys.length).toBeGreaterThan(20);
  const lives = await Promise.all(keys.map(async (key) => [key, await redis.send('TTL', key)] as const));
  // The list of environments has no life of its own: whoever reads it or adds to it takes out those that ended.
  const forever = lives.filter(([, seconds]) => Number(seconds) < 0).map(([key]) => key);
  expect(forever).toEqual(['{mock-cis2}:environments']);
});
