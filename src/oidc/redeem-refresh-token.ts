/** The refresh token grant: rotation, and revocation of the whole family on reuse (RFC 6749 section 6, RFC 9700 4.14.2). */
import type { Environment } from '../environment/environment.ts';
import type { Subject } from '../journal/event.ts';
import { Refused } from '../journal/refused.ts';
import { ENDED_SESSIONS } from '../login/session.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { GRANTS, isGivenIn, REFRESH_TOKENS, realmOfGrant, subjectOfGrant } from './grant.ts';
import { type Parameters, words } from './parameters.ts';
import { type Issued, invalidGrant, issueTokens, revokeAndRefuse } from './tokens.ts';

const SPECIFICATION = 'RFC 6749 section 6; RFC 9700 section 4.14.2';

/** The scopes of the new access token: those of the grant, or fewer of them. */
function narrowed(
  asked: string | undefined,
  granted: readonly string[],
  subject: Subject,
): readonly string[] {
  const scopes = words(asked);
  const tooMany = scopes.filter((scope) => !granted.includes(scope));
  if (tooMany.length === 0) return scopes.length === 0 ? granted : scopes;
  throw new Refused(
    { status: 400, error: 'invalid_scope', description: 'The requested scope exceeds the scope granted.' },
    {
      rule: 'A refresh asks for no more than was granted.',
      parameter: 'scope',
      found: tooMany.join(' '),
      expected: granted.join(' '),
      mend: 'Leave scope out, or ask for fewer scopes.',
      specification: SPECIFICATION,
    },
    'json',
    subject,
  );
}

function unusable(found: string, mend: string) {
  return {
    rule: 'A refresh token is a live one of this client.',
    parameter: 'refresh_token',
    found,
    expected: 'the newest refresh token of a grant of this client',
    mend,
    specification: SPECIFICATION,
  };
}

export async function redeemRefreshToken(
  client: Client,
  parameters: Parameters,
  environment: Environment,
  subject: Subject,
): Promise<Issued> {
  const { store } = environment;
  const token = parameters.get('refresh_token') ?? '';
  const stored = await store.get(REFRESH_TOKENS, token);
  const grant = stored && (await store.get(GRANTS, stored.value.grantId));
  if (!stored || !grant) {
    throw invalidGrant(unusable('an unknown, expired or revoked one', 'Log in again.'), subject);
  }
  const about = subjectOfGrant(grant.value, subject);
  // Refresh tokens end with the session that is logged out (OpenID Connect Back-Channel Logout section 2.7).
  if (await store.get(ENDED_SESSIONS, grant.value.session)) {
    throw invalidGrant(unusable('one of a session that was logged out', 'Log in again.'), about);
  }
  if (!isGivenIn(grant.value, environment.realm)) {
    const found = `one of another issuer, ${realmOfGrant(grant.value)}`;
    throw invalidGrant(unusable(found, 'Use it at the issuer that gave it.'), about);
  }
  const { grantId, expiresAt, redeemed } = stored.value;
  if (grant.value.clientId !== client.client_id) {
    const mend = `Use it as ${grant.value.clientId}, to whom it was issued.`;
    throw invalidGrant(
      unusable(`a refresh token of another client, sent by ${client.client_id}`, mend),
      about,
    );
  }
  const used = { revision: stored.revision, value: { grantId, expiresAt, redeemed: true } };
  // A token that was used before is a reuse, whatever else is wrong with the request.
  const scopes = redeemed ? [] : narrowed(parameters.get('scope'), grant.value.scopes, about);
  // Of two requests with the same token one wins; the other is a reuse like any later one.
  if (redeemed || !(await store.replace(REFRESH_TOKENS, token, used, expiresAt))) {
    const mend = 'Keep the refresh_token of each token response, and use that one the next time.';
    const refusal = unusable('a refresh token that was used before', mend);
    return revokeAndRefuse(grantId, grant.value, environment, subject, refusal);
  }
  return issueTokens(
    { by: 'refresh_token', client, grantId, grant: grant.value, scopes },
    environment,
    subject,
  );
}
