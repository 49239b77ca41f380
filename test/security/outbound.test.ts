/** The mock calls what is registered, for a while, for a little, and goes nowhere else. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { fetchBounded } from '../../src/relying-party/outbound.ts';
import { authorizeUrl, browser, encode, REALM, testMock } from '../support/mock.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function server(answer: RequestListener) {
  const asked: string[] = [];
  const one = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  }).listen(0, '127.0.0.1');
  servers.push(one);
  await once(one, 'listening');
  return { url: `http://127.0.0.1:${(one.address() as AddressInfo).port}`, asked };
}

const BOUNDS = { timeoutSeconds: 5, maxBytes: 1000 };

describe('a call of the mock’s own', () => {
  test.each([301, 302, 303, 307, 308])('follows no redirect: %i', async (status) => {
    const elsewhere = await server((_request, response) => response.end('secret'));
    const here = await server((_request, response) =>
      response.writeHead(status, { location: elsewhere.url }).end(),
    );

    expect(await fetchBounded(here.url, { ...BOUNDS, form: { a: 'b' } })).toEqual({ status, body: '' });
    expect(elsewhere.asked).toEqual([]);
  });

  test('reads no more than it may, though the answer never ends', async () => {
    const here = await server((_request, response) => {
      const more = () => response.write('x'.repeat(500), () => setImmediate(more));
      more();
    });

    expect(await fetchBounded(here.url, BOUNDS)).toEqual({ failure: 'an answer of more than 1000 bytes' });
  });

  test('unpacks no more than it may', async () => {
    const { gzipSync } = await import('node:zlib');
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const here = await server((_request, response) =>
      response.setHeader('content-encoding', 'gzip').end(bomb),
    );

    expect(await fetchBounded(here.url, BOUNDS)).toEqual({ failure: 'an answer of more than 1000 bytes' });
  });

  test.each<[string, RequestListener]>([
    ['says nothing', () => {}],
    [
      'says one letter now and then',
      (_request, response) => {
        response.write('x');
        setInterval(() => response.write('x'), 10).unref();
      },
    ],
  ])('waits no longer than it may for who %s', async (_what, answer) => {
    const here = await server(answer);

    expect(await fetchBounded(here.url, { timeoutSeconds: 0.2, maxBytes: 100_000 })).toEqual({
      failure: 'no answer within 0.2 seconds',
    });
  });

  test.each(['data:application/json,{}', 'file:///etc/passwd', 'blob:x', 'ftp://127.0.0.1/'])(
    'is made over http alone: %s',
    async (url) => {
      expect(await fetchBounded(url, BOUNDS)).toHaveProperty('failure');
      const { app } = await testMock();
      for (const field of ['jwks_uri', 'backchannel_logout_uri']) {
        const answer = await app.inject({
          method: 'PATCH',
          url: '/_mock/clients/mock-client',
          payload: { [field]: url },
        });
        expect(answer.statusCode).toBe(400);
      }
    },
  );
});

describe('an address that a request brings is never called', () => {
  test.each([
    'request_uri',
    'redirect_uri',
    'client_id',
    'jwks_uri',
    'sector_identifier_uri',
    'initiate_login_uri',
    'logo_uri',
    'post_logout_redirect_uri',
  ])('as %s', async (name) => {
    const lure = await server((_request, response) => response.end('{}'));
    const { app } = await testMock();

    await app.inject(authorizeUrl({ [name]: `${lure.url}/x` }));
    await app.inject(`${REALM}/connect/endSession?${encode({ [name]: `${lure.url}/x` })}`);
    await browser(app).post(`${REALM}/access_token`, {
      grant_type: 'authorization_code',
      code: 'x',
      [name]: `${lure.url}/x`,
    });

    expect(lure.asked).toEqual([]);
  });

  test.each(['jku', 'x5u'])('as %s of an assertion’s header', async (name) => {
    const lure = await server((_request, response) => response.end('{"keys":[]}'));
    const { app } = await testMock();
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const client = 'mock-client-private-key-jwt';
    const assertion = `${part({ alg: 'RS256', kid: 'x', [name]: `${lure.url}/x` })}.${part({ iss: client, sub: client })}.AAAA`;

    const answer = await browser(app).post(`${REALM}/access_token`, {
      grant_type: 'authorization_code',
      code: 'x',
      redirect_uri: 'x',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });

    expect(answer.statusCode).toBe(401);
    expect(lure.asked).toEqual([]);
  });
});
