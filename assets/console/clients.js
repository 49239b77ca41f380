/** Clients: how each authenticates, and in what it is let do more than CIS2 would allow. */
import { entriesTable } from './entries.js';
import { entryEditor, newEntry } from './json-editor.js';
import { code, list, tag } from './parts.js';

/** @typedef {import('../../src/relying-party/client-schema.ts').Client} Client */

const LIST = 'clients';
const CHANGES = ['/clients'];

/** What CIS2 offers; the others are relaxations. */
const OFFERED = ['client_secret_post', 'client_secret_jwt', 'private_key_jwt'];

/** @param {Client} client */
function relaxationsOf({ token_endpoint_auth_method: method, relaxations = [] }) {
  const all = [...relaxations, ...(OFFERED.includes(method) ? [] : [method])];
  return all.length === 0 ? 'None' : list(...all.map((each) => tag(each.replaceAll('_', ' '), 'yellow')));
}

const EXAMPLE = {
  client_id: 'my-application',
  client_secret: 'my-secret',
  token_endpoint_auth_method: 'client_secret_post',
  redirect_uris: ['http://localhost:3000/callback'],
  default_acr_values: ['AAL2_OR_AAL3_ANY'],
};

/** @type {import('./page.js').Section} */
export const clients = {
  name: LIST,
  reads: ['/clients'],
  draw: (known) => [
    ...entriesTable({
      name: LIST,
      filterBy: 'client ID or name',
      columns: ['Client', 'Authentication', 'Not as CIS2', 'Failed log-ins'],
      entries: /** @type {readonly Client[]} */ (known('/clients')),
      keyOf: ({ client_id }) => client_id,
      textOf: ({ client_id, client_name }) => `${client_id} ${client_name}`,
      cellsOf: (client) => [
        [code(client.client_id), ` ${client.client_name ?? ''}`],
        [code(client.token_endpoint_auth_method)],
        [relaxationsOf(client)],
        [client.on_login_failure ?? 'As in Settings'],
      ],
      editorOf: (entry) => [entryEditor({ list: LIST, key: entry.client_id, entry, changes: CHANGES })],
    }),
    newEntry({ list: LIST, what: 'a client', keyName: 'client_id', example: EXAMPLE, changes: CHANGES }),
  ],
};
