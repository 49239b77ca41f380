/** Names of what every object has are names like any other, wherever they come in: nothing is written to a prototype. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { mergePatch } from '../../src/control/merge-patch.ts';
import { loadFixtures } from '../../src/settings/fixtures.ts';
import { authorizeUrl, browser, encode, logIn, REALM, testMock } from '../support/mock.ts';
import { loginAt } from './support.ts';

afterEach(() => {
  const dirty = {} as Record<string, unknown>;
  expect(dirty['polluted']).toBe(undefined);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(Object.prototype.toString.call([])).toBe('[object Array]');
});

const BODIES = [
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"prototype":{"polluted":true}}',
  '{"\\u005f_proto__":{"polluted":true}}',
  '{"settings":{"__proto__":{"polluted":true}}}',
  '{"timeouts":{"__proto__":{"polluted":true}}}',
  '{"nhsmail":{"constructor":{"prototype":{"polluted":true}}}}',
  '[{"__proto__":{"polluted":true}}]',
  '{"code":"INTERNAL_ERROR","parameters":{"__proto__":{"polluted":true}}}',
  '{"name":"x","patch":{"__proto__":{"polluted":true}}}',
  '{"name":"x","patch":{"settings":{"__proto__":{"polluted":true}}}}',
  '{"name":"x","fixtures":{"__proto__":{"polluted":true}}}',
  '{"people":[{"uid":"910000000101","__proto__":{"polluted":true}}]}',
];

const CALLS = [
  ['PATCH', '/_mock/settings'],
  ['PATCH', '/_mock/people/910000000101'],
  ['PUT', '/_mock/people/910000000101'],
  ['PATCH', '/_mock/clients/mock-client'],
  ['PUT', '/_mock/organisations/RZ8'],
  ['POST', '/_mock/scenarios'],
  ['POST', '/_mock/environments'],
  ['POST', '/_mock/clock'],
  ['POST', '/_mock/tokens'],
  ['POST', '/_mock/keys'],
] as const;

describe.each(CALLS)('JSON to %s %s', (method, url) => {
  test.each(BODIES)('is refused: %s', async (payload) => {
    const { app, environment } = await testMock();
    const before = JSON.stringify(environment.fixtures);

    const answer = await app.inject({
      method,
      url,
      payload,
      headers: { 'content-type': 'application/json' },
    });

    expect(answer.statusCode).toBe(400);
    expect(JSON.stringify(environment.fixtures)).toBe(before);
  });
});

test('a merge patch sets a member of such a name as any other', () => {
  const patch = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
  const merged = mergePatch({ a: 1 }, patch) as object;
  expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  expect(Object.keys(merged)).toEqual(['a', '__proto__', 'constructor']);
});

const NAMES = [
  '__proto__',
  '__proto__[polluted]',
  '__proto__.polluted',
  'constructor',
  'constructor[prototype][polluted]',
  'constructor.prototype.polluted',
  'toString',
  'hasOwnProperty',
];

describe.each(NAMES)('the name %s', (name) => {
  test('as a parameter of a query or a form is one that is not known', async () => {
    const { app } = await testMock();
    const by = browser(app);
    expect((await logIn(by, 'alex.bound@nhs.net', { [name]: 'polluted' })).statusCode).toBe(302);
    const token = await by.post(`${REALM}/access_token`, { [name]: 'polluted', grant_type: name });
    expect(token.statusCode).toBeLessThan(500);
    const another = browser(app);
    const login = await loginAt(another, 'page-choose-authenticator');
    const answer = await another.post(`${login}/authenticator`, { [name]: 'nhsmail', authenticator: name });
    expect(answer.statusCode).toBe(200);
    expect((await app.inject(`/_mock/journal?${encode({ [name]: 'polluted' })}`)).statusCode).toBe(400);
    expect((await app.inject(`/?${encode({ [name]: 'polluted', client_id: name })}`)).statusCode).toBe(200);
  });

  test('as a value that something is looked up by names nothing', async () => {
    const { app } = await testMock();
    const key = encodeURIComponent(name);
    for (const url of [
      `/_mock/people/${key}`,
      `/_mock/clients/${key}`,
      `/_mock/organisations/${key}`,
      `/_mock/environments/${key}`,
      `/login/${key}`,
      `/demo/result/${key}`,
      `/assets/${key}`,
      `/pages/${key}`,
    ]) {
      const { statusCode } = await app.inject(url);
      expect([404, 405], url).toContain(statusCode);
    }
    for (const parameters of [
      { client_id: name },
      { mock_login: name },
      { mock_scenario: name },
      { response_type: name },
      { prompt: name },
      { acr_values: name },
      { mock_on_failure: name },
    ] as Record<string, string>[]) {
      const { statusCode, headers } = await app.inject(authorizeUrl(parameters));
      expect(statusCode, JSON.stringify(parameters)).toBeLessThan(500);
      expect(String(headers.location)).not.toContain('code=');
    }
    const scenario = await app.inject({ method: 'POST', url: '/_mock/scenarios', payload: { code: name } });
    expect(scenario.statusCode).toBe(400);
  });
});

test.each(BODIES)('a fixtures file with it is refused: %s', (text) => {
  const folder = mkdtempSync(join(tmpdir(), 'mock-cis2-pollution-'));
  const path = join(folder, 'bad.json');
  writeFileSync(path, text);
  expect(() => loadFixtures(path)).toThrow('The configuration has');
  rmSync(folder, { recursive: true });
});
