/** Revocation (RFC 7009) and introspection (RFC 7662) of access tokens and refresh tokens. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from '../environment/environment.ts';
import type { Subject } from '../journal/event.ts';
import { Refused } from '../journal/refused.ts';
import { ENDED_SESSIONS } from '../login/session.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { authenticatedForm } from './authenticated-form.ts';
import {
  ACCESS_TOKENS,
  GRANTS,
  type Grant,
  isGivenIn,
  REFRESH_TOKENS,
  realmOfGrant,
  subjectOfGrant,
} from './grant.ts';
import type { Parameters } from './parameters.ts';

interface KnownToken {
  kind: 'access_token' | 'refresh_token';
  grantId: string;
  grant: Grant;
  scopes: readonly string[];
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** The live token of whichever realm and kind; a hint at the kind is not needed (RFC 7009 section 2.1). */
async function findAnywhere(token: string, { store }: Environment): Promise<KnownToken | undefined> {
  const access = await store.get(ACCESS_TOKENS, token);
  const refresh = access ? undefined : await store.get(REFRESH_TOKENS, token);
  const found = access ?? refresh;
  const grant = found && (await store.get(GRANTS, found.value.grantId));
  if (!found || !grant || refresh?.value.redeemed) return undefined;
  if (refresh && (await store.get(ENDED_SESSIONS, grant.value.session))) return undefined;
  const { grantId, expiresAt } = found.value;
  const scopes = access?.value.scopes ?? grant.value.scopes;
  return { kind: access ? 'access_token' : 'refresh_token', grantId, grant: grant.value, scopes, expiresAt };
}

/** The live token of this realm. One of another issuer counts as unknown, and the journal says whose it is. */
async function findToken(
  token: string,
  environment: Environment,
  caller: Subject,
): Promise<KnownToken | undefined> {
  const found = await findAnywhere(token, environment);
  if (!found || isGivenIn(found.grant, environment.realm)) return found;
  environment.journal.record({
    kind: 'warned',
    explanation: `The token is one of another issuer, ${realmOfGrant(found.grant)}, and counts as unknown here. Ask the issuer that gave it.`,
    ...subjectOfGrant(found.grant, caller),
  });
  return undefined;
}

function tokenOf(parameters: Parameters, client: Client): string {
  const token = parameters.get('token');
  if (token !== undefined) return token;
  throw new Refused(
    { status: 400, error: 'invalid_request', description: "Missing parameter, 'token'" },
    {
      rule: 'token is required.',
      parameter: 'token',
      found: 'nothing, or an empty value',
      expected: 'an access token or a refresh token',
      mend: 'Send the token as the form field token.',
      specification: 'RFC 7009 section 2.1; RFC 7662 section 2.1',
    },
    'json',
    { client_id: client.client_id },
  );
}

/** An unknown token is as good as revoked: 200 all the same. Another client’s is refused (RFC 7009 section 2.1). */
export async function revocationEndpoint(request: FastifyRequest, reply: FastifyReply) {
  const { environment } = request;
  const { client, parameters } = await authenticatedForm(request, 'A request to revoke a token came in.');
  const token = tokenOf(parameters, client);
  const caller = { request_id: request.id, client_id: client.client_id };
  const known = await findToken(token, environment, caller);
  const subject = known ? subjectOfGrant(known.grant, caller) : caller;
  if (known && known.grant.clientId !== client.client_id) {
    throw new Refused(
      { status: 400, error: 'unauthorized_client', description: 'The token was issued to another client.' },
      {
        rule: 'A client revokes its own tokens.',
        parameter: 'token',
        found: `a token of ${known.grant.clientId}`,
        expected: `a token of ${client.client_id}`,
        mend: 'Revoke it as the client that it was issued to.',
        specification: 'RFC 7009 section 2.1',
      },
      'json',
      subject,
    );
  }
  if (known?.kind === 'refresh_token') await environment.store.remove(GRANTS, known.grantId);
  if (known?.kind === 'access_token') await environment.store.remove(ACCESS_TOKENS, token);
  const what =
    known?.kind === 'refresh_token' ? 'The refresh token, and all of its grant, was' : 'The access token was';
  environment.journal.record({
    ...subject,
    kind: 'grant_revoked',
    explanation: known
      ? `${what} revoked.`
      : 'An unknown or expired token was to be revoked; nothing was to do.',
  });
  return reply.code(200).send();
}

/** Tells a client of any live token; of everything else only that it is not active (RFC 7662 section 2.2). */
export async function introspectionEndpoint(request: FastifyRequest) {
  const { environment } = request;
  const { client, parameters } = await authenticatedForm(request, 'A request to introspect a token came in.');
  const caller = { request_id: request.id, client_id: client.client_id };
  const found = await findToken(tokenOf(parameters, client), environment, caller);
  // A public client proves nothing of itself, and is told of its own tokens only (RFC 7662 section 2.1).
  const isPublic = client.token_endpoint_auth_method === 'none';
  const known = isPublic && found?.grant.clientId !== client.client_id ? undefined : found;
  if (!known) return { active: false };
  const { grant, kind, scopes, expiresAt } = known;
  const skew = environment.clock.skewSeconds();
  return {
    active: true,
    scope: scopes.join(' '),
    client_id: grant.clientId,
    user_id: grant.uid,
    username: grant.uid,
    token_type: kind === 'access_token' ? 'Bearer' : 'refresh_token',
    exp: Math.floor(expiresAt / 1000) + skew,
    sub: grant.uid,
    iss: environment.issuer,
    auth_time: grant.authTime + skew,
  };
}
