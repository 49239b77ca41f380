/** What must never be seen: secrets in the journal or the log, and pages that run or frame anything foreign. */
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basic, pageOf, postToken, type TokenSet, userInfo } from '../oidc/support.ts';
import {
  authorizeUrl,
  type Browser,
  begin,
  browser,
  callback,
  encode,
  locationOf,
  logIn,
  type Mock,
  pkce,
  REALM,
  REDIRECT_URI,
  submit,
  testMock,
} from '../support/mock.ts';

const PASSWORD = 'correct-horse-battery';
const WRONG_PASSWORD = 'my-real-password-typed-by-mistake';
const SECRET = 'post-client-secret-7f3a';
const BASIC_SECRET = 'basic-client-secret-9c1e';
const WRONG_SECRET = 'wrong-client-secret-2b8d';

const SPELT_SECRET = 'secret-under-another-name-5e4d';

/** Names that say themselves that their value is secret, in spellings that no specification has. */
const SECRETIVE = [
  'clientSecret',
  'CLIENT-SECRET',
  'client_secret_2',
  'user_password',
  'newPassword',
  'codeVerifier',
  'accessToken',
  'my_access_token',
  'refreshToken',
];

/** Where forms may lead besides, for a client that may have any redirect URI on a loopback host. */
const LOOPBACK = 'http://localhost:* https://localhost:* http://127.0.0.1:* https://127.0.0.1:*';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('the journal and the log', () => {
  let mock: Mock;
  const lines: string[] = [];
  /** Everything secret that went through the server, by what it is. */
  const secrets = new Map<string, string>([
    ['the password of the account', PASSWORD],
    ['a wrong password', WRONG_PASSWORD],
    ['the client secret', SECRET],
    ['the secret of the Basic client', BASIC_SECRET],
    ['a wrong client secret', WRONG_SECRET],
    ['a secret under another name', SPELT_SECRET],
  ]);
  let tokens: TokenSet;

  const keep = (name: string, value: string | null | undefined) => {
    expect(value, name).toMatch(/^[^\s]{20,}$/);
    secrets.set(`${name} (${secrets.size})`, value ?? '');
    return value ?? '';
  };

  const keepCookies = (by: Browser) => {
    for (const [name, value] of by.cookies) keep(`the cookie ${name}`, value);
  };

  const good = (code: string, more: Record<string, string> = {}) => ({
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    client_id: 'mock-client',
    client_secret: SECRET,
    ...more,
  });

  async function redeem(form: Record<string, string>, headers: Record<string, string> = {}) {
    const response = await postToken(mock, form, headers);
    if (response.statusCode !== 200) return undefined;
    const set: TokenSet = response.json();
    keep('an access token', set.access_token);
    keep('the signature of an ID token', set.id_token.split('.')[2]);
    return set;
  }

  /** A log-in on pages, with a wrong password first, PKCE and every way to redeem the code wrongly. */
  async function logInOnPages() {
    const by = browser(mock.app);
    const { verifier, challenge } = pkce();
    keep('a verifier', verifier);
    const parameters = { code_challenge: challenge, code_challenge_method: 'S256' };
    for (const password of [WRONG_PASSWORD, PASSWORD]) {
      const login = await begin(by, parameters);
      await submit(by, `${login}/nhsmail`, { email: 'alex.bound@nhs.net', password });
      await submit(by, `${login}/authenticator`, { authenticator: 'nhsmail' });
      await submit(by, `${login}/nhsmail`, { email: 'nobody@nhs.net', password });
      await submit(by, `${login}/nhsmail`, { email: 'alex.bound@nhs.net', password });
      await submit(by, `${login}/nhsmail`, { email: 'alex.bound@nhs.net', password });
      const answer = await by.post(`${login}/number-match`, { answer: 'approve' });
      if (password !== PASSWORD) continue;
      const code = keep('a code', callback(answer).get('code'));
      const other = keep('a wrong verifier', pkce().verifier);
      await redeem(good(code, { client_secret: WRONG_SECRET }));
      await redeem(good(code, { code_verifier: other }));
      await redeem(good(code, { code_verifier: verifier, redirect_uri: 'http://localhost/other' }));
      const set = await redeem(good(code, { code_verifier: verifier }));
      if (!set) throw new Error('the good request gave no tokens');
      tokens = set;
      await redeem(good(code, { code_verifier: verifier }));
    }
    keepCookies(by);
  }

  async function logInByBasic() {
    const by = browser(mock.app);
    const answer = await logIn(by, 'robin.roles@nhs.net', { client_id: 'mock-client-basic' });
    const code = keep('a code', callback(answer).get('code'));
    const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI };
    for (const [client, secret] of [
      ['mock-client', SECRET],
      ['mock-client-basic', WRONG_SECRET],
      ['nobody', BASIC_SECRET],
      ['mock-client-basic', BASIC_SECRET],
    ] as const) {
      const authorization = basic(client, secret);
      keep('an Authorization header', authorization.slice('Basic '.length));
      const set = await redeem(form, { authorization });
      if (set) await userInfo(mock, set.access_token);
    }
    keepCookies(by);
  }

  /** Secrets where an application in a muddle might send them. */
  async function sendSecretsAstray() {
    const by = browser(mock.app);
    const { access_token, id_token } = tokens;
    const code = keep('a code', callback(await logIn(by, 'alex.bound@nhs.net')).get('code'));
    const astray = {
      client_secret: SECRET,
      code,
      access_token,
      code_verifier: pkce().verifier,
      password: PASSWORD,
      ...Object.fromEntries(SECRETIVE.map((name) => [name, SPELT_SECRET])),
    };
    keep('a verifier', astray.code_verifier);
    const query = encode(astray);
    await by.get(`${authorizeUrl({ id_token_hint: id_token, prompt: 'none' })}&${query}`);
    await by.get(`${authorizeUrl({ scope: 'x' })}&${query}&${query}`);
    await by.get(`${REALM}/authorize?${query}&token=${access_token}`);
    await by.get(`${REALM}/token?${query}`);
    await by.get(`/?${query}`);
    await by.get(`/login/x?${query}`);
    for (const url of [`${REALM}/access_token?${query}`, `${REALM}/userinfo?${query}`, `${REALM}/nothing`]) {
      await mock.app.inject({ method: 'POST', url, headers: FORM, payload: query });
      await mock.app.inject({ method: 'POST', url, headers: FORM, payload: `${query}&${query}` });
      await mock.app.inject({ method: 'POST', url, headers: FORM, payload: `${query}&x=%zz` });
      await mock.app.inject({ method: 'PUT', url, headers: FORM, payload: query });
      await mock.app.inject({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${access_token}` },
        payload: JSON.stringify(astray),
      });
    }
    for (const header of [
      `Bearer ${access_token} x`,
      `Token ${access_token}`,
      access_token,
      `Bearer ${id_token}`,
    ]) {
      await mock.app.inject({ url: `${REALM}/userinfo`, headers: { authorization: header } });
      await redeem(good('none'), { authorization: header });
    }
    await mock.app.inject({
      method: 'POST',
      url: `${REALM}/userinfo`,
      headers: { ...FORM, authorization: `Bearer ${access_token}` },
      payload: encode({ access_token }),
    });
    await redeem(
      good('none', { client_assertion: id_token, refresh_token: access_token, token: access_token }),
    );
    await redeem(good(`${code}${'x'.repeat(9000)}`));
    keepCookies(by);
  }

  let journal = '';
  beforeAll(async () => {
    const client = { client_name: 'Mock application', redirect_uris: [REDIRECT_URI] };
    mock = await testMock({
      logLevel: 'info',
      logTo: { write: (line) => lines.push(line) },
      fixtures: {
        extends: 'default',
        nhsmail: [{ email: 'alex.bound@nhs.net', password: PASSWORD }],
        clients: [
          {
            ...client,
            client_id: 'mock-client',
            token_endpoint_auth_method: 'client_secret_post',
            client_secret: SECRET,
            default_acr_values: ['AAL2_OR_AAL3_ANY'],
          },
          {
            ...client,
            client_id: 'mock-client-basic',
            token_endpoint_auth_method: 'client_secret_basic',
            client_secret: BASIC_SECRET,
            default_acr_values: ['AAL2_OR_AAL3_ANY'],
          },
        ],
      },
    });
    await logInOnPages();
    await logInByBasic();
    await sendSecretsAstray();
    journal = (await mock.app.inject('/_mock/journal')).body;
  });
  afterAll(() => mock.app.close());

  /** The secrets that stand in a text, plainly or as they are encoded in an address. */
  const secretsIn = (text: string) =>
    [...secrets].flatMap(([name, secret]) =>
      text.includes(secret) || text.includes(encodeURIComponent(secret)) ? [name] : [],
    );

  test('saw all kinds of things happen', () => {
    const kinds = [
      'request_received',
      'request_checked',
      'login_started',
      'page_shown',
      'step_taken',
      'rule_decided',
      'session_started',
      'code_issued',
      'token_issued',
      'userinfo_answered',
      'grant_revoked',
      'refused',
      'request_answered',
    ];
    const log = lines.join('');

    for (const kind of kinds) {
      expect(journal.includes(`"kind":"${kind}"`), kind).toBe(true);
      expect(log.includes(`"kind":"${kind}"`), kind).toBe(true);
    }
    expect(secrets.size).toBeGreaterThan(20);
  });

  test('hold none of the passwords, codes, secrets, verifiers, tokens, signatures and cookies', () => {
    expect(secretsIn(journal)).toEqual([]);
    expect(secretsIn(lines.join(''))).toEqual([]);
  });

  test('keep the header and the claims of ID tokens, which people want to read', () => {
    const [header, claims] = tokens.id_token.split('.');

    expect(journal).toContain(`${header}.${claims}.(signature removed)`);
    expect(lines.join('')).toContain(`${header}.${claims}.(signature removed)`);
  });

  test('keep the names of what was sent, so that people see that it was', () => {
    for (const name of ['code', 'client_secret', 'code_verifier', 'password', ...SECRETIVE]) {
      expect(journal).toContain(`"${name}":"(redacted)"`);
    }
  });

  test('are matched line by line: each event stands in the log too, as one line of JSON', () => {
    const events: { id: number; request_id?: string }[] = JSON.parse(journal);
    const logged = lines.map((line) => JSON.parse(line));

    expect(events.length).toBeGreaterThan(50);
    expect(logged.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(logged.map(({ request_id }) => request_id)).toEqual(events.map(({ request_id }) => request_id));
  });
});

describe('every answer', () => {
  let mock: Mock;
  beforeAll(async () => {
    mock = await testMock();
  });
  afterAll(() => mock.app.close());

  const inject = (options: InjectOptions | string) => mock.app.inject(options);
  const page = (url: string) => browser(mock.app).get(url);

  const answers: { name: string; status: number; ask: () => Promise<LightMyRequestResponse> }[] = [
    { name: 'the start page', status: 200, ask: () => page('/') },
    {
      name: 'a page of a log-in',
      status: 200,
      ask: async () => {
        const by = browser(mock.app);
        return by.get(await begin(by));
      },
    },
    { name: 'a failed log-in', status: 403, ask: () => logIn(browser(mock.app), 'bea.notinbeta@nhs.net') },
    {
      name: 'a broken log-in',
      status: 500,
      ask: () => logIn(browser(mock.app), 'ira.internalerror@nhs.net'),
    },
    { name: 'a refusal on a page', status: 400, ask: () => page(authorizeUrl({ client_id: 'x' })) },
    { name: 'a code', status: 302, ask: () => logIn(browser(mock.app), 'alex.bound@nhs.net') },
    { name: 'an error by redirect', status: 302, ask: () => page(authorizeUrl({ scope: 'x' })) },
    {
      name: 'the discovery document',
      status: 200,
      ask: () => inject(`${REALM}/.well-known/openid-configuration`),
    },
    { name: 'the keys', status: 200, ask: () => inject(`${REALM}/connect/jwk_uri`) },
    { name: 'a refusal in JSON', status: 401, ask: () => inject(`${REALM}/userinfo`) },
    { name: 'the journal', status: 200, ask: () => inject('/_mock/journal') },
    { name: 'a style sheet', status: 200, ask: () => inject('/assets/mock-cis2.css') },
    { name: 'a page that is not there', status: 404, ask: () => page('/nothing') },
    { name: 'a page in broken encoding', status: 404, ask: () => page('/nothing/%zz') },
    { name: 'a log-in’s page in broken encoding', status: 404, ask: () => page('/login/%zz') },
    { name: 'a log-in’s page that is too long', status: 404, ask: () => page(`/login/${'x'.repeat(101)}`) },
    { name: 'an address in broken encoding', status: 404, ask: () => inject(`${REALM}/%zz`) },
    { name: 'an address that is too long', status: 404, ask: () => inject(`${REALM}/${'x'.repeat(5000)}`) },
    { name: 'the page of logging out', status: 200, ask: () => page(`${REALM}/connect/endSession`) },
    { name: 'the sessions', status: 200, ask: () => inject('/_mock/sessions') },
    { name: 'a problem of the control API', status: 404, ask: () => inject('/_mock/clients/nobody') },
    {
      name: 'a problem of the control API in broken encoding',
      status: 404,
      ask: () => inject('/_mock/clients/%zz'),
    },
    {
      name: 'a method that is not taken',
      status: 405,
      ask: () => inject({ method: 'PUT', url: `${REALM}/userinfo` }),
    },
  ];

  test.each(answers)(
    'lets nothing be run, framed or guessed, and carries its request id: $name',
    async (row) => {
      const answer = await row.ask();
      const policy = String(answer.headers['content-security-policy']);

      expect(answer.statusCode).toBe(row.status);
      expect(answer.headers['x-mock-cis2-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(
        policy.replace(new RegExp(`(form-action [^;*]*) ${LOOPBACK.replaceAll('*', '\\*')};`), '$1;'),
      ).not.toMatch(/unsafe-|\*|upgrade-insecure-requests/);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['x-frame-options']).toBe('DENY');
      expect(answer.headers['referrer-policy']).toBe('same-origin');
      expect(answer.headers).not.toHaveProperty('strict-transport-security');
      expect(answer.headers).not.toHaveProperty('cross-origin-opener-policy');
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      expect(answer.headers).not.toHaveProperty('x-powered-by');
      expect(answer.headers).not.toHaveProperty('server');
    },
  );

  test.each(answers.filter(({ name }) => /page|log-in/.test(name)))(
    'that is a page has no script or style of its own text: $name',
    async ({ ask }) => {
      const { body } = await ask();

      expect(body).toMatch(/<main/);
      expect(body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:/i);
      expect(body).not.toMatch(/<(?:link|script|img)[^>]*(?:href|src)="(?:https?:)?\/\//i);
    },
  );

  test.each([
    {
      client_id: 'mock-strict-client',
      redirect_uri: 'https://strict.example.invalid/callback',
      targets: 'https://strict.example.invalid',
    },
    {
      client_id: 'mock-client',
      redirect_uri: 'http://localhost:4567/a/b?c=d',
      targets: `http://localhost:4567 ${LOOPBACK}`,
    },
    // A policy cannot name an IPv6 address (CSP 3 section 2.3.1).
    { client_id: 'mock-client', redirect_uri: 'http://[::1]:4567/a', targets: `http: ${LOOPBACK}` },
  ])(
    'of a log-in lets its forms lead to the application that asked, and nowhere else: $client_id $redirect_uri',
    async ({ client_id, redirect_uri, targets }) => {
      const by = browser(mock.app);
      const login = await begin(by, { client_id, redirect_uri });

      const policy = String((await by.get(login)).headers['content-security-policy']);

      expect(policy).toContain(`form-action 'self' ${targets};`);
      expect(policy).toContain("base-uri 'none'");
      expect(String((await page('/')).headers['content-security-policy'])).toContain("form-action 'self';");
    },
  );

  test('with a code or a token is kept by no cache', async () => {
    const by = browser(mock.app);
    const login = await begin(by);
    await submit(by, `${login}/authenticator`, { authenticator: 'nhsmail' });
    const signIn = await submit(by, `${login}/nhsmail`, {
      email: 'alex.bound@nhs.net',
      password: 'password',
    });
    const answer = await by.post(`${login}/number-match`, { answer: 'approve' });

    expect(pageOf(signIn)).toBe('page-number-match');
    expect(signIn.headers['cache-control']).toBe('no-store');
    expect(callback(answer).get('code')).not.toBeNull();
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  const form = (url: string, payload = '') => inject({ method: 'POST', url, headers: FORM, payload });
  test.each([
    { name: 'an unknown client', status: 401, ask: () => form(`${REALM}/access_token`) },
    { name: 'a parameter twice', status: 400, ask: () => form(`${REALM}/access_token`, 'a=1&a=2') },
    {
      name: 'another content type',
      status: 400,
      ask: () => inject({ method: 'POST', url: `${REALM}/access_token`, payload: { code: 'x' } }),
    },
    {
      name: 'a body that is too large',
      status: 413,
      ask: () => form(`${REALM}/access_token`, `x=${'x'.repeat(70_000)}`),
    },
    { name: 'no token to revoke', status: 401, ask: () => form(`${REALM}/token/revoke`) },
    { name: 'no token to introspect', status: 401, ask: () => form(`${REALM}/introspect`) },
    { name: 'no access token', status: 401, ask: () => inject(`${REALM}/userinfo`) },
    { name: 'another method', status: 405, ask: () => inject(`${REALM}/access_token`) },
    { name: 'an address that is not there', status: 404, ask: () => inject(`${REALM}/nothing`) },
    { name: 'an address in broken encoding', status: 404, ask: () => inject(`${REALM}/%zz`) },
  ])('in JSON that is an error is kept by no cache: $name', async ({ status, ask }) => {
    const answer = await ask();

    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/json\b/);
    expect(answer.json()).toEqual({ error: expect.any(String), error_description: expect.any(String) });
    expect([answer.headers['cache-control'], answer.headers.pragma]).toEqual(['no-store', 'no-cache']);
  });

  test.each([
    { name: 'a client that is not there', status: 404, ask: () => inject('/_mock/clients/nobody') },
    { name: 'another method', status: 405, ask: () => inject({ method: 'DELETE', url: '/_mock/keys' }) },
    { name: 'a wrong query', status: 400, ask: () => inject('/_mock/journal?kind=x') },
    { name: 'a form', status: 415, ask: () => form('/_mock/keys', 'action=publish') },
    {
      name: 'a page from elsewhere',
      status: 403,
      ask: () => inject({ url: '/_mock/journal', headers: { origin: 'https://evil.example' } }),
    },
    {
      name: 'a host name from elsewhere',
      status: 403,
      ask: () => inject({ url: '/_mock/journal', headers: { host: 'evil.example' } }),
    },
  ])('to a fault in a request to the control API is a problem: $name', async ({ status, ask }) => {
    const answer = await ask();

    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json\b/);
    expect(answer.json()).toMatchObject({ type: 'about:blank', status, detail: expect.stringMatching(/\S/) });
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('to a fault of the mock’s own says that and a request id, and leaves the rest to the log', async () => {
    const lines: string[] = [];
    const faulty = await testMock({ logLevel: 'error', logTo: { write: (line) => lines.push(line) } });
    const login = await begin(browser(faulty.app));
    const cause = 'no connection to store.internal.example';
    faulty.environment.store = {
      ...faulty.environment.store,
      get: () => Promise.reject(new Error(cause)),
    };

    const page = await browser(faulty.app).get(login);
    const json = await postToken(faulty, {
      grant_type: 'authorization_code',
      code: 'x',
      redirect_uri: REDIRECT_URI,
      client_id: 'mock-client',
      client_secret: 'mock-secret',
    });

    expect(pageOf(page)).toBe('page-error');
    expect([json.headers['cache-control'], page.headers['cache-control']]).toEqual(['no-store', 'no-store']);
    expect(json.json()).toEqual({
      error: 'server_error',
      error_description: 'The mock met an internal error.',
    });
    for (const answer of [page, json]) {
      expect(answer.statusCode).toBe(500);
      expect(answer.headers).not.toHaveProperty('x-mock-cis2-outcome');
      expect(answer.body).not.toContain(cause);
      expect(answer.body).not.toMatch(/\bat .*:\d+:\d+/);
      expect(lines.join('')).toContain(String(answer.headers['x-mock-cis2-request-id']));
    }
    expect(lines.join('')).toContain(cause);
    await faulty.app.close();
  });

  test('shows what was sent as text, never as markup', async () => {
    const markup = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
    const by = browser(mock.app);
    const login = await begin(by, { login_hint: markup });
    await by.post(`${login}/authenticator`, { authenticator: 'nhsmail' });

    const pages = [
      await by.get(login),
      await by.post(`${login}/nhsmail`, { email: markup, password: 'x' }),
      await by.get(authorizeUrl({ client_id: markup })),
      await by.get(authorizeUrl({ redirect_uri: markup })),
      await by.get(`${authorizeUrl()}&${encodeURIComponent(markup)}=1&${encodeURIComponent(markup)}=2`),
      await by.get(`/${encodeURIComponent(markup)}/x`),
      await by.get(locationOf(await by.get(authorizeUrl({ login_hint: markup })))),
    ];

    for (const { body } of pages) {
      expect(body).toMatch(/<main/);
      expect(body).not.toMatch(/<script>|<img/);
    }
  });
});
