/**
 * The demonstration application’s side of OpenID Connect, by openid-client. The library is loaded at the first
 * log-in; it reaches this server in the same process, and each of its calls is kept for the page to show.
 */
import type { FastifyInstance } from 'fastify';
import type { Configuration, CustomFetch, IDToken, ServerMetadata } from 'openid-client';
import { machineNow } from '../environment/clock.ts';
import type { Environment } from '../environment/environment.ts';
import { DEMO_CLIENT_ID } from '../environment/own-clients.ts';
import { scenarioOf } from '../scenarios/catalogue.ts';
import { checkIdToken, checkRole, TOLERANCE_SECONDS } from './checks.ts';
import { failureOf } from './failures.ts';
import { askHere } from './in-process.ts';
import { requestOf } from './options.ts';
import {
  type CalledEndpoint,
  type Ending,
  type Failure,
  MOST_KEPT,
  type ProviderCall,
  type Visit,
} from './visits.ts';

/** The server that answers, and the environment that is asked. */
export interface Surroundings {
  app: FastifyInstance;
  environment: Environment;
}

const library = () => import('openid-client');

const ENDPOINT_ENDS: readonly (readonly [end: string, endpoint: CalledEndpoint])[] = [
  ['/openid-configuration', 'discovery'],
  ['/access_token', 'token'],
  ['/userinfo', 'userinfo'],
];

const endpointOf = (url: string): CalledEndpoint =>
  ENDPOINT_ENDS.find(([end]) => new URL(url).pathname.endsWith(end))?.[1] ?? 'jwks';

/** A scenario of what is published is asked for by the address: nothing else tells which log-in it is for. */
function withScenario(url: string, endpoint: CalledEndpoint, code: string): string {
  if (scenarioOf(code)?.place !== endpoint) return url;
  const address = new URL(url);
  address.searchParams.set('mock_scenario', code);
  return address.href;
}

/** A fetch into this process, which keeps each call in the list. */
function keepingFetch({ app }: Surroundings, calls: ProviderCall[], scenario: string): CustomFetch {
  return async (address, { method, headers, body, signal }) => {
    const endpoint = endpointOf(address);
    const url = withScenario(address, endpoint, scenario);
    const call: ProviderCall = { endpoint, method, url };
    calls.push(call);
    try {
      const answer = await askHere(app, url, {
        method: method === 'POST' ? 'POST' : 'GET',
        headers: Object.fromEntries(new Headers(headers)),
        ...(body === undefined || body === null ? {} : { body: String(body) }),
        ...(signal ? { signal } : {}),
      });
      call.status = answer.status;
      call.contentType = answer.headers.get('content-type') ?? 'none';
      call.body = answer.body.slice(0, MOST_KEPT);
      const isEmpty = answer.status === 204 || answer.status === 304;
      return new Response(isEmpty ? null : answer.body, { status: answer.status, headers: answer.headers });
    } catch (error) {
      call.failure = error instanceof Error ? error.message : String(error);
      throw error;
    }
  };
}

/** What the library needs of the client: its clock is the environment’s, without the skew that others are shown. */
async function clientMetadata({ clock }: Environment) {
  const { clockSkew, clockTolerance } = await library();
  return {
    id_token_signed_response_alg: 'RS256',
    [clockSkew]: Math.round((clock.now() - machineNow()) / 1000),
    [clockTolerance]: TOLERANCE_SECONDS,
  };
}

const clientOf = ({ clients }: Environment) => clients.get(DEMO_CLIENT_ID);

/** How long an answer may take, in seconds: as long as a client’s own address may. */
const timeoutOf = ({ settings }: Environment): number => settings.timeouts.outbound_call_seconds;

/** The members of the discovery document that the application cannot do without. */
const NEEDED = ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri'] as const;

/** Reads the discovery document, or says why it cannot be used. */
export async function discover(
  surroundings: Surroundings,
  calls: ProviderCall[],
  scenario: string,
): Promise<{ provider: ServerMetadata } | { failure: Failure }> {
  const { environment } = surroundings;
  const openid = await library();
  try {
    const configuration = await openid.discovery(
      new URL(environment.issuer),
      DEMO_CLIENT_ID,
      undefined,
      undefined,
      {
        [openid.customFetch]: keepingFetch(surroundings, calls, scenario),
        execute: [openid.allowInsecureRequests],
        timeout: timeoutOf(environment),
      },
    );
    const provider: ServerMetadata = { ...configuration.serverMetadata() };
    const missing = NEEDED.filter((name) => typeof provider[name] !== 'string');
    if (missing.length === 0) return { provider };
    const reason = `The discovery document lacks ${missing.join(' and ')}.`;
    return { failure: { kind: 'discovery_refused', reason } };
  } catch (error) {
    return { failure: failureOf(error, calls.at(-1)) };
  }
}

