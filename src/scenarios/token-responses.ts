/** Scenarios in the token endpoint’s answer. */
import { errorAnswer, pageInPlaceOfJson, withMembers, withoutMembers } from './answer-changes.ts';
import { numberOf } from './parameters.ts';
import type { ScenarioAt } from './scenario.ts';

const place = 'token_response';

/** The words of each are CIS2’s, and those of the product behind it (facts 5.1, 10.5). */
const REFUSALS: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'TOKEN_INVALID_GRANT',
    title: 'The code is not good',
    place,
    change: errorAnswer(400, 'invalid_grant', 'The provided access grant is invalid, expired, or revoked.'),
    sent: 'Status 400 and invalid_grant: the same on the wire whether a code was used before, is another client’s, or came with another redirect_uri.',
    goodRelyingParty:
      'Offers to log in anew; where the person reloaded the callback and is logged in, it simply goes on.',
  },
  {
    code: 'TOKEN_CODE_EXPIRED',
    title: 'The code expired before it was redeemed',
    place,
    change: errorAnswer(400, 'invalid_grant', 'Authorization code expired.'),
    sent: 'Status 400 and invalid_grant, with “Authorization code expired.” as its description.',
    goodRelyingParty: 'Offers to log in anew, and redeems codes at once when they arrive.',
  },
  {
    code: 'TOKEN_INVALID_CLIENT',
    title: 'The client’s secret is wrong',
    place,
    change: errorAnswer(401, 'invalid_client', 'Client authentication failed'),
    sent: 'Status 401 and invalid_client with the description “Client authentication failed”.',
    goodRelyingParty:
      'Says that logging in is not possible, and tells its operators that its credentials are wrong; trying again does not help.',
  },
  {
    code: 'TOKEN_JWT_NOT_VALID',
    title: 'The client assertion is not valid',
    place,
    change: errorAnswer(401, 'invalid_client', 'JWT is not valid'),
    sent: 'Status 401 and invalid_client with the description “JWT is not valid”. CIS2 says the same of an assertion that is expired, for another audience, signed by another algorithm or an unknown kid, or with a jti that came before, and where it cannot fetch the client’s JWK Set.',
    goodRelyingParty:
      'Says that logging in is not possible, and logs the header and the aud, exp and jti of its assertion, never the assertion, for its operators.',
  },
  {
    code: 'TOKEN_SERVER_ERROR',
    title: 'The token endpoint met a fault of its own',
    place,
    change: (right, context) =>
      errorAnswer(
        numberOf(context, 'status'),
        'server_error',
        'A temporary internal error. Try again.',
      )(right, context),
    sent: 'The error server_error. Its status is 400, since the product behind CIS2 answers its own faults so.',
    goodRelyingParty:
      'Reads the error code and not the status alone: says that logging in failed for now, and offers to try again.',
    parameters: {
      status: {
        type: 'integer',
        default: 400,
        minimum: 400,
        maximum: 599,
        description: 'The HTTP status: 400 as the product behind CIS2 has it, 500 as most others would.',
      },
    },
  },
];

const DEFECTS: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'TOKEN_ID_TOKEN_MISSING',
    title: 'No ID token',
    place,
    change: withoutMembers('id_token'),
    sent: 'Status 200 with a valid access token, and no id_token.',
    goodRelyingParty: 'Logs nobody in: an access token says nothing of who logged in.',
  },
  {
    code: 'TOKEN_ACCESS_TOKEN_MISSING',
    title: 'No access token',
    place,
    change: withoutMembers('access_token'),
    sent: 'Status 200 with a valid ID token, and no access_token.',
    goodRelyingParty:
      'Refuses the response (RFC 6749 section 5.1), and does not ask UserInfo with an empty token.',
  },
  {
    code: 'TOKEN_TYPE_WRONG',
    title: 'A token type that nobody asked for',
    place,
    change: withMembers(() => ({ token_type: 'DPoP' })),
    sent: 'All tokens as they should be, with the token_type DPoP in place of Bearer.',
    goodRelyingParty: 'Does not use an access token whose type it does not know (RFC 6749 section 7.1).',
  },
  {
    code: 'TOKEN_TYPE_LOWER_CASE',
    title: 'The token type in lower case',
    place,
    change: withMembers(() => ({ token_type: 'bearer' })),
    sent: 'All tokens as they should be, with the token_type bearer in lower case.',
    goodRelyingParty: 'Logs the person in: the case of token_type does not matter (RFC 6749 section 5.1).',
  },
  {
    code: 'TOKEN_EXPIRES_IN_MISSING',
    title: 'The life of the access token is not said',
    place,
    change: withoutMembers('expires_in'),
    sent: 'All tokens as they should be, and no expires_in.',
    goodRelyingParty:
      'Logs the person in, and takes a life of its own choice: expires_in is only recommended.',
  },
  {
    code: 'TOKEN_EXPIRES_IN_AS_STRING',
    title: 'The life of the access token as a string',
    place,
    change: withMembers(({ expires_in }) => ({ expires_in: String(expires_in) })),
    sent: 'All tokens as they should be, with the digits of expires_in in a string, as some gateways send them.',
    goodRelyingParty:
      'Reads the digits, or refuses the response with a clear log line; it never adds them as text.',
  },
  {
    code: 'TOKEN_NOT_JSON',
    title: 'A page in place of the tokens',
    place,
    change: pageInPlaceOfJson,
    sent: 'Status 200 and a short HTML page, as text/html.',
    goodRelyingParty:
      'Looks at the content type, takes it as a failed log-in, and shows a page of its own without details.',
  },
];

export const TOKEN_RESPONSES: readonly ScenarioAt<typeof place>[] = [...REFUSALS, ...DEFECTS];
