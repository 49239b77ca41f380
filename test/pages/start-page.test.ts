/** The start page: what runs, for which client the settings are, who is listed, and what is not as in CIS2. */
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Mock, testMock } from '../support/mock.ts';
import { inside, textIn, textOf } from './support.ts';

let mock: Mock;
let app: FastifyInstance;

beforeEach(async () => {
  mock = await testMock();
  app = mock.app;
});

const page = async (url = '/') => (await app.inject({ url, headers: { accept: 'text/html' } })).body;

const control = (method: 'POST' | 'PATCH' | 'PUT', path: string, payload: object) =>
  app.inject({ method, url: `/_mock${path}`, payload });

/** The personas that are shown, of all that are on the page. */
const shown = (html: string) =>
  [...html.matchAll(/<tr[^>]*data-testid="persona-([^"]+)"[^>]*>/g)]
    .filter(([row]) => !row.includes(' hidden'))
    .map(([, key]) => key);

describe('what is running', () => {
  test('is said: version, environment, contents and the address of the control API', async () => {
    const html = await page();
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(textIn(html, 'running-version')).toBe(version);
    expect(textIn(html, 'running-environment')).toBe('default');
    expect(textIn(html, 'running-contents')).toBe('29 people, 18 NHSmail accounts, 5 clients');
    expect(textIn(html, 'running-control-api')).toBe('http://localhost:8585/_mock');
    expect(textIn(html, 'running-environments')).toBe('None');
  });

  test('of another environment, its own address, and nothing of the others, which the default one links', async () => {
    await page('/env/team-a/');
    const html = await page('/env/team-b/');
    expect(textIn(html, 'running-environment')).toBe('team-b');
    expect(textIn(html, 'running-control-api')).toBe('http://localhost:8585/env/team-b/_mock');
    expect(html).not.toContain('team-a');
    expect(inside(await page(), 'running-environments')).toContain('<a href="/env/team-a/">team-a</a>');
  });

  test('links no more than 20 environments, and counts the rest', async () => {
    for (let count = 1; count <= 22; count += 1) await page(`/env/many-${count}/`);
    const html = await page();
    expect(inside(html, 'running-environments').match(/<a /g)).toHaveLength(20);
    expect(textIn(html, 'running-environments')).toContain(', and 2 more');
  });
});

describe('the settings', () => {
  test('are those of the client that the address names, which stays chosen', async () => {
    const html = await page('/?client_id=mock-strict-client');
    expect(textIn(html, 'setting-client-id')).toBe('mock-strict-client');
    expect(textIn(html, 'setting-client-secret')).toBe('mock-strict-secret');
    expect(textIn(html, 'setting-redirect-uri')).toBe('https://strict.example.invalid/callback');
    expect(textIn(html, 'setting-acr-values')).toBe('AAL3_ANY');
    expect(html).toContain('<option value="mock-strict-client" selected>');
  });

  test('say of a client without a secret that it has none, and where its key is', async () => {
    const html = await page('/?client_id=mock-client-private-key-jwt');
    expect(textIn(html, 'setting-client-secret')).toBe('none');
    expect(textIn(html, 'setting-private-key')).toContain('examples/mock-client-private-key-jwt.jwk.json');
    expect(await page('/?client_id=mock-public-client')).not.toContain('setting-private-key');
  });

  test('say of a key that is not the mock’s that it is with the application', async () => {
    await control('PUT', '/clients/own-key', {
      client_id: 'own-key',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: 'https://app.example.invalid/jwks',
      redirect_uris: ['https://app.example.invalid/callback'],
    });
    const html = await page('/?client_id=own-key');
    expect(textIn(html, 'setting-private-key')).toBe(
      'with your application; it belongs to one at https://app.example.invalid/jwks',
    );
  });

  test('of a client that is not registered are those of the first, and the page says so', async () => {
    const html = await page('/?client_id=%3Cnobody%3E');
    expect(textIn(html, 'unknown-client')).toContain('No client <nobody> is registered here.');
    expect(textIn(html, 'setting-client-id')).toBe('mock-client');
  });

  test('are there without any client, too', async () => {
    mock = await testMock({ fixtures: {} });
    const answer = await mock.app.inject('/');
    expect(answer.statusCode).toBe(200);
    expect(textIn(answer.body, 'filter-count')).toBe('0 of 0 accounts shown');
  });
});

