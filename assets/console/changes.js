/**
 * A change: made by the API, announced in words in the page’s one live region, and shown. One that is refused is told
 * at the place where it was asked for, in the words of the API.
 */
import { element } from '../element.js';
import { faultInWords, refusalInWords } from './fault-words.js';
import { whereToGoOn } from './keep.js';
import { read } from './page.js';
import { button, hidden, present } from './parts.js';

/**
 * @typedef {object} Change
 * @property {() => Promise<string>} act makes the change and gives what to announce
 * @property {string[]} changes the addresses below /_mock whose answers are others now
 */

/** @typedef {import('../control-api.js').Fault} Fault */

/** @typedef {Error & { faults?: readonly Fault[] }} Refusal */

const TITLE = document.title;

const notice = document.getElementById('notice');
const noticeText = document.getElementById('notice-text');

/** Shows what was done; nothing where there is nothing to tell. @param {string} text */
function showNotice(text) {
  if (noticeText) noticeText.textContent = text;
  if (notice) notice.hidden = text === '';
}

/** @typedef {{ section: Element, control: Element }} Origin where a change was asked for, and what had the focus there */

/** @param {HTMLElement} place @returns {Origin} */
function originOf(place) {
  const section = place.closest('section') ?? place;
  const { activeElement: focused } = document;
  // Some browsers give a button that is pressed with the mouse no focus.
  return { section, control: focused && section.contains(focused) ? focused : place };
}

/** Of the change that the notice tells of. @type {Origin | undefined} */
let told;

document.getElementById('notice-hide')?.addEventListener('click', ({ detail: presses }) => {
  showNotice('');
  // The button that had the focus is gone: back to the change. A mouse stays where it is, and the page with it.
  if (told) whereToGoOn(told.section, told.control)?.focus({ preventScroll: presses > 0 });
});

/**
 * @param {string} text
 * @param {Origin} origin
 */
function announce(text, origin) {
  told = origin;
  document.title = TITLE;
  showNotice(text);
}

/** Says that the mock could not be read, or that it can. @param {string | undefined} why */
export function tellOfLoading(why) {
  const place = document.getElementById('loading-problem');
  if (!place) return;
  place.hidden = why === undefined;
  place.textContent =
    why === undefined ? '' : `What there is now could not be read: ${why} Reload the page to try again.`;
}

/** @param {Refusal} refusal */
const faultsOf = ({ faults = [] }) => faults;

/** Takes away what the last change that was refused said, wherever that was: there is one message at a time. */
function forgetRefusal() {
  for (const refusal of document.querySelectorAll('[data-refusal]')) refusal.remove();
  for (const wrong of document.querySelectorAll('.nhsuk-form-group--error')) {
    wrong.classList.remove('nhsuk-form-group--error');
    const control = wrong.querySelector('[aria-invalid]');
    control?.removeAttribute('aria-invalid');
    control?.classList.remove('nhsuk-input--error', 'nhsuk-textarea--error', 'nhsuk-select--error');
  }
}

/** Most faults told one by one. */
const MOST_FAULTS = 5;

/**
 * @param {readonly Fault[]} faults
 * @param {(fault: Fault) => HTMLElement} itemOf
 */
function listOf(faults, itemOf) {
  if (faults.length === 0) return undefined;
  const more = faults.length - MOST_FAULTS;
  const items = faults.slice(0, MOST_FAULTS).map(itemOf);
  if (more > 0) items.push(element('li', {}, `and ${more} more`));
  return element('ul', { class: 'nhsuk-list nhsuk-error-summary__list' }, ...items);
}

/** @param {Fault} fault */
const plainItem = (fault) => element('li', { class: 'mock-value' }, faultInWords(fault));

/**
 * Beside a button: what was refused, and why.
 * @param {Element} place
 * @param {Refusal} refusal
 */
function tellBeside(place, refusal) {
  const message = element(
    'div',
    { class: 'mock-refusal', role: 'alert', 'data-refusal': true, 'data-testid': 'refusal' },
    element('span', { class: 'nhsuk-error-message' }, hidden('Error: '), refusal.message),
    ...present([listOf(faultsOf(refusal), plainItem)]),
  );
  place.append(message);
}

