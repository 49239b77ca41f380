/** Who and what Care Identity knows, looked up by key: people, their bindings, NHSmail accounts, organisations. */
import type { Binding, LoginMethod, NhsmailAccount, Organisation, Person, Role } from './schema.ts';

/** The lists a directory is made from, as fixtures hold them. */
export interface DirectoryContents {
  organisations: readonly Organisation[];
  people: readonly Person[];
  nhsmail: readonly NhsmailAccount[];
}

export interface BoundProfile {
  person: Person;
  binding: Binding;
}

export interface Directory {
  /** The lists, in the order of the fixtures. */
  people(): readonly Person[];
  nhsmailAccounts(): readonly NhsmailAccount[];
  organisation(orgCode: string): Organisation | undefined;
  person(uid: string): Person | undefined;
  /** Without regard to case, as e-mail addresses are compared here. */
  nhsmailAccount(email: string): NhsmailAccount | undefined;
  /** The profile that holds a binding of this NHSmail account, whatever the binding’s status. */
  profileBoundTo(email: string): BoundProfile | undefined;
  /** People who have this authenticator registered. */
  peopleWith(type: LoginMethod): readonly Person[];
}

export const normalEmail = (email: string): string => email.trim().toLowerCase();

/** Whether a persona’s name, a UID or an NHSmail account, is that of the person with this UID. */
export function isUidOf(name: string, uid: string, directory: Directory): boolean {
  if (name === uid) return true;
  const ofAccount = directory.profileBoundTo(name)?.person.uid;
  const email = directory.person(uid)?.email;
  return ofAccount === undefined
    ? email !== undefined && normalEmail(email) === normalEmail(name)
    : ofAccount === uid;
}

/** The person with this UID, or of whom this is the NHSmail account or the e-mail address. */
export function personCalled(name: string, directory: Directory): Person | undefined {
  return (
    directory.person(name) ??
    directory.profileBoundTo(name)?.person ??
    directory.people().find(({ uid }) => isUidOf(name, uid, directory))
  );
}

/** Whether a binding can be used: one without a status is registered. */
export const isRegistered = (binding: Binding): boolean => (binding.status ?? 'registered') === 'registered';

/** The ODS codes of all of a person’s organisations: those of the roles, then the other memberships; each once. */
export function organisationCodesOf(person: Person): readonly string[] {
  const codes = [...person.roles, ...(person.organisations ?? [])].map(({ org_code }) => org_code);
  return [...new Set(codes)];
}

/** The person’s role of this id, if it is one of theirs. */
export function roleOf(person: Person, personRoleId: string): Role | undefined {
  return person.roles.find((role) => role.person_roleid === personRoleId);
}

/** The person without any binding of this account. */
export function unbound(person: Person, email: string): Person {
  const authenticators = person.authenticators.filter(
    ({ nhsmail_account: account }) => account === undefined || normalEmail(account) !== normalEmail(email),
  );
  return { ...person, authenticators };
}

export function createDirectory(contents: DirectoryContents): Directory {
  const organisations = new Map(contents.organisations.map((each) => [each.org_code, each]));
  const people = new Map(contents.people.map((each) => [each.uid, each]));
  const accounts = new Map(contents.nhsmail.map((each) => [normalEmail(each.email), each]));
  const bound = new Map<string, BoundProfile>();
  const holders = new Map<LoginMethod, Person[]>();
  for (const person of contents.people) {
    for (const binding of person.authenticators) {
      if (binding.nhsmail_account !== undefined) {
        bound.set(normalEmail(binding.nhsmail_account), { person, binding });
      }
      if (isRegistered(binding)) {
        const others = holders.get(binding.type) ?? [];
        if (others.at(-1) !== person) others.push(person);
        holders.set(binding.type, others);
      }
    }
  }
  return {
    people: () => contents.people,
    nhsmailAccounts: () => contents.nhsmail,
    organisation: (orgCode) => organisations.get(orgCode),
    person: (uid) => people.get(uid),
    nhsmailAccount: (email) => accounts.get(normalEmail(email)),
    profileBoundTo: (email) => bound.get(normalEmail(email)),
    peopleWith: (type) => holders.get(type) ?? [],
  };
}
