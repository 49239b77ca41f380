// The journal: all log-ins, and refused requests that belong to none, as they come.
import { askFirst } from '../ask-first.js';
import { control } from '../control-api.js';
import { element } from '../element.js';
import { byTestId, showProblem } from '../page.js';
import { counted, drawRow } from './draw-row.js';
import { followJournal } from './feed.js';
import { createFilters } from './filters.js';
import { readNames } from './names.js';
import { showRows } from './show-rows.js';
import { rowsOf } from './summary.js';

/** @typedef {import('./summary.js').ListRow} ListRow */

/** So many rows at first, and so many more each time. */
const PAGE_LENGTH = 100;

const list = byTestId('log-ins', HTMLOListElement);
const pauseButton = byTestId('pause', HTMLButtonElement);
const moreButton = byTestId('show-more', HTMLButtonElement);
const news = byTestId('journal-news');

/** @type {import('./names.js').Names} */
let names;
/** @type {readonly ListRow[]} */
let rows = [];
/** @type {Map<string, { row: ListRow, drawn: HTMLElement }>} */
let drawnRows = new Map();
/** @type {Set<string> | undefined} */
let known;
let came = 0;
let isPaused = false;
let length = PAGE_LENGTH;
/** @type {'live' | 'lost'} */
let connection = 'live';

const filters = createFilters(byTestId('journal-filters', HTMLFormElement), draw);

/**
 * A row that did not change keeps its element: whoever stands on its link stays there.
 *
 * @param {ListRow} row
 */
function elementOf(row) {
  const before = drawnRows.get(row.key);
  return before?.row.lastId === row.lastId ? before.drawn : drawRow(row, names);
}

function draw() {
  const wanted = rows.filter(filters.wants);
  const shown = wanted.slice(0, length).map((row) => ({ row, drawn: elementOf(row) }));
  drawnRows = new Map(shown.map((each) => [each.row.key, each]));
  showRows(list, shown.length === 0 ? [emptyRow()] : shown.map(({ drawn }) => drawn));
  moreButton.hidden = wanted.length <= length;
  byTestId('journal-count').textContent =
    wanted.length === rows.length
      ? `Log-ins and refused requests (${rows.length})`
      : `Log-ins and refused requests (${wanted.length} of ${rows.length})`;
}

const emptyRow = () =>
  element(
    'li',
    { class: 'mock-log-in', 'data-testid': 'no-log-ins' },
    element(
      'p',
      {},
      rows.length === 0 ? 'Nothing happened yet. Log in at your application.' : 'Nothing fits the filters.',
    ),
  );

function showState() {
  const isLive = connection === 'live';
  byTestId('journal-state').textContent = !isLive
    ? 'The mock does not answer. Trying again.'
    : isPaused
      ? 'Paused: the list stays as it is.'
      : 'Live: new ones appear by themselves.';
}

/** @param {readonly import('./feed.js').JournalEvent[]} events */
function take(events) {
  rows = rowsOf(events);
  const keys = rows.map(({ key }) => key);
  const before = known;
  if (before) came += keys.filter((key) => !before.has(key)).length;
  known = new Set([...(before ?? []), ...keys]);
  if (came > 0)
    news.textContent = isPaused
      ? `${counted(came, 'new row')}, not shown yet.`
      : `${counted(came, 'new row')} since you opened this page.`;
  if (isPaused) return;
  filters.offer(rows, names);
  draw();
}

function pause() {
  isPaused = !isPaused;
  pauseButton.textContent = isPaused ? 'Resume' : 'Pause';
  showState();
  if (isPaused) return;
  filters.offer(rows, names);
  draw();
}

/** @param {Awaited<ReturnType<typeof followJournal>>} feed */
function offerToClear(feed) {
  const yes = byTestId('clear-journal-confirm');
  const done = askFirst(byTestId('clear-journal'), byTestId('clear-journal-question'), {
    yes,
    no: byTestId('clear-journal-cancel'),
  });
  yes.addEventListener('click', async () => {
    try {
      await control('DELETE', '/journal');
      came = 0;
      feed.forget();
      draw();
      news.textContent = 'The journal is empty now.';
      done();
    } catch (error) {
      showProblem(error);
    }
  });
}

async function start() {
  names = await readNames();
  const feed = await followJournal(take, (state) => {
    connection = state;
    showState();
  });
  pauseButton.addEventListener('click', pause);
  byTestId('clear-filters').addEventListener('click', () => {
    filters.clear();
    draw();
  });
  moreButton.addEventListener('click', () => {
    const shown = length;
    length += PAGE_LENGTH;
    draw();
    // The button may be gone: whoever pressed it reads on at the first of those that came.
    list.children[shown]?.querySelector('a')?.focus();
  });
  offerToClear(feed);
  byTestId('journal').hidden = false;
}

start().catch(showProblem);
