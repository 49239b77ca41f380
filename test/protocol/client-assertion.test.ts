/** private_key_jwt and client_secret_jwt: what proves that a client calls, and every way in which it does not. */
import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, test } from 'vitest';
import { call } from '../support/control.ts';
import { type Mock, REALM, testMock } from '../support/mock.ts';
import {
  assertionClaims,
  byAssertion,
  CLIENT_BASE,
  type Claims,
  codeFor,
  EXAMPLE_JWK,
  EXAMPLE_KEY,
  type Form,
  ISSUER,
  JWT_BEARER,
  KEY_CLIENT,
  NOW,
  post,
  publicJwk,
  redeemBy,
  refusalOf,
  sign,
  TOKEN_ENDPOINT,
  titled,
  wireOf,
  withClients,
} from './support.ts';

const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const P384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const P521 = generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey;
const FOREIGN_P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const FOREIGN_RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

const MANY_KEYS = 'app-with-many-keys';
const ONLY_RS512 = 'app-only-rs512';
const BY_SECRET = 'app-with-secret-jwt';
const ONLY_HS512 = 'app-only-hs512';
const SECRET = 'a secret of sixty-four characters, so that it is right for HS512';

const secretBytes = (secret: string) => new TextEncoder().encode(secret);

const FIXTURES = withClients([
  {
    ...CLIENT_BASE,
    client_id: MANY_KEYS,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: {
      keys: [
        publicJwk(FOREIGN_P256, 'decoy'),
        { ...publicJwk(EXAMPLE_KEY, 'encryption'), use: 'enc' },
        { ...publicJwk(EXAMPLE_KEY, 'rsa'), use: 'sig' },
        publicJwk(P256, 'p256'),
        publicJwk(P384, 'p384'),
        publicJwk(P521, 'p521'),
        { ...publicJwk(P256, 'es384-only'), alg: 'ES384' },
      ],
    },
  },
  {
    ...CLIENT_BASE,
    client_id: ONLY_RS512,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [publicJwk(EXAMPLE_KEY, 'rsa')] },
    // never: the static type of a union made by map(), a defect of the schema’s type alone.
    jwks_uri_signing_algorithm: 'RS512' as never,
  },
  {
    ...CLIENT_BASE,
    client_id: BY_SECRET,
    token_endpoint_auth_method: 'client_secret_jwt',
    client_secret: SECRET,
  },
  {
    ...CLIENT_BASE,
    client_id: ONLY_HS512,
    token_endpoint_auth_method: 'client_secret_jwt',
    client_secret: SECRET,
    jwks_uri_signing_algorithm: 'HS512' as never,
  },
]);

const mockWithClients = () => testMock({ fixtures: FIXTURES });

/** Asks for a token with a code that does not exist: who is let in is told so, who is not is told that. */
const authenticate = (mock: Mock, form: Form) => redeemBy(mock, 'no-such-code', form);

const isLetIn = (response: LightMyRequestResponse): boolean => {
  const { error } = response.json();
  if (error !== 'invalid_grant' && error !== 'invalid_client') throw new Error(response.body);
  return error === 'invalid_grant';
};

const JWT_IS_NOT_VALID = {
  status: 401,
  body: { error: 'invalid_client', error_description: 'JWT is not valid' },
};

/** A good assertion of the default client with a key, with what is given put over its claims. */
const exampleAssertion = (claims: Claims = {}, header: { alg?: string; kid?: string } = {}) =>
  sign(assertionClaims(KEY_CLIENT, claims), EXAMPLE_KEY, { alg: 'RS256', kid: EXAMPLE_JWK.kid, ...header });

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((alg) => ({
    alg,
    key: EXAMPLE_KEY,
    kid: 'rsa',
  })),
  { alg: 'ES256', key: P256, kid: 'p256' },
  { alg: 'ES384', key: P384, kid: 'p384' },
  { alg: 'ES512', key: P521, kid: 'p521' },
];

