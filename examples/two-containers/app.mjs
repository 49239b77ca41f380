/**
 * A small application that logs people in by CIS2: it shows who is logged in, logs out, and ends a session when CIS2
 * says so in the back channel. `docker compose up` at the root of the project runs it beside the mock.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { beginLogIn, finishLogIn, logOutUrl, ORIGIN, readLogoutToken } from './cis2.mjs';
import { loggedInPage, loggedOutPage, PAGE_HEADERS } from './page.mjs';

const PORT = 3000;
/** Named after this application: cookies are shared by all ports of a host. */
const COOKIE = 'example_application';
/** Most sessions that are kept; the oldest go first. */
const MOST_SESSIONS = 1000;
/** A logout token is far smaller. */
const MAX_BODY_BYTES = 16_384;

/**
 * What is known of one browser.
 * @typedef {object} Session
 * @property {import('./cis2.mjs').Secrets} [secrets] of the log-in that is under way
 * @property {import('./cis2.mjs').Person} [person] who is logged in
 * @property {string} [notice] what to say on the next page
 */

/** By the value of the cookie. */
const sessions = /** @type {Map<string, Session>} */ (new Map());

/**
 * Keeps a session under a new name, which nobody can have set before it meant anything.
 * @param {Session} session
 */
function cookieOf(session) {
  const id = randomBytes(32).toString('base64url');
  sessions.set(id, session);
  const [oldest] = sessions.keys();
  if (sessions.size > MOST_SESSIONS && oldest !== undefined) sessions.delete(oldest);
  return { 'set-cookie': `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax` };
}

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {{ status: number, headers: Record<string, string>, body?: string }} Answer */

/** @param {Request} request */
const idOf = ({ headers }) => new RegExp(`(?:^|; )${COOKIE}=([^;]+)`).exec(headers.cookie ?? '')?.[1] ?? '';

/**
 * @param {string} location
 * @param {Record<string, string>} [headers]
 * @returns {Answer}
 */
const goTo = (location, headers = {}) => ({ status: 303, headers: { location, ...headers } });

/** @param {Request} request */
async function formOf(request) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) throw new Error('The body is too long.');
  }
  return new URLSearchParams(text);
}

const PAGE = PAGE_HEADERS(new URL(process.env['ISSUER'] ?? ORIGIN).origin);

/** @param {Request} request @returns {Answer} */
function showPage(request) {
  const session = sessions.get(idOf(request)) ?? {};
  const body = session.person ? loggedInPage(session.person) : loggedOutPage(session.notice);
  return { status: 200, headers: PAGE, body };
}

async function logIn() {
  const { url, secrets } = await beginLogIn();
  return goTo(url, cookieOf({ secrets }));
}

/** @param {Request} request */
async function takeCallback(request) {
  const id = idOf(request);
  const { secrets } = sessions.get(id) ?? {};
  // A callback is for the browser that began the log-in, and counts once.
  sessions.delete(id);
  if (!secrets)
    return goTo('/', cookieOf({ notice: 'That log-in was not begun here. Please log in again.' }));
  const search = new URL(request.url ?? '/', ORIGIN).search;
  const session = await finishLogIn(search, secrets).then(
    (person) => ({ person }),
    (error) => ({ notice: `You are not logged in: ${error.error_description ?? error.message}` }),
  );
  return goTo('/', cookieOf(session));
}

/** @param {Request} request */
async function logOut(request) {
  const id = idOf(request);
  const { person } = sessions.get(id) ?? {};
  sessions.delete(id);
  return goTo(person ? await logOutUrl(person) : '/');
}

/**
 * CIS2 itself calls this, by the name of this container; no browser is there, and no cookie.
 * @param {Request} request
 * @returns {Promise<Answer>}
 */
async function takeLogoutToken(request) {
  const headers = { 'cache-control': 'no-store' };
  try {
    const { sid, sub } = await readLogoutToken((await formOf(request)).get('logout_token') ?? '');
    for (const session of sessions.values()) {
      const isMeant = sid === undefined ? session.person?.sub === sub : session.person?.sid === sid;
      if (!isMeant) continue;
      delete session.person;
      session.notice = 'CIS2 has ended your session.';
    }
    return { status: 200, headers };
  } catch (error) {
    process.stderr.write(`A logout token was refused: ${error}\n`);
    return { status: 400, headers };
  }
}

/** @type {Readonly<Record<string, (request: Request) => Answer | Promise<Answer>>>} */
const ROUTES = {
  'GET /': showPage,
  'POST /login': logIn,
  'GET /callback': takeCallback,
  'POST /logout': logOut,
  'POST /backchannel-logout': takeLogoutToken,
};

const server = createServer(async (request, response) => {
  const route = ROUTES[`${request.method} ${request.url?.split('?', 1)[0]}`];
  /** @type {Answer} */
  let answer = { status: 404, headers: PAGE, body: loggedOutPage('There is nothing at this address.') };
  try {
    if (route) answer = await route(request);
  } catch (error) {
    process.stderr.write(`${error}\n`);
    answer = {
      status: 502,
      headers: PAGE,
      body: loggedOutPage('CIS2 could not be reached. Please try again.'),
    };
  }
  response.writeHead(answer.status, answer.headers).end(answer.body);
});

server.listen(PORT, () => process.stdout.write(`The example application is running. Open ${ORIGIN}/\n`));
// Process 1 of a container ends by no signal that it does not handle itself.
process.once('SIGTERM', () => process.exit());
