/**
 * What the demonstration application answers: a small relying party inside the server, so that a newcomer sees a log-in succeed
 * and fail in every way without owning an application. It knows of the provider only what any application knows.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from '../environment/environment.ts';
import { DEMO_CLIENT_ID } from '../environment/own-clients.ts';
import { Refused } from '../journal/refused.ts';
import { demandOwnForm } from '../oidc/own-forms.ts';
import { formOf, queryOf, queryParametersOf } from '../oidc/parameters.ts';
import { randomId, secretsEqual } from '../oidc/secrets.ts';
import { showPage } from '../pages/render.ts';
import { logoutTokens, takeLogoutToken } from './logout-token.ts';
import { DEFAULT_OPTIONS, type DemoOptions, readOptions } from './options.ts';
import { demoStartPage, logInAction } from './pages.ts';
import { authorizationUrl, discover, endSessionUrl, freshSecrets, takeCallback } from './provider.ts';
import { demoFailurePage, demoLoggedOutPage, demoSuccessPage, demoUnfinishedPage } from './result-pages.ts';
import {
  demoBrowserOf,
  expiryOf,
  type Failure,
  findVisit,
  giveBrowser,
  keepVisit,
  loggedInVisit,
  setLoggedIn,
  VISITS,
  type Visit,
} from './visits.ts';

const resultUrl = ({ prefix }: Environment, state: string) => `${prefix}/demo/result/${state}`;

async function showStart(
  request: FastifyRequest,
  reply: FastifyReply,
  { options, errors }: ReturnType<typeof readOptions>,
) {
  const { environment } = request;
  const loggedIn = await loggedInVisit(environment, demoBrowserOf(request));
  const page = await demoStartPage(request, options, errors, loggedIn);
  return showPage(reply, 'demo', page, { formTargets: [new URL(logInAction(environment)).origin] });
}

async function freshVisit(browserId: string, options: DemoOptions, environment: Environment): Promise<Visit> {
  return { browserId, startedAt: environment.clock.now(), options, ...(await freshSecrets()), calls: [] };
}

function beginLogIn(app: FastifyInstance) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    // From anywhere: it only begins a log-in, and the page that has it may be open under another name than the public one.
    const { environment } = request;
    const read = readOptions(formOf(request.body), environment);
    if (Object.keys(read.errors).length > 0) return showStart(request, reply, read);
    const surroundings = { app, environment };
    const state = randomId();
    const visit = await freshVisit(giveBrowser(request, reply), read.options, environment);
    const discovered = await discover(surroundings, visit.calls, read.options.scenario);
    if ('failure' in discovered) {
      await keepVisit(environment, state, { ...visit, ending: discovered });
      return reply.redirect(resultUrl(environment, state), 303);
    }
    const { provider } = discovered;
    await keepVisit(environment, state, { ...visit, provider });
    return reply.redirect(await authorizationUrl(surroundings, provider, state, visit), 303);
  };
}

/** The mock’s own id of the log-in that an authorization request with this state began. */
async function loginIdOf({ journal }: Environment, state: string): Promise<string | undefined> {
  await journal.catchUp?.();
  const requests = journal.events({ client_id: DEMO_CLIENT_ID, kind: 'request_received' });
  const requestId = requests.find(({ details }) => details?.['state'] === state)?.request_id;
  if (requestId === undefined) return undefined;
  return journal.events({ request_id: requestId, kind: 'login_started' })[0]?.login_id;
}

/** A callback that belongs to no log-in of this browser: it is shown as a visit of its own, and nothing else changes. */
async function keepStrayCallback(
  request: FastifyRequest,
  reply: FastifyReply,
  callback: [string, string][],
  failure: Failure,
) {
  const { environment } = request;
  const state = randomId();
  const visit = await freshVisit(giveBrowser(request, reply), DEFAULT_OPTIONS, environment);
  await keepVisit(environment, state, { ...visit, callback, ending: { failure } });
  return reply.redirect(resultUrl(environment, state), 303);
}

function strayFailure(callback: readonly [string, string][], visit: Visit | undefined): Failure {
  const said = Object.fromEntries(callback);
  const { error, error_description: errorDescription } = said;
  return {
    ...(visit
      ? { kind: 'other_browser', reason: 'The state is that of a log-in which another browser began.' }
      : {
          kind: 'unmatched_answer',
          reason:
            said['state'] === undefined
              ? 'The callback has no state.'
              : 'The state of the callback is that of no log-in under way.',
        }),
    ...(error === undefined ? {} : { error }),
    ...(errorDescription === undefined ? {} : { errorDescription }),
  };
}

