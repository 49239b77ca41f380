/** The signing keys: their life by the control API, and the file that keeps them over a restart. */
import { createPrivateKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, type JWK, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMockCis2 } from '../../src/create-mock-cis2.ts';
import type { KeyStatus } from '../../src/environment/signing-key-states.ts';
import { createSigningKeys } from '../../src/environment/signing-keys.ts';
import { ConfigurationError } from '../../src/index.ts';
import { encode, type Mock, REALM, START, testMock } from '../support/mock.ts';
import { EXAMPLE_JWK, EXAMPLE_KEY, ISSUER, titled, tokensOf, userInfo } from './support.ts';

const CLIENT = { client_id: 'mock-client', client_secret: 'mock-secret' };

/** Made once: each takes longer than a test. */
const SECOND_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

/** Too short to sign by, but quick to make: where a key only has to be there. */
const SHORT_KEY = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;

/** Signing keys that are there already, so that no test waits for the first one. Keeping them takes a moment. */
const keysFrom = (...keys: [KeyStatus, KeyObject][]) =>
  createSigningKeys({
    load: async () => keys.map(([status, privateKey]) => ({ status, privateKey })),
    begin: async (first) => first,
    save: () => nextTurn(),
  });

/** A mock with one active key, and one that is retired. */
const mockWithKeys = () => testMock({ keys: keysFrom(['active', EXAMPLE_KEY], ['retired', SECOND_KEY]) });

const mockWithOneKey = () => testMock({ keys: keysFrom(['active', EXAMPLE_KEY]) });

const list = async ({ app }: Mock): Promise<{ kid: string; status: KeyStatus }[]> =>
  (await app.inject('/_mock/keys')).json();

const statuses = async (mock: Mock) => (await list(mock)).map(({ status }) => status);

const change = ({ app }: Mock, action: string, kid?: string) =>
  app.inject({
    method: 'POST',
    url: '/_mock/keys',
    payload: { action, ...(kid === undefined ? {} : { kid }) },
  });

