/**
 * Shows each page in two frames, as on a phone and as on a wide screen, when it comes near the window. The frames
 * are inert: they are to be looked at, and nobody has to go through their links by keyboard.
 */
import { element } from './element.js';

const SCREENS = [
  { name: 'phone', words: 'on a phone' },
  { name: 'wide', words: 'on a wide screen' },
];

/**
 * Makes a frame as high as the page in it.
 *
 * @param {HTMLIFrameElement} frame
 * @param {HTMLElement} around
 */
function fitHeight(frame, around) {
  const page = frame.contentDocument?.documentElement;
  if (page) around.style.setProperty('--mock-picture-height', `${page.scrollHeight}px`);
}

/** @param {HTMLElement} place */
function show(place) {
  const { picture = '', title = '' } = place.dataset;
  for (const { name, words } of SCREENS) {
    const frame = element('iframe', {
      class: 'mock-picture__frame',
      src: picture,
      title: `${title} (${words})`,
      loading: 'lazy',
    });
    const around = element(
      'div',
      { class: `mock-picture__screen mock-picture__screen--${name}`, inert: true },
      frame,
    );
    frame.addEventListener('load', () => fitHeight(frame, around));
    place.append(around);
  }
  place.hidden = false;
}

/** @type {NodeListOf<HTMLElement>} */
const places = document.querySelectorAll('[data-picture]');
for (const place of places) show(place);
