/** The gallery of scenarios. */
import type { FastifyInstance } from 'fastify';
import { beforeAll, describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../src/scenarios/catalogue.ts';
import { REALM, testMock } from '../support/mock.ts';
import { inside, textIn, textOf } from './support.ts';

let app: FastifyInstance;
let html: string;

const page = async (url: string) => (await app.inject(url)).body;

const shown = (body: string) =>
  [...body.matchAll(/<li[^>]*data-testid="scenario-([^"]+)"[^>]*>/g)]
    .filter(([card]) => !card.includes(' hidden'))
    .map(([, code]) => code);

beforeAll(async () => {
  ({ app } = await testMock());
  html = await page('/scenarios');
});

describe('the gallery of scenarios', () => {
  test('has every scenario of the catalogue, and no other', () => {
    expect(shown(html).sort()).toEqual(CATALOGUE.map(({ code }) => code).sort());
    expect(textIn(html, 'filter-count')).toBe(`${CATALOGUE.length} of ${CATALOGUE.length} scenarios shown`);
  });

  test.each(CATALOGUE)('says of $code what is sent, what to do and what can be set', (scenario) => {
    const text = textOf(html.split(`data-testid="scenario-${scenario.code}"`)[1]?.split('<details')[0] ?? '');
    expect(text).toContain(scenario.title);
    expect(text).toContain(scenario.sent);
    expect(text).toContain(scenario.goodRelyingParty);
    for (const [name, parameter] of Object.entries(scenario.parameters ?? {})) {
      expect(text).toContain(`${name}, by default ${parameter.default} (`);
      expect(text).toContain(parameter.description);
    }
  });

  test('runs each with the demonstration application, in its own environment', async () => {
    const run = (prefix: string) =>
      `href="${prefix}/demo?mock_scenario=ACCESS_DENIED" data-testid="run-ACCESS_DENIED"`;
    expect(html).toContain(run(''));
    expect(await page('/env/team-a/scenarios')).toContain(run('/env/team-a'));
  });

  test('has a contents list that leads to every group', () => {
    const links = [...html.matchAll(/contents-list__link" href="#(\w+)"/g)].map(([, id]) => id);
    expect(links).toHaveLength(10);
    for (const id of links) expect(html).toContain(`<h2 class="nhsuk-heading-m" id="${id}">`);
  });

  test('the call that it gives queues the scenario once', async () => {
    const command = textIn(html, 'command-ID_TOKEN_NONCE_WRONG');
    const [, url, payload = ''] =
      /^curl -X POST (\S+) -H 'content-type: application\/json' -d '([^']+)'$/.exec(command) ?? [];
    expect(url).toBe('http://localhost:8585/_mock/scenarios');
    const { app: other } = await testMock();
    const headers = { 'content-type': 'application/json' };
    const answer = await other.inject({ method: 'POST', url: '/_mock/scenarios', headers, payload });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ code: 'ID_TOKEN_NONCE_WRONG', times: 1 });
  });

  test.each([
    ['ID_TOKEN_NONCE_WRONG', '&mock_scenario=ID_TOKEN_NONCE_WRONG'],
    ['JWKS_EMPTY', `http://localhost:8585${REALM}/connect/jwk_uri?mock_scenario=JWKS_EMPTY`],
  ])('gives the address to copy for %s', (code, address) => {
    expect(textIn(html, `address-${code}`)).toBe(address);
  });

  test.each([
    ['words in any order', '/scenarios?words=nonce+TOKEN', /NONCE/, 4],
    ['no word that is anywhere', '/scenarios?words=astronaut', /$^/, 0],
  ])('is filtered by %s', async (_what, url, codes, count) => {
    const body = await page(url);
    const left = shown(body);
    expect(left).toHaveLength(count);
    for (const code of left) expect(code).toMatch(codes);
    expect(textIn(body, 'filter-count')).toBe(`${count} of ${CATALOGUE.length} scenarios shown`);
    expect(inside(body, 'filter-clear')).toBe('Show all scenarios');
  });
});
