/** Whatever anybody sends: no crash, no code without a log-in, no token without a code, no redirect elsewhere. */
import fc from 'fast-check';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { held, pageOf } from '../oidc/support.ts';
import {
  browser,
  CLIENT,
  callback,
  encode,
  logIn,
  type Mock,
  outcomeOf,
  pkce,
  REALM,
  REDIRECT_URI,
  testMock,
} from '../support/mock.ts';
import { ALL_PATHS, loginAt, STEPS } from './support.ts';

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
  // Making the keys and the first page takes longest; it is not to use up the time of a property.
  await mock.app.inject(`${REALM}/connect/jwk_uri`);
  await logIn(browser(mock.app), 'bea.notinbeta@nhs.net');
});
afterAll(() => mock.app.close());

/** A fault found is told with its seed and path: give both to fc.assert to run that one case again. */
const bounded = (numRuns: number): fc.Parameters<unknown> => ({
  numRuns,
  interruptAfterTimeLimit: 3000,
  markInterruptAsFailure: false,
});

/**
 * A property of requests. A run that the time limit cuts off goes on regardless: it is waited for, and heard, before
 * the next test counts what the server holds.
 */
let running: Promise<unknown> = Promise.resolve();
function inTurn<T extends unknown[]>(run: (...given: T) => Promise<void>) {
  return (...given: T): Promise<void> => {
    const underWay = run(...given);
    running = underWay;
    return underWay;
  };
}
afterEach(() =>
  running.catch((reason: unknown) => {
    if (!(reason instanceof fc.PreconditionFailure)) throw reason;
  }),
);

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

type Held = Awaited<ReturnType<typeof held>>;

/** Where an answer may send a browser: on within this server, or back to an application that is allowed. */
function mayLeadTo(location: string): boolean {
  if (!/^[\x21-\x7e]+$/.test(location)) return false;
  if (location.startsWith('/')) return /^\/(?:login\/[^/\\]*$|openam\/)/.test(location);
  const { protocol, hostname, username, password, hash } = new URL(location);
  if (location.startsWith('https://strict.example.invalid/callback?')) return hash === '';
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return loopback && ['http:', 'https:'].includes(protocol) && username + password + hash === '';
}

/** What holds of every answer there is. */
function expectSound(answer: LightMyRequestResponse) {
  const outcome = outcomeOf(answer);
  if (answer.statusCode >= 500)
    expect(outcome, `status ${answer.statusCode}: ${answer.body}`).toBe('internal_error');
  expect(answer.headers['x-mock-cis2-request-id'], `${answer.statusCode}: ${answer.body}`).toMatch(
    /^[0-9a-f-]{36}$/,
  );
  expect(/\bat .*\(.*:\d+:\d+\)/.test(answer.body), 'shows a stack trace').toBe(false);
  // The start page shows the secret of the first client, so that it can be copied.
  const secrets =
    pageOf(answer) === 'page-start' ? ['mock-strict-secret'] : ['mock-secret', 'mock-strict-secret'];
  expect(secrets.filter((secret) => answer.body.includes(secret))).toEqual([]);
  const { location } = answer.headers;
  if (location === undefined) return;
  expect(mayLeadTo(String(location)), `redirect to ${location}`).toBe(true);
  const isOwn = String(location).startsWith('/');
  if (!isOwn && new URL(String(location)).searchParams.has('code')) expect(outcome).toBe('authenticated');
}

/** Sends a request and checks all that holds of any, and that a code comes of it only with an authenticated log-in. */
async function send(options: InjectOptions & { url: string }): Promise<LightMyRequestResponse> {
  const before = await held(mock);
  const answer = await mock.app.inject(options);
  expectSound(answer);
  const after = await held(mock);
  if (outcomeOf(answer) === 'authenticated') expect(after).toMatchObject({ codes: before.codes + 1 });
  else expectNothingCameOf(before, after);
  return answer;
}

function expectNothingCameOf(before: Held, after: Held) {
  for (const kind of ['codes', 'grants', 'accessTokens', 'sessions'] as const) {
    expect(after[kind], kind).toBeLessThanOrEqual(before[kind]);
  }
}

const wildText = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    '0',
    'null',
    '__proto__',
    '%',
    '\u0000',
    '\r\nx: y',
    '../..',
    '<script>',
    '"',
    '\\',
  ),
  fc.integer({ min: 1, max: 12_000 }).map((length) => 'x'.repeat(length)),
);

/** Text that is put into a query or form as it stands. */
const rawText = fc.oneof(
  fc.constantFrom(
    '%',
    '%zz',
    '%E0%A4%A',
    '%C0%AE',
    '%00',
    '=',
    '&',
    '&&=&=',
    '+',
    '%25%',
    'a=1&a=2',
    '#',
    ';',
    '?',
  ),
  fc.string({ unit: fc.constantFrom('%', '&', '=', '+', 'f', '0', 'G', ';'), maxLength: 30 }),
);

