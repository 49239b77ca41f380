/** The options of the library: what is wrong with them is told before anything listens, as of environment variables. */
import { describe, expect, test } from 'vitest';
import { ConfigurationError, type MockCis2Options, startMockCis2 } from '../../src/index.ts';
import { readVariables } from '../../src/settings/variables.ts';
import { testMock } from '../support/mock.ts';

/** The faults of a mock that is not made: the mock itself, should it be made, is closed. */
async function faultsOf(options: object): Promise<ConfigurationError['faults']> {
  try {
    const { app } = await testMock(options as MockCis2Options);
    await app.close();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}

const pathsOf = async (options: object) => (await faultsOf(options)).map(({ path }) => path);

describe('a wrong value is a fault, which says what was found', () => {
  test.each<[string, unknown, string]>([
    ['port', 65_536, '65536'],
    ['port', -1, '-1'],
    ['port', 80.5, '80.5'],
    ['port', '8585', '"8585"'],
    ['host', 'a b', '"a b"'],
    ['host', '', '""'],
    ['publicOrigin', 'nonsense', '"nonsense"'],
    ['publicOrigin', 'http://localhost:1/', '"http://localhost:1/"'],
    ['internalOrigin', 'ftp://mock', '"ftp://mock"'],
    ['internalOrigin', null, 'null'],
    ['signingKeys', '', '""'],
    ['store', 7, 'a value that is not shown'],
    ['controlToken', 12_345_678, 'a value that is not shown'],
    ['rateLimit', 0, '0'],
    ['rateLimit', -1, '-1'],
    ['rateLimit', Number.NaN, 'NaN'],
    ['rateLimit', 1_000_001, '1000001'],
    ['logLevel', 'loud', '"loud"'],
    ['logLevel', () => 'info', 'a function'],
    ['tls', 'off', 'a value that is not shown'],
    ['tls', { key: '-----BEGIN PRIVATE KEY-----' }, 'a value that is not shown'],
    ['tlsNames', 'cis2.example.test', '"cis2.example.test"'],
    ['trustedProxies', [10], '[10]'],
    ['issuerFromHost', 'on', '"on"'],
    ['limits', 30, '30'],
  ])('%s: %o', async (name, value, found) => {
    expect(await faultsOf({ [name]: value })).toMatchObject([{ path: name, found }]);
  });

  test.each([
    ['fixture', 'fixtures'],
    ['controltoken', 'controlToken'],
    ['nonsense', 'port, host, publicOrigin'],
  ])('an option that there is not: %s', async (name, allowed) => {
    expect(await faultsOf({ [name]: 'x' })).toMatchObject([
      { path: name, found: 'an unknown option', allowed: expect.stringContaining(allowed) },
    ]);
  });

  test.each<[object, string, string]>([
    [{ headersSeconds: 0 }, 'limits.headersSeconds', 'seconds, 0.001 to 86400'],
    [{ silentSeconds: Number.NaN }, 'limits.silentSeconds', 'seconds, 0.001 to 86400'],
    [{ checkSeconds: '5' }, 'limits.checkSeconds', 'seconds, 0.001 to 86400'],
    [{ connections: -1 }, 'limits.connections', 'a whole number, 1 to 1000000'],
    [{ conections: 5 }, 'limits.conections', 'headersSeconds, requestSeconds'],
    [{ requestSeconds: 5 }, 'limits.headersSeconds', 'at most requestSeconds, which is 5'],
  ])('limits: %o', async (limits, path, allowed) => {
    expect(await faultsOf({ limits })).toMatchObject([{ path, allowed: expect.stringContaining(allowed) }]);
  });

  test('of plain HTTP beside HTTPS too, and it is not also said to be that of HTTPS', async () => {
    expect(await pathsOf({ tls: 'off', httpPort: 'x', port: 'x' })).toEqual(['port', 'tls', 'httpPort']);
  });
});

test.each<[string, string, object]>([
  ['PORT', 'x', { port: 'x' }],
  ['HOST', 'a b', { host: 'a b' }],
  ['PUBLIC_ORIGIN', 'nonsense', { publicOrigin: 'nonsense' }],
  ['CONTROL_TOKEN', 'with space', { controlToken: 'with space' }],
  ['STORE', 'postgres://host', { store: 'postgres://host' }],
  ['RATE_LIMIT', '60/minute', { rateLimit: '60/minute' }],
  ['LOG_LEVEL', 'loud', { logLevel: 'loud' }],
  ['TLS_FOLDER', ' ', { tlsFolder: ' ' }],
])('%s=%s is told as its option is, but for the name', async (variable, value, options) => {
  const told = (await faultsOf(options)).map((fault) => ({ ...fault, path: variable }));
  expect(() => readVariables({ [variable]: value })).toThrow(new ConfigurationError(told));
});

test('every fault is told at once: of values, of what does not go together, of files and of fixtures', async () => {
  const options = {
    publicOrigin: 'nonsense',
    rateLimit: 0,
    logLevel: 'loud',
    limits: { connections: 0 },
    httpPort: 8080,
    signingKeys: '/nowhere/keys.json',
    fixtures: { settings: { timeouts: { login_seconds: 0 } } },
  };
  expect(await pathsOf(options)).toEqual([
    'publicOrigin',
    'rateLimit',
    'logLevel',
    'limits.connections',
    'httpPort',
    'SIGNING_KEYS /nowhere/keys.json',
    'fixtures /settings/timeouts/login_seconds',
  ]);
});

test('what may be left out may be undefined, too', async () => {
  const names = ['port', 'publicOrigin', 'rateLimit', 'logLevel', 'tls', 'store', 'limits', 'fixtures'];
  const nothing = Object.fromEntries(names.map((name) => [name, undefined]));
  expect(await faultsOf({ ...nothing, logLevel: 'silent' })).toEqual([]);
  expect(await faultsOf({ limits: { headersSeconds: undefined, requestSeconds: 20 } })).toEqual([]);
});

test('startMockCis2 throws it before anything listens', async () => {
  await expect(startMockCis2({ publicOrigin: 'nonsense', logLevel: 'silent' })).rejects.toThrow(
    'publicOrigin: found "nonsense"; allowed: an origin without a path',
  );
});
