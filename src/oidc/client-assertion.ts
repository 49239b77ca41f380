/**
 * Client assertions: private_key_jwt and client_secret_jwt (RFC 7523 section 3, OpenID Connect Core section 9). On the
 * wire every fault is CIS2’s "JWT is not valid"; which of them it was stands in the journal (facts 0, row 9).
 */
import type { JWK, JWTPayload } from 'jose';
import { MOST_SKEW, shownSeconds } from '../environment/clock.ts';
import type { Environment } from '../environment/environment.ts';
import { recordKind } from '../environment/store.ts';
import { KeysUnavailable } from '../relying-party/client-keys.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { shown } from '../settings/faults.ts';
import type { ClientFault } from './client-authentication.ts';

/**
 * How long a jti is kept after exp, in seconds: an assertion that has expired is valid again where the skew or the
 * tolerance is changed, and was used all the same. As much again as the greatest skew serves any tolerance that is one.
 */
const KEPT_AFTER_EXP = 2 * MOST_SKEW;

/** Assertions seen, by client and jti: each is used once (facts 4.2). Only the newest are kept, as of every kind. */
const ASSERTIONS = recordKind<true>('assertion');

const KEY_ALGORITHMS = ['RS', 'PS', 'ES'].flatMap((family) =>
  ['256', '384', '512'].map((bits) => family + bits),
);
const SECRET_ALGORITHMS = ['HS256', 'HS384', 'HS512'];

/** All that an assertion may be signed with, for the discovery document. */
export const ASSERTION_ALGORITHMS: readonly string[] = [...KEY_ALGORITHMS, ...SECRET_ALGORITHMS];

interface Assertion {
  text: string;
  header: { alg?: string; kid?: string };
  claims: JWTPayload;
}

type Why = Pick<ClientFault['refusal'], 'rule' | 'found' | 'expected' | 'mend'>;

const fault = (why: Why): ClientFault => ({
  description: 'JWT is not valid',
  refusal: { parameter: 'client_assertion', ...why },
});

const isTextOrNothing = (value: unknown) => value === undefined || typeof value === 'string';

/** Whether those claims are text that are shown in a refusal; the others are looked at by name, whatever they are. */
const areWellTyped = ({ iss, sub, aud }: JWTPayload): boolean =>
  [iss, sub, ...[aud ?? []].flat()].every(isTextOrNothing);

async function read(text: string): Promise<Assertion | undefined> {
  try {
    const { decodeJwt, decodeProtectedHeader } = await import('jose');
    const { alg, kid } = decodeProtectedHeader(text);
    const claims = decodeJwt(text);
    if (!areWellTyped(claims) || !isTextOrNothing(alg) || !isTextOrNothing(kid)) return undefined;
    return {
      text,
      header: { ...(alg === undefined ? {} : { alg }), ...(kid === undefined ? {} : { kid }) },
      claims,
    };
  } catch {
    return undefined;
  }
}

function algorithmFault({ header }: Assertion, client: Client): ClientFault | undefined {
  const bySecret = client.token_endpoint_auth_method === 'client_secret_jwt';
  const registered = client.jwks_uri_signing_algorithm;
  const allowed = registered === undefined ? (bySecret ? SECRET_ALGORITHMS : KEY_ALGORITHMS) : [registered];
  if (header.alg !== undefined && allowed.includes(header.alg)) return undefined;
  return fault({
    rule: 'The assertion is signed by an algorithm that the client is registered for (alg).',
    found: `alg ${header.alg ?? 'missing'}`,
    expected: allowed.join(', '),
    mend: `Sign with ${allowed[0]}, or change jwks_uri_signing_algorithm of ${client.client_id}.`,
  });
}

function subjectFault({ claims }: Assertion, client: Client): ClientFault | undefined {
  if (claims.iss === client.client_id && claims.sub === client.client_id) return undefined;
  return fault({
    rule: 'iss and sub of the assertion are the client_id.',
    found: `iss ${claims.iss ?? 'missing'}, sub ${claims.sub ?? 'missing'}`,
    expected: `both ${client.client_id}`,
    mend: 'Set iss and sub to the client_id.',
  });
}

