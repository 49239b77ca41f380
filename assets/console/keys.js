/** The signing keys, and their life: published, used, retired. */
import { control } from '../control-api.js';
import { actionButton } from './changes.js';
import { entriesTable } from './entries.js';
import { code, tag } from './parts.js';

/** @typedef {{ kid: string, status: 'active' | 'published' | 'retired' }} Key */

const CHANGES = ['/keys'];

const STATUS = {
  active: tag.bind(undefined, 'Signs', 'green'),
  published: tag.bind(undefined, 'Published', 'blue'),
  retired: tag.bind(undefined, 'Retired', 'grey'),
};

/** @param {'publish' | 'use' | 'retire'} action @param {string} [kid] */
const change = (action, kid) => control('POST', '/keys', { action, ...(kid === undefined ? {} : { kid }) });

/** What can be done to a key, by its status. @param {Key} key */
function actionsOf({ kid, status }) {
  const looks = { about: `, key ${kid}`, changes: CHANGES };
  const use = actionButton({
    ...looks,
    text: 'Sign with it',
    testId: `key-use-${kid}`,
    async act() {
      await change('use', kid);
      return `The key ${kid} signs from now on.`;
    },
  });
  const retire = actionButton({
    ...looks,
    text: 'Retire it',
    testId: `key-retire-${kid}`,
    async act() {
      await change('retire', kid);
      return `The key ${kid} is retired: it is not in the JWK Set any more.`;
    },
  });
  const publish = actionButton({
    ...looks,
    text: 'Publish it again',
    testId: `key-publish-${kid}`,
    async act() {
      await change('publish', kid);
      return `The key ${kid} is in the JWK Set again.`;
    },
  });
  if (status === 'published') return [use, retire];
  return status === 'retired' ? [publish] : ['Use another key first'];
}

/** @type {import('./page.js').Section} */
export const keys = {
  name: 'keys',
  reads: ['/keys'],
  draw: (known) => [
    ...entriesTable({
      name: 'keys',
      filterBy: 'kid',
      columns: ['Key', 'State', 'Switch'],
      entries: /** @type {readonly Key[]} */ (known('/keys')),
      keyOf: ({ kid }) => kid,
      textOf: ({ kid, status }) => `${kid} ${status}`,
      cellsOf: (key) => [[code(key.kid)], [STATUS[key.status](`key-state-${key.kid}`)], actionsOf(key)],
    }),
    actionButton({
      text: 'Publish a new key',
      testId: 'key-publish',
      changes: CHANGES,
      async act() {
        const after = await change('publish');
        return `The key ${after.at(-1)?.kid} is in the JWK Set now. It does not sign yet.`;
      },
    }),
  ],
};
