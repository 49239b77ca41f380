/** Settings of the environment: who may use NHSmail, where failures end, and who logs in without pages. */
import { control } from '../control-api.js';
import { actionForm } from './changes.js';
import { selectField, textField, typedIn } from './fields.js';
import { settingsEditor } from './json-editor.js';

/** @typedef {import('../../src/settings/settings-schema.ts').Settings} Settings */

const AVAILABILITY = [
  { value: 'private_beta', text: 'Only people of organisations in the private beta' },
  { value: 'general', text: 'Everybody' },
];

const ON_LOGIN_FAILURE = [
  { value: 'page', text: 'On a page of CIS2' },
  { value: 'redirect', text: 'At the application, as an OAuth error' },
];

const INTERACTION = [
  { value: 'pages', text: 'On pages' },
  { value: 'automatic', text: 'Without pages, as the persona below or as login_hint says' },
];

/** The fields of the form, and the merge patch that each of them is. */
const FIELDS = [
  {
    testId: 'availability',
    label: 'Who can use NHSmail to log in',
    options: AVAILABILITY,
    of: (/** @type {Settings} */ { nhsmail }) => nhsmail.availability,
    patch: (/** @type {string | null} */ availability) => ({ nhsmail: { availability } }),
    pointer: '/nhsmail/availability',
  },
  {
    testId: 'brand',
    label: 'What pages call NHSmail',
    of: (/** @type {Settings} */ { nhsmail }) => nhsmail.brand,
    patch: (/** @type {string | null} */ brand) => ({ nhsmail: { brand } }),
    pointer: '/nhsmail/brand',
  },
  {
    testId: 'on-login-failure',
    label: 'Where a failed log-in ends',
    options: ON_LOGIN_FAILURE,
    of: (/** @type {Settings} */ settings) => settings.on_login_failure,
    patch: (/** @type {string | null} */ ends) => ({ on_login_failure: ends }),
    pointer: '/on_login_failure',
  },
  {
    testId: 'interaction',
    label: 'How people log in',
    options: INTERACTION,
    of: (/** @type {Settings} */ settings) => settings.interaction,
    patch: (/** @type {string | null} */ interaction) => ({ interaction }),
    pointer: '/interaction',
  },
  {
    testId: 'automatic-persona',
    label: 'Who logs in without pages',
    hint: 'An NHSmail account or a UID. Left empty: the first NHSmail account.',
    of: (/** @type {Settings} */ settings) => settings.automatic_persona ?? '',
    patch: (/** @type {string | null} */ persona) => ({ automatic_persona: persona }),
    pointer: '/automatic_persona',
  },
];

/** @param {Settings} settings @param {HTMLFormElement} form */
const changedFields = (settings, form) =>
  FIELDS.map((field) => ({ ...field, typed: typedIn(form, field.testId) })).filter(
    ({ typed, of }) => typed !== of(settings),
  );

/** @param {ReturnType<typeof changedFields>} changed */
function patchOf(changed) {
  const patches = changed.map(({ typed, patch }) => patch(typed === '' ? null : typed));
  const nhsmail = Object.assign({}, ...patches.map((patch) => ('nhsmail' in patch ? patch.nhsmail : {})));
  return { ...Object.assign({}, ...patches), ...(Object.keys(nhsmail).length > 0 ? { nhsmail } : {}) };
}

/** @param {(typeof FIELDS)[number]} field @param {Settings} settings */
function inWords({ label, options, of }, settings) {
  const value = of(settings);
  const text = options?.find((option) => option.value === value)?.text ?? value;
  return `${label}: ${text === '' ? 'nobody in particular' : text}.`;
}

/** @param {Settings} before */
const form = (before) =>
  actionForm(
    {
      testId: 'settings-save',
      submit: 'Save the settings',
      changes: ['/settings'],
      async act(sent) {
        const changed = changedFields(before, sent);
        if (changed.length === 0) return 'No setting was changed.';
        const after = await control('PATCH', '/settings', patchOf(changed));
        return `Saved. ${changed.map((field) => inWords(field, after)).join(' ')}`;
      },
    },
    ...FIELDS.map(({ options, of, patch: _patch, ...field }) =>
      options
        ? selectField({ ...field, options, value: of(before) })
        : textField({ ...field, value: of(before), width: 30 }),
    ),
  );

/** @type {import('./page.js').Section} */
export const settings = {
  name: 'settings',
  reads: ['/settings'],
  draw: (known) => [form(known('/settings')), settingsEditor(known('/settings'))],
};
