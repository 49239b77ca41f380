/** What a second reader found and had mended: each of these once went wrong. */
import { describe, expect, test } from 'vitest';
import {
  authorizeUrl,
  begin,
  browser,
  callback,
  issued,
  logIn,
  NOTHING_ISSUED,
  outcomeOf,
  REALM,
  redeem,
  signIn,
  submit,
  testMock,
} from '../support/mock.ts';

const ROBIN = '910000000102';
const ALEX = '910000000101';

const json = { 'content-type': 'application/json' };

const encodeClaims = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('nobody gets tokens for somebody else', () => {
  test('when an account is bound to another person while a session of it chooses a role', async () => {
    const { app, environment } = await testMock();
    const by = browser(app);
    await logIn(by, 'robin.roles@nhs.net');
    const login = await begin(by, { scope: 'openid selectedrole' });
    expect((await by.get(login)).body).toContain('page-select-role');
    const binding = '/_mock/nhsmail/robin.roles@nhs.net/binding';
    await app.inject({ method: 'DELETE', url: binding });
    await app.inject({ method: 'DELETE', url: '/_mock/nhsmail/alex.bound@nhs.net/binding' });
    const bound = await app.inject({ method: 'POST', url: binding, payload: { uid: ALEX } });
    expect(bound.statusCode).toBe(200);
    const before = environment.journal.events().length;
    await by.post(`${login}/role`, { do: 'without' });
    const page = await by.get(login);
    expect(page.body).toContain('page-choose-authenticator');
    expect(
      environment.journal
        .events()
        .slice(before)
        .map(({ kind }) => kind),
    ).not.toContain('code_issued');
    expect(ROBIN).not.toBe(ALEX);
  });

  test('with a code whose session was logged out before it was redeemed', async () => {
    const { app } = await testMock();
    const by = browser(app);
    const code = callback(await logIn(by, 'alex.bound@nhs.net')).get('code');
    const [session] = (await by.get('/_mock/sessions')).json();
    const sid = encodeURIComponent(session.clients[0].sid);
    expect((await app.inject({ method: 'POST', url: `/_mock/sessions/${sid}/logout` })).statusCode).toBe(200);
    expect((await redeem(by, code)).json().error).toBe('invalid_grant');
  });
});

describe('a session that is logged out while its person signs in anew', () => {
  const clientsAfter = async (isLoggedOutMeanwhile: boolean) => {
    const { app, environment } = await testMock();
    const by = browser(app);
    await logIn(by, 'alex.bound@nhs.net');
    const remove = environment.store.remove.bind(environment.store);
    environment.store.remove = async (kind, id) => (await remove(kind, id)) && !isLoggedOutMeanwhile;
    await logIn(by, 'alex.bound@nhs.net', { client_id: 'mock-client-basic' });
    const [session] = (await by.get('/_mock/sessions')).json();
    return session.clients.map(({ client_id }: { client_id: string }) => client_id);
  };

  test('is not carried on by the new one, which otherwise keeps the other applications', async () => {
    expect(await clientsAfter(false)).toEqual(['mock-client', 'mock-client-basic']);
    expect(await clientsAfter(true)).toEqual(['mock-client-basic']);
  });
});

describe('a reset', () => {
  test('forgets the sessions that were watched: nobody is told of them afterwards', async () => {
    const { app, environment, clock } = await testMock();
    const client = (await app.inject('/_mock/clients/mock-client')).json();
    const payload = { ...client, backchannel_logout_uri: 'http://127.0.0.1:9/nobody' };
    await app.inject({ method: 'PUT', url: '/_mock/clients/mock-client', payload });
    await logIn(browser(app), 'alex.bound@nhs.net');
    await app.inject({ method: 'POST', url: '/_mock/reset' });
    clock.advance(100_000);
    await environment.background.settled();
    const kinds = environment.journal.events().map(({ kind }) => kind);
    expect(kinds).toEqual(['configuration_changed']);
  });
});

