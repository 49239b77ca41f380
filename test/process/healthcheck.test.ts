/** The health check of the image, as its engine runs it: a program that asks, and ends with 0 or 1. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const servers = new Set<Server>();

afterEach(() => {
  for (const server of servers) server.close();
  servers.clear();
});

async function listen(server: Server): Promise<string> {
  servers.add(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return String((server.address() as AddressInfo).port);
}

/** Answers /health/live with this status, and anything else with 404. */
const alive =
  (status: number): RequestListener =>
  ({ url }, response) =>
    response.writeHead(url === '/health/live' ? status : 404).end();

const plain = (status: number) => listen(createServer(alive(status)));

/** Of another name, by nobody’s authority: as a health check may find it. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQguqGqPs7szUI5IOBE
pCAR7/yu6EaH72VGrvZ91RSdC46hRANCAASL/PMxgO+tOJWiRK46DC2d8GaemQd6
ATbozBlIhEoV7cHeHLjEJSTRyeyYEh10e2VRIaFq0pvVUsScLcdn7idl
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBhjCCAS2gAwIBAgIUKqREVSZnh9jMeB65EK8f4NiktHUwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwObW9jay1jaXMyLnRlc3QwHhcNMjYxMTI1MjAwMTI4WhcNMzYx
MTIyMjAwMTI4WjAZMRcwFQYDVQQDDA5tb2NrLWNpczIudGVzdDBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABIv88zGA7604laJErjoMLZ3wZp6ZB3oBNujMGUiEShXt
wd4cuMQlJNHJ7JgSHXR7ZVEhoWrSm9VSxJwtx2fuJ2WjUzBRMB0GA1UdDgQWBBQU
qGsiJ+8QzHq3gMXhLgPrUrBjWjAfBgNVHSMEGDAWgBQUqGsiJ+8QzHq3gMXhLgPr
UrBjWjAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIADMFLaM8Ljq
AXQhYmG4FIREbz2b43d9Ai2ot7DWf6k4AiAh0QMysiwBXJVNEo4C1Byjip7QfDZQ
Rp6JQfi71nRqWg==
-----END CERTIFICATE-----`;

const secure = (status: number) => listen(createSecureServer({ key: KEY, cert: CERTIFICATE }, alive(status)));

/** A port where nobody listens. */
async function silent() {
  const server = createServer();
  const port = await listen(server);
  server.close();
  servers.delete(server);
  return port;
}

async function check(variables: Record<string, string>) {
  const child = spawn(process.execPath, [`${ROOT}scripts/healthcheck.mjs`], { env: variables });
  let said = '';
  child.stdout.on('data', (data) => (said += data));
  const [code] = await once(child, 'close');
  return { code, said };
}

test('a mock that answers is healthy, at whichever port PORT names', async () => {
  expect(await check({ PORT: await plain(200), HOST: '0.0.0.0' })).toEqual({
    code: 0,
    said: '/health/live answers with 200\n',
  });
});

test('one that answers otherwise, or not at all, is not, and the reason is said', async () => {
  expect(await check({ PORT: await plain(503) })).toEqual({
    code: 1,
    said: '/health/live answers with 503\n',
  });
  const port = await silent();
  expect(await check({ PORT: port })).toMatchObject({
    code: 1,
    said: expect.stringMatching(
      new RegExp(`^/health/live does not answer: .*ECONNREFUSED 127.0.0.1:${port}\n$`),
    ),
  });
});

test('with TLS it asks by https, without trusting the certificate; TLS=off is without', async () => {
  expect(await check({ PORT: await secure(200), TLS: 'auto' })).toMatchObject({ code: 0 });
  expect(await check({ PORT: await plain(200), TLS: 'auto' })).toMatchObject({ code: 1 });
  expect(await check({ PORT: await plain(200), TLS: 'off' })).toMatchObject({ code: 0 });
});

test('where plain HTTP is offered beside HTTPS, it asks there', async () => {
  const variables = { PORT: await silent(), TLS: 'auto', HTTP_PORT: await plain(200) };
  expect(await check(variables)).toMatchObject({ code: 0 });
});

test('the version that the image names is that of the package', () => {
  const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  expect(readFileSync(`${ROOT}Dockerfile`, 'utf8')).toContain(`\nARG VERSION=${version}\n`);
});
