/** The environment’s clock: what time it is there, and moving it. */
import { control } from '../control-api.js';
import { element } from '../element.js';
import { shownMoment } from '../moment.js';
import { actionButton, actionForm } from './changes.js';
import { numberOrText, textField, typedIn } from './fields.js';
import { heading, paragraph, tag } from './parts.js';

/** @typedef {{ now: string, frozen: boolean, skew_seconds: number }} Clock */

/** What a move of the clock may end, too. */
const CHANGES = ['/clock', '/sessions'];

/** @param {object} move */
const post = (move) => control('POST', '/clock', move);

/** Lets a clock go on from where it stands: it runs with the machine again, and is set to that moment. */
async function goOn() {
  const { now, skew_seconds: skew } = await control('GET', '/clock');
  await post({ reset: true });
  await post({ set: now });
  return skew === 0 ? await control('GET', '/clock') : await post({ skew_seconds: skew });
}

/**
 * @param {string} testId
 * @param {string} text
 * @param {() => Promise<Clock>} move
 * @param {(after: Clock) => string} says
 */
const moveButton = (testId, text, move, says) =>
  actionButton({ testId, text, changes: CHANGES, act: async () => says(await move()) });

/** @param {string} testId @param {string} amount in words @param {number} seconds */
const advanceButton = (testId, amount, seconds) =>
  moveButton(
    testId,
    `Advance by ${amount}`,
    () => post({ advance_seconds: seconds }),
    ({ now }) => `The clock is ${amount} further. It is ${shownMoment(now)} now.`,
  );

/**
 * A form of one field that moves the clock.
 * @param {Parameters<typeof textField>[0] & { submit: string, move: (typed: string) => Promise<Clock>, says: (after: Clock) => string }} form
 */
const moveForm = ({ submit, move, says, ...field }) =>
  actionForm(
    {
      testId: `${field.testId}-save`,
      submit,
      changes: CHANGES,
      act: async (form) => says(await move(typedIn(form, field.testId))),
    },
    textField(field),
  );

/** @param {Clock} after */
const itIs = ({ now }) => `It is ${shownMoment(now)} now.`;

/** @param {Clock} clock */
function skewInWords({ skew_seconds: skew }) {
  if (skew === 0) return 'Applications are shown the same time.';
  return `Applications are shown a time ${Math.abs(skew)} seconds ${skew > 0 ? 'ahead' : 'behind'}.`;
}

/** @type {ReturnType<typeof setInterval> | undefined} */
let ticking;

/** The time, which goes on by itself unless it stands still. @param {Clock} clock */
function face({ now, frozen }) {
  const time = element('time', { datetime: now, 'data-testid': 'clock-now' }, shownMoment(now));
  const [began, read] = [performance.now(), Date.parse(now)];
  clearInterval(ticking);
  if (!frozen) {
    ticking = setInterval(() => {
      const moment = new Date(read + performance.now() - began).toISOString();
      time.dateTime = moment;
      time.textContent = shownMoment(moment);
    }, 1000);
  }
  return time;
}

/** @param {Clock} clock */
const standingSwitch = ({ frozen }) =>
  frozen
    ? moveButton('clock-go-on', 'Let the clock go on', goOn, (after) => `The clock goes on. ${itIs(after)}`)
    : moveButton(
        'clock-freeze',
        'Freeze the clock',
        () => post({ freeze: 'now' }),
        ({ now }) => `The clock stands still at ${shownMoment(now)}.`,
      );

const setForm = () =>
  moveForm({
    testId: 'clock-set',
    label: 'Date and time',
    hint: 'For example 2026-01-01T00:00:00Z',
    pointer: '/set',
    submit: 'Set the clock',
    move: (set) => post({ set }),
    says: itIs,
  });

const advanceForm = () =>
  moveForm({
    testId: 'clock-advance',
    label: 'Advance by',
    unit: 'seconds',
    pointer: '/advance_seconds',
    width: 10,
    numeric: true,
    submit: 'Advance the clock',
    move: (typed) => post({ advance_seconds: numberOrText(typed) }),
    says: itIs,
  });

/** @param {Clock} clock */
const skewForm = ({ skew_seconds: skew }) =>
  moveForm({
    testId: 'clock-skew',
    label: 'Show applications a time that is ahead by',
    hint: 'Negative: behind. It stands in tokens; what expires here does not change.',
    unit: 'seconds',
    pointer: '/skew_seconds',
    value: skew,
    width: 10,
    submit: 'Save the difference',
    move: (typed) => post({ skew_seconds: numberOrText(typed) }),
    says: skewInWords,
  });

/** @type {import('./page.js').Section} */
export const clock = {
  name: 'clock',
  reads: ['/clock', '/settings'],
  draw(known) {
    /** @type {Clock} */
    const now = known('/clock');
    const pastNumberMatch = known('/settings').timeouts.number_match_seconds + 1;
    return [
      paragraph(
        face(now),
        ' ',
        now.frozen ? tag('Frozen', 'blue', 'clock-state') : tag('Running', 'green', 'clock-state'),
      ),
      paragraph(skewInWords(now)),
      element(
        'div',
        { class: 'mock-actions' },
        standingSwitch(now),
        advanceButton('advance-60', '1 minute', 60),
        advanceButton(
          'advance-number-match',
          `${pastNumberMatch} seconds, past the number match`,
          pastNumberMatch,
        ),
        advanceButton('advance-600', '10 minutes', 600),
        advanceButton('advance-3600', '1 hour', 3600),
        moveButton(
          'clock-reset',
          'Reset the clock',
          () => post({ reset: true }),
          (after) => `The clock runs with this computer’s again. ${itIs(after)}`,
        ),
      ),
      heading('Move it yourself'),
      element('div', { class: 'mock-columns' }, advanceForm(), setForm(), skewForm(now)),
    ];
  },
};
