/** Tokens for a grant: an access token, an ID token and, for a client registered for it, a refresh token. */
import { nowInSeconds } from '../environment/clock.ts';
import type { Environment } from '../environment/environment.ts';
import type { Subject } from '../journal/journal.ts';
import type { Refusal } from '../journal/refusal.ts';
import { Refused } from '../journal/refused.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { ACCESS_TOKENS, aboutGrant, GRANTS, type Grant, REFRESH_TOKENS } from './grant.ts';
import { idTokenClaims } from './id-token.ts';
import { randomId } from './secrets.ts';

export interface TokenResponse {
  access_token: string;
  refresh_token?: string;
  scope: string;
  token_type: 'Bearer';
  expires_in: number;
  id_token: string;
  /** The request’s nonce again, a trait of the product behind CIS2 (facts 10.6). */
  nonce?: string;
}

const INVALID_GRANT = 'The provided access grant is invalid, expired, or revoked.';

export function invalidGrant(refusal: Refusal, subject: Subject, description = INVALID_GRANT): Refused {
  return new Refused({ status: 400, error: 'invalid_grant', description }, refusal, 'json', subject);
}

/** What tokens are issued for. With a code, it is the first time; without, a refresh. */
export interface Issue {
  client: Client;
  grantId: string;
  grant: Grant;
  code?: string;
  /** The scopes of this access token, where a refresh asked for fewer. */
  scopes?: readonly string[];
}

/** Revokes a whole grant, since something of it was used twice, and says so in both voices. */
export async function revokeAndRefuse(
  grantId: string,
  grant: Grant,
  environment: Environment,
  subject: Subject,
  refusal: Refusal,
): Promise<never> {
  const about = aboutGrant(grant, subject);
  await environment.store.remove(GRANTS, grantId);
  environment.journal.record({
    ...about,
    kind: 'grant_revoked',
    explanation: `The ${refusal.parameter} came a second time, so every token that came of it is revoked.`,
  });
  throw invalidGrant(refusal, about);
}

async function issueRefreshToken({ client, grantId, grant }: Issue, environment: Environment) {
  if (!client.grant_types?.includes('refresh_token')) return {};
  const { store, clock, settings } = environment;
  const token = randomId();
  const expiresAt = clock.now() + settings.timeouts.refresh_token_seconds * 1000;
  await store.add(REFRESH_TOKENS, token, { grantId, expiresAt, redeemed: false }, expiresAt);
  // The grant lives as long as the last thing that came of it.
  const stored = await store.get(GRANTS, grantId);
  const lastsUntil = Math.max(expiresAt, clock.now() + settings.timeouts.access_token_seconds * 1000);
  if (stored) await store.replace(GRANTS, grantId, { revision: stored.revision, value: grant }, lastsUntil);
  return { refresh_token: token };
}

export async function issueTokens(
  issue: Issue,
  environment: Environment,
  subject: Subject,
): Promise<TokenResponse> {
  const { grantId, grant, code, scopes = grant.scopes } = issue;
  const { clock, directory, settings, store, keys, journal, issuer } = environment;
  const person = directory.person(grant.uid);
  if (!person) {
    const refusal = {
      rule: 'The person of a grant exists.',
      found: `a grant of person ${grant.uid}, who is gone`,
      expected: 'a person of the fixtures',
      mend: 'Log in again as a person who exists.',
      specification: 'RFC 6749 section 5.2',
    };
    throw invalidGrant(refusal, aboutGrant(grant, subject));
  }
  const issuedAt = nowInSeconds(clock);
  const accessToken = randomId();
  const expiresAt = (issuedAt + settings.timeouts.access_token_seconds) * 1000;
  const lifeSeconds = settings.timeouts.id_token_seconds;
  const moment = { issuer, accessToken, issuedAt, lifeSeconds, ...(code === undefined ? {} : { code }) };
  const idToken = await keys.sign(idTokenClaims(grant, person, moment));
  await store.add(ACCESS_TOKENS, accessToken, { grantId, expiresAt, scopes }, expiresAt);
  const refresh = await issueRefreshToken(issue, environment);
  const scope = scopes.join(' ');
  journal.record({
    ...aboutGrant(grant, subject),
    kind: 'token_issued',
    explanation:
      code === undefined
        ? 'The refresh token was redeemed for new tokens.'
        : 'The code was redeemed for an access token and an ID token.',
    details: { scope, id_token: idToken, refresh_token_issued: 'refresh_token' in refresh },
  });
  return {
    access_token: accessToken,
    ...refresh,
    scope,
    token_type: 'Bearer',
    // What is left, rounded down: the 3599 that CIS2 prints for an hour (facts 10.6).
    expires_in: Math.floor((expiresAt - clock.now()) / 1000),
    id_token: idToken,
    ...(grant.nonce === undefined || code === undefined ? {} : { nonce: grant.nonce }),
  };
}
