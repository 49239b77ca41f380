/**
 * How a log-in ends: an ordered list of named rules; the first that matches decides. Pure functions over plain
 * facts and a given `now`. While no rule matches, the log-in goes on; only the last rule lets tokens come into
 * being. This file imports no HTTP, no storage and no signing, and a test keeps it so.
 */
import type { Binding, LoginMethod } from '../care-identity/schema.ts';
import type { FailureCode, OutcomeCode } from './outcomes.ts';

/** What is known of a log-in so far. Moments are milliseconds since 1970, by the environment’s clock. */
export interface LoginFacts {
  startedAt: number;
  limits: { loginSeconds: number; signInSeconds: number; numberMatchSeconds: number };
  /** A scenario that ends this log-in now: it stands above the facts. */
  scenario?: ForcedEnd;
  /** A scenario that waits until it is known who logs in: it acts where the log-in ends before that. */
  waiting?: ForcedEnd;
  /** What was chosen, and what reaches the requested assurance. */
  authenticator?: LoginMethod;
  requestedAcr: string;
  sufficientAuthenticators: readonly LoginMethod[];
  /** NHSmail: from the sign-in page to e-mail address and password. */
  signIn?: { startedAt: number; endedAt?: number; result?: SignInResult };
  /** NHSmail: from the number on the page to the answer in the app. */
  numberMatch?: { askedAt: number; answeredAt?: number; answer?: 'approve' | 'decline' | 'ignore' };
  /** The authenticator has said who it is: NHSmail approved, another authenticator used, or a session reused. */
  signedIn: boolean;
  /** Whether that leads to a Care Identity profile that exists: one can be removed while a log-in is under way. */
  profileExists: boolean;
  /** The NHSmail account that signed in, and the profile it is bound to, if any. */
  nhsmail?: { account: string; bindingStatus: NonNullable<Binding['status']> | 'none'; uid?: string };
  availability: 'private_beta' | 'general';
  organisations: readonly { orgCode: string; inPrivateBeta: boolean }[];
  /** The choice of a role: not part of this log-in, still open, made, or over without a role. */
  role: 'not_asked' | 'open' | 'selected' | 'none_possible' | 'declined';
  roleIsRequired: boolean;
}

export type SignInResult = 'succeeded' | 'wrong_password' | 'account_locked' | 'cancelled';

/** How a scenario ends a log-in, who chose it and why. */
export interface ForcedEnd {
  code: string;
  outcome: FailureCode;
  /** What is made out to have happened. */
  detail: string;
  oauthError?: string;
  level: 'one_shot' | 'request' | 'persona' | 'client' | 'environment';
  why: string;
  /** What is sent, for the journal. */
  sent: string;
  /** The queued one-shot that this uses up. */
  oneShotId?: string;
}

/** Why a rule matched, in the developer’s voice. */
export interface Explanation {
  found: string;
  expected: string;
  mend: string;
  /** The OAuth error code where a scenario names another than the outcome’s own. */
  oauthError?: string;
  /** The scenario that decided, and with it the outcome. */
  scenario?: ForcedEnd;
}

export interface Decision extends Explanation {
  /** The rule that decided, by its name in the list. */
  rule: string;
  outcome: OutcomeCode;
}

export interface Rule {
  name: string;
  /** The outcome, unless the explanation has a scenario, which says it. */
  outcome: OutcomeCode;
  /** The explanation where the rule matches, otherwise undefined. */
  matches: (facts: LoginFacts, now: number) => Explanation | undefined;
}

const secondsBetween = (from: number, to: number) => (to - from) / 1000;

const aScenarioActs: Rule['matches'] = ({ scenario }) => {
  if (!scenario) return undefined;
  const { code, detail, why, oauthError } = scenario;
  return {
    found: `${detail} (scenario ${code}: ${why})`,
    expected: 'no scenario that ends the log-in',
    mend: 'Remove the scenario, or try again where it acts only for a number of times.',
    scenario,
    ...(oauthError === undefined ? {} : { oauthError }),
  };
};

const loginIsTooOld: Rule['matches'] = ({ startedAt, limits }, now) => {
  const age = secondsBetween(startedAt, now);
  if (age <= limits.loginSeconds) return undefined;
  return {
    found: `the log-in is ${age} seconds old`,
    expected: `at most ${limits.loginSeconds} seconds (settings.timeouts.login_seconds)`,
    mend: 'Log in again and finish sooner, or raise timeouts.login_seconds.',
  };
};

const signInTookTooLong: Rule['matches'] = ({ signIn, limits }, now) => {
  if (!signIn) return undefined;
  const took = secondsBetween(signIn.startedAt, signIn.endedAt ?? now);
  if (took <= limits.signInSeconds) return undefined;
  return {
    found: `signing in to NHSmail took ${took} seconds`,
    expected: `at most ${limits.signInSeconds} seconds (settings.timeouts.sign_in_seconds)`,
    mend: 'Sign in sooner, or raise timeouts.sign_in_seconds.',
  };
};

const numberMatchTookTooLong: Rule['matches'] = ({ numberMatch, limits }, now) => {
  if (!numberMatch) return undefined;
  const ignored = numberMatch.answer === 'ignore';
  const took = secondsBetween(numberMatch.askedAt, numberMatch.answeredAt ?? now);
  if (!ignored && took <= limits.numberMatchSeconds) return undefined;
  return {
    found: ignored
      ? 'the number match was left to run out'
      : `the number match was unanswered for ${took} seconds`,
    expected: `an answer within ${limits.numberMatchSeconds} seconds (settings.timeouts.number_match_seconds)`,
    mend: 'Approve the number sooner, shorten the account’s approval.after_seconds, or raise timeouts.number_match_seconds.',
  };
};

