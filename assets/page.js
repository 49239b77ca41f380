// What scripts of pages share: finding their parts, and saying what went wrong.
import { element } from './element.js';

/**
 * The part of the page with this data-testid.
 *
 * @template {HTMLElement} [Type=HTMLElement]
 * @param {string} testId
 * @param {{ new (): Type }} [type]
 * @returns {Type}
 */
export function byTestId(testId, type) {
  const found = document.querySelector(`[data-testid="${testId}"]`);
  if (!(found instanceof (type ?? HTMLElement))) throw new TypeError(`the page has no ${testId}`);
  return /** @type {Type} */ (found);
}

/**
 * Says at the top of the page what went wrong, in the words of the API.
 *
 * @param {unknown} error
 */
export function showProblem(error) {
  const text = error instanceof Error ? error.message : String(error);
  document.querySelector('[data-testid="problem"]')?.remove();
  const box = element(
    'div',
    { class: 'nhsuk-error-summary', role: 'alert', 'data-testid': 'problem' },
    element('h2', { class: 'nhsuk-error-summary__title' }, 'This did not work'),
    element('div', { class: 'nhsuk-error-summary__body' }, element('p', {}, text)),
  );
  document.querySelector('main')?.prepend(box);
}
