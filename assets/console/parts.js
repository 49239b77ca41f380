/** The parts of nhsuk-frontend that the console is made of. */
import { element } from '../element.js';

/** @typedef {Node | string | undefined} Child What is undefined is left out. */

/** @param {readonly Child[]} children */
export const present = (children) => children.filter((child) => child !== undefined);

/** @param {string} text read out, not shown */
export const hidden = (text) => element('span', { class: 'nhsuk-u-visually-hidden' }, text);

/** @param {string | undefined} about */
const aboutHidden = (about) => present([about === undefined ? undefined : hidden(` ${about}`)]);

/** @param {Child[]} children */
export const paragraph = (...children) => element('p', {}, ...present(children));

/** @param {string} text */
export const code = (text) => element('code', { class: 'mock-code mock-value' }, text);

/** @param {string} text */
export const heading = (text) => element('h3', { class: 'nhsuk-heading-s' }, text);

/**
 * A state in a word or two.
 * @param {string} text
 * @param {'green' | 'grey' | 'orange' | 'red' | 'blue' | 'yellow'} colour
 * @param {string} [testId]
 */
export const tag = (text, colour, testId) =>
  element('strong', { class: `nhsuk-tag nhsuk-tag--${colour}`, 'data-testid': testId }, text);

/**
 * @typedef {object} ButtonLooks
 * @property {string} text
 * @property {string} [about] which entry it is for, read out behind the text
 * @property {string} testId
 * @property {'secondary' | 'warning'} [kind]
 */

/** @param {ButtonLooks & { submits?: boolean }} looks */
export const button = ({ text, about, testId, kind = 'secondary', submits = false }) =>
  element(
    'button',
    {
      class: `nhsuk-button nhsuk-button--${kind} nhsuk-button--small`,
      type: submits ? 'submit' : 'button',
      'data-testid': testId,
    },
    text,
    ...aboutHidden(about),
  );

/**
 * A disclosure. What it holds is made when it is first opened: lists have many of them.
 * @param {{ summary: string, about?: string, testId: string }} looks
 * @param {() => Child[]} content
 */
export function details({ summary, about, testId }, content) {
  const text = element('div', { class: 'nhsuk-details__text' });
  const disclosure = element(
    'details',
    { class: 'nhsuk-details', 'data-testid': testId },
    element(
      'summary',
      { class: 'nhsuk-details__summary', 'data-testid': `${testId}-summary` },
      element('span', { class: 'nhsuk-details__summary-text' }, summary, ...aboutHidden(about)),
    ),
    text,
  );
  disclosure.addEventListener('toggle', () => text.append(...present(content())), { once: true });
  return disclosure;
}

/** @param {Child[]} items */
export const list = (...items) =>
  element(
    'ul',
    { class: 'nhsuk-list mock-short-list' },
    ...present(items).map((item) => element('li', {}, item)),
  );
