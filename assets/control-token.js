// Where CONTROL_TOKEN is set, a page asks for the token once and keeps it as long as its tab.
import { element } from './element.js';

const KEPT_AS = 'mock-cis2-control-token';

export const keptToken = () => sessionStorage.getItem(KEPT_AS);

function tokenForm() {
  const error = element('span', { class: 'nhsuk-error-message', id: 'control-token-error' });
  const input = element('input', {
    class: 'nhsuk-input',
    id: 'control-token',
    name: 'control_token',
    type: 'password',
    autocomplete: 'off',
    'aria-describedby': 'control-token-hint control-token-error',
    'data-testid': 'control-token',
  });
  const group = element(
    'div',
    { class: 'nhsuk-form-group' },
    element('label', { class: 'nhsuk-label', for: 'control-token' }, 'Token'),
    element(
      'div',
      { class: 'nhsuk-hint', id: 'control-token-hint' },
      'The value of CONTROL_TOKEN. It is forgotten when you close this tab.',
    ),
    error,
    input,
  );
  const form = element(
    'form',
    {
      class: 'nhsuk-u-margin-bottom-6',
      'aria-labelledby': 'control-token-heading',
      novalidate: true,
      'data-testid': 'control-token-form',
    },
    element(
      'h2',
      { class: 'nhsuk-heading-m', id: 'control-token-heading' },
      'This mock asks for its control token',
    ),
    group,
    element(
      'button',
      { class: 'nhsuk-button', type: 'submit', 'data-testid': 'use-control-token' },
      'Use this token',
    ),
  );

  /** @param {string} text */
  function complain(text) {
    group.classList.add('nhsuk-form-group--error');
    error.replaceChildren(element('span', { class: 'nhsuk-u-visually-hidden' }, 'Error: '), text);
    input.focus();
  }

  return { form, input, complain };
}

/** @type {Promise<void> | undefined} */
let asking;

/**
 * Asks for the token at the top of the page and keeps it. Several calls that are refused at once ask once.
 *
 * @param {string | null} [refused] the token that the refused call carried
 * @returns {Promise<void>} over when there is a token that was not refused yet
 */
export function askForToken(refused = null) {
  if (keptToken() !== refused) return Promise.resolve();
  asking ??= new Promise((resolve) => {
    const { form, input, complain } = tokenForm();
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (input.value === '') return complain('Enter the token');
      sessionStorage.setItem(KEPT_AS, input.value);
      form.remove();
      asking = undefined;
      resolve();
    });
    document.querySelector('main')?.prepend(form);
    input.focus();
    if (refused !== null) complain('This is not the token that the mock was started with');
  });
  return asking;
}
