/** Scenarios in the provider’s keys and in its discovery document. */
import { errorAnswer, pageInPlaceOfJson, withMembers, withoutMembers } from './answer-changes.ts';
import { otherIssuer } from './credible-values.ts';
import { oneOf, textOf } from './parameters.ts';
import type { Answer, Change, ScenarioAt, ScenarioContext } from './scenario.ts';

type Key = Readonly<Record<string, unknown>>;

const isKey = (value: unknown): value is Key => typeof value === 'object' && value !== null;

const withKeys = (made: (keys: readonly Key[], context: ScenarioContext) => readonly Key[]): Change<Answer> =>
  withMembers(({ keys }, context) => ({
    keys: made(Array.isArray(keys) ? keys.filter(isKey) : [], context),
  }));

const withoutMember =
  (name: string) =>
  (of: Key): Key =>
    Object.fromEntries(Object.entries(of).filter(([each]) => each !== name));

/** Without an active kid none of the keys that sign is left, so that it is not there for certain. */
const withoutActiveKey = withKeys((keys, { activeKid }) =>
  keys.filter(({ kid, use }) => (activeKid === undefined ? use !== 'sig' : kid !== activeKid)),
);

const sameKid = withKeys((keys, { activeKid }) =>
  keys.map((key) => ({ ...key, kid: activeKid ?? keys[0]?.['kid'] })),
);

const serverError = errorAnswer(500, 'server_error', 'A temporary internal error. Try again.');

export const JWKS: readonly ScenarioAt<'jwks'>[] = [
  {
    code: 'JWKS_EMPTY',
    title: 'The JWK Set is empty',
    place: 'jwks',
    change: withKeys(() => []),
    sent: 'Status 200 and a JWK Set whose list of keys is empty.',
    goodRelyingParty:
      'Accepts no token that it has no key for, keeps the keys that it knows, and asks again later.',
  },
  {
    code: 'JWKS_SERVER_ERROR',
    title: 'The JWK Set cannot be fetched',
    place: 'jwks',
    change: serverError,
    sent: 'Status 500 and the error server_error in JSON.',
    goodRelyingParty:
      'Goes on with the keys that it has kept; without any it refuses the log-in, and accepts nothing unverified.',
  },
  {
    code: 'JWKS_WITHOUT_ACTIVE_KEY',
    title: 'The JWK Set lacks the key that signs now',
    place: 'jwks',
    change: withoutActiveKey,
    sent: 'The JWK Set without the key that signs now, as from a stale cache; tokens are signed by that key all the same.',
    goodRelyingParty:
      'Asks for the JWK Set once more when it meets an unknown kid, not more often, and then refuses the token.',
  },
  {
    code: 'JWKS_KID_REPEATED',
    title: 'All keys have the same kid',
    place: 'jwks',
    change: sameKid,
    sent: 'The right keys, each with the kid of the key that signs now.',
    goodRelyingParty:
      'Chooses by kid, use and alg together, so that the key of use enc is never taken for a signature.',
  },
  {
    code: 'JWKS_KID_MISSING',
    title: 'No key has a kid',
    place: 'jwks',
    change: withKeys((keys) => keys.map(withoutMember('kid'))),
    sent: 'The right keys without their kid; tokens name a kid all the same.',
    goodRelyingParty: 'Refuses the token, since no published key has the kid that it names.',
  },
  {
    code: 'JWKS_USE_MISSING',
    title: 'No key says what it is for',
    place: 'jwks',
    change: withKeys((keys) => keys.map(withoutMember('use'))),
    sent: 'The right keys without the member use, which is optional.',
    goodRelyingParty: 'Finds the key by its kid, and logs the person in.',
  },
  {
    code: 'JWKS_NOT_JSON',
    title: 'A page in place of the JWK Set',
    place: 'jwks',
    change: pageInPlaceOfJson,
    sent: 'Status 200 and a short HTML page, as text/html.',
    goodRelyingParty: 'Treats it as if the JWK Set could not be fetched, and does not put it in its cache.',
  },
];

export const DISCOVERY: readonly ScenarioAt<'discovery'>[] = [
  {
    code: 'DISCOVERY_SERVER_ERROR',
    title: 'The discovery document cannot be fetched',
    place: 'discovery',
    change: serverError,
    sent: 'Status 500 and the error server_error in JSON.',
    goodRelyingParty:
      'Starts all the same and asks again later, or uses the document that it has kept; logging in is said to be unavailable meanwhile.',
  },
  {
    code: 'DISCOVERY_ISSUER_WRONG',
    title: 'The discovery document names another issuer',
    place: 'discovery',
    change: withMembers((_, { issuer }) => ({ issuer: otherIssuer(issuer) })),
    sent: 'The right document with the issuer of another realm on the same host, for Healthcare that of oidc.',
    goodRelyingParty: 'Refuses a document whose issuer is not, as text, the one that it was configured with.',
  },
  {
    code: 'DISCOVERY_ENDPOINT_MISSING',
    title: 'The discovery document lacks an endpoint',
    place: 'discovery',
    change: (right, context) => withoutMembers(textOf(context, 'member'))(right, context),
    sent: 'The right document without one member, token_endpoint by default.',
    goodRelyingParty: 'Says which member is missing in its log, and sends nobody to log in.',
    parameters: {
      member: oneOf(
        ['token_endpoint', 'authorization_endpoint', 'userinfo_endpoint', 'jwks_uri', 'end_session_endpoint'],
        'The member that is left out.',
      ),
    },
  },
  {
    code: 'DISCOVERY_NOT_JSON',
    title: 'A page in place of the discovery document',
    place: 'discovery',
    change: pageInPlaceOfJson,
    sent: 'Status 200 and a short HTML page, as text/html.',
    goodRelyingParty: 'Treats it as if the document could not be fetched, and does not put it in its cache.',
  },
];