/** What is secret of a log-in, and kept until its callback. */
export async function freshSecrets() {
  const { randomNonce, randomPKCECodeVerifier } = await library();
  return { nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
}

async function configurationOf(
  surroundings: Surroundings,
  provider: ServerMetadata,
  visit: Visit,
): Promise<Configuration> {
  const { environment } = surroundings;
  const openid = await library();
  const secret = clientOf(environment)?.client_secret;
  const configuration = new openid.Configuration(
    provider,
    DEMO_CLIENT_ID,
    await clientMetadata(environment),
    secret === undefined ? openid.None() : openid.ClientSecretPost(secret),
  );
  configuration[openid.customFetch] = keepingFetch(surroundings, visit.calls, visit.options.scenario);
  configuration.timeout = timeoutOf(environment);
  openid.allowInsecureRequests(configuration);
  // Without it the library would not look at the signature of a token that came from the token endpoint itself.
  openid.enableNonRepudiationChecks(configuration);
  return configuration;
}

const redirectUriOf = (environment: Environment): string => clientOf(environment)?.redirect_uris[0] ?? '';

/** Where the browser is sent to log in. */
export async function authorizationUrl(
  surroundings: Surroundings,
  provider: ServerMetadata,
  state: string,
  visit: Visit,
): Promise<string> {
  const openid = await library();
  const configuration = await configurationOf(surroundings, provider, visit);
  const url = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUriOf(surroundings.environment),
    state,
    nonce: visit.nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(visit.codeVerifier),
    code_challenge_method: 'S256',
    ...requestOf(visit.options),
  });
  return url.href;
}

/** Takes the callback: redeems the code, verifies the ID token, asks UserInfo, and checks what both say. */
export async function takeCallback(
  surroundings: Surroundings,
  provider: ServerMetadata,
  state: string,
  visit: Visit,
): Promise<Ending> {
  const openid = await library();
  const { environment } = surroundings;
  const earlier = visit.calls.length;
  try {
    const configuration = await configurationOf(surroundings, provider, visit);
    const address = new URL(redirectUriOf(environment));
    address.search = new URLSearchParams(visit.callback).toString();
    const tokens = await openid.authorizationCodeGrant(configuration, address, {
      expectedState: state,
      expectedNonce: visit.nonce,
      pkceCodeVerifier: visit.codeVerifier,
      idTokenExpected: true,
    });
    if (tokens.token_type !== 'bearer') {
      const reason = `The token_type is ${tokens.token_type}; the application uses bearer alone.`;
      return { failure: { kind: 'tokens_incomplete', reason } };
    }
    const claims = tokens.claims() as IDToken;
    const failure = checkIdToken({
      claims,
      accessToken: tokens.access_token,
      clientId: DEMO_CLIENT_ID,
      options: visit.options,
      now: Math.floor(environment.clock.now() / 1000),
      askedAt: Math.floor(visit.startedAt / 1000),
    });
    if (failure) return { failure };
    const userInfo = await openid.fetchUserInfo(configuration, tokens.access_token, claims.sub);
    const withoutRole = checkRole(claims, userInfo, visit.options);
    if (withoutRole) return { failure: withoutRole };
    const { sid } = claims;
    return {
      idToken: tokens.id_token ?? '',
      sub: claims.sub,
      ...(typeof sid === 'string' ? { sid } : {}),
    };
  } catch (error) {
    return { failure: failureOf(error, visit.calls.slice(earlier).at(-1)) };
  }
}

/** Where the browser is sent to log out; undefined where the provider has no such address. */
export async function endSessionUrl(
  surroundings: Surroundings,
  state: string,
  visit: Visit,
  idToken: string,
): Promise<string | undefined> {
  const { provider } = visit;
  const [goodbye] = clientOf(surroundings.environment)?.post_logout_redirect_uris ?? [];
  if (provider?.end_session_endpoint === undefined || goodbye === undefined) return undefined;
  const { buildEndSessionUrl } = await library();
  const configuration = await configurationOf(surroundings, provider, visit);
  const asked = { id_token_hint: idToken, post_logout_redirect_uri: goodbye, state };
  return buildEndSessionUrl(configuration, asked).href;
}
