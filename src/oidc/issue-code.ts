/** The grant of an authenticated log-in and its code, and the redirect that carries the code (facts 0, row 8; 10.3). */
import { authenticatorOf } from '../care-identity/authenticators.ts';
import type { Person } from '../care-identity/schema.ts';
import type { Environment } from '../environment/environment.ts';
import type { Subject } from '../journal/journal.ts';
import { selectedRoleOf } from '../login/facts.ts';
import type { Login } from '../login/login.ts';
import { withParameters } from '../relying-party/redirect-uris.ts';
import { CODES, GRANTS, type Grant } from './grant.ts';
import { leftHalfHash } from './id-token.ts';
import { randomId } from './secrets.ts';
import type { KeptSession } from './session-keep.ts';

/** Codes are kept this long after they expired, so that a late redemption is told why. */
const CODE_KEPT_SECONDS = 600;

function grantOf(login: Login, person: Person, { session, sid }: KeptSession): Grant {
  const { request } = login;
  const selectedRoleId = selectedRoleOf(login, person);
  return {
    clientId: request.clientId,
    loginId: login.id,
    uid: person.uid,
    scopes: request.scopes,
    ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
    ...(request.state === undefined ? {} : { stateHash: leftHalfHash(request.state) }),
    acr: request.assurance.claim,
    amr: session.amr,
    aal: authenticatorOf(session.authenticator).aal,
    authTime: session.authTime,
    session: session.handle,
    sid,
    ...(selectedRoleId === undefined ? {} : { selectedRoleId }),
  };
}

/** Gives the address that the browser is sent to. Called by `progress.ts` alone, after the rules said authenticated. */
export async function issueCode(
  { store, clock, settings, journal, issuer }: Environment,
  login: Login,
  person: Person,
  kept: KeptSession,
  subject: Subject,
): Promise<string> {
  const { request } = login;
  const { redirectUri, codeChallenge } = request;
  const { authorization_code_seconds: codeSeconds, access_token_seconds: tokenSeconds } = settings.timeouts;
  const expiresAt = clock.now() + codeSeconds * 1000;
  const keptUntil = expiresAt + CODE_KEPT_SECONDS * 1000;
  const [grantId, code] = [randomId(), randomId()];
  const lastsUntil = Math.max(keptUntil, expiresAt + tokenSeconds * 1000);
  await store.add(GRANTS, grantId, grantOf(login, person, kept), lastsUntil);
  const pkce = codeChallenge === undefined ? {} : { codeChallenge };
  await store.add(CODES, code, { grantId, redirectUri, expiresAt, redeemed: false, ...pkce }, keptUntil);
  journal.record({
    ...subject,
    kind: 'code_issued',
    explanation: `An authorization code was sent to ${redirectUri}.`,
    details: {
      redirect_uri: redirectUri,
      expires_in_seconds: codeSeconds,
      pkce: codeChallenge !== undefined,
    },
  });
  return withParameters(redirectUri, {
    code,
    scope: request.scopes.join(' '),
    state: request.state,
    iss: issuer,
    client_id: request.clientId,
  });
}
