/** Scenarios in the claims of a logout token and in how it is delivered. */
import { NOBODYS_UID, otherIssuer, sidLike } from './credible-values.ts';
import { inSeconds, ONE_DAY, secondsOf } from './parameters.ts';
import type { Change, LogoutDraft, ScenarioAt } from './scenario.ts';
import { withClaims, withoutClaims } from './token-changes.ts';

const place = 'logout_token';

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const OTHER_EVENT = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';

const REFUSES = 'Answers 400, and ends no session.';

const posted =
  (posts: number): Change<LogoutDraft> =>
  (right) => ({ ...right, posts });

const aboutNobody: Change<LogoutDraft> = (right, context) =>
  withoutClaims('sid')(withClaims(() => ({ sub: NOBODYS_UID }))(right, context), context);

const PARTIES: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'LOGOUT_ISS_WRONG',
    title: 'The logout token is of another issuer',
    place,
    // Not of the context: a client may know the provider by another issuer.
    change: withClaims(({ iss }) => ({ iss: otherIssuer(String(iss)) })),
    sent: 'A logout token, rightly signed, whose iss is the issuer of another realm on the same host, for Healthcare that of oidc.',
    goodRelyingParty: REFUSES,
  },
  {
    code: 'LOGOUT_AUD_WRONG',
    title: 'The logout token is for another client',
    place,
    change: withClaims((_, { others }) => ({ aud: others.clientId })),
    sent: 'A logout token whose aud is the client_id of another client.',
    goodRelyingParty: REFUSES,
  },
  {
    code: 'LOGOUT_AUD_ARRAY',
    title: 'The audience of the logout token is a list of one',
    place,
    change: withClaims(({ aud }) => ({ aud: [aud] })),
    sent: 'A logout token whose aud is an array that holds the client_id alone, where CIS2 sends a string.',
    goodRelyingParty: 'Ends the session: both forms are right.',
  },
  {
    code: 'LOGOUT_SUB_AND_SID_MISSING',
    title: 'The logout token says neither who nor which session',
    place,
    change: withoutClaims('sub', 'sid'),
    sent: 'A logout token without sub and without sid.',
    goodRelyingParty: 'Answers 400, and ends no session, least of all every session.',
  },
  {
    code: 'LOGOUT_SUB_MISSING',
    title: 'The logout token says which session, not who',
    place,
    change: withoutClaims('sub'),
    sent: 'A logout token with the right sid, and without sub.',
    goodRelyingParty: 'Ends the session that sid names: one of the two is enough.',
  },
  {
    code: 'LOGOUT_SID_MISSING',
    title: 'The logout token says who, not which session',
    place,
    change: withoutClaims('sid'),
    sent: 'A logout token with the right sub, and without sid.',
    goodRelyingParty: 'Ends all sessions of that person.',
  },
  {
    code: 'LOGOUT_SUB_UNKNOWN',
    title: 'The logout token is about a person whom nobody knows',
    place,
    change: aboutNobody,
    sent: `A logout token whose sub is ${NOBODYS_UID}, a UID that nobody has, and without sid.`,
    goodRelyingParty: 'Ends nothing, and answers 200 or 400.',
  },
  {
    code: 'LOGOUT_SUB_OTHER',
    title: 'The logout token names another person for the session',
    place,
    change: withClaims((_, { others }) => ({ sub: others.uid })),
    sent: 'A logout token with the right sid and the sub of another person.',
    goodRelyingParty:
      'Ends neither the session nor those of the other person, since sub and sid do not belong together.',
  },
  {
    code: 'LOGOUT_SID_OTHER',
    title: 'The logout token names another session of the person',
    place,
    change: withClaims((_, { randomId }) => ({ sid: sidLike(randomId()) })),
    sent: 'A logout token with the right sub and a sid of the right form that the application was never given.',
    goodRelyingParty: 'Ends only what sid names, so nothing here, and answers 200 or 400.',
  },
];

