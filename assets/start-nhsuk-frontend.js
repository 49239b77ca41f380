import { initAll } from './nhsuk-frontend.min.js';

// In a frame the page is a picture: it must not take the focus from the page around it.
initAll({ errorSummary: { disableAutoFocus: window.self !== window.top } });

// The menu folds at Escape, and the link in it that has the focus is hidden with it: on to what opens it again.
document.querySelector('.nhsuk-header__menu')?.addEventListener('keydown', (event) => {
  if (!(event instanceof KeyboardEvent) || event.key !== 'Escape') return;
  document.getElementById('toggle-menu')?.focus();
});
