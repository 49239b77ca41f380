/** Scenarios in what an ID token says of itself: issuer, audience, nonce, hashes and times. */
import { hashLike, issuerWithOtherPort, otherIssuer } from './credible-values.ts';
import { inSeconds, ONE_DAY, secondsOf } from './parameters.ts';
import type { ScenarioAt } from './scenario.ts';
import { withClaims, withoutClaims } from './token-changes.ts';

const place = 'id_token';

const REFUSES_THE_TOKEN = 'Refuses the token, logs nobody in, and says in its log which claim was wrong.';

const PARTIES: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'ID_TOKEN_ISS_WRONG',
    title: 'The ID token is of another issuer',
    place,
    change: withClaims((_, { issuer }) => ({ iss: otherIssuer(issuer) })),
    sent: 'An ID token, rightly signed, whose iss is the issuer of another realm on the same host, for Healthcare that of oidc.',
    goodRelyingParty: REFUSES_THE_TOKEN,
  },
  {
    code: 'ID_TOKEN_ISS_WITHOUT_PORT',
    title: 'The ID token names the issuer without its port',
    place,
    change: withClaims((_, { issuer }) => ({ iss: issuerWithOtherPort(issuer) })),
    sent: 'An ID token whose iss lacks the explicit port of the issuer; an issuer without a port gets the usual one of its scheme.',
    goodRelyingParty: 'Compares iss as text, character by character, and refuses the token.',
  },
  {
    code: 'ID_TOKEN_AUD_WRONG',
    title: 'The ID token is for another client',
    place,
    change: withClaims((_, { others }) => ({ aud: others.clientId })),
    sent: 'An ID token whose aud is the client_id of another client; azp is right.',
    goodRelyingParty: REFUSES_THE_TOKEN,
  },
  {
    code: 'ID_TOKEN_AUD_ARRAY',
    title: 'The audience is a list of one',
    place,
    change: withClaims(({ aud }) => ({ aud: [aud] })),
    sent: 'An ID token whose aud is an array that holds the client_id alone, where CIS2 sends a string.',
    goodRelyingParty: 'Logs the person in: both forms are right (OpenID Connect Core section 2).',
  },
  {
    code: 'ID_TOKEN_AUD_SEVERAL',
    title: 'The ID token is for another client too',
    place,
    change: withClaims(({ aud }, { others }) => ({ aud: [aud, others.clientId] })),
    sent: 'An ID token whose aud is an array of the client_id and that of another client; azp is right.',
    goodRelyingParty:
      'Refuses a token that has an audience which it does not trust (OpenID Connect Core section 3.1.3.7).',
  },
  {
    code: 'ID_TOKEN_AZP_WRONG',
    title: 'The ID token was issued to another client',
    place,
    change: withClaims((_, { others }) => ({ azp: others.clientId })),
    sent: 'An ID token whose azp is the client_id of another client; aud is right.',
    goodRelyingParty: REFUSES_THE_TOKEN,
  },
  {
    code: 'ID_TOKEN_NONCE_WRONG',
    title: 'The nonce of another log-in',
    place,
    change: withClaims((_, { randomId }) => ({ nonce: randomId() })),
    sent: 'An ID token with a nonce that the application did not send.',
    goodRelyingParty: 'Refuses the token: it may have been made for another browser.',
  },
  {
    code: 'ID_TOKEN_NONCE_MISSING',
    title: 'The ID token has no nonce',
    place,
    change: withoutClaims('nonce'),
    sent: 'An ID token without a nonce, though the authorization request had one.',
    goodRelyingParty: 'Refuses the token if it sent a nonce.',
  },
  {
    code: 'ID_TOKEN_NONCE_UNASKED',
    title: 'A nonce that nobody asked for',
    place,
    change: withClaims(({ nonce }, { randomId }) => ({ nonce: nonce ?? randomId() })),
    sent: 'An ID token with a nonce, though the authorization request had none. A nonce that was sent comes back unchanged.',
    goodRelyingParty: 'Refuses a token with a nonce that it did not send.',
  },
  {
    code: 'ID_TOKEN_AT_HASH_WRONG',
    title: 'The hash of another access token',
    place,
    change: withClaims((_, { randomId }) => ({ at_hash: hashLike(randomId()) })),
    sent: 'An ID token whose at_hash has the right form and belongs to another access token.',
    goodRelyingParty: 'Compares at_hash where it is there, and does not use the access token.',
  },
  {
    code: 'ID_TOKEN_SUB_MISSING',
    title: 'The ID token names nobody',
    place,
    change: withoutClaims('sub'),
    sent: 'An ID token without sub; subname and uid are as they should be.',
    goodRelyingParty: REFUSES_THE_TOKEN,
  },
];