const CONTENT: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'LOGOUT_EVENTS_MISSING',
    title: 'The logout token has no events',
    place,
    change: withoutClaims('events'),
    sent: 'A logout token without events, so that nothing but typ tells it from an ID token.',
    goodRelyingParty: REFUSES,
  },
  {
    code: 'LOGOUT_EVENTS_WRONG',
    title: 'The token is about another event',
    place,
    change: withClaims(() => ({ events: { [OTHER_EVENT]: {} } })),
    sent: `A token whose events names ${OTHER_EVENT} alone, not a back-channel logout.`,
    goodRelyingParty: REFUSES,
  },
  {
    code: 'LOGOUT_EVENT_NOT_EMPTY',
    title: 'The logout event has content',
    place,
    change: withClaims(() => ({ events: { [LOGOUT_EVENT]: { reason: 'session_terminated' } } })),
    sent: 'A logout token whose event holds the member reason, where it should be an empty object.',
    goodRelyingParty: 'Ends the session, and ignores what it does not know.',
  },
  {
    code: 'LOGOUT_NONCE_PRESENT',
    title: 'The logout token has a nonce',
    place,
    change: withClaims((_, { nonce, randomId }) => ({ nonce: nonce ?? randomId() })),
    sent: 'A logout token with a nonce, which only ID tokens may have.',
    goodRelyingParty: REFUSES,
  },
  {
    code: 'LOGOUT_JTI_MISSING',
    title: 'The logout token has no id of its own',
    place,
    change: withoutClaims('jti'),
    sent: 'A logout token without jti.',
    goodRelyingParty: 'Answers 400: without jti it cannot tell a replay.',
  },
];

const TIMES: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'LOGOUT_EXP_MISSING',
    title: 'The logout token has no exp',
    place,
    change: withoutClaims('exp'),
    sent: 'A logout token without exp, as older releases of the product behind CIS2 send it.',
    goodRelyingParty: 'Answers 400, or limits the age of the token by iat and ends the session.',
  },
  {
    code: 'LOGOUT_EXPIRED',
    title: 'The logout token has expired',
    place,
    change: withClaims((_, context) => ({ exp: context.now - secondsOf(context) })),
    sent: 'A logout token whose exp is past; iat is right.',
    goodRelyingParty: REFUSES,
    parameters: inSeconds(600, 365 * ONE_DAY, 'How long ago it expired, in seconds.'),
  },
  {
    code: 'LOGOUT_IAT_AHEAD',
    title: 'The logout token was issued a moment ahead',
    place,
    change: withClaims((_, context) => ({ iat: context.now + secondsOf(context) })),
    sent: 'A logout token whose iat is ahead of the time, by one second where nothing else is said; exp is right.',
    goodRelyingParty:
      'Allows for a few seconds between clocks and ends the session; answers 400 to a token from further ahead.',
    parameters: inSeconds(1, ONE_DAY, 'How far ahead iat is, in seconds.'),
  },
  {
    code: 'LOGOUT_IAT_STALE',
    title: 'The logout token is old',
    place,
    change: withClaims((_, context) => ({ iat: context.now - secondsOf(context) })),
    sent: 'A logout token whose iat is long past, from before the sign-in; exp is right.',
    goodRelyingParty: 'Answers 400, and ends no session that began after the token was issued.',
    parameters: inSeconds(3600, 30 * ONE_DAY, 'How long ago it was issued, in seconds.'),
  },
  {
    code: 'LOGOUT_IAT_MISSING',
    title: 'The logout token does not say when it was issued',
    place,
    change: withoutClaims('iat'),
    sent: 'A logout token without iat.',
    goodRelyingParty: REFUSES,
  },
];

const DELIVERY: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'LOGOUT_REPLAYED',
    title: 'The logout token comes twice',
    place,
    change: posted(2),
    sent: 'The same right logout token, posted twice, one after the other.',
    goodRelyingParty:
      'Ends the session by the first; knows the second by its jti, and answers 200 or 400 without effect.',
  },
  {
    code: 'LOGOUT_NOT_SENT',
    title: 'No logout token comes',
    place,
    change: posted(0),
    sent: 'Nothing: the session has ended at the provider, and the application is not told.',
    goodRelyingParty:
      'Ends its own session all the same after a time without activity, and in any case after its longest life.',
  },
];

export const LOGOUT_TOKENS: readonly ScenarioAt<typeof place>[] = [
  ...PARTIES,
  ...CONTENT,
  ...TIMES,
  ...DELIVERY,
];
