/** Form fields with label, hint and unit. The id of each is its test id, which no other field of the page has. */
import { element } from '../element.js';
import { hidden, present } from './parts.js';

/**
 * @typedef {object} Field
 * @property {string} testId
 * @property {string} label
 * @property {string} [about] which entry it is for, read out behind the label
 * @property {string} [hint]
 * @property {string} [unit] shown behind the field
 * @property {string} [pointer] what the API calls it: faults with this pointer are shown here
 */

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

/** @param {Field} field */
const attributesOf = ({ testId, label, hint, pointer }) => ({
  id: testId,
  name: testId,
  'data-testid': testId,
  'data-label': label,
  'data-pointer': pointer,
  'aria-describedby': hint === undefined ? undefined : `${testId}-hint`,
});

/**
 * @param {Field} field
 * @param {Control} control
 */
function group({ testId, label, about, hint, unit }, control) {
  const shown =
    unit === undefined
      ? control
      : element(
          'div',
          { class: 'nhsuk-input-wrapper' },
          control,
          element('div', { class: 'nhsuk-input-wrapper__suffix', 'aria-hidden': 'true' }, unit),
        );
  const read = [about, unit && `in ${unit}`].filter(Boolean).join(', ');
  return element(
    'div',
    { class: 'nhsuk-form-group' },
    element('label', { class: 'nhsuk-label', for: testId }, label, ...(read ? [hidden(`, ${read}`)] : [])),
    ...present([hint && element('div', { class: 'nhsuk-hint', id: `${testId}-hint` }, hint), shown]),
  );
}

/** @param {Field & { value?: string | number, width?: 4 | 5 | 10 | 20 | 30, numeric?: boolean }} field */
export function textField({ value = '', width = 20, numeric = false, ...field }) {
  const control = element('input', {
    ...attributesOf(field),
    class: `nhsuk-input nhsuk-input--width-${width}`,
    type: 'text',
    inputmode: numeric ? 'numeric' : undefined,
    value: String(value),
    autocomplete: 'off',
    spellcheck: 'false',
  });
  return group(field, control);
}

/** @param {Field & { value?: string, rows?: number }} field */
export function textArea({ value = '', rows = 8, ...field }) {
  const control = element(
    'textarea',
    {
      ...attributesOf(field),
      class: 'nhsuk-textarea mock-json',
      rows: String(rows),
      autocomplete: 'off',
      spellcheck: 'false',
    },
    value,
  );
  return group(field, control);
}

/** @typedef {{ value: string, text: string }} Option */

/**
 * @param {Option[]} options
 * @param {string | undefined} chosen
 */
const optionsOf = (options, chosen) =>
  options.map(({ value, text }) => element('option', { value, selected: value === chosen }, text));

/** @param {Field & { value?: string, options?: Option[], groups?: { label: string, options: Option[] }[] }} field */
export function selectField({ value, options = [], groups = [], ...field }) {
  const control = element(
    'select',
    { ...attributesOf(field), class: 'nhsuk-select' },
    ...optionsOf(options, value),
    ...groups.map((each) => element('optgroup', { label: each.label }, ...optionsOf(each.options, value))),
  );
  return group(field, control);
}

/**
 * What a form’s field holds, without spaces around it; empty where the form has no such field.
 * @param {HTMLElement} form
 * @param {string} testId
 */
export function typedIn(form, testId) {
  const control = form.querySelector(`[data-testid="${CSS.escape(testId)}"]`);
  return control && 'value' in control ? String(control.value).trim() : '';
}

/**
 * A number as it was typed: as text where it is none, so that the API says what is wrong with it.
 * @param {string} typed
 */
export const numberOrText = (typed) =>
  typed !== '' && Number.isFinite(Number(typed)) ? Number(typed) : typed;