describe('private_key_jwt lets in a client', () => {
  test.each(ALGORITHMS)('that signs by $alg, and its code becomes tokens', async ({ alg, key, kid }) => {
    const mock = await mockWithClients();
    const code = await codeFor(mock, MANY_KEYS);
    const assertion = await sign(assertionClaims(MANY_KEYS), key, { alg, kid });
    const response = await redeemBy(mock, code, { client_id: MANY_KEYS, ...byAssertion(assertion) });
    expect([response.statusCode, response.json().token_type]).toEqual([200, 'Bearer']);
  });

  test('that names itself in the assertion alone', async () => {
    const mock = await mockWithClients();
    const code = await codeFor(mock, KEY_CLIENT);
    const response = await redeemBy(mock, code, byAssertion(await exampleAssertion()));
    expect([response.statusCode, response.json().token_type]).toEqual([200, 'Bearer']);
  });

  test.each(
    titled([
      { what: 'RSA', alg: 'PS256', key: EXAMPLE_KEY },
      { what: 'a second key of the same curve', alg: 'ES256', key: P256 },
    ]),
  )('that names no kid, by any of its keys that fits: %s', async (_what, { alg, key }) => {
    const mock = await mockWithClients();
    const assertion = await sign(assertionClaims(MANY_KEYS), key, { alg });
    expect(isLetIn(await authenticate(mock, byAssertion(assertion)))).toBe(true);
  });

  test.each(
    titled([
      { what: 'by the public name', aud: TOKEN_ENDPOINT },
      { what: 'by the internal name', aud: `http://mock-cis2:8585${REALM}/access_token` },
      { what: 'as the issuer', aud: ISSUER },
      { what: 'among others', aud: ['https://elsewhere.example.test/token', TOKEN_ENDPOINT] },
    ]),
  )('whose aud names this provider %s', async (_what, { aud }) => {
    const mock = await testMock({ fixtures: FIXTURES, internalOrigin: 'http://mock-cis2:8585' });
    expect(isLetIn(await authenticate(mock, byAssertion(await exampleAssertion({ aud }))))).toBe(true);
  });

  test('whose aud has the explicit port of the public origin, and not without it', async () => {
    const mock = await testMock({ fixtures: FIXTURES, publicOrigin: 'https://cis2.example.test:443' });
    const at = async (origin: string) =>
      isLetIn(
        await authenticate(
          mock,
          byAssertion(await exampleAssertion({ aud: `${origin}${REALM}/access_token` })),
        ),
      );
    expect([await at('https://cis2.example.test:443'), await at('https://cis2.example.test')]).toEqual([
      true,
      false,
    ]);
  });

  test.each(
    titled([
      { what: 'an exp that passed 29 seconds ago, within the tolerance', claims: { exp: NOW - 29 } },
      { what: 'an exp 5 minutes and the tolerance ahead', claims: { exp: NOW + 330 } },
      { what: 'nbf and iat ahead within the tolerance', claims: { nbf: NOW + 30, iat: NOW + 30 } },
      { what: 'neither nbf nor iat', claims: { iat: undefined } },
      { what: 'an iat of long ago', claims: { iat: NOW - 86_400 } },
    ]),
  )('with %s', async (_what, { claims }) => {
    const mock = await mockWithClients();
    expect(isLetIn(await authenticate(mock, byAssertion(await exampleAssertion(claims))))).toBe(true);
  });

  test('that uses the same jti as another client', async () => {
    const mock = await mockWithClients();
    const jti = randomUUID();
    const other = await sign(assertionClaims(MANY_KEYS, { jti }), P256, { alg: 'ES256', kid: 'p256' });
    const answers = [
      await authenticate(mock, byAssertion(await exampleAssertion({ jti }))),
      await authenticate(mock, byAssertion(other)),
    ];
    expect(answers.map(isLetIn)).toEqual([true, true]);
  });

  test('at revocation and introspection as at the token endpoint', async () => {
    const mock = await mockWithClients();
    for (const path of ['/token/revoke', '/introspect']) {
      const form = { token: 'unknown', ...byAssertion(await exampleAssertion()) };
      expect([path, (await post(mock, path, form)).statusCode]).toEqual([path, 200]);
    }
  });
});