const signInWasNotFinished: Rule['matches'] = ({ signIn, numberMatch }) => {
  const expected = 'a finished sign-in to NHSmail: right password, account not locked, number approved';
  if (signIn?.result === 'wrong_password') {
    return {
      found: 'a wrong password',
      expected,
      mend: 'Type the account’s password, which is the word password unless the fixtures say otherwise.',
    };
  }
  if (signIn?.result === 'account_locked') {
    return {
      found: 'the NHSmail account is locked',
      expected,
      mend: 'Set locked to false for this NHSmail account.',
    };
  }
  if (signIn?.result === 'cancelled') {
    return { found: 'the person cancelled the sign-in', expected, mend: 'Sign in instead of cancelling.' };
  }
  if (numberMatch?.answer === 'decline') {
    return {
      found: 'the number match was declined',
      expected,
      mend: 'Approve the number, or change the account’s approval.',
    };
  }
  return undefined;
};

const nhsmailIsNotBound: Rule['matches'] = ({ signedIn, nhsmail }) => {
  if (!signedIn || !nhsmail || nhsmail.bindingStatus === 'registered') return undefined;
  const found =
    nhsmail.bindingStatus === 'none'
      ? `no Care Identity profile has ${nhsmail.account} as an authenticator`
      : `the binding of ${nhsmail.account} to profile ${nhsmail.uid} is ${nhsmail.bindingStatus}`;
  return {
    found,
    expected: 'a Care Identity profile with this NHSmail account registered (bound) as an authenticator',
    mend: `Register the account: POST /_mock/nhsmail/${nhsmail.account}/binding with a person’s uid, or an authenticator of type nhsmail in the fixtures.`,
  };
};

const organisationIsNotInBeta: Rule['matches'] = ({ signedIn, nhsmail, availability, organisations }) => {
  if (!signedIn || !nhsmail || availability !== 'private_beta') return undefined;
  if (organisations.some(({ inPrivateBeta }) => inPrivateBeta)) return undefined;
  const codes = organisations.map(({ orgCode }) => orgCode).join(', ');
  return {
    found:
      codes === ''
        ? 'the person has no organisation'
        : `none of the person’s organisations is in the beta: ${codes}`,
    expected: 'at least one organisation with nhsmail_private_beta true',
    mend: 'Set nhsmail_private_beta to true for one of them (PATCH /_mock/organisations/…), or settings.nhsmail.availability to general.',
  };
};

const authenticatorIsTooWeak: Rule['matches'] = ({
  authenticator,
  requestedAcr,
  sufficientAuthenticators,
}) => {
  if (!authenticator || sufficientAuthenticators.includes(authenticator)) return undefined;
  return {
    found: `${authenticator} was used for ${requestedAcr}`,
    expected: `one of: ${sufficientAuthenticators.join(', ')}`,
    mend: 'Use another authenticator, or ask for acr_values that this one reaches, such as AAL2_OR_AAL3_ANY.',
  };
};

const roleIsMissing: Rule['matches'] = ({ signedIn, role, roleIsRequired }) => {
  if (!signedIn || !roleIsRequired || (role !== 'none_possible' && role !== 'declined')) return undefined;
  return {
    found: role === 'declined' ? 'the person went on without a role' : 'the person has no role to select',
    expected: 'a selected role, since the client has require_selected_role',
    mend: 'Select a role, give the person one, or set require_selected_role to false for the client.',
  };
};

const everythingIsDone: Rule['matches'] = ({ signedIn, profileExists, role }) => {
  if (!signedIn || !profileExists || role === 'open') return undefined;
  return { found: 'a valid log-in, in time', expected: 'just that', mend: 'Nothing to mend.' };
};

/** The order is behaviour: the first rule that matches decides. */
export const RULES: readonly Rule[] = [
  { name: 'a scenario decides', outcome: 'internal_error', matches: aScenarioActs },
  { name: 'the log-in is too old', outcome: 'timed_out', matches: loginIsTooOld },
  { name: 'signing in to NHSmail took too long', outcome: 'timed_out', matches: signInTookTooLong },
  { name: 'the number match took too long', outcome: 'timed_out', matches: numberMatchTookTooLong },
  {
    name: 'nobody finished signing in to NHSmail',
    outcome: 'nhsmail_declined',
    matches: signInWasNotFinished,
  },
  {
    name: 'the NHSmail account is not registered',
    outcome: 'nhsmail_not_registered',
    matches: nhsmailIsNotBound,
  },
  {
    name: 'no organisation of the person is in the private beta',
    outcome: 'organisation_not_in_private_beta',
    matches: organisationIsNotInBeta,
  },
  {
    name: 'the authenticator is too weak',
    outcome: 'authenticator_too_weak',
    matches: authenticatorIsTooWeak,
  },
  { name: 'a role is required and none is selected', outcome: 'no_role', matches: roleIsMissing },
  { name: 'authenticated', outcome: 'authenticated', matches: everythingIsDone },
];

/** The first rule that matches, or undefined while the log-in goes on. */
export function decide(facts: LoginFacts, now: number): Decision | undefined {
  for (const rule of RULES) {
    const explanation = rule.matches(facts, now);
    if (!explanation) continue;
    const { waiting, ...others } = facts;
    if (waiting && !explanation.scenario) return decide({ ...others, scenario: waiting }, now);
    return { rule: rule.name, outcome: explanation.scenario?.outcome ?? rule.outcome, ...explanation };
  }
  return undefined;
}
