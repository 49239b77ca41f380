/** Where the keys of private_key_jwt come from: a jwks_uri, which is cached and may fail in every way, or a PEM. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { FixturesFile } from '../../src/index.ts';
import { type Mock, START, testMock } from '../support/mock.ts';
import {
  assertionClaims,
  byAssertion,
  CLIENT_BASE,
  EXAMPLE_KEY,
  type LoopbackServer,
  publicJwk,
  redeemBy,
  refusalOf,
  serve,
  sign,
  titled,
  wireOf,
  withClients,
} from './support.ts';

const makeKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const FIRST = makeKey();
const SECOND = makeKey();

const CLIENT_ID = 'app-with-jwks-uri';

const servers: LoopbackServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function started(answer: Answer): Promise<LoopbackServer> {
  const server = await serve(answer);
  servers.push(server);
  return server;
}

const asJson =
  (body: unknown): Answer =>
  (_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  };

const keySet = (...keys: [KeyObject, string][]) => ({ keys: keys.map(([key, kid]) => publicJwk(key, kid)) });

/** The machine’s clock in the hands of a test, beside that of the environment, which stands still. */
function machineClock() {
  let at = START;
  return {
    now: () => at,
    advance(seconds: number) {
      at += seconds * 1000;
    },
  };
}

/** A mock and a client whose keys are at this address. */
const mockFor = (jwksUri: string, settings?: FixturesFile['settings'], machine = machineClock()) =>
  testMock({
    machine: machine.now,
    fixtures: withClients(
      [
        {
          ...CLIENT_BASE,
          client_id: CLIENT_ID,
          token_endpoint_auth_method: 'private_key_jwt',
          jwks_uri: jwksUri,
        },
      ],
      settings,
    ),
  });

/** Authenticates by a fresh assertion, at the mock’s own time. */
async function authenticate(mock: Mock, key: KeyObject = FIRST, kid: string | null = 'first') {
  const now = Math.floor(mock.clock.now() / 1000);
  const claims = assertionClaims(CLIENT_ID, { iat: now, exp: now + 60 });
  const assertion = await sign(claims, key, { alg: 'ES256', ...(kid === null ? {} : { kid }) });
  return redeemBy(mock, 'no-such-code', byAssertion(assertion));
}

/** Whether the client was let in: then its code, which does not exist, is what is wrong. */
const isLetIn = async (...of: Parameters<typeof authenticate>) => {
  const { error } = (await authenticate(...of)).json();
  if (error !== 'invalid_grant' && error !== 'invalid_client') throw new Error(error);
  return error === 'invalid_grant';
};

const JWT_IS_NOT_VALID = {
  status: 401,
  body: { error: 'invalid_client', error_description: 'JWT is not valid' },
};

describe('what a jwks_uri serves is cached', () => {
  test('so that many requests cause one fetch', async () => {
    const server = await started(asJson(keySet([FIRST, 'first'])));
    const mock = await mockFor(`${server.url}/jwks`);
    expect(server.requests).toEqual([]);
    for (let n = 0; n < 5; n++) expect(await isLetIn(mock)).toBe(true);
    expect(server.requests).toEqual(['/jwks']);
  });

  test('so that 20 requests at once cause one fetch, and all are let in', async () => {
    const answer = asJson(keySet([FIRST, 'first']));
    const server = await started((request, response) => {
      // The answer waits until all 20 have come, so that none can come too late to share the fetch.
      const whenAllCame = () => {
        if (mock.environment.journal.events({ kind: 'request_received' }).length < 20)
          setImmediate(whenAllCame);
        else answer(request, response);
      };
      whenAllCame();
    });
    const mock = await mockFor(server.url);
    const letIn = await Promise.all(Array.from({ length: 20 }, () => isLetIn(mock)));
    expect(letIn).toEqual(Array.from({ length: 20 }, () => true));
    expect(server.requests).toHaveLength(1);
  });

  test('for five minutes and no longer: a key that was taken out is refused from then on', async () => {
    let served = keySet([FIRST, 'first']);
    const server = await started((request, response) => asJson(served)(request, response));
    const mock = await mockFor(server.url);
    expect(await isLetIn(mock)).toBe(true);
    served = keySet([SECOND, 'second']);
    mock.clock.advance(299);
    expect(await isLetIn(mock)).toBe(true);
    expect(server.requests).toHaveLength(1);
    mock.clock.advance(1);
    expect(await isLetIn(mock)).toBe(false);
    expect(server.requests).toHaveLength(2);
  });

  test('and outlives an outage of the relying party that is shorter than the cache', async () => {
    const server = await serve(asJson(keySet([FIRST, 'first'])));
    const mock = await mockFor(server.url);
    expect(await isLetIn(mock)).toBe(true);
    await server.close();
    mock.clock.advance(299);
    expect(await isLetIn(mock)).toBe(true);
    mock.clock.advance(1);
    expect(await isLetIn(mock)).toBe(false);
  });

  test('by address: a client that is registered with another one is read there at the next request', async () => {
    const before = await started(asJson(keySet([FIRST, 'first'])));
    const after = await started(asJson(keySet([SECOND, 'second'])));
    const mock = await mockFor(before.url);
    expect(await isLetIn(mock)).toBe(true);
    const client = { ...mock.environment.clients.get(CLIENT_ID), jwks_uri: after.url };
    const put = await mock.app.inject({ method: 'PUT', url: `/_mock/clients/${CLIENT_ID}`, payload: client });
    expect(put.statusCode).toBe(200);
    expect([await isLetIn(mock, SECOND, 'second'), await isLetIn(mock)]).toEqual([true, false]);
  });
});

