/**
 * The demonstration application’s memory: one visit for each log-in, by its state, so that several tabs do not
 * disturb each other; and for each browser, which visit logged it in. All of it is in the environment’s store.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerMetadata } from 'openid-client';
import type { Environment } from '../environment/environment.ts';
import { recordKind } from '../environment/store.ts';
import { cookieOf, giveCookie } from '../oidc/cookies.ts';
import { randomId } from '../oidc/secrets.ts';
import type { DemoOptions } from './options.ts';
import type { FailureKind } from './wording.ts';

/** An endpoint of the provider that an application’s server calls. */
export type CalledEndpoint = 'discovery' | 'token' | 'jwks' | 'userinfo';

/** A call of the application’s server, and what came of it. */
export interface ProviderCall {
  endpoint: CalledEndpoint;
  method: string;
  url: string;
  /** Left out where no answer came. */
  status?: number;
  contentType?: string;
  /** What arrived, at most MOST_KEPT characters of it. */
  body?: string;
  /** Why no answer came. */
  failure?: string;
}

/** Of the body of one answer, in characters. */
export const MOST_KEPT = 60_000;

/** Why a log-in failed: what the application tells the person, and the exact reason for those who run it. */
export interface Failure {
  kind: FailureKind;
  reason: string;
  /** The OAuth error that was sent, where one was. */
  error?: string;
  errorDescription?: string;
}

/** How a visit ended: logged in, with the ID token for logging out, or failed. */
export type Ending = { idToken: string; sub: string; sid?: string } | { failure: Failure };

export interface Visit {
  browserId: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  options: DemoOptions;
  nonce: string;
  codeVerifier: string;
  /** What discovery said when the log-in began; left out where it could not be used. */
  provider?: ServerMetadata;
  /** The parameters that the browser brought back, in order. From then on no callback is taken any more. */
  callback?: [name: string, value: string][];
  calls: ProviderCall[];
  /** The mock’s own id of the log-in, for its journal. */
  loginId?: string;
  ending?: Ending;
  /** Set once a logout token, or the person, ended what the visit began. */
  loggedOut?: string;
}

/** Most visits that an environment keeps; beyond it the oldest go. */
const MOST_VISITS = 2000;

export const VISITS = recordKind<Visit>('demo_visit', MOST_VISITS);

/** The visit that logged a browser in, by the browser’s id. */
export const LOGGED_IN = recordKind<string>('demo_logged_in', MOST_VISITS);

/** How long a visit, and with it being logged in, is remembered, in seconds. */
const KEPT_SECONDS = 7200;

export const expiryOf = ({ clock }: Environment): number => clock.now() + KEPT_SECONDS * 1000;

export async function findVisit({ store }: Environment, state: string): Promise<Visit | undefined> {
  return (await store.get(VISITS, state))?.value;
}

/** Writes over what is there, whatever it was. */
export async function keepVisit(environment: Environment, state: string, visit: Visit): Promise<void> {
  const { store } = environment;
  const stored = await store.get(VISITS, state);
  const kept = stored
    ? await store.replace(VISITS, state, { revision: stored.revision, value: visit }, expiryOf(environment))
    : await store.add(VISITS, state, visit, expiryOf(environment));
  if (!kept) await keepVisit(environment, state, visit);
}

/** The visit that this browser is logged in by, with its state; undefined where it is not logged in. */
export async function loggedInVisit(
  environment: Environment,
  browserId: string | undefined,
): Promise<{ state: string; visit: Visit } | undefined> {
  if (browserId === undefined) return undefined;
  const state = (await environment.store.get(LOGGED_IN, browserId))?.value;
  const visit = state === undefined ? undefined : await findVisit(environment, state);
  return state !== undefined && visit && visit.loggedOut === undefined ? { state, visit } : undefined;
}

export async function setLoggedIn(environment: Environment, browserId: string, state: string) {
  const { store } = environment;
  await store.remove(LOGGED_IN, browserId);
  await store.add(LOGGED_IN, browserId, state, expiryOf(environment));
}

const COOKIE = 'mock_cis2_demo';

export const demoBrowserOf = (request: FastifyRequest) => cookieOf(request, COOKIE);

/** The browser’s id; a browser without one is given one. */
export function giveBrowser(request: FastifyRequest, reply: FastifyReply): string {
  const known = demoBrowserOf(request);
  if (known !== undefined) return known;
  const id = randomId();
  giveCookie(request, reply, COOKIE, id, '/demo');
  return id;
}
