/**
 * Draws one row of the list.
 *
 * @typedef {import('./summary.js').ListRow} ListRow
 */
import { prefix } from '../control-api.js';
import { element } from '../element.js';
import { shownMoment } from '../moment.js';

/**
 * The address of a log-in or a request in the journal.
 *
 * @param {Pick<ListRow, 'loginId' | 'requestId'>} row
 */
const urlOf = ({ loginId, requestId }) =>
  loginId === undefined
    ? `${prefix}/journal?${new URLSearchParams({ request_id: requestId ?? '' })}`
    : `${prefix}/journal/${encodeURIComponent(loginId)}`;

/** @type {Readonly<Record<string, string>>} */
const OUTCOME_COLOURS = { authenticated: 'green', under_way: 'blue', refused: 'red' };

/**
 * @param {string} text
 * @param {string} colour
 * @param {string} [testId]
 */
export function tag(text, colour, testId) {
  return element('strong', { class: `nhsuk-tag nhsuk-tag--${colour}`, 'data-testid': testId }, text);
}

/** @param {string} outcome */
export const outcomeTag = (outcome) =>
  tag(outcome.replaceAll('_', '_\u200b'), OUTCOME_COLOURS[outcome] ?? 'orange', 'outcome');

/**
 * @param {number} count
 * @param {string} one
 */
export const counted = (count, one) => `${count} ${one}${count === 1 ? '' : 's'}`;

/** By the clock of the mock, as the console shows it. @param {string} time ISO 8601, UTC */
export const drawTime = (time) => element('time', { datetime: time }, shownMoment(time));

/**
 * @param {ListRow} row
 * @param {import('./names.js').Names} names
 */
export function drawRow(row, names) {
  const person = names.ofPerson(row);
  const who =
    row.loginId === undefined
      ? `Refused request${row.clientId === undefined ? '' : ` of ${names.ofClient(row.clientId)}`}`
      : `${person} at ${names.ofClient(row.clientId)}`;
  const about = [row.uid, row.account].filter((text) => text !== undefined && text !== person).join(', ');
  const tags = [
    outcomeTag(row.outcome),
    ...row.scenarios.map((code) => tag(code.replaceAll('_', '_\u200b'), 'purple')),
    ...(row.refusals > 0 && row.loginId !== undefined ? [tag(counted(row.refusals, 'refusal'), 'red')] : []),
    ...(row.warnings > 0 ? [tag(counted(row.warnings, 'warning'), 'yellow')] : []),
  ];
  const sentences = [
    about,
    `${row.ended}.`,
    row.found === undefined ? '' : `Found: ${row.found}.`,
    row.mend ? `How to fix it: ${row.mend}` : '',
  ].filter(Boolean);
  return element(
    'li',
    { class: 'mock-log-in', 'data-testid': row.loginId === undefined ? 'refused-request' : 'log-in' },
    element('p', { class: 'mock-log-in__time' }, drawTime(row.time)),
    element(
      'div',
      {},
      element('p', { class: 'mock-log-in__who' }, element('a', { href: urlOf(row) }, who)),
      ...sentences.map((sentence) => element('p', {}, sentence)),
    ),
    element('p', { class: 'mock-tags' }, ...tags),
  );
}