const SIGNATURE = 'The signature of the assertion is right.';
const PUBLISHED = 'The assertion is signed by a key that the client publishes (kid).';
const ALGORITHM = 'The assertion is signed by an algorithm that the client is registered for (alg).';
const SUBJECT = 'iss and sub of the assertion are the client_id.';
const AUDIENCE = 'aud of the assertion is this provider.';
const TIME = 'The assertion is valid now, and not for long (exp, nbf, iat).';
const JTI = 'jti of the assertion is there, and was not used before.';

interface FaultCase {
  what: string;
  assertion: () => Promise<string> | string;
  rule: string;
  found: string;
  client?: string;
}

const claimFault = (what: string, claims: Claims, rule: string, found: string): FaultCase => ({
  what,
  assertion: () => exampleAssertion(claims),
  rule,
  found,
});

const FAULTS: readonly FaultCase[] = [
  {
    what: 'signed by a foreign key under a published kid',
    assertion: () => sign(assertionClaims(KEY_CLIENT), FOREIGN_RSA, { alg: 'RS256', kid: EXAMPLE_JWK.kid }),
    rule: SIGNATURE,
    found: `a signature that no key of the client verifies (kid ${EXAMPLE_JWK.kid})`,
  },
  {
    what: 'signed by a foreign key without a kid',
    assertion: () => sign(assertionClaims(KEY_CLIENT), FOREIGN_RSA, { alg: 'RS256' }),
    rule: SIGNATURE,
    found: 'a signature that no key of the client verifies (kid missing)',
  },
  {
    what: 'changed after it was signed',
    assertion: async () => {
      const [header, , signature] = (await exampleAssertion()).split('.');
      return `${header}.${base64url(assertionClaims(KEY_CLIENT))}.${signature}`;
    },
    rule: SIGNATURE,
    found: 'a signature that no key of the client verifies',
  },
  {
    what: 'without a signature',
    assertion: async () => (await exampleAssertion()).replace(/[^.]+$/, ''),
    rule: SIGNATURE,
    found: 'a signature that no key of the client verifies',
  },
  {
    what: 'of an unknown kid',
    assertion: () => exampleAssertion({}, { kid: 'never-published' }),
    rule: PUBLISHED,
    found: 'kid never-published, alg RS256',
  },
  {
    what: 'by the key that is published for encryption',
    client: MANY_KEYS,
    assertion: () => sign(assertionClaims(MANY_KEYS), EXAMPLE_KEY, { alg: 'RS256', kid: 'encryption' }),
    rule: PUBLISHED,
    found: 'kid encryption, alg RS256',
  },
  {
    what: 'by a key that is published for another alg',
    client: MANY_KEYS,
    assertion: () => sign(assertionClaims(MANY_KEYS), P256, { alg: 'ES256', kid: 'es384-only' }),
    rule: PUBLISHED,
    found: 'kid es384-only, alg ES256',
  },
  {
    what: 'by an alg of another family than the key of its kid',
    client: MANY_KEYS,
    assertion: () => sign(assertionClaims(MANY_KEYS), P256, { alg: 'ES256', kid: 'rsa' }),
    rule: PUBLISHED,
    found: 'kid rsa, alg ES256',
  },
  {
    what: 'by an alg other than the registered one',
    client: ONLY_RS512,
    assertion: () => sign(assertionClaims(ONLY_RS512), EXAMPLE_KEY, { alg: 'RS256', kid: 'rsa' }),
    rule: ALGORITHM,
    found: 'alg RS256',
  },
  {
    what: 'of alg none, without a signature',
    assertion: () => `${base64url({ alg: 'none' })}.${base64url(assertionClaims(KEY_CLIENT))}.`,
    rule: ALGORITHM,
    found: 'alg none',
  },
  {
    what: 'of alg nOnE, with some signature',
    assertion: () => `${base64url({ alg: 'nOnE' })}.${base64url(assertionClaims(KEY_CLIENT))}.c2ln`,
    rule: ALGORITHM,
    found: 'alg nOnE',
  },
  {
    what: 'without alg',
    assertion: () => `${base64url({})}.${base64url(assertionClaims(KEY_CLIENT))}.c2ln`,
    rule: ALGORITHM,
    found: 'alg missing',
  },
  {
    what: 'of HS256 by the text of the public key (key confusion)',
    assertion: () => {
      const pem = createPublicKey(EXAMPLE_KEY).export({ format: 'pem', type: 'spki' }).toString();
      return sign(assertionClaims(KEY_CLIENT), secretBytes(pem), { alg: 'HS256', kid: EXAMPLE_JWK.kid });
    },
    rule: ALGORITHM,
    found: 'alg HS256',
  },
  {
    what: 'of HS256 by the JSON of the public key (key confusion)',
    assertion: () => {
      const jwk = JSON.stringify(publicJwk(EXAMPLE_KEY, EXAMPLE_JWK.kid));
      return sign(assertionClaims(KEY_CLIENT), secretBytes(jwk), { alg: 'HS256', kid: EXAMPLE_JWK.kid });
    },
    rule: ALGORITHM,
    found: 'alg HS256',
  },
  claimFault(
    'for another provider',
    { aud: 'https://elsewhere.example.test/token' },
    AUDIENCE,
    'aud https://elsewhere.example.test/token',
  ),
  claimFault(
    'whose aud is the token endpoint and a slash',
    { aud: `${TOKEN_ENDPOINT}/` },
    AUDIENCE,
    `aud ${TOKEN_ENDPOINT}/`,
  ),
  claimFault(
    'whose aud is another endpoint',
    { aud: `${ISSUER}/authorize` },
    AUDIENCE,
    `aud ${ISSUER}/authorize`,
  ),
  claimFault('without aud', { aud: undefined }, AUDIENCE, 'aud missing'),
  claimFault('whose aud is an empty list', { aud: [] }, AUDIENCE, 'aud missing'),
  claimFault('whose iss is not its sub', { iss: 'someone' }, SUBJECT, `iss someone, sub ${KEY_CLIENT}`),
  claimFault(
    'whose sub is another client',
    { sub: MANY_KEYS },
    SUBJECT,
    `iss ${KEY_CLIENT}, sub ${MANY_KEYS}`,
  ),
  claimFault(
    'of another client altogether',
    { iss: MANY_KEYS, sub: MANY_KEYS },
    SUBJECT,
    `iss ${MANY_KEYS}, sub ${MANY_KEYS}`,
  ),
  claimFault('without iss', { iss: undefined }, SUBJECT, `iss missing, sub ${KEY_CLIENT}`),
  claimFault('without sub', { sub: undefined }, SUBJECT, `iss ${KEY_CLIENT}, sub missing`),
  claimFault('without exp', { exp: undefined }, TIME, 'exp missing'),
  claimFault('whose exp passed by as much as the tolerance', { exp: NOW - 30 }, TIME, 'exp 30 seconds ago'),
  claimFault(
    'whose exp is more than 5 minutes and the tolerance ahead',
    { exp: NOW + 331 },
    TIME,
    'exp 331 seconds ahead',
  ),
  claimFault('whose exp is not a whole number', { exp: NOW + 60.5 }, TIME, `exp ${NOW + 60.5}`),
  claimFault('whose exp is text', { exp: String(NOW + 60) }, TIME, `exp "${NOW + 60}"`),
  claimFault(
    'whose exp is in milliseconds',
    { exp: (NOW + 60) * 1000 },
    TIME,
    `exp ${(NOW + 60) * 1000 - NOW} seconds ahead`,
  ),
  claimFault('whose nbf is ahead', { nbf: NOW + 31 }, TIME, 'nbf 31 seconds ahead'),
  claimFault('whose exp is null', { exp: null }, TIME, 'exp null, which is no number'),
  claimFault('whose nbf is text', { nbf: 'now' }, TIME, 'nbf "now", which is no number'),
  claimFault(
    'whose nbf is a number as text',
    { nbf: String(NOW - 5) },
    TIME,
    `nbf "${NOW - 5}", which is no number`,
  ),
  claimFault('whose iat is null', { iat: null }, TIME, 'iat null, which is no number'),
  claimFault('whose iat is an object', { iat: {} }, TIME, 'iat {}, which is no number'),
  claimFault('whose iat is ahead', { iat: NOW + 31 }, TIME, 'iat 31 seconds ahead'),
  claimFault('without jti', { jti: undefined }, JTI, 'no jti'),
  claimFault('whose jti is empty', { jti: '' }, JTI, 'no jti'),
  claimFault('whose jti is a number', { jti: 7 }, JTI, 'no jti'),
  ...[
    ['text', 'not a jwt'],
    ['two parts', 'eyJhbGciOiJSUzI1NiJ9.e30'],
    ['parts that are not JSON', 'AAAA.BBBB.CCCC'],
    ['claims that are a list', `${base64url({ alg: 'RS256' })}.${base64url([])}.c2ln`],
  ].map(([what, text]) => ({
    what: `that is no JWT: ${what}`,
    assertion: () => String(text),
    rule: 'A client assertion is a JWT.',
    found: 'text that is no JWT',
  })),
];

