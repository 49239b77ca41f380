/** Scenarios in what an ID token says of the person: assurance, role and session. */
import { sidLike } from './credible-values.ts';
import { oneOf, textOf } from './parameters.ts';
import type { Change, ScenarioAt, TokenDraft } from './scenario.ts';
import { withClaims, withoutClaims } from './token-changes.ts';

const place = 'id_token';

const LOW_CLASSES = ['AAL1_USERPASS', 'AAL2_ANY', 'AAL2_TOTP', 'AAL2_NHSMAIL', 'AAL2_OR_AAL3_ANY'] as const;

const REFUSES_THE_PERSON = 'Logs nobody in, and says which ways to log in it accepts.';

/** The claims that a sign-in of the lower level brings, all of a piece. */
const SIGN_INS: Readonly<Record<string, TokenDraft['claims']>> = {
  '1': { authentication_assurance_level: '1', acr: 'AAL1_USERPASS', amr: ['USERPASS'] },
  '2': { authentication_assurance_level: '2', acr: 'AAL2_TOTP', amr: ['TOTP'] },
};

const newSidAndRole: Change<TokenDraft> = withClaims(({ selected_roleid }, { roleIds, randomId }) => {
  const other = roleIds.find((id) => id !== selected_roleid);
  return { sid: sidLike(randomId()), ...(other === undefined ? {} : { selected_roleid: other }) };
});

const ASSURANCE: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'ID_TOKEN_AAL_LOW',
    title: 'A low authenticator assurance level',
    place,
    change: withClaims((_, context) => ({ authentication_assurance_level: textOf(context, 'level') })),
    sent: 'An ID token with a low authentication_assurance_level; acr and amr are as the log-in was.',
    goodRelyingParty: REFUSES_THE_PERSON,
    parameters: { level: oneOf(['1', '2'], 'The authentication_assurance_level.') },
  },
  {
    code: 'ID_TOKEN_ACR_LOW',
    title: 'A lower authentication class than was asked for',
    place,
    change: withClaims((_, context) => ({ acr: textOf(context, 'acr') })),
    sent: 'An ID token with an acr below the one asked for; the level and amr are as the log-in was.',
    goodRelyingParty: 'Compares acr with what it asked for, and logs nobody in.',
    parameters: { acr: oneOf(LOW_CLASSES, 'The acr claim.') },
  },
  {
    code: 'ID_TOKEN_ASSURANCE_LOW',
    title: 'A weak sign-in, whatever was asked for',
    place,
    change: withClaims((_, context) => SIGN_INS[textOf(context, 'level')] ?? {}),
    sent: 'An ID token of a weak sign-in all of a piece: level 1 with AAL1_USERPASS and USERPASS, or level 2 with AAL2_TOTP and TOTP.',
    goodRelyingParty: REFUSES_THE_PERSON,
    parameters: { level: oneOf(['1', '2'], 'The level of the sign-in.') },
  },
  {
    code: 'ID_TOKEN_AAL_MISSING',
    title: 'No authenticator assurance level',
    place,
    change: withoutClaims('authentication_assurance_level'),
    sent: 'An ID token without authentication_assurance_level; acr and amr are as the log-in was.',
    goodRelyingParty: 'Treats a missing level as too low.',
  },
  {
    code: 'ID_TOKEN_ACR_MISSING',
    title: 'No authentication class',
    place,
    change: withoutClaims('acr'),
    sent: 'An ID token without acr; the level and amr are as the log-in was.',
    goodRelyingParty: 'Treats a missing acr as too low where it asked for one.',
  },
  {
    code: 'ID_TOKEN_ACR_EMPTY',
    title: 'An empty authentication class',
    place,
    change: withClaims(() => ({ acr: '' })),
    sent: 'An ID token whose acr is an empty string.',
    goodRelyingParty: 'Treats an empty acr as too low where it asked for one.',
  },
  {
    code: 'ID_TOKEN_IAL_LOW',
    title: 'A low identity assurance level',
    place,
    change: withClaims((_, context) => ({
      id_assurance_level: textOf(context, 'level'),
      idassurancelevel: textOf(context, 'level'),
    })),
    sent: 'An ID token with a low identity level under both of its names; UserInfo says what the profile says.',
    goodRelyingParty:
      'Logs nobody in who is below the level it needs, and points to the Registration Authority.',
    parameters: { level: oneOf(['0', '1', '2'], 'The identity assurance level.', '2') },
  },
  {
    code: 'ID_TOKEN_IAL_MISSING',
    title: 'No identity assurance level',
    place,
    change: withoutClaims('id_assurance_level', 'idassurancelevel'),
    sent: 'An ID token without id_assurance_level and idassurancelevel.',
    goodRelyingParty: 'Treats a missing level as too low: a comparison with nothing must not pass.',
  },
  {
    code: 'ID_TOKEN_LEVELS_AS_NUMBERS',
    title: 'Assurance levels as numbers',
    place,
    change: withClaims((claims) => ({
      id_assurance_level: Number(claims['id_assurance_level']),
      idassurancelevel: Number(claims['idassurancelevel']),
      authentication_assurance_level: Number(claims['authentication_assurance_level']),
    })),
    sent: 'An ID token with the right assurance levels as numbers, where CIS2 sends strings.',
    goodRelyingParty:
      'Reads the level whether it is a string or a number, or refuses it with a clear log line.',
  },
];

const ROLE_AND_SESSION: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'ID_TOKEN_ROLE_EMPTY',
    title: 'No role was selected, said by an empty string',
    place,
    change: withClaims(() => ({ selected_roleid: '' })),
    sent: 'An ID token whose selected_roleid is an empty string; UserInfo lists the roles as they are.',
    goodRelyingParty:
      'Treats it as no role: lets the person choose one of the listed roles, or gives no access.',
  },
  {
    code: 'ID_TOKEN_ROLE_MISSING',
    title: 'No role was selected, said by absence',
    place,
    change: withoutClaims('selected_roleid'),
    sent: 'An ID token without selected_roleid; UserInfo lists the roles as they are.',
    goodRelyingParty: 'Treats it as no role, just like an empty one.',
  },
  {
    code: 'ID_TOKEN_ROLE_UNKNOWN',
    title: 'The selected role is another person’s',
    place,
    change: withClaims((_, { others }) => ({ selected_roleid: others.personRoleId })),
    sent: 'An ID token whose selected_roleid is the person_roleid of another person; UserInfo does not list it.',
    goodRelyingParty: 'Gives no access: it never falls back to the first role, or to all of them.',
  },
  {
    code: 'ID_TOKEN_SID_MISSING',
    title: 'The ID token names no session',
    place,
    change: withoutClaims('sid'),
    sent: 'An ID token without sid; a logout token for this session has one all the same.',
    goodRelyingParty: 'Logs the person in, and ends the session by sub when a logout token comes.',
  },
  {
    code: 'ID_TOKEN_NEW_SID_AND_ROLE',
    title: 'The same person with a new session and another role',
    place,
    change: newSidAndRole,
    sent: 'An ID token with the same sub, a new sid, and another of the person’s roles where there are several. Logout tokens name the sid of the real session.',
    goodRelyingParty:
      'Puts the new session and role in place of the old ones, and shows nothing of the old role’s data.',
  },
];

export const ID_TOKEN_PEOPLE: readonly ScenarioAt<typeof place>[] = [...ASSURANCE, ...ROLE_AND_SESSION];
