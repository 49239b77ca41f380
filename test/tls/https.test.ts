/** HTTPS as applications meet it: over a real socket, by libraries that refuse plain HTTP and trust one authority. */

import { once } from 'node:events';
import { createServer } from 'node:https';
import { type AddressInfo, connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import * as client from 'openid-client';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  ConfigurationError,
  connectMockCis2,
  type MockCis2,
  MockCis2Error,
  startMockCis2,
} from '../../src/index.ts';
import { ALEX, reasonOf } from '../relying-parties/support.ts';
import { REALM } from '../support/mock.ts';
import { folder, start, trusting } from './support.ts';

const tlsFolder = folder();

let cis2: MockCis2;
let ca: string;
let trusted: typeof fetch;

beforeAll(async () => {
  cis2 = await start({ tls: 'auto', tlsFolder });
  ca = await cis2.certificateAuthority();
  trusted = trusting(ca);
});

const read = async (answer: Promise<Response>): Promise<unknown> => (await answer).json();

describe('an application of openid-client 6, which refuses plain HTTP', () => {
  const CALLBACK = 'http://localhost:3000/callback';

  const discover = (by: typeof fetch) =>
    client.discovery(new URL(cis2.issuer), 'mock-client', undefined, client.ClientSecretPost('mock-secret'), {
      [client.customFetch]: by as client.CustomFetch,
    });

  test('that trusts the authority logs in, and asks for UserInfo', async () => {
    const application = await discover(trusted);
    const { issuer, token_endpoint } = application.serverMetadata();
    expect([issuer, token_endpoint]).toEqual([
      expect.stringMatching(new RegExp(`^https://localhost:\\d+${REALM}$`)),
      `${cis2.issuer}/access_token`,
    ]);
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const expectedState = client.randomState();
    const url = client.buildAuthorizationUrl(application, {
      redirect_uri: CALLBACK,
      scope: 'openid profile email',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      mock_login: ALEX.account,
    });
    const { headers } = await trusted(url, { redirect: 'manual' });
    const callback = new URL(headers.get('location') ?? '');
    const tokens = await client.authorizationCodeGrant(application, callback, {
      pkceCodeVerifier,
      expectedState,
      idTokenExpected: true,
    });
    const user = await client.fetchUserInfo(application, tokens.access_token, ALEX.uid);
    expect(tokens.claims()).toMatchObject({ iss: cis2.issuer, sub: ALEX.uid });
    expect(user).toMatchObject({ sub: ALEX.uid, email: ALEX.account });
  });

  test('that trusts the machine’s authorities alone does not get to it', async () => {
    expect(await reasonOf(discover(fetch))).toMatchObject({
      cause: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    });
  });
});

