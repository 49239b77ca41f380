/** The stage of the browser tests: a real browser, the real service on a real socket, and an application. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
  type Response,
} from 'playwright-core';
import { browserPath } from '../../scripts/get-test-programs.mjs';
import { type FixturesFile, type MockCis2, startMockCis2 } from '../../src/index.ts';
import { encode } from '../support/mock.ts';

/**
 * An application that asks for a log-in: it records each callback and answers it with a small page, or with a
 * redirect to where the redirect URI’s own parameter `then` says.
 */
export interface RelyingParty {
  origin: string;
  redirectUri: string;
  /** The query of each callback, oldest first. */
  callbacks: URLSearchParams[];
  /** The address of a page with one link, “Log in”, that leads there. */
  linkTo(url: string): string;
  close(): Promise<void>;
}

const page = (title: string, body: string) =>
  `<!DOCTYPE html><html lang="en"><title>${title}</title><main data-testid="application">${body}</main></html>`;

export async function startRelyingParty(host = 'localhost'): Promise<RelyingParty> {
  const callbacks: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('content-type', 'text/html; charset=utf-8');
    if (pathname === '/callback') {
      callbacks.push(searchParams);
      const next = searchParams.get('then');
      if (next !== null) response.writeHead(303, { location: next });
      response.end(page('Application', '<h1>Back in the application</h1>'));
    } else {
      const target = (searchParams.get('to') ?? '').replaceAll('&', '&amp;').replaceAll('"', '&quot;');
      response.end(page('Application', `<h1>The application</h1><a id="log-in" href="${target}">Log in</a>`));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    origin,
    redirectUri: `${origin}/callback`,
    callbacks,
    linkTo: (url) => `${origin}/?${encode({ to: url })}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** How long anything may take that a test waits for in a browser: a busy machine may stand still for seconds. */
export const PATIENCE_MILLISECONDS = 20_000;

/** `more` is what only some tests need, as Chromium’s command line has it. */
export function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  const executablePath = browserPath();
  if (executablePath === undefined) throw new Error('no Chromium: run node scripts/get-test-programs.mjs');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });
}

/** One tab of one browser, looking at one mock, with everything that went wrong in it. */
export interface Visitor {
  page: Page;
  mock: MockCis2;
  application: RelyingParty;
  /** Console errors, script errors, policy violations, and requests to anywhere else. */
  faults: string[];
  /** The answer that the tab shows. */
  document(): Response;
}

export interface Stage {
  mock: MockCis2;
  application: RelyingParty;
  /** Somebody new, as far as the service can tell: no cookies, no other tab, and no callback that came before. */
  visitor(): Promise<Visitor>;
  /** Somebody with another browser, beside the visitor. */
  stranger(): Promise<Visitor>;
  close(): Promise<void>;
}

/** Chromium puts every page of a status above 399 on the console; any other line of the kind is a fault. */
const isStatusOf = (url: string, text: string, shown: Response | undefined) =>
  /^Failed to load resource: the server responded with a status of [45]\d\d/.test(text) &&
  shown?.url() === url;

export async function watch(tab: Page, mock: MockCis2, application: RelyingParty): Promise<Visitor> {
  const faults: string[] = [];
  let shown: Response | undefined;
  const origins = [new URL(mock.url).origin, application.origin];
  tab.on('console', (message) => {
    const { url } = message.location();
    if (message.type() === 'error' && !isStatusOf(url, message.text(), shown)) faults.push(message.text());
  });
  tab.on('pageerror', (error) => faults.push(String(error)));
  tab.on('dialog', async (dialog) => {
    faults.push(`a dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  tab.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'data:' && !origins.includes(origin)) faults.push(`a request to ${request.url()}`);
  });
  tab.on('response', (response) => {
    const isRedirect = response.status() >= 300 && response.status() < 400;
    if (response.request().isNavigationRequest() && !isRedirect) shown = response;
  });
  const document = () => {
    if (shown === undefined) throw new Error('nothing has been opened');
    return shown;
  };
  return { page: tab, mock, application, faults, document };
}

export interface StageOptions {
  fixtures?: FixturesFile;
  context?: BrowserContextOptions;
}

async function startAgain({ page: tab, application, faults }: Visitor) {
  for (const other of tab.context().pages()) if (other !== tab) await other.close();
  // A page that waits would go on looking at its log-in, without the cookie that it needs.
  await tab.goto('about:blank');
  await tab.unrouteAll();
  await tab.context().clearCookies();
  application.callbacks.splice(0);
  faults.splice(0);
}

/**
 * Everything that a file of browser tests needs, once. Its visitors share a tab, one after the other, since a new
 * context costs Chromium half a second; cookies are all that the service knows a browser by.
 */
export async function setStage({ fixtures, context }: StageOptions = {}): Promise<Stage> {
  const [browser, mock, application] = await Promise.all([
    launchBrowser(),
    startMockCis2({ port: 0, logLevel: 'silent', ...(fixtures ? { fixtures } : {}) }),
    startRelyingParty(),
  ]);
  const stranger = async () => {
    const own = await browser.newContext(context);
    own.setDefaultTimeout(PATIENCE_MILLISECONDS);
    return watch(await own.newPage(), mock, application);
  };
  const visitor = await stranger();
  return {
    mock,
    application,
    stranger,
    async visitor() {
      await startAgain(visitor);
      return visitor;
    },
    async close() {
      await browser.close();
      await Promise.all([mock.close(), application.close()]);
    },
  };
}

type Parameters = Readonly<Record<string, string | undefined>>;

