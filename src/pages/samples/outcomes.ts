/**
 * Samples of the pages that end a log-in. The reason on each is what the rules themselves say of the facts that are
 * given here; where they would end it otherwise, there is no picture.
 */
import { FAILURES, type FailureCode } from '../../login/outcomes.ts';
import { decide, type ForcedEnd, type LoginFacts } from '../../login/rules.ts';
import { OUTCOME_VIEWS } from '../login-pages.ts';
import type { OutcomePage } from '../models.ts';
import { SUPPORT_LINKS } from '../support-links.ts';
import { APPLICATION, type Sample, sample } from './sample.ts';

/** Seconds from the start of the log-in to now. */
const NOW_SECONDS = 100;
const at = (seconds: number) => seconds * 1000;

const ACCOUNT = 'alex.bound@nhs.net';

/** A log-in by NHSmail in which everything is right. */
const RIGHT: LoginFacts = {
  startedAt: at(0),
  limits: { loginSeconds: 900, signInSeconds: 300, numberMatchSeconds: 60 },
  authenticator: 'nhsmail',
  requestedAcr: 'AAL2_OR_AAL3_ANY',
  sufficientAuthenticators: ['smartcard', 'nhsmail'],
  signIn: { startedAt: at(10), endedAt: at(40), result: 'succeeded' },
  numberMatch: { askedAt: at(40), answeredAt: at(60), answer: 'approve' },
  signedIn: true,
  profileExists: true,
  nhsmail: { account: ACCOUNT, bindingStatus: 'registered', uid: '910000000101' },
  availability: 'private_beta',
  organisations: [{ orgCode: 'A9A5A', inPrivateBeta: true }],
  role: 'selected',
  roleIsRequired: false,
};

const forcedBy = (code: string, outcome: FailureCode, detail: string): ForcedEnd => ({
  code,
  outcome,
  detail,
  level: 'request',
  why: 'the request names it in mock_scenario',
  sent: '',
});

function reasonOf(
  facts: Partial<LoginFacts>,
  outcome: FailureCode,
): Omit<OutcomePage['reason'], 'requestId'> {
  const decision = decide({ ...RIGHT, ...facts }, at(NOW_SECONDS));
  if (decision?.outcome !== outcome)
    throw new TypeError(`the rules say ${decision?.outcome}, not ${outcome}`);
  const { rule, found, expected, mend } = decision;
  return { rule, found, expected, mend };
}

interface Ending {
  name: string;
  outcome: FailureCode;
  when: string;
  /** What differs from a log-in in which everything is right. */
  facts: Partial<LoginFacts>;
  /** After the page’s title, where there are several of it. */
  title?: string;
  declinedBecause?: OutcomePage['declinedBecause'];
}

function ending({ name, outcome, when, facts, title = '', declinedBecause }: Ending): Sample {
  const { view, title: pageTitle } = OUTCOME_VIEWS[outcome];
  const { status, error, description } = FAILURES[outcome];
  return sample<OutcomePage>(
    { name, title: `${pageTitle}${title}`, when, status, address: '/login/{id}', view },
    ({ frame, self, request }) => ({
      ...frame(pageTitle),
      outcome,
      clientName: APPLICATION,
      tryAgainAction: self,
      differentWayAction: self,
      ...(outcome === 'abandoned' ? {} : { returnAction: self }),
      oauthError: error,
      oauthErrorDescription: description,
      links: SUPPORT_LINKS,
      ...(declinedBecause ? { declinedBecause } : {}),
      reason: { ...reasonOf(facts, outcome), requestId: request.id },
      journalUrl: self,
      consoleUrl: self,
    }),
  );
}

const signIn = (result: 'wrong_password' | 'account_locked' | 'cancelled') => ({
  signedIn: false,
  signIn: { startedAt: at(10), endedAt: at(40), result },
});

const unbound = { account: 'uma.unbound@nhs.net', bindingStatus: 'none' } as const;

