/** The grant of an authenticated log-in and its code, and the redirect that carries the code (facts 0, row 8; 10.3). */
import { authenticatorOf } from '../care-identity/authenticators.ts';
import type { Person } from '../care-identity/schema.ts';
import { startScenario } from '../environment/active-scenarios.ts';
import type { Environment } from '../environment/environment.ts';
import type { Subject } from '../journal/event.ts';
import { selectedRoleOf } from '../login/facts.ts';
import type { Login } from '../login/login.ts';
import { withCallback } from '../relying-party/redirect-uris.ts';
import { scenarioOf } from '../scenarios/catalogue.ts';
import type { Callback } from '../scenarios/scenario.ts';
import { type AnswerAbout, withScenario } from './apply-scenario.ts';
import { CODES, GRANTS, type Grant } from './grant.ts';
import { leftHalfHash } from './id-token.ts';
import { randomId } from './secrets.ts';
import type { KeptSession } from './session-keep.ts';

/** Codes are kept this long after they expired, so that a late redemption is told why. */
const CODE_KEPT_SECONDS = 600;

export function grantOf(login: Login, person: Person, { session, sid }: KeptSession): Grant {
  const { request } = login;
  const selectedRoleId = selectedRoleOf(login, person);
  return {
    clientId: request.clientId,
    loginId: login.id,
    uid: person.uid,
    scopes: request.scopes,
    acr: request.assurance.claim,
    amr: session.amr,
    aal: authenticatorOf(session.authenticator).aal,
    authTime: session.authTime,
    session: session.handle,
    sid,
    ...(request.realm === undefined ? {} : { realm: request.realm }),
    ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
    ...(request.state === undefined ? {} : { stateHash: leftHalfHash(request.state) }),
    ...(selectedRoleId === undefined ? {} : { selectedRoleId }),
    ...(request.scenario === undefined ? {} : { scenario: request.scenario }),
  };
}

/** Gives the address that the browser is sent to. Called by `progress.ts` alone, after the rules said authenticated. */
export async function issueCode(
  environment: Environment,
  login: Login,
  person: Person,
  kept: KeptSession,
  subject: Subject,
): Promise<string> {
  const { store, clock, settings, journal, issuer } = environment;
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
    kind: 'code_issued',
    explanation: `An authorization code was sent to ${redirectUri}.`,
    details: {
      redirect_uri: redirectUri,
      expires_in_seconds: codeSeconds,
      pkce: codeChallenge !== undefined,
    },
    ...subject,
  });
  const right: Callback = [
    ['code', code],
    ['scope', request.scopes.join(' ')],
    ...(request.state === undefined ? [] : [['state', request.state] as const]),
    ['iss', issuer],
    ['client_id', request.clientId],
  ];
  const about = { subject, ...aboutLogin(login, person) };
  await queueForLater(environment, login);
  return withCallback(redirectUri, await withScenario('authorization_response', right, environment, about));
}

function aboutLogin({ request }: Login, { uid }: Person): Omit<AnswerAbout, 'subject'> {
  const { clientId, nonce, scenario } = request;
  return {
    clientId,
    uid,
    ...(nonce === undefined ? {} : { nonce }),
    ...(scenario ? { requested: scenario } : {}),
  };
}

/** Where no log-in can be told, at discovery and the JWKS, mock_scenario is for the next answer to whoever asks. */
async function queueForLater(environment: Environment, { request: { scenario } }: Login) {
  const place = scenario && scenarioOf(scenario.code)?.place;
  if (scenario && (place === 'discovery' || place === 'jwks'))
    await startScenario(environment, { ...scenario, times: 1 });
}