/** Text for a form, which unlike an address may hold any letter unencoded. */
const rawFormText = fc.oneof(rawText, fc.string({ unit: 'binary', maxLength: 20 }), fc.constant('\r\n'));

/** Something done to the parameter at a place, counted round. */
interface Mutation {
  kind: 'drop' | 'duplicate' | 'replace' | 'rename' | 'raw';
  at: number;
  text: string;
}

const mutation = (raw: fc.Arbitrary<string>): fc.Arbitrary<Mutation> => {
  const at = fc.nat({ max: 20 });
  return fc.oneof(
    fc.record({ kind: fc.constantFrom('drop', 'duplicate', 'replace', 'rename'), at, text: wildText }),
    fc.record({ kind: fc.constant('raw' as const), at, text: raw }),
  );
};

const pairOf = (name: string, value: string) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;

/** A good set of parameters, as text, with some things done to it. */
function mutated(good: Readonly<Record<string, string>>, mutations: readonly Mutation[]): string {
  const pairs = Object.entries(good).map(([name, value]) => ({ name, value, text: pairOf(name, value) }));
  for (const each of mutations) {
    const index = each.at % Math.max(pairs.length, 1);
    const pair = pairs[index];
    if (!pair) continue;
    if (each.kind === 'drop') pairs.splice(index, 1);
    else if (each.kind === 'duplicate') pairs.push(pair);
    else if (each.kind === 'replace') pairs[index] = { ...pair, text: pairOf(pair.name, each.text) };
    else if (each.kind === 'rename') pairs[index] = { ...pair, text: pairOf(each.text, pair.value) };
    else pairs[index] = { ...pair, text: `${encodeURIComponent(pair.name)}=${each.text}` };
  }
  return pairs.map(({ text }) => text).join('&');
}

describe('a wild authorization request', () => {
  const good = fc.record({
    client_id: fc.constantFrom('mock-client', 'mock-client-basic', 'mock-strict-client'),
    redirect_uri: fc.constantFrom(
      REDIRECT_URI,
      'https://strict.example.invalid/callback',
      'http://127.0.0.1:1/?a=b',
      'http://localhost@evil.example/',
    ),
    response_type: fc.constantFrom('code', 'token'),
    scope: fc.constantFrom('openid', 'openid selectedrole', 'profile'),
    state: wildText,
    nonce: wildText,
    prompt: fc.constantFrom('', 'login', 'none', 'consent', 'LOGIN', 'None'),
    max_age: fc.constantFrom('', '0', '300', '-1'),
    acr_values: fc.constantFrom('', 'AAL2_ANY', 'AAL3_ANY', 'x'),
    mock_login: fc.constantFrom(
      '',
      'alex.bound@nhs.net',
      '656005750104',
      'ira.internalerror@nhs.net',
      'bea.notinbeta@nhs.net',
      'nobody',
    ),
    mock_on_failure: fc.constantFrom('', 'page', 'redirect'),
  });

  test('by GET is answered soundly', async () => {
    const mutations = fc.array(mutation(rawText), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        good,
        mutations,
        inTurn(async (parameters, changes) => {
          await send({ url: `${REALM}/authorize?${mutated(parameters, changes)}` });
        }),
      ),
      bounded(100),
    );
  });

  test('by POST is answered soundly, and so is what it leads to', async () => {
    const mutations = fc.array(mutation(rawFormText), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        good,
        mutations,
        inTurn(async (parameters, changes) => {
          const payload = mutated(parameters, changes);
          const answer = await send({ method: 'POST', url: `${REALM}/authorize`, headers: FORM, payload });
          expect(answer.statusCode).toBe(303);
          await send({ url: String(answer.headers.location) });
        }),
      ),
      bounded(100),
    );
  });
});

