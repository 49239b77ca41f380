// What codes are called where people read them.

/** @type {Readonly<Record<string, string>>} */
export const OUTCOMES = {
  authenticated: 'Logged in',
  nhsmail_not_registered: 'The NHSmail account is not registered',
  organisation_not_in_private_beta: 'The organisation is not in the private beta',
  timed_out: 'Timed out',
  internal_error: 'Temporary internal error',
  nhsmail_declined: 'The NHSmail sign-in was not finished',
  authenticator_too_weak: 'The authenticator is too weak',
  no_role: 'No role was selected',
  access_denied: 'The person gave up',
  abandoned: 'The person closed the browser',
};

/** @type {Readonly<Record<string, string>>} */
const STEPS = {
  choose_authenticator: 'Choose an authenticator',
  nhsmail_sign_in: 'Sign in to NHSmail',
  number_match: 'Approve by number match',
  choose_person: 'Choose a person',
  password_sign_in: 'Log in with a test account',
  select_role: 'Select a role',
};

/**
 * The page or form of a step, by what the explanation calls it: "The page of number_match was shown."
 *
 * @param {string} explanation
 */
export function pageIn(explanation) {
  const step = /^The (?:page|form) of (\w+) was /.exec(explanation)?.[1] ?? '';
  return STEPS[step] ?? OUTCOMES[step] ?? step;
}