describe('secrets stay out of answers and the journal', () => {
  test.each([
    ['/_mock/clients/mock-client', { client_secret: ['s3cr3t-value'] }],
    ['/_mock/nhsmail/alex.bound@nhs.net', { password: { is: 's3cr3t-value' } }],
    ['/_mock/clients/mock-client', ['s3cr3t-value']],
  ])('when they come in a wrong shape: PATCH %s', async (url, payload) => {
    const { app, environment } = await testMock();
    const answer = await app.inject({
      method: 'PATCH',
      url,
      headers: json,
      payload: JSON.stringify(payload),
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).not.toContain('s3cr3t-value');
    expect(JSON.stringify(environment.journal.events())).not.toContain('s3cr3t-value');
  });

  test('one event holds little, however much came in', async () => {
    const { app, environment } = await testMock();
    await browser(app).get(authorizeUrl({ mock_login: 'x'.repeat(8000), state: 'y'.repeat(8000) }));
    for (const event of environment.journal.events())
      expect(JSON.stringify(event).length).toBeLessThan(20_000);
  });
});

describe('wild input is refused, not fallen over', () => {
  test.each([
    [{ sub: { toString: 1 }, iss: 'mock-client-private-key-jwt' }],
    [{ sub: 'mock-client-private-key-jwt', iss: { toString: 1 } }],
    [{ sub: 'mock-client-private-key-jwt', iss: 'mock-client-private-key-jwt', aud: [{ toString: 1 }] }],
    [{ sub: 7 }],
  ])('a client assertion with the claims %o', async (claims) => {
    const { app } = await testMock();
    const response = await browser(app).post(`${REALM}/access_token`, {
      grant_type: 'authorization_code',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: `${encodeClaims({ alg: 'RS256' })}.${encodeClaims(claims)}.AAAA`,
    });
    expect([response.statusCode, response.json().error]).toEqual([401, 'invalid_client']);
  });

  test('a clock moved out of all years', async () => {
    const { app } = await testMock();
    const move = (payload: object) => app.inject({ method: 'POST', url: '/_mock/clock', payload });
    expect((await move({ freeze: '+275760-09-13T00:00:00Z' })).statusCode).toBe(400);
    expect((await move({ freeze: '9999-12-31T23:59:00Z' })).statusCode).toBe(200);
    expect((await move({ advance_seconds: 120 })).statusCode).toBe(400);
    expect((await app.inject('/_mock/clock')).statusCode).toBe(200);
  });

  test('a port that there is none of, after logging out', async () => {
    const { app } = await testMock();
    const by = browser(app);
    await logIn(by, 'alex.bound@nhs.net');
    const target = encodeURIComponent('http://localhost:99999/');
    const page = await by.get(
      `${REALM}/connect/endSession?client_id=mock-client&post_logout_redirect_uri=${target}`,
    );
    expect([page.statusCode, page.body]).toEqual([200, expect.stringContaining('page-log-out')]);
  });

  test('Try again for a persona who was removed meanwhile: it is asked how to log in', async () => {
    const { app } = await testMock();
    const by = browser(app);
    const failed = await logIn(by, '910000000110');
    expect(outcomeOf(failed)).toBe('internal_error');
    await app.inject({ method: 'DELETE', url: '/_mock/people/910000000110' });
    const action = /action="([^"]*\/try-again)"/.exec(failed.body)?.[1] ?? '';
    expect((await submit(by, action)).body).toContain('page-choose-authenticator');
  });

  test('a redirect URI with a line break in it is not registered', async () => {
    const { app } = await testMock();
    const payload = {
      client_id: 'odd',
      client_secret: 's',
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: ['https://a.test/a\nb'],
    };
    const answer = await app.inject({ method: 'PUT', url: '/_mock/clients/odd', payload });
    expect([answer.statusCode, answer.json().faults[0].pointer]).toEqual([400, '/redirect_uris/0']);
  });
});

describe('redirects of our own name no host that the request brought', () => {
  test.each(['authorize', 'connect/endSession'])('POST %s with an absolute address', async (endpoint) => {
    const { app } = await testMock();
    const answer = await app.inject({
      method: 'POST',
      url: `http://evil.test${REALM}/${endpoint}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'state=x',
    });
    expect(answer.headers.location).toBe(`${REALM}/${endpoint}?state=x`);
  });
});

describe('what ended a log-in is said once', () => {
  test('a failure that was redirected shows its page later without the header', async () => {
    const { app, environment } = await testMock();
    const by = browser(app);
    const { login } = await signIn(by, 'uma.unbound@nhs.net', { mock_on_failure: 'redirect' });
    const end = await by.post(`${login}/number-match`, { answer: 'approve' });
    expect([end.statusCode, outcomeOf(end)]).toEqual([303, 'nhsmail_not_registered']);
    const page = await by.get(login);
    expect([page.statusCode, outcomeOf(page)]).toEqual([403, undefined]);
    expect(await issued({ app, environment } as Parameters<typeof issued>[0])).toEqual(NOTHING_ISSUED);
  });
});

describe('a code that is used twice is known for as long as what came of it', () => {
  test('though access tokens are short-lived: the refresh token is revoked too', async () => {
    const { app, clock } = await testMock({
      fixtures: { extends: 'default', settings: { timeouts: { access_token_seconds: 5 } } },
    });
    const client = (await app.inject('/_mock/clients/mock-client')).json();
    const payload = { ...client, grant_types: ['authorization_code', 'refresh_token'] };
    await app.inject({ method: 'PUT', url: '/_mock/clients/mock-client', payload });
    const by = browser(app);
    const code = callback(await logIn(by, 'alex.bound@nhs.net')).get('code');
    const { refresh_token } = (await redeem(by, code)).json();
    clock.advance(60);
    expect((await redeem(by, code)).json().error).toBe('invalid_grant');
    const refreshed = await redeem(by, null, { grant_type: 'refresh_token', refresh_token });
    expect(refreshed.json().error).toBe('invalid_grant');
  });
});
