/** Writes docs/fidelity.md, for people, from docs/fidelity.json: `npm run fidelity`. */
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * One thing that CIS2 does, or is taken to do, and what the mock does.
 *
 * @typedef {object} Entry
 * @property {string} behaviour What CIS2 does, as far as it is known; where nothing is, what the mock chose.
 * @property {string} facts Numbers in docs/cis2-facts.md: "10.3", "0, row 8", "scenarios 2.1, row 5"; several by "; ".
 * @property {'seen' | 'product default' | 'inferred' | 'not found'} confidence
 * @property {boolean} same Whether the mock does the same.
 * @property {string} [difference] What the mock does otherwise.
 * @property {string} [why] Why it does.
 * @property {string} [setting] What changes it: "settings.…", "client: …" or an environment variable; several by "; ".
 */

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|');

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

/** @param {Entry} entry */
const settingsOf = ({ setting }) =>
  setting === undefined
    ? '–'
    : setting
        .split('; ')
        .map((name) => (name.startsWith('client: ') ? `a client’s \`${name.slice(8)}\`` : `\`${name}\``))
        .join(', ');

/** @param {Entry} entry */
const shared = (entry) => [entry.behaviour, entry.facts, entry.confidence, settingsOf(entry)];

/** @param {Entry} entry */
const contrast = (entry) => [
  entry.behaviour,
  entry.difference ?? '',
  entry.why ?? '',
  settingsOf(entry),
  `${entry.facts} (${entry.confidence})`,
];

/**
 * @param {readonly Entry[]} entries
 * @returns {string}
 */
export function fidelityPage(entries) {
  const imitated = entries.filter(({ same, confidence }) => same && confidence !== 'not found');
  const chosen = entries.filter(({ same, confidence }) => same && confidence === 'not found');
  const different = entries.filter(({ same }) => !same);
  return `# How true to CIS2 the mock is

<!-- Written by scripts/write-fidelity.mjs from docs/fidelity.json: change that file, then \`npm run fidelity\`. -->

Nothing here was checked against a live CIS2: the mock is as true as what is publicly known of it. The numbers are those
of [cis2-facts.md](cis2-facts.md), which says what “seen”, “product default” (there: product and fork), “inferred” and
“not found” are worth. Settings are explained in [configuration.md](configuration.md).

${imitated.length} things are imitated, ${different.length} are known to differ, and in ${chosen.length} the mock had to
choose, since nothing public says what CIS2 does. Before you rely on a row that is not “seen”, try it against
CIS2’s integration environment.

## What is imitated

${table(['Behaviour', 'Facts', 'Confidence', 'Changed by'], imitated.map(shared))}

## Known differences

${table(['CIS2, as far as known', 'The mock', 'Why', 'Changed by', 'Facts'], different.map(contrast))}

## What the mock chose, since nothing public says it

${table(
  ['The mock', 'Facts', 'Changed by'],
  chosen.map((entry) => [entry.behaviour, entry.facts, settingsOf(entry)]),
)}
`;
}

export const JSON_FILE = new URL('../docs/fidelity.json', import.meta.url);
export const PAGE = new URL('../docs/fidelity.md', import.meta.url);

/** @returns {Entry[]} */
export const readEntries = () => JSON.parse(readFileSync(JSON_FILE, 'utf8'));

if (import.meta.filename === process.argv[1]) writeFileSync(PAGE, fidelityPage(readEntries()));
