/** Right answers such as scenarios are given, and what they may know of the log-in. */
import fc from 'fast-check';
import type {
  Answer,
  Callback,
  LogoutDraft,
  Scenario,
  ScenarioContext,
  TokenDraft,
} from '../../src/scenarios/scenario.ts';

const ISSUER = 'https://cis2.example.org:443/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';
const ACTIVE_KID = 'b/O6OvVv1+y+WgrH5Ui9WTioLt0=';
const UID = '910000000101';
const ROLE_IDS = ['930001010001', '930001010002'];

export const defaultsOf = ({ parameters = {} }: Pick<Scenario, 'parameters'>) =>
  Object.fromEntries(Object.entries(parameters).map(([name, { default: value }]) => [name, value]));

/** Every call gives the next id: the form is right, and a failure can be run again. */
function idsFrom(seed: number) {
  let given = 0;
  return () => {
    given += 1;
    return `${seed}-${given}-`.padEnd(43, 'Az09_-x').slice(0, 43);
  };
}

export const typicalContext = (scenario: Scenario, now: number, seed: number): ScenarioContext => ({
  issuer: ISSUER,
  now,
  clientId: 'mock-client',
  nonce: 'the-nonce-that-was-sent',
  activeKid: ACTIVE_KID,
  roleIds: ROLE_IDS,
  others: {
    clientId: 'mock-strict-client',
    uid: '910000000102',
    personRoleId: '930001020003',
    personOrgId: '920001020002',
    orgCode: 'RZ9',
    orgName: 'NORTHMOOR HOSPITAL',
  },
  parameters: defaultsOf(scenario),
  randomId: idsFrom(seed),
});

const header = { alg: 'RS256', typ: 'JWT', kid: ACTIVE_KID };

const callback: Callback = [
  ['code', 'Zk3v-qk0Yg6Yp9J1Zk3v-qk0Yg6Yp9J1Zk3v-qk0Yg6'],
  ['scope', 'openid nationalrbacaccess'],
  ['state', 'eyJyZXR1cm4iOiIvIn0='],
  ['iss', ISSUER],
  ['client_id', 'mock-client'],
];

const idToken = (now: number): TokenDraft => ({
  header,
  claims: {
    at_hash: 'LDktKdoQak3Pk0cnXxCltA',
    sub: UID,
    acr: 'AAL2_OR_AAL3_ANY',
    amr: ['NHSMAIL'],
    iss: ISSUER,
    aud: 'mock-client',
    azp: 'mock-client',
    sid: 'c2lkIG9mIDMyIGJ5dGVzIGluIHN0YW5kYXJkIGJhc2U=',
    auth_time: now - 10,
    iat: now,
    exp: now + 3600,
    nonce: 'the-nonce-that-was-sent',
    id_assurance_level: '3',
    idassurancelevel: '3',
    authentication_assurance_level: '2',
    selected_roleid: ROLE_IDS[0],
  },
  signedBy: 'active_key',
});

const logoutToken = (now: number): LogoutDraft => ({
  header: { ...header, typ: 'logout+jwt' },
  claims: {
    iss: ISSUER,
    sub: UID,
    aud: 'mock-client',
    iat: now,
    exp: now + 120,
    jti: '0d1f4f5e-4f0c-4f57-9d0c-0b4f3f1b5c11',
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    sid: 'c2lkIG9mIDMyIGJ5dGVzIGluIHN0YW5kYXJkIGJhc2U=',
  },
  signedBy: 'active_key',
  posts: 1,
});

const ok = (body: unknown): Answer => ({ status: 200, headers: { 'cache-control': 'no-store' }, body });

const organisation = { person_orgid: '920001010001', org_name: 'A PRACTICE', org_code: 'A9A5A' };

const role = (person_roleid: string | undefined) => ({
  person_orgid: '920001010001',
  person_roleid,
  org_code: 'A9A5A',
  role_code: 'S8000:G8000:R8001',
  activity_codes: ['B0428'],
  workgroups: ['a9a5a'],
  workgroups_codes: ['940000000102'],
});

const userInfo = ok({
  sub: UID,
  name: 'Bound Alex Mx',
  family_name: 'Bound',
  given_name: 'Alex',
  display_name: 'Alex Bound',
  email: 'alex.bound@nhs.net',
  nhsid_nrbac_roles: ROLE_IDS.map(role),
  nhsid_user_orgs: [{ org_name: 'A PRACTICE', org_code: 'A9A5A' }],
  nhsid_org_roles: [organisation],
});

const jwks = ok({
  keys: [
    { kty: 'RSA', n: 'older', e: 'AQAB', kid: 'q3Nn6Zl3Yk1Xc9m8Yh0rJt2w4cA=', use: 'sig', alg: 'RS256' },
    { kty: 'RSA', n: 'active', e: 'AQAB', kid: ACTIVE_KID, use: 'sig', alg: 'RS256' },
    { kty: 'RSA', n: 'enc', e: 'AQAB', kid: 'Zm9yIGVuY3J5cHRpb24gb25seQ=', use: 'enc', alg: 'RSA-OAEP-256' },
  ],
});

const discovery = ok({ issuer: ISSUER, token_endpoint: `${ISSUER}/access_token`, jwks_uri: `${ISSUER}/jwk` });

const tokens = (expiresIn: number) =>
  ok({
    access_token: 'opaque',
    token_type: 'Bearer',
    expires_in: expiresIn,
    scope: 'openid',
    id_token: 'a.b.c',
  });

/** One run of a change: what it was given, and what came of it. */
export interface Run {
  right: unknown;
  changed: unknown;
  again: unknown;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/** Gives a right answer, frozen, to the scenario, twice; undefined where it changes none. */
export function runChange(scenario: Scenario, now: number, seed: number, withNonce = true): Run | undefined {
  const context = () => {
    const { nonce, ...rest } = typicalContext(scenario, now, seed);
    return deepFreeze(withNonce && nonce !== undefined ? { ...rest, nonce } : rest);
  };
  const given = <T>(change: (right: T, context: ScenarioContext) => T, right: T): Run => {
    const frozen = deepFreeze(right);
    return { right: frozen, changed: change(frozen, context()), again: change(frozen, context()) };
  };
  switch (scenario.place) {
    case 'authorization_response':
      return given(scenario.change, callback);
    case 'id_token': {
      const { nonce, ...claims } = idToken(now).claims;
      const right = { ...idToken(now), claims: withNonce ? { ...claims, nonce } : claims };
      return given(scenario.change, right);
    }
    case 'logout_token':
      return given(scenario.change, logoutToken(now));
    case 'token_response':
      return given(scenario.change, tokens(now % 3600));
    case 'userinfo':
      return given(scenario.change, userInfo);
    case 'jwks':
      return given(scenario.change, jwks);
    case 'discovery':
      return given(scenario.change, discovery);
    default:
      return undefined;
  }
}

/** Any moment from 2001 to 2286, in seconds, and a seed for ids. */
export const moments = fc.tuple(
  fc.integer({ min: 1_000_000_000, max: 9_999_999_999 }),
  fc.integer({ min: 0, max: 999_999 }),
);
