/**
 * What clients and people are called.
 *
 * @typedef {object} Names
 * @property {(clientId: string | undefined) => string} ofClient
 * @property {(about: { uid?: string, account?: string }) => string} ofPerson
 */
import { control } from '../control-api.js';

/** @returns {Promise<Names>} */
export async function readNames() {
  const [clients, people] = await Promise.all([control('GET', '/clients'), control('GET', '/people')]);
  /** @type {Map<string, string>} */
  const clientNames = new Map(
    clients.map((/** @type {{ client_id: string, client_name?: string }} */ client) => [
      client.client_id,
      client.client_name ?? client.client_id,
    ]),
  );
  /** @type {Map<string, string>} */
  const personNames = new Map(
    people.map((/** @type {{ uid: string, given_name: string, family_name: string }} */ person) => [
      person.uid,
      `${person.given_name} ${person.family_name}`,
    ]),
  );
  return {
    ofClient: (clientId = 'an application that did not say which') => clientNames.get(clientId) ?? clientId,
    ofPerson: ({ uid, account }) =>
      (uid === undefined ? undefined : personNames.get(uid)) ?? account ?? uid ?? 'Nobody yet',
  };
}
