/**
 * Draws one step of the sequence: a line that says who sends what to whom, which opens to all there is to know of it.
 *
 * @typedef {import('./sequence.js').Step} Step
 * @typedef {import('./sections.js').Section} Section
 */
import { element } from '../element.js';
import { LANES, offsetText } from './sequence.js';

/** @type {Readonly<Record<Step['tone'], string>>} */
const TONES = { plain: '', good: '', bad: 'Failure', warning: 'Warning', scenario: '' };

/** @param {Section['rows'][number]} row */
function drawRow({ name, value, meaning, isCode }) {
  const code = (/** @type {string} */ text) => element('code', { class: 'mock-code' }, text);
  return element(
    'div',
    { class: 'nhsuk-summary-list__row' },
    element('dt', { class: 'nhsuk-summary-list__key' }, isCode ? code(name) : name),
    element(
      'dd',
      { class: 'nhsuk-summary-list__value mock-value' },
      isCode ? code(value) : value,
      ...(meaning === undefined ? [] : [element('p', { class: 'mock-description' }, meaning)]),
    ),
  );
}

/** @param {Section} section */
const drawSection = ({ heading, rows }) => [
  element('h3', { class: 'nhsuk-heading-xs' }, heading),
  element(
    'dl',
    { class: 'nhsuk-summary-list mock-summary-list mock-summary-list--small' },
    ...rows.map(drawRow),
  ),
];

/** @param {Step} step */
function drawWay({ from, to }) {
  if (from === to) return [LANES[from]];
  return [
    LANES[from],
    element('span', { 'aria-hidden': 'true' }, ' → '),
    element('span', { class: 'nhsuk-u-visually-hidden' }, ' to '),
    LANES[to],
  ];
}

/** @param {Step} step */
function drawSummary(step) {
  const tone = TONES[step.tone];
  return element(
    'summary',
    { class: 'mock-step__summary' },
    element(
      'span',
      { class: 'mock-step__card' },
      element(
        'span',
        { class: 'mock-step__text' },
        element('span', { class: 'mock-step__way' }, ...drawWay(step), `, ${offsetText(step.milliseconds)}`),
        element('span', { class: 'mock-step__title' }, tone === '' ? step.title : `${tone}: ${step.title}`),
      ),
    ),
  );
}

/** @param {Step} step */
const asJournalled = ({ events }) =>
  element(
    'details',
    { class: 'mock-raw' },
    element('summary', {}, 'As the journal has it (JSON)'),
    element('pre', { class: 'mock-env' }, JSON.stringify(events, null, 2)),
  );

/** @param {Step} step */
export function drawStep(step) {
  return element(
    'li',
    {
      class: `mock-step mock-step--${step.tone} mock-step--${step.from === step.to ? 'note' : 'arrow'}`,
      'data-from': step.from,
      'data-to': step.to,
      'data-testid': 'step',
    },
    element(
      'details',
      {},
      drawSummary(step),
      element(
        'div',
        { class: 'mock-step__body' },
        ...step.explanations.map((explanation) => element('p', { class: 'mock-value' }, explanation)),
        ...step.sections.flatMap(drawSection),
        asJournalled(step),
      ),
    ),
  );
}
