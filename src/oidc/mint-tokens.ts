/**
 * Tokens without a browser, for tests that are about what comes after the log-in. The same rules judge: a persona whose
 * log-in would fail gets none. A session begins, so that it can be logged out; no browser has it.
 */

import { useUp } from '../environment/active-scenarios.ts';
import type { Environment } from '../environment/environment.ts';
import type { AuthorizationRequest } from '../login/authorization-request.ts';
import { personOf } from '../login/facts.ts';
import { logInHeadless } from '../login/headless.ts';
import { startLogin } from '../login/login.ts';
import type { Decision } from '../login/rules.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { recordScenario } from './apply-scenario.ts';
import { GRANTS } from './grant.ts';
import { grantOf } from './issue-code.ts';
import { judge } from './progress.ts';
import { randomId } from './secrets.ts';
import { keepSession } from './session-keep.ts';
import { issueTokens, type TokenResponse } from './tokens.ts';

/** The tokens, or why the log-in would fail. */
export type Minted = { tokens: TokenResponse } | { decision: Decision };

export async function mintTokens(
  environment: Environment,
  client: Client,
  request: AuthorizationRequest,
  requestId: string,
): Promise<Minted> {
  const { clock, directory, store, settings } = environment;
  const { headless } = request;
  if (!headless) throw new TypeError('tokens are minted for a persona');
  const now = clock.now();
  const started = startLogin({ id: randomId(), browserId: '', request, now });
  const login = logInHeadless(started, headless, directory, now);
  const decision = await judge(login, client, environment);
  if (!decision) throw new TypeError('a log-in without pages is always decided');
  const person = personOf(login, directory);
  const subject = {
    request_id: requestId,
    login_id: login.id,
    client_id: client.client_id,
    ...(person ? { uid: person.uid } : {}),
  };
  const { scenario } = decision;
  // A log-in may have used it up in the last moment: then this is judged without it.
  if (scenario?.oneShotId !== undefined && !(await useUp(environment, scenario.oneShotId)))
    return mintTokens(environment, client, request, requestId);
  if (scenario) recordScenario(environment, subject, scenario);
  if (decision.outcome !== 'authenticated' || !person) return { decision };
  const kept = await keepSession(environment, login, person, { requestId, sessionId: undefined });
  if (!kept) throw new TypeError('a new session is always kept');
  const grantId = randomId();
  const grant = grantOf(login, person, kept);
  await store.add(GRANTS, grantId, grant, now + settings.timeouts.access_token_seconds * 1000);
  const { tokens } = await issueTokens({ by: 'control_api', client, grantId, grant }, environment, subject);
  return { tokens };
}
