/** The token endpoint (RFC 6749 section 3.2). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '../journal/refusal.ts';
import { Refused } from '../journal/refused.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { withScenario } from './apply-scenario.ts';
import { authenticatedForm } from './authenticated-form.ts';
import { grantBroughtBy } from './grant-brought.ts';
import { formOf, type Parameters } from './parameters.ts';
import { redeemCode } from './redeem-code.ts';
import { redeemRefreshToken } from './redeem-refresh-token.ts';
import { send } from './send.ts';

function refuse(error: string, description: string, refusal: Refusal, client?: Client): never {
  const subject = client ? { client_id: client.client_id } : {};
  throw new Refused({ status: 400, error, description }, refusal, 'json', subject);
}

/** What each grant type needs besides, and what redeems it. */
const GRANT_TYPES = {
  authorization_code: { needs: ['code', 'redirect_uri'], redeem: redeemCode },
  refresh_token: { needs: ['refresh_token'], redeem: redeemRefreshToken },
} as const;

type GrantType = keyof typeof GRANT_TYPES;

const isOffered = (asked: string): asked is GrantType => Object.hasOwn(GRANT_TYPES, asked);

/** What to do about a grant type that this client does not get. Those that nobody gets cannot be registered. */
function mendOf(asked: string | undefined, client: Client): string {
  if (asked === undefined) return 'Send grant_type=authorization_code and the code as form fields.';
  if (isOffered(asked)) return `Use another, or add ${asked} to grant_types of ${client.client_id}.`;
  return 'Send the person to the authorization endpoint, and redeem the code that comes of it by grant_type=authorization_code; no client can be registered for another way to tokens.';
}

/** The grant type, if the client is registered for it. */
function grantTypeOf(parameters: Parameters, client: Client): GrantType {
  const asked = parameters.get('grant_type');
  const registered = client.grant_types ?? ['authorization_code'];
  const known = registered.find((each) => each === asked);
  if (known) return known;
  const refusal = {
    rule: 'The grant type is one that the client is registered for.',
    parameter: 'grant_type',
    found: asked ?? 'no grant_type',
    expected: registered.join(' or '),
    mend: mendOf(asked, client),
    specification: 'RFC 6749 sections 4.1.3, 5.2 and 6',
  };
  if (asked === undefined) refuse('invalid_request', "Missing parameter, 'grant_type'", refusal, client);
  if (isOffered(asked)) {
    refuse('unauthorized_client', 'The client is not registered for this grant type.', refusal, client);
  }
  const rule = `The grant type is ${Object.keys(GRANT_TYPES).join(' or ')}.`;
  refuse('unsupported_grant_type', 'Grant type is not supported.', { ...refusal, rule }, client);
}

function requireParameters(names: readonly string[], parameters: Parameters, client: Client) {
  const missing = names.find((name) => parameters.get(name) === undefined);
  if (missing === undefined) return;
  const refusal = {
    rule: `${missing} is required.`,
    parameter: missing,
    found: 'nothing, or an empty value',
    expected: `a value of ${missing}`,
    mend: `Send grant_type, ${names.join(', ')} as form fields.`,
    specification: 'RFC 6749 sections 4.1.3 and 6',
  };
  refuse('invalid_request', `Missing parameter, '${missing}'`, refusal, client);
}

/**
 * A refusal, and which log-in it belongs to: the code or refresh token says so, although the client that sent it is
 * not known, or the request was wrong before anybody looked at it. Otherwise the log-in seems to wait for its tokens.
 */
async function withItsLogIn(refused: unknown, { environment, body }: FastifyRequest): Promise<unknown> {
  if (!(refused instanceof Refused) || refused.subject.login_id !== undefined) return refused;
  const grant = await grantBroughtBy(environment, formOf(body), undefined).catch(() => undefined);
  if (!grant) return refused;
  const { wire, refusal, delivery, subject } = refused;
  return new Refused(wire, refusal, delivery, { login_id: grant.loginId, uid: grant.uid, ...subject });
}

export async function accessTokenEndpoint(request: FastifyRequest, reply: FastifyReply) {
  try {
    return await answerTokens(request, reply);
  } catch (error) {
    throw await withItsLogIn(error, request);
  }
}

async function answerTokens(request: FastifyRequest, reply: FastifyReply) {
  const { environment } = request;
  const { client, parameters } = await authenticatedForm(request, 'A token request came in.');
  const { needs, redeem } = GRANT_TYPES[grantTypeOf(parameters, client)];
  requireParameters(needs, parameters, client);
  const subject = { request_id: request.id, client_id: client.client_id };
  const { tokens, about } = await redeem(client, parameters, environment, subject);
  const right = { status: 200, headers: {}, body: tokens };
  return send(reply, await withScenario('token_response', right, environment, about));
}