describe('"JWT is not valid" is all that the wire says, and the journal says why, of an assertion', () => {
  // What is refused leaves nothing behind, so these share a mock.
  const shared = mockWithClients();

  test.each(titled(FAULTS))('%s', async (_what, { assertion, rule, found, client = KEY_CLIENT }) => {
    const mock = await shared;
    const response = await authenticate(mock, { client_id: client, ...byAssertion(await assertion()) });
    expect(wireOf(response)).toEqual(JWT_IS_NOT_VALID);
    expect(response.headers['www-authenticate']).toBeUndefined();
    const refusal = refusalOf(mock, response);
    expect([refusal.parameter, refusal.rule]).toEqual(['client_assertion', rule]);
    expect(refusal.found).toContain(found);
    expect(refusal.mend).not.toBe('');
  });

  test('whose exp passes while it waits', async () => {
    const mock = await mockWithClients();
    const form = byAssertion(await exampleAssertion({ exp: NOW + 60 }));
    mock.clock.advance(90);
    const response = await authenticate(mock, form);
    expect(wireOf(response)).toEqual(JWT_IS_NOT_VALID);
    expect(refusalOf(mock, response).found).toBe('exp 30 seconds ago');
  });

  test('by the status that settings.invalid_client_status names', async () => {
    const mock = await testMock({ fixtures: { ...FIXTURES, settings: { invalid_client_status: 400 } } });
    const response = await authenticate(mock, byAssertion(await exampleAssertion({ exp: NOW - 60 })));
    expect(wireOf(response)).toEqual({ ...JWT_IS_NOT_VALID, status: 400 });
  });
});

