/** The token endpoint (RFC 6749 section 3.2). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '../journal/refusal.ts';
import { Refused } from '../journal/refused.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { authenticateClient } from './client-authentication.ts';
import { encodingFault } from './parameter-faults.ts';
import { formOf, type Parameters } from './parameters.ts';
import { redeemCode } from './redeem-code.ts';

function refuse(error: string, description: string, refusal: Refusal, client?: Client): never {
  const subject = client ? { client_id: client.client_id } : {};
  throw new Refused({ status: 400, error, description }, refusal, 'json', subject);
}

function requireParameters(parameters: Parameters, client: Client) {
  const missing = ['code', 'redirect_uri'].find((name) => parameters.get(name) === undefined);
  if (missing === undefined) return;
  const refusal = {
    rule: `${missing} is required.`,
    parameter: missing,
    found: 'nothing, or an empty value',
    expected: `a value of ${missing}`,
    mend: 'Send grant_type, code and redirect_uri as form fields.',
    specification: 'RFC 6749 section 4.1.3',
  };
  refuse('invalid_request', `Missing parameter, '${missing}'`, refusal, client);
}

export async function accessTokenEndpoint(request: FastifyRequest, reply: FastifyReply) {
  const { environment } = request;
  reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
  const parameters = formOf(request.body);
  environment.journal.record({
    request_id: request.id,
    ...(parameters.get('client_id') === undefined ? {} : { client_id: parameters.get('client_id') ?? '' }),
    kind: 'request_received',
    explanation: 'A token request came in.',
    details: parameters.all(),
  });
  const fault = encodingFault(parameters);
  if (fault) refuse(fault.error, fault.description, fault.refusal);
  const client = authenticateClient(parameters, request.headers.authorization, environment);
  const grantType = parameters.get('grant_type');
  if (grantType !== 'authorization_code') {
    const [error, description] =
      grantType === undefined
        ? ['invalid_request', "Missing parameter, 'grant_type'"]
        : ['unsupported_grant_type', 'Grant type is not supported.'];
    const refusal = {
      rule: 'The grant type is authorization_code.',
      parameter: 'grant_type',
      found: grantType ?? 'no grant_type',
      expected: 'authorization_code',
      mend: 'Configure the application for the authorization code flow.',
      specification: 'RFC 6749 sections 4.1.3 and 5.2',
    };
    refuse(error ?? '', description ?? '', refusal, client);
  }
  requireParameters(parameters, client);
  const subject = { request_id: request.id, client_id: client.client_id };
  return redeemCode(client, parameters, environment, subject);
}
