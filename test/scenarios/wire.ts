/**
 * What comes over the wire in a log-in, such that two log-ins can be compared member by member: what is random by
 * nature is checked against what it belongs to, and then stands there by its name.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { LightMyRequestResponse } from 'fastify';
import { compactVerify, decodeProtectedHeader, importJWK, type JSONWebKeySet } from 'jose';
import { expect } from 'vitest';
import { CATALOGUE } from '../../src/scenarios/catalogue.ts';
import type { Place } from '../../src/scenarios/scenario.ts';
import { eventsOf, userInfo } from '../oidc/support.ts';
import {
  browser,
  CLIENT,
  callback,
  claimsOf,
  locationOf,
  logIn,
  type Mock,
  REALM,
  redeem,
  START,
} from '../support/mock.ts';

export const ISSUER = `http://localhost:8585${REALM}`;

/** START in seconds since 1970, as tokens count. */
export const NOW = START / 1000;

/** Three roles at two organisations, and every claim that can be granted. */
export const PERSONA = 'robin.roles@nhs.net';
export const SCOPE = 'openid profile email nhsperson nationalrbacaccess associatedorgs selectedrole';

/** What stands in a comparison for a member that is not there. */
export const ABSENT = '(absent)';

/** 32 random bytes, 20 bytes of a key id, 16 bytes of a hash: each in the form of the real one. */
export const RANDOM_ID = expect.stringMatching(/^[\w-]{43}$/);
export const KEY_ID = expect.stringMatching(/^[A-Za-z0-9+/]{27}=$/);
export const HASH = expect.stringMatching(/^[\w-]{21}[AQgw]$/);
export const SID = expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/);
export const HTML_PAGE = expect.stringMatching(/^<!DOCTYPE html>\n<html lang="en">[\s\S]*<\/html>\n$/);

export type Parameters = Readonly<Record<string, string | undefined>>;
export type Members = Readonly<Record<string, unknown>>;

export const codesAt = (place: Place): string[] =>
  CATALOGUE.filter((scenario) => scenario.place === place).map(({ code }) => code);

/** The row of a table; a scenario without one is a scenario without a test. */
export function rowOf<T>(rows: Readonly<Record<string, T>>, code: string): T {
  const row = rows[code];
  if (row === undefined) throw new Error(`${code} has no row here, so nothing shows it on the wire`);
  return row;
}

/** Every row is a scenario of this place, so that none is left of one that is gone. */
export const strayRows = (rows: Members, place: Place): string[] =>
  Object.keys(rows).filter((code) => !codesAt(place).includes(code));

const membersOf = (value: unknown): Members | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;

/** The members that differ, by their path, as the second has them. What has no member in common differs as a whole. */
export function differences(right: unknown, other: unknown, path = ''): Members {
  if (isDeepStrictEqual(right, other)) return {};
  const [ofRight, ofOther] = [membersOf(right), membersOf(other)];
  const names = ofRight && ofOther ? [...new Set([...Object.keys(ofRight), ...Object.keys(ofOther)])] : [];
  if (!names.some((name) => ofRight && name in ofRight && ofOther && name in ofOther))
    return { [path]: other };
  const at = (members: Members | undefined, name: string) =>
    members && name in members ? members[name] : ABSENT;
  return Object.assign(
    {},
    ...names.map((name) =>
      differences(at(ofRight, name), at(ofOther, name), path === '' ? name : `${path}.${name}`),
    ),
  );
}

/** Puts a path before every name. */
export const below = (path: string, members: Members): Members =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [`${path}.${name}`, value]));

/** In every answer, and another in each. */
const OF_THE_MOMENT = ['x-mock-cis2-request-id', 'date', 'content-length', 'set-cookie'];

/** Status, headers and body of an answer; a body in JSON is read. */
export function answerOf(response: LightMyRequestResponse) {
  const { statusCode: status, headers, body } = response;
  expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
  return {
    status,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_MOMENT.includes(name))),
    body: /^application\/json\b/.test(String(headers['content-type'])) ? response.json<unknown>() : body,
  };
}

/** Where log-ins go, the kid of its signing key as the file of tests began, and the secret of the client. */
export interface Provider {
  mock: Mock;
  kid: string;
  secret: string;
}

export const jwksOf = async ({ app }: Mock): Promise<JSONWebKeySet> =>
  (await app.inject(`${REALM}/connect/jwk_uri`)).json();

export async function providerOf(mock: Mock, secret = CLIENT.client_secret): Promise<Provider> {
  const keys = (await mock.app.inject('/_mock/keys')).json<{ kid: string; status: string }[]>();
  return { mock, kid: keys.find(({ status }) => status === 'active')?.kid ?? '', secret };
}

type Key = Awaited<ReturnType<typeof importJWK>>;

const verifies = (jwt: string, key: Key, alg: string): Promise<boolean> =>
  compactVerify(jwt, key, { algorithms: [alg] }).then(
    () => true,
    () => false,
  );

/** Whose signature a JWT really has, whatever its header says of the key. */
async function signatureOf({ mock, kid, secret }: Provider, jwt: string): Promise<string> {
  const { alg = '' } = decodeProtectedHeader(jwt);
  const length = Buffer.from(jwt.split('.')[2] ?? '', 'base64url').length;
  if (length === 0) return 'none';
  if (alg.startsWith('HS')) {
    return (await verifies(jwt, Buffer.from(secret), alg)) ? `${alg} by the client secret` : 'by no secret';
  }
  for (const jwk of (await jwksOf(mock)).keys) {
    if (jwk.use !== 'sig' || !(await verifies(jwt, await importJWK(jwk, alg), alg))) continue;
    return `${alg} by ${jwk.kid === kid ? 'the key' : `the published key ${jwk.kid}`}`;
  }
  return `${length} bytes by no published key`;
}

