/** A form that a client posts about itself: read, journalled, and the client authenticated. */
import type { FastifyRequest } from 'fastify';
import { Refused } from '../journal/refused.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { authenticateClient } from './client-authentication.ts';
import { encodingFault } from './parameter-faults.ts';
import { formOf, type Parameters } from './parameters.ts';

export async function authenticatedForm(
  request: FastifyRequest,
  explanation: string,
): Promise<{ client: Client; parameters: Parameters }> {
  const { environment } = request;
  const parameters = formOf(request.body);
  const clientId = parameters.get('client_id');
  environment.journal.record({
    request_id: request.id,
    kind: 'request_received',
    explanation,
    details: parameters.all(),
    ...(clientId === undefined ? {} : { client_id: clientId }),
  });
  const fault = encodingFault(parameters);
  if (fault) {
    const { error, description, refusal } = fault;
    throw new Refused({ status: 400, error, description }, refusal, 'json');
  }
  const client = await authenticateClient(parameters, request.headers.authorization, environment);
  if (client.token_endpoint_auth_method === 'client_secret_basic') {
    environment.journal.record({
      request_id: request.id,
      client_id: client.client_id,
      kind: 'warned',
      explanation:
        'The client authenticates by HTTP Basic (token_endpoint_auth_method client_secret_basic), a relaxation: CIS2 does not offer it.',
    });
  }
  return { client, parameters };
}
