/**
 * Back-channel logout as a good application takes it (OpenID Connect Back-Channel Logout 1.0 section 2.6): the token
 * is verified like an ID token, then for what makes it a logout token, then it ends what it names and nothing else.
 */

import type { Environment } from '../environment/environment.ts';
import { DEMO_CLIENT_ID } from '../environment/own-clients.ts';
import { recordKind } from '../environment/store.ts';
import { randomId } from '../oidc/secrets.ts';
import { TOLERANCE_SECONDS } from './checks.ts';
import { askHere } from './in-process.ts';
import type { Surroundings } from './provider.ts';
import { expiryOf, keepVisit, VISITS, type Visit } from './visits.ts';

/** A logout token that came, and what the application made of it. */
export interface ReceivedLogoutToken {
  /** Milliseconds since 1970. */
  at: number;
  token: string;
  accepted: boolean;
  /** What it ended, or why it was refused. */
  result: string;
}

/** Most logout tokens that an environment keeps. */
const MOST_TOKENS = 200;

const RECEIVED = recordKind<ReceivedLogoutToken>('demo_logout_token', MOST_TOKENS);

/** The ids of tokens that were accepted, each of them once. */
const SEEN = recordKind<true>('demo_logout_token_id', MOST_TOKENS);

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** A token older than this is refused, in seconds. */
const OLDEST_SECONDS = 300;

/** The newest logout tokens, newest first, at most so many. */
export async function logoutTokens({ store }: Environment, most: number): Promise<ReceivedLogoutToken[]> {
  const listed = await store.list(RECEIVED, most);
  return listed.map(({ value }) => value).reverse();
}

/** Why a token is refused, in words. */
class LogoutTokenRefused extends Error {}

function refuse(reason: string): never {
  throw new LogoutTokenRefused(reason);
}

async function publishedKeys({ app, environment }: Surroundings) {
  const { createLocalJWKSet } = await import('jose');
  const { body } = await askHere(app, `${environment.backChannelBase}/connect/jwk_uri`, { method: 'GET' });
  return createLocalJWKSet(JSON.parse(body));
}

/** What a logout token names. */
interface Named {
  sub: string | undefined;
  sid: string | undefined;
  cause: string | undefined;
}

/** What a logout token names that is right in every way. Throws where it is not. */
async function verify(surroundings: Surroundings, token: string): Promise<Named> {
  const { environment } = surroundings;
  const { jwtVerify } = await import('jose');
  const { payload } = await jwtVerify(token, await publishedKeys(surroundings), {
    // Where the provider has a name for each request, the log-in was under one of them and this comes under another.
    ...(environment.isNamedByRequest ? {} : { issuer: environment.issuer }),
    audience: DEMO_CLIENT_ID,
    algorithms: ['RS256'],
    requiredClaims: ['iat', 'exp', 'jti', 'events'],
    clockTolerance: TOLERANCE_SECONDS,
    maxTokenAge: OLDEST_SECONDS,
    currentDate: new Date(environment.clock.now()),
  });
  const events = payload['events'];
  if (typeof events !== 'object' || events === null || !Object.hasOwn(events, LOGOUT_EVENT))
    refuse('events does not name a back-channel logout');
  if (payload['nonce'] !== undefined) refuse('a logout token has no nonce');
  const { sid } = payload;
  if (payload.sub === undefined && typeof sid !== 'string') refuse('it has neither sub nor sid');
  const isNew = await environment.store.add(SEEN, String(payload.jti), true, expiryOf(environment));
  if (!isNew) refuse(`a token of the same jti came before: ${payload.jti}`);
  const { cause } = payload;
  return {
    sub: payload.sub,
    sid: typeof sid === 'string' ? sid : undefined,
    cause: typeof cause === 'string' ? cause : undefined,
  };
}

/** Whether the token is about this visit: by sid where both have one, by sub otherwise; both must agree. */
function isAbout({ ending, loggedOut }: Visit, { sub, sid }: Named) {
  if (loggedOut !== undefined || ending === undefined || 'failure' in ending) return false;
  if (sub !== undefined && ending.sub !== sub) return false;
  return sid !== undefined && ending.sid !== undefined ? ending.sid === sid : sub !== undefined;
}

async function endVisits(surroundings: Surroundings, token: string): Promise<string> {
  const { environment } = surroundings;
  const named = await verify(surroundings, token);
  const visits = await environment.store.list(VISITS, VISITS.capacity);
  const ended = visits.filter(({ value }) => isAbout(value, named));
  const cause = named.cause === undefined ? '' : ` (cause: ${named.cause})`;
  for (const { id, value } of ended)
    await keepVisit(environment, id, { ...value, loggedOut: `CIS2 sent a logout token${cause}` });
  if (ended.length === 0) return 'nobody was logged in any more by the session that it names';
  return ended.length === 1 ? 'the session was ended' : `${ended.length} sessions were ended`;
}

/** Takes a logout token; whether it was accepted. */
export async function takeLogoutToken(surroundings: Surroundings, token: string): Promise<boolean> {
  const { environment } = surroundings;
  const { store, clock } = environment;
  const outcome = await endVisits(surroundings, token).then(
    (result) => ({ accepted: true, result }),
    (error) => ({ accepted: false, result: error instanceof Error ? error.message : String(error) }),
  );
  const received = { at: clock.now(), token, ...outcome };
  await store.add(RECEIVED, randomId(), received, expiryOf(environment));
  return outcome.accepted;
}
