/** What the catalogue has: every case that applications meet or conformance demands, told in full. */
import { describe, expect, test } from 'vitest';
import { CATALOGUE, scenarioOf } from '../../src/scenarios/catalogue.ts';

/** What applications that use CIS2 meet in real life, each with the scenarios that stand for it. */
const MET_BY_APPLICATIONS: readonly [what: string, codes: readonly string[]][] = [
  [
    'somebody cancels or fails to sign in',
    ['ACCESS_DENIED', 'NHSMAIL_DECLINED', 'ABANDONED', 'CODE_MISSING'],
  ],
  [
    'the provider has a fault while logging in',
    [
      'INTERNAL_ERROR',
      'TEMPORARILY_UNAVAILABLE',
      'SERVER_ERROR_CALLBACK',
      'TEMPORARILY_UNAVAILABLE_CALLBACK',
    ],
  ],
  ['client or redirect URI are not registered', ['UNKNOWN_CLIENT', 'REDIRECT_URI_NOT_REGISTERED']],
  ['a scope is refused', ['INVALID_SCOPE']],
  ['the assurance asked for cannot be met', ['AUTHENTICATOR_TOO_WEAK', 'ID_TOKEN_ACR_LOW']],
  [
    'the authenticator level is too low',
    ['ID_TOKEN_AAL_LOW', 'ID_TOKEN_ASSURANCE_LOW', 'ID_TOKEN_ACR_MISSING', 'ID_TOKEN_AAL_MISSING'],
  ],
  ['the identity level is low or missing', ['ID_TOKEN_IAL_LOW', 'ID_TOKEN_IAL_MISSING']],
  ['levels are numbers', ['ID_TOKEN_LEVELS_AS_NUMBERS']],
  ['no role selected: empty', ['ID_TOKEN_ROLE_EMPTY', 'NO_ROLE']],
  ['no role selected: absent', ['ID_TOKEN_ROLE_MISSING']],
  ['the selected role is not one of the person’s', ['ID_TOKEN_ROLE_UNKNOWN']],
  ['there are no roles', ['USERINFO_ROLES_EMPTY', 'USERINFO_ROLES_MISSING']],
  [
    'roles have the wrong form',
    [
      'USERINFO_ROLES_AS_STRING',
      'USERINFO_ROLE_ID_EMPTY',
      'USERINFO_ROLE_FIELDS_MISSING',
      'USERINFO_SINGLE_OBJECTS',
    ],
  ],
  ['two roles have the same code', ['USERINFO_ROLES_SAME_CODE']],
  ['the organisation of a role is not listed', ['USERINFO_ORGANISATION_MISSING']],
  [
    'the organisation or workgroup is the wrong one',
    ['USERINFO_ORGANISATION_WRONG', 'USERINFO_WORKGROUP_WRONG'],
  ],
  [
    'names and addresses are missing or unusual',
    [
      'USERINFO_EMAIL_MISSING',
      'USERINFO_EMAIL_EMPTY',
      'USERINFO_GIVEN_NAME_MISSING',
      'USERINFO_NAME_ACCENTED',
      'USERINFO_NAME_LONG',
    ],
  ],
  ['the same person comes back with another role', ['ID_TOKEN_NEW_SID_AND_ROLE']],
  ['the client assertion is refused', ['TOKEN_JWT_NOT_VALID']],
  ['the secret is wrong', ['TOKEN_INVALID_CLIENT']],
  ['the code is used, expired or unknown', ['TOKEN_INVALID_GRANT', 'TOKEN_CODE_EXPIRED', 'CODE_UNKNOWN']],
  [
    'the back channel is slow, failing or not JSON',
    [
      'SLOW_ANSWER',
      'INTERNAL_SERVER_ERROR',
      'SERVICE_UNAVAILABLE',
      'BAD_GATEWAY',
      'GATEWAY_TIMEOUT',
      'TOO_MANY_REQUESTS',
      'TRUNCATED_ANSWER',
      'CONNECTION_DROPPED',
      'TOKEN_SERVER_ERROR',
      'TOKEN_NOT_JSON',
      'USERINFO_NOT_JSON',
    ],
  ],
  ['UserInfo is about somebody else', ['USERINFO_SUB_MISMATCH', 'USERINFO_SUB_MISSING']],
  [
    'the ID token is wrong',
    [
      'ID_TOKEN_ISS_WRONG',
      'ID_TOKEN_ISS_WITHOUT_PORT',
      'ID_TOKEN_AUD_WRONG',
      'ID_TOKEN_AUD_ARRAY',
      'ID_TOKEN_EXPIRED',
      'ID_TOKEN_UNPUBLISHED_KEY',
      'ID_TOKEN_UNSIGNED',
      'ID_TOKEN_ALG_RS512',
      'ID_TOKEN_NONCE_WRONG',
      'ID_TOKEN_NONCE_UNASKED',
    ],
  ],
  ['the key changes between log-ins', ['KEY_ROTATED', 'LOGOUT_KEY_ROTATED']],
  ['the sign-in is stale or ahead', ['ID_TOKEN_AUTH_TIME_STALE', 'ID_TOKEN_AUTH_TIME_AHEAD']],
  ['the session ends at the provider', ['LOGOUT_SUB_MISSING', 'LOGOUT_SID_MISSING', 'LOGOUT_NOT_SENT']],
  [
    'the logout token is wrong',
    [
      'LOGOUT_REPLAYED',
      'LOGOUT_IAT_AHEAD',
      'LOGOUT_IAT_STALE',
      'LOGOUT_EVENTS_MISSING',
      'LOGOUT_NONCE_PRESENT',
      'LOGOUT_ALG_RS512',
      'LOGOUT_SUB_UNKNOWN',
      'LOGOUT_SID_OTHER',
      'LOGOUT_AUD_WRONG',
    ],
  ],
];

