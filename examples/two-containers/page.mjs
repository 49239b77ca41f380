/** The application’s one page. */
import { createHash } from 'node:crypto';

const STYLE = `
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }
button { font: inherit; padding: 0.3rem 1rem }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** A form may send the browser on to CIS2, which Chromium holds against form-action too. */
export const PAGE_HEADERS = (/** @type {string} */ cis2Origin) => ({
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self' ${cis2Origin}; frame-ancestors 'none'; base-uri 'none'`,
});

/** @param {string} text */
const escaped = (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** @param {string} content */
const page = (content) => `<!doctype html>
<html lang="en-GB">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Example application</title>
  <style>${STYLE}</style>
  <main>
    <h1>Example application</h1>
    ${content}
  </main>
</html>
`;

/** @param {import('./cis2.mjs').Person} person */
export const loggedInPage = ({ name, sub, authenticator }) =>
  page(`<p data-testid="person"><strong>${escaped(name)}</strong> is logged in: ${escaped(sub)}, by ${escaped(authenticator)}.</p>
    <form method="post" action="/logout"><button data-testid="log-out">Log out</button></form>`);

/** @param {string} [notice] what happened, to somebody who is not logged in */
export const loggedOutPage = (notice) =>
  page(`${notice === undefined ? '' : `<p role="status" data-testid="notice">${escaped(notice)}</p>`}
    <p data-testid="nobody">Nobody is logged in.</p>
    <form method="post" action="/login"><button data-testid="log-in">Log in with CIS2</button></form>`);
