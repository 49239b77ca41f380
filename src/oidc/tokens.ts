/** Tokens for a grant: an access token, an ID token and, for a client registered for it, a refresh token. */
import type { JWTPayload } from 'jose';
import { shownSeconds } from '../environment/clock.ts';
import type { Environment } from '../environment/environment.ts';
import type { Subject } from '../journal/event.ts';
import type { Refusal } from '../journal/refusal.ts';
import { Refused } from '../journal/refused.ts';
import type { Client } from '../relying-party/client-schema.ts';
import type { TokenDraft } from '../scenarios/scenario.ts';
import { type AnswerAbout, withScenario } from './apply-scenario.ts';
import { ACCESS_TOKENS, GRANTS, type Grant, REFRESH_TOKENS, subjectOfGrant } from './grant.ts';
import { idTokenClaims } from './id-token.ts';
import { randomId } from './secrets.ts';
import { signDraft } from './sign-draft.ts';

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

/** What tokens come of: as the journal names it, and in words. */
const CAME_OF = {
  code: {
    grantType: 'authorization_code',
    words: 'The code was redeemed for an access token and an ID token.',
  },
  refresh_token: {
    grantType: 'refresh_token',
    words: 'The refresh token was redeemed for new tokens.',
  },
  control_api: {
    grantType: 'control_api',
    words: 'Tokens were minted by the control API, without a log-in in a browser.',
  },
} as const;

/** What tokens are issued for. */
export interface Issue {
  by: keyof typeof CAME_OF;
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
  const about = subjectOfGrant(grant, subject);
  await environment.store.remove(GRANTS, grantId);
  environment.journal.record({
    kind: 'grant_revoked',
    explanation: `The ${refusal.parameter} came a second time, so every token that came of it is revoked.`,
    ...about,
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

/** What a scenario is told of an answer that comes of a grant. */
export function aboutGrant(grant: Grant, subject: Subject): AnswerAbout {
  const { clientId, uid, nonce, scenario } = grant;
  return {
    clientId,
    uid,
    subject: subjectOfGrant(grant, subject),
    ...(nonce === undefined ? {} : { nonce }),
    ...(scenario ? { requested: scenario } : {}),
  };
}

/** The ID token, or what a scenario makes of it. */
async function signedIdToken(
  claims: JWTPayload,
  environment: Environment,
  about: AnswerAbout,
): Promise<string> {
  const { keys } = environment;
  const header = { alg: 'RS256', typ: 'JWT', kid: await keys.activeKid() };
  const right: TokenDraft = { header, claims, signedBy: 'active_key' };
  const draft = await withScenario('id_token', right, environment, about);
  return draft === right ? keys.sign(claims) : signDraft(draft, environment, about.clientId ?? '');
}

/** What was issued, and what a scenario is told of it. */
export interface Issued {
  tokens: TokenResponse;
  about: AnswerAbout;
}

export async function issueTokens(issue: Issue, environment: Environment, subject: Subject): Promise<Issued> {
  const { grantId, grant, code, scopes = grant.scopes } = issue;
  const { clock, directory, settings, store, journal, issuer, realm } = environment;
  const person = directory.person(grant.uid);
  if (!person) {
    const refusal = {
      rule: 'The person of a grant exists.',
      found: `a grant of person ${grant.uid}, who is gone`,
      expected: 'a person of the fixtures',
      mend: 'Log in again as a person who exists.',
      specification: 'RFC 6749 section 5.2',
    };
    throw invalidGrant(refusal, subjectOfGrant(grant, subject));
  }
  const issuedAt = shownSeconds(clock);
  const skewSeconds = clock.skewSeconds();
  const accessToken = randomId();
  const expiresAt = (issuedAt - skewSeconds + settings.timeouts.access_token_seconds) * 1000;
  const lifeSeconds = settings.timeouts.id_token_seconds;
  const moment = {
    issuer,
    realm: realm.claim,
    accessToken,
    issuedAt,
    skewSeconds,
    lifeSeconds,
    ...(code === undefined ? {} : { code }),
  };
  const about = aboutGrant(grant, subject);
  const idToken = await signedIdToken(idTokenClaims(grant, person, moment), environment, about);
  await store.add(ACCESS_TOKENS, accessToken, { grantId, expiresAt, scopes }, expiresAt);
  const refresh = await issueRefreshToken(issue, environment);
  const scope = scopes.join(' ');
  const { grantType, words } = CAME_OF[issue.by];
  journal.record({
    kind: 'token_issued',
    explanation: words,
    details: {
      grant_type: grantType,
      scope,
      id_token: idToken,
      refresh_token_issued: 'refresh_token' in refresh,
    },
    ...subjectOfGrant(grant, subject),
  });
  const tokens: TokenResponse = {
    access_token: accessToken,
    scope,
    token_type: 'Bearer',
    // What is left, rounded down: the 3599 that CIS2 prints for an hour (facts 10.6).
    expires_in: Math.floor((expiresAt - clock.now()) / 1000),
    id_token: idToken,
    ...refresh,
    ...(grant.nonce === undefined || code === undefined ? {} : { nonce: grant.nonce }),
  };
  return { tokens, about };
}
