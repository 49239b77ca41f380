/** Environments: whole mocks of their own, for tests that run at the same time. */
import { control, prefix } from '../control-api.js';
import { element } from '../element.js';
import { shownMoment } from '../moment.js';
import { actionButton, actionForm } from './changes.js';
import { entriesTable } from './entries.js';
import { numberOrText, textArea, textField, typedIn } from './fields.js';
import { parseJson } from './json-editor.js';
import { heading, tag } from './parts.js';

/** @typedef {{ name: string, prefix: string, ends_at: string | null }} Environment */

const CHANGES = ['/environments'];

/** @param {Environment} environment */
const isHere = (environment) => environment.prefix === prefix;

/** @param {Environment} environment */
function nameCell(environment) {
  const { name, prefix: itsPrefix } = environment;
  const link = element('a', { href: `${itsPrefix}/console`, 'data-testid': `environment-${name}` }, name);
  return isHere(environment) ? [link, ' ', tag('You are here', 'blue')] : [link];
}

/** @param {Environment} environment */
function endCell(environment) {
  const { name, ends_at: endsAt } = environment;
  if (endsAt === null) return ['Does not end'];
  if (isHere(environment)) return ['End it from the console of another'];
  return [
    actionButton({
      text: 'End it',
      about: `, environment ${name}`,
      testId: `environment-end-${name}`,
      kind: 'warning',
      changes: CHANGES,
      async act() {
        await control('DELETE', `/environments/${encodeURIComponent(name)}`);
        return `The environment ${name} is over, with all that was in it.`;
      },
    }),
  ];
}

/** @param {Environment} environment */
const endOf = ({ ends_at: moment }) => (moment === null ? 'Never' : shownMoment(moment));

/** @param {HTMLFormElement} form */
function wanted(form) {
  const [name, patch, seconds] = ['name', 'patch', 'seconds'].map((each) =>
    typedIn(form, `environment-${each}`),
  );
  return {
    ...(name ? { name } : {}),
    ...(patch ? { patch: parseJson(patch) } : {}),
    ...(seconds ? { time_to_live_seconds: numberOrText(seconds) } : {}),
  };
}

const createForm = () =>
  actionForm(
    {
      testId: 'environment-create',
      submit: 'Create the environment',
      changes: CHANGES,
      async act(form) {
        const made = await control('POST', '/environments', wanted(form));
        return `The environment ${made.name} is there now. Unless it is used, it ends at ${endOf(made)}.`;
      },
    },
    textField({
      testId: 'environment-name',
      label: 'Name',
      hint: 'Letters, digits, dots, hyphens and underscores. Left empty: a random name.',
      pointer: '/name',
    }),
    textArea({
      testId: 'environment-patch',
      label: 'What is different there, as JSON',
      hint: 'For example { "organisations": [{ "org_code": "RZ8", "nhsmail_private_beta": true }] }. Left empty: nothing.',
      pointer: '/patch',
      rows: 4,
    }),
    textField({
      testId: 'environment-seconds',
      label: 'How long it lives without being used',
      hint: 'Left empty: 3600 seconds.',
      unit: 'seconds',
      pointer: '/time_to_live_seconds',
      width: 10,
      numeric: true,
    }),
  );

/** @type {import('./page.js').Section} */
export const environments = {
  name: 'environments',
  reads: ['/environments'],
  draw: (known) => [
    ...entriesTable({
      name: 'environments',
      filterBy: 'name',
      columns: ['Environment', 'Ends, unless it is used', 'Switch'],
      entries: /** @type {readonly Environment[]} */ (known('/environments')),
      keyOf: ({ name }) => name,
      textOf: ({ name }) => name,
      cellsOf: (environment) => [nameCell(environment), [endOf(environment)], endCell(environment)],
    }),
    heading('Create an environment'),
    createForm(),
  ],
};
