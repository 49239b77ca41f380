/** A real browser that checks certificates, at a name that is not localhost: over HTTPS, and over plain HTTP beside it. */
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  launchBrowser,
  PATIENCE_MILLISECONDS,
  type RelyingParty,
  startRelyingParty,
} from '../browser/support.ts';
import { encode, REALM } from '../support/mock.ts';
import { folder, start } from './support.ts';

const tlsFolder = folder();

let browser: Browser;
let application: RelyingParty;
let origins: { https: string; http: string };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The public key of the server’s certificate, as Chromium names one to trust. */
function publicKeyPin(): string {
  const { publicKey } = new X509Certificate(readFileSync(join(tlsFolder, 'server.pem')));
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
}

beforeAll(async () => {
  const [port, httpPort] = [await freePort(), await freePort()];
  origins = { https: `https://cis2.test:${port}`, http: `http://cis2.test:${httpPort}` };
  await start({ tls: 'auto', tlsFolder, port, httpPort, publicOrigin: origins.https });
  application = await startRelyingParty();
  browser = await launchBrowser([
    '--host-resolver-rules=MAP cis2.test 127.0.0.1',
    `--ignore-certificate-errors-spki-list=${publicKeyPin()}`,
  ]);
});
afterAll(async () => {
  await browser.close();
  await application.close();
});

const authorizationUrl = (origin: string, more: Record<string, string> = {}) =>
  `${origin}${REALM}/authorize?${encode({
    client_id: 'mock-client',
    redirect_uri: application.redirectUri,
    response_type: 'code',
    scope: 'openid profile',
    state: 'the-state',
    ...more,
  })}`;

/** The pages from the choice of authenticator on. */
async function signIn(page: Page) {
  await page.getByTestId('authenticator-nhsmail').check();
  await page.getByTestId('continue').click();
  await page.getByTestId('email').fill('alex.bound@nhs.net');
  await page.getByTestId('password').fill('password');
  await page.getByTestId('sign-in').click();
  await page.getByTestId('approve').click();
}

/** A log-in on the pages, up to the application. */
async function logInOnPages(page: Page, origin: string) {
  await page.goto(authorizationUrl(origin));
  expect(new URL(page.url()).origin).toBe(origin);
  await signIn(page);
  await page.getByTestId('application').waitFor();
}

const last = () => Object.fromEntries(application.callbacks.at(-1) ?? []);

test('the page of addresses tells which of the two it was opened at', async () => {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MILLISECONDS);
  await page.goto(`${origins.https}/health/addresses`);
  expect(await page.getByTestId('address-own').textContent()).toBe(origins.https);
  await page.getByTestId('addresses-fit').waitFor();
  await page.goto(`${origins.http}/health/addresses`);
  expect(await page.getByTestId('change-browser_by_another_name').textContent()).toBe(
    `PUBLIC_ORIGIN=${origins.http}`,
  );
  await page.close();
});

test('logs in on the pages over HTTPS, then over plain HTTP beside it, with cookies of each', async () => {
  const context = await browser.newContext();
  context.setDefaultTimeout(PATIENCE_MILLISECONDS);
  const page = await context.newPage();
  for (const origin of [origins.https, origins.http]) {
    await logInOnPages(page, origin);
    expect(last()).toMatchObject({ code: expect.any(String), iss: `${origins.https}${REALM}` });
    await page.goto(authorizationUrl(origin, { prompt: 'none' }));
    expect(last()).toMatchObject({ code: expect.any(String) });
  }
  const cookies = (await context.cookies()).map(({ name, secure }) => [name, secure]);
  expect(cookies.sort()).toEqual([
    ['mock_cis2_browser', false],
    ['mock_cis2_browser_https', true],
    ['mock_cis2_session', false],
    ['mock_cis2_session_https', true],
  ]);
  await context.close();
});

test('the demonstration application works over HTTPS', async () => {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MILLISECONDS);
  await page.goto(`${origins.https}/demo`);
  await page.getByTestId('demo-log-in').click();
  await signIn(page);
  expect(new URL(page.url()).origin).toBe(origins.https);
  await page.getByTestId('page-demo-success').waitFor();
  await page.close();
});

test('without that certificate trusted, the browser does not open it', async () => {
  const strict = await launchBrowser(['--host-resolver-rules=MAP cis2.test 127.0.0.1']);
  const page = await strict.newPage();
  await expect(page.goto(origins.https)).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID');
  await strict.close();
});
