/** Who calls the token endpoint: one function for each method, chosen by what the client is registered for. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Environment } from '../environment/environment.ts';
import type { Refusal } from '../journal/refusal.ts';
import { Refused } from '../journal/refused.ts';
import type { Client } from '../relying-party/client-schema.ts';
import type { Parameters } from './parameters.ts';

type Method = Client['token_endpoint_auth_method'];

/** The credentials as they came, by the method they belong to. */
interface Credentials {
  method: Method;
  clientId: string;
  secret?: string;
}

const SPECIFICATION = 'RFC 6749 sections 2.3.1 and 5.2; facts 4.2, 10.5';

/** Compares without telling by its time where two secrets differ, nor how long they are. */
export function secretsEqual(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

function refuseClient(
  description: string,
  refusal: Omit<Refusal, 'specification'>,
  authorization: boolean,
  clientId?: string,
): never {
  // 401 with a challenge where the Authorization header was used, otherwise 400 (facts 10.5).
  const wire = authorization
    ? { status: 401, headers: { 'www-authenticate': 'Basic realm="/NHSIdentity/Healthcare"' } }
    : { status: 400 };
  throw new Refused(
    { ...wire, error: 'invalid_client', description },
    { ...refusal, specification: SPECIFICATION },
    'json',
    clientId === undefined ? {} : { client_id: clientId },
  );
}

const FAILED = 'Client authentication failed';

/** Reads `Basic` credentials; each part is form-encoded inside the base64 (RFC 6749 section 2.3.1). */
function readBasic(header: string): Credentials | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=_-]+)$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  try {
    const [clientId, secret] = [text.slice(0, colon), text.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    );
    return { method: 'client_secret_basic', clientId: clientId ?? '', secret: secret ?? '' };
  } catch {
    return undefined;
  }
}

function readCredentials(parameters: Parameters, header: string | undefined): Credentials {
  const clientId = parameters.get('client_id');
  const secret = parameters.get('client_secret');
  if (header !== undefined) {
    const basic = readBasic(header);
    if (!basic || secret !== undefined || (clientId !== undefined && clientId !== basic.clientId)) {
      refuseClient(
        FAILED,
        {
          rule: 'A client authenticates once, by one method.',
          parameter: 'authorization',
          found: basic
            ? 'an Authorization header beside credentials in the body'
            : 'an unreadable Authorization header',
          expected: 'client_id and client_secret in the body, and no Authorization header',
          mend: 'Set token_endpoint_auth_method to client_secret_post in the application’s OpenID Connect library.',
        },
        true,
        clientId,
      );
    }
    return basic;
  }
  if (clientId === undefined) {
    refuseClient(
      FAILED,
      {
        rule: 'The client says who it is.',
        parameter: 'client_id',
        found: 'no client_id and no Authorization header',
        expected: 'client_id and client_secret in the body',
        mend: 'Set token_endpoint_auth_method to client_secret_post in the application’s OpenID Connect library.',
      },
      false,
    );
  }
  return secret === undefined
    ? { method: 'none', clientId }
    : { method: 'client_secret_post', clientId, secret };
}

const METHOD_MENDS: Readonly<Record<Method, string>> = {
  client_secret_post:
    'Set the library’s token_endpoint_auth_method (client authentication) to client_secret_post: client_id and client_secret in the body.',
  client_secret_basic: 'Set the library’s token_endpoint_auth_method to client_secret_basic.',
  none: 'This client is public: send client_id without a secret, and code_verifier.',
};

/** Says who calls; throws invalid_client otherwise. */
export function authenticateClient(
  parameters: Parameters,
  header: string | undefined,
  environment: Environment,
): Client {
  const credentials = readCredentials(parameters, header);
  const client = environment.clients.get(credentials.clientId);
  const usedHeader = header !== undefined;
  if (!client) {
    refuseClient(
      FAILED,
      {
        rule: 'The client is registered.',
        parameter: 'client_id',
        found: credentials.clientId,
        expected: `one of: ${[...environment.clients.keys()].slice(0, 20).join(', ')}`,
        mend: 'Use one of these, or add the client to the fixtures.',
      },
      usedHeader,
    );
  }
  const registered = client.token_endpoint_auth_method;
  if (credentials.method !== registered) {
    refuseClient(
      'Invalid authentication method for accessing this endpoint.',
      {
        rule: 'The client authenticates by the method it is registered for.',
        parameter: usedHeader ? 'authorization' : 'client_secret',
        found: credentials.method,
        expected: registered,
        mend: METHOD_MENDS[registered],
      },
      usedHeader,
      client.client_id,
    );
  }
  if (registered !== 'none' && !secretsEqual(credentials.secret ?? '', client.client_secret ?? '')) {
    refuseClient(
      FAILED,
      {
        rule: 'The client secret is right.',
        parameter: 'client_secret',
        found: 'another secret',
        expected: `the client_secret of ${client.client_id} in the fixtures`,
        mend: 'Copy the secret from the start page or the fixtures into the application’s configuration.',
      },
      usedHeader,
      client.client_id,
    );
  }
  return client;
}
