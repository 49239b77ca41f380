import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/index.ts';
import { readVariables } from '../../src/settings/variables.ts';

test('without any variable the service is where the README says', () => {
  expect(readVariables({})).toEqual({ port: 8585, host: '127.0.0.1', store: 'memory:', logLevel: 'info' });
});

test('every variable is read', () => {
  const source = {
    PORT: '0',
    HOST: '0.0.0.0',
    PUBLIC_ORIGIN: 'https://cis2.example.test:443',
    INTERNAL_ORIGIN: 'http://mock:8585',
    FIXTURES: './mine.json',
    CONTROL_TOKEN: 'visible-ASCII-!~',
    STORE: 'rediss://user:password@redis.example.test:6380/2',
    RATE_LIMIT: '600',
    LOG_LEVEL: 'debug',
  };
  expect(readVariables(source)).toEqual({
    port: 0,
    host: '0.0.0.0',
    publicOrigin: 'https://cis2.example.test:443',
    internalOrigin: 'http://mock:8585',
    fixtures: './mine.json',
    controlToken: 'visible-ASCII-!~',
    store: 'rediss://user:password@redis.example.test:6380/2',
    rateLimit: 600,
    logLevel: 'debug',
  });
});

describe('a wrong value is a fault', () => {
  test.each([
    ['PORT', 'eighty'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['HOST', 'a b'],
    ['PUBLIC_ORIGIN', 'localhost:8585'],
    ['PUBLIC_ORIGIN', 'http://localhost:8585/'],
    ['PUBLIC_ORIGIN', 'http://localhost:8585/path'],
    ['INTERNAL_ORIGIN', 'ftp://mock'],
    ['LOG_LEVEL', 'loud'],
    ['RATE_LIMIT', '0'],
    ['RATE_LIMIT', '1000001'],
    ['RATE_LIMIT', '60/minute'],
  ])('%s=%s', (name, value) => {
    expect(() => readVariables({ [name]: value })).toThrow(
      `${name}: found ${JSON.stringify(value)}; allowed:`,
    );
  });

  test('and all of them are listed at once', () => {
    try {
      readVariables({ PORT: 'x', LOG_LEVEL: 'y', PUBLIC_ORIGIN: 'z' });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError);
      expect((error as ConfigurationError).faults.map(({ path }) => path)).toEqual([
        'PORT',
        'PUBLIC_ORIGIN',
        'LOG_LEVEL',
      ]);
    }
  });
});

test('SIGNING_KEYS beside a store that replicas share is a fault', () => {
  expect(() => readVariables({ STORE: 'redis://localhost', SIGNING_KEYS: './keys.json' })).toThrow(
    'SIGNING_KEYS: found a file of signing keys beside a store that replicas share; allowed: one of the two',
  );
});

test.each(['with a space', 'tab\tin it', 'grün-grün'])(
  'CONTROL_TOKEN=%j is a fault, which does not show it',
  (CONTROL_TOKEN) => {
    const fault = { path: 'CONTROL_TOKEN', found: 'a value that is not shown' };
    const allowed = 'characters of visible ASCII, without spaces';
    expect(() => readVariables({ CONTROL_TOKEN })).toThrow(new ConfigurationError([{ ...fault, allowed }]));
  },
);

describe('a misspelt variable is a fault instead of being ignored', () => {
  test.each([
    ['PUBLIC_ORIGN', 'PUBLIC_ORIGIN'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['log_level', 'LOG_LEVEL'],
    ['FIXTURE_', 'FIXTURES'],
    ['FIXTUERS', 'FIXTURES'],
    ['CONTROLTOKEN', 'CONTROL_TOKEN'],
  ])('%s', (name, meant) => {
    expect(() => readVariables({ [name]: 'x' })).toThrow(
      `${name}: found an unknown variable; allowed: ${meant}`,
    );
  });

  test('other programs’ variables are none of our business', () => {
    expect(() => readVariables({ PATH: '/bin', HOSTNAME: 'x', PORTS: '1', REPORT: '1' })).not.toThrow();
  });
});

describe('how the service is reached', () => {
  const network = (source: Record<string, string>) => {
    const { port: _port, host: _host, logLevel: _logLevel, store: _store, ...rest } = readVariables(source);
    return rest;
  };

  test.each<[Record<string, string>, object]>([
    [{ TLS: 'off' }, {}],
    [{ TLS: '' }, {}],
    [{ TLS: 'auto' }, { tls: 'auto' }],
    [{ TLS: 'key.pem, cert.pem' }, { tls: { key: 'key.pem', cert: 'cert.pem' } }],
    [
      { TLS: 'auto', TLS_FOLDER: '/certificates', TLS_NAMES: 'cis2.example.test, 10.0.0.7,*.example.test' },
      {
        tls: 'auto',
        tlsFolder: '/certificates',
        tlsNames: ['cis2.example.test', '10.0.0.7', '*.example.test'],
      },
    ],
    [
      { TLS: 'auto', HTTP_PORT: '8080' },
      { tls: 'auto', httpPort: 8080 },
    ],
    [
      { TRUSTED_PROXIES: 'loopback,10.0.0.0/8, fd00::/8' },
      { trustedProxies: ['loopback', '10.0.0.0/8', 'fd00::/8'] },
    ],
    [{ ISSUER_FROM_HOST: 'on' }, { issuerFromHost: true }],
    [{ ISSUER_FROM_HOST: 'off' }, {}],
  ])('%j is read', (source, expected) => {
    expect(network(source)).toEqual(expected);
  });

  test.each<[Record<string, string>, readonly string[]]>([
    [{ TLS: 'on' }, ['TLS']],
    [{ TLS: 'key.pem' }, ['TLS']],
    [{ TLS: 'a,b,c' }, ['TLS']],
    [{ TLS: 'yes', HTTP_PORT: '8080' }, ['TLS']],
    [{ HTTP_PORT: '8080' }, ['HTTP_PORT']],
    [{ TLS: 'off', HTTP_PORT: '8080' }, ['HTTP_PORT']],
    [{ TLS: 'auto', HTTP_PORT: '8585' }, ['HTTP_PORT']],
    [{ TLS: 'auto', HTTP_PORT: 'x' }, ['HTTP_PORT']],
    [{ TLS: 'auto', TLS_NAMES: 'https://cis2.example.test,good.test,a b' }, ['TLS_NAMES', 'TLS_NAMES']],
    [{ TLS_NAMES: 'cis2.example.test' }, ['TLS_NAMES']],
    [{ TRUSTED_PROXIES: 'proxy.example.test' }, ['TRUSTED_PROXIES']],
    [{ TRUSTED_PROXIES: '10.0.0.0/33,10.0.0.1/8/8,::1/129,loopback' }, Array(3).fill('TRUSTED_PROXIES')],
    [{ TRUSTED_PROXIES: 'true' }, ['TRUSTED_PROXIES']],
    [{ ISSUER_FROM_HOST: 'true' }, ['ISSUER_FROM_HOST']],
    [{ ISSUER_FROM_HOST: 'on', INTERNAL_ORIGIN: 'http://mock:8585' }, ['INTERNAL_ORIGIN']],
  ])('%j is a fault', (source, paths) => {
    try {
      readVariables(source);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError);
      expect((error as ConfigurationError).faults.map(({ path }) => path)).toEqual(paths);
    }
  });
});