function takeCallbackOnce(app: FastifyInstance) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { environment } = request;
    const callback: [string, string][] = [...new URLSearchParams(queryOf(request))];
    const state = queryParametersOf(request).get('state') ?? '';
    const stored = await environment.store.get(VISITS, state);
    const browserId = demoBrowserOf(request);
    if (!stored?.value.provider || !secretsEqual(browserId ?? '', stored.value.browserId))
      return keepStrayCallback(request, reply, callback, strayFailure(callback, stored?.value));
    const { value: begun, revision } = stored;
    const loginId = await loginIdOf(environment, state);
    const visit = {
      ...begun,
      callback,
      calls: [...begun.calls],
      ...(loginId === undefined ? {} : { loginId }),
    };
    // Of two that bring the same answer, as by a reload, one redeems the code; both see what came of it.
    const isFirst =
      begun.callback === undefined &&
      (await environment.store.replace(VISITS, state, { revision, value: visit }, expiryOf(environment)));
    if (isFirst && visit.provider) {
      const ending = await takeCallback({ app, environment }, visit.provider, state, visit);
      await keepVisit(environment, state, { ...visit, ending });
      if (!('failure' in ending)) await setLoggedIn(environment, visit.browserId, state);
    }
    return reply.redirect(resultUrl(environment, state), 303);
  };
}

type ResultRequest = FastifyRequest<{ Params: { state: string } }>;

function refuseUnknown(): Refused {
  return new Refused(
    {
      status: 404,
      error: 'not_found',
      description: 'This log-in is not known to the demonstration application.',
    },
    {
      rule: 'What a log-in brought is shown to the browser that began it.',
      found: 'a log-in that is too old, or that another browser began',
      expected: 'a log-in of the last two hours, in this browser',
      mend: 'Open /demo and log in again.',
      specification: 'docs/pages.md of the mock',
    },
    'page',
  );
}

function claimsOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

async function showResult(request: ResultRequest, reply: FastifyReply) {
  const visit = await findVisit(request.environment, request.params.state);
  if (!visit || !secretsEqual(demoBrowserOf(request) ?? '', visit.browserId)) throw refuseUnknown();
  const policy = { formTargets: [new URL(logInAction(request.environment)).origin] };
  const { ending } = visit;
  if (!ending) return showPage(reply, 'demo-unfinished', demoUnfinishedPage(request, visit));
  if ('failure' in ending)
    return showPage(reply, 'demo-failure', demoFailurePage(request, visit, ending.failure), policy);
  return showPage(reply, 'demo-success', demoSuccessPage(request, visit, claimsOf(ending.idToken)), policy);
}

function logOut(app: FastifyInstance) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    demandOwnForm(request);
    const { environment } = request;
    const here = await loggedInVisit(environment, demoBrowserOf(request));
    if (!here?.visit.ending || 'failure' in here.visit.ending)
      return reply.redirect(`${environment.prefix}/demo`, 303);
    const { state, visit } = here;
    const { idToken } = here.visit.ending;
    // The application’s own session ends first: whatever becomes of the rest, nobody stays logged in here.
    await keepVisit(environment, state, { ...visit, loggedOut: 'You logged out.' });
    const url = await endSessionUrl({ app, environment }, state, visit, idToken);
    return reply.redirect(url ?? `${environment.prefix}/demo/logged-out?state=${state}`, 303);
  };
}

/** Most logout tokens shown. */
const MOST_SHOWN = 5;

/** How long the page waits for logout tokens that are on their way, in milliseconds. */
const WAIT_MILLISECONDS = 1000;

async function showLoggedOut(request: FastifyRequest, reply: FastifyReply) {
  const { environment } = request;
  const state = queryParametersOf(request).get('state') ?? '';
  const visit = await findVisit(environment, state);
  const isOwn = visit !== undefined && secretsEqual(demoBrowserOf(request) ?? '', visit.browserId);
  await Promise.race([environment.background.settled(), wait(WAIT_MILLISECONDS, undefined, { ref: false })]);
  const tokens = await logoutTokens(environment, MOST_SHOWN);
  const page = demoLoggedOutPage(request, tokens, isOwn ? visit.options : DEFAULT_OPTIONS);
  return showPage(reply, 'demo-logged-out', page);
}

function backChannelLogout(app: FastifyInstance) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const token = formOf(request.body).get('logout_token') ?? '';
    const accepted = await takeLogoutToken({ app, environment: request.environment }, token);
    reply.header('cache-control', 'no-store');
    return accepted ? reply.code(200).send() : reply.code(400).send({ error: 'invalid_request' });
  };
}

/** What answers at each address of the demonstration. */
export const demoHandlers = (app: FastifyInstance) => ({
  showStart: (request: FastifyRequest, reply: FastifyReply) =>
    showStart(request, reply, readOptions(queryParametersOf(request), request.environment)),
  beginLogIn: beginLogIn(app),
  takeCallback: takeCallbackOnce(app),
  showResult,
  logOut: logOut(app),
  showLoggedOut,
  takeLogoutToken: backChannelLogout(app),
});