/** What a conformance suite checks of a provider: for each check, the scenarios that break it on purpose. */
const CHECKED_FOR_CONFORMANCE: readonly [what: string, codes: readonly string[]][] = [
  [
    'logout token: signed by a published key',
    ['LOGOUT_SIGNATURE_WRONG', 'LOGOUT_UNPUBLISHED_KEY', 'LOGOUT_KID_UNKNOWN'],
  ],
  [
    'logout token: signed like the ID token, never by none',
    ['LOGOUT_ALG_RS512', 'LOGOUT_ALG_HS256', 'LOGOUT_UNSIGNED'],
  ],
  ['logout token: iss is exact', ['LOGOUT_ISS_WRONG']],
  ['logout token: aud is the client', ['LOGOUT_AUD_WRONG', 'LOGOUT_AUD_ARRAY']],
  [
    'logout token: iat there, not ahead, not old',
    ['LOGOUT_IAT_MISSING', 'LOGOUT_IAT_AHEAD', 'LOGOUT_IAT_STALE'],
  ],
  ['logout token: jti is there', ['LOGOUT_JTI_MISSING']],
  [
    'logout token: one event, empty',
    ['LOGOUT_EVENTS_MISSING', 'LOGOUT_EVENTS_WRONG', 'LOGOUT_EVENT_NOT_EMPTY'],
  ],
  ['logout token: no nonce', ['LOGOUT_NONCE_PRESENT']],
  [
    'logout token: sub or sid, those of the ID token',
    ['LOGOUT_SUB_AND_SID_MISSING', 'LOGOUT_SUB_OTHER', 'LOGOUT_SID_OTHER', 'ID_TOKEN_SID_MISSING'],
  ],
  ['logout token: its own typ', ['LOGOUT_TYP_JWT']],
  ['logout token: exp there and not past', ['LOGOUT_EXP_MISSING', 'LOGOUT_EXPIRED']],
  ['logout token: posted once', ['LOGOUT_REPLAYED', 'LOGOUT_NOT_SENT']],
  ['keys: fetchable and valid', ['JWKS_SERVER_ERROR', 'JWKS_NOT_JSON', 'JWKS_EMPTY']],
  ['keys: each with a kid, all different', ['JWKS_KID_MISSING', 'JWKS_KID_REPEATED']],
  ['keys: a new one appears and the old one stays', ['KEY_ROTATED', 'JWKS_WITHOUT_ACTIVE_KEY']],
  [
    'ID token: signature and kid',
    ['ID_TOKEN_SIGNATURE_WRONG', 'ID_TOKEN_KID_MISSING', 'ID_TOKEN_KID_UNKNOWN', 'ID_TOKEN_ALG_HS256'],
  ],
  ['ID token: exp there and in seconds', ['ID_TOKEN_EXP_MISSING', 'ID_TOKEN_TIMES_IN_MILLISECONDS']],
  [
    'ID token: iat there and not ahead',
    ['ID_TOKEN_IAT_MISSING', 'ID_TOKEN_ISSUED_IN_FUTURE', 'ID_TOKEN_NOT_YET_VALID'],
  ],
  [
    'ID token: sub, nonce and at_hash',
    ['ID_TOKEN_SUB_MISSING', 'ID_TOKEN_NONCE_MISSING', 'ID_TOKEN_AT_HASH_WRONG'],
  ],
  ['ID token: auth_time is a number', ['ID_TOKEN_AUTH_TIME_AS_STRING', 'ID_TOKEN_AUTH_TIME_MISSING']],
  ['ID token: acr is never empty', ['ID_TOKEN_ACR_EMPTY']],
  ['ID token: for this client alone', ['ID_TOKEN_AUD_SEVERAL', 'ID_TOKEN_AZP_WRONG']],
  [
    'authorization response: state and iss',
    ['STATE_MISSING', 'STATE_WRONG', 'ISS_WRONG', 'ISS_WITHOUT_PORT', 'ISS_MISSING'],
  ],
  ['authorization response: what else is in it', ['CODE_REPEATED', 'RESPONSE_EXTRA_PARAMETER']],
  [
    'authorization error response',
    ['ERROR_WITHOUT_STATE', 'LOGIN_REQUIRED', 'INTERACTION_REQUIRED', 'UNAUTHORIZED_CLIENT'],
  ],
  [
    'token response: its members',
    [
      'TOKEN_TYPE_WRONG',
      'TOKEN_ACCESS_TOKEN_MISSING',
      'TOKEN_ID_TOKEN_MISSING',
      'TOKEN_EXPIRES_IN_AS_STRING',
    ],
  ],
  [
    'discovery: fetchable, exact issuer, endpoints',
    ['DISCOVERY_SERVER_ERROR', 'DISCOVERY_NOT_JSON', 'DISCOVERY_ISSUER_WRONG', 'DISCOVERY_ENDPOINT_MISSING'],
  ],
];