describe('a key that is not in the cache is fetched', () => {
  test.each([
    ['an assertion names it', 'second'],
    ['no assertion names any', null],
  ])('where it is published before it is used and %s, though the clock stands still', async (_how, kid) => {
    let served = keySet([FIRST, 'first']);
    const server = await started((request, response) => asJson(served)(request, response));
    const machine = machineClock();
    const mock = await mockFor(server.url, undefined, machine);
    expect(await isLetIn(mock)).toBe(true);
    served = keySet([FIRST, 'first'], [SECOND, 'second']);
    machine.advance(5);
    expect(await isLetIn(mock, SECOND, kid)).toBe(true);
    expect(await isLetIn(mock)).toBe(true);
    expect(server.requests).toHaveLength(2);
  });

  test('at most once in five seconds of the machine, however many unknown kids come', async () => {
    const server = await started(asJson(keySet([FIRST, 'first'])));
    const machine = machineClock();
    const mock = await mockFor(server.url, undefined, machine);
    const fetchesAfter = async (seconds: number) => {
      machine.advance(seconds);
      for (const kid of ['bad-1', 'bad-2', 'bad-3']) expect(await isLetIn(mock, FIRST, kid)).toBe(false);
      return server.requests.length;
    };
    expect([await fetchesAfter(0), await fetchesAfter(4.9), await fetchesAfter(0.1)]).toEqual([1, 1, 2]);
    expect([await fetchesAfter(4.9), await fetchesAfter(0.1)]).toEqual([2, 3]);
    mock.clock.advance(60);
    expect(await fetchesAfter(0)).toBe(3);
  });

  test('and the journal names the kids that there are', async () => {
    const server = await started(asJson(keySet([FIRST, 'first'], [SECOND, 'second'])));
    const mock = await mockFor(server.url);
    const response = await authenticate(mock, FIRST, 'unknown');
    expect(wireOf(response)).toEqual(JWT_IS_NOT_VALID);
    expect(refusalOf(mock, response)).toMatchObject({
      rule: 'The assertion is signed by a key that the client publishes (kid).',
      found: 'kid unknown, alg ES256',
      expected: 'a key with one of these kids: first, second',
    });
  });
});

/** A JWK Set that is right but for its size. */
const LARGE = JSON.stringify({ ...keySet([FIRST, 'first']), padding: 'x'.repeat(65_536) });

const endWith =
  (status: number, body: string): Answer =>
  (_request, response) => {
    response.writeHead(status).end(body);
  };

