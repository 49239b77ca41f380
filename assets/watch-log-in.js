// A page that waits sees when its log-in has moved on: its time ran out, or another tab carried it on.
const LOOK_EVERY_MILLISECONDS = 1000;

const { loginUrl, loginStep } = document.body.dataset;

// Once a form of this page is on its way, its answer leads on, however long the application takes over the callback.
let isLeaving = false;
addEventListener('submit', () => {
  isLeaving = true;
});

/** @param {string} url */
async function look(url) {
  const response = await fetch(`${url}/step`, { cache: 'no-store' }).catch(() => undefined);
  if (!response?.ok) return;
  const { step } = await response.json();
  if (isLeaving) return;
  if (step === loginStep) setTimeout(look, LOOK_EVERY_MILLISECONDS, url);
  else location.assign(url);
}

if (loginUrl) setTimeout(look, LOOK_EVERY_MILLISECONDS, loginUrl);
