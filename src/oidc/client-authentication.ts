/** Who calls the token endpoint: one function for each method, chosen by what the client is registered for. */
import type { Environment } from '../environment/environment.ts';
import type { Refusal } from '../journal/refusal.ts';
import { Refused } from '../journal/refused.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { assertionFault } from './client-assertion.ts';
import { type Credentials, clientOfAssertion, readCredentials } from './client-credentials.ts';
import { unregisteredClient } from './known-refusals.ts';
import type { Parameters } from './parameters.ts';
import { secretsEqual } from './secrets.ts';

type Method = Client['token_endpoint_auth_method'];

const SPECIFICATION = 'RFC 6749 sections 2.3.1 and 5.2; RFC 7523 section 3; facts 4.2, 10.5';

const FAILED = 'Client authentication failed';

/** Why a client is not let in: the wire’s words, and the developer’s. */
export interface ClientFault {
  description: string;
  refusal: Omit<Refusal, 'specification'>;
}

const METHOD_MENDS: Readonly<Record<Method, string>> = {
  client_secret_post:
    'Set the library’s token_endpoint_auth_method (client authentication) to client_secret_post: client_id and client_secret in the body.',
  client_secret_jwt: 'Set the library’s token_endpoint_auth_method to client_secret_jwt.',
  private_key_jwt: 'Set the library’s token_endpoint_auth_method to private_key_jwt.',
  client_secret_basic: 'Set the library’s token_endpoint_auth_method to client_secret_basic.',
  none: 'This client is public: send client_id without a secret, and code_verifier.',
};

/** Both kinds of assertion look the same until the client is known: its own method says which it has to be. */
function methodFault(used: Credentials['method'], client: Client): ClientFault | undefined {
  const registered = client.token_endpoint_auth_method;
  const byAssertion = registered === 'private_key_jwt' || registered === 'client_secret_jwt';
  if (used === registered || (used === 'assertion' && byAssertion)) return undefined;
  return {
    description: 'Invalid authentication method for accessing this endpoint.',
    refusal: {
      rule: 'The client authenticates by the method it is registered for.',
      parameter: 'token_endpoint_auth_method',
      found: used === 'assertion' ? 'a client assertion' : used,
      expected: registered,
      mend: METHOD_MENDS[registered],
    },
  };
}

function secretFault(secret: string, client: Client): ClientFault | undefined {
  if (secretsEqual(secret, client.client_secret ?? '')) return undefined;
  return {
    description: FAILED,
    refusal: {
      rule: 'The client secret is right.',
      parameter: 'client_secret',
      found: 'another secret',
      expected: `the client_secret of ${client.client_id} as it is registered`,
      mend: 'Copy the secret from the start page or the fixtures into the application’s configuration.',
    },
  };
}

/** Why another method than the registered one was used: an assertion may speak for another client than client_id. */
async function whyAnother(
  fault: ClientFault,
  credentials: Credentials,
  client: Client,
  { clients }: Environment,
): Promise<ClientFault> {
  if (credentials.method !== 'assertion') return fault;
  const claimed = await clientOfAssertion(credentials.assertion);
  if (claimed === undefined || claimed === client.client_id || !clients.has(claimed)) return fault;
  return {
    ...fault,
    refusal: {
      rule: 'client_id is the client that the assertion speaks for.',
      parameter: 'client_id',
      found: `client_id ${client.client_id}, and an assertion of ${claimed}`,
      expected: 'the same client in both, or no client_id',
      mend: `Send client_id=${claimed}, or leave client_id out: the assertion says whom it speaks for.`,
    },
  };
}

async function credentialsFault(
  credentials: Credentials,
  client: Client,
  environment: Environment,
): Promise<ClientFault | undefined> {
  if (credentials.method === 'none') return undefined;
  if (credentials.method === 'assertion') return assertionFault(credentials.assertion, client, environment);
  return secretFault(credentials.secret, client);
}

function refuseClient(
  fault: ClientFault,
  { settings, realm }: Environment,
  usedHeader: boolean,
  clientId: string | undefined,
): never {
  // A challenge belongs to an Authorization header that was used (RFC 6749 section 5.2).
  const headers = { 'www-authenticate': `Basic realm="${realm.claim}"` };
  const wire = usedHeader ? { status: 401, headers } : { status: settings.invalid_client_status };
  throw new Refused(
    { ...wire, error: 'invalid_client', description: fault.description },
    { ...fault.refusal, specification: SPECIFICATION },
    'json',
    clientId === undefined ? {} : { client_id: clientId },
  );
}

/** Says who calls; throws invalid_client otherwise. */
export async function authenticateClient(
  parameters: Parameters,
  header: string | undefined,
  environment: Environment,
): Promise<Client> {
  const usedHeader = header !== undefined;
  const credentials = await readCredentials(parameters, header);
  if ('refusal' in credentials && credentials.twoMethods) {
    const wire = { status: 400, error: 'invalid_request', description: FAILED };
    throw new Refused(wire, { ...credentials.refusal, specification: SPECIFICATION }, 'json');
  }
  if ('refusal' in credentials) {
    refuseClient(
      { description: FAILED, ...credentials },
      environment,
      usedHeader,
      parameters.get('client_id'),
    );
  }
  const client = environment.clients.get(credentials.clientId);
  if (!client) {
    refuseClient(
      { description: FAILED, refusal: unregisteredClient(credentials.clientId, environment) },
      environment,
      usedHeader,
      credentials.clientId,
    );
  }
  const another = methodFault(credentials.method, client);
  const fault = another
    ? await whyAnother(another, credentials, client, environment)
    : await credentialsFault(credentials, client, environment);
  if (fault) refuseClient(fault, environment, usedHeader, client.client_id);
  return client;
}