/** The names under which this provider may be addressed: the token endpoint by any configured name, or the issuer. */
function audienceFault(
  { claims }: Assertion,
  { issuer, backChannelBase, realm }: Environment,
): ClientFault | undefined {
  const path = realm.pathOf('/access_token');
  const names = [...new Set([`${issuer}${path}`, `${backChannelBase}${path}`, issuer])];
  const audiences = [claims.aud ?? []].flat();
  if (audiences.some((audience) => names.includes(audience))) return undefined;
  return fault({
    rule: 'aud of the assertion is this provider.',
    found: `aud ${audiences.join(', ') || 'missing'}`,
    expected: names.join(' or '),
    mend: 'Set aud to the token_endpoint of the discovery document, letter for letter, port included.',
  });
}

const TIME_RULE = 'The assertion is valid now, and not for long (exp, nbf, iat).';

/** A time that is no number, as text of digits or null: NumericDate is a JSON number (RFC 7519 section 2). */
function numericDateFault({ claims }: Assertion): ClientFault | undefined {
  const times = (['exp', 'nbf', 'iat'] as const).map((name) => [name, claims[name] as unknown] as const);
  const wrong = times.find(([, value]) => value !== undefined && typeof value !== 'number');
  if (!wrong) return undefined;
  const [name, value] = wrong;
  return fault({
    rule: TIME_RULE,
    found: `${name} ${shown(value)}, which is no number`,
    expected: `${name} as a JSON number of seconds since 1970 (NumericDate, RFC 7519 section 2)`,
    mend: `Set ${name} as a number, without quotation marks${name === 'exp' ? '' : ', or leave it out'}.`,
  });
}

function timeFault({ claims }: Assertion, { clock, settings }: Environment): ClientFault | undefined {
  const { client_assertion_seconds: most, clock_tolerance_seconds: tolerance } = settings.timeouts;
  const now = shownSeconds(clock);
  const { exp, nbf, iat } = claims;
  const expected = `exp in the future and at most ${most} seconds ahead; nbf and iat not ahead; clocks may differ by ${tolerance} seconds`;
  const mend =
    'Set exp to now and 5 minutes, as whole seconds since 1970; check the clock of the application.';
  const wrong = (found: string) => fault({ rule: TIME_RULE, found, expected, mend });
  if (exp === undefined) return wrong('exp missing');
  if (!Number.isInteger(exp)) return wrong(`exp ${exp}, which is no whole number`);
  if (exp <= now - tolerance) return wrong(`exp ${now - exp} seconds ago`);
  if (exp > now + most + tolerance) return wrong(`exp ${exp - now} seconds ahead`);
  if (nbf !== undefined && nbf > now + tolerance) return wrong(`nbf ${nbf - now} seconds ahead`);
  if (iat !== undefined && iat > now + tolerance) return wrong(`iat ${iat - now} seconds ahead`);
  return undefined;
}

/** The keys that may have signed: those of the named kid, or, where none is named, all that fit the algorithm. */
function candidates(keys: readonly JWK[], { alg = '', kid }: Assertion['header']): JWK[] {
  const type = alg.startsWith('ES') ? 'EC' : 'RSA';
  return keys.filter(
    (key) =>
      key.kty === type &&
      (key.use === undefined || key.use === 'sig') &&
      (key.alg === undefined || key.alg === alg) &&
      // A PEM has no kid: it is the one key there is.
      (kid === undefined || key.kid === undefined || key.kid === kid),
  );
}

async function isSignedBy(assertion: Assertion, key: JWK | Uint8Array): Promise<boolean> {
  try {
    const { compactVerify, importJWK } = await import('jose');
    const { alg = '' } = assertion.header;
    const imported = key instanceof Uint8Array ? key : await importJWK(key, alg);
    await compactVerify(assertion.text, imported, { algorithms: [alg] });
    return true;
  } catch {
    return false;
  }
}