/**
 * @param {HTMLFormElement} form
 * @param {string} pointer
 */
const controlAt = (form, pointer) =>
  [...form.querySelectorAll('[data-pointer]')].find((each) => each.getAttribute('data-pointer') === pointer);

/**
 * Marks a field, with what is wrong above it.
 * @param {Element} control
 * @param {string} text
 */
function mark(control, text) {
  const kind = control.tagName === 'INPUT' ? 'input' : control.tagName.toLowerCase();
  control.classList.add(`nhsuk-${kind}--error`);
  control.setAttribute('aria-invalid', 'true');
  const group = control.closest('.nhsuk-form-group');
  group?.classList.add('nhsuk-form-group--error');
  const message = element(
    'span',
    { class: 'nhsuk-error-message', 'data-refusal': true },
    hidden('Error: '),
    text,
  );
  group?.querySelector('label')?.after(message);
}

/**
 * One fault of a form: a link to its field, where it has one.
 * @param {HTMLFormElement} form
 * @param {Fault} fault
 */
function linkedItem(form, fault) {
  const control = controlAt(form, fault.pointer);
  if (!(control instanceof HTMLElement)) return plainItem(fault);
  const text = faultInWords(fault, control.dataset['label']);
  mark(control, text);
  const link = element('a', { href: `#${encodeURIComponent(control.id)}` }, text);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    control.focus();
  });
  return element('li', { class: 'mock-value' }, link);
}

/**
 * Above a form: the error summary.
 * @param {HTMLFormElement} form
 * @param {Refusal} refusal
 */
function tellAbove(form, refusal) {
  const summary = element(
    'div',
    { class: 'nhsuk-error-summary', 'data-refusal': true, 'data-testid': 'error-summary', tabindex: '-1' },
    element(
      'div',
      { role: 'alert' },
      element('h3', { class: 'nhsuk-error-summary__heading' }, 'There is a problem'),
      element(
        'div',
        { class: 'nhsuk-error-summary__body' },
        element('p', { 'data-testid': 'refusal' }, refusalInWords(refusal.message)),
        ...present([listOf(faultsOf(refusal), (fault) => linkedItem(form, fault))]),
      ),
    ),
  );
  form.prepend(summary);
  summary.focus();
}

/** Places where a change is under way: pressing twice asks once. */
const busy = new WeakSet();

/**
 * @param {HTMLElement} place
 * @param {Change} change
 * @param {(refusal: Refusal) => void} tell
 */
async function make(place, { act, changes }, tell) {
  if (busy.has(place)) return;
  busy.add(place);
  forgetRefusal();
  const origin = originOf(place);
  try {
    const text = await act();
    // What was typed has been taken: the new drawing need not keep it.
    if (place instanceof HTMLFormElement) place.reset();
    await read(changes);
    announce(text, origin);
  } catch (error) {
    document.title = `Error: ${TITLE}`;
    showNotice('');
    // Another may have been refused meanwhile.
    forgetRefusal();
    tell(error instanceof Error ? error : new Error(String(error)));
  } finally {
    busy.delete(place);
  }
}

/**
 * A button that makes a change.
 * @param {import('./parts.js').ButtonLooks & Change} action
 */
export function actionButton({ act, changes, ...looks }) {
  const pressed = button(looks);
  const place = element('div', { class: 'mock-action' }, pressed);
  pressed.addEventListener('click', () =>
    make(place, { act, changes }, (refusal) => tellBeside(place, refusal)),
  );
  return place;
}

/**
 * A form that makes a change when it is sent.
 * @param {{ testId: string, submit: string, about?: string, act: (form: HTMLFormElement) => Promise<string>, changes: string[] }} form
 *   testId: of the button
 * @param {import('./parts.js').Child[]} children
 */
export function actionForm({ testId, submit, about, act, changes }, ...children) {
  const form = element(
    'form',
    { class: 'mock-form', novalidate: true },
    ...present(children),
    button({ text: submit, testId, submits: true, ...(about === undefined ? {} : { about }) }),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    make(form, { act: () => act(form), changes }, (refusal) => tellAbove(form, refusal));
  });
  return form;
}