describe('a wild token request', () => {
  const url = `${REALM}/access_token`;

  function expectNoToken(answer: LightMyRequestResponse) {
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toMatch(/access_token"|id_token"|eyJ/);
    expect(answer.json()).toEqual({ error: expect.any(String), error_description: expect.any(String) });
  }

  test('without a code that was issued gives no token', async () => {
    const request = fc.record({
      mutations: fc.array(mutation(rawFormText), { maxLength: 4 }),
      code: wildText,
      headers: fc.record(
        {
          'content-type': fc.constantFrom(
            FORM['content-type'],
            'application/json',
            'text/plain',
            'application/x-www-form-urlencoded; charset=x; charset=y',
            ';;;',
          ),
          authorization: fc.oneof(
            fc.string({ maxLength: 60 }).map((text) => text.replace(/[^\x20-\x7e]/g, '')),
            fc
              .string({ unit: 'binary', maxLength: 30 })
              .map((text) => `Basic ${Buffer.from(text).toString('base64')}`),
          ),
        },
        { requiredKeys: ['content-type'] },
      ),
    });
    await fc.assert(
      fc.asyncProperty(
        request,
        inTurn(async ({ mutations, code, headers }) => {
          const good = {
            grant_type: 'authorization_code',
            redirect_uri: REDIRECT_URI,
            client_id: 'mock-client',
            client_secret: 'mock-secret',
          };
          const payload = `${mutated(good, mutations)}&${pairOf('code', code)}`;
          expectNoToken(await send({ method: 'POST', url, headers, payload }));
        }),
      ),
      bounded(80),
    );
  });

  test('with any one part of a good one changed gives no token, and the good one still does', async () => {
    const part = fc.constantFrom(
      'grant_type',
      'code',
      'redirect_uri',
      'client_id',
      'client_secret',
      'code_verifier',
    );
    await fc.assert(
      fc.asyncProperty(
        part,
        wildText,
        inTurn(async (name, text) => {
          const { verifier, challenge } = pkce();
          const answer = await logIn(browser(mock.app), 'alex.bound@nhs.net', {
            code_challenge: challenge,
            code_challenge_method: 'S256',
          });
          const good: Record<string, string> = {
            grant_type: 'authorization_code',
            code: callback(answer).get('code') ?? '',
            redirect_uri: REDIRECT_URI,
            code_verifier: verifier,
            ...CLIENT,
          };
          fc.pre(good[name] !== text);
          const post = (payload: string) => mock.app.inject({ method: 'POST', url, headers: FORM, payload });

          const wrong = await send({
            method: 'POST',
            url,
            headers: FORM,
            payload: encode({ ...good, [name]: text }),
          });
          const right = await post(encode(good));

          expectNoToken(wrong);
          expect(right.statusCode).toBe(200);
        }),
      ),
      bounded(40),
    );
  });
});

describe('wild forms', () => {
  test('to a running log-in bring a code only where it ends as authenticated, and only one', async () => {
    const value = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom('nhsmail', 'smartcard', 'approve', 'password', 'without', 'search'),
      },
      { weight: 2, arbitrary: fc.constantFrom('robin.roles@nhs.net', '910000000102', '930001020001') },
      { weight: 1, arbitrary: wildText },
    );
    const field = fc.constantFrom(
      'authenticator',
      'email',
      'password',
      'answer',
      'uid',
      'person_roleid',
      'do',
      'search',
    );
    const form = fc.record({
      path: fc.constantFrom('', '/', '/unknown', ...ALL_PATHS),
      fields: fc.dictionary(field, value, { maxKeys: 4 }),
      mutations: fc.array(mutation(rawFormText), { maxLength: 1 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...STEPS),
        fc.array(form, { maxLength: 8 }),
        inTurn(async (step, forms) => {
          const by = browser(mock.app);
          const login = await loginAt(by, step);
          let authenticated = 0;
          for (const { path, fields, mutations } of forms) {
            const answer = await send({
              method: 'POST',
              url: `${login}${path}`,
              headers: { ...FORM, accept: 'text/html' },
              cookies: Object.fromEntries(by.cookies),
              payload: mutated(fields, mutations),
            });
            if (outcomeOf(answer) === 'authenticated') authenticated += 1;
            expect(answer.statusCode).toBeLessThan(500);
          }
          expect(authenticated).toBeLessThanOrEqual(1);
          expect((await by.get(login)).statusCode).toBeLessThan(500);
        }),
      ),
      bounded(60),
    );
  });
});

describe('wild addresses', () => {
  test('by any method are answered soundly', async () => {
    const segment = fc.oneof(
      fc.constantFrom(
        'login',
        'openam',
        '_mock',
        'journal',
        'assets',
        'userinfo',
        '..',
        '.',
        '',
        '%2e%2e',
        '%2f',
        '%zz',
        '*',
        ':a(',
      ),
      fc.constantFrom(
        'try-again',
        'return',
        'nhsmail',
        'favicon.svg',
        'access_token',
        'connect',
        'jwk_uri',
        'endSession',
        'introspect',
        'revoke',
        'sessions',
        'keys',
        '%ff',
        '%00',
      ),
      wildText.map((text) => encodeURIComponent(text).slice(0, 200)),
    );
    const path = fc.oneof(
      fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join('/')}`),
      fc
        .tuple(
          fc.constantFrom(REALM, `${REALM}/authorize`, `${REALM}/connect`, '/login', '/assets', '/_mock'),
          segment,
        )
        .map(([base, text]) => `${base}/${text}`),
    );
    const method = fc.constantFrom(
      'GET',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'HEAD',
      'OPTIONS',
      'TRACE',
      'PROPFIND',
      'QUERY',
    );
    const query = fc.option(rawText, { nil: undefined });
    const accept = fc.constantFrom('text/html', 'application/json', '*/*', '');
    await fc.assert(
      fc.asyncProperty(
        path,
        method,
        query,
        accept,
        inTurn(async (address, by, text, accepts) => {
          const url = text === undefined ? address : `${address}?${text}`;
          await send({ method: by as 'GET', url, headers: { accept: accepts } });
        }),
      ),
      bounded(100),
    );
  });
});
