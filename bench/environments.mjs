/**
 * What a thousand environments cost: memory for each, made and untouched, and after one log-in each with its journal;
 * and log-ins a second, with one environment and with a thousand. Run by `npm run bench:environments`.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Put together as it is built, since a loader of TypeScript makes every function larger. */
const BUILT = new URL('../dist/bench/create-mock-cis2.js', import.meta.url).href;
await build({
  entryPoints: [fileURLToPath(new URL('../src/create-mock-cis2.ts', import.meta.url))],
  outdir: fileURLToPath(new URL('.', BUILT)),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
});
/** @type {typeof import('../src/create-mock-cis2.ts')} */
const { createMockCis2 } = await import(BUILT);

const COUNT = 1000;
const REALM = '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';

if (!globalThis.gc) throw new Error('run it with node --expose-gc');

/** Bytes in use, once what is garbage has gone. */
async function inUse() {
  for (let times = 0; times < 5; times++) {
    globalThis.gc?.();
    await wait(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const { app, environments, environment } = await createMockCis2({ logLevel: 'silent' });

const post = (/** @type {string} */ url, /** @type {Record<string, string>} */ form) =>
  app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(form).toString(),
  });

const CLIENT = { client_id: 'mock-client', client_secret: 'mock-secret' };
const REDIRECT_URI = 'http://localhost:3000/callback';

/** A whole log-in: code, tokens and UserInfo. */
async function logIn(/** @type {string} */ prefix) {
  const query = new URLSearchParams({
    client_id: CLIENT.client_id,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid profile email nationalrbacaccess',
    mock_login: 'alex.bound@nhs.net',
  });
  const answer = await app.inject(`${prefix}${REALM}/authorize?${query}`);
  const code = new URL(String(answer.headers.location)).searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, ...CLIENT };
  const tokens = (await post(`${prefix}${REALM}/access_token`, form)).json();
  const authorization = `Bearer ${tokens.access_token}`;
  const user = await app.inject({ url: `${prefix}${REALM}/userinfo`, headers: { authorization } });
  if (user.statusCode !== 200) throw new Error(`${prefix}: ${user.body}`);
}

const nameOf = (/** @type {number} */ index) => `bench-${index}`;
const make = (/** @type {number} */ index) =>
  app.inject({ method: 'POST', url: '/_mock/environments', payload: { name: nameOf(index) } });

/** Making RSA keys is no part of this; each environment would need one of its own. */
const shareKeys = async (/** @type {string} */ name) => {
  (await environments.at(name)).keys = environment.keys;
};

/** Log-ins a second, one after the other, at these environments in turn. */
async function rate(/** @type {readonly string[]} */ prefixes) {
  const times = 1000;
  const started = performance.now();
  for (let index = 0; index < times; index++) await logIn(prefixes[index % prefixes.length] ?? '');
  return Math.round(times / ((performance.now() - started) / 1000));
}

// Everything is compiled and loaded before anything is measured.
for (let index = 0; index < 300; index++) {
  await make(index);
  await shareKeys(nameOf(index));
  await logIn(`/env/${nameOf(index)}`);
}
for (let index = 0; index < 300; index++) await environments.end(nameOf(index));

const before = await inUse();
for (let index = 0; index < COUNT; index++) await make(index);
const untouched = await inUse();
for (let index = 0; index < COUNT; index++) await shareKeys(nameOf(index));
const prefixes = Array.from({ length: COUNT }, (_, index) => `/env/${nameOf(index)}`);
for (const prefix of prefixes) await logIn(prefix);
const used = await inUse();
const withMany = await rate(prefixes);
for (let index = 0; index < COUNT; index++) await environments.end(nameOf(index));
const ended = await inUse();
await make(0);
await shareKeys(nameOf(0));
const withOne = await rate([`/env/${nameOf(0)}`]);
await app.close();

const kB = (/** @type {number} */ bytes) => `${(bytes / COUNT / 1000).toFixed(1)} kB`;
process.stdout.write(`| ${COUNT} environments | each |
| --- | --- |
| made and untouched | ${kB(untouched - before)} |
| after one log-in, with its journal | ${kB(used - before)} |
| after they ended | ${kB(ended - before)} |

| log-ins a second (code, tokens, UserInfo) | |
| --- | --- |
| at one environment | ${withOne} |
| at ${COUNT} in turn | ${withMany} |
`);
