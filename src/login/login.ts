/**
 * One log-in: a run through the pages for one authorization request, as plain data, and the steps that carry it
 * on. Every step gives a new log-in and changes nothing else. Which page comes next is derived from the data, never
 * stored beside it. How it ends is decided by `rules.ts`.
 */
import { PASSWORD_ACR } from '../care-identity/authenticators.ts';
import type { LoginMethod } from '../care-identity/schema.ts';
import { recordKind } from '../environment/store.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import type { OutcomeCode } from './outcomes.ts';
import type { Decision, SignInResult } from './rules.ts';

/** Signing in to NHSmail: its page, then the number match. Moments are milliseconds since 1970. */
export interface NhsmailSignIn {
  startedAt: number;
  endedAt?: number;
  result?: SignInResult;
  /** The account as the directory spells it. */
  account?: string;
  numberMatch?: NumberMatch;
}

export interface NumberMatch {
  /** Two digits, 10 to 99. */
  number: string;
  askedAt: number;
  answer?: 'approve' | 'decline' | 'ignore';
  /** May lie ahead of the clock: an account’s after_seconds is reckoned, not waited for. */
  answeredAt?: number;
}

/** A single sign-on session that stands in for signing in. */
export interface ReusedSession {
  sessionId: string;
  uid: string;
  authenticator: LoginMethod;
  /** The NHSmail account, where that was the authenticator. */
  account?: string;
  /** Seconds since 1970: the moment of the sign-in that made the session. */
  authTime: number;
  /** The amr of that sign-in. */
  amr: string;
  selectedRoleId?: string;
}

export interface Login {
  id: string;
  /** The browser that began it: the value of its cookie. No other may carry it on. */
  browserId: string;
  request: AuthorizationRequest;
  startedAt: number;
  /** How many faults of a persona’s scenario this authorization request has met, Try again counted on. */
  faultsMet: number;
  authenticator?: LoginMethod;
  nhsmail?: NhsmailSignIn;
  /** Any other way: who it was. */
  direct?: { uid: string };
  /** When the authenticator finished: the moment of sign-in, whatever pages follow. */
  signedInAt?: number;
  session?: ReusedSession;
  /** The choice of a role: its id, or null for going on without one. */
  role?: { selected: string | null };
  /** Set once, by the rule that decided. */
  ended?: { decision: Decision; at: number };
}

/** Each may hold a long state, so fewer are kept than of other records. */
export const LOGINS = recordKind<Login>('login', 20_000);

/** What the person sees next. */
export type LoginStep =
  | 'choose_authenticator'
  | 'nhsmail_sign_in'
  | 'number_match'
  | 'choose_person'
  | 'password_sign_in'
  | 'select_role'
  | OutcomeCode;

/** The page this log-in stands at. `roleIsOpen` says that a role is to be chosen from several. */
export function stepOf(login: Login, roleIsOpen: boolean): LoginStep {
  if (login.ended) return login.ended.decision.outcome;
  if (login.session) return 'select_role';
  if (login.authenticator === undefined) return 'choose_authenticator';
  if (login.authenticator === 'user_password') {
    if (!login.direct) return 'password_sign_in';
  } else if (login.authenticator !== 'nhsmail') {
    if (!login.direct) return 'choose_person';
  } else {
    if (login.nhsmail?.result === undefined) return 'nhsmail_sign_in';
    if (login.nhsmail.numberMatch?.answer === undefined) return 'number_match';
  }
  return roleIsOpen ? 'select_role' : 'choose_authenticator';
}

/** Test accounts have nothing to choose: their log-in begins at user name and password. */
const withoutChoice = ({ assurance }: AuthorizationRequest): Pick<Login, 'authenticator'> =>
  assurance.acr === PASSWORD_ACR ? { authenticator: 'user_password' } : {};

export function startLogin(start: {
  id: string;
  browserId: string;
  request: AuthorizationRequest;
  now: number;
  faultsMet?: number;
  session?: ReusedSession;
}): Login {
  return {
    id: start.id,
    browserId: start.browserId,
    request: start.request,
    startedAt: start.now,
    faultsMet: start.faultsMet ?? 0,
    ...(start.session
      ? { authenticator: start.session.authenticator, session: start.session }
      : withoutChoice(start.request)),
  };
}

/** Begins with an authenticator; what another one had brought is forgotten. */
export function chooseAuthenticator(login: Login, authenticator: LoginMethod, now: number): Login {
  const {
    nhsmail: _nhsmail,
    direct: _direct,
    role: _role,
    signedInAt: _signedInAt,
    authenticator: _other,
    ...rest
  } = login;
  return { authenticator, ...(authenticator === 'nhsmail' ? { nhsmail: { startedAt: now } } : {}), ...rest };
}

/** Ends the sign-in page of NHSmail; when it succeeded, the number match begins at once. */
export function signInToNhsmail(
  login: Login,
  signIn: { result: SignInResult; account?: string; number: string },
  now: number,
): Login {
  const { result, account, number } = signIn;
  const { nhsmail, ...rest } = login;
  return {
    nhsmail: {
      startedAt: nhsmail?.startedAt ?? now,
      endedAt: now,
      result,
      ...(account === undefined ? {} : { account }),
      ...(result === 'succeeded' ? { numberMatch: { number, askedAt: now } } : {}),
    },
    ...rest,
  };
}

/** Answers the number match. `afterSeconds` is reckoned from the question; left out, the answer comes now. */
export function answerNumberMatch(
  login: Login,
  answer: NonNullable<NumberMatch['answer']>,
  at: { now: number; afterSeconds?: number },
): Login {
  const { nhsmail, ...rest } = login;
  if (!nhsmail?.numberMatch) throw new TypeError('no number match is under way');
  const { number, askedAt } = nhsmail.numberMatch;
  const answeredAt =
    at.afterSeconds === undefined ? at.now : Math.max(at.now, askedAt + at.afterSeconds * 1000);
  return {
    nhsmail: { ...nhsmail, numberMatch: { number, askedAt, answer, answeredAt } },
    ...rest,
    ...(answer === 'approve' ? { signedInAt: at.now } : {}),
  };
}

export function signInDirectly(login: Login, uid: string, now: number): Login {
  return { ...login, direct: { uid }, signedInAt: now };
}

/** Without its session, which has ended meanwhile, a log-in is at its beginning again. */
export function withoutSession(login: Login): Login {
  const { session: _session, authenticator: _authenticator, role: _role, ...rest } = login;
  return { ...withoutChoice(rest.request), ...rest };
}

export function selectRole(login: Login, selected: string | null): Login {
  return { ...login, role: { selected } };
}

/** The log-in as the rules ended it. It had not ended before. */
export function endLogin(login: Login, decision: Decision, at: number): Login {
  return { ended: { decision, at }, ...login };
}

/** Whether the authenticator has finished: from here on it is known who this is. */
export function isSignedIn(login: Login): boolean {
  return (
    login.session !== undefined ||
    login.direct !== undefined ||
    login.nhsmail?.numberMatch?.answer === 'approve'
  );
}

/** The NHSmail account that signed in, now or when the reused session began. */
export function nhsmailAccountOf(login: Login): string | undefined {
  return login.session ? login.session.account : login.nhsmail?.account;
}