describe('an assertion is used once', () => {
  test('and refused the second time, as long as it would still be valid', async () => {
    const mock = await mockWithClients();
    const jti = randomUUID();
    const form = byAssertion(await exampleAssertion({ jti }));
    expect(isLetIn(await authenticate(mock, form))).toBe(true);
    mock.clock.advance(329);
    const response = await authenticate(mock, form);
    expect(wireOf(response)).toEqual(JWT_IS_NOT_VALID);
    expect(refusalOf(mock, response)).toMatchObject({ rule: JTI, found: `jti ${jti}, used before` });
  });

  test.each([
    ['the skew is changed', (mock: Mock) => call(mock, 'POST', '/_mock/clock', { skew_seconds: -1000 })],
    [
      'more tolerance is given',
      (mock: Mock) => call(mock, 'PATCH', '/_mock/settings', { timeouts: { clock_tolerance_seconds: 1000 } }),
    ],
  ])('and refused after it expired, where it is valid again since %s', async (_since, change) => {
    const mock = await mockWithClients();
    const form = byAssertion(await exampleAssertion());
    const other = byAssertion(await exampleAssertion());
    expect(isLetIn(await authenticate(mock, form))).toBe(true);
    mock.clock.advance(1000);
    expect(isLetIn(await authenticate(mock, other))).toBe(false);
    expect((await change(mock)).statusCode).toBe(200);
    expect(isLetIn(await authenticate(mock, other))).toBe(true);
    expect(isLetIn(await authenticate(mock, form))).toBe(false);
  });

  test('and so is its jti, in another assertion of the same client', async () => {
    const mock = await mockWithClients();
    const jti = randomUUID();
    await authenticate(mock, byAssertion(await exampleAssertion({ jti })));
    const response = await authenticate(mock, byAssertion(await exampleAssertion({ jti, exp: NOW + 200 })));
    expect(refusalOf(mock, response).found).toBe(`jti ${jti}, used before`);
  });

  test('and of ten that come at once exactly one wins', async () => {
    const mock = await mockWithClients();
    const form = byAssertion(await exampleAssertion());
    const answers = await Promise.all(Array.from({ length: 10 }, () => authenticate(mock, form)));
    expect(answers.filter(isLetIn)).toHaveLength(1);
  });

  test('and a false signature does not use up its jti', async () => {
    const mock = await mockWithClients();
    const jti = randomUUID();
    const forged = await sign(assertionClaims(KEY_CLIENT, { jti }), FOREIGN_RSA, {
      alg: 'RS256',
      kid: EXAMPLE_JWK.kid,
    });
    expect(isLetIn(await authenticate(mock, byAssertion(forged)))).toBe(false);
    expect(isLetIn(await authenticate(mock, byAssertion(await exampleAssertion({ jti }))))).toBe(true);
  });
});

