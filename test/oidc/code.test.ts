/** The token endpoint: from a code to tokens, once, and only for whom it was issued (facts 3.1, 10.5, 10.6). */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS_TOKENS } from '../../src/oidc/grant.ts';
import {
  browser,
  CLIENT,
  callback,
  encode,
  logIn,
  type Mock,
  pkce,
  REALM,
  REDIRECT_URI,
  START,
  testMock,
} from '../support/mock.ts';
import {
  basic,
  eventsOf,
  held,
  mockWithSlowStore,
  postToken,
  refusalOf,
  tokensOf,
  userInfo,
} from './support.ts';

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
});
afterEach(() => mock.clock.freeze(START));
afterAll(() => mock.app.close());

type Parameters = Readonly<Record<string, string | undefined>>;

const INVALID_GRANT = 'The provided access grant is invalid, expired, or revoked.';

/** A fresh code for Alex. */
async function newCode(parameters: Parameters = {}): Promise<string> {
  const code = callback(await logIn(browser(mock.app), 'alex.bound@nhs.net', parameters)).get('code');
  if (code === null) throw new Error('no code');
  return code;
}

const goodForm = (code: string, parameters: Parameters = {}) => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: REDIRECT_URI,
  ...CLIENT,
  ...parameters,
});

const redeem = (code: string, parameters: Parameters = {}, headers: Record<string, string> = {}) =>
  postToken(mock, goodForm(code, parameters), headers);

describe('a good token request', () => {
  test('is answered with CIS2’s members and no others', async () => {
    const response = await redeem(await newCode({ scope: 'profile openid email' }));

    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toMatch(/^application\/json\b/);
    expect(response.json()).toEqual({
      access_token: expect.stringMatching(/^[\w-]{43}$/),
      scope: 'openid profile email',
      token_type: 'Bearer',
      expires_in: 3600,
      id_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      nonce: 'the-nonce',
    });
  });

  test('is answered without a nonce where none was sent', async () => {
    expect((await redeem(await newCode({ nonce: undefined }))).json()).not.toHaveProperty('nonce');
  });

  test('is told the seconds left, rounded down: CIS2’s 3599 within a second', async () => {
    const code = await newCode();
    mock.clock.advance(0.4);

    expect((await redeem(code)).json().expires_in).toBe(3599);
  });

  test('gives tokens of its own each time', async () => {
    const [one, other] = [(await redeem(await newCode())).json(), (await redeem(await newCode())).json()];

    expect(one.access_token).not.toBe(other.access_token);
    expect(one.id_token).not.toBe(other.id_token);
  });

  test('may have its parameters in any order, and others that nobody knows', async () => {
    const form = Object.fromEntries(Object.entries(goodForm(await newCode(), { resource: 'x' })).reverse());

    expect((await postToken(mock, form)).statusCode).toBe(200);
  });

  test('may name a character set beside its content type', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' };

    expect((await redeem(await newCode(), {}, headers)).statusCode).toBe(200);
  });

  test('is journalled with the person and the ID token, signature removed', async () => {
    const response = await redeem(await newCode());

    const [event] = await eventsOf(mock, response, 'token_issued');
    expect(event).toMatchObject({ client_id: 'mock-client', uid: '910000000101' });
    expect(event?.details.id_token).toBe(
      response.json().id_token.replace(/\.[\w-]+$/, '.(signature removed)'),
    );
  });
});

describe('every answer of the token endpoint', () => {
  test.each([
    { name: 'tokens', parameters: {}, status: 200 },
    { name: 'invalid_grant', parameters: { code: 'unknown' }, status: 400 },
    { name: 'invalid_client', parameters: { client_secret: 'wrong' }, status: 401 },
    { name: 'invalid_request', parameters: { redirect_uri: undefined }, status: 400 },
    { name: 'unsupported_grant_type', parameters: { grant_type: 'password' }, status: 400 },
  ])('is never kept by a cache: $name', async ({ parameters, status }) => {
    const response = await redeem(await newCode(), parameters);

    expect(response.statusCode).toBe(status);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.headers.pragma).toBe('no-cache');
  });
});

