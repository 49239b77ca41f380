/** What is wrong, said to people: the API says it in the words of JSON Schema. */

/** @typedef {import('../control-api.js').Fault} Fault */

/** What is written so is known by these words; any other pattern is shown as it is. @type {Readonly<Record<string, string>>} */
const PATTERNS = {
  '^[0-9]{12}$': '12 digits',
  '^[A-Z0-9]{1,10}$': '1 to 10 capital letters or digits',
  '^[^@\\s]{1,64}@[^@\\s]{1,190}$': 'an email address',
};

/** @param {string} allowed */
function plain(allowed) {
  const pattern = /^must match pattern "(.*)"$/.exec(allowed)?.[1];
  if (pattern !== undefined) return PATTERNS[pattern] ?? `what the pattern ${pattern} describes`;
  return allowed
    .replace(/^must be /, '')
    .replace(/^>= /, 'at least ')
    .replace(/^<= /, 'at most ');
}

/** In the address there is only the key of the entry, which is a field of its JSON too. @param {Fault} fault */
const placeOf = ({ pointer, in: entry = '' }) => (entry === 'path' ? pointer.slice(1) : `${entry}${pointer}`);

/**
 * @param {Fault} fault
 * @param {string} [label] of the field, where it has one
 */
export function faultInWords(fault, label) {
  const where = label ?? placeOf(fault);
  return `${where === '' ? 'Found' : `${where}: found`} ${fault.found}. Allowed: ${plain(fault.allowed)}.`;
}

/** What was refused, for whoever filled in a form: they have sent no path and no body. @param {string} message */
export const refusalInWords = (message) =>
  message.replace(/^The (?:path|body|query|value) is not allowed\.$/, 'What you entered is not allowed.');
