/** What a log-in brought, made ready to be shown: names, values and what they mean; tokens only by their beginning. */
import { isSecretName } from '../journal/redact.ts';
import { IN_WORDS } from './claims-in-words.ts';
import { jsonOf } from './failures.ts';
import type { CalledEndpoint, ProviderCall, Visit } from './visits.ts';

export interface Row {
  name: string;
  value: string;
  meaning: string;
}

export interface ShownCall {
  what: string;
  address: string;
  answer: string;
  /** What arrived, where it was not as it should be. */
  body?: string;
}

export interface Received {
  callback: Row[];
  tokens: Row[];
  idTokenHeader: Row[];
  idTokenClaims: Row[];
  userInfo: Row[];
  calls: ShownCall[];
}

/** Characters of a token that are shown. */
const BEGINNING = 8;

const shortened = (text: string): string =>
  text.length > BEGINNING ? `${text.slice(0, BEGINNING)}… (${text.length} characters)` : text;

/** Claims that are seconds since 1970. */
const MOMENTS = ['exp', 'iat', 'nbf', 'auth_time'];

/** A moment beyond these cannot be written as a date. */
const LAST_SECOND = 8_640_000_000_000;

function inWords(name: string, value: unknown): string {
  const meaning = IN_WORDS[name] ?? '';
  if (!MOMENTS.includes(name) || typeof value !== 'number' || Math.abs(value) > LAST_SECOND) return meaning;
  return `${meaning}: ${new Date(value * 1000).toISOString()}`;
}

const isNested = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).some((each) => typeof each === 'object');

/** Over several lines only where there is something inside of something. */
const jsonText = (value: unknown): string => JSON.stringify(value, undefined, isNested(value) ? 1 : 0);

function shownValue(name: string, value: unknown): string {
  const text = typeof value === 'string' ? value : jsonText(value);
  return isSecretName(name) || name === 'id_token' ? shortened(text) : text;
}

const rowsOf = (pairs: Iterable<readonly [string, unknown]>): Row[] =>
  [...pairs].map(([name, value]) => ({
    name,
    value: shownValue(name, value),
    meaning: inWords(name, value),
  }));

/** One part of a JWT as rows; none where it cannot be read. */
function partOf(jwt: string, part: 0 | 1): Row[] {
  const body = Buffer.from(jwt.split('.')[part] ?? '', 'base64url').toString('utf8');
  return rowsOf(Object.entries(jsonOf({ body }) ?? {}));
}

/** A JWT as rows, whether it is to be trusted or not. */
export const jwtRows = (jwt: string) => ({ header: partOf(jwt, 0), claims: partOf(jwt, 1) });

const NAMES: Readonly<Record<CalledEndpoint, string>> = {
  discovery: 'Discovery document',
  token: 'Token endpoint',
  jwks: 'JWK Set',
  userinfo: 'UserInfo',
};

/** Of an answer that was not as it should be, in characters. */
const MOST_SHOWN = 1000;

function shownCall(call: ProviderCall): ShownCall {
  const { endpoint, method, url, status, contentType, failure, body } = call;
  const isRight = status === 200 && jsonOf(call) !== undefined;
  return {
    what: NAMES[endpoint],
    address: `${method} ${url}`,
    answer: failure === undefined ? `Status ${status}, ${contentType}` : `No answer: ${failure}`,
    ...(isRight || body === undefined || body === '' ? {} : { body: readable(body) }),
  };
}

/** A body that is no JSON, without what may be a token in it. */
const readable = (body: string): string =>
  body.slice(0, MOST_SHOWN).replace(/[\w-]{30,}/g, (run) => `${run.slice(0, BEGINNING)}…`);

function lastJson(calls: readonly ProviderCall[], endpoint: CalledEndpoint): Record<string, unknown> {
  const call = calls.findLast((each) => each.endpoint === endpoint);
  return (call && jsonOf(call)) ?? {};
}

/** UserInfo of a visit, as it came; empty where none came. */
export const userInfoOf = ({ calls }: Visit): Record<string, unknown> => lastJson(calls, 'userinfo');

export function receivedOf({ callback = [], calls }: Visit): Received {
  const tokens = lastJson(calls, 'token');
  const idToken = tokens['id_token'];
  const { header, claims } = jwtRows(typeof idToken === 'string' ? idToken : '');
  return {
    callback: rowsOf(callback),
    tokens: rowsOf(Object.entries(tokens)),
    idTokenHeader: header,
    idTokenClaims: claims,
    userInfo: rowsOf(Object.entries(lastJson(calls, 'userinfo'))),
    calls: calls.map(shownCall),
  };
}
