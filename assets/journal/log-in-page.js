// One log-in, or one request that belongs to none, as a sequence; it grows while the log-in is under way.
import { control, prefix } from '../control-api.js';
import { element } from '../element.js';
import { byTestId, showProblem } from '../page.js';
import { counted, drawTime, outcomeTag } from './draw-row.js';
import { drawStep } from './draw-step.js';
import { followJournal } from './feed.js';
import { fileOf } from './file.js';
import { logInsOf } from './log-ins.js';
import { readNames } from './names.js';
import { stepsOf } from './sequence.js';
import { showRows } from './show-rows.js';
import { eventsOfKind, summaryOf } from './summary.js';

/**
 * @typedef {import('./feed.js').JournalEvent} JournalEvent
 * @typedef {import('./sequence.js').Step} Step
 */

const root = byTestId('one-log-in');
const { name = '', value = '', issuer = '' } = root.dataset;
const heading = byTestId('log-in-heading');
/** What the layout puts behind every title. */
const SERVICE = document.title.split(' – ').at(-1);
const list = byTestId('sequence', HTMLOListElement);
const news = byTestId('log-in-news');

/** @type {import('./names.js').Names} */
let names;
/** @type {import('./event-steps.js').Catalogue | undefined} */
let catalogue;
/** @type {readonly JournalEvent[]} */
let events = [];
/** @type {Map<number, { step: Step, drawn: HTMLElement }>} */
let drawnSteps = new Map();
let stepsAtFirst = -1;

/** @param {readonly JournalEvent[]} all */
const ours = (all) =>
  name === 'login_id'
    ? (logInsOf(all).get(value) ?? [])
    : all.filter(({ request_id: requestId }) => requestId === value);

/**
 * A step that did not change keeps its element, open or not.
 *
 * @param {Step} step
 */
function elementOf(step) {
  const before = drawnSteps.get(step.id);
  return before?.step.events.length === step.events.length ? before.drawn : drawStep(step);
}

/** @param {readonly Step[]} steps */
function drawSteps(steps) {
  const shown = steps.map((step) => ({ step, drawn: elementOf(step) }));
  drawnSteps = new Map(shown.map((each) => [each.step.id, each]));
  showRows(
    list,
    shown.map(({ drawn }) => drawn),
  );
}

/** @param {string} text */
function showHeading(text) {
  heading.textContent = text;
  document.title = `${text} – ${SERVICE}`;
}

function drawSummary() {
  const summary = summaryOf(events);
  const loginId = events.find((event) => event.login_id !== undefined)?.login_id;
  showHeading(summary.ended);
  const person = [names.ofPerson(summary), summary.uid, summary.account].filter((text) => text !== undefined);
  /** @type {[string, Node | string][]} */
  const rows = [
    ['Application', names.ofClient(summary.clientId)],
    ['Person', [...new Set(person)].join(', ')],
    ['Began', drawTime(summary.time)],
    ['How it ended', outcomeTag(summary.outcome)],
    ...(summary.scenarios.length > 0 ? [pair('Scenarios', summary.scenarios.join(', '))] : []),
    [
      'Refusals and warnings',
      `${counted(summary.refusals, 'refusal')}, ${counted(summary.warnings, 'warning')}`,
    ],
    name === 'login_id' || loginId === undefined
      ? [name === 'login_id' ? 'Log-in' : 'Request', element('code', { class: 'mock-code' }, value)]
      : [
          'Log-in',
          element(
            'a',
            { href: `${prefix}/journal/${encodeURIComponent(loginId)}` },
            'The log-in that it belongs to',
          ),
        ],
  ];
  byTestId('log-in-summary').replaceChildren(
    ...rows.map(([key, about]) =>
      element(
        'div',
        { class: 'nhsuk-summary-list__row' },
        element('dt', { class: 'nhsuk-summary-list__key' }, key),
        element('dd', { class: 'nhsuk-summary-list__value mock-value' }, about),
      ),
    ),
  );
}

/**
 * @param {string} key
 * @param {string} text
 * @returns {[string, string]}
 */
const pair = (key, text) => [key, text];

/** Without what was taken out of it on its way into the journal: that would be refused. */
function offerToRunAgain() {
  const request = eventsOfKind(events, 'request_received').find(({ details }) => 'response_type' in details);
  byTestId('run-again').hidden = !request;
  if (!request) return;
  const whole = Object.entries(request.details).filter(([, text]) => !text.includes('(signature removed)'));
  byTestId('run-it-again', HTMLAnchorElement).href = `${issuer}/authorize?${new URLSearchParams(whole)}`;
}

async function draw() {
  if (!catalogue && eventsOfKind(events, 'scenario_applied').length > 0) catalogue = await readCatalogue();
  const isKnown = events.length > 0;
  byTestId('not-in-journal').hidden = isKnown;
  byTestId('log-in-content').hidden = !isKnown;
  if (!isKnown) {
    showHeading(`This ${name === 'login_id' ? 'log-in' : 'request'} is not in the journal`);
    return;
  }
  const steps = stepsOf(events, catalogue);
  drawSteps(steps);
  drawSummary();
  offerToRunAgain();
  if (stepsAtFirst < 0) stepsAtFirst = steps.length;
  const came = steps.length - stepsAtFirst;
  if (came > 0) news.textContent = `${counted(came, 'new step')} since you opened this page.`;
}

/** @returns {Promise<import('./event-steps.js').Catalogue>} */
async function readCatalogue() {
  /** @type {{ code: string, title: string, good_relying_party: string }[]} */
  const scenarios = await control('GET', '/scenarios/catalogue');
  return new Map(scenarios.map((scenario) => [scenario.code, scenario]));
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
    news.textContent = 'The link is copied.';
  } catch {
    // Browsers let pages of plain http do it on localhost alone.
    news.textContent = `Your browser does not let this page copy. The link is ${location.href}`;
  }
}

async function download() {
  const { info } = await control('GET', '/openapi.json');
  const file = fileOf(events, { [name]: value, mock_version: info.version, issuer });
  const url = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2)], { type: 'application/json' }));
  element('a', { href: url, download: `journal-${value}.json` }).click();
  URL.revokeObjectURL(url);
}

function openAll() {
  const steps = [...list.querySelectorAll('li > details')].filter(
    (each) => each instanceof HTMLDetailsElement,
  );
  const isOpening = steps.some(({ open }) => !open);
  for (const step of steps) step.open = isOpening;
  byTestId('open-all').textContent = isOpening ? 'Close all steps' : 'Open all steps';
}

async function start() {
  names = await readNames();
  byTestId('copy-link').addEventListener('click', copyLink);
  byTestId('download').addEventListener('click', () => download().catch(showProblem));
  byTestId('open-all').addEventListener('click', openAll);
  await followJournal((all) => {
    events = ours(all);
    draw().catch(showProblem);
  });
  root.hidden = false;
}

start().catch(showProblem);
