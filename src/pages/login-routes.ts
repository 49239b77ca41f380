/** The log-in as a browser walks through it. One URL shows where it stands; each form carries it on. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from '../environment/environment.ts';
import { inRealm } from '../environment/named-by-request.ts';
import { otherRealmOf } from '../environment/realms.ts';
import type { Stored } from '../environment/store.ts';
import type { HeadlessPersona } from '../login/authorization-request.ts';
import { LOGINS, type Login } from '../login/login.ts';
import type { FailureCode } from '../login/outcomes.ts';
import { browserIdOf, sessionIdOf, setSession } from '../oidc/cookies.ts';
import { demandOwnForm } from '../oidc/own-forms.ts';
import { encodingFault } from '../oidc/parameter-faults.ts';
import { formOf } from '../oidc/parameters.ts';
import { beginLogin, carryOn, clientOf, failureRedirect, judge, type Progress } from '../oidc/progress.ts';
import { secretsEqual } from '../oidc/secrets.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { LOGIN_FORMS, type LoginForm } from './login-forms.ts';
import { currentStep, loginUrl, showLogin } from './login-pages.ts';
import { refuse, refuseBrowser, refuseOutOfTurn, refuseRaced, refuseUnknown } from './login-refusals.ts';

type LoginRequest = FastifyRequest<{ Params: { loginId: string } }>;

interface Found {
  stored: Stored<Login>;
  client: Client;
}

/** The log-in of the address, if this browser began it. From here on the request is in the realm of that log-in. */
async function findLogin(request: LoginRequest): Promise<Found> {
  if (request.method === 'POST') demandOwnForm(request);
  const { environment } = request;
  const stored = await environment.store.get(LOGINS, request.params.loginId);
  const client = stored && clientOf(stored.value.request, environment);
  if (!stored || !client) throw refuseUnknown();
  const browserId = browserIdOf(request);
  if (browserId === undefined || !secretsEqual(browserId, stored.value.browserId)) {
    throw refuseBrowser(browserId !== undefined, stored.value);
  }
  const realm = otherRealmOf(stored.value.request.realm ?? '');
  if (realm) request.environment = inRealm(realm, environment);
  return { stored, client };
}

/** Where the log-in really is, unless it is over. */
const whereItIs = (environment: Environment, login: Login) =>
  login.ended?.decision.outcome === 'authenticated' ? undefined : loginUrl(environment, login);

/** Shows where a log-in stands: here at its own address, elsewhere by a redirect to it. */
export function showProgress(request: FastifyRequest, reply: FastifyReply, progress: Progress) {
  if (progress.kind === 'overtaken') throw refuseRaced(urlOfForm(request));
  const status = request.method === 'POST' ? 303 : 302;
  if (progress.kind === 'redirect') {
    if (progress.sessionId !== undefined) setSession(request, reply, progress.sessionId);
    reply.header('cache-control', 'no-store').header('x-mock-cis2-outcome', progress.outcome);
    return reply.redirect(progress.location, status);
  }
  const { login } = progress;
  // Without pages there is no address to go to first: the authorization endpoint itself shows how it ended.
  if (login.ended && request.method === 'GET') return showLogin(request, reply, login);
  return reply.redirect(loginUrl(request.environment, login), status);
}

/** Where a log-in stands by whose form this is. */
function urlOfForm({ environment, url }: FastifyRequest): string | undefined {
  const id = /\/login\/([\w-]+)/.exec(url)?.[1];
  return id === undefined ? undefined : `${environment.prefix}/login/${id}`;
}

async function showWhereItStands(request: LoginRequest, reply: FastifyReply) {
  const { stored, client } = await findLogin(request);
  const { environment } = request;
  const login = stored.value;
  if (login.ended?.decision.outcome === 'authenticated') {
    throw refuseOutOfTurn('a log-in that has ended as authenticated', 'a log-in under way', undefined, login);
  }
  if (login.ended || !(await judge(login, client, environment))) return showLogin(request, reply, login);
  const progress = await carryOn(carrying(request, client), stored, login);
  // Two looks at once may both find that it is over; the second looks again.
  return progress.kind === 'overtaken'
    ? reply.redirect(loginUrl(environment, login), 302)
    : showProgress(request, reply, progress);
}

/** Where a log-in stands, for its own page to look: nothing is carried on and nothing is journalled by it. */
async function tellStep(request: LoginRequest, reply: FastifyReply) {
  const { stored, client } = await findLogin(request);
  const { environment } = request;
  const login = stored.value;
  const decision = login.ended ? undefined : await judge(login, client, environment);
  const step = decision?.outcome ?? currentStep(login, client, environment);
  return reply.header('cache-control', 'no-store').send({ step });
}

