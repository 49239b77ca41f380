/** Organisations: who is in the private beta of the NHSmail authenticator. */
import { control } from '../control-api.js';
import { actionButton } from './changes.js';
import { entriesTable } from './entries.js';
import { addressOf, entryEditor, newEntry } from './json-editor.js';
import { code, paragraph, tag } from './parts.js';

/** @typedef {import('../../src/care-identity/schema.ts').Organisation} Organisation */

const LIST = 'organisations';
const CHANGES = ['/organisations'];

/** @param {Organisation} organisation */
function betaSwitch({ org_code: key, nhsmail_private_beta: isIn = false }) {
  return actionButton({
    text: isIn ? `Take ${key} out of the private beta` : `Put ${key} in the private beta`,
    testId: `beta-${key}`,
    changes: CHANGES,
    async act() {
      await control('PATCH', addressOf(LIST, key), { nhsmail_private_beta: !isIn });
      return `${key} is ${isIn ? 'not in the private beta any more' : 'in the private beta now'}.`;
    },
  });
}

/** @param {Organisation} organisation */
const betaTag = ({ org_code: key, nhsmail_private_beta: isIn }) =>
  tag(isIn ? 'In the beta' : 'Not in the beta', isIn ? 'green' : 'grey', `beta-state-${key}`);

/** @type {import('./page.js').Section} */
export const organisations = {
  name: LIST,
  reads: ['/organisations', '/settings'],
  draw: (known) => [
    known('/settings').nhsmail.availability === 'general'
      ? paragraph(
          'NHSmail is for everybody now: the private beta decides nothing until you change that in Settings.',
        )
      : undefined,
    ...entriesTable({
      name: LIST,
      filterBy: 'code or name',
      columns: ['Organisation', 'Private beta'],
      entries: /** @type {readonly Organisation[]} */ (known('/organisations')),
      keyOf: ({ org_code }) => org_code,
      textOf: ({ org_code, org_name }) => `${org_code} ${org_name}`,
      cellsOf: (organisation) => [
        [code(organisation.org_code), ` ${organisation.org_name}`],
        [betaTag(organisation), betaSwitch(organisation)],
      ],
      editorOf: (entry) => [entryEditor({ list: LIST, key: entry.org_code, entry, changes: CHANGES })],
    }),
    newEntry({
      list: LIST,
      what: 'an organisation',
      keyName: 'org_code',
      example: { org_code: 'RZ7', org_name: 'A made-up trust', nhsmail_private_beta: true },
      changes: CHANGES,
    }),
  ],
};
