/** What the rules would say of a log-in by each persona just now: a trial run, which stores and issues nothing. */
import { requestedAssurance } from '../care-identity/authenticators.ts';
import type { AuthorizationRequest, HeadlessPersona } from './authorization-request.ts';
import { type Circumstances, gatherFacts } from './facts.ts';
import { logInHeadless } from './headless.ts';
import { startLogin } from './login.ts';
import type { OutcomeCode } from './outcomes.ts';
import { decide } from './rules.ts';

function outcomeAfter(
  faultsMet: number,
  persona: HeadlessPersona,
  circumstances: Circumstances,
  now: number,
): OutcomeCode | undefined {
  const request: AuthorizationRequest = {
    clientId: circumstances.client.client_id,
    redirectUri: '',
    scopes: ['openid', 'selectedrole'],
    assurance: requestedAssurance(['AAL2_OR_AAL3_ANY'], []),
    onLoginFailure: 'page',
  };
  const started = startLogin({ id: '', browserId: '', request, now, faultsMet });
  const login = logInHeadless(started, persona, circumstances.directory, now);
  return decide(gatherFacts(login, circumstances), now)?.outcome;
}

/** The outcome of the first log-in and, where another follows on Try again, of that one too. */
export function expectedOutcomes(
  persona: HeadlessPersona,
  circumstances: Circumstances,
  now: number,
): OutcomeCode[] {
  const first = outcomeAfter(0, persona, circumstances, now);
  const afterFaults = outcomeAfter(1000, persona, circumstances, now);
  return [...new Set([first, afterFaults])].filter((outcome) => outcome !== undefined);
}
