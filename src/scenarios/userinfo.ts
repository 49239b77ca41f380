/** Scenarios in the answer of UserInfo: who it is, what it looks like, and the person’s name and e-mail address. */
import { errorAnswer, pageInPlaceOfJson, withMembers, withoutMembers } from './answer-changes.ts';
import { numberOf } from './parameters.ts';
import type { Answer, Change, ScenarioAt } from './scenario.ts';

const place = 'userinfo';

/** The words of the endpoint itself (facts 10.5). */
const INVALID_TOKEN =
  'The access token provided is expired, revoked, malformed, or invalid for other reasons.';

const unauthorised: Change<Answer> = (right, context) => ({
  ...errorAnswer(401, 'invalid_token', INVALID_TOKEN)(right, context),
  headers: {
    ...right.headers,
    'www-authenticate': `Bearer realm="/NHSIdentity/Healthcare", error="invalid_token", error_description="${INVALID_TOKEN}"`,
  },
});

/** The names of the scope profile, and the one of nhsperson where it was granted. */
const named = (givenName: string, familyNameOf: (length: number) => string) =>
  withMembers((claims, context) => {
    const familyName = familyNameOf(numberOf(context, 'characters'));
    return {
      given_name: givenName,
      family_name: familyName,
      name: `${familyName} ${givenName}`,
      ...('display_name' in claims ? { display_name: `${givenName} ${familyName}` } : {}),
    };
  });

const DOUBLE_BARRELLED = 'Featherstonehaugh-Cholmondeley-';

const longName = (length: number) =>
  DOUBLE_BARRELLED.repeat(Math.ceil(length / DOUBLE_BARRELLED.length)).slice(0, length);

/** Each list as its first entry; a list without any stays. */
const singleObjects = withMembers((claims) =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [name, Array.isArray(value) ? (value[0] ?? value) : value]),
  ),
);

const SHAPES: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'USERINFO_SUB_MISMATCH',
    title: 'UserInfo is about another person',
    place,
    change: withMembers((_, { others }) => ({ sub: others.uid })),
    sent: 'The person’s claims with the sub of another person.',
    goodRelyingParty:
      'Compares sub with that of the ID token, and uses nothing of the answer (OpenID Connect Core section 5.3.2).',
  },
  {
    code: 'USERINFO_SUB_MISSING',
    title: 'UserInfo does not say whom it is about',
    place,
    change: withoutMembers('sub'),
    sent: 'The person’s claims without sub.',
    goodRelyingParty: 'Uses nothing of the answer: it may be about another person.',
  },
  {
    code: 'USERINFO_SINGLE_OBJECTS',
    title: 'Objects in place of lists',
    place,
    change: singleObjects,
    sent: 'The right claims, with the first entry of each list in place of the list.',
    goodRelyingParty: 'Reads a single object like a list of one, or refuses it with a clear log line.',
  },
  {
    code: 'USERINFO_UNAUTHORISED',
    title: 'UserInfo refuses the access token',
    place,
    change: unauthorised,
    sent: 'Status 401 and invalid_token, with the WWW-Authenticate of an expired token.',
    goodRelyingParty:
      'Logs nobody in with half of the data, does not repeat the call, and offers to log in anew.',
  },
  {
    code: 'USERINFO_NOT_JSON',
    title: 'A page in place of the claims',
    place,
    change: pageInPlaceOfJson,
    sent: 'Status 200 and a short HTML page, as text/html.',
    goodRelyingParty: 'Looks at the content type, and logs nobody in with half of the data.',
  },
];

const NAMES: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'USERINFO_EMAIL_MISSING',
    title: 'No e-mail address',
    place,
    change: withoutMembers('email'),
    sent: 'The right claims without email.',
    goodRelyingParty:
      'Logs the person in: it knows people by sub, and asks for an address where it needs one.',
  },
  {
    code: 'USERINFO_EMAIL_EMPTY',
    title: 'An empty e-mail address',
    place,
    change: withMembers(() => ({ email: '' })),
    sent: 'The right claims with an empty string as email.',
    goodRelyingParty: 'Treats it like a missing one, and does not match two people by it.',
  },
  {
    code: 'USERINFO_GIVEN_NAME_MISSING',
    title: 'No given name',
    place,
    change: withoutMembers('given_name'),
    sent: 'The right claims without given_name; name is as it was.',
    goodRelyingParty: 'Logs the person in, and shows the names that there are.',
  },
  {
    code: 'USERINFO_NAME_ACCENTED',
    title: 'A name with letters beyond English',
    place,
    change: named('Zoë Siân', () => 'O’Šimková-Nuñez'),
    sent: 'The right claims with the name Zoë Siân O’Šimková-Nuñez, as UTF-8; display_name too where it was granted.',
    goodRelyingParty: 'Shows and stores the name letter for letter.',
  },
  {
    code: 'USERINFO_NAME_LONG',
    title: 'A very long name',
    place,
    change: named('Wolfgang', longName),
    sent: 'The right claims with a very long family_name, which name holds too, and display_name where it was granted.',
    goodRelyingParty:
      'Logs the person in, and shortens the name where it is shown rather than fail where it is stored.',
    parameters: {
      characters: {
        type: 'integer',
        default: 200,
        minimum: 1,
        maximum: 1000,
        description: 'The length of the family name, in characters.',
      },
    },
  },
];

export const USERINFO: readonly ScenarioAt<typeof place>[] = [...SHAPES, ...NAMES];
