/**
 * The filters of the list. They stand in the address of the page, so that a filtered list can be pasted.
 *
 * @typedef {import('./summary.js').ListRow} ListRow
 */
import { element } from '../element.js';

/** @type {Readonly<Record<string, (row: ListRow) => string>>} */
const VALUES = {
  client_id: ({ clientId }) => clientId ?? '',
  persona: ({ uid, account }) => uid ?? account ?? '',
  outcome: ({ outcome }) => outcome,
};

/**
 * @param {HTMLFormElement} form with a select for each filter
 * @param {() => void} onChange
 */
export function createFilters(form, onChange) {
  const selects = Object.keys(VALUES).map((name) => {
    const select = form.elements.namedItem(name);
    if (!(select instanceof HTMLSelectElement)) throw new TypeError(`the form has no select ${name}`);
    return select;
  });

  /**
   * Adds what can be chosen, and takes nothing away: the list may be open.
   *
   * @param {HTMLSelectElement} select
   * @param {string} value
   * @param {string} text
   */
  function offerOne(select, value, text) {
    if (value === '' || [...select.options].some((option) => option.value === value)) return;
    select.append(element('option', { value }, text));
  }

  function remember() {
    const chosen = selects.filter(({ value }) => value !== '').map(({ name, value }) => [name, value]);
    const query = new URLSearchParams(chosen).toString();
    history.replaceState(null, '', query === '' ? location.pathname : `?${query}`);
  }

  for (const select of selects) {
    const asked = new URLSearchParams(location.search).get(select.name) ?? '';
    offerOne(select, asked, asked);
    select.value = asked;
    select.addEventListener('change', () => {
      remember();
      onChange();
    });
  }

  return {
    /** @param {ListRow} row */
    wants: (row) => selects.every(({ name, value }) => value === '' || VALUES[name]?.(row) === value),
    /**
     * @param {readonly ListRow[]} rows
     * @param {import('./names.js').Names} names
     */
    offer(rows, names) {
      for (const row of rows) {
        for (const select of selects)
          offerOne(select, VALUES[select.name]?.(row) ?? '', textOf(select.name, row, names));
      }
    },
    clear() {
      for (const select of selects) select.value = '';
      remember();
    },
  };
}

/**
 * @param {string} name
 * @param {ListRow} row
 * @param {import('./names.js').Names} names
 */
function textOf(name, row, names) {
  if (name === 'client_id') return names.ofClient(row.clientId);
  return name === 'persona'
    ? `${names.ofPerson(row)}${row.uid === undefined ? '' : ` (${row.uid})`}`
    : row.outcome;
}
