/** The forms of a log-in: what each one takes, at which step, and what it makes of the log-in. */
import { randomInt } from 'node:crypto';
import { AUTHENTICATORS } from '../care-identity/authenticators.ts';
import { isRegistered, personCalled, roleOf } from '../care-identity/directory.ts';
import type { Environment } from '../environment/environment.ts';
import { personOf } from '../login/facts.ts';
import {
  answerNumberMatch,
  chooseAuthenticator,
  type Login,
  type LoginStep,
  selectRole,
  signInDirectly,
  signInToNhsmail,
} from '../login/login.ts';
import { similarPersonas } from '../oidc/mock-parameters.ts';
import type { Parameters } from '../oidc/parameters.ts';
import { secretsEqual } from '../oidc/secrets.ts';
import { orSimilar } from '../settings/near-matches.ts';
import type { FormState } from './login-pages.ts';
import { TEST_PASSWORD } from './test-password.ts';

/** Either the log-in as it goes on, or the form again with what is wrong or asked for. */
export type Taken = { login: Login } | { again: FormState };

export interface LoginForm {
  /** The path below the log-in’s own. */
  path: string;
  step: LoginStep;
  take: (login: Login, form: Parameters, environment: Environment) => Taken;
}

const again = (field: string, error: string, typed: FormState['typed'] = {}): Taken => ({
  again: { errors: { [field]: error }, typed },
});

const takeAuthenticator: LoginForm['take'] = (login, form, { clock }) => {
  const value = form.get('authenticator');
  const known = AUTHENTICATORS.find(({ type }) => type === value);
  if (!known) return again('authenticator', 'Select how you want to log in');
  return { login: chooseAuthenticator(login, known.type, clock.now()) };
};

const twoDigits = () => String(randomInt(10, 100));

/** What is said at each field that is not filled in. */
const missing = (
  given: Readonly<Record<string, string | undefined>>,
  asked: Readonly<Record<string, string>>,
): Record<string, string> =>
  Object.fromEntries(Object.entries(asked).filter(([field]) => given[field] === undefined));

const SIMILAR = 'Accounts with a similar name';

const takeNhsmail: LoginForm['take'] = (login, form, { clock, directory }) => {
  const email = form.get('email')?.trim() || undefined;
  const password = form.get('password');
  const typed = { email: email ?? '' };
  if (email === undefined || password === undefined) {
    const asked = { email: 'Enter the email address of a mock account', password: 'Enter the password' };
    return { again: { errors: missing({ email, password }, asked), typed } };
  }
  const account = directory.nhsmailAccount(email);
  if (!account) {
    const near = similarPersonas(email, directory).filter((name) => name.includes('@'));
    return again('email', `There is no mock account ${email}${orSimilar(SIMILAR, near)}`, typed);
  }
  const right = secretsEqual(password, account.password);
  const result = account.locked ? 'account_locked' : right ? 'succeeded' : 'wrong_password';
  return {
    login: signInToNhsmail(login, { result, account: account.email, number: twoDigits() }, clock.now()),
  };
};

const cancel: LoginForm['take'] = (login, _form, { clock }) => ({
  login: signInToNhsmail(login, { result: 'cancelled', number: '' }, clock.now()),
});

const ANSWERS = ['approve', 'decline', 'ignore'] as const;

const takeNumberMatch: LoginForm['take'] = (login, form, { clock, directory }) => {
  const now = clock.now();
  const approval = directory.nhsmailAccount(login.nhsmail?.account ?? '')?.approval;
  if (approval) {
    const { result, after_seconds: afterSeconds = 0 } = approval;
    return { login: answerNumberMatch(login, result, { now, afterSeconds }) };
  }
  const answer = ANSWERS.find((each) => each === form.get('answer'));
  return answer ? { login: answerNumberMatch(login, answer, { now }) } : { again: {} };
};

const takePerson: LoginForm['take'] = (login, form, { directory, clock }) => {
  const person = directory.person(form.get('uid') ?? '');
  const holds = person?.authenticators.some(
    (each) => each.type === login.authenticator && isRegistered(each),
  );
  return person && holds
    ? { login: signInDirectly(login, person.uid, clock.now()) }
    : again('uid', 'Select who you want to log in as');
};

const takePassword: LoginForm['take'] = (login, form, { directory, clock }) => {
  const userName = form.get('user_name')?.trim() || undefined;
  const password = form.get('password');
  const typed = { user_name: userName ?? '' };
  if (userName === undefined || password === undefined) {
    const asked = { user_name: 'Enter the user name of a test account', password: 'Enter the password' };
    return { again: { errors: missing({ user_name: userName, password }, asked), typed } };
  }
  const person = personCalled(userName, directory);
  if (!person) {
    const near = similarPersonas(userName, directory).filter((name) => personCalled(name, directory));
    return again('user_name', `There is no test account ${userName}${orSimilar(SIMILAR, near)}`, typed);
  }
  if (!secretsEqual(password, TEST_PASSWORD)) {
    return again('password', `The password of every test account is ${TEST_PASSWORD}`, typed);
  }
  return { login: signInDirectly(login, person.uid, clock.now()) };
};

const takeRole: LoginForm['take'] = (login, form, { directory }) => {
  const typed = { search: form.get('search') ?? '' };
  if (form.get('do') === 'search') return { again: { typed } };
  if (form.get('do') === 'without') return { login: selectRole(login, null) };
  const person = personOf(login, directory);
  const role = person && roleOf(person, form.get('person_roleid') ?? '');
  return role
    ? { login: selectRole(login, role.person_roleid) }
    : again('person_roleid', 'Select a role', typed);
};

export const LOGIN_FORMS: readonly LoginForm[] = [
  { path: '/authenticator', step: 'choose_authenticator', take: takeAuthenticator },
  { path: '/nhsmail', step: 'nhsmail_sign_in', take: takeNhsmail },
  { path: '/cancel', step: 'nhsmail_sign_in', take: cancel },
  { path: '/number-match', step: 'number_match', take: takeNumberMatch },
  { path: '/person', step: 'choose_person', take: takePerson },
  { path: '/password', step: 'password_sign_in', take: takePassword },
  { path: '/role', step: 'select_role', take: takeRole },
];
