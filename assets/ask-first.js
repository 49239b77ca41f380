/**
 * Asks before what cannot be taken back: in the place of the button that leads there, a question with two answers.
 *
 * @param {HTMLElement} ask the button
 * @param {HTMLElement} question hidden at first, with both answers in it
 * @param {{ yes: HTMLElement, no: HTMLElement }} answers buttons
 * @returns {() => void} takes the question away, and gives the focus back to the button
 */
export function askFirst(ask, question, { yes, no }) {
  const show = (/** @type {boolean} */ asking) => {
    question.hidden = !asking;
    ask.hidden = asking;
    (asking ? yes : ask).focus();
  };
  ask.addEventListener('click', () => show(true));
  no.addEventListener('click', () => show(false));
  return () => show(false);
}
