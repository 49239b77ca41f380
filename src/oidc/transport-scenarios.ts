/**
 * Transport scenarios: before an endpoint looks at a request, it may be answered late, otherwise, by half or not at all.
 * A request that was not looked at has used nothing up: its code is still good when it comes again.
 */
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify';
import { ENDPOINT_PATHS, type EndpointPath, HEALTHCARE, pathIn } from '../environment/realms.ts';
import type { Candidate } from '../scenarios/choice.ts';
import type { Endpoint, Transport } from '../scenarios/scenario.ts';
import { type AnswerAbout, contextOf, isUndisturbed, scenarioAt } from './apply-scenario.ts';
import { bearerOf } from './bearer.ts';
import { readCredentials } from './client-credentials.ts';
import { grantBroughtBy } from './grant-brought.ts';
import { personNamed, readScenario } from './mock-parameters.ts';
import { formOf, type Parameters, queryParametersOf } from './parameters.ts';
import { send } from './send.ts';
import { aboutGrant } from './tokens.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** A scenario lets only the first half of the answer arrive. */
    isTruncated: boolean;
  }
}

const ENDPOINTS: Readonly<Record<EndpointPath, Endpoint>> = {
  '/.well-known/openid-configuration': 'discovery',
  '/connect/jwk_uri': 'jwks',
  '/authorize': 'authorize',
  '/access_token': 'token',
  '/userinfo': 'userinfo',
  '/connect/endSession': 'end_session',
  '/token/revoke': 'revoke',
  '/introspect': 'introspect',
};

/** The endpoints by their routes. */
const BY_ROUTE: ReadonlyMap<string, Endpoint> = new Map(
  ENDPOINT_PATHS.map((path) => [pathIn(HEALTHCARE, path), ENDPOINTS[path]]),
);

/** The client that says it calls, not yet believed. */
async function callerOf(form: Parameters, header: string | undefined): Promise<string | undefined> {
  const credentials = await readCredentials(form, header);
  return 'clientId' in credentials ? credentials.clientId : undefined;
}

/** Undefined where no scenario can act, whoever calls: then it need not be known who does. */
async function aboutProgram(request: FastifyRequest): Promise<AnswerAbout | undefined> {
  const { environment } = request;
  const { authorization } = request.headers;
  const form = formOf(request.method === 'POST' ? request.body : undefined);
  const bearer = bearerOf(authorization);
  const grant = await grantBroughtBy(environment, form, bearer);
  if (isUndisturbed('transport', environment, { requested: grant?.scenario })) return undefined;
  const subject = { request_id: request.id };
  if (grant) return aboutGrant(grant, subject);
  const clientId = await callerOf(form, bearer === undefined ? authorization : undefined);
  return { subject, ...(clientId === undefined ? {} : { clientId }) };
}

/** A browser’s request says itself which client, persona and scenario it is for. */
function aboutBrowser(request: FastifyRequest): AnswerAbout {
  const parameters = request.method === 'POST' ? formOf(request.body) : queryParametersOf(request);
  const clientId = parameters.get('client_id');
  const login = parameters.get('mock_login');
  const uid = login === undefined ? undefined : personNamed(login, request.environment)?.uid;
  const requested = readScenario(parameters);
  return {
    subject: { request_id: request.id },
    ...(clientId === undefined ? {} : { clientId }),
    ...(uid === undefined ? {} : { uid }),
    ...(login === undefined ? {} : { account: login }),
    ...(requested ? { requested } : {}),
  };
}

const BROWSER_ENDPOINTS: readonly Endpoint[] = ['authorize', 'end_session'];

async function transport(request: FastifyRequest, reply: FastifyReply) {
  const { environment, route, method } = request;
  const endpoint = BY_ROUTE.get(route);
  // A browser that asks whether a page may call has called nothing yet.
  if (endpoint === undefined || method === 'OPTIONS') return;
  const about = BROWSER_ENDPOINTS.includes(endpoint) ? aboutBrowser(request) : await aboutProgram(request);
  if (!about) return;
  const candidate = await scenarioAt('transport', environment, about, endpoint);
  if (candidate?.scenario.place !== 'transport') return;
  await act(candidate.scenario.transport, { request, reply, candidate, about });
}

interface Scene {
  request: FastifyRequest;
  reply: FastifyReply;
  candidate: Candidate;
  about: AnswerAbout;
}

async function act(what: Transport, { request, reply, candidate, about }: Scene) {
  if (what.does === 'delay')
    await wait(Number(candidate.parameters['seconds']) * 1000, undefined, { ref: false });
  if (what.does === 'truncate') request.isTruncated = true;
  if (what.does === 'answer')
    await send(reply, what.answer(await contextOf(candidate, about, request.environment)));
  if (what.does === 'drop') {
    reply.hijack();
    reply.raw.destroy();
  }
}

/** The first half of an answer that announces the whole of it, then the end of the connection. */
const truncated: onSendHookHandler = (request, reply, payload, done) => {
  if (!request.isTruncated || typeof payload !== 'string') return done();
  const whole = Buffer.from(payload);
  reply.header('content-length', whole.length).header('connection', 'close');
  // As a stream, since of a text the framework would announce the half that it sends.
  done(null, Readable.from([whole.subarray(0, Math.ceil(whole.length / 2))]));
};

/** For every route of the provider’s endpoints in this scope. */
export function registerTransportScenarios(scope: FastifyInstance) {
  scope.decorateRequest('isTruncated', false);
  scope.addHook('preHandler', transport);
  scope.addHook('onSend', truncated);
}
