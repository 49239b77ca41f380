import { describe, expect, test } from 'vitest';
import { FAILURES, type FailureCode } from '../../src/login/outcomes.ts';
import { decide, type ForcedEnd, type LoginFacts, RULES } from '../../src/login/rules.ts';

const NOW = 1_000_000_000;
const secondsAgo = (seconds: number) => NOW - seconds * 1000;

/** A log-in by NHSmail in which everything is right: the last rule decides. */
const valid: LoginFacts = {
  startedAt: secondsAgo(30),
  limits: { loginSeconds: 900, signInSeconds: 300, numberMatchSeconds: 60 },
  authenticator: 'nhsmail',
  requestedAcr: 'AAL2_OR_AAL3_ANY',
  sufficientAuthenticators: ['smartcard', 'nhsmail'],
  signIn: { startedAt: secondsAgo(25), endedAt: secondsAgo(15), result: 'succeeded' },
  numberMatch: { askedAt: secondsAgo(15), answeredAt: secondsAgo(5), answer: 'approve' },
  signedIn: true,
  profileExists: true,
  nhsmail: { account: 'a@nhs.net', bindingStatus: 'registered', uid: '910000000001' },
  availability: 'private_beta',
  organisations: [{ orgCode: 'A9A5A', inPrivateBeta: true }],
  role: 'not_asked',
  roleIsRequired: false,
};

const scenario = (outcome: FailureCode): ForcedEnd => ({
  code: outcome.toUpperCase(),
  outcome,
  detail: 'CIS2 met a fault',
  level: 'environment',
  why: 'it was started by a call for everybody',
  sent: 'A page.',
});
const unbound = { account: 'a@nhs.net', bindingStatus: 'none' } as const;
const outsideBeta = [{ orgCode: 'RZ8', inPrivateBeta: false }];
const signIn = (result: 'wrong_password' | 'account_locked' | 'cancelled') => ({
  startedAt: secondsAgo(25),
  endedAt: secondsAgo(15),
  result,
});
const numberMatch = (answer: 'approve' | 'decline' | 'ignore', tookSeconds: number) => ({
  askedAt: secondsAgo(15),
  answeredAt: secondsAgo(15) + tookSeconds * 1000,
  answer,
});