/** Changes a key; throws where it was refused. */
async function changed(mock: Mock, action: string, kid?: string): Promise<void> {
  const response = await change(mock, action, kid);
  if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${response.body}`);
  expect(response.json()).toEqual(await list(mock));
}

const jwks = async ({ app }: Mock): Promise<JSONWebKeySet> =>
  (await app.inject(`${REALM}/connect/jwk_uri`)).json();

const signingKids = async (mock: Mock) =>
  (await jwks(mock)).keys.filter(({ use }) => use === 'sig').map(({ kid }) => kid);

const newIdToken = async (mock: Mock) => (await tokensOf(mock, CLIENT)).id_token;

const kidOf = (jwt: string) => String(decodeProtectedHeader(jwt).kid);

/** Whether a relying party that reads the JWKS now takes this ID token. */
async function isVerified(mock: Mock, idToken: string): Promise<boolean> {
  try {
    await jwtVerify(idToken, createLocalJWKSet(await jwks(mock)), {
      algorithms: ['RS256'],
      issuer: ISSUER,
      audience: 'mock-client',
      currentDate: new Date(mock.clock.now()),
    });
    return true;
  } catch {
    return false;
  }
}

describe('signing keys live by the control API', () => {
  test('publish, use, retire, and the whole way back: what verifies is what is published', async () => {
    const mock = await mockWithOneKey();
    const [first] = await list(mock);
    const oldKid = String(first?.kid);
    const oldToken = await newIdToken(mock);
    expect([await signingKids(mock), kidOf(oldToken)]).toEqual([[oldKid], oldKid]);

    await changed(mock, 'publish');
    const newKid = String((await list(mock))[1]?.kid);
    expect(newKid).not.toBe(oldKid);
    expect(await statuses(mock)).toEqual(['active', 'published']);
    expect(await signingKids(mock)).toEqual([oldKid, newKid]);
    expect(kidOf(await newIdToken(mock))).toBe(oldKid);

    await changed(mock, 'use');
    expect(await statuses(mock)).toEqual(['published', 'active']);
    expect(await signingKids(mock)).toEqual([oldKid, newKid]);
    const newToken = await newIdToken(mock);
    expect(kidOf(newToken)).toBe(newKid);
    expect([await isVerified(mock, oldToken), await isVerified(mock, newToken)]).toEqual([true, true]);

    await changed(mock, 'retire');
    expect(await statuses(mock)).toEqual(['retired', 'active']);
    expect(await signingKids(mock)).toEqual([newKid]);
    expect([await isVerified(mock, oldToken), await isVerified(mock, newToken)]).toEqual([false, true]);

    await changed(mock, 'publish', oldKid);
    expect(await statuses(mock)).toEqual(['published', 'active']);
    expect(await signingKids(mock)).toEqual([oldKid, newKid]);
    expect([await isVerified(mock, oldToken), await isVerified(mock, newToken)]).toEqual([true, true]);

    await changed(mock, 'use', oldKid);
    await changed(mock, 'retire', newKid);
    expect(await statuses(mock)).toEqual(['active', 'retired']);
    expect(await signingKids(mock)).toEqual([oldKid]);
    const last = await newIdToken(mock);
    expect(kidOf(last)).toBe(oldKid);
    expect([await isVerified(mock, last), await isVerified(mock, newToken)]).toEqual([true, false]);
  });

  test('at every step the JWKS holds public parts only, each key once, and the one for encryption', async () => {
    const mock = await mockWithKeys();
    const [active, retired] = await list(mock);
    const steps: [string, string][] = [
      ['publish', String(retired?.kid)],
      ['use', String(retired?.kid)],
      ['retire', String(active?.kid)],
    ];
    for (const [action, kid] of steps) {
      await changed(mock, action, kid);
      const { keys } = await jwks(mock);
      for (const key of keys) {
        const named = ['alg', 'e', 'kid', 'kty', 'n', 'use'];
        expect([action, Object.keys(key).sort()]).toEqual([action, named]);
      }
      expect(new Set(keys.map(({ kid: each }) => each)).size).toBe(keys.length);
      expect(keys.filter(({ use }) => use === 'enc')).toHaveLength(1);
    }
  });

  test('without kid, the newest that is published is used, and the oldest retired', async () => {
    const third = SHORT_KEY;
    const mock = await testMock({
      keys: keysFrom(['active', EXAMPLE_KEY], ['published', SECOND_KEY], ['published', third]),
    });
    await changed(mock, 'use');
    expect(await statuses(mock)).toEqual(['published', 'published', 'active']);
    await changed(mock, 'retire');
    expect(await statuses(mock)).toEqual(['retired', 'published', 'active']);
  });

  test('publishing a key that is published, or using the one that signs, changes nothing', async () => {
    const mock = await mockWithKeys();
    const before = await list(mock);
    await changed(mock, 'publish', before[0]?.kid);
    await changed(mock, 'use', before[0]?.kid);
    expect(await list(mock)).toEqual(before);
  });

  test('of two that are used at once exactly one signs', async () => {
    const third = SHORT_KEY;
    const mock = await testMock({
      keys: keysFrom(['active', EXAMPLE_KEY], ['published', SECOND_KEY], ['published', third]),
    });
    const [, one, another] = await list(mock);
    await Promise.all([change(mock, 'use', one?.kid), change(mock, 'use', another?.kid)]);
    expect((await statuses(mock)).filter((status) => status === 'active')).toHaveLength(1);
  });

  test('of several changes at once each counts', async () => {
    const mock = await testMock({
      keys: keysFrom(['active', EXAMPLE_KEY], ['published', SECOND_KEY], ['retired', SHORT_KEY]),
    });
    const [first, second, third] = await list(mock);
    const answers = await Promise.all([
      change(mock, 'publish', third?.kid),
      change(mock, 'use', second?.kid),
      change(mock, 'retire', first?.kid),
    ]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    expect(await statuses(mock)).toEqual(['retired', 'active', 'published']);
  });

  test('of several that are made at once no more are published than there is room for', async () => {
    const others = Array.from({ length: 48 }, (): [KeyStatus, KeyObject] => ['retired', SHORT_KEY]);
    const mock = await testMock({ keys: keysFrom(['active', EXAMPLE_KEY], ...others) });
    const answers = await Promise.all([1, 2, 3].map(() => change(mock, 'publish')));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409, 409]);
    expect(await list(mock)).toHaveLength(50);
    expect((await change(mock, 'publish')).json().detail).toBe(
      'There are 50 keys already. Take a retired one back, by its kid.',
    );
  });

  test('an ID token of a retired key still serves as a hint for logging out', async () => {
    const mock = await mockWithKeys();
    const [active, retired] = await list(mock);
    const idToken = await newIdToken(mock);
    await changed(mock, 'use', retired?.kid);
    await changed(mock, 'retire', active?.kid);
    const response = await mock.app.inject(
      `${REALM}/connect/endSession?${encode({ id_token_hint: idToken })}`,
    );
    expect(response.statusCode).toBe(200);
    expect(mock.environment.journal.events({ kind: 'session_ended' })).toHaveLength(1);
  });

  test('an access token, which no key signs, lives on', async () => {
    const mock = await mockWithKeys();
    const [active, retired] = await list(mock);
    const { access_token: token } = await tokensOf(mock, CLIENT);
    await changed(mock, 'use', retired?.kid);
    await changed(mock, 'retire', active?.kid);
    expect((await userInfo(mock, token)).statusCode).toBe(200);
  });

  test('each change is in the journal', async () => {
    const mock = await mockWithKeys();
    const [active, retired] = await list(mock);
    await changed(mock, 'publish', retired?.kid);
    await changed(mock, 'use', retired?.kid);
    await changed(mock, 'retire', active?.kid);
    const events = mock.environment.journal.events({ kind: 'key_changed' });
    expect(events.map(({ explanation }) => explanation)).toEqual([
      `The key ${retired?.kid} is published now.`,
      `The key ${retired?.kid} is active now.`,
      `The key ${active?.kid} is retired now.`,
    ]);
  });
});

describe('a change of keys is refused', () => {
  const REFUSED: readonly {
    what: string;
    change: (mock: Mock, kids: readonly string[]) => ReturnType<typeof change>;
    detail: RegExp;
  }[] = [
    {
      what: 'retiring the key that signs',
      change: (mock, [active]) => change(mock, 'retire', active),
      detail: /^The key \S+ signs\. Use another one first, then retire it\.$/,
    },
    {
      what: 'using what nobody knows',
      change: (mock) => change(mock, 'use', 'unknown'),
      detail: /^No key has the kid unknown\. There are: \S+, \S+\.$/,
    },
    {
      what: 'retiring what nobody knows',
      change: (mock) => change(mock, 'retire', 'unknown'),
      detail: /^No key has the kid unknown\. There are: /,
    },
    {
      what: 'publishing again what nobody knows',
      change: (mock) => change(mock, 'publish', 'unknown'),
      detail: /^No key has the kid unknown\. There are: /,
    },
    {
      what: 'using when none is published',
      change: (mock) => change(mock, 'use'),
      detail: /^There is no published key to use\. Publish one first\.$/,
    },
    {
      what: 'retiring when none is published',
      change: (mock) => change(mock, 'retire'),
      detail: /^There is no published key to retire\. Publish one first\.$/,
    },
  ];

  test.each(titled(REFUSED))('with 409: %s', async (_what, { change: attempt, detail }) => {
    const mock = await mockWithKeys();
    const before = await list(mock);
    const response = await attempt(
      mock,
      before.map(({ kid }) => kid),
    );
    expect([response.statusCode, response.headers['content-type']]).toEqual([
      409,
      'application/problem+json; charset=utf-8',
    ]);
    expect(response.json()).toMatchObject({ title: 'Conflict', detail: expect.stringMatching(detail) });
    expect(await list(mock)).toEqual(before);
  });

  test.each<[string, unknown, string]>([
    ['without action', {}, '/action'],
    ['of an unknown action', { action: 'destroy' }, '/action'],
    ['with an unknown field', { action: 'use', key: 'any' }, '/key'],
    ['with a kid that is no text', { action: 'use', kid: 7 }, '/kid'],
    ['that is no object', [], ''],
  ])('with 400: one %s', async (_what, payload, pointer) => {
    const mock = await mockWithKeys();
    const before = await list(mock);
    const response = await mock.app.inject({
      method: 'POST',
      url: '/_mock/keys',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify(payload),
    });
    expect([response.statusCode, response.json().faults[0].pointer]).toEqual([400, pointer]);
    expect(await list(mock)).toEqual(before);
  });
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mock-cis2-keys-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

/** The path of a file in a folder of its own. */
function newPath(): string {
  files += 1;
  return join(mkdtempSync(join(folder, `${files}-`)), 'keys.json');
}

const others = (path: string) => readdirSync(join(path, '..')).filter((name) => name !== 'keys.json');

/** A mock that keeps its keys in a file, as a process does; no keys are shared with other tests. */
async function restarted(path: string) {
  const mock = await createMockCis2({ logLevel: 'silent', signingKeys: path });
  mock.clock.freeze(START);
  return mock;
}

/** Why a start with this file fails; undefined where it does not. */
const whyNotStarted = (path: string): Promise<unknown> =>
  restarted(path).then(
    () => undefined,
    (reason: unknown) => reason,
  );

interface KeyFile {
  keys: { status: string; jwk: JsonWebKey }[];
  encryption?: JWK;
}

const kept = (path: string): KeyFile => JSON.parse(readFileSync(path, 'utf8'));

const SECOND_JWK = SECOND_KEY.export({ format: 'jwk' });

describe('SIGNING_KEYS keeps the keys in a file', () => {
  test('that is made for its owner alone when the first key is needed, and read by the next start', async () => {
    const path = newPath();
    const before = await restarted(path);
    const [first, ...more] = await list(before);
    expect(more).toEqual([]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(others(path)).toEqual([]);
    const idToken = await newIdToken(before);

    const after = await restarted(path);
    expect(await list(after)).toEqual([first]);
    expect(kidOf(await newIdToken(after))).toBe(first?.kid);
    expect(await isVerified(after, idToken)).toBe(true);
  });

  test('with their statuses, and every change at once', async () => {
    const path = newPath();
    writeFileSync(
      path,
      JSON.stringify({
        keys: [
          { status: 'active', jwk: EXAMPLE_JWK },
          { status: 'published', jwk: SECOND_JWK },
        ],
      }),
      { mode: 0o600 },
    );
    const mock = await restarted(path);
    const [one, another] = await list(mock);
    const steps: [string, string, KeyStatus[]][] = [
      ['use', String(another?.kid), ['published', 'active']],
      ['retire', String(one?.kid), ['retired', 'active']],
      ['publish', String(one?.kid), ['published', 'active']],
      ['use', String(one?.kid), ['active', 'published']],
      ['retire', String(another?.kid), ['active', 'retired']],
    ];
    for (const [action, kid, expected] of steps) {
      await changed(mock, action, kid);
      expect(kept(path).keys.map(({ status }) => status)).toEqual(expected);
      expect([statSync(path).mode & 0o777, others(path)]).toEqual([0o600, []]);
      expect(await list(await restarted(path))).toEqual(await list(mock));
    }
  });

  test('a new one too, and it is the same key after a restart', async () => {
    const path = newPath();
    writeFileSync(path, JSON.stringify({ keys: [{ status: 'active', jwk: EXAMPLE_JWK }] }));
    const before = await restarted(path);
    await changed(before, 'publish');
    await changed(before, 'use');
    const idToken = await newIdToken(before);
    const after = await restarted(path);
    expect(await isVerified(after, idToken)).toBe(true);
    expect(await statuses(after)).toEqual(['published', 'active']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('with the encryption key beside them, so that a restart leaves the whole JWK Set as it was', async () => {
    const path = newPath();
    const mock = await restarted(path);
    await list(mock);
    const { keys } = await jwks(mock);
    const encryption = keys.find(({ use }: JWK) => use === 'enc');
    expect(encryption).toBeDefined();
    expect(kept(path).encryption).toEqual(encryption);

    const another = {
      kty: 'RSA',
      n: SECOND_JWK.n,
      e: SECOND_JWK.e,
      kid: 'kept',
      use: 'enc',
      alg: 'RSA-OAEP-256',
    };
    writeFileSync(path, JSON.stringify({ ...kept(path), encryption: another }));
    expect((await jwks(await restarted(path))).keys).toEqual([keys[0], another]);
  });

  test('and a file that can only be read serves as it is', async () => {
    const path = newPath();
    writeFileSync(path, JSON.stringify({ keys: [{ status: 'active', jwk: EXAMPLE_JWK }] }));
    const mock = await restarted(path);
    const away = `${dirname(path)}-away`;
    renameSync(dirname(path), away);
    expect((await jwks(mock)).keys).toHaveLength(2);
    renameSync(away, dirname(path));
  });

  test('and what is refused leaves the file as it was', async () => {
    const path = newPath();
    writeFileSync(path, JSON.stringify({ keys: [{ status: 'active', jwk: EXAMPLE_JWK }] }));
    const before = readFileSync(path);
    const mock = await restarted(path);
    const [active] = await list(mock);
    expect((await change(mock, 'retire', active?.kid)).statusCode).toBe(409);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('and a change that cannot be kept is none: it counts neither now nor after a restart', async () => {
    const path = newPath();
    const THIRD_JWK = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      format: 'jwk',
    });
    const keys = [
      { status: 'active', jwk: EXAMPLE_JWK },
      { status: 'published', jwk: SECOND_JWK },
      { status: 'retired', jwk: THIRD_JWK },
    ];
    writeFileSync(path, JSON.stringify({ keys }), { mode: 0o600 });
    const mock = await restarted(path);
    const before = await list(mock);
    const [active, , retired] = before;

    const away = `${dirname(path)}-away`;
    renameSync(dirname(path), away);
    for (const [action, kid] of [['use'], ['retire'], ['publish', retired?.kid], ['publish']] as const) {
      expect([action, (await change(mock, action, kid)).statusCode]).toEqual([action, 500]);
      expect([action, await list(mock)]).toEqual([action, before]);
    }
    expect(kidOf(await newIdToken(mock))).toBe(active?.kid);

    renameSync(away, dirname(path));
    expect(await list(await restarted(path))).toEqual(before);
    await changed(mock, 'use');
    expect(await list(await restarted(path))).toEqual(await list(mock));
  });

  const { d: _, ...WITHOUT_D } = EXAMPLE_JWK;
  const { p: __, ...WITHOUT_P } = EXAMPLE_JWK;
  const active = (jwk: unknown) => ({ status: 'active', jwk });
  const EC_JWK = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const SHORT_JWK = SHORT_KEY.export({ format: 'jwk' });
  const whole = JSON.stringify({ keys: [active(EXAMPLE_JWK)] });
  const inJson = (...keys: unknown[]) => JSON.stringify({ keys });

  test.each<[string, string, string]>([
    ['an empty file', '', 'what is not JSON'],
    ['text', 'not JSON', 'what is not JSON'],
    ['a file cut off in the middle', whole.slice(0, whole.length / 2), 'what is not JSON'],
    ['null', 'null', 'no list "keys"'],
    ['no keys', '{}', 'no list "keys"'],
    ['keys that are no list', '{"keys":{}}', 'no list "keys"'],
    ['a bare list', '[]', 'no list "keys"'],
    ['an empty list', inJson(), '0 active keys instead of one'],
    ['no active key', inJson({ status: 'published', jwk: EXAMPLE_JWK }), '0 active keys instead of one'],
    ['two active keys', inJson(active(EXAMPLE_JWK), active(SECOND_JWK)), '2 active keys instead of one'],
    ['an unknown status', inJson({ status: 'signing', jwk: EXAMPLE_JWK }), 'a key of status "signing"'],
    ['no status', inJson({ jwk: EXAMPLE_JWK }), 'a key of status undefined'],
    ['an entry that is null', inJson(null), 'a key of status undefined'],
    ['a key without a JWK', inJson({ status: 'active' }), 'a key that cannot be read'],
    ['an EC key', inJson(active(EC_JWK)), 'a key that cannot be read (not an RSA key of 2048 bits or more)'],
    ['a short key', inJson(active(SHORT_JWK)), 'a key that cannot be read (not an RSA key of 2048 bits'],
    ['a public key', inJson(active(WITHOUT_D)), 'a key that cannot be read'],
    ['a truncated JWK', inJson(active(WITHOUT_P)), 'a key that cannot be read'],
    [
      'one good key and one truncated',
      inJson(active(EXAMPLE_JWK), { status: 'retired', jwk: WITHOUT_P }),
      'a key that cannot be read',
    ],
    [
      'an encryption key that is none',
      JSON.stringify({ keys: [active(EXAMPLE_JWK)], encryption: { kty: 'RSA' } }),
      'an encryption key that cannot be read',
    ],
    [
      'an encryption key with its private part',
      JSON.stringify({ keys: [active(EXAMPLE_JWK)], encryption: { ...SECOND_JWK, use: 'enc' } }),
      'an encryption key that is no public one',
    ],
  ])('%s stops the start, is named and stays as it is', async (_what, content, found) => {
    const path = newPath();
    writeFileSync(path, content, { mode: 0o600 });
    const error = await whyNotStarted(path);
    expect(error).toBeInstanceOf(ConfigurationError);
    const faults = error instanceof ConfigurationError ? error.faults : [];
    expect(faults).toEqual([
      {
        path: `SIGNING_KEYS ${path}`,
        found: expect.stringContaining(found),
        allowed: expect.stringContaining('the file that the mock wrote: {"keys": [{"status": "active"'),
      },
    ]);
    expect(readFileSync(path, 'utf8')).toBe(content);
    expect(others(path)).toEqual([]);
    // No part of a private key is told.
    expect(String(error)).not.toContain(String(EXAMPLE_JWK.d).slice(0, 20));
  });

  test('the key of these tests would be taken, so that each refusal above has its own reason', async () => {
    const path = newPath();
    writeFileSync(path, whole);
    expect(await statuses(await restarted(path))).toEqual(['active']);
    expect(createPrivateKey({ key: EXAMPLE_JWK, format: 'jwk' }).asymmetricKeyType).toBe('rsa');
  });

  // It is taken, and then every token request ends as an error of the mock.
  test('a key whose parts do not belong together stops the start', async () => {
    const path = newPath();
    const damaged = { ...EXAMPLE_JWK, n: `${String(EXAMPLE_JWK.n).slice(0, -6)}AAAAAA` };
    writeFileSync(path, inJson(active(damaged)));
    expect(await whyNotStarted(path)).toBeInstanceOf(ConfigurationError);
  });

  // It starts, and the first key, which cannot be kept, ends as an unhandled rejection.
  test('a folder that is not there stops the start', async () => {
    const path = join(folder, 'not-there', 'keys.json');
    expect(await whyNotStarted(path)).toBeInstanceOf(ConfigurationError);
  });
});
