/** The registration of NHSmail accounts to Care Identity profiles, as the sections of accounts and of people show it. */
import { control } from '../control-api.js';
import { addressOf } from './json-editor.js';

/** @typedef {import('../../src/care-identity/schema.ts').Person} Person */
/** @typedef {import('../../src/care-identity/schema.ts').Binding} Binding */

/** @param {Person} person */
export const nameOf = ({ display_name: shown, given_name: given, family_name: family }) =>
  shown ?? `${given} ${family}`;

/**
 * Account in lower case → the person who holds it, and the binding; whatever its status.
 * @param {readonly Person[]} people
 */
export function holdersOf(people) {
  /** @type {Map<string, { person: Person, binding: Binding }>} */
  const holders = new Map();
  for (const person of people) {
    for (const binding of person.authenticators) {
      if (binding.nhsmail_account !== undefined) {
        holders.set(binding.nhsmail_account.toLowerCase(), { person, binding });
      }
    }
  }
  return holders;
}

/** @param {string} email */
const bindingOf = (email) => `${addressOf('nhsmail', email)}/binding`;

/**
 * Registers an account to a person; one that somebody else holds is taken from them first.
 * @param {string} email
 * @param {string} uid
 * @param {readonly Person[]} people
 */
export async function register(email, uid, people) {
  const to = people.find((person) => person.uid === uid);
  const before = holdersOf(people).get(email.toLowerCase())?.person;
  const moves = before !== undefined && before.uid !== uid;
  if (moves) await control('DELETE', bindingOf(email));
  await control('POST', bindingOf(email), { uid });
  const whom = to ? nameOf(to) : uid;
  return moves
    ? `${email} is registered to ${whom} now, and not to ${nameOf(before)} any more.`
    : `${email} is registered to ${whom} now.`;
}

/** @param {string} email */
export async function unregister(email) {
  await control('DELETE', bindingOf(email));
  return `${email} is not registered to anybody now.`;
}
