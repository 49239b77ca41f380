/** The functions of scenarios: each changes one thing, and leaves what it is given alone. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CATALOGUE, scenarioOf } from '../../src/scenarios/catalogue.ts';
import { hashLike, issuerWithOtherPort, kidLike, sidLike } from '../../src/scenarios/credible-values.ts';
import type { Scenario } from '../../src/scenarios/scenario.ts';
import { defaultsOf, moments, runChange, typicalContext } from './typical.ts';

const CHANGES = CATALOGUE.filter((scenario) => 'change' in scenario);

/** Where one has to be without a nonce to see that it changes something. */
const ran = (scenario: Scenario, now: number, seed: number) =>
  runChange(scenario, now, seed, scenario.code !== 'ID_TOKEN_NONCE_UNASKED');

describe('a change', () => {
  test.each(CHANGES.map((scenario) => [scenario.code, scenario] as const))(
    '%s leaves what it is given alone, changes something, does it the same each time, and can be sent',
    (_, scenario) => {
      const property = fc.property(moments, ([now, seed]) => {
        const run = ran(scenario, now, seed);
        expect(run?.changed).not.toEqual(run?.right);
        expect(run?.again).toEqual(run?.changed);
        expect(JSON.parse(JSON.stringify(run?.changed))).toEqual(run?.changed);
      });
      fc.assert(property, { numRuns: 20 });
    },
  );

  const tokens = CHANGES.filter(({ place }) => place === 'id_token' || place === 'logout_token');

  test.each(tokens.map((scenario) => [scenario.code, scenario] as const))(
    '%s touches the header and the signature, or the claims, or the delivery, and only one of them',
    (_, scenario) => {
      const run = ran(scenario, 1_700_000_000, 1);
      const [right, changed] = [run?.right, run?.changed].map((draft) => {
        const { header, signedBy, claims, posts } = Object(draft);
        return [JSON.stringify({ header, signedBy }), JSON.stringify(claims), posts];
      });
      const touched = right?.filter((part, at) => part !== changed?.[at]);
      expect(touched).toHaveLength(1);
    },
  );

  test.each([
    'INVALID_SCOPE',
    'LOGIN_REQUIRED',
    'INTERACTION_REQUIRED',
    'UNAUTHORIZED_CLIENT',
    'SERVER_ERROR_CALLBACK',
    'TEMPORARILY_UNAVAILABLE_CALLBACK',
  ])('%s keeps state and iss, and describes the error in the characters that OAuth allows', (code) => {
    const scenario = scenarioOf(code);
    if (scenario?.place !== 'authorization_response') throw new TypeError(`${code} is no callback`);
    const right = [
      ['code', 'c'],
      ['scope', 'openid'],
      ['state', 's'],
      ['iss', 'i'],
      ['client_id', 'mock-client'],
    ] as const;
    const changed = scenario.change(right, typicalContext(scenario, 1_700_000_000, 1));
    expect(changed.map(([name]) => name)).toEqual(['error', 'error_description', 'state', 'iss']);
    expect(Object.fromEntries(changed)).toMatchObject({ state: 's', iss: 'i' });
    expect(Object.fromEntries(changed)['error_description']).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  test('of the JWK Set needs no active kid to take the signing keys away', () => {
    const scenario = scenarioOf('JWKS_WITHOUT_ACTIVE_KEY');
    if (scenario?.place !== 'jwks')
      throw new TypeError('JWKS_WITHOUT_ACTIVE_KEY is no scenario of the JWK Set');
    const { activeKid, ...context } = typicalContext(scenario, 1_700_000_000, 1);
    const keys = [
      { kid: activeKid, use: 'sig' },
      { kid: 'other', use: 'sig' },
      { kid: 'enc', use: 'enc' },
    ];
    const right = { status: 200, headers: {}, body: { keys } };
    expect(scenario.change(right, context).body).toEqual({ keys: [{ kid: 'enc', use: 'enc' }] });
    expect(scenario.change(right, { ...context, activeKid: 'other' }).body).toEqual({
      keys: [keys[0], keys[2]],
    });
  });
});

describe('transport scenarios', () => {
  const answers = CATALOGUE.flatMap((scenario) =>
    scenario.place === 'transport' && scenario.transport.does === 'answer'
      ? [{ ...scenario, answer: scenario.transport.answer }]
      : [],
  );

  test.each([
    ['TOO_MANY_REQUESTS', 429],
    ['INTERNAL_SERVER_ERROR', 500],
    ['BAD_GATEWAY', 502],
    ['SERVICE_UNAVAILABLE', 503],
    ['GATEWAY_TIMEOUT', 504],
  ])('%s answers %i', (code, status) => {
    const found = answers.find((scenario) => scenario.code === code);
    expect(found?.answer(typicalContext(found, 1_700_000_000, 1)).status).toBe(status);
  });

  test.each(['TOO_MANY_REQUESTS', 'SERVICE_UNAVAILABLE'])('%s says when to come back', (code) => {
    const found = answers.find((scenario) => scenario.code === code);
    if (!found) throw new TypeError(`${code} is no answer`);
    const context = typicalContext(found, 1_700_000_000, 1);
    const parameters = { ...defaultsOf(found), retry_after_seconds: 7 };
    expect(found.answer({ ...context, parameters }).headers['retry-after']).toBe('7');
  });
});

describe('wrong values have the form of right ones', () => {
  const randomId = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((bytes) => Buffer.from(bytes).toString('base64url'));

  test.each([
    ['a kid', kidLike, 'base64', 20],
    ['a sid', sidLike, 'base64', 32],
    ['an at_hash', hashLike, 'base64url', 16],
  ] as const)('%s', (_, like, encoding, bytes) => {
    const property = fc.property(randomId, (id) => {
      const decoded = Buffer.from(like(id), encoding);
      expect(decoded).toHaveLength(bytes);
      // Encoded again it is the same: nothing hangs over that a strict decoder would refuse.
      expect(decoded.toString(encoding)).toBe(like(id));
    });
    fc.assert(property);
  });

  test.each([
    ['https://a.example:443/x:1', 'https://a.example/x:1'],
    ['https://a.example/x', 'https://a.example:443/x'],
    ['http://localhost:8585/x', 'http://localhost/x'],
    ['http://localhost', 'http://localhost:80'],
    ['http://[::1]:8585/x', 'http://[::1]/x'],
    ['http://[::1]/x', 'http://[::1]:80/x'],
  ])('the issuer %s becomes %s', (issuer, expected) => {
    expect(issuerWithOtherPort(issuer)).toBe(expected);
  });
});
