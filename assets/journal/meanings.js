// What parameters, form fields and claims mean, in a sentence each, for people who do not know OpenID Connect by heart.

/** @type {Readonly<Record<string, string>>} */
const PARAMETERS = {
  acr_values: 'How strong the authenticator must be. It decides which authenticators are offered.',
  answer: 'What the person answered on the phone, or let happen.',
  authenticator: 'What the person chose to log in with.',
  client_assertion: 'A JWT that the application signed to prove who it is, in place of a secret.',
  client_assertion_type: 'The kind of client_assertion: always a JWT.',
  client_id: 'Which application this is.',
  client_secret: 'The application’s password. It never stands in the journal.',
  code: 'The authorization code: used once, by this application, to get tokens. It never stands in the journal.',
  code_challenge: 'PKCE: the hash of a secret that only whoever began the log-in can show later.',
  code_challenge_method: 'How code_challenge was made: S256 is SHA-256.',
  code_verifier: 'PKCE: the secret behind code_challenge.',
  cause: 'Why the session ended.',
  display: 'How pages should be shown.',
  do: 'Which button was pressed.',
  email: 'The NHSmail account that was typed.',
  error: 'The OAuth error code: the application decides by it what to do.',
  error_description: 'The error in words, for developers; not to be shown to users.',
  grant_type: 'What is exchanged for tokens: a code, or a refresh token.',
  id_token_hint: 'An ID token from before: says whose session is meant.',
  iss: 'Which provider answered; the application compares it with the issuer that it asked (RFC 9207).',
  login_hint: 'Who will probably log in.',
  logout_confirmed: 'The person said that they want to log out.',
  logout_token: 'A signed JWT that tells the application which session ended.',
  max_age: 'How long ago the person may have signed in, in seconds. Longer ago: sign in again.',
  mock_login: 'For the mock only: log this persona in without pages.',
  mock_on_failure: 'For the mock only: whether a failure ends on a page or goes back to the application.',
  mock_role: 'For the mock only: select this role.',
  mock_scenario: 'For the mock only: what is to go wrong.',
  nonce: 'A random value that comes back inside the ID token: ties the token to this log-in.',
  password: 'What was typed as the password. It never stands in the journal.',
  person_roleid: 'The role that the person selected.',
  post_logout_redirect_uri: 'Where the person goes after logging out. It must be registered.',
  prompt: 'Whether the person may be asked: none for never, login for a sign-in in any case.',
  redirect_uri: 'Where the answer goes. It must be registered, letter for letter.',
  refresh_token: 'Used to get new tokens without the person. It never stands in the journal.',
  request: 'The authorization request as a signed JWT.',
  response_mode: 'How the answer comes back: in the query of the address, unless said otherwise.',
  response_type: 'What is asked for: code, to be exchanged for tokens.',
  scope: 'What the application wants to know of the person: each word stands for some claims.',
  search: 'What the person searched roles for.',
  session_state: 'The state of the session at the provider.',
  state: 'A random value that comes back with the answer: the application checks that it began this log-in.',
  token: 'The token that this is about. It never stands in the journal.',
  token_type_hint: 'Which kind of token it is.',
  ui_locales: 'The languages that the person reads.',
  uid: 'The person, by the unique identifier of Care Identity.',
};

/** @type {Readonly<Record<string, string>>} */
const CLAIMS = {
  acr: 'Which level of assurance was asked for and reached.',
  alg: 'The algorithm of the signature.',
  amr: 'How the person signed in.',
  at_hash: 'Ties the ID token to the access token: half of its hash.',
  aud: 'Whom the token is for: the application compares it with its client_id.',
  auditTrackingId: 'For the provider’s audit log.',
  auth_time: 'When the person signed in, in seconds since 1970.',
  authentication_assurance_level: 'How strong the authentication was: 2 or 3.',
  azp: 'Which application asked for the token.',
  c_hash: 'Ties the ID token to the authorization code: half of its hash.',
  cause: 'Why the session ended.',
  email: 'The person’s e-mail address.',
  events: 'Says that this is a logout token.',
  exp: 'When the token stops being valid, in seconds since 1970.',
  family_name: 'The person’s family name.',
  given_name: 'The person’s given name.',
  iat: 'When the token was made, in seconds since 1970.',
  id_assurance_level: 'How well the person’s identity was proven: 3 is fully.',
  idassurancelevel: 'The same as id_assurance_level, under its other name.',
  iss: 'Who made the token: the application compares it with the issuer of the discovery document.',
  jti: 'Identifies the token, so that one that comes twice is noticed.',
  kid: 'Which key of the JWKS signed.',
  name: 'The person’s name.',
  nbf: 'Before this time the token is not valid, in seconds since 1970.',
  nhsid_nrbac_roles: 'The person’s roles, each with its organisation.',
  nhsid_user_orgs: 'The organisations that the person belongs to.',
  nhsid_useruid: 'The person’s unique identifier.',
  nonce: 'The nonce of the authorization request: the application compares it with what it sent.',
  'org.forgerock.openidconnect.ops': 'Of the product behind CIS2: the session, in a form of its own.',
  realm: 'Which realm of the provider.',
  s_hash: 'Ties the ID token to the state: half of its hash.',
  selected_roleid: 'The role that the person selected.',
  sid: 'What the application knows the session by. A logout token names the same.',
  sub: 'The person: their unique identifier.',
  subname: 'The same as sub.',
  tokenName: 'Of the product behind CIS2: which token this is.',
  tokenType: 'Of the product behind CIS2: in which form it comes.',
  typ: 'What kind of token this is.',
  uid: 'The person’s unique identifier.',
};

/**
 * @param {Readonly<Record<string, string>>} meanings
 * @param {string} name
 */
const meaningIn = (meanings, name) => (Object.hasOwn(meanings, name) ? meanings[name] : undefined);

/**
 * Of a parameter or form field; undefined for one that nothing is known of.
 *
 * @param {string} name
 */
export const parameterMeaning = (name) => meaningIn(PARAMETERS, name);

/**
 * Of a claim, or of a member of a JWT’s header.
 *
 * @param {string} name
 */
export const claimMeaning = (name) => meaningIn(CLAIMS, name);