describe('an assertion comes by itself, as what it is, from a client that is registered for it', () => {
  const failed = (description: string) => ({
    status: 401,
    body: { error: 'invalid_client', error_description: description },
  });
  const unauthenticated = failed('Client authentication failed');

  test.each(
    titled<{ what: string; form: Form; found: string }>([
      {
        what: 'without client_assertion_type',
        form: { client_assertion_type: undefined },
        found: 'no client_assertion_type',
      },
      {
        what: 'of another type',
        form: { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' },
        found: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
      },
    ]),
  )('%s it is refused', async (_what, { form, found }) => {
    const mock = await mockWithClients();
    const response = await authenticate(mock, { ...byAssertion(await exampleAssertion()), ...form });
    expect(wireOf(response)).toEqual(unauthenticated);
    expect(refusalOf(mock, response)).toMatchObject({
      parameter: 'client_assertion_type',
      found,
      expected: JWT_BEARER,
    });
  });

  const twice: readonly { what: string; form: Form; headers: Record<string, string>; found: string }[] = [
    {
      what: 'a client_secret',
      form: { client_secret: 'mock-secret' },
      headers: {},
      found: 'a client_secret beside it',
    },
    {
      what: 'an Authorization header',
      form: {},
      headers: { authorization: `Basic ${Buffer.from('mock-client-basic:mock-secret').toString('base64')}` },
      found: 'an Authorization header beside other credentials in the body',
    },
  ];

  test.each(titled(twice))('beside %s it is refused', async (_what, { form, headers, found }) => {
    const mock = await mockWithClients();
    const both = { grant_type: 'authorization_code', ...byAssertion(await exampleAssertion()), ...form };
    const response = await post(mock, '/access_token', both, headers);
    expect(response.json().error_description).toBe('Client authentication failed');
    expect(refusalOf(mock, response).found).toBe(found);
  });

  // RFC 6749 section 5.2 and facts 10.5: more than one mechanism is invalid_request.
  test('beside a client_secret the request is called invalid, not the client', async () => {
    const mock = await mockWithClients();
    const both = { ...byAssertion(await exampleAssertion()), client_secret: 'mock-secret' };
    const response = await authenticate(mock, both);
    expect([response.statusCode, response.json().error]).toEqual([400, 'invalid_request']);
  });

  test.each([
    { client: 'mock-client', registered: 'client_secret_post' },
    { client: 'mock-client-basic', registered: 'client_secret_basic' },
    { client: 'mock-public-client', registered: 'none' },
  ])('from a client of $registered it is refused', async ({ client, registered }) => {
    const mock = await mockWithClients();
    const assertion = await sign(assertionClaims(client), EXAMPLE_KEY, { alg: 'RS256' });
    const response = await authenticate(mock, byAssertion(assertion));
    expect(wireOf(response)).toEqual(failed('Invalid authentication method for accessing this endpoint.'));
    expect(refusalOf(mock, response)).toMatchObject({
      parameter: 'token_endpoint_auth_method',
      found: 'a client assertion',
      expected: registered,
    });
  });

  test.each(
    titled<{ what: string; form: Form; found: string }>([
      { what: 'a client_secret', form: { client_secret: 'mock-secret' }, found: 'client_secret_post' },
      { what: 'nothing', form: {}, found: 'none' },
    ]),
  )('a client of private_key_jwt that sends %s instead is refused', async (_what, { form, found }) => {
    const mock = await mockWithClients();
    const response = await authenticate(mock, { client_id: KEY_CLIENT, ...form });
    expect(wireOf(response)).toEqual(failed('Invalid authentication method for accessing this endpoint.'));
    expect(refusalOf(mock, response)).toMatchObject({ found, expected: 'private_key_jwt' });
  });

  test('of a client that nobody registered it is refused', async () => {
    const mock = await mockWithClients();
    const assertion = await sign(assertionClaims('nobody'), EXAMPLE_KEY, { alg: 'RS256' });
    const response = await authenticate(mock, byAssertion(assertion));
    expect(wireOf(response)).toEqual(unauthenticated);
    expect(refusalOf(mock, response)).toMatchObject({ rule: 'The client is registered.', found: 'nobody' });
  });

  test.each([
    ['is no JWT', 'rubbish'],
    ['names nobody', `${base64url({ alg: 'RS256' })}.${base64url({})}.c2ln`],
  ])('without client_id and with an assertion that %s, it is refused', async (_what, assertion) => {
    const mock = await mockWithClients();
    const response = await authenticate(mock, byAssertion(assertion));
    expect(wireOf(response)).toEqual(JWT_IS_NOT_VALID);
    expect(refusalOf(mock, response).found).toBe('text that is no JWT, or one with neither sub nor iss');
  });

  test('beside the client_id of a client that authenticates otherwise, the two are named', async () => {
    const mock = await mockWithClients();
    const form = { client_id: 'mock-client', ...byAssertion(await exampleAssertion()) };
    const response = await authenticate(mock, form);
    expect([response.statusCode, response.json().error]).toEqual([401, 'invalid_client']);
    expect(refusalOf(mock, response)).toMatchObject({
      parameter: 'client_id',
      found: `client_id mock-client, and an assertion of ${KEY_CLIENT}`,
      mend: expect.stringContaining(`Send client_id=${KEY_CLIENT}`),
    });
  });

  test('beside it, one of a client that is not registered is no advice', async () => {
    const mock = await mockWithClients();
    const assertion = await exampleAssertion({ iss: 'nobody', sub: 'nobody' });
    const response = await authenticate(mock, { client_id: 'mock-client', ...byAssertion(assertion) });
    expect(refusalOf(mock, response)).toMatchObject({ parameter: 'token_endpoint_auth_method' });
  });

  test.each([
    ['an object', { id: KEY_CLIENT }],
    ['a list', [KEY_CLIENT]],
    ['a number', 7],
  ])('whose sub is %s it is refused, and nothing breaks', async (_what, sub) => {
    const mock = await mockWithClients();
    const response = await authenticate(mock, byAssertion(await exampleAssertion({ sub })));
    expect([response.statusCode, response.json().error]).toEqual([401, 'invalid_client']);
  });
});

describe('client_secret_jwt', () => {
  test.each(['HS256', 'HS384', 'HS512'])('lets in a client that signs by %s', async (alg) => {
    const mock = await mockWithClients();
    const code = await codeFor(mock, BY_SECRET);
    const assertion = await sign(assertionClaims(BY_SECRET), secretBytes(SECRET), { alg });
    const response = await redeemBy(mock, code, byAssertion(assertion));
    expect([response.statusCode, response.json().token_type]).toEqual([200, 'Bearer']);
  });

  test('refuses a signature by another secret', async () => {
    const mock = await mockWithClients();
    const assertion = await sign(assertionClaims(BY_SECRET), secretBytes(`${SECRET}!`), { alg: 'HS256' });
    const response = await authenticate(mock, byAssertion(assertion));
    expect(wireOf(response)).toEqual(JWT_IS_NOT_VALID);
    expect(refusalOf(mock, response)).toMatchObject({
      rule: SIGNATURE,
      found: 'a signature by another secret',
    });
  });

  test('refuses an assertion that comes a second time', async () => {
    const mock = await mockWithClients();
    const assertion = await sign(assertionClaims(BY_SECRET), secretBytes(SECRET), { alg: 'HS256' });
    const answers = [
      await authenticate(mock, byAssertion(assertion)),
      await authenticate(mock, byAssertion(assertion)),
    ];
    expect(answers.map(isLetIn)).toEqual([true, false]);
  });

  test.each(
    titled([
      {
        what: 'by a key instead of the secret',
        client: BY_SECRET,
        alg: 'RS256',
        expected: 'HS256, HS384, HS512',
      },
      {
        what: 'by an alg other than the registered one',
        client: ONLY_HS512,
        alg: 'HS256',
        expected: 'HS512',
      },
    ]),
  )('refuses a signature %s', async (_what, { client, alg, expected }) => {
    const mock = await mockWithClients();
    const key = alg.startsWith('RS') ? EXAMPLE_KEY : secretBytes(SECRET);
    const response = await authenticate(mock, byAssertion(await sign(assertionClaims(client), key, { alg })));
    expect(wireOf(response)).toEqual(JWT_IS_NOT_VALID);
    expect(refusalOf(mock, response)).toMatchObject({ rule: ALGORITHM, found: `alg ${alg}`, expected });
  });
});

describe('the journal never holds the signature of an assertion', () => {
  /** A header as some libraries write it: JSON with spaces, so that it does not begin with eyJ. */
  const withSpaces = (value: unknown) => Buffer.from(JSON.stringify(value, null, 1)).toString('base64url');

  test.each<{ what: string; assertion: () => Promise<string>; log?: boolean }>([
    { what: 'that is good', assertion: () => exampleAssertion() },
    { what: 'that is refused', assertion: () => exampleAssertion({ exp: NOW - 600 }) },
    {
      what: 'that is so long that the journal cuts it',
      assertion: () => exampleAssertion({ 'https://example.test/long': 'x'.repeat(1100) }),
    },
  ])('$what', async ({ assertion }) => {
    const lines: string[] = [];
    const mock = await testMock({
      fixtures: FIXTURES,
      logLevel: 'trace',
      logTo: { write: (line) => lines.push(line) },
    });
    const text = await assertion();
    await authenticate(mock, byAssertion(text));
    const kept = JSON.stringify(mock.environment.journal.events()) + lines.join('');
    const [header = '', , signature = ''] = text.split('.');
    expect(kept).toContain(header);
    expect(kept).not.toContain(signature.slice(0, 20));
  });

  // The journal knows a JWT by the eyJ at its beginning, which one whose JSON has spaces lacks.
  test('whose JSON has spaces', async () => {
    const mock = await mockWithClients();
    const signature = 'c2lnbmF0dXJlIG9mIHRoZSBhc3NlcnRpb24';
    const header = withSpaces({ alg: 'RS256' });
    const text = `${header}.${withSpaces(assertionClaims(KEY_CLIENT))}.${signature}`;
    await authenticate(mock, byAssertion(text));
    const kept = JSON.stringify(mock.environment.journal.events());
    expect(kept).toContain(header);
    expect(kept).not.toContain(signature);
  });
});
