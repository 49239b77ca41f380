/** Everything of an entry, as JSON: for all that the console has no control of its own for. */
import { control } from '../control-api.js';
import { askedFirst } from './asked-first.js';
import { actionForm } from './changes.js';
import { textArea, typedIn } from './fields.js';
import { details } from './parts.js';

/** What a person typed. Throws, in words, where it is not JSON. @param {string} text */
export function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`This is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
}

/**
 * Where an entry is, below /_mock.
 * @param {string} list
 * @param {string} key
 */
export const addressOf = (list, key) => `/${list}/${encodeURIComponent(key)}`;

/**
 * @param {{ list: string, key: string, entry: object, changes: string[] }} what
 *   changes: what has to be read anew when it is removed, too
 */
export const entryEditor = ({ list, key, entry, changes }) =>
  details({ summary: 'All of it as JSON', about: `for ${key}`, testId: `json-details-${key}` }, () => [
    actionForm(
      {
        testId: `json-save-${key}`,
        submit: 'Save this JSON',
        about: `for ${key}`,
        changes,
        async act(form) {
          await control('PUT', addressOf(list, key), parseJson(typedIn(form, `json-${key}`)));
          return `${key} is saved as the JSON says.`;
        },
      },
      textArea({
        testId: `json-${key}`,
        label: 'JSON',
        about: key,
        hint: 'What you leave out is taken away.',
        value: JSON.stringify(entry, null, 2),
        rows: 14,
      }),
    ),
    ...askedFirst({
      text: 'Remove it',
      about: `, ${key}`,
      testId: `remove-${key}`,
      loses: `All that is known of ${key} is lost.`,
      yes: `Yes, remove ${key} now`,
      no: `Keep ${key}`,
      changes,
      async act() {
        await control('DELETE', addressOf(list, key));
        return `${key} is removed from ${list}.`;
      },
    }),
  ]);

/**
 * @param {{ list: string, what: string, keyName: string, example: object, changes: string[] }} new
 *   what: "an organisation"; keyName: the field that is the key
 */
export const newEntry = ({ list, what, keyName, example, changes }) =>
  details({ summary: `Add ${what}`, testId: `add-details-${list}` }, () => [
    actionForm(
      {
        testId: `add-${list}`,
        submit: `Add ${what}`,
        changes,
        async act(form) {
          const entry = parseJson(typedIn(form, `new-${list}`));
          const key = String(entry?.[keyName] ?? '');
          if (key === '') throw new Error(`The JSON needs ${keyName}, its key.`);
          await control('PUT', addressOf(list, key), entry);
          return `${key} is in ${list} now.`;
        },
      },
      textArea({
        testId: `new-${list}`,
        label: 'JSON',
        about: `of ${what}`,
        hint: `One that has the same ${keyName} is replaced.`,
        value: JSON.stringify(example, null, 2),
        rows: 10,
      }),
    ),
  ]);

/** Settings that have no field of their own, by a merge patch. @param {object} settings */
export const settingsEditor = (settings) =>
  details({ summary: 'All settings as JSON', testId: 'json-details-settings' }, () => [
    actionForm(
      {
        testId: 'json-save-settings',
        submit: 'Save this JSON',
        about: 'of the settings',
        changes: ['/settings'],
        async act(form) {
          await control('PATCH', '/settings', parseJson(typedIn(form, 'json-settings')));
          return 'The settings are saved as the JSON says.';
        },
      },
      textArea({
        testId: 'json-settings',
        label: 'JSON',
        about: 'of the settings',
        hint: 'What you leave out stays as it is. null brings the default back.',
        value: JSON.stringify(settings, null, 2),
        rows: 20,
      }),
    ),
  ]);
