/** Changes that cannot be taken back: a button, and the question that opens in its place. */
import { askFirst } from '../ask-first.js';
import { element } from '../element.js';
import { actionButton } from './changes.js';
import { button, paragraph } from './parts.js';

/**
 * @param {import('./parts.js').ButtonLooks & import('./changes.js').Change & { loses: string, yes: string, no: string }} change
 *   loses: what is lost, as a sentence; yes and no: the answers, in words that can stand alone
 */
export function askedFirst({ loses, yes, no, act, changes, ...looks }) {
  const { testId } = looks;
  const ask = button({ ...looks, kind: 'warning' });
  const confirm = actionButton({ text: yes, testId: `${testId}-confirm`, kind: 'warning', changes, act });
  const cancel = button({ text: no, testId: `${testId}-cancel` });
  const question = element(
    'div',
    { hidden: true, 'data-testid': `${testId}-question`, 'data-asked-by': testId },
    paragraph(loses),
    element('div', { class: 'mock-actions' }, confirm, cancel),
  );
  askFirst(ask, question, { yes: confirm.querySelector('button') ?? confirm, no: cancel });
  return [ask, question];
}
