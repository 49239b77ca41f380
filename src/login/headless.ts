/** A log-in without pages (mock_login): the same steps in one go, judged by the same rules. */
import { authenticatorsFor, PASSWORD_ACR } from '../care-identity/authenticators.ts';
import { type Directory, isRegistered } from '../care-identity/directory.ts';
import type { LoginMethod, Person } from '../care-identity/schema.ts';
import { asksForRole, type HeadlessPersona } from './authorization-request.ts';
import { personOf } from './facts.ts';
import {
  answerNumberMatch,
  chooseAuthenticator,
  isSignedIn,
  type Login,
  selectRole,
  signInDirectly,
  signInToNhsmail,
} from './login.ts';

/** Signs in to NHSmail as the account’s own settings say: locked, and how and when the number is answered. */
function throughNhsmail(login: Login, account: string, directory: Directory, now: number): Login {
  const held = directory.nhsmailAccount(account);
  const result = held?.locked ? 'account_locked' : 'succeeded';
  const chosen = chooseAuthenticator(login, 'nhsmail', now);
  const signedIn = signInToNhsmail(chosen, { result, account: held?.email ?? account, number: '10' }, now);
  if (result !== 'succeeded') return signedIn;
  const { result: answer, after_seconds: afterSeconds = 0 } = held?.approval ?? {
    result: 'approve' as const,
  };
  return answerNumberMatch(signedIn, answer, { now, afterSeconds });
}

/** The NHSmail account that stands for a person: the one bound, in whatever state, or the one of their e-mail. */
function accountOf(person: Person, directory: Directory): string | undefined {
  const bound = person.authenticators.find(({ nhsmail_account }) => nhsmail_account !== undefined);
  const ofEmail = person.email === undefined ? undefined : directory.nhsmailAccount(person.email);
  return bound?.nhsmail_account ?? ofEmail?.email;
}

/**
 * How a person named by UID signs in: by NHSmail where they have an account and it reaches the assurance, so that
 * a persona ends the same by UID and by account; otherwise by the first registered authenticator that reaches it.
 * Whoever has none tries what there is, and the rules say what is wrong.
 */
function authenticatorFor(
  person: Person,
  acr: string,
  directory: Directory,
): { type: LoginMethod; account?: string } {
  if (acr === PASSWORD_ACR) return { type: 'user_password' };
  const account = accountOf(person, directory);
  const sufficient = authenticatorsFor(acr).map(({ type }) => type);
  if (account !== undefined && sufficient.includes('nhsmail')) return { type: 'nhsmail', account };
  const others = person.authenticators.filter((each) => isRegistered(each) && each.type !== 'nhsmail');
  const other = others.find(({ type }) => sufficient.includes(type)) ?? (account ? undefined : others[0]);
  return other ? { type: other.type } : { type: 'nhsmail', account: account ?? person.email ?? person.uid };
}

/** Selects the role that mock_role names, otherwise the first; only where a role is asked for. */
function withRole(login: Login, persona: HeadlessPersona, directory: Directory): Login {
  const person = personOf(login, directory);
  const first = person?.roles[0]?.person_roleid;
  if (!isSignedIn(login) || !asksForRole(login.request) || first === undefined) return login;
  return selectRole(login, persona.personRoleId ?? first);
}

export function logInHeadless(
  login: Login,
  persona: HeadlessPersona,
  directory: Directory,
  now: number,
): Login {
  if (persona.account !== undefined) {
    return withRole(throughNhsmail(login, persona.account, directory, now), persona, directory);
  }
  const person = persona.uid === undefined ? undefined : directory.person(persona.uid);
  if (!person) throw new TypeError('mock_login was checked to name a known persona');
  const { type, account } = authenticatorFor(person, login.request.assurance.acr, directory);
  const signedIn =
    account === undefined
      ? signInDirectly(chooseAuthenticator(login, type, now), person.uid, now)
      : throughNhsmail(login, account, directory, now);
  return withRole(signedIn, persona, directory);
}
