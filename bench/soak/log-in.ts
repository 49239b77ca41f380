/** One log-in as an application and a browser have it, and what must be true of it. */
import { randomBytes } from 'node:crypto';
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { SoakPersona } from './people.ts';
import type { Random } from './random.ts';
import { type Answer, ask, hold, membersOf, type Question, type Target } from './target.ts';

export const REALM = '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';
export const CLIENT = { client_id: 'soak-client', client_secret: 'soak-secret' };
export const REDIRECT_URI = 'http://localhost:3000/callback';

/** Seconds that the two clocks may be apart while a busy machine answers. */
const TOLERANCE_SECONDS = 60;

/** A scenario of the catalogue. */
export interface CatalogueScenario {
  code: string;
  place: string;
  endpoint: string;
}

/** Where a log-in happens: a mock, and an environment of it by its prefix. */
export interface Place {
  target: Target;
  /** Empty for the default environment. */
  prefix: string;
  random: Random;
}

export const issuerAt = ({ target, prefix }: Place) => `${target.publicOrigin}${prefix}${REALM}`;

export const askAt = ({ target, random, prefix }: Place, path: string, question?: Question) =>
  ask(target, random, `${prefix}${path}`, question);

export interface Asked {
  persona: SoakPersona;
  scenario?: CatalogueScenario;
}

/** A log-in that has come back, with its callback’s parameters. */
export interface CameBack extends Asked {
  outcome: string;
  /** Undefined where the person was left on a page. */
  callback?: URLSearchParams;
  state: string;
  nonce: string;
}

const fails = ({ scenario }: Asked, endpoint: string) => scenario?.endpoint === endpoint;

/** The parameters of an authorization request, with secrets of its own. */
export function authorizationRequest() {
  const [state, nonce] = [randomBytes(12).toString('hex'), randomBytes(12).toString('hex')];
  const request = {
    client_id: CLIENT.client_id,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid profile email nationalrbacaccess associatedorgs selectedrole',
    state,
    nonce,
  };
  return { state, nonce, request };
}

/** What the answer that ended a log-in must be, whoever it was. */
export function cameBack(answer: Answer, asked: Asked, secrets: { state: string; nonce: string }): CameBack {
  const location = answer.headers.get('location');
  const outcome = answer.headers.get('x-mock-cis2-outcome') ?? 'refused';
  const { persona, scenario } = asked;
  const who = `${persona.login}${scenario ? ` with ${scenario.code}` : ''}`;
  if (!scenario)
    hold(persona.outcomes.includes(outcome), `${who} ended as ${outcome} (${answer.status}, ${location})`);
  if (location === null) return { ...asked, ...secrets, outcome };
  hold(location.startsWith(`${REDIRECT_URI}?`), `${who} was sent to ${location}`);
  const callback = new URL(location).searchParams;
  hold(outcome === 'authenticated' || !callback.has('code'), `${who} ended as ${outcome} with a code`);
  if (!scenario) hold(callback.get('state') === secrets.state, `${who} came back with another state`);
  return { ...asked, ...secrets, outcome, callback };
}

/** Logs somebody in without pages. */
export async function logInWithoutPages(place: Place, asked: Asked): Promise<CameBack> {
  const { request, ...secrets } = authorizationRequest();
  const query = new URLSearchParams({
    ...request,
    mock_login: asked.persona.login,
    ...(asked.scenario ? { mock_scenario: asked.scenario.code } : {}),
    ...(place.random.chance(0.5) ? { mock_on_failure: 'redirect' } : {}),
  });
  const mayFail = fails(asked, 'authorize');
  const answer = await askAt(place, `${REALM}/authorize?${query}`, { mayFail });
  return cameBack(answer, asked, secrets);
}

export const redeem = (place: Place, code: string, mayFail = false) =>
  askAt(place, `${REALM}/access_token`, {
    method: 'POST',
    form: { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, ...CLIENT },
    mayFail,
  });

