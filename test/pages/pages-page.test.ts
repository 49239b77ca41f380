/** The gallery of pages, and its pictures: the real views, which lead nowhere. */
import { readdirSync } from 'node:fs';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { beforeAll, describe, expect, test } from 'vitest';
import { FAILURES } from '../../src/login/outcomes.ts';
import { begin, browser, testMock } from '../support/mock.ts';
import { textIn } from './support.ts';

let app: FastifyInstance;
let gallery: LightMyRequestResponse;
let names: string[];
let pictures: Map<string, LightMyRequestResponse>;

const policyOf = ({ headers }: LightMyRequestResponse) => String(headers['content-security-policy']);
const mainOf = ({ body }: LightMyRequestResponse) => /<main[^>]*data-testid="([^"]+)"/.exec(body)?.[1];

beforeAll(async () => {
  ({ app } = await testMock());
  gallery = await app.inject('/pages');
  names = [...gallery.body.matchAll(/data-picture="\/pages\/([^"]+)"/g)].map(([, name = '']) => name);
  const each = names.map(async (name) => [name, await app.inject(`/pages/${name}`)] as const);
  pictures = new Map(await Promise.all(each));
});

describe('the gallery of pages', () => {
  test('has a picture of every view of a log-in, of every outcome and of every kind of error', () => {
    const shown = new Set([...pictures.values()].map(mainOf));
    for (const outcome of Object.keys(FAILURES)) expect(shown).toContain(`outcome-${outcome}`);
    const views = readdirSync(new URL('../../views/', import.meta.url))
      .filter((file) => /^(?:choose|nhsmail|number|password|select|log|logged|error)[-.]/.test(file))
      .map((file) => `page-${file.replace('.eta', '')}`);
    expect(views.length).toBeGreaterThan(7);
    for (const view of views) expect(shown).toContain(view);
    const statuses = [...pictures].filter(([name]) => name.startsWith('error-')).map(([, { body }]) => body);
    for (const status of [400, 403, 404, 409, 500])
      expect(
        statuses.some((body) => body.includes(`HTTP status ${status}`)),
        String(status),
      ).toBe(true);
  });

  test('says when each is shown, its HTTP status and its address', () => {
    for (const name of names) {
      const about = gallery.body.split(`data-testid="picture-${name}"`)[1]?.split('</article>')[0] ?? '';
      expect(about, name).toMatch(/\. HTTP status [2345]\d\d\. Address: /);
      expect(about, name).toContain(`href="/pages/${name}"`);
    }
  });

  test('names no two pictures alike', () => {
    const titles = [...gallery.body.matchAll(/data-title="([^"]+)"/g)].map(([, title]) => title);
    expect(new Set(titles).size).toBe(names.length);
    expect(new Set(names).size).toBe(names.length);
  });

  test('is of its own environment', async () => {
    const { body } = await app.inject('/env/team-a/pages');
    expect(body).toContain('data-picture="/env/team-a/pages/not-registered"');
    const picture = await app.inject('/env/team-a/pages/not-registered');
    expect(picture.body).toContain('action="/env/team-a/pages/not-registered"');
  });
});

describe('a picture', () => {
  test('is an answer with status 200 that ends no log-in, and says what it is', () => {
    for (const [name, picture] of pictures) {
      expect(picture.statusCode, name).toBe(200);
      expect(picture.headers, name).not.toHaveProperty('x-mock-cis2-outcome');
      expect(textIn(picture.body, 'picture-notice'), name).toContain(
        'A picture of the page: its buttons do nothing here.',
      );
    }
  });

  test('has no form that leads anywhere: by its action, by its policy and by its address', async () => {
    for (const [name, picture] of pictures) {
      const actions = [...picture.body.matchAll(/action="([^"]*)"/g)].map(([, action]) => action);
      for (const action of actions) expect(action, name).toBe(`/pages/${name}`);
      expect(policyOf(picture), name).toContain("form-action 'none'");
    }
    const posted = await browser(app).post('/pages/not-registered', { answer: 'approve' });
    expect(posted.statusCode).toBe(405);
    expect(posted.headers['allow']).toBe('GET, HEAD');
  });

  test.each([
    ['not-registered', 'no Care Identity profile has uma.unbound@nhs.net as an authenticator'],
    ['not-registered-pending', 'the binding of pat.pending@nhs.net to profile 910000000107 is pending'],
    ['timed-out', 'the number match was unanswered for 90 seconds'],
    ['no-role-declined', 'the person went on without a role'],
    ['error-redirect-uri', 'redirect_uri_mismatch'],
    ['error-raced', 'two requests for one step of the same log-in at once'],
  ])('of %s gives the reason that the rules themselves give', (name, reason) => {
    expect(pictures.get(name)?.body).toContain(reason);
  });

  test('is the page that a log-in has, in all but what it says of itself', async () => {
    const by = browser(app);
    const real = await by.get(await begin(by, { acr_values: 'AAL2_OR_AAL3_ANY' }));
    const plain = (body: string) =>
      body
        .replace(/<p class="mock-banner__text">.*?<\/p>/s, '')
        .replace(/<script type="module" src="\/assets\/watch-log-in\.js"><\/script>/, '')
        .replace(/<body[^>]*>/, '')
        .replaceAll(/action="[^"]*"/g, '')
        .replaceAll(/\s+/g, ' ');
    expect(plain(pictures.get('choose-authenticator')?.body ?? '')).toBe(plain(real.body));
  });

  test('that does not exist is not found', async () => {
    const answer = await browser(app).get('/pages/nothing-such');
    expect(answer.statusCode).toBe(404);
    expect(policyOf(answer)).toContain("frame-ancestors 'none'");
  });
});

describe('frames', () => {
  test('may show a picture, on pages of this server alone', () => {
    for (const [name, picture] of pictures) {
      expect(policyOf(picture), name).toContain("frame-ancestors 'self'");
      expect(picture.headers['x-frame-options'], name).toBe('SAMEORIGIN');
      expect(policyOf(picture), name).not.toContain('frame-src');
    }
  });

  test('may be on the gallery, of this server’s pages alone', () => {
    expect(policyOf(gallery)).toContain("frame-src 'self'");
  });

  test.each([
    '/',
    '/pages',
    '/scenarios',
    '/login/of-long-ago',
    '/oauth2/authorise',
    '/_mock/docs',
    '/console',
    '/journal',
    '/demo',
  ])('may not show %s', async (url) => {
    const answer = await browser(app).get(url);
    expect(policyOf(answer)).toContain("frame-ancestors 'none'");
    expect(answer.headers['x-frame-options']).toBe('DENY');
    if (url !== '/pages') expect(policyOf(answer)).not.toContain('frame-src');
  });

  test('may not show a page of a log-in, on its way or at its end', async () => {
    const by = browser(app);
    const onTheWay = await by.get(await begin(by));
    const atTheEnd = await by.get(
      `/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare/authorize?client_id=mock-client&redirect_uri=http%3A%2F%2Flocalhost%2F&response_type=code&scope=openid&mock_login=uma.unbound%40nhs.net`,
    );
    expect(atTheEnd.statusCode).toBe(403);
    for (const answer of [onTheWay, atTheEnd]) {
      expect(policyOf(answer)).toContain("frame-ancestors 'none'");
      expect(answer.headers['x-frame-options']).toBe('DENY');
    }
  });
});