describe('a code', () => {
  test('is redeemed once; a second time it is refused, and what it gave before is revoked', async () => {
    const code = await newCode();
    const tokens = (await redeem(code)).json();
    expect((await userInfo(mock, tokens.access_token)).statusCode).toBe(200);

    const again = await redeem(code);

    expect(again.statusCode).toBe(400);
    expect(again.json()).toEqual({ error: 'invalid_grant', error_description: INVALID_GRANT });
    expect((await refusalOf(mock, again)).found).toBe('a code that was redeemed before');
    expect(await eventsOf(mock, again, 'grant_revoked')).toHaveLength(1);
    const refused = await userInfo(mock, tokens.access_token);
    expect(refused.statusCode).toBe(401);
    expect((await refusalOf(mock, refused)).found).toBe('an access token that was revoked');
  });

  test('that comes a second time revokes nothing of any other log-in', async () => {
    const [code, other] = [await newCode(), await newCode()];
    const tokens = (await redeem(other)).json();
    await redeem(code);

    await redeem(code);

    expect((await userInfo(mock, tokens.access_token)).statusCode).toBe(200);
  });

  test('that comes a second time after its time is told as reused, and still revokes', async () => {
    const code = await newCode();
    const tokens = (await redeem(code)).json();
    mock.clock.advance(1800);

    const again = await redeem(code);

    expect(again.json().error_description).toBe(INVALID_GRANT);
    expect((await refusalOf(mock, again)).found).toBe('a code that was redeemed before');
    expect((await userInfo(mock, tokens.access_token)).statusCode).toBe(401);
  });

  test.each([
    {
      name: 'another client',
      parameters: { client_id: 'mock-strict-client', client_secret: 'mock-strict-secret' },
      refused: [400, 'invalid_grant'],
    },
    {
      name: 'nobody who can prove to be the client',
      parameters: { client_secret: 'wrong' },
      refused: [401, 'invalid_client'],
    },
  ])('that was redeemed keeps its tokens when it comes again from $name', async (row) => {
    const code = await newCode();
    const tokens = (await redeem(code)).json();

    const again = await redeem(code, row.parameters);

    expect([again.statusCode, again.json().error]).toEqual(row.refused);

    expect((await userInfo(mock, tokens.access_token)).statusCode).toBe(200);
  });

  test('is good until its 120 seconds are over', async () => {
    const code = await newCode();
    mock.clock.advance(119);

    expect((await redeem(code)).statusCode).toBe(200);
  });

  test('is expired from then on, and said to be', async () => {
    const code = await newCode();
    mock.clock.advance(120);

    const response = await redeem(code);

    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({
      error: 'invalid_grant',
      error_description: 'Authorization code expired.',
    });
    mock.clock.advance(3);
    const refusal = await refusalOf(mock, await redeem(code));
    expect(refusal.found).toBe('a code that expired 3 seconds ago');
    expect(refusal.expected).toBe('a code within 120 seconds (settings.timeouts.authorization_code_seconds)');
  });

  test('is not known any more long after that', async () => {
    const code = await newCode();
    mock.clock.advance(86_400);

    const response = await redeem(code);

    expect(response.json()).toEqual({ error: 'invalid_grant', error_description: INVALID_GRANT });
    expect((await refusalOf(mock, response)).found).toContain('an unknown code');
  });

  test.each([
    { name: 'a code never issued', parameters: { code: 'never-issued' }, parameter: 'code' },
    { name: 'a name of JavaScript’s own', parameters: { code: '__proto__' }, parameter: 'code' },
    {
      name: 'another client, by its own secret',
      parameters: { client_id: 'mock-strict-client', client_secret: 'mock-strict-secret' },
      parameter: 'code',
    },
    {
      name: 'a redirect URI with a slash more',
      parameters: { redirect_uri: `${REDIRECT_URI}/` },
      parameter: 'redirect_uri',
    },
    {
      name: 'a redirect URI that would be allowed as well',
      parameters: { redirect_uri: 'http://localhost:3001/callback' },
      parameter: 'redirect_uri',
    },
    {
      name: 'a verifier that nobody asked for',
      parameters: { code_verifier: pkce().verifier },
      parameter: 'code_verifier',
    },
  ])('is refused to $name, and stays good for its rightful holder', async ({ parameters, parameter }) => {
    const code = await newCode();
    const before = await held(mock);

    const response = await redeem(code, parameters);

    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({ error: 'invalid_grant', error_description: INVALID_GRANT });
    expect(await refusalOf(mock, response)).toMatchObject({ parameter });
    expect(await held(mock)).toEqual(before);
    expect((await redeem(code)).statusCode).toBe(200);
  });

  test.each([2, 8])(
    'gives one token set and no more to %i requests at the same moment, and then none is good',
    async (count) => {
      const slow = await mockWithSlowStore();
      const answer = await logIn(browser(slow.app), 'alex.bound@nhs.net');
      const form = goodForm(callback(answer).get('code') ?? '');

      const responses = await Promise.all(Array.from({ length: count }, () => postToken(slow, form)));

      const won = responses.filter(({ statusCode }) => statusCode === 200);
      expect(won).toHaveLength(1);
      for (const response of responses.filter(({ statusCode }) => statusCode !== 200)) {
        expect(response.statusCode).toBe(400);
        expect(response.json().error).toBe('invalid_grant');
      }
      expect(await slow.environment.store.count(ACCESS_TOKENS)).toBe(1);
      expect((await userInfo(slow, won[0]?.json().access_token)).statusCode).toBe(401);
      await slow.app.close();
    },
  );
});