export async function keySetAt(place: Place): Promise<JSONWebKeySet> {
  const answer = await askAt(place, `${REALM}/connect/jwk_uri`);
  hold(answer.status === 200, `the JWKS was answered with ${answer.status}`);
  return JSON.parse(answer.text);
}

/** Verifies a JWT by the published keys. The time is that of the environment, in milliseconds since 1970. */
export async function verify(place: Place, token: string, now = Date.now()): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(await keySetAt(place)), {
      issuer: issuerAt(place),
      audience: CLIENT.client_id,
      algorithms: ['RS256'],
      currentDate: new Date(now),
      clockTolerance: TOLERANCE_SECONDS,
    });
    return payload;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    hold(false, `a token does not verify at ${place.target.name}${place.prefix}: ${error.message}: ${token}`);
  }
}

/** What came of redeeming. */
export interface Tokens {
  accessToken: string;
  refreshToken?: string;
  claims?: JWTPayload;
}

/** At these places a scenario may make an ID token that does not verify, or none. */
const MAY_SPOIL_ID_TOKEN = ['id_token', 'token_response'];

/** Redeems the code of a log-in, and verifies what comes. */
export async function takeTokens(place: Place, back: CameBack, now?: number): Promise<Tokens | undefined> {
  const code = back.callback?.get('code');
  const isPlain = back.scenario === undefined;
  hold(!isPlain || back.outcome !== 'authenticated' || Boolean(code), 'an authenticated log-in had no code');
  if (!code) return undefined;
  const answer = await redeem(place, code, fails(back, 'token'));
  const { access_token: accessToken, id_token: idToken, refresh_token: refreshToken } = membersOf(answer);
  if (isPlain)
    hold(
      answer.status === 200,
      `the code of a good log-in was answered with ${answer.status} ${answer.text}`,
    );
  if (answer.status !== 200) return undefined;
  hold(back.outcome === 'authenticated', `there were tokens for a log-in that ended as ${back.outcome}`);
  if (typeof accessToken !== 'string') {
    hold(!isPlain, `there is no access token: ${answer.text}`);
    return undefined;
  }
  const tokens = { accessToken, ...(typeof refreshToken === 'string' ? { refreshToken } : {}) };
  if (MAY_SPOIL_ID_TOKEN.includes(back.scenario?.place ?? '') || fails(back, 'token')) return tokens;
  hold(typeof idToken === 'string', `there is no ID token: ${answer.text}`);
  const claims = await verify(place, idToken, now);
  hold(claims['nonce'] === back.nonce, 'the ID token has the nonce of another log-in');
  return { ...tokens, claims };
}

const userInfo = (place: Place, accessToken: string, mayFail = false) =>
  askAt(place, `${REALM}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` }, mayFail });

/** Asks UserInfo, which must be of the same person. */
export async function checkUserInfo(place: Place, back: CameBack, { accessToken, claims }: Tokens) {
  const answer = await userInfo(place, accessToken, fails(back, 'userinfo'));
  if (back.scenario || !claims) return;
  hold(answer.status === 200, `UserInfo was answered with ${answer.status} ${answer.text.slice(0, 300)}`);
  hold(membersOf(answer)['sub'] === claims.sub, 'UserInfo is of somebody else');
}

/** Redeems the code once more: it brings nothing, and takes back what it brought (RFC 6749 section 4.1.2). */
export async function checkCodeIsSpent(place: Place, back: CameBack, { accessToken }: Tokens) {
  const what = `by ${back.persona.login} with ${back.scenario?.code ?? 'no scenario'}`;
  const again = await redeem(place, back.callback?.get('code') ?? '', fails(back, 'token'));
  hold(!('access_token' in membersOf(again)), `a code was redeemed twice ${what}`);
  if (fails(back, 'token') || fails(back, 'userinfo')) return;
  const { status } = await userInfo(place, accessToken);
  hold(status === 401, `UserInfo was answered with ${status} after a code had come twice, ${what}`);
}