function carrying(request: FastifyRequest, client: Client) {
  const sessionId = sessionIdOf(request);
  const { environment } = request;
  return { environment, client, requestId: request.id, ...(sessionId === undefined ? {} : { sessionId }) };
}

function takeForm(form: LoginForm) {
  return async function take(request: LoginRequest, reply: FastifyReply) {
    const { stored, client } = await findLogin(request);
    const { environment } = request;
    const login = stored.value;
    const parameters = formOf(request.body);
    const fault = encodingFault(parameters);
    if (fault) throw refuse(400, fault.description, fault.refusal, login, loginUrl(environment, login));
    // What the clock or a call has decided meanwhile comes before what the form says, and before whose turn it is.
    if (!login.ended && (await judge(login, client, environment))) {
      return showProgress(request, reply, await carryOn(carrying(request, client), stored, login));
    }
    const step = currentStep(login, client, environment);
    if (login.ended || step !== form.step) {
      throw refuseOutOfTurn(
        `the form of ${form.step}, at ${step}`,
        `the form of ${step}, if it has one`,
        whereItIs(environment, login),
        login,
      );
    }
    const taken = form.take(login, parameters, environment);
    if ('again' in taken) return showLogin(request, reply, login, taken.again);
    environment.journal.record({
      request_id: request.id,
      login_id: login.id,
      client_id: login.request.clientId,
      kind: 'step_taken',
      explanation: `The form of ${form.step} was sent.`,
      details: parameters.all(),
    });
    return showProgress(request, reply, await carryOn(carrying(request, client), stored, taken.login));
  };
}

/** A log-in that ended on a failure page, with what failed. */
async function findFailed(request: LoginRequest): Promise<Found & { outcome: FailureCode }> {
  const found = await findLogin(request);
  const login = found.stored.value;
  const outcome = login.ended?.decision.outcome;
  if (outcome !== undefined && outcome !== 'authenticated') return { ...found, outcome };
  throw refuseOutOfTurn(
    'a log-in that has not failed',
    'a log-in that ended on a failure page',
    whereItIs(request.environment, login),
    login,
  );
}

/** Whether the persona of a log-in without pages is still there: the control API may have removed it. */
function isKnown({ account, uid }: HeadlessPersona, { directory }: Environment): boolean {
  return account === undefined
    ? uid !== undefined && directory.person(uid) !== undefined
    : directory.nhsmailAccount(account) !== undefined;
}

/** Begins a fresh log-in for the same authorization request. */
async function beginAgain(request: LoginRequest, reply: FastifyReply, withPages: boolean) {
  const { stored, client } = await findFailed(request);
  const login = stored.value;
  // mock_scenario was for the log-in that ended: this is another one.
  const { headless, scenario: _scenario, ...onPages } = login.request;
  const again = headless && isKnown(headless, request.environment) ? { ...onPages, headless } : onPages;
  const progress = await beginLogin({
    ...carrying(request, client),
    request: withPages ? onPages : again,
    browserId: login.browserId,
    faultsMet: login.faultsMet + (login.ended?.decision.scenario ? 1 : 0),
  });
  return showProgress(request, reply, progress);
}

async function returnToApplication(request: LoginRequest, reply: FastifyReply) {
  const { stored, outcome } = await findFailed(request);
  return reply.redirect(failureRedirect(stored.value, outcome, request.environment).location, 303);
}

async function leadBack(request: LoginRequest, reply: FastifyReply) {
  return reply.redirect(
    `${request.environment.prefix}/login/${encodeURIComponent(request.params.loginId)}`,
    302,
  );
}

export function registerLoginRoutes(app: FastifyInstance) {
  const path = '/login/:loginId';
  app.get(path, { exposeHeadRoute: false }, showWhereItStands);
  app.get(`${path}/step`, tellStep);
  for (const form of LOGIN_FORMS) {
    app.post(`${path}${form.path}`, takeForm(form));
    // The address bar shows a form’s own path after an error in it; asked for again, it leads back to the log-in.
    app.get(`${path}${form.path}`, leadBack);
  }
  app.post(`${path}/try-again`, (request: LoginRequest, reply) => beginAgain(request, reply, false));
  app.post(`${path}/different-way`, (request: LoginRequest, reply) => beginAgain(request, reply, true));
  app.post(`${path}/return`, returnToApplication);
}
