/**
 * A section is drawn anew after each change. What a person did there meanwhile stays: what they typed and did not send,
 * what they opened, and where the focus is. Controls are known by their test ids.
 */

const FIELDS = 'input, select, textarea';

/**
 * Whether a field holds something else than it was drawn with.
 * @param {Element} field
 */
function isTouched(field) {
  if (field instanceof HTMLSelectElement) {
    const drawn = [...field.options].find(({ defaultSelected }) => defaultSelected) ?? field.options[0];
    return field.value !== drawn?.value;
  }
  return (
    (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) &&
    field.value !== field.defaultValue
  );
}

/**
 * @param {Element} place
 * @param {string | null | undefined} testId
 */
const find = (place, testId) =>
  testId ? place.querySelector(`[data-testid="${CSS.escape(testId)}"]`) : null;

/** @param {Element} place */
const whatIsThere = (place) => ({
  typed: [...place.querySelectorAll(FIELDS)].filter(isTouched).map((field) => ({
    testId: field.getAttribute('data-testid'),
    value: 'value' in field ? field.value : '',
  })),
  open: [...place.querySelectorAll('details[open]')].map((each) => each.getAttribute('data-testid')),
  focused: place.contains(document.activeElement) ? document.activeElement : undefined,
});

/**
 * The entry’s own row: of a control in it, and of one in the row below it with all that can be changed. Its neighbours
 * are told even where it was taken out of the page.
 * @param {Element} control
 */
function rowOf(control) {
  const row = control.closest('tr');
  return row?.classList.contains('mock-editor') ? row.previousElementSibling : row;
}

/**
 * Where a person goes on: at the same control; where that is gone or hidden, at the button that had asked first, at the
 * first of the same row, or at the section’s heading. Never at the top of the page.
 * @param {Element} place
 * @param {Element} before
 */
export function whereToGoOn(place, before) {
  const row = find(place, rowOf(before)?.getAttribute('data-testid'));
  const nearest = [
    find(place, before.getAttribute('data-testid')),
    find(place, before.closest('[data-asked-by]')?.getAttribute('data-asked-by')),
    row?.querySelector('button'),
    place.closest('section')?.querySelector('h2'),
  ].find((each) => each?.checkVisibility());
  return nearest instanceof HTMLElement ? nearest : undefined;
}

/**
 * @param {Element} place
 * @param {Element} before
 */
function focusAgain(place, before) {
  const target = whereToGoOn(place, before);
  const isSame = target === find(place, before.getAttribute('data-testid'));
  target?.focus({ preventScroll: isSame });
}

/**
 * @param {Element} place
 * @param {() => void} draw
 */
export function keepingWhatIsThere(place, draw) {
  const { typed, open, focused } = whatIsThere(place);
  draw();
  for (const testId of open) {
    const disclosure = find(place, testId);
    disclosure?.setAttribute('open', '');
    // The browser’s own event comes later, and what was typed inside has to find its field at once.
    disclosure?.dispatchEvent(new Event('toggle'));
  }
  for (const { testId, value } of typed) {
    const field = find(place, testId);
    if (!field || !('value' in field)) continue;
    field.value = value;
    // Whatever hangs on the field, such as the rows that a filter lets through, follows it.
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  if (focused) focusAgain(place, focused);
}
