/** What came in and what was answered, of every request to the provider’s endpoints. */
import type { InjectOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import {
  authorizeUrl,
  browser,
  callback,
  logIn,
  REALM,
  REDIRECT_URI,
  signIn,
  submit,
  testMock,
} from '../support/mock.ts';

const DISCOVERY = '/.well-known/openid-configuration';

describe('request_answered tells of every request to an endpoint', () => {
  test.each<[InjectOptions['method'], string, number]>([
    ['GET', DISCOVERY, 200],
    ['HEAD', DISCOVERY, 200],
    ['PUT', DISCOVERY, 405],
    ['GET', '/connect/jwk_uri', 200],
    ['GET', '/authorize', 400],
    ['POST', '/access_token', 401],
    ['OPTIONS', '/access_token', 204],
    ['GET', '/userinfo', 401],
    ['POST', '/token/revoke', 401],
    ['POST', '/introspect', 401],
    ['GET', '/connect/endSession', 200],
  ])('%s %s', async (method, path, status) => {
    const { app, environment } = await testMock();
    const response = await app.inject({ method: method ?? 'GET', url: `${REALM}${path}?state=x` });
    const [event, ...others] = environment.journal.events({ kind: 'request_answered' });
    expect(event).toMatchObject({
      request_id: response.headers['x-mock-cis2-request-id'],
      explanation: `${method} ${path} was answered with ${status}.`,
      details: { method, path: `${REALM}${path}`, status },
    });
    expect(response.statusCode).toBe(status);
    expect(others).toEqual([]);
    expect(environment.journal.events().at(-1)).toEqual(event);
  });

  test.each(['/', '/_mock/clients', `${REALM}/nothing`, '/health'])('and of none to %s', async (url) => {
    const { app, environment } = await testMock();
    await app.inject(url);
    expect(environment.journal.events({ kind: 'request_answered' })).toEqual([]);
  });

  test('and of the form that ends a log-in on pages, with the redirect to the application', async () => {
    const { app, environment } = await testMock();
    const by = browser(app);
    const { login } = await signIn(by, 'alex.bound@nhs.net');
    const answer = await submit(by, `${login}/number-match`, { answer: 'approve' });
    const event = environment.journal.events({ kind: 'request_answered' }).at(-1);
    expect(event).toMatchObject({
      request_id: answer.headers['x-mock-cis2-request-id'],
      login_id: login.split('/').at(-1),
      details: {
        status: 303,
        location: REDIRECT_URI,
        parameters: { code: '(redacted)', state: 'the-state' },
      },
    });
  });

  test('with where a redirect leads and what it carries, but for the code', async () => {
    const { app, environment } = await testMock();
    const response = await logIn(browser(app), 'alex.bound@nhs.net');
    const code = callback(response).get('code') ?? '';
    const [event] = environment.journal.events({ kind: 'request_answered' });
    expect(event).toMatchObject({
      client_id: 'mock-client',
      uid: '910000000101',
      login_id: environment.journal.events({ kind: 'login_started' })[0]?.login_id,
      explanation: `GET /authorize was answered with 302, a redirect to ${REDIRECT_URI}.`,
    });
    expect(event?.details).toEqual({
      method: 'GET',
      path: `${REALM}/authorize`,
      status: 302,
      location: REDIRECT_URI,
      parameters: {
        code: '(redacted)',
        scope: 'openid profile',
        state: 'the-state',
        iss: environment.issuer,
        client_id: 'mock-client',
      },
    });
    expect(code).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify(environment.journal.events())).not.toContain(code);
  });

  test('with the OAuth error that a redirect carries', async () => {
    const { app, environment } = await testMock();
    await browser(app).get(authorizeUrl({ scope: 'x' }));
    const [event] = environment.journal.events({ kind: 'request_answered' });
    expect(event?.details.parameters).toMatchObject({ error: 'invalid_scope', state: 'the-state' });
  });
});

describe('request_received tells of those that say nothing of themselves', () => {
  test.each([
    [DISCOVERY, 'The discovery document was asked for.'],
    ['/connect/jwk_uri', 'The JWKS was asked for.'],
    ['/userinfo', 'UserInfo was asked for.'],
  ])('%s', async (path, explanation) => {
    const { app, environment } = await testMock();
    await app.inject(`${REALM}${path}?access_token=a-token-in-the-query&x=1`);
    const [event] = environment.journal.events();
    expect(event).toMatchObject({ kind: 'request_received', explanation });
    expect(event?.details).toEqual({ access_token: '(redacted)', x: '1' });
  });

  test.each(['OPTIONS', 'PUT'] as const)('and not where %s asks for something else', async (method) => {
    const { app, environment } = await testMock();
    await app.inject({ method, url: `${REALM}${DISCOVERY}` });
    expect(environment.journal.events({ kind: 'request_received' })).toEqual([]);
  });
});
