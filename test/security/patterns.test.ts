/** No pattern takes long over any text: each one of the sources is tried on long texts that patterns stumble over. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { authorizeUrl, REALM, testMock } from '../support/mock.ts';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

/** A pattern as it stands in a source: after what can stand before an expression. */
const LITERAL =
  /(?<=[(,=:?[{!&|]\s*|return\s+)\/((?:[^/\\\n[*]|\\.|\[(?:[^\]\\\n]|\\.)*\])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])*)\/([dgimsuvy]*)/g;

function patterns(): { where: string; pattern: RegExp }[] {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return files.flatMap((where) =>
    [...readFileSync(`${SRC}${where}`, 'utf8').matchAll(LITERAL)].map(([, source = '', flags = '']) => ({
      where: `${where}: /${source}/${flags}`,
      pattern: new RegExp(source, flags.replace('g', '')),
    })),
  );
}

/** Longest text that a pattern of ours meets: more does not come in. */
const LENGTH = 65_536;

const PIECES = [
  ...'aA0 -_.:/\\%@=&;,"\'[]{}()<>#?+\t\n',
  'a.',
  'a@',
  '0.',
  '0:',
  '%2',
  '%25',
  '../',
  'a-',
  'a b',
  'ey.',
  '//',
  '=?',
  'é',
  '/login/',
  'Basic ',
  'eyJ.a.',
];
const ENDS = ['', '!', '\u0000', '\n'];

const ALLOWED_MILLISECONDS = 400;

/** A busy machine may stand still for a second once; what is slow by itself is slow each time. */
const MORE_THAN_ONCE = { retry: 2 };

test('each pattern is done with 64 kB of anything in a moment', MORE_THAN_ONCE, () => {
  const all = patterns();
  expect(all.length).toBeGreaterThan(40);
  const slow: string[] = [];
  for (const { where, pattern } of all) {
    let longest = 0;
    for (const piece of PIECES)
      for (const end of ENDS) {
        const text = piece.repeat(Math.ceil(LENGTH / piece.length)) + end;
        const before = performance.now();
        pattern.test(text);
        longest = Math.max(longest, performance.now() - before);
      }
    if (longest > ALLOWED_MILLISECONDS) slow.push(`${where} took ${longest.toFixed()} ms`);
  }
  expect(slow).toEqual([]);
});

test.each([
  'client_id',
  'redirect_uri',
  'state',
  'scope',
  'login_hint',
  'acr_values',
  'id_token_hint',
  'mock_login',
  'mock_scenario',
])('long texts in %s are answered in a moment', MORE_THAN_ONCE, async (name) => {
  const { app } = await testMock();
  // What is loaded and made by the first use is no part of it.
  await app.inject(`${REALM}/connect/jwk_uri`);
  await app.inject(authorizeUrl({ [name]: 'a' }));
  for (const piece of ['a', '.', ' ', '%', '@', 'a@a.', '0', '/', '\\', '-']) {
    const before = performance.now();
    const { statusCode } = await app.inject(authorizeUrl({ [name]: piece.repeat(8192 / piece.length) }));
    expect(statusCode).toBeLessThan(500);
    expect(performance.now() - before, piece).toBeLessThan(1000);
  }
});

test.each([
  'authorization',
  'cookie',
  'origin',
  'host',
  'accept',
  'content-type',
  'x-forwarded-for',
  'forwarded',
  'if-none-match',
  'range',
])('so are long texts in the header %s', MORE_THAN_ONCE, async (name) => {
  const { app } = await testMock();
  await app.inject('/');
  for (const piece of ['a', '.', ' ', ',', ';', '=', 'a=a;', 'Bearer ', '0-', '"'])
    for (const url of [`${REALM}/userinfo`, '/_mock/people', '/assets/mock-cis2.css', authorizeUrl()]) {
      const before = performance.now();
      await app.inject({ url, headers: { [name]: `a${piece.repeat(60_000 / piece.length)}a` } });
      expect(performance.now() - before, `${url} ${piece}`).toBeLessThan(1000);
    }
});