test('the authority’s certificate is to be had by anybody, as a file', async () => {
  const guarded = await start({ tls: 'auto', tlsFolder, controlToken: 'the-control-token' });
  const own = await trusted(new URL('/_mock/ca.pem', guarded.url), {
    headers: { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' },
  });
  expect([own.status, await own.text()]).toEqual([200, ca]);
  expect(own.headers.get('content-type')).toBe('application/x-pem-file');
  expect(own.headers.get('content-disposition')).toBe('attachment; filename="mock-cis2-ca.pem"');
});

test('where there is none, the answer says how there would be', async () => {
  const plain = await start({});
  const answer = await fetch(new URL('/_mock/ca.pem', plain.url));
  expect(await answer.json()).toMatchObject({ status: 404, detail: expect.stringContaining('TLS=auto') });
  expect(await reasonOf(plain.certificateAuthority())).toMatchObject({ status: 404 });
});

test('the start page leads to it, where there is one', async () => {
  const link = 'data-testid="certificate-authority"';
  expect(await (await trusted(cis2.url)).text()).toContain(link);
  expect(await (await fetch((await start({})).url)).text()).not.toContain(link);
});

test('connectMockCis2 says how to have it trusted', async () => {
  const error = await reasonOf(connectMockCis2(cis2.url));
  expect(error).toBeInstanceOf(MockCis2Error);
  expect(String(error)).toContain('NODE_EXTRA_CA_CERTS');
});

test('another mock of the same folder, as after a restart, has the same authority', async () => {
  const again = await start({ tls: 'auto', tlsFolder, tlsNames: ['cis2.example.test'] });
  expect(await again.certificateAuthority()).toBe(ca);
  expect((await trusted(again.url)).status).toBe(200);
});

test('plain HTTP on the port of HTTPS is told so', async () => {
  const answer = await fetch(cis2.url.replace('https:', 'http:'));
  expect([answer.status, await answer.text()]).toEqual([
    400,
    'This port speaks HTTPS: begin the address with https://\n',
  ]);
  expect((await trusted(cis2.url)).status).toBe(200);
});

test.each([
  ['TLSv1.1', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
  ['TLSv1.2', 'TLSv1.2'],
  ['TLSv1.3', 'TLSv1.3'],
] as const)('a client of %s gets %s', async (version, what) => {
  const { port } = new URL(cis2.url);
  const ciphers = 'DEFAULT@SECLEVEL=0';
  const socket = connect({ port: Number(port), ca, minVersion: version, maxVersion: version, ciphers });
  const got = await Promise.race([
    once(socket, 'secureConnect').then(() => socket.getProtocol()),
    once(socket, 'error').then(([error]) => error.code),
  ]).catch((error: NodeJS.ErrnoException) => error.code);
  socket.destroy();
  expect(got).toBe(what);
});

describe('with HTTP_PORT', () => {
  /** Whether somebody listens there. */
  async function isOpen(port: number): Promise<boolean> {
    const socket = connectPlain(port, '127.0.0.1');
    const isConnected = once(socket, 'connect').then(
      () => true,
      () => false,
    );
    return isConnected.finally(() => socket.destroy());
  }

  /** A port that was free a moment ago. */
  async function freePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return port;
  }

  test('the same provider is served over plain HTTP beside, under the same issuer, and both end at once', async () => {
    const port = await freePort();
    const both = await startMockCis2({ tls: 'auto', tlsFolder, port, httpPort: 0, logLevel: 'silent' });
    const httpPort = Number(new URL(both.httpUrl ?? '').port);
    expect(await Promise.all([port, httpPort].map(isOpen))).toEqual([true, true]);
    const path = `${REALM}/.well-known/openid-configuration`;
    const secure = await read(trusted(`https://localhost:${port}${path}`));
    const plain = await read(fetch(`http://127.0.0.1:${httpPort}${path}`));
    expect(secure).toMatchObject({ issuer: `https://localhost:${port}${REALM}` });
    expect(plain).toEqual(secure);
    await both.close();
    expect(await Promise.all([port, httpPort].map(isOpen))).toEqual([false, false]);
  });

  test('a port that is taken stops the start, and leaves the other port closed', async () => {
    const [port, taken] = [await freePort(), createServer().listen(0, '127.0.0.1')];
    await once(taken, 'listening');
    const { port: httpPort } = taken.address() as AddressInfo;
    const failing = startMockCis2({ tls: 'auto', tlsFolder, port, httpPort, logLevel: 'silent' });
    expect(await reasonOf(failing)).toMatchObject({ code: 'EADDRINUSE', port: httpPort });
    expect(await isOpen(port)).toBe(false);
    taken.close();
  });
});

describe('with a key and a certificate of one’s own', () => {
  const pair = async () => {
    const { makeAuthority, makeServerCertificate } = await import('../../src/tls/certificates.ts');
    const authority = await makeAuthority(Date.now(), 'of a test');
    const { key, cert } = await makeServerCertificate(authority, ['localhost'], Date.now());
    return { authority, key, cert };
  };

  test('these are served, and there is no authority of the mock', async () => {
    const { authority, key, cert } = await pair();
    const own = await start({ tls: { key, cert } });
    expect((await trusting(authority.cert)(own.url)).status).toBe(200);
    expect(await reasonOf(own.certificateAuthority())).toMatchObject({ status: 404 });
  });

  test('a certificate of another key stops the start, and no key is shown', async () => {
    const [{ key }, { cert }] = [await pair(), await pair()];
    const error = await reasonOf(startMockCis2({ tls: { key, cert } }));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as ConfigurationError).faults).toMatchObject([
      { path: 'TLS cert', found: expect.stringMatching(/^the certificate of another key/) },
    ]);
    expect(String(error)).not.toContain('PRIVATE KEY');
  });

  test('files that are not there, or hold something else, are faults, both of them', async () => {
    const missing = join(tlsFolder, 'nowhere.pem');
    const error = await reasonOf(startMockCis2({ tls: { key: missing, cert: join(tlsFolder, 'no.pem') } }));
    expect((error as ConfigurationError).faults.map(({ path, found }) => [path, found])).toEqual([
      [`TLS key ${missing}`, expect.stringContaining('ENOENT')],
      [`TLS cert ${join(tlsFolder, 'no.pem')}`, expect.stringContaining('ENOENT')],
    ]);
    const swapped = { key: join(tlsFolder, 'ca.pem'), cert: join(tlsFolder, 'server.pem') };
    expect((await reasonOf(startMockCis2({ tls: swapped }))) as ConfigurationError).toMatchObject({
      faults: [{ path: `TLS key ${swapped.key}`, found: expect.stringContaining('a private key') }],
    });
  });
});