const ENDINGS: readonly Ending[] = [
  {
    name: 'not-registered',
    outcome: 'nhsmail_not_registered',
    when: 'The NHSmail account is registered to no Care Identity profile.',
    facts: { nhsmail: unbound },
  },
  {
    name: 'not-registered-pending',
    outcome: 'nhsmail_not_registered',
    title: ': registration not finished',
    when: 'Registering the NHSmail account was begun and not finished.',
    facts: { nhsmail: { account: 'pat.pending@nhs.net', bindingStatus: 'pending', uid: '910000000107' } },
  },
  {
    name: 'not-in-private-beta',
    outcome: 'organisation_not_in_private_beta',
    title: ': not in the private beta',
    when: 'The account is registered, and none of the person’s organisations is in the private beta.',
    facts: { organisations: [{ orgCode: 'RZ8', inPrivateBeta: false }] },
  },
  {
    name: 'timed-out',
    outcome: 'timed_out',
    when: 'The number was not approved in time.',
    facts: { numberMatch: { askedAt: at(5), answeredAt: at(95), answer: 'approve' } },
  },
  {
    name: 'timed-out-signing-in',
    outcome: 'timed_out',
    title: ': signing in',
    when: 'Signing in to NHSmail took too long.',
    facts: { signIn: { startedAt: at(-300), endedAt: at(40) } },
  },
  {
    name: 'timed-out-log-in',
    outcome: 'timed_out',
    title: ': the whole log-in',
    when: 'The log-in as a whole took too long.',
    facts: { startedAt: at(-900) },
  },
  {
    name: 'internal-error',
    outcome: 'internal_error',
    when: 'CIS2 met a temporary internal error, or any other.',
    facts: { scenario: forcedBy('INTERNAL_ERROR', 'internal_error', 'CIS2 met a temporary internal error') },
  },
  {
    name: 'declined-wrong-password',
    outcome: 'nhsmail_declined',
    title: ': wrong password',
    when: 'The password was wrong.',
    facts: signIn('wrong_password'),
    declinedBecause: 'wrong_password',
  },
  {
    name: 'declined-account-locked',
    outcome: 'nhsmail_declined',
    title: ': account locked',
    when: 'The NHSmail account is locked.',
    facts: signIn('account_locked'),
    declinedBecause: 'account_locked',
  },
  {
    name: 'declined-number-match',
    outcome: 'nhsmail_declined',
    title: ': number declined',
    when: 'The number was declined in the app.',
    facts: { signedIn: false, numberMatch: { askedAt: at(40), answeredAt: at(60), answer: 'decline' } },
    declinedBecause: 'number_match_declined',
  },
  {
    name: 'declined-cancelled',
    outcome: 'nhsmail_declined',
    title: ': cancelled',
    when: 'Cancel was pressed.',
    facts: signIn('cancelled'),
    declinedBecause: 'cancelled',
  },
  {
    name: 'declined-by-scenario',
    outcome: 'nhsmail_declined',
    title: ': by a scenario',
    when: 'A scenario says that nobody finished signing in.',
    facts: {
      scenario: forcedBy('NHSMAIL_DECLINED', 'nhsmail_declined', 'nobody finished signing in to NHSmail'),
    },
  },
  {
    name: 'authenticator-too-weak',
    outcome: 'authenticator_too_weak',
    when: 'NHSmail was used, by a parameter of the request, where the application asks for AAL3.',
    facts: { requestedAcr: 'AAL3_ANY', sufficientAuthenticators: ['smartcard', 'ipad_app'] },
  },
  {
    name: 'no-role',
    outcome: 'no_role',
    when: 'The application demands a role, and the person has none.',
    facts: { role: 'none_possible', roleIsRequired: true },
  },
  {
    name: 'no-role-declined',
    outcome: 'no_role',
    title: ': none selected',
    when: 'The application demands a role, and the person went on without one.',
    facts: { role: 'declined', roleIsRequired: true },
  },
  {
    name: 'access-denied',
    outcome: 'access_denied',
    when: 'A scenario says that the person gave up. The application has been told; this page is seen only by going back.',
    facts: { scenario: forcedBy('ACCESS_DENIED', 'access_denied', 'the person gave up') },
  },
  {
    name: 'abandoned',
    outcome: 'abandoned',
    when: 'A scenario says that the person closed the browser. The application is told nothing.',
    facts: { scenario: forcedBy('ABANDONED', 'abandoned', 'the person closed the browser') },
  },
];

export const OUTCOMES: readonly Sample[] = ENDINGS.map(ending);
