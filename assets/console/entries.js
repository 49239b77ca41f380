/** A table of entries: the first fifty that a filter lets through, each with a row below it for all that can be changed. */
import { element } from '../element.js';
import { hidden, present } from './parts.js';

const MOST_SHOWN = 50;

/** A list as short as this is seen at a glance: it has no filter. */
const FEW = 5;

/**
 * @template Entry
 * @typedef {object} Table
 * @property {string} name of the list: "people"
 * @property {string} filterBy what the filter looks at: "name, UID or organisation"
 * @property {readonly string[]} columns the first is the heading of each row
 * @property {readonly Entry[]} entries
 * @property {(entry: Entry) => string} keyOf
 * @property {(entry: Entry) => string} textOf what the filter looks at
 * @property {(entry: Entry) => readonly import('./parts.js').Child[][]} cellsOf one for each column
 * @property {(entry: Entry) => readonly import('./parts.js').Child[]} [editorOf] what can be changed, below the row
 */

/** The name of a list as one word, for ids. @param {string} name */
const wordOf = (name) => name.replaceAll(' ', '-');

/** Name of a list → keys of the entries whose editors are open. @type {Map<string, Set<string>>} */
const open = new Map();

/** @param {string} name */
function openIn(name) {
  const keys = open.get(name) ?? new Set();
  open.set(name, keys);
  return keys;
}

/**
 * @param {string} column
 * @param {readonly import('./parts.js').Child[]} children
 * @param {boolean} isHeading
 */
function cell(column, children, isHeading) {
  const attributes = isHeading
    ? { class: 'nhsuk-table__header', scope: 'row', role: 'rowheader' }
    : { class: 'nhsuk-table__cell', role: 'cell' };
  return element(
    isHeading ? 'th' : 'td',
    attributes,
    element('span', { class: 'nhsuk-table__heading', 'aria-hidden': 'true' }, `${column} `),
    element('span', { class: 'mock-cell' }, ...present(children)),
  );
}

/**
 * The row below an entry’s own, with all that can be changed.
 * @template Entry
 * @param {Table<Entry>} table
 * @param {Entry} entry
 */
const editorRow = ({ columns, editorOf }, entry) =>
  element(
    'tr',
    { class: 'nhsuk-table__row mock-editor', role: 'row' },
    element(
      'td',
      { class: 'nhsuk-table__cell', role: 'cell', colspan: String(columns.length + 1) },
      ...present(editorOf?.(entry) ?? []),
    ),
  );

/** @param {string} key */
const changeButton = (key) =>
  element(
    'button',
    {
      class: 'nhsuk-button nhsuk-button--secondary nhsuk-button--small',
      type: 'button',
      'aria-expanded': 'false',
      'data-testid': `change-${key}`,
    },
    'Change',
    hidden(` ${key}`),
  );

/**
 * @template Entry
 * @param {Table<Entry>} table
 * @param {Entry} entry
 */
function rowsOf(table, entry) {
  const { name, columns, keyOf, cellsOf, editorOf } = table;
  const key = keyOf(entry);
  const cells = cellsOf(entry).map((children, index) => cell(columns[index] ?? '', children, index === 0));
  const row = element(
    'tr',
    { class: 'nhsuk-table__row', role: 'row', 'data-testid': `${wordOf(name)}-${key}` },
    ...cells,
  );
  if (!editorOf) return [row];
  const button = changeButton(key);
  row.append(cell('Change', [button], false));
  /** @type {HTMLElement | undefined} */
  let below;
  const show = () => {
    below = editorRow(table, entry);
    openIn(name).add(key);
    button.setAttribute('aria-expanded', 'true');
    return below;
  };
  button.addEventListener('click', () => {
    if (!below) return row.after(show());
    below.remove();
    below = undefined;
    openIn(name).delete(key);
    button.setAttribute('aria-expanded', 'false');
  });
  return openIn(name).has(key) ? [row, show()] : [row];
}

/**
 * @param {number} shown
 * @param {number} fitting
 * @param {number} all
 * @param {string} name
 */
function countOf(shown, fitting, all, name) {
  if (all === 0) return `There are no ${name}.`;
  if (fitting === 0) return `None of the ${all} ${name} fits.`;
  if (shown < fitting) return `Showing the first ${shown} of ${fitting}. Filter to see others.`;
  return fitting < all ? `Showing ${fitting} of ${all}.` : `Showing all ${all}.`;
}

/** @param {Pick<Table<unknown>, 'name' | 'filterBy'>} table */
function filterField({ name, filterBy }) {
  const id = `filter-${wordOf(name)}`;
  const input = element('input', {
    class: 'nhsuk-input nhsuk-input--width-20',
    id,
    type: 'text',
    autocomplete: 'off',
    spellcheck: 'false',
    'data-testid': id,
  });
  const group = element(
    'div',
    { class: 'nhsuk-form-group mock-filter' },
    element('label', { class: 'nhsuk-label', for: id }, `Filter ${name} by ${filterBy}`),
    input,
  );
  return { input, group };
}

/**
 * @template Entry
 * @param {Table<Entry>} table
 * @returns {HTMLElement[]}
 */
export function entriesTable(table) {
  const { name, entries, textOf, columns, editorOf } = table;
  const { input, group } = filterField(table);
  const count = element('p', {
    class: 'nhsuk-body-s',
    'aria-live': 'polite',
    'data-testid': `count-${wordOf(name)}`,
  });
  const body = element('tbody', { class: 'nhsuk-table__body', role: 'rowgroup' });
  const show = () => {
    const wanted = input.value.trim().toLowerCase();
    const fitting =
      wanted === '' ? entries : entries.filter((entry) => textOf(entry).toLowerCase().includes(wanted));
    const shown = fitting.slice(0, MOST_SHOWN);
    body.replaceChildren(...shown.flatMap((entry) => rowsOf(table, entry)));
    count.textContent = countOf(shown.length, fitting.length, entries.length, name);
  };
  input.addEventListener('input', show);
  show();
  if (entries.length === 0) return [count];
  const shown = frame(name, editorOf ? [...columns, 'Change'] : columns, body);
  return entries.length > FEW ? [group, count, shown] : [shown];
}

/**
 * @param {string} name
 * @param {readonly string[]} columns
 * @param {HTMLElement} body
 */
const frame = (name, columns, body) =>
  element(
    'table',
    { class: 'nhsuk-table nhsuk-table--compact nhsuk-table--responsive mock-entries', role: 'table' },
    element('caption', { class: 'nhsuk-u-visually-hidden' }, name),
    element(
      'thead',
      { class: 'nhsuk-table__head', role: 'rowgroup' },
      element(
        'tr',
        { class: 'nhsuk-table__row', role: 'row' },
        ...columns.map((column) =>
          element('th', { class: 'nhsuk-table__header', scope: 'col', role: 'columnheader' }, column),
        ),
      ),
    ),
    body,
  );