const TIMES: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'ID_TOKEN_EXPIRED',
    title: 'The ID token has expired',
    place,
    change: withClaims((_, context) => ({ exp: context.now - secondsOf(context) })),
    sent: 'An ID token whose exp is past; iat and auth_time are right.',
    goodRelyingParty: 'Refuses the token; a minute or two of leeway between clocks is enough.',
    parameters: inSeconds(600, 365 * ONE_DAY, 'How long ago it expired, in seconds.'),
  },
  {
    code: 'ID_TOKEN_EXP_MISSING',
    title: 'The ID token never expires',
    place,
    change: withoutClaims('exp'),
    sent: 'An ID token without exp.',
    goodRelyingParty: REFUSES_THE_TOKEN,
  },
  {
    code: 'ID_TOKEN_NOT_YET_VALID',
    title: 'The ID token is not valid yet',
    place,
    change: withClaims((_, context) => ({ nbf: context.now + secondsOf(context) })),
    sent: 'An ID token with an nbf in the future, a claim that CIS2 does not send.',
    goodRelyingParty: 'Refuses the token until then (RFC 7519 section 4.1.5).',
    parameters: inSeconds(600, 365 * ONE_DAY, 'How far ahead nbf is, in seconds.'),
  },
  {
    code: 'ID_TOKEN_ISSUED_IN_FUTURE',
    title: 'The ID token was issued in the future',
    place,
    change: withClaims(({ exp }, context) => ({
      iat: context.now + secondsOf(context),
      exp: Number(exp) + secondsOf(context),
    })),
    sent: 'An ID token whose iat is ahead of the time, and its exp by as much; auth_time is right.',
    goodRelyingParty: 'Allows for a little skew between clocks, and refuses a token from further ahead.',
    parameters: inSeconds(600, 365 * ONE_DAY, 'How far ahead iat is, in seconds.'),
  },
  {
    code: 'ID_TOKEN_IAT_MISSING',
    title: 'The ID token does not say when it was issued',
    place,
    change: withoutClaims('iat'),
    sent: 'An ID token without iat.',
    goodRelyingParty: REFUSES_THE_TOKEN,
  },
  {
    code: 'ID_TOKEN_TIMES_IN_MILLISECONDS',
    title: 'Times in milliseconds',
    place,
    change: withClaims(({ iat, exp, auth_time }) => ({
      iat: Number(iat) * 1000,
      exp: Number(exp) * 1000,
      auth_time: Number(auth_time) * 1000,
    })),
    sent: 'An ID token whose iat, exp and auth_time are milliseconds: a time tens of thousands of years ahead.',
    goodRelyingParty: 'Refuses the token for its iat, which is far in the future.',
  },
  {
    code: 'ID_TOKEN_AUTH_TIME_STALE',
    title: 'The sign-in was long ago',
    place,
    change: withClaims((_, context) => ({ auth_time: context.now - secondsOf(context) })),
    sent: 'A fresh ID token whose auth_time is long past, whatever prompt and max_age asked for.',
    goodRelyingParty:
      'Where it asked for max_age or prompt=login, compares auth_time with it, and asks for a new sign-in.',
    parameters: inSeconds(600, 30 * ONE_DAY, 'How long ago the sign-in was, in seconds.'),
  },
  {
    code: 'ID_TOKEN_AUTH_TIME_AHEAD',
    title: 'The sign-in is in the future',
    place,
    change: withClaims((_, context) => ({ auth_time: context.now + secondsOf(context) })),
    sent: 'A fresh ID token whose auth_time is ahead of the time.',
    goodRelyingParty: 'Allows for a little skew between clocks, and refuses a sign-in from further ahead.',
    parameters: inSeconds(600, 30 * ONE_DAY, 'How far ahead the sign-in is, in seconds.'),
  },
  {
    code: 'ID_TOKEN_AUTH_TIME_MISSING',
    title: 'The time of the sign-in is not said',
    place,
    change: withoutClaims('auth_time'),
    sent: 'An ID token without auth_time.',
    goodRelyingParty: 'Refuses the token if it asked for max_age; otherwise it can do without.',
  },
  {
    code: 'ID_TOKEN_AUTH_TIME_AS_STRING',
    title: 'The time of the sign-in as a string',
    place,
    change: withClaims(({ auth_time }) => ({ auth_time: String(auth_time) })),
    sent: 'An ID token whose auth_time is a string of digits, where it should be a number.',
    goodRelyingParty: 'Refuses the token with a clear log line; it never compares text with a number.',
  },
];

export const ID_TOKENS: readonly ScenarioAt<typeof place>[] = [...PARTIES, ...TIMES];
