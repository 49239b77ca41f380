/**
 * How a good application words each failure of a log-in: what the person reads, and what those who run the
 * application are told. A person is never shown an error code, and never blamed.
 */

/** What a person can do about it. */
export type WayOn =
  /** Log in again, at once. */
  | 'again'
  /** Log in again, but not at once. */
  | 'later'
  /** Nothing: those who run the application have to act. */
  | 'none';

export interface Wording {
  heading: string;
  /** What the person reads first. */
  says: string;
  /** What the person can do, each a sentence. */
  advice: readonly string[];
  wayOn: WayOn;
  /** What the application’s log or alert tells those who run it. */
  forOperators: string;
}

const CONTACT_SUPPORT = 'Contact the support team of this application if you need to log in now.';

const TRY_LATER = 'Wait a few minutes, then log in again.';

const ASK_REGISTRATION_AUTHORITY = 'Ask your Registration Authority or local IT support for help.';

const NOT_SAFE = 'To keep your data safe, we did not log you in.';

export const WORDING = {
  access_denied: {
    heading: 'You did not log in',
    says: 'CIS2 told us that the log-in was not completed.',
    advice: [
      'Log in again. If you were asked to approve the sign-in on your phone, do it within a minute.',
      'Try a different way to log in: this application accepts a smartcard, NHSmail and the other ways that CIS2 offers.',
      'If your NHSmail account is not registered as an authenticator, or you have no role, ask your Registration Authority or local IT support.',
    ],
    wayOn: 'again',
    forOperators:
      'Nothing is wrong with the application. Many of these at once may mean that a site lost access.',
  },
  server_error: {
    heading: 'Something went wrong at CIS2',
    says: 'CIS2 could not log you in. You did nothing wrong.',
    advice: ['Log in again.', 'If it happens again, wait a few minutes.'],
    wayOn: 'again',
    forOperators: 'CIS2 met a fault. Look at its status page if this goes on.',
  },
  temporarily_unavailable: {
    heading: 'You cannot log in at the moment',
    says: 'CIS2 is too busy or is being worked on.',
    advice: [TRY_LATER],
    wayOn: 'later',
    forOperators: 'CIS2 is overloaded or under maintenance. Do not send people back to it in a loop.',
  },
  unknown_error: {
    heading: 'Something went wrong',
    says: 'CIS2 could not log you in, and did not tell us why.',
    advice: ['Log in again.', CONTACT_SUPPORT],
    wayOn: 'again',
    forOperators:
      'CIS2 sent an error code that the application does not know. It was treated like server_error.',
  },
  login_required: {
    heading: 'You need to log in',
    says: 'You are not logged in to CIS2 any more, or it needs to ask you something.',
    advice: ['Log in to carry on.'],
    wayOn: 'again',
    forOperators: 'The usual answer to prompt=none without a session. Begin a log-in with pages.',
  },
  not_set_up: {
    heading: 'This application cannot log you in',
    says: 'There is a problem with how this application is set up. You did nothing wrong.',
    advice: [CONTACT_SUPPORT],
    wayOn: 'none',
    forOperators: 'CIS2 refused the authorization request. Compare it with the registration of the client.',
  },
  unmatched_answer: {
    heading: 'We could not complete your log-in',
    says: 'The log-in took too long, or it was started in another place.',
    advice: ['Log in again from this page.', 'Use one browser, and allow cookies.'],
    wayOn: 'again',
    forOperators:
      'A callback came whose state belongs to no log-in under way. No code was redeemed, nobody was logged in or out.',
  },
  other_browser: {
    heading: 'We could not complete your log-in',
    says: 'This log-in was started in another browser.',
    advice: ['Log in again in this browser, with cookies allowed.'],
    wayOn: 'again',
    forOperators:
      'The state is known, but the cookie of the browser that began is missing. It may be an attack, or an application opened under two names, such as localhost and 127.0.0.1.',
  },
  callback_refused: {
    heading: 'We could not complete your log-in',
    says: `The answer that we got was not one we can trust. ${NOT_SAFE}`,
    advice: ['Log in again.', CONTACT_SUPPORT],
    wayOn: 'again',
    forOperators: 'The callback broke a rule of OAuth 2.0. No code was redeemed.',
  },
  discovery_unavailable: {
    heading: 'You cannot log in at the moment',
    says: 'We could not reach CIS2.',
    advice: [TRY_LATER],
    wayOn: 'later',
    forOperators:
      'The discovery document could not be fetched. The application goes on running and asks again later.',
  },
  discovery_refused: {
    heading: 'This application cannot log you in',
    says: 'There is a problem with the connection to CIS2. You did nothing wrong.',
    advice: [CONTACT_SUPPORT],
    wayOn: 'none',
    forOperators:
      'The discovery document cannot be used: compare the issuer with the one configured, and see what is missing.',
  },
  keys_unavailable: {
    heading: 'You cannot log in at the moment',
    says: `We could not check who you are. ${NOT_SAFE}`,
    advice: [TRY_LATER],
    wayOn: 'later',
    forOperators:
      'The JWK Set could not be read, so no signature could be verified. Nothing is accepted unverified.',
  },
  code_refused: {
    heading: 'Your log-in has expired',
    says: 'The log-in was used before, or took too long to complete.',
    advice: ['Log in again.'],
    wayOn: 'again',
    forOperators:
      'invalid_grant: the code was used, expired, another client’s, or came with another redirect URI or verifier.',
  },
  client_refused: {
    heading: 'This application cannot log you in',
    says: 'There is a problem with how this application is set up. You did nothing wrong.',
    advice: [CONTACT_SUPPORT],
    wayOn: 'none',
    forOperators:
      'invalid_client: CIS2 did not accept the application’s credentials. Trying again does not help.',
  },
  token_refused: {
    heading: 'We could not complete your log-in',
    says: 'CIS2 did not accept our request. You did nothing wrong.',
    advice: ['Log in again.', CONTACT_SUPPORT],
    wayOn: 'again',
    forOperators: 'The token endpoint refused the request. See its error and description.',
  },
  token_unavailable: {
    heading: 'We could not complete your log-in',
    says: 'CIS2 did not answer as it should. You did nothing wrong.',
    advice: [TRY_LATER],
    wayOn: 'later',
    forOperators:
      'The token endpoint gave no answer that can be read. Respect Retry-After, and do not repeat at once.',
  },
  tokens_incomplete: {
    heading: 'We could not complete your log-in',
    says: `The answer from CIS2 was not complete. ${NOT_SAFE}`,
    advice: ['Log in again.', CONTACT_SUPPORT],
    wayOn: 'again',
    forOperators:
      'The token response lacks what it must have, or has a token of a type that was not asked for.',
  },
  id_token_refused: {
    heading: 'We could not confirm who you are',
    says: `The answer from CIS2 did not pass our checks. ${NOT_SAFE}`,
    advice: ['Log in again.', CONTACT_SUPPORT],
    wayOn: 'again',
    forOperators:
      'The ID token was refused. The reason names the claim or the signature. Check the clock too.',
  },
  sign_in_too_old: {
    heading: 'You need to log in again',
    says: 'We asked you to log in afresh, but the log-in that we were told of is an older one.',
    advice: ['Log in again.'],
    wayOn: 'again',
    forOperators: 'auth_time is missing or from before the request, though prompt=login was asked for.',
  },
  identity_level_too_low: {
    heading: 'You cannot use this application yet',
    says: 'Your identity has not been checked to the level that this application needs.',
    advice: ['Ask your Registration Authority to check your identity to level 3.'],
    wayOn: 'none',
    forOperators: 'id_assurance_level is missing or too low. A comparison with nothing must not pass.',
  },
  sign_in_too_weak: {
    heading: 'You need a stronger way to log in',
    says: 'The way that you logged in is not strong enough for this application.',
    advice: [
      'Log in again with a smartcard, security key or another way that this application accepts.',
      ASK_REGISTRATION_AUTHORITY,
    ],
    wayOn: 'again',
    forOperators: 'authentication_assurance_level or acr is missing, or below what was asked for.',
  },
  userinfo_refused: {
    heading: 'We could not complete your log-in',
    says: 'We could not get your details from CIS2. You did nothing wrong.',
    advice: ['Log in again.', CONTACT_SUPPORT],
    wayOn: 'again',
    forOperators: 'UserInfo refused the access token. Nobody is logged in with half of the data.',
  },
  userinfo_unavailable: {
    heading: 'We could not complete your log-in',
    says: 'We could not get your details from CIS2. You did nothing wrong.',
    advice: [TRY_LATER],
    wayOn: 'later',
    forOperators: 'UserInfo gave no answer, or an error of its own.',
  },
  userinfo_unusable: {
    heading: 'We could not complete your log-in',
    says: 'We could not read your details from CIS2. You did nothing wrong.',
    advice: ['Log in again.', CONTACT_SUPPORT],
    wayOn: 'again',
    forOperators: 'The answer of UserInfo has not the form that it should have. Nothing of it was used.',
  },
  userinfo_other_person: {
    heading: 'We could not confirm who you are',
    says: `The details that we got belong to somebody else. ${NOT_SAFE}`,
    advice: ['Log in again.', CONTACT_SUPPORT],
    wayOn: 'again',
    forOperators: 'sub of UserInfo is not that of the ID token. Nothing of the answer was used.',
  },
  no_role: {
    heading: 'You need a role to use this application',
    says: 'You have no role, or you did not choose one when you logged in.',
    advice: ['Log in again and choose a role.', 'Ask your Registration Authority if you should have a role.'],
    wayOn: 'again',
    forOperators: 'selected_roleid is missing or empty, or UserInfo lists no role.',
  },
  role_not_listed: {
    heading: 'You cannot use this application with this role',
    says: 'The role that you chose is not one of the roles that we were told you have.',
    advice: ['Log in again and choose another role.', 'Ask your Registration Authority to check your roles.'],
    wayOn: 'again',
    forOperators:
      'No role of UserInfo has the person_roleid of selected_roleid. No other role was used in its place.',
  },
} as const satisfies Readonly<Record<string, Wording>>;

export type FailureKind = keyof typeof WORDING;

/** What the error code of a callback comes to; any other is an unknown_error. */
export const OF_ERROR_CODE: Readonly<Record<string, FailureKind>> = {
  access_denied: 'access_denied',
  server_error: 'server_error',
  temporarily_unavailable: 'temporarily_unavailable',
  login_required: 'login_required',
  interaction_required: 'login_required',
  consent_required: 'login_required',
  account_selection_required: 'login_required',
  invalid_scope: 'not_set_up',
  invalid_request: 'not_set_up',
  unauthorized_client: 'not_set_up',
  unsupported_response_type: 'not_set_up',
};
