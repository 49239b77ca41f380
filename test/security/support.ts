/** What tests of attacks share: the forms of a log-in, and how to bring a log-in to each step. */
import { type Browser, begin, submit } from '../support/mock.ts';

/** A log-in with roles to choose from, so that it has every step. */
export const ROBIN = 'robin.roles@nhs.net';

/** Each form of a log-in with fields that are right at its step. */
export const FORMS = [
  { path: '/authenticator', step: 'page-choose-authenticator', fields: { authenticator: 'nhsmail' } },
  { path: '/nhsmail', step: 'page-nhsmail-sign-in', fields: { email: ROBIN, password: 'password' } },
  { path: '/cancel', step: 'page-nhsmail-sign-in', fields: {} },
  { path: '/number-match', step: 'page-number-match', fields: { answer: 'approve' } },
  { path: '/person', step: 'page-choose-person', fields: { uid: '910000000102' } },
  { path: '/role', step: 'page-select-role', fields: { person_roleid: '930001020001' } },
] as const;

/** The forms of a log-in that failed. */
export const FORMS_OF_FAILURE = ['/try-again', '/different-way', '/return'] as const;

export const ALL_PATHS = [...FORMS.map(({ path }) => path), ...FORMS_OF_FAILURE];

export type Step = (typeof FORMS)[number]['step'];

const AUTHENTICATOR = ['/authenticator', { authenticator: 'nhsmail' }] as const;
const NHSMAIL = ['/nhsmail', { email: ROBIN, password: 'password' }] as const;

const WAY_TO: Readonly<Record<Step, readonly (readonly [string, Readonly<Record<string, string>>])[]>> = {
  'page-choose-authenticator': [],
  'page-nhsmail-sign-in': [AUTHENTICATOR],
  'page-number-match': [AUTHENTICATOR, NHSMAIL],
  'page-choose-person': [['/authenticator', { authenticator: 'smartcard' }]],
  'page-select-role': [AUTHENTICATOR, NHSMAIL, ['/number-match', { answer: 'approve' }]],
};

export const STEPS = Object.keys(WAY_TO) as Step[];

/** Begins a log-in and brings it to a step; gives its address. */
export async function loginAt(by: Browser, step: Step): Promise<string> {
  const login = await begin(by, { scope: 'openid selectedrole' });
  for (const [path, fields] of WAY_TO[step]) await submit(by, `${login}${path}`, fields);
  return login;
}
