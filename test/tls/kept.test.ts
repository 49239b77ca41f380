/** TLS=auto over the life of its folder: what stays, what is made anew, and what stops the start. */
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigurationError } from '../../src/index.ts';
import type { NetworkSettings } from '../../src/settings/network.ts';
import { type Tls, tlsOf } from '../../src/tls/tls.ts';
import { folder } from './support.ts';

const START = Date.UTC(2026, 0, 15);
const DAY = 86_400_000;

/** What a start with these settings comes to. */
async function begin(tlsFolder: string, more: NetworkSettings = {}, now = START, origins: string[] = []) {
  return (await tlsOf({ tls: 'auto', tlsFolder, ...more }, origins, now)) as Tls & { authority: string };
}

const certificate = (pem: string) => new X509Certificate(pem);
const faultsOf = (failing: Promise<unknown>) =>
  failing.then(
    () => 'it started',
    (error: unknown) => (error instanceof ConfigurationError ? error.faults : error),
  );

test('the server’s certificate is by the authority, for every name by which it is reached', async () => {
  const names = { tlsNames: ['cis2.example.test', '*.apps.example.test', '10.1.2.3'] };
  const origins = ['https://Public.example.test:443', 'http://[fd00::1]:8585'];
  const { cert, authority } = await begin(folder(), names, START, origins);
  const server = certificate(cert);
  for (const host of ['localhost', 'host.docker.internal', hostname(), 'cis2.example.test'])
    expect(server.checkHost(host), host).toBeDefined();
  expect(server.checkHost('public.example.test')).toBe('public.example.test');
  expect(server.checkHost('one.apps.example.test')).toBe('*.apps.example.test');
  for (const address of ['127.0.0.1', '::1', '10.1.2.3', 'fd00::1'])
    expect(server.checkIP(address), address).toBe(address);
  expect(server.checkHost('elsewhere.example.test')).toBeUndefined();
  expect(server.checkIssued(certificate(authority))).toBe(true);
  expect(server.verify(certificate(authority).publicKey)).toBe(true);
});

test('it lives no longer than browsers and phones allow, and begins before clocks that are behind', async () => {
  const { cert, authority } = await begin(folder());
  const { validFrom, validTo } = certificate(cert);
  expect((Date.parse(validTo) - Date.parse(validFrom)) / DAY).toBeLessThanOrEqual(397);
  expect(Date.parse(validFrom)).toBe(START - DAY);
  expect(Date.parse(certificate(authority).validTo)).toBeGreaterThan(START + 9 * 365 * DAY);
});

test('a restart keeps both, and writes nothing', async () => {
  const kept = folder();
  const first = await begin(kept);
  const written = readdirSync(kept).map((name) => [name, statSync(join(kept, name)).mtimeMs]);
  expect(await begin(kept)).toEqual(first);
  expect(readdirSync(kept).map((name) => [name, statSync(join(kept, name)).mtimeMs])).toEqual(written);
});

test('the folder has the authority to hand on, and private keys for their owner alone', async () => {
  const kept = folder();
  const { authority } = await begin(kept);
  expect(readFileSync(join(kept, 'ca.pem'), 'utf8')).toBe(authority);
  const modes = readdirSync(kept).map((name) => [
    name,
    (statSync(join(kept, name)).mode & 0o777).toString(8),
  ]);
  expect(modes).toEqual([
    ['ca-key.pem', '600'],
    ['ca.pem', '644'],
    ['server.pem', '600'],
  ]);
});

test.each<[string, NetworkSettings, number]>([
  ['a name that it lacks', { tlsNames: ['another.example.test'] }, START],
  ['its end, when 30 days are left', {}, START + 366 * DAY],
])('%s has the server’s certificate made anew, by the same authority', async (_why, more, now) => {
  const kept = folder();
  const first = await begin(kept);
  const second = await begin(kept, more, now);
  expect(second.authority).toBe(first.authority);
  expect(second.cert).not.toBe(first.cert);
  expect(certificate(second.cert).checkIssued(certificate(first.authority))).toBe(true);
  expect(Date.parse(certificate(second.cert).validTo)).toBeGreaterThan(now + 300 * DAY);
  expect(await begin(kept, more, now)).toEqual(second);
});

test('a server’s certificate of another authority is made anew', async () => {
  const [kept, other] = [folder(), folder()];
  await begin(kept);
  await begin(other);
  writeFileSync(join(kept, 'server.pem'), readFileSync(join(other, 'server.pem')));
  const { cert, authority } = await begin(kept);
  expect(certificate(cert).checkIssued(certificate(authority))).toBe(true);
});

test('two that begin at once have the same authority', async () => {
  const kept = folder();
  const both = await Promise.all([begin(kept), begin(kept), begin(kept)]);
  expect(new Set(both.map(({ authority }) => authority)).size).toBe(1);
  expect(readdirSync(kept)).toHaveLength(3);
});

test('ca.pem is written anew where it is missing', async () => {
  const kept = folder();
  const { authority } = await begin(kept);
  rmSync(join(kept, 'ca.pem'));
  await begin(kept);
  expect(readFileSync(join(kept, 'ca.pem'), 'utf8')).toBe(authority);
});

const damage = (name: string, text: (kept: string) => string) => (kept: string) =>
  writeFileSync(join(kept, name), text(kept));
const half = (name: string) => (kept: string) => readFileSync(join(kept, name), 'utf8').slice(0, 400);
const halves = (kept: string, name: string) =>
  readFileSync(join(kept, name), 'utf8').split(/(?=-----BEGIN CERT)/);
const swapped = (kept: string) => [halves(kept, 'ca-key.pem')[0], halves(kept, 'server.pem')[1]].join('');

test.each<[string, string, (kept: string) => void, RegExp]>([
  [
    'a truncated key',
    'ca-key.pem',
    damage('ca-key.pem', half('ca-key.pem')),
    /^what cannot be read as a key/,
  ],
  ['an empty file', 'server.pem', damage('server.pem', () => ''), /^what cannot be read as a key/],
  ['another key', 'ca-key.pem', damage('ca-key.pem', swapped), /^a key and the certificate of another one$/],
  ['no certificate', 'ca.pem', damage('ca.pem', () => 'x'), /^what cannot be read as a certificate/],
  ['the wrong one', 'ca.pem', damage('ca.pem', half('server.pem')), /certificate/],
  ['no key', 'ca-key.pem', (kept) => rmSync(join(kept, 'ca-key.pem')), /^no such file, but /],
])('%s stops the start, and says which file it is (%s)', async (_what, file, spoil, found) => {
  const kept = folder();
  await begin(kept);
  spoil(kept);
  const path = `TLS ${join(kept, file)}`;
  const allowed = expect.stringContaining('delete');
  expect(await faultsOf(begin(kept))).toEqual([{ path, found: expect.stringMatching(found), allowed }]);
});

test('an authority that ends stops the start, since whoever trusts it must act', async () => {
  const kept = folder();
  await begin(kept);
  const found = expect.stringMatching(/^a certificate authority that ends /);
  expect(await faultsOf(begin(kept, {}, START + 3649 * DAY))).toMatchObject([{ found }]);
});

test('a folder that cannot be written stops the start, and names what can be set', async () => {
  const file = join(folder(), 'file');
  writeFileSync(file, '');
  const allowed = expect.stringContaining('set TLS_FOLDER');
  expect(await faultsOf(begin(join(file, 'below')))).toMatchObject([{ allowed }]);
});
