/** Back to the beginning, asked for twice. */
import { control, prefix } from '../control-api.js';
import { askedFirst } from './asked-first.js';
import { allPaths } from './page.js';

/** @type {import('./page.js').Section} */
export const reset = {
  name: 'reset',
  reads: ['/environments'],
  draw(known) {
    const { name } = known('/environments').find(
      (/** @type {{ prefix: string }} */ each) => each.prefix === prefix,
    );
    return askedFirst({
      text: `Reset the environment ${name}`,
      testId: 'reset',
      loses: 'Every change you made is lost, everybody is logged out, and the journal is emptied.',
      yes: 'Yes, reset everything now',
      no: 'Keep everything as it is',
      changes: allPaths(),
      async act() {
        await control('POST', '/reset');
        return 'Everything is as it was at the start. The signing keys stay.';
      },
    });
  },
};