/** The address of an authorization request by the default client, with what is given put over it. */
export function authorizationUrl(
  { mock, application }: Stage | Visitor,
  parameters: Parameters = {},
): string {
  const good = {
    client_id: 'mock-client',
    redirect_uri: application.redirectUri,
    response_type: 'code',
    scope: 'openid profile selectedrole',
    state: 'the-state',
    nonce: 'the-nonce',
  };
  return `${mock.issuer}/authorize?${encode({ ...good, ...parameters })}`;
}

/** Leaves a tab as it stands: its page does not look whether its log-in has moved on elsewhere. */
export async function withoutWatching(tab: Page): Promise<Page> {
  const empty = { contentType: 'text/javascript', body: '' };
  await tab.route('**/assets/watch-log-in.js', (route) => route.fulfill(empty));
  return tab;
}

/** Opens an authorization request; by default this is the choice of an authenticator. */
export async function open(visitor: Visitor, parameters: Parameters = {}) {
  await visitor.page.goto(authorizationUrl(visitor, parameters));
}

/** The same request in the development realm: the sign-in of test accounts. */
export async function openDevelopmentRealm(visitor: Visitor) {
  const url = authorizationUrl(visitor).replace('/NHSIdentity/realms/Healthcare/', '/oidc/');
  await visitor.page.goto(url);
}

/** Presses what leads to another page, and sees that page arrive whole. */
export async function press({ page: tab }: Visitor, testId: string) {
  const arrived = tab.waitForEvent('load');
  await tab.getByTestId(testId).click();
  await arrived;
}

export async function choose(visitor: Visitor, testId: string) {
  await visitor.page.getByTestId(testId).check();
  await press(visitor, 'continue');
}

export async function typeAndSignIn(visitor: Visitor, email: string, password = 'password') {
  await visitor.page.getByTestId('email').fill(email);
  await visitor.page.getByTestId('password').fill(password);
  await press(visitor, 'sign-in');
}

/** A whole log-in by NHSmail, each page of it in the tab: as far as the account gets without choosing a role. */
export async function logInByHand(visitor: Visitor, email: string, parameters: Parameters = {}) {
  await open(visitor, parameters);
  await choose(visitor, 'authenticator-nhsmail');
  await typeAndSignIn(visitor, email);
  await press(visitor, 'approve');
}

/** Begins a log-in and sends forms with the tab’s cookies, but shows only where that led: for pages seen before. */
async function skipTo({ page: tab, ...rest }: Visitor, parameters: Parameters, forms: [string, Form][]) {
  const begun = await tab.request.get(authorizationUrl({ page: tab, ...rest }, parameters), {
    maxRedirects: 0,
  });
  const login = new URL(begun.headers()['location'] ?? '', begun.url()).href;
  for (const [path, form] of forms) await tab.request.post(`${login}${path}`, { form, maxRedirects: 0 });
  await tab.goto(login);
}

type Form = Record<string, string>;

const CHOOSE_NHSMAIL: [string, Form] = ['/authenticator', { authenticator: 'nhsmail' }];

/** At NHSmail’s sign-in page of a new log-in. */
export const openNhsmail = (visitor: Visitor, parameters: Parameters = {}) =>
  skipTo(visitor, parameters, [CHOOSE_NHSMAIL]);

/** At the number match of a new log-in, or where a refused sign-in ends. */
export const signIn = (visitor: Visitor, email: string, parameters: Parameters = {}) =>
  skipTo(visitor, parameters, [CHOOSE_NHSMAIL, ['/nhsmail', { email, password: 'password' }]]);

/** After the number match of a new log-in, approved in the tab. */
export async function approve(visitor: Visitor, email: string, parameters: Parameters = {}) {
  await signIn(visitor, email, parameters);
  await press(visitor, 'approve');
}

export async function searchRoles(visitor: Visitor, words: string) {
  await visitor.page.getByTestId('search').fill(words);
  await press(visitor, 'search-button');
}

/** The data-testid of the page’s main part: which page this is. */
export const pageShown = ({ page: tab }: Visitor) => tab.locator('main').getAttribute('data-testid');

/** The text of one part of the page, with the source’s line breaks taken out of it. */
export async function textOf({ page: tab }: Visitor, selector: string): Promise<string> {
  return ((await tab.locator(selector).textContent()) ?? '').replaceAll(/\s+/g, ' ').trim();
}

export const testId = (id: string) => `[data-testid="${id}"]`;

/** The id of the log-in that the tab is at. */
export function loginId({ page: tab }: Visitor): string {
  const id = /\/login\/([\w-]+)/.exec(tab.url())?.[1];
  if (id === undefined) throw new Error(`not at a log-in but at ${tab.url()}`);
  return id;
}

/** The one callback that the application had, as plain fields; fails where it had none or more. */
export function onlyCallback({ callbacks }: RelyingParty): Record<string, string> {
  const [callback, ...others] = callbacks;
  if (callback === undefined || others.length > 0)
    throw new Error(`${callbacks.length} callbacks came, not one`);
  return Object.fromEntries(callback);
}

/** The default fixtures with a client, besides the others, that refuses people without a role. */
export const ROLE_REQUIRED: FixturesFile = {
  extends: 'default',
  clients: [
    {
      client_id: 'role-required',
      client_name: 'Mock ward application',
      client_secret: 'mock-secret',
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: ['http://localhost:3000/callback'],
      default_acr_values: ['AAL2_OR_AAL3_ANY'],
      relaxations: ['allow_loopback_redirect_uris'],
      require_selected_role: true,
    },
  ],
};
