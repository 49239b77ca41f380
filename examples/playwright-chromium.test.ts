/**
 * A browser test: Playwright drives Chromium through the pages of the log-in, as a person would. The `data-testid`s
 * are part of the interface (docs/pages.md).
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type MockCis2, startMockCis2 } from 'mock-cis2';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { browserPath } from '../scripts/get-test-programs.mjs';

let cis2: MockCis2;
let browser: Browser;
let page: Page;
/** Stands for the application: whatever is asked for, it answers with a page. */
let application: Server;

beforeAll(async () => {
  application = createServer((_request, response) => response.end('Back in the application'));
  await new Promise<void>((resolve) => application.listen(0, 'localhost', resolve));
  cis2 = await startMockCis2({ logLevel: 'silent' });
  browser = await chromium.launch({ executablePath: browserPath() ?? '', args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser.close();
  await cis2.close();
  application.close();
});
beforeEach(async () => {
  await page?.context().close();
  page = await browser.newPage();
});

/** Goes to the log-in, as the application would send the person there, and signs in by NHSmail. */
async function signInByNhsmail(email: string) {
  const { port } = application.address() as AddressInfo;
  const request = new URLSearchParams({
    client_id: 'mock-client',
    redirect_uri: `http://localhost:${port}/callback`,
    response_type: 'code',
    scope: 'openid profile selectedrole',
    state: 'the-state',
    nonce: 'the-nonce',
  });
  await page.goto(`${cis2.issuer}/authorize?${request}`);
  await page.getByTestId('authenticator-nhsmail').check();
  await page.getByTestId('continue').click();
  await page.getByTestId('email').fill(email);
  await page.getByTestId('password').fill('password');
  await page.getByTestId('sign-in').click();
  await page.getByTestId('approve').click();
}

test('a person who is registered comes back to the application with a code', async () => {
  await signInByNhsmail('alex.bound@nhs.net');
  await page.waitForURL(/\/callback\?/);
  const { searchParams } = new URL(page.url());
  expect(searchParams.get('state')).toBe('the-state');
  expect(searchParams.get('code')).toMatch(/./);
});

test('a person whose NHSmail account is not registered is told so, and can go back without logging in', async () => {
  await signInByNhsmail('uma.unbound@nhs.net');
  await page.getByTestId('outcome-nhsmail_not_registered').waitFor();
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('not registered');
  await page.getByTestId('return-to-application').click();
  await page.waitForURL(/\/callback\?/);
  expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied');
});
