/**
 * Filters a list while somebody types, as the server does when the form is sent: all words, in any order, and the
 * value of each select. `data-filters` of the form is the id of the list.
 */

/** @param {HTMLFormElement} form */
function filterWith(form) {
  const list = document.getElementById(form.dataset['filters'] ?? '');
  const count = form.parentElement?.querySelector('[data-filter-count]');
  if (!list || !count) return;
  /** @type {NodeListOf<HTMLElement>} */
  const items = list.querySelectorAll('[data-filter-item]');
  /** @type {NodeListOf<HTMLElement>} */
  const groups = list.querySelectorAll('[data-filter-group]');
  const search = form.querySelector('input[type="search"]');
  const selects = form.querySelectorAll('select');

  /** @param {HTMLElement} item */
  function fits({ dataset }) {
    const asked = search instanceof HTMLInputElement ? search.value : '';
    const words = asked.toLowerCase().split(/\s+/);
    return (
      words.every((word) => dataset['words']?.includes(word)) &&
      [...selects].every(({ name, value }) => value === '' || dataset[name] === value)
    );
  }

  function filter() {
    for (const item of items) item.hidden = !fits(item);
    for (const group of groups) group.hidden = !group.querySelector('[data-filter-item]:not([hidden])');
    const shown = [...items].filter(({ hidden }) => !hidden).length;
    if (count) count.textContent = `${shown} of ${items.length} ${count.getAttribute('data-shown')}`;
    remember();
  }

  /** So that the address can be given to somebody else, or reloaded. */
  function remember() {
    const address = new URL(location.href);
    for (const [name, value] of new FormData(form)) {
      if (value === '') address.searchParams.delete(name);
      else address.searchParams.set(name, String(value));
    }
    history.replaceState(history.state, '', address);
  }

  form.addEventListener('input', filter);
  form.addEventListener('submit', (event) => event.preventDefault());
  for (const button of form.querySelectorAll('button')) button.hidden = true;
}

for (const form of document.querySelectorAll('form')) {
  if (form.dataset['filters'] !== undefined) filterWith(form);
}
