/** Back to the beginning, asked for twice. */
import { control, prefix } from '../control-api.js';
import { element } from '../element.js';
import { actionButton } from './changes.js';
import { allPaths } from './page.js';
import { button, paragraph } from './parts.js';

/** @type {import('./page.js').Section} */
export const reset = {
  name: 'reset',
  reads: ['/environments'],
  draw(known) {
    const { name } = known('/environments').find(
      (/** @type {{ prefix: string }} */ each) => each.prefix === prefix,
    );
    const ask = button({ text: `Reset the environment ${name}`, testId: 'reset', kind: 'warning' });
    const keep = button({ text: 'Keep everything as it is', testId: 'reset-cancel' });
    const confirm = actionButton({
      text: 'Yes, reset everything now',
      testId: 'reset-confirm',
      kind: 'warning',
      changes: allPaths(),
      async act() {
        await control('POST', '/reset');
        return 'Everything is as it was at the start. The signing keys stay.';
      },
    });
    const question = element(
      'div',
      { hidden: true, 'data-testid': 'reset-question', 'data-asked-by': 'reset' },
      paragraph('Every change you made is lost, everybody is logged out, and the journal is emptied.'),
      element('div', { class: 'mock-actions' }, confirm, keep),
    );
    const show = (/** @type {boolean} */ asking) => {
      question.hidden = !asking;
      ask.hidden = asking;
    };
    ask.addEventListener('click', () => {
      show(true);
      confirm.querySelector('button')?.focus();
    });
    keep.addEventListener('click', () => {
      show(false);
      ask.focus();
    });
    return [ask, question];
  },
};
