import { initAll } from './nhsuk-frontend.min.js';

// In a frame the page is a picture: it must not take the focus from the page around it.
initAll({ errorSummary: { disableAutoFocus: window.self !== window.top } });