describe('PKCE', () => {
  const { verifier, challenge } = pkce();
  const withChallenge = { code_challenge: challenge, code_challenge_method: 'S256' };

  test('lets in the verifier that belongs to the challenge', async () => {
    const response = await redeem(await newCode(withChallenge), { code_verifier: verifier });

    expect(response.statusCode).toBe(200);
  });

  test('holds by the example of RFC 7636, appendix B', async () => {
    const code = await newCode({
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    });

    const response = await redeem(code, { code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' });

    expect(response.statusCode).toBe(200);
  });

  test.each([
    { name: 'none', code_verifier: undefined, found: 'no code_verifier' },
    { name: 'an empty one', code_verifier: '', found: 'no code_verifier' },
    { name: 'another', code_verifier: pkce().verifier, found: 'another hash' },
    { name: 'the challenge itself', code_verifier: challenge, found: 'another hash' },
    { name: 'the right one in capitals', code_verifier: verifier.toUpperCase(), found: 'another hash' },
    {
      name: 'the right one with a space behind it',
      code_verifier: `${verifier} `,
      found: 'other characters',
    },
    { name: 'one too short', code_verifier: verifier.slice(1), found: '42 characters' },
    { name: 'one too long', code_verifier: 'a'.repeat(129), found: '129 characters' },
  ])('refuses $name in place of the verifier, and the code stays good for the right one', async (row) => {
    const code = await newCode(withChallenge);

    const response = await redeem(code, { code_verifier: row.code_verifier });

    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({ error: 'invalid_grant', error_description: INVALID_GRANT });
    const refusal = await refusalOf(mock, response);
    expect(refusal.parameter).toBe('code_verifier');
    expect(refusal.found).toContain(row.found);
    expect((await redeem(code, { code_verifier: verifier })).statusCode).toBe(200);
  });

  test('tells who sends no verifier that it is missing, why it must be sent, and to send it', async () => {
    const { found, mend } = await refusalOf(mock, await redeem(await newCode(withChallenge)));

    expect(found).toContain('though the authorization request had a code_challenge');
    expect(mend).toMatch(/^Send the verifier .* as code_verifier/);
  });

  test('keeps the verifiers of two log-ins apart', async () => {
    const other = pkce();
    const code = await newCode(withChallenge);
    await newCode({ code_challenge: other.challenge, code_challenge_method: 'S256' });

    expect((await redeem(code, { code_verifier: other.verifier })).statusCode).toBe(400);
  });
});

describe('client authentication', () => {
  const asBasic = { client_id: undefined, client_secret: undefined };

  test.each([
    { name: 'a wrong secret', parameters: { client_secret: 'Mock-secret' }, parameter: 'client_secret' },
    { name: 'an unknown client', parameters: { client_id: 'mock-cleint' }, parameter: 'client_id' },
    {
      name: 'nobody',
      parameters: { client_id: undefined, client_secret: undefined },
      parameter: 'client_id',
    },
    { name: 'a secret without a client', parameters: { client_id: undefined }, parameter: 'client_id' },
    { name: 'a name of JavaScript’s own', parameters: { client_id: 'constructor' }, parameter: 'client_id' },
  ])(
    'in the body refuses $name by 401 invalid_client, and no challenge',
    async ({ parameters, parameter }) => {
      const code = await newCode();

      const response = await redeem(code, parameters);

      expect(response.statusCode).toBe(401);
      expect(response.json()).toEqual({
        error: 'invalid_client',
        error_description: 'Client authentication failed',
      });
      expect(response.headers['www-authenticate']).toBeUndefined();
      expect((await refusalOf(mock, response)).parameter).toBe(parameter);
      expect((await redeem(code)).statusCode).toBe(200);
    },
  );

  test.each([400, 401] as const)('refuses by the status that settings say: %i', async (status) => {
    const other = await testMock({
      fixtures: { extends: 'default', settings: { invalid_client_status: status } },
    });
    const form = { ...goodForm('x'), client_secret: 'wrong' };

    const inBody = await postToken(other, form);
    const inHeader = await postToken(
      other,
      { ...form, client_id: undefined, client_secret: undefined },
      { authorization: basic('mock-client-basic', 'wrong') },
    );

    expect([inBody.statusCode, inBody.headers['www-authenticate']]).toEqual([status, undefined]);
    // A header that was used is challenged, whatever the setting (RFC 6749 section 5.2).
    expect(inHeader.statusCode).toBe(401);
    expect(inHeader.headers['www-authenticate']).toMatch(/^Basic realm="[^"]+"$/);
    for (const response of [inBody, inHeader]) {
      expect(response.json()).toEqual({
        error: 'invalid_client',
        error_description: 'Client authentication failed',
      });
    }
    await other.app.close();
  });

  test('refuses Basic to a client of client_secret_post, and the journal says what to change', async () => {
    const response = await redeem(await newCode(), asBasic, {
      authorization: basic('mock-client', 'mock-secret'),
    });

    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toMatch(/^Basic realm="[^"]+"$/);
    expect(response.json()).toEqual({
      error: 'invalid_client',
      error_description: 'Invalid authentication method for accessing this endpoint.',
    });
    const refusal = await refusalOf(mock, response);
    expect(refusal).toMatchObject({
      parameter: 'token_endpoint_auth_method',
      found: 'client_secret_basic',
      expected: 'client_secret_post',
    });
    expect(refusal.mend).toContain('client_secret_post');
  });

  test('takes Basic from a client that is relaxed to it', async () => {
    const code = await newCode({ client_id: 'mock-client-basic' });

    const response = await redeem(code, asBasic, {
      authorization: basic('mock-client-basic', 'mock-secret'),
    });

    expect(response.statusCode).toBe(200);
  });

  test('reads the form-encoding inside Basic (RFC 6749 section 2.3.1), and the same client_id beside it', async () => {
    const code = await newCode({ client_id: 'mock-client-basic' });

    const response = await redeem(
      code,
      { client_id: 'mock-client-basic', client_secret: undefined },
      { authorization: basic('mock%2Dclient%2Dbasic', 'mock%2Dsecret').replace('Basic', 'basic') },
    );

    expect(response.statusCode).toBe(200);
  });

  test.each([
    { name: 'a wrong secret', header: basic('mock-client-basic', 'wrong') },
    { name: 'an unknown client', header: basic('nobody', 'mock-secret') },
    { name: 'no colon', header: `Basic ${Buffer.from('mock-client-basic').toString('base64')}` },
    { name: 'broken percent-encoding', header: basic('mock-client-basic', '%zz') },
    { name: 'text that is not base64', header: 'Basic {}' },
    { name: 'another scheme', header: 'Bearer mock-secret' },
  ])('by Basic refuses $name by 401 with a challenge', async ({ header }) => {
    const code = await newCode({ client_id: 'mock-client-basic' });

    const response = await redeem(
      code,
      { client_id: undefined, client_secret: undefined },
      { authorization: header },
    );

    expect(response.statusCode).toBe(401);
    expect(response.json()).toEqual({
      error: 'invalid_client',
      error_description: 'Client authentication failed',
    });
    expect(response.headers['www-authenticate']).toMatch(/^Basic realm="[^"]+"$/);
  });

  test.each([
    { name: 'a secret in the body too', secret: 'mock-secret', id: undefined },
    { name: 'another client in the body', secret: undefined, id: 'mock-client' },
  ])('by Basic with $name is a fault of the request, not of the client', async ({ secret, id }) => {
    const code = await newCode({ client_id: 'mock-client-basic' });
    const authorization = basic('mock-client-basic', 'mock-secret');

    const response = await redeem(code, { client_id: id, client_secret: secret }, { authorization });

    expect([response.statusCode, response.json()]).toEqual([
      400,
      { error: 'invalid_request', error_description: 'Client authentication failed' },
    ]);
  });

  test.each([
    {
      name: 'the Basic client its secret in the body',
      client: 'mock-client-basic',
      secret: 'mock-secret',
      found: 'client_secret_post',
      expected: 'client_secret_basic',
    },
    {
      name: 'the public client a secret',
      client: 'mock-public-client',
      secret: 'x',
      found: 'client_secret_post',
      expected: 'none',
    },
    {
      name: 'a confidential client no secret',
      client: 'mock-client',
      secret: undefined,
      found: 'none',
      expected: 'client_secret_post',
    },
    {
      name: 'the client with a key a secret',
      client: 'mock-client-private-key-jwt',
      secret: 'mock-secret',
      found: 'client_secret_post',
      expected: 'private_key_jwt',
    },
    {
      name: 'the client with a key nothing',
      client: 'mock-client-private-key-jwt',
      secret: undefined,
      found: 'none',
      expected: 'private_key_jwt',
    },
  ])('holds each client to its own method: not $name', async ({ client, secret, found, expected }) => {
    const { verifier, challenge } = pkce();
    const code = await newCode({
      client_id: client,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });

    const response = await redeem(code, {
      client_id: client,
      client_secret: secret,
      code_verifier: verifier,
    });

    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toBeUndefined();
    expect(response.json()).toEqual({
      error: 'invalid_client',
      error_description: 'Invalid authentication method for accessing this endpoint.',
    });
    expect(await refusalOf(mock, response)).toMatchObject({
      parameter: 'token_endpoint_auth_method',
      found,
      expected,
    });
  });

  test('is by PKCE alone for a public client, and never without it', async () => {
    const { verifier, challenge } = pkce();
    const client = { client_id: 'mock-public-client', client_secret: undefined };
    const code = await newCode({
      client_id: 'mock-public-client',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });

    const without = await redeem(code, client);
    const withVerifier = await redeem(code, { ...client, code_verifier: verifier });

    expect([without.statusCode, without.json().error]).toEqual([400, 'invalid_grant']);
    expect(withVerifier.statusCode).toBe(200);
  });
});

describe('a token request', () => {
  test.each([
    { parameter: 'code', description: "Missing parameter, 'code'" },
    { parameter: 'redirect_uri', description: "Missing parameter, 'redirect_uri'" },
    { parameter: 'grant_type', description: "Missing parameter, 'grant_type'" },
  ])(
    'without $parameter, or with an empty one, is refused by its name',
    async ({ parameter, description }) => {
      const code = await newCode();
      for (const nothing of [undefined, '']) {
        const response = await redeem(code, { [parameter]: nothing });

        expect(response.statusCode).toBe(400);
        expect(response.json()).toEqual({ error: 'invalid_request', error_description: description });
        expect(await refusalOf(mock, response)).toMatchObject({ parameter });
      }
      expect((await redeem(code)).statusCode).toBe(200);
    },
  );

  const unsupported = {
    error: 'unsupported_grant_type',
    error_description: 'Grant type is not supported.',
  };
  test.each([
    {
      grant_type: 'refresh_token',
      refused: {
        error: 'unauthorized_client',
        error_description: 'The client is not registered for this grant type.',
      },
    },
    ...[
      'client_credentials',
      'password',
      'implicit',
      'Authorization_Code',
      'Refresh_Token',
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
      '__proto__',
    ].map((grant_type) => ({ grant_type, refused: unsupported })),
  ])('with the grant type $grant_type is refused', async ({ grant_type, refused }) => {
    const response = await redeem(await newCode(), { grant_type });

    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual(refused);
    expect(await refusalOf(mock, response)).toMatchObject({ parameter: 'grant_type', found: grant_type });
  });

  test.each([
    ['refresh_token', 'add refresh_token to grant_types of mock-client'],
    ['password', 'Send the person to the authorization endpoint'],
    ['client_credentials', 'Send the person to the authorization endpoint'],
    [undefined, 'Send grant_type=authorization_code'],
  ])('of grant type %s is told what can really be done', async (grant_type, advice) => {
    const { mend } = await refusalOf(mock, await redeem(await newCode(), { grant_type }));

    expect(mend).toContain(advice);
    expect(mend.includes('grant_types')).toBe(grant_type === 'refresh_token');
  });

  test.each(['code', 'client_id', 'client_secret', 'grant_type', 'redirect_uri', 'unknown'])(
    'with %s twice is refused, though both are the same',
    async (name) => {
      const form = encode({ ...goodForm(await newCode()), unknown: 'x' });
      const pair = form.split('&').find((each) => each.startsWith(`${name}=`));

      const response = await mock.app.inject({
        method: 'POST',
        url: `${REALM}/access_token`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: `${form}&${pair}`,
      });

      expect(response.statusCode).toBe(400);
      expect(response.json()).toEqual({
        error: 'invalid_request',
        error_description: `Invalid Request, duplicate request parameter found : ${name}`,
      });
    },
  );

  test('with more than 100 parameters is refused', async () => {
    const others = Object.fromEntries(Array.from({ length: 96 }, (_, index) => [`x${index}`, 'x']));
    const code = await newCode();

    const response = await redeem(code, others);

    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({
      error: 'invalid_request',
      error_description: 'Too many parameters',
    });
    expect((await refusalOf(mock, response)).expected).toBe('at most 100 parameters and 60000 characters');
    expect((await redeem(code, { ...others, x95: undefined })).statusCode).toBe(200);
  });

  test('with broken percent-encoding is refused', async () => {
    const response = await mock.app.inject({
      method: 'POST',
      url: `${REALM}/access_token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'grant_type=authorization_code&code=%E0%A4%A',
    });

    expect([response.statusCode, response.json().error]).toEqual([400, 'invalid_request']);
    expect((await refusalOf(mock, response)).parameter).toBe('code');
  });

  test.each([
    { type: 'application/json', payload: (form: object) => JSON.stringify(form) },
    { type: 'text/plain', payload: (form: Record<string, string>) => encode(form) },
    { type: 'multipart/form-data; boundary=x', payload: () => '--x--' },
  ])('as $type is refused, since it is no form', async ({ type, payload }) => {
    const response = await mock.app.inject({
      method: 'POST',
      url: `${REALM}/access_token`,
      headers: { 'content-type': type },
      payload: payload(goodForm(await newCode())),
    });

    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({ error: 'invalid_request', error_description: 'Invalid Content Type' });
    expect(await refusalOf(mock, response)).toMatchObject({ parameter: 'content-type', found: type });
  });

  test('without a body is refused for want of a client', async () => {
    const response = await mock.app.inject({ method: 'POST', url: `${REALM}/access_token` });

    expect([response.statusCode, response.json().error]).toEqual([401, 'invalid_client']);
  });

  test('with its parameters in the query is refused: they belong in the body', async () => {
    const response = await mock.app.inject({
      method: 'POST',
      url: `${REALM}/access_token?${encode(goodForm(await newCode()))}`,
    });

    expect([response.statusCode, response.json().error]).toEqual([401, 'invalid_client']);
  });

  test('without openid’s nonce, state or PKCE is still a good one: all three are optional here', async () => {
    const answer = await logIn(browser(mock.app), 'alex.bound@nhs.net', {
      state: undefined,
      nonce: undefined,
      scope: 'openid',
    });

    expect((await tokensOf(mock, answer)).scope).toBe('openid');
  });
});
