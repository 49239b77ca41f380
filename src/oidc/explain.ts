/** Which rule and which scenario would decide a log-in just now, and why: a trial run that stores and uses up nothing. */
import type { Environment } from '../environment/environment.ts';
import { Refused } from '../journal/refused.ts';
import type { AuthorizationRequest, HeadlessPersona } from '../login/authorization-request.ts';
import { logInHeadless } from '../login/headless.ts';
import { startLogin } from '../login/login.ts';
import type { Decision } from '../login/rules.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { type Candidate, firstAt } from '../scenarios/choice.ts';
import { type AnswerAbout, candidatesOn } from './apply-scenario.ts';
import { assumedRequest } from './assumed-request.ts';
import { judge } from './progress.ts';

const DECIDED_BY: Readonly<Record<HeadlessPersona['namedBy'], { decided_by: string; why: string }>> = {
  mock_login: { decided_by: 'request', why: 'mock_login names the persona' },
  login_hint: { decided_by: 'request', why: 'interaction is automatic, and login_hint names the persona' },
  client: {
    decided_by: 'client',
    why: 'interaction is automatic, and automatic_persona of the client names the persona',
  },
  settings: {
    decided_by: 'environment',
    why: 'interaction is automatic, and settings.automatic_persona, or the first account, is the persona',
  },
};

/** Who logs in, with or without pages. */
function interactionOf(request: AuthorizationRequest, client: Client) {
  const { headless } = request;
  if (headless) {
    return { pages: false, persona: headless.account ?? headless.uid, ...DECIDED_BY[headless.namedBy] };
  }
  if (request.prompt === 'none') {
    return {
      pages: false,
      decided_by: 'request',
      why: 'prompt=none: a single sign-on session that serves the request logs in, and without one the request is refused',
    };
  }
  const decidedBy = client.interaction === undefined ? 'environment' : 'client';
  return {
    pages: true,
    decided_by: decidedBy,
    why: 'interaction is pages, and no mock_login names a persona',
  };
}

function failureOf(given: Readonly<Record<string, string>>, request: AuthorizationRequest, client: Client) {
  const ofClient = client.on_login_failure === undefined ? 'environment' : 'client';
  const decidedBy = given['mock_on_failure'] === undefined ? ofClient : 'request';
  return { value: request.onLoginFailure, decided_by: decidedBy };
}

/** How the log-in would end for this persona. */
async function decisionFor(
  persona: HeadlessPersona,
  request: AuthorizationRequest,
  client: Client,
  environment: Environment,
): Promise<Decision | undefined> {
  // Nobody signs in: a session decides, and which one the browser has is not known.
  if (request.prompt === 'none' && !request.headless) return undefined;
  const now = environment.clock.now();
  const started = startLogin({ id: '', browserId: '', request, now });
  // On pages, what ends a log-in whoever it is does so before anybody has signed in.
  const atOnce = request.headless ? undefined : await judge(started, client, environment);
  return atOnce ?? judge(logInHeadless(started, persona, environment.directory, now), client, environment);
}

function shownDecision({ rule, outcome, found, expected, mend }: Decision) {
  return { outcome, rule, found, expected, mend };
}

function shownCandidate(candidate: Candidate, all: readonly Candidate[], decision: Decision | undefined) {
  const { scenario, endpoint, level, why, parameters } = candidate;
  const ofLogin = scenario.place === 'login' ? decision?.scenario : undefined;
  const decides = ofLogin
    ? ofLogin.code === scenario.code && ofLogin.why === why
    : firstAt(all, scenario.place, endpoint) === candidate;
  return {
    code: scenario.code,
    place: scenario.place,
    endpoint,
    decides,
    decided_by: level,
    why,
    parameters,
  };
}

function aboutPersona(
  { account, uid }: Partial<HeadlessPersona>,
  request: AuthorizationRequest,
  { directory }: Environment,
): AnswerAbout {
  const ofAccount = account === undefined ? undefined : directory.profileBoundTo(account)?.person.uid;
  const known = uid ?? ofAccount;
  return {
    clientId: request.clientId,
    ...(known === undefined ? {} : { uid: known }),
    ...(account === undefined ? {} : { account }),
    ...(request.scenario ? { requested: request.scenario } : {}),
    subject: {},
  };
}

function personaNamed(name: string | undefined, { directory }: Environment): HeadlessPersona | undefined {
  if (name === undefined) return undefined;
  const account = directory.nhsmailAccount(name)?.email;
  return { namedBy: 'mock_login', ...(account === undefined ? { uid: name } : { account }) };
}

/**
 * Explains the authorization request with these parameters, those left out being as in a good one. `persona` is who
 * would sign in on the pages.
 */
export async function explain(
  given: Readonly<Record<string, string>>,
  persona: string | undefined,
  environment: Environment,
) {
  try {
    const { client, request } = await assumedRequest(given, environment);
    const who = request.headless ?? personaNamed(persona, environment);
    const candidates = await candidatesOn(aboutPersona(who ?? {}, request, environment), environment);
    const decision = who && (await decisionFor(who, request, client, environment));
    return {
      accepted: true as const,
      client_id: client.client_id,
      interaction: interactionOf(request, client),
      on_login_failure: failureOf(given, request, client),
      outcome: decision ? shownDecision(decision) : null,
      scenarios: candidates.map((each) => shownCandidate(each, candidates, decision)),
    };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { wire, refusal } = error;
    return { accepted: false as const, error: wire.error, error_description: wire.description, refusal };
  }
}
