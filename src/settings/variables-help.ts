/**
 * What each environment variable is for: `mock-cis2 --help` prints it, and docs/configuration.md has the same rows (a test
 * compares them). Written as Markdown, of which the help takes the marks out.
 */

export interface VariableHelp {
  /** What holds where it is left out. */
  default: string;
  meaning: string;
}

/** By name, in the order of the documentation. A test holds it to the names that are read. */
export const VARIABLES_HELP: Readonly<Record<string, VariableHelp>> = {
  PORT: {
    default: '`8585`',
    meaning: 'TCP port, 0 to 65535; 0 lets the system choose. HTTPS where `TLS` is on',
  },
  HOST: { default: '`127.0.0.1`; in the image `0.0.0.0`', meaning: 'address to listen on' },
  PUBLIC_ORIGIN: {
    default: '`http://localhost:PORT`, `https` where `TLS` is on',
    meaning: 'origin that browsers and `iss` use, kept as text: an explicit `:443` stays',
  },
  INTERNAL_ORIGIN: {
    default: 'the public origin',
    meaning:
      'origin of the endpoints in the discovery document that servers call (token, UserInfo, JWKS, revocation, introspection), for an application that reaches the mock by another name',
  },
  FIXTURES: { default: 'the package’s own', meaning: 'path of a fixtures file, or of a folder of them' },
  SIGNING_KEYS: {
    default: 'none: new keys at each start',
    meaning:
      'path of the file that keeps the signing keys of the default environment (others make new ones): read if it is there, made if not (readable by its owner alone); applications’ cached keys then stay right over a restart',
  },
  CONTROL_TOKEN: {
    default: 'none: programs and the mock’s own pages may call',
    meaning:
      'what every call of the [control API](control-api.md) must carry as `Authorization: Bearer`: visible ASCII without spaces, long enough not to be guessed',
  },
  STORE: {
    default: '`memory:`',
    meaning:
      'where the state is: `memory:`, in this process, or `redis://…` or `rediss://…`, in a Redis or Valkey that [several replicas](replicas.md) share; not together with `SIGNING_KEYS`',
  },
  RATE_LIMIT: {
    default: 'none',
    meaning:
      'most requests a minute from one address, 1 to 1000000; more are answered `429` ([docs/operation.md](operation.md#limits))',
  },
  TLS: {
    default: '`off`',
    meaning:
      '`auto`: HTTPS by a certificate authority of the mock’s own; or the paths of a key and a certificate, `key.pem,cert.pem`. This and the next five: [networking.md](networking.md)',
  },
  TLS_FOLDER: {
    default: '`.mock-cis2`',
    meaning:
      'of `auto`: the folder that keeps the authority and the server’s certificate; made if it is not there',
  },
  TLS_NAMES: {
    default: 'none',
    meaning:
      'of `auto`: host names and IP addresses that the certificate is for, beside those that the mock knows itself; separated by commas',
  },
  HTTP_PORT: {
    default: 'none',
    meaning:
      'TCP port of plain HTTP beside HTTPS, 0 to 65535, another one than `PORT`; without `TLS` a fault',
  },
  TRUSTED_PROXIES: {
    default: 'none',
    meaning:
      'proxies whose `X-Forwarded-…` and `Forwarded` headers count: IP addresses, CIDR ranges and `loopback`, separated by commas',
  },
  ISSUER_FROM_HOST: {
    default: '`off`',
    meaning:
      '`on`: the issuer follows the name that each request came by; dangerous outside closed networks; not beside `INTERNAL_ORIGIN`',
  },
  LOG_LEVEL: {
    default: '`info`',
    meaning: '`silent`, `fatal`, `error`, `warn`, `info`, `debug` or `trace`',
  },
};
