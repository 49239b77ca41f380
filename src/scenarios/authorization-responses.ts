/** Scenarios in what the browser brings back to the redirect URI. */
import { issuerWithOtherPort, otherIssuer } from './credible-values.ts';
import type { Callback, Change, ScenarioAt, ScenarioContext } from './scenario.ts';

const place = 'authorization_response';

const without =
  (name: string): Change<Callback> =>
  (right) =>
    right.filter(([each]) => each !== name);

const withValue =
  (name: string, made: (context: ScenarioContext) => string): Change<Callback> =>
  (right, context) =>
    right.map((parameter) => (parameter[0] === name ? [name, made(context)] : parameter));

const codeTwice: Change<Callback> = (right, { randomId }) =>
  right.flatMap(
    (parameter): Callback => (parameter[0] === 'code' ? [parameter, ['code', randomId()]] : [parameter]),
  );

/** An error answer has state and iss, and nothing else of a right one (RFC 6749 section 4.1.2.1, RFC 9207). */
const errorInPlaceOfCode =
  (error: string, description: string): Change<Callback> =>
  (right) => [
    ['error', error],
    ['error_description', description],
    ...right.filter(([name]) => name === 'state' || name === 'iss'),
  ];

const REFUSES_THE_CALLBACK = 'Refuses the callback, redeems no code, and offers to log in anew.';

const RIGHT_AND_WRONG: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'STATE_MISSING',
    title: 'The callback has no state',
    place,
    change: without('state'),
    sent: 'A valid code with scope, iss and client_id, and no state.',
    goodRelyingParty: REFUSES_THE_CALLBACK,
  },
  {
    code: 'STATE_WRONG',
    title: 'The state of another log-in',
    place,
    change: withValue('state', ({ randomId }) => randomId()),
    sent: 'A valid code with a state that the application did not send; without a state in the request there is none here either.',
    goodRelyingParty: REFUSES_THE_CALLBACK,
  },
  {
    code: 'ISS_WRONG',
    title: 'The callback names another issuer',
    place,
    change: withValue('iss', ({ issuer }) => otherIssuer(issuer)),
    sent: 'A valid code with an iss that is the issuer of another realm on the same host, for Healthcare that of oidc.',
    goodRelyingParty:
      'Compares iss with the issuer that it sent the browser to (RFC 9207), and sends the code to no token endpoint.',
  },
  {
    code: 'ISS_WITHOUT_PORT',
    title: 'The callback names the issuer without its port',
    place,
    change: withValue('iss', ({ issuer }) => issuerWithOtherPort(issuer)),
    sent: 'A valid code with an iss whose explicit port is left out; an issuer without a port gets the usual one of its scheme.',
    goodRelyingParty: 'Compares iss as text, character by character, and refuses the callback.',
  },
  {
    code: 'ISS_MISSING',
    title: 'The callback has no iss',
    place,
    change: without('iss'),
    sent: 'A valid code with scope, state and client_id, and no iss.',
    goodRelyingParty:
      'Goes on: the discovery document does not promise iss on callbacks, so an application with one provider needs none.',
  },
  {
    code: 'CODE_MISSING',
    title: 'The callback has no code',
    place,
    change: without('code'),
    sent: 'State, iss, scope and client_id as they should be, and neither code nor error.',
    goodRelyingParty:
      'Shows a page that says that logging in failed; it never asks for tokens with an empty code.',
  },
  {
    code: 'CODE_UNKNOWN',
    title: 'A code that was never issued',
    place,
    change: withValue('code', ({ randomId }) => randomId()),
    sent: 'A code of the right form that was never issued. The token endpoint will answer invalid_grant.',
    goodRelyingParty:
      'Takes the invalid_grant of the token endpoint as a failed log-in, and offers to log in anew.',
  },
  {
    code: 'CODE_REPEATED',
    title: 'Two codes in one callback',
    place,
    change: codeTwice,
    sent: 'The parameter code twice: first the valid code, then one that was never issued.',
    goodRelyingParty:
      'Refuses a callback with a repeated parameter (RFC 6749 section 3.1), and redeems neither code.',
  },
  {
    code: 'RESPONSE_CLIENT_ID_MISSING',
    title: 'The callback has no client_id',
    place,
    change: without('client_id'),
    sent: 'A valid code with scope, state and iss, without the client_id that CIS2 adds.',
    goodRelyingParty:
      'Goes on: client_id is no part of the standard’s callback, and nothing should hang on it.',
  },
  {
    code: 'RESPONSE_EXTRA_PARAMETER',
    title: 'The callback has a parameter that no standard knows',
    place,
    change: (right, { randomId }) => [...right, ['session_state', randomId()]],
    sent: 'The right callback and one parameter more: session_state, which some products send.',
    goodRelyingParty:
      'Ignores a parameter that it does not know (RFC 6749 section 4.1.2), and logs the person in.',
  },
];

