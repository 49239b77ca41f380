/** The authorization endpoint (OpenID Connect Core section 3.1.2). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from '../environment/environment.ts';
import { pathIn } from '../environment/realms.ts';
import { Refused } from '../journal/refused.ts';
import type { AuthorizationRequest } from '../login/authorization-request.ts';
import { type ReusedSession, startLogin } from '../login/login.ts';
import { isOfItsPerson, reusedSession, SESSIONS, whyNotReused } from '../login/session.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { scenarioAt } from './apply-scenario.ts';
import { checkRequest, errorRedirect } from './authorization-request.ts';
import { browserOf, sessionIdOf } from './cookies.ts';
import type { Pages } from './endpoints.ts';
import {
  type IdentifiedRequest,
  identifyRequest,
  refuseOnPage,
  refuseRedirectUri,
  refuseUnregistered,
} from './identify-request.ts';
import { leniencies } from './leniencies.ts';
import { readScenario } from './mock-parameters.ts';
import { encodingFault } from './parameter-faults.ts';
import { asQuery, formOf, type Parameters, queryParametersOf } from './parameters.ts';
import { beginLogin, judge } from './progress.ts';

/**
 * An authorization request as a form is answered by the same request as a link: a form that another site posts
 * carries no SameSite=Lax cookie, and so would never meet its single sign-on session.
 */
export async function authorizeForm(request: FastifyRequest, reply: FastifyReply) {
  const form = formOf(request.body);
  const fault = form.tooMany ? encodingFault(form) : undefined;
  if (fault) refuseOnPage(fault);
  const { prefix, realm } = request.environment;
  return reply.redirect(`${prefix}${pathIn(realm, '/authorize')}?${asQuery(form.encoded)}`, 303);
}

export function authorizeEndpoint(showProgress: Pages['showProgress']) {
  return async function authorize(request: FastifyRequest, reply: FastifyReply) {
    const { environment } = request;
    const parameters = queryParametersOf(request);
    const { client, authorizationRequest } = await check(request, parameters);
    const sessionId = sessionIdOf(request);
    const session = await usableSession(request, client, authorizationRequest, sessionId);
    const progress = await beginLogin({
      environment,
      client,
      request: authorizationRequest,
      browserId: browserOf(request, reply),
      requestId: request.id,
      ...(sessionId === undefined ? {} : { sessionId }),
      ...(session ? { session } : {}),
    });
    return showProgress(request, reply, progress);
  };
}

async function check(request: FastifyRequest, parameters: Parameters) {
  const { environment } = request;
  const { journal } = environment;
  const clientId = parameters.get('client_id');
  journal.record({
    request_id: request.id,
    kind: 'request_received',
    explanation: 'An authorization request came in.',
    details: parameters.all(),
    ...(clientId === undefined ? {} : { client_id: clientId }),
  });
  const identified = identifyRequest(parameters, environment);
  await refuseByScenario(identified, environment, request.id);
  const authorizationRequest = await checkRequest(identified, environment);
  const about = { request_id: request.id, client_id: identified.client.client_id };
  journal.record({
    kind: 'request_checked',
    explanation: 'The authorization request is in order.',
    details: { scopes: authorizationRequest.scopes, ...authorizationRequest.assurance },
    ...about,
  });
  for (const explanation of leniencies(identified, environment))
    journal.record({ kind: 'warned', explanation, ...about });
  return { client: identified.client, authorizationRequest };
}

/** A scenario in which this client, or its redirect URI, is not registered. */
async function refuseByScenario(identified: IdentifiedRequest, environment: Environment, requestId: string) {
  const { client, redirectUri, parameters } = identified;
  const requested = readScenario(parameters);
  const about = {
    clientId: client.client_id,
    subject: { request_id: requestId, client_id: client.client_id },
    ...(requested ? { requested } : {}),
  };
  const candidate = await scenarioAt('authorization_request', environment, about);
  if (candidate?.scenario.place !== 'authorization_request') return;
  const { code, refuses } = candidate.scenario;
  if (refuses === 'redirect_uri_mismatch') refuseRedirectUri(client, redirectUri, code);
  refuseUnregistered(client.client_id, environment, code);
}

/**
 * The session that can stand in for signing in, if any. With prompt=none, one that needs a page, or none at all, is
 * refused to the application. The session that prompt=login sets aside lives on until the new sign-in succeeds, so
 * that giving up costs nobody theirs.
 */
async function usableSession(
  request: FastifyRequest,
  client: Client,
  asked: AuthorizationRequest,
  sessionId: string | undefined,
): Promise<ReusedSession | undefined> {
  const { environment } = request;
  const { store, clock, directory } = environment;
  if (asked.headless) return undefined;
  const stored = sessionId === undefined ? undefined : await store.get(SESSIONS, sessionId);
  const live = stored && isOfItsPerson(stored.value, directory) ? stored.value : undefined;
  const why = live ? whyNotReused(live, asked, clock.now()) : 'there is no live session';
  if (sessionId !== undefined && live && why === undefined) {
    const session = reusedSession(sessionId, live);
    if (asked.prompt === 'none' && (await needsPage(session, client, asked, environment))) {
      throw refusePrompt(environment, asked, 'interaction_required', 'a role is to be selected');
    }
    return session;
  }
  if (asked.prompt === 'none') {
    throw refusePrompt(environment, asked, environment.settings.prompt_none_error, why ?? '');
  }
  return undefined;
}

/** Whether a log-in by this session would still show a page: no rule decides yet. */
async function needsPage(
  session: ReusedSession,
  client: Client,
  asked: AuthorizationRequest,
  environment: Environment,
) {
  const now = environment.clock.now();
  const login = startLogin({ id: '', browserId: '', request: asked, now, session });
  return (await judge(login, client, environment)) === undefined;
}

const PROMPT_DESCRIPTIONS = {
  login_required: 'The request requires login.',
  interaction_required: 'The request requires some interaction that is not allowed.',
} as const;

function refusePrompt(
  { issuer }: Environment,
  { redirectUri, state, clientId }: AuthorizationRequest,
  error: keyof typeof PROMPT_DESCRIPTIONS,
  found: string,
): Refused {
  const wire = { status: 400, error, description: PROMPT_DESCRIPTIONS[error] };
  return new Refused(
    wire,
    {
      rule: 'prompt=none is answered without a page.',
      parameter: 'prompt',
      found,
      expected: 'a single sign-on session that serves this request',
      mend: 'Send the person through the log-in without prompt=none first.',
      specification: 'OpenID Connect Core sections 3.1.2.1 and 3.1.2.6; facts 10.3',
    },
    errorRedirect({ redirectUri, state, issuer }, wire),
    { client_id: clientId },
  );
}