/** A JWT taken apart. `named` are values that it should have, each with its name. */
export async function tokenOf(provider: Provider, jwt: string, named: Readonly<Record<string, string>>) {
  const { kid, ...header } = decodeProtectedHeader(jwt);
  const claims = Object.entries(claimsOf(jwt)).map(([name, value]) => [
    name,
    typeof value === 'string' && Object.hasOwn(named, value) ? `(${named[value]})` : value,
  ]);
  return {
    header: { ...header, ...(kid === undefined ? {} : { kid: kid === provider.kid ? '(the key)' : kid }) },
    claims: Object.fromEntries(claims) as Members,
    signature: await signatureOf(provider, jwt),
  };
}

/** base64url of the left half of the SHA-256 (OpenID Connect Core section 3.1.3.6). */
const leftHalf = (text: string) =>
  createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');

interface TokenBody {
  access_token?: string;
  id_token?: string;
}

/** The sid that a log-in’s session gave its client. */
async function sidOf({ mock }: Provider, answer: LightMyRequestResponse): Promise<string> {
  const [started] = await eventsOf(mock, answer, 'session_started');
  return String(started?.details?.['sid']);
}

async function tokenAnswerOf(
  provider: Provider,
  response: LightMyRequestResponse,
  known: { code: string; sid: string },
) {
  const answer = answerOf(response);
  const tokens = membersOf(answer.body) as TokenBody | undefined;
  if (!tokens) return answer;
  const { access_token: accessToken, id_token: idToken } = tokens;
  const named = {
    [leftHalf(accessToken ?? '')]: 'hash of the access token',
    [leftHalf(known.code)]: 'hash of the code',
    [known.sid]: 'the sid',
    [leftHalf(known.sid)]: 'hash of the sid',
  };
  const token = idToken === undefined ? undefined : await tokenOf(provider, idToken, named);
  const audit = token?.claims['auditTrackingId'];
  if (token) expect(audit).toMatch(/^[0-9a-f-]{36}-\d+$/);
  return {
    ...answer,
    body: {
      ...tokens,
      ...(accessToken === undefined ? {} : { access_token: `(${accessToken.length} characters)` }),
      ...(token
        ? { id_token: { ...token, claims: { ...token.claims, auditTrackingId: '(an audit id)' } } }
        : {}),
    },
  };
}

/** A redirect as it is: its address and its parameters, in order. */
export function redirectOf(answer: LightMyRequestResponse) {
  const [address, query = ''] = locationOf(answer).split('?');
  return { status: answer.statusCode, address, parameters: [...new URLSearchParams(query)] };
}

/** A whole log-in without pages: the callback, the token response, and UserInfo where there is a token to ask by. */
export async function wholeLogIn(provider: Provider, parameters: Parameters = {}) {
  const { mock } = provider;
  const by = browser(mock.app);
  const answer = await logIn(by, PERSONA, { scope: SCOPE, ...parameters });
  const code = callback(answer).get('code') ?? '';
  const redeemed = await redeem(by, code);
  const token = await tokenAnswerOf(provider, redeemed, { code, sid: await sidOf(provider, answer) });
  const isJson = typeof token.body === 'object';
  const accessToken = isJson ? redeemed.json<TokenBody>().access_token : undefined;
  return {
    callback: {
      ...redirectOf(answer),
      parameters: redirectOf(answer).parameters.filter(([name]) => name !== 'code'),
    },
    token,
    ...(accessToken === undefined ? {} : { userInfo: answerOf(await userInfo(mock, accessToken)) }),
  };
}

export type WholeLogIn = Awaited<ReturnType<typeof wholeLogIn>>;

/** Starts a scenario by the control API. */
export async function start({ app }: Mock, scenario: object) {
  const response = await app.inject({ method: 'POST', url: '/_mock/scenarios', payload: scenario });
  expect(response.statusCode, response.body).toBe(201);
}

/** What the journal tells of the scenarios that were applied meanwhile. */
export async function appliedBy<T>({ environment: { journal } }: Mock, run: () => Promise<T>) {
  const after = journal.events().at(-1)?.id ?? 0;
  const result = await run();
  const applied = journal.events({ kind: 'scenario_applied', after }).map(({ details }) => details);
  return { result, applied };
}

/** What the journal has to tell of one use: every member of it. */
export const useOf = (code: string, place: Place, decidedBy: string) => ({
  scenario: code,
  place,
  decided_by: decidedBy,
  why: expect.stringMatching(/./),
  sent: CATALOGUE.find((scenario) => scenario.code === code)?.sent,
});

/**
 * The same thing done twice: asked for by mock_scenario, and queued once by the control API. Checks that the journal
 * has each use, once, and that nothing is left of it; gives what differs from what is right.
 */
export async function usesOf(
  mock: Mock,
  { code, place }: { code: string; place: Place },
  run: (parameters: Parameters) => Promise<unknown>,
  right: unknown,
) {
  const asked = await appliedBy(mock, () => run({ mock_scenario: code }));
  expect(asked.applied).toEqual([useOf(code, place, 'request')]);
  await start(mock, { code, times: 1 });
  const queued = await appliedBy(mock, () => run({}));
  expect(queued.applied).toEqual([useOf(code, place, 'one_shot')]);
  expect((await mock.app.inject('/_mock/scenarios')).json()).toEqual([]);
  return { asked: differences(right, asked.result), queued: differences(right, queued.result) };
}