describe('who can log in', () => {
  test.each<[string, string, string[]]>([
    ['words of an account', '?persona=uma', ['uma.unbound@nhs.net']],
    ['words in any order and case', '?persona=SMARTCARD+%20+wrong', []],
    ['a UID', '?persona=910000000110', ['ira.internalerror@nhs.net']],
    ['a workgroup', '?persona=outpatientbooking+workgroup', ['wil.wrongworkgroup@nhs.net']],
    ['an outcome', '?outcome=timed_out', ['sol.slow@nhs.net']],
    ['an outcome and words', '?outcome=nhsmail_declined&persona=locked', ['lou.locked@nhs.net']],
  ])('is filtered by %s', async (_what, query, keys) => {
    const html = await page(`/${query}`);
    expect(shown(html)).toEqual(keys);
    expect(textIn(html, 'filter-count')).toBe(`${keys.length} of 30 accounts shown`);
  });

  test('is all there without a filter', async () => {
    const html = await page();
    expect(shown(html)).toHaveLength(30);
    expect(html).not.toContain('filter-clear');
  });

  test('what was asked for stays in the form, as text', async () => {
    const html = await page('/?persona=%22%3E%3Cscript%3E&outcome=timed_out');
    expect(html).not.toContain('"><script>');
    expect(html).toContain('value="&quot;&gt;&lt;script&gt;"');
    expect(html).toContain('<option value="timed_out" selected>');
    expect(html).toContain('data-testid="filter-clear"');
  });

  test.each([
    ['/', 'alex.bound@nhs.net', '/demo?persona=alex.bound%40nhs.net'],
    ['/env/team-a/', '656005750104', '/env/team-a/demo?persona=656005750104'],
  ])('at %s, Try it of %s leads to the demonstration application', async (url, key, link) => {
    expect(await page(url)).toContain(`href="${link}" data-testid="try-${key}"`);
  });
});

describe('what is not as in CIS2', () => {
  test.each([
    [
      'allow_loopback_redirect_uris',
      'mock-client, mock-client-basic, mock-client-private-key-jwt, mock-public-client',
    ],
    ['client_secret_basic', 'mock-client-basic'],
    ['none', 'mock-public-client'],
  ])('has the relaxation %s, its clients, and what CIS2 does instead', async (name, clients) => {
    const text = textOf(inside(await page(), `relaxation-${name}`).split('</dl>')[0] ?? '');
    expect(text).toContain('CIS2:');
    expect(text.split('Clients:')[1]?.split('\n')[0]?.trim()).toBe(clients);
  });

  test('has no relaxation where every client is as an onboarded one', async () => {
    const [, , , , strict] = mock.environment.fixtures.clients;
    if (!strict) throw new Error('there is no fifth client');
    mock = await testMock({ fixtures: { clients: [strict] } });
    expect((await mock.app.inject('/')).body).toContain('data-testid="no-relaxations"');
  });

  test('is nothing else while nothing was changed', async () => {
    mock.clock.reset();
    const html = await page();
    expect(html).toContain('data-testid="no-differences"');
    expect(html).not.toContain('differences-notice');
  });

  test.each<[string, () => unknown, string, string]>([
    [
      'a queued scenario',
      () =>
        control('POST', '/scenarios', {
          code: 'ID_TOKEN_NONCE_WRONG',
          times: 1,
          persona: 'alex.bound@nhs.net',
        }),
      'Queued scenario ID_TOKEN_NONCE_WRONG, for alex.bound@nhs.net, once more (by default: none)',
      'scenarios',
    ],
    [
      'an active scenario',
      () => control('POST', '/scenarios', { code: 'INTERNAL_ERROR' }),
      'Active scenario INTERNAL_ERROR, for everybody, until it is removed (by default: none)',
      'scenarios',
    ],
    [
      'a clock that stands still',
      () => mock.clock.freeze(Date.UTC(2026, 5, 1)),
      'Clock stands still at 2026-06-01T00:00:00.000Z (by default: runs with this machine)',
      'clock',
    ],
    ['a clock that was moved', () => mock.clock.advance(3600), 'Clock runs, and was moved: it is', 'clock'],
    [
      'a skew of the clock',
      () => mock.clock.skew(-1),
      'Clock skew applications see a time 1 second behind (by default: none)',
      'clock',
    ],
    [
      'log-ins without pages',
      () => control('PATCH', '/settings', { interaction: 'automatic' }),
      'settings.interaction automatic (by default: pages)',
      'settings',
    ],
    [
      'a setting deep inside',
      () => control('PATCH', '/settings', { timeouts: { login_seconds: 60 } }),
      'settings.timeouts.login_seconds 60 (by default: 900)',
      'time-limits',
    ],
    [
      'a setting that has no default',
      () => control('PATCH', '/settings', { automatic_persona: 'uma.unbound@nhs.net' }),
      'settings.automatic_persona uma.unbound@nhs.net (by default: none)',
      'settings',
    ],
  ])('names %s, with its section of the console', async (_what, change, words, section) => {
    mock.clock.reset();
    await change();
    const html = await page();
    const list = html.split('data-testid="differences"')[1]?.split('</dl>')[0] ?? '';
    expect(textOf(list).replaceAll(/\s+/g, ' ')).toContain(words);
    expect(list).toContain(`<a href="/console#${section}">`);
    expect(textIn(html, 'differences-notice')).toContain('1 thing is not as by default');
  });
});