describe('a jwks_uri that cannot be read is invalid_client, its reason in the journal', () => {
  const bad: readonly { what: string; answer: Answer; found: string }[] = [
    { what: 'an error of its own', answer: endWith(500, 'broken'), found: 'answered with status 500' },
    { what: 'that nothing is there', answer: endWith(404, '{"keys":[]}'), found: 'answered with status 404' },
    { what: 'without content', answer: endWith(204, ''), found: 'answered with status 204' },
    { what: 'a page', answer: endWith(200, '<html>Log in</html>'), found: 'did not answer with JSON' },
    { what: 'nothing', answer: endWith(200, ''), found: 'did not answer with JSON' },
    { what: 'JSON without keys', answer: asJson({}), found: 'it has no list "keys"' },
    { what: 'null', answer: asJson(null), found: 'it has no list "keys"' },
    { what: 'keys that are no list', answer: asJson({ keys: {} }), found: 'it has no list "keys"' },
    {
      what: 'more than 64 kB',
      answer: endWith(200, LARGE),
      found: 'could not be read: an answer of more than 65536 bytes',
    },
    {
      what: 'more than 64 kB after unpacking',
      answer: (_request, response) => {
        response.setHeader('content-encoding', 'gzip').end(gzipSync(LARGE));
      },
      found: 'could not be read: an answer of more than 65536 bytes',
    },
    {
      what: 'half an answer',
      answer: (_request, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"keys":', () => response.destroy());
      },
      found: 'could not be read: ',
    },
    {
      what: 'a closed connection',
      answer: (request) => request.socket.destroy(),
      found: 'could not be read: ',
    },
  ];

  test.each(titled(bad))('when it answers with %s', async (_what, { answer, found }) => {
    let respond = answer;
    const server = await started((request, response) => respond(request, response));
    const mock = await mockFor(server.url);
    const response = await authenticate(mock);
    expect(wireOf(response)).toEqual(JWT_IS_NOT_VALID);
    const refusal = refusalOf(mock, response);
    expect([refusal.parameter, refusal.rule]).toEqual([
      'client_assertion',
      'The client’s keys can be read (JWKS).',
    ]);
    expect(refusal.found).toContain(server.url);
    expect(refusal.found).toContain(found);
    // A failure is not cached: as soon as the keys are there, the client is let in.
    respond = asJson(keySet([FIRST, 'first']));
    expect(await isLetIn(mock)).toBe(true);
  });

  test('when no server is there', async () => {
    const server = await serve(asJson({}));
    await server.close();
    const mock = await mockFor(server.url);
    const response = await authenticate(mock);
    expect(wireOf(response)).toEqual(JWT_IS_NOT_VALID);
    expect(refusalOf(mock, response).found).toMatch(/could not be read: .*ECONNREFUSED/);
    expect((await mock.app.inject('/')).statusCode).toBe(200);
  });

  test.each([301, 302, 307, 308])('when it redirects by %i: nobody goes there', async (status) => {
    const target = await started(asJson(keySet([FIRST, 'first'])));
    const server = await started((_request, response) => {
      response.writeHead(status, { location: `${target.url}/jwks` }).end();
    });
    const mock = await mockFor(server.url);
    const response = await authenticate(mock);
    expect(wireOf(response)).toEqual(JWT_IS_NOT_VALID);
    expect(refusalOf(mock, response).found).toContain(`answered with status ${status}`);
    expect([server.requests.length, target.requests.length]).toEqual([1, 0]);
  });

  test('when it hangs, before its answer or within it: after timeouts.outbound_call_seconds', async () => {
    const silent = await started(() => {});
    const stalling = await started((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"keys":[');
    });
    const said = await Promise.all(
      [silent, stalling].map(async ({ url }) => {
        const mock = await mockFor(url, { timeouts: { outbound_call_seconds: 1 } });
        const response = await authenticate(mock);
        expect(wireOf(response)).toEqual(JWT_IS_NOT_VALID);
        return refusalOf(mock, response).found.replace(url, '(uri)');
      }),
    );
    const expected = '(uri) could not be read: no answer within 1 seconds';
    expect(said).toEqual([expected, expected]);
  });

  test('when its list is empty', async () => {
    const server = await started(asJson({ keys: [] }));
    const mock = await mockFor(server.url);
    const response = await authenticate(mock);
    expect(wireOf(response)).toEqual(JWT_IS_NOT_VALID);
    expect(refusalOf(mock, response).expected).toContain('no key is published');
  });
});

test('entries that are no keys do no harm to the one that is', async () => {
  const rubbish = [
    null,
    7,
    'text',
    [],
    {},
    { kty: 7 },
    { kty: 'EC', kid: 'first' },
    { kty: 'EC', kid: 'first', crv: 'P-256', x: '!', y: '!' },
    { ...publicJwk(FIRST), kid: 7 },
    { kty: 'RSA', kid: 'first', n: 'AQAB', e: 'AQAB' },
    { kty: 'oct', kid: 'first', k: 'AAAA' },
  ];
  const server = await started(asJson({ keys: [...rubbish, publicJwk(FIRST, 'first')] }));
  const mock = await mockFor(server.url);
  expect([await isLetIn(mock), await isLetIn(mock, SECOND, 'first')]).toEqual([true, false]);
});

describe('public_key_pem', () => {
  const mockWithPem = (pem: string) =>
    testMock({
      fixtures: withClients([
        {
          ...CLIENT_BASE,
          client_id: CLIENT_ID,
          token_endpoint_auth_method: 'private_key_jwt',
          public_key_pem: pem,
        },
      ]),
    });

  test.each<[string, KeyObject, string]>([
    ['an EC key', FIRST, 'ES256'],
    ['an RSA key', EXAMPLE_KEY, 'RS512'],
  ])('may be %s, whatever kid the assertion names', async (_what, key, alg) => {
    const pem = createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString();
    const mock = await mockWithPem(pem);
    for (const kid of [undefined, 'any']) {
      const header = { alg, ...(kid === undefined ? {} : { kid }) };
      const assertion = await sign(assertionClaims(CLIENT_ID), key, header);
      const response = await redeemBy(mock, 'no-such-code', byAssertion(assertion));
      expect([kid, response.json().error]).toEqual([kid, 'invalid_grant']);
    }
    expect(await isLetIn(mock, SECOND)).toBe(false);
  });

  const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

  test.skipIf(!hasOpenssl)('may be a certificate', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mock-cis2-'));
    try {
      const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
      const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
      const files = ['-keyout', keyFile, '-out', certificateFile];
      execFileSync('openssl', ['req', '-x509', ...kind, ...files, '-subj', '/CN=app', '-days', '1'], {
        stdio: 'ignore',
      });
      const pem = readFileSync(certificateFile, 'utf8');
      expect(pem).toContain('BEGIN CERTIFICATE');
      const mock = await mockWithPem(pem);
      const key = createPrivateKey(readFileSync(keyFile, 'utf8'));
      expect([await isLetIn(mock, key), await isLetIn(mock, SECOND)]).toEqual([true, false]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
