/**
 * What an application sees of one log-in, over real sockets, as plain data: so that log-ins can be compared member by
 * member, and what differs on purpose be told from what came from somewhere else.
 */
import { CLIENT, claimsOf, encode, REALM, REDIRECT_URI } from '../support/mock.ts';

/** All that an application sees of one log-in. */
interface Seen {
  /** Of the answer of the authorization endpoint. */
  status: number;
  outcome: string | null;
  /** What came to the application, if anything. */
  callback: Readonly<Record<string, string[]>>;
  /** Of the token endpoint. */
  token?: { status: number; members: Readonly<Record<string, unknown>> };
  claims?: Readonly<Record<string, unknown>>;
  kid?: unknown;
  /** Of UserInfo. */
  user?: { status: number; members: unknown };
}

const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const headerOf = (jwt: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString('utf8'));

/** One log-in without pages below this address, as far as it gets: code, tokens, UserInfo. */
export async function logInAt(url: string, persona: string, state: string): Promise<Seen> {
  const issuer = `${url.replace(/\/$/, '')}${REALM}`;
  const query = encode({
    client_id: CLIENT.client_id,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid profile email nationalrbacaccess associatedorgs selectedrole',
    state,
    nonce: `nonce-of-${state}`,
    mock_login: persona,
    mock_on_failure: 'redirect',
  });
  const answer = await fetch(`${issuer}/authorize?${query}`, { redirect: 'manual' });
  await answer.text();
  const { searchParams } = new URL(answer.headers.get('location') ?? 'http://nowhere');
  const callback = Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]),
  );
  const seen: Seen = { status: answer.status, outcome: answer.headers.get('x-mock-cis2-outcome'), callback };
  const code = searchParams.get('code');
  if (code === null) return seen;
  const redeemed = await fetch(`${issuer}/access_token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
      ...CLIENT,
    }),
  });
  const members = asJson(await redeemed.text());
  const token = typeof members === 'object' ? (members as Record<string, unknown>) : { text: members };
  const withToken: Seen = { ...seen, token: { status: redeemed.status, members: token } };
  const { id_token: idToken, access_token: accessToken } = token;
  if (typeof idToken === 'string') {
    withToken.claims = claimsOf(idToken);
    withToken.kid = headerOf(idToken)['kid'];
  }
  if (typeof accessToken !== 'string') return withToken;
  const user = await fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
  return { ...withToken, user: { status: user.status, members: asJson(await user.text()) } };
}

/** Hashes and ids that differ from log-in to log-in without meaning anything. */
const RANDOM = [
  'access_token',
  'id_token',
  'at_hash',
  'c_hash',
  's_hash',
  'sid',
  'auditTrackingId',
  'org.forgerock.openidconnect.ops',
];

/** Moments, in seconds since 1970: said as how far they are from now, to the nearest five minutes. */
const MOMENTS = ['iat', 'exp', 'auth_time'];

const toFiveMinutes = (seconds: number) => Math.round(seconds / 300) * 300;

/** What a log-in has that no other has, and what its answers must bring back. */
interface Own {
  issuer: string;
  state: string;
  kids: readonly string[];
}

/** A value as it is the same in every log-in that is right. */
function said(name: string, value: unknown, own: Own): unknown {
  if (Array.isArray(value) && value.length === 1) return said(name, value[0], own);
  if (name === 'iss') return value === own.issuer ? 'own' : 'another';
  if (name === 'state') return value === own.state ? 'own' : 'another';
  if (name === 'nonce') return value === `nonce-of-${own.state}` ? 'own' : 'another';
  if (name === 'kid') return own.kids.includes(String(value)) ? 'own' : 'another';
  if (name === 'code') return Array.isArray(value) ? 'twice' : 'once';
  if (name === 'text') return String(value).startsWith('<!DOCTYPE html>') ? 'a page' : value;
  if (RANDOM.includes(name)) return typeof value === 'string' ? 'some text' : value;
  if (name === 'expires_in' && typeof value === 'number') return toFiveMinutes(value);
  if (MOMENTS.includes(name) && typeof value === 'number')
    return `now + ${toFiveMinutes(value - Date.now() / 1000)} s`;
  return value;
}

/** What was seen, by part and member, as text. */
export type Members = ReadonlyMap<string, string>;

export function membersOf(seen: Seen, own: Own): Members {
  const members = new Map<string, string>();
  const add = (part: string, given: unknown) => {
    const whole = typeof given === 'object' && given !== null ? given : { text: given };
    for (const [name, value] of Object.entries(whole))
      if (name !== 'error_description')
        members.set(`${part}.${name}`, JSON.stringify(said(name, value, own)));
  };
  add('authorize', { status: seen.status, outcome: seen.outcome });
  add('callback', seen.callback);
  if (seen.token) {
    add('token', { status: seen.token.status });
    add('token', seen.token.members);
  }
  if (seen.claims) add('id_token', { ...seen.claims, kid: seen.kid });
  if (seen.user) {
    add('userinfo', { status: seen.user.status });
    add('userinfo', seen.user.members);
  }
  return members;
}

const partOf = (name: string) => name.split('.', 1)[0] ?? '';

/** Whether an answer is an error, or no JSON: then it has none of the members of a right one. */
const isError = (part: string, seen: Members) => seen.has(`${part}.error`) || seen.has(`${part}.text`);

/** In what a log-in differs from one that is right. */
export function differences(seen: Members, right: Members): string[] {
  const parts = new Set([...seen.keys()].map(partOf));
  const isExpected = (name: string) =>
    parts.has(partOf(name)) && (!isError(partOf(name), seen) || /\.(?:state|iss)$/.test(name));
  const names = new Set([...seen.keys(), ...[...right.keys()].filter(isExpected)]);
  const differing = [...names].filter((name) => seen.get(name) !== right.get(name));
  const gone = [...new Set([...right.keys()].map(partOf))].filter((part) => !parts.has(part));
  return [
    ...differing.map((name) => `${name}: ${seen.get(name) ?? 'missing'}`),
    ...gone.map((part) => `no ${part}`),
  ];
}
