/** What the console knows of its environment, and which section shows what of it. */
import { control } from '../control-api.js';
import { keepingWhatIsThere } from './keep.js';
import { present } from './parts.js';

/**
 * @typedef {object} Section
 * @property {string} name the section’s element is section-{name}
 * @property {string[]} reads addresses below /_mock
 * @property {(known: (path: string) => any) => import('./parts.js').Child[]} draw
 */

/** @type {Section[]} */
const sections = [];

/** Address below /_mock → the newest answer. @type {Map<string, unknown>} */
const answers = new Map();

/** @param {Section} section */
function draw({ name, reads, draw: drawn }) {
  const place = document.getElementById(`section-${name}`);
  if (!place || !reads.every((path) => answers.has(path))) return;
  const children = present(drawn((path) => answers.get(path)));
  keepingWhatIsThere(place, () => place.replaceChildren(...children));
}

/**
 * Reads these addresses anew, and draws every section that shows any of them.
 * @param {string[]} paths
 */
export async function read(paths) {
  const got = await Promise.all(paths.map((path) => control('GET', path)));
  for (const [index, path] of paths.entries()) answers.set(path, got[index]);
  for (const section of sections) if (section.reads.some((path) => paths.includes(path))) draw(section);
}

/** Every address that any section shows. */
export const allPaths = () => [...new Set(sections.flatMap(({ reads }) => reads))];

/** @param {Section[]} all in the order of the page */
export function showSections(all) {
  sections.push(...all);
}
