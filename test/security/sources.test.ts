/**
 * What cannot be seen from outside, or only by luck, is looked for in the sources: how secrets are compared, and who calls
 * other servers. This finds what is written plainly, and is no proof of the rest.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, lines: readFileSync(`${SRC}${name}`, 'utf8').split('\n') }));

const linesWith = (pattern: RegExp, in_: (name: string) => boolean = () => true) =>
  sources
    .filter(({ name }) => in_(name))
    .flatMap(({ name, lines }) =>
      lines
        .filter((line) => pattern.test(line) && !/^\s*(?:\*|\/\/|\/\*)/.test(line))
        .map((line) => `${name}: ${line.trim()}`),
    );

/** Names of what nobody may learn, at the end of what stands on one side of a comparison. */
const SECRET =
  '(?:[\\w.?]*(?:secret|password|verifier|challenge|browserId|sessionId|controlToken|accessToken|refreshToken|signature|assertion|cookie))';
/** What is no secret itself: whether there is one, or of which type it is. */
const HARMLESS = '(?!\\s*(?:undefined|null|[\'"0-9]))';

test('no secret is compared by === or its like, but by secretsEqual', () => {
  const compared = new RegExp(
    `(?<!typeof )\\b${SECRET}\\)?\\s*[!=]==?(?!=)${HARMLESS}|[\\w)\\]]\\s*[!=]==?\\s*${SECRET}\\b(?!\\(|\\.length)|${SECRET}\\.(?:startsWith|endsWith|includes|localeCompare)\\(`,
    'i',
  );
  expect(compared.test('if (secret === given) return;')).toBe(true);
  expect(compared.test('return given !== client.client_secret;')).toBe(true);
  expect(compared.test('if (secret === undefined) return;')).toBe(false);

  expect(linesWith(compared)).toEqual([]);
});

test('secretsEqual is used wherever a secret that comes in is judged', () => {
  const users = [...new Set(linesWith(/secretsEqual\(/).map((line) => line.split(':')[0]))].sort();
  expect(users).toEqual([
    'control/guard.ts',
    'demo/handlers.ts',
    'oidc/client-authentication.ts',
    'oidc/redeem-code.ts',
    'oidc/secrets.ts',
    'pages/login-forms.ts',
    'pages/login-routes.ts',
  ]);
});

test('one file calls other servers, and only with the addresses that clients are registered with', () => {
  const calls = linesWith(
    /\bfetch\(|from 'node:https?'|from 'undici'|\bhttps?\.(?:get|request)\(/,
    (name) => !name.startsWith('client/'),
  );
  // Those that only serve, and do not call.
  const outbound = calls.filter((line) => !/STATUS_CODES|createServer|import type/.test(line));
  expect(outbound.every((line) => line.startsWith('relying-party/outbound.ts: '))).toBe(true);
  expect(outbound).toHaveLength(1);
  const users = linesWith(/fetchBounded\(/).map((line) => line.split(':')[0]);
  expect([...new Set(users)].sort()).toEqual(['relying-party/client-keys.ts', 'relying-party/outbound.ts']);
});

test('nothing is run that came in, and no process is started', () => {
  expect(linesWith(/\beval\(|new Function\(|child_process|node:vm|\bexecSync\b/)).toEqual([]);
});

test('nothing random that has to be secret comes of Math.random', () => {
  expect(linesWith(/Math\.random/)).toEqual([]);
});