async function verifies(assertion: Assertion, keys: readonly JWK[]): Promise<boolean> {
  for (const key of candidates(keys, assertion.header)) if (await isSignedBy(assertion, key)) return true;
  return false;
}

async function secretSignatureFault(assertion: Assertion, client: Client): Promise<ClientFault | undefined> {
  if (await isSignedBy(assertion, new TextEncoder().encode(client.client_secret))) return undefined;
  return fault({
    rule: 'The signature of the assertion is right.',
    found: 'a signature by another secret',
    expected: 'a signature by the client_secret',
    mend: 'Use the registered client_secret.',
  });
}

async function keySignatureFault(
  assertion: Assertion,
  client: Client,
  { clientKeys }: Environment,
): Promise<ClientFault | undefined> {
  const { kid, alg } = assertion.header;
  const known = await clientKeys.keysOf(client, kid);
  if (await verifies(assertion, known)) return undefined;
  // Without a kid nothing tells a rotated key from a wrong one, but looking again.
  const newer = kid === undefined ? await clientKeys.newerKeysOf(client) : undefined;
  if (newer && (await verifies(assertion, newer))) return undefined;
  const keys = newer ?? known;
  if (candidates(keys, assertion.header).length === 0) {
    return fault({
      rule: 'The assertion is signed by a key that the client publishes (kid).',
      found: `kid ${kid ?? 'missing'}, alg ${alg}`,
      expected: `a key with one of these kids: ${keys.map((key) => key.kid ?? '(none)').join(', ') || 'no key is published'}`,
      mend: 'Publish the key before signing with it; kid in the header and in the JWK Set must be equal.',
    });
  }
  return fault({
    rule: 'The signature of the assertion is right.',
    found: `a signature that no key of the client verifies (kid ${kid ?? 'missing'})`,
    expected: 'a signature by the private key of a published key',
    mend: 'Check that the private key belongs to the published one.',
  });
}

async function replayFault(
  { claims }: Assertion,
  client: Client,
  { store }: Environment,
): Promise<ClientFault | undefined> {
  const { jti, exp = 0 } = claims;
  const rule = 'jti of the assertion is there, and was not used before.';
  const mend = 'Make a new assertion, with a new random jti, for every request.';
  if (typeof jti !== 'string' || jti === '') {
    return fault({ rule, found: 'no jti', expected: 'a random text', mend });
  }
  const expiresAt = (exp + KEPT_AFTER_EXP) * 1000;
  if (await store.add(ASSERTIONS, `${client.client_id} ${jti}`, true, expiresAt)) return undefined;
  return fault({ rule, found: `jti ${jti}, used before`, expected: 'a jti not used before', mend });
}

/** What is wrong with an assertion; undefined where it proves that the client calls. The order is visible here. */
export async function assertionFault(
  text: string,
  client: Client,
  environment: Environment,
): Promise<ClientFault | undefined> {
  const assertion = await read(text);
  if (!assertion) {
    return fault({
      rule: 'A client assertion is a JWT.',
      found: 'text that is no JWT, or one with claims of wrong types',
      expected: 'header.claims.signature',
      mend: 'Build the assertion with a JWT library.',
    });
  }
  try {
    return (
      algorithmFault(assertion, client) ??
      subjectFault(assertion, client) ??
      audienceFault(assertion, environment) ??
      numericDateFault(assertion) ??
      timeFault(assertion, environment) ??
      (client.token_endpoint_auth_method === 'client_secret_jwt'
        ? await secretSignatureFault(assertion, client)
        : await keySignatureFault(assertion, client, environment)) ??
      // Last, so that only a genuine assertion uses up its jti.
      (await replayFault(assertion, client, environment))
    );
  } catch (error) {
    if (!(error instanceof KeysUnavailable)) throw error;
    return fault({
      rule: 'The client’s keys can be read (JWKS).',
      found: error.message,
      expected: 'a JWK Set with status 200, without redirect, within the time limit',
      mend: 'Make jwks_uri reachable from the mock, or register the keys as jwks or public_key_pem.',
    });
  }
}
