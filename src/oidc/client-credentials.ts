/** The credentials of a client as they came, before anything is believed of them. */
import type { Refusal } from '../journal/refusal.ts';
import type { Parameters } from './parameters.ts';

export type Credentials =
  | { method: 'client_secret_post' | 'client_secret_basic'; clientId: string; secret: string }
  | { method: 'assertion'; clientId: string; assertion: string }
  | { method: 'none'; clientId: string };

interface Unreadable {
  refusal: Omit<Refusal, 'specification'>;
  /** What the wire says; left out, that client authentication failed. */
  description?: string;
  /** Two methods at once are a fault of the request, not of the client (RFC 6749 section 5.2, facts 10.5). */
  twoMethods?: true;
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const POST_MEND =
  'Set token_endpoint_auth_method to client_secret_post in the application’s OpenID Connect library.';

/** Reads `Basic` credentials; each part is form-encoded inside the base64 (RFC 6749 section 2.3.1). */
function readBasic(header: string): { clientId: string; secret: string } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=_-]+)$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  try {
    const decode = (part: string) => decodeURIComponent(part.replaceAll('+', ' '));
    return { clientId: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) };
  } catch {
    return undefined;
  }
}

/** The client an assertion speaks for, unverified: its sub, otherwise its iss (RFC 7521 section 4.2). */
export async function clientOfAssertion(assertion: string): Promise<string | undefined> {
  try {
    const { decodeJwt } = await import('jose');
    const { sub, iss } = decodeJwt(assertion);
    const claimed: unknown = sub ?? iss;
    return typeof claimed === 'string' ? claimed : undefined;
  } catch {
    return undefined;
  }
}

function fromHeader(parameters: Parameters, header: string): Credentials | Unreadable {
  const basic = readBasic(header);
  const clientId = parameters.get('client_id');
  const alsoInBody =
    parameters.get('client_secret') !== undefined || parameters.get('client_assertion') !== undefined;
  if (basic && !alsoInBody && (clientId === undefined || clientId === basic.clientId)) {
    return { method: 'client_secret_basic', ...basic };
  }
  return {
    refusal: {
      rule: 'A client authenticates once, by one method.',
      parameter: 'authorization',
      found: basic
        ? 'an Authorization header beside other credentials in the body'
        : 'an unreadable Authorization header',
      expected: 'client_id and client_secret in the body, and no Authorization header',
      mend: POST_MEND,
    },
    ...(basic ? { twoMethods: true } : {}),
  };
}

async function fromAssertion(parameters: Parameters, assertion: string): Promise<Credentials | Unreadable> {
  const type = parameters.get('client_assertion_type');
  if (type !== ASSERTION_TYPE || parameters.get('client_secret') !== undefined) {
    return {
      refusal: {
        rule: 'An assertion comes alone and with its type.',
        parameter: 'client_assertion_type',
        found: type === ASSERTION_TYPE ? 'a client_secret beside it' : (type ?? 'no client_assertion_type'),
        expected: ASSERTION_TYPE,
        mend: 'Send client_assertion_type with exactly this value, and no client_secret.',
      },
      ...(parameters.get('client_secret') === undefined ? {} : { twoMethods: true as const }),
    };
  }
  // Some libraries send no client_id beside an assertion: it says itself whom it speaks for (scenarios 2.1, row 5).
  const clientId = parameters.get('client_id') ?? (await clientOfAssertion(assertion));
  if (clientId !== undefined) return { method: 'assertion', clientId, assertion };
  return {
    description: 'JWT is not valid',
    refusal: {
      rule: 'A client assertion is a JWT that names the client.',
      parameter: 'client_assertion',
      found: 'text that is no JWT, or one with neither sub nor iss',
      expected: 'a JWT with iss and sub equal to the client_id',
      mend: 'Build the assertion with a JWT library.',
    },
  };
}

export async function readCredentials(
  parameters: Parameters,
  header: string | undefined,
): Promise<Credentials | Unreadable> {
  if (header !== undefined) return fromHeader(parameters, header);
  const assertion = parameters.get('client_assertion');
  if (assertion !== undefined) return fromAssertion(parameters, assertion);
  const clientId = parameters.get('client_id');
  const secret = parameters.get('client_secret');
  if (clientId !== undefined) {
    return secret === undefined
      ? { method: 'none', clientId }
      : { method: 'client_secret_post', clientId, secret };
  }
  return {
    refusal: {
      rule: 'The client says who it is.',
      parameter: 'client_id',
      found: 'no client_id, no client_assertion and no Authorization header',
      expected: 'client_id and client_secret in the body',
      mend: POST_MEND,
    },
  };
}
