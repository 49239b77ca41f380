/** Who logs in, and how that may end where nothing is made to go wrong: the README’s table, kept apart from the fixtures. */

export interface SoakPersona {
  /** An NHSmail account, or a UID. */
  login: string;
  outcomes: readonly string[];
}

const NHSMAIL: readonly (readonly [account: string, ...outcomes: string[]])[] = [
  ['alex.bound', 'authenticated'],
  ['robin.roles', 'authenticated'],
  ['morgan.manyroles', 'authenticated'],
  ['noor.norole', 'authenticated'],
  ['uma.unbound', 'nhsmail_not_registered'],
  ['ned.neither', 'nhsmail_not_registered'],
  ['noel.noprofile', 'nhsmail_not_registered'],
  ['pat.pending', 'nhsmail_not_registered'],
  ['bea.notinbeta', 'organisation_not_in_private_beta'],
  ['sol.slow', 'timed_out'],
  ['ira.internalerror', 'internal_error'],
  ['tess.temporary', 'internal_error', 'authenticated'],
  ['drew.declined', 'nhsmail_declined'],
  ['lou.locked', 'nhsmail_declined'],
  ['ivy.lowassurance', 'authenticated'],
  ['wes.wrongrole', 'authenticated'],
  ['wyn.wrongorg', 'authenticated'],
  ['wil.wrongworkgroup', 'authenticated'],
];

const OTHERS = ['656005750104', '656005750109', '910000000201', '910000000203', '910000000206'];

export const PERSONAS: readonly SoakPersona[] = [
  ...NHSMAIL.map(([account, ...outcomes]) => ({ login: `${account}@nhs.net`, outcomes })),
  ...OTHERS.map((login) => ({ login, outcomes: ['authenticated'] })),
];

/** Nothing is special about her. */
export const ALEX: SoakPersona = { login: 'alex.bound@nhs.net', outcomes: ['authenticated'] };
