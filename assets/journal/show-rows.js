/**
 * Shows these as the children of a list that grows while people read it. Those that are there already are not touched:
 * whoever stands on one stays there, and the browser keeps the place that the page is scrolled to. Where one was drawn
 * anew the focus goes to the same link of it, and where it is gone to the heading of the list: never to the top of the
 * page.
 *
 * @param {HTMLElement} list named by its heading
 * @param {readonly HTMLElement[]} rows
 */
export function showRows(list, rows) {
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  for (const old of [...list.children]) if (!rows.some((row) => row === old)) old.remove();
  for (const [index, row] of rows.entries()) {
    const there = list.children[index] ?? null;
    // What is moved loses the focus, wherever it is moved to.
    if (there !== row) list.insertBefore(row, there);
  }
  if (focused && document.activeElement !== focused) focusAgain(list, focused);
}

/**
 * @param {HTMLElement} list
 * @param {Element} before
 */
function focusAgain(list, before) {
  const address = before.getAttribute('href');
  const same = [...list.querySelectorAll('a')].find((link) => link.getAttribute('href') === address);
  const target = same ?? document.getElementById(list.getAttribute('aria-labelledby') ?? '');
  target?.focus({ preventScroll: true });
}