const ERRORS: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'INVALID_SCOPE',
    title: 'The provider refuses a scope',
    place,
    change: errorInPlaceOfCode('invalid_scope', 'Unknown/invalid scope(s): [nationalrbacaccess]'),
    sent: 'The error invalid_scope in place of the code, with state and iss.',
    goodRelyingParty:
      'Says that logging in is not possible, and tells its operators: the scopes that it asks for are not those it is registered for.',
  },
  {
    code: 'LOGIN_REQUIRED',
    title: 'Nobody is logged in, and no page may be shown',
    place,
    change: errorInPlaceOfCode('login_required', 'The request requires login.'),
    sent: 'The error login_required in place of the code, with state and iss: the usual answer to prompt=none without a session.',
    goodRelyingParty: 'After prompt=none, begins a log-in with pages; otherwise offers to log in anew.',
  },
  {
    code: 'INTERACTION_REQUIRED',
    title: 'A page is needed, and none may be shown',
    place,
    change: errorInPlaceOfCode(
      'interaction_required',
      'The request requires some interaction that is not allowed.',
    ),
    sent: 'The error interaction_required in place of the code, with state and iss: what the product behind CIS2 answers to prompt=none.',
    goodRelyingParty: 'Treats it like login_required: begins a log-in with pages.',
  },
  {
    code: 'UNAUTHORIZED_CLIENT',
    title: 'The client may not ask for a code',
    place,
    change: errorInPlaceOfCode(
      'unauthorized_client',
      'The client is not authorized to request an authorization code using this method.',
    ),
    sent: 'The error unauthorized_client in place of the code, with state and iss.',
    goodRelyingParty:
      'Says that logging in is not possible, and tells its operators: the registration has to be mended, trying again does not help.',
  },
  {
    code: 'SERVER_ERROR_CALLBACK',
    title: 'The provider sends its own fault to the application',
    place,
    change: errorInPlaceOfCode('server_error', 'A temporary internal error. Try again.'),
    sent: 'The error server_error in place of the code, with state and iss, whatever on_login_failure says.',
    goodRelyingParty: 'Says that logging in failed through no fault of the person, and offers to try again.',
  },
  {
    code: 'TEMPORARILY_UNAVAILABLE_CALLBACK',
    title: 'The provider tells the application that it is overloaded',
    place,
    change: errorInPlaceOfCode('temporarily_unavailable', 'The service is temporarily unavailable.'),
    sent: 'The error temporarily_unavailable in place of the code, with state and iss, whatever on_login_failure says.',
    goodRelyingParty: 'Offers to try again later, and does not send the browser back by itself in a loop.',
  },
  {
    code: 'ERROR_WITHOUT_STATE',
    title: 'An error that cannot be matched to a log-in',
    place,
    change: (right, context) =>
      errorInPlaceOfCode('access_denied', 'Resource Owner did not authorize the request')(
        without('state')(right, context),
        context,
      ),
    sent: 'The error access_denied with iss, and neither code nor state.',
    goodRelyingParty:
      'Shows a page that says that logging in failed, and leaves pending log-ins and the session as they are.',
  },
];

export const AUTHORIZATION_RESPONSES: readonly ScenarioAt<typeof place>[] = [...RIGHT_AND_WRONG, ...ERRORS];
