/** How deep JSON may be nested: what walks over it calls itself for each level, and ends as an error where they are too many. */

/** Fixtures have less than ten levels. */
export const MOST_LEVELS = 64;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING: readonly number[] = [0x5b, 0x7b];
const CLOSING: readonly number[] = [0x5d, 0x7d];

/** Whether JSON as text is nested deeper than that, told without going down into it. */
export function isTooDeep(text: string): boolean {
  let levels = 0;
  let isInText = false;
  for (let place = 0; place < text.length; place += 1) {
    const character = text.charCodeAt(place);
    if (character === QUOTE) isInText = !isInText;
    // What is escaped ends no text.
    else if (isInText && character === BACKSLASH) place += 1;
    else if (!isInText && CLOSING.includes(character)) levels -= 1;
    else if (!isInText && OPENING.includes(character) && ++levels > MOST_LEVELS) return true;
  }
  return false;
}