const missingOf = (codes: readonly string[]) => codes.filter((code) => scenarioOf(code) === undefined);

describe('the catalogue stands for', () => {
  test('all twenty-eight things that applications meet', () => {
    expect(MET_BY_APPLICATIONS).toHaveLength(28);
  });

  test.each(MET_BY_APPLICATIONS)('what applications meet: %s', (_, codes) => {
    expect(missingOf(codes)).toEqual([]);
  });

  test.each(CHECKED_FOR_CONFORMANCE)('what conformance demands: %s', (_, codes) => {
    expect(missingOf(codes)).toEqual([]);
  });
});

test('there are more than a hundred, each with a code of its own', () => {
  const codes = CATALOGUE.map(({ code }) => code);
  expect(codes.length).toBeGreaterThan(100);
  expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([]);
  expect(codes.filter((code) => !/^[A-Z][A-Z0-9_]+$/.test(code))).toEqual([]);
});

test('every text is filled: titles without a full stop, sentences with one', () => {
  const isTitle = (text: string) => /^\S.*[^.\s]$/.test(text);
  const isSentence = (text: string) => /^[A-Z].*[^.]\.$/.test(text);
  const odd = CATALOGUE.filter(
    ({ title, sent, goodRelyingParty }) =>
      !isTitle(title) || !isSentence(sent) || !isSentence(goodRelyingParty),
  );
  expect(odd.map(({ code }) => code)).toEqual([]);
});

test('every title is another', () => {
  const titles = CATALOGUE.map(({ title }) => title);
  expect(titles.filter((title, at) => titles.indexOf(title) !== at)).toEqual([]);
});

describe('parameters', () => {
  const parameters = CATALOGUE.flatMap(({ code, parameters = {} }) =>
    Object.entries(parameters).map(([name, parameter]) => ({ code, name, ...parameter })),
  );

  test.each(parameters)('$name of $code has a default within its own bounds', (parameter) => {
    const { type, default: byDefault, minimum = byDefault, maximum = byDefault } = parameter;
    expect(typeof byDefault).toBe(type === 'string' ? 'string' : 'number');
    if (type === 'integer') expect(byDefault).toSatisfy(Number.isInteger);
    expect(byDefault >= minimum && byDefault <= maximum).toBe(true);
    if (parameter.enum) expect(parameter.enum).toContain(byDefault);
    expect(parameter.description).toMatch(/^[A-Z].*\.$/);
  });

  test('an amount has a unit in its description', () => {
    const amounts = parameters.filter(({ type, name }) => type !== 'string' && name !== 'status');
    expect(amounts.filter(({ description }) => !/seconds|characters/.test(description))).toEqual([]);
  });
});