describe('the rules decide how a log-in ends', () => {
  test.each<[string, Partial<LoginFacts>, string | undefined]>([
    ['everything is right', {}, 'authenticated'],
    ['a scenario says that CIS2 has a fault', { scenario: scenario('internal_error') }, 'internal_error'],
    ['a scenario says anything else', { scenario: scenario('abandoned') }, 'abandoned'],
    ['the log-in is as old as it may be', { startedAt: secondsAgo(900) }, 'authenticated'],
    ['the log-in is a second older', { startedAt: secondsAgo(901) }, 'timed_out'],
    [
      'sign-in took all its time',
      { signIn: { ...signIn('cancelled'), result: 'succeeded', startedAt: secondsAgo(315) } },
      'authenticated',
    ],
    [
      'sign-in took a second longer',
      { signIn: { startedAt: secondsAgo(316), endedAt: secondsAgo(15), result: 'succeeded' } },
      'timed_out',
    ],
    [
      'sign-in is still open, too long',
      { signedIn: false, signIn: { startedAt: secondsAgo(301) } },
      'timed_out',
    ],
    [
      'the number was approved at the last second',
      { numberMatch: numberMatch('approve', 60) },
      'authenticated',
    ],
    ['the number was approved a second late', { numberMatch: numberMatch('approve', 61) }, 'timed_out'],
    [
      'the number is still unanswered, too long',
      { signedIn: false, numberMatch: { askedAt: secondsAgo(61) } },
      'timed_out',
    ],
    ['the number was ignored', { signedIn: false, numberMatch: numberMatch('ignore', 0) }, 'timed_out'],
    ['the password was wrong', { signedIn: false, signIn: signIn('wrong_password') }, 'nhsmail_declined'],
    ['the account is locked', { signedIn: false, signIn: signIn('account_locked') }, 'nhsmail_declined'],
    ['sign-in was cancelled', { signedIn: false, signIn: signIn('cancelled') }, 'nhsmail_declined'],
    [
      'the number was declined',
      { signedIn: false, numberMatch: numberMatch('decline', 5) },
      'nhsmail_declined',
    ],
    [
      'the number was declined too late',
      { signedIn: false, numberMatch: numberMatch('decline', 61) },
      'timed_out',
    ],
    ['the account is bound to nobody', { nhsmail: unbound, organisations: [] }, 'nhsmail_not_registered'],
    [
      'the binding is pending',
      { nhsmail: { ...unbound, bindingStatus: 'pending', uid: '1' } },
      'nhsmail_not_registered',
    ],
    [
      'the binding was removed',
      { nhsmail: { ...unbound, bindingStatus: 'removed', uid: '1' } },
      'nhsmail_not_registered',
    ],
    ['no organisation is in the beta', { organisations: outsideBeta }, 'organisation_not_in_private_beta'],
    ['there is no organisation at all', { organisations: [] }, 'organisation_not_in_private_beta'],
    [
      'one organisation of two is in the beta',
      { organisations: [...outsideBeta, ...valid.organisations] },
      'authenticated',
    ],
    ['the beta is over', { organisations: outsideBeta, availability: 'general' }, 'authenticated'],
    ['the authenticator is too weak', { sufficientAuthenticators: ['smartcard'] }, 'authenticator_too_weak'],
    [
      'it is too weak, known before sign-in',
      { signedIn: false, sufficientAuthenticators: ['smartcard'] },
      'authenticator_too_weak',
    ],
    ['a role is required and none is possible', { role: 'none_possible', roleIsRequired: true }, 'no_role'],
    ['a role is required and was declined', { role: 'declined', roleIsRequired: true }, 'no_role'],
    ['no role is possible and none required', { role: 'none_possible' }, 'authenticated'],
    ['a role was selected', { role: 'selected', roleIsRequired: true }, 'authenticated'],
    ['a role is still to be chosen', { role: 'open', roleIsRequired: true }, undefined],
    ['nobody has signed in yet', { signedIn: false }, undefined],
    ['the profile was removed meanwhile', { profileExists: false }, undefined],
  ])('%s', (_story, facts, outcome) => {
    expect(decide({ ...valid, ...facts }, NOW)?.outcome).toBe(outcome);
  });
});

describe('the first rule that matches decides', () => {
  const failing: Partial<LoginFacts>[] = [
    { scenario: scenario('access_denied') },
    { startedAt: secondsAgo(901) },
    { signIn: { startedAt: secondsAgo(316), endedAt: secondsAgo(15), result: 'cancelled' } },
    { numberMatch: numberMatch('decline', 61) },
    { numberMatch: numberMatch('decline', 5) },
    { nhsmail: unbound },
    { organisations: outsideBeta },
    { sufficientAuthenticators: [] },
    { role: 'declined', roleIsRequired: true },
  ];

  test.each(RULES.slice(0, -1).map((rule, index) => [rule.name, index] as const))(
    '%s, whatever later rules say',
    (name, index) => {
      const facts: LoginFacts = Object.assign({}, valid, ...failing.slice(index).reverse());
      expect(decide(facts, NOW)?.rule).toBe(name);
    },
  );
});

test('every decision says what was found, what was expected and how to mend it', () => {
  for (const facts of [
    { scenario: scenario('internal_error') },
    { startedAt: secondsAgo(901) },
    { nhsmail: unbound },
    { organisations: outsideBeta },
  ]) {
    const decision = decide({ ...valid, ...facts }, NOW);
    expect(decision?.found).not.toBe('');
    expect(decision?.expected).not.toBe('');
    expect(decision?.mend).not.toBe('');
  }
});

test('every failure has a wire description that RFC 6749 allows in a redirect', () => {
  for (const { description } of Object.values(FAILURES))
    expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
});
