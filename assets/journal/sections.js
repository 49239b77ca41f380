/**
 * What a step of a log-in opens to: sections of rows, ready to be drawn.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} value
 * @property {string} [meaning] a sentence
 * @property {boolean} [isCode] the value is one of the wire, not words of ours
 *
 * @typedef {object} Section
 * @property {string} heading
 * @property {readonly Row[]} rows
 */
import { decodeJwt } from './jwt.js';
import { claimMeaning, parameterMeaning } from './meanings.js';

const TIMES = new Set(['auth_time', 'exp', 'iat', 'nbf']);

/** @param {unknown} value */
const asText = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

/**
 * @param {string} name
 * @param {unknown} value
 */
function claimText(name, value) {
  const isTime = TIMES.has(name) && typeof value === 'number' && Math.abs(value) < 8.64e12;
  return isTime ? `${value} (${new Date(value * 1000).toISOString()})` : asText(value);
}

/**
 * @param {string} heading
 * @param {Readonly<Record<string, unknown>>} claims
 * @returns {Section}
 */
export function claimSection(heading, claims) {
  const rows = Object.entries(claims).map(([name, value]) =>
    row(name, claimText(name, value), claimMeaning(name)),
  );
  return { heading, rows };
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string | undefined} meaning
 * @returns {Row}
 */
const row = (name, value, meaning) => ({
  name,
  value,
  isCode: true,
  ...(meaning === undefined ? {} : { meaning }),
});

/**
 * A JWT: its header and its claims; nothing where it cannot be read.
 *
 * @param {string} name for the headings
 * @param {unknown} text
 * @returns {Section[]}
 */
export function jwtSections(name, text) {
  const jwt = decodeJwt(text);
  return jwt
    ? [claimSection(`${name}: header`, jwt.header), claimSection(`${name}: claims`, jwt.claims)]
    : [];
}

/**
 * Parameters with their meaning, and behind them each JWT among them.
 *
 * @param {string} heading
 * @param {Readonly<Record<string, string>>} parameters
 * @returns {Section[]}
 */
export function parameterSections(heading, parameters) {
  const entries = Object.entries(parameters);
  if (entries.length === 0) return [];
  const rows = entries.map(([name, value]) => row(name, value, parameterMeaning(name)));
  return [{ heading, rows }, ...entries.flatMap(([name, value]) => jwtSections(name, value))];
}

/**
 * Facts in words; those that are undefined are left out.
 *
 * @param {string} heading
 * @param {Readonly<Record<string, string | number | boolean | undefined>>} facts
 * @returns {Section}
 */
export function factSection(heading, facts) {
  const rows = Object.entries(facts).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [{ name, value: typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value) }],
  );
  return { heading, rows };
}
