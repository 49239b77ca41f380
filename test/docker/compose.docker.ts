/**
 * `docker compose up` as people run it, but at free ports: the mock and the example application in containers, each
 * called by another name by the browser than by the other container.
 */
import { connectMockCis2, type MockCis2 } from 'mock-cis2';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchBrowser } from '../browser/support.ts';
import { until } from './containers.ts';
import { compose, docker, freePort } from './engine.ts';

const PROJECT = ['--project-name', `mock-cis2-test-${process.pid}`];

let env: Record<string, string>;
let cis2: MockCis2;
let application: string;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const [mockPort, appPort] = [await freePort(), await freePort()];
  env = { MOCK_CIS2_PORT: String(mockPort), APP_PORT: String(appPort) };
  application = `http://localhost:${appPort}/`;
  await compose(env, ...PROJECT, 'up', '--detach', '--no-build');
  cis2 = await connectMockCis2(`http://localhost:${mockPort}`);
  await until('answering', () =>
    fetch(application, { signal: AbortSignal.timeout(2000) }).then(({ ok }) => ok || 'refused', String),
  );
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  if (env) await compose(env, ...PROJECT, 'down', '--volumes', '--remove-orphans');
});
beforeEach(async () => {
  await page?.context().close();
  page = await browser.newPage();
});

const click = (testId: string) => page.getByTestId(testId).click();

/** Logs in by each page, as a person does. */
async function logIn(email: string) {
  await page.goto(application);
  await click('log-in');
  await page.getByTestId('authenticator-nhsmail').check();
  await click('continue');
  await page.getByTestId('email').fill(email);
  await page.getByTestId('password').fill('password');
  await click('sign-in');
  await click('approve');
}

test('the discovery document has the browser’s name for the browser, and the container’s for the application', async () => {
  const { issuer, ...document } = (await (await fetch(cis2.discoveryUrl)).json()) as Record<string, string>;
  const { origin } = new URL(cis2.url);
  expect(issuer?.startsWith(`${origin}/`)).toBe(true);
  expect(new URL(document['authorization_endpoint'] ?? '').origin).toBe(origin);
  expect(new URL(document['end_session_endpoint'] ?? '').origin).toBe(origin);
  for (const name of ['token_endpoint', 'userinfo_endpoint', 'jwks_uri'])
    expect(new URL(document[name] ?? '').origin).toBe('http://mock-cis2:8585');
});

test('somebody logs in to the application in its container, and out again', async () => {
  await logIn('alex.bound@nhs.net');
  await page.waitForURL(application);
  expect(await page.getByTestId('person').textContent()).toMatch(
    /Alex .* is logged in: 910000000101, by NHSMAIL/,
  );
  await click('log-out');
  await page.getByTestId('nobody').waitFor();
  expect(page.url()).toBe(application);
  expect(await cis2.sessions.list()).toEqual([]);
});

test('somebody whose NHSmail account is not registered comes back without being logged in', async () => {
  await logIn('uma.unbound@nhs.net');
  await page.getByTestId('outcome-nhsmail_not_registered').waitFor();
  await click('return-to-application');
  expect(await page.getByTestId('notice').textContent()).toContain('You are not logged in');
});

test('a session that CIS2 ends is ended in the application too, which CIS2 calls by its container’s name', async () => {
  await logIn('alex.bound@nhs.net');
  await page.getByTestId('person').waitFor();
  const [session] = await cis2.sessions.list();
  await cis2.journal.clear();
  await cis2.sessions.logOut(session?.clients[0]?.sid ?? '');
  const sent = await cis2.journal.waitFor({ kind: 'logout_token_sent' });
  expect(sent.details).toMatchObject({ uri: 'http://app:3000/backchannel-logout', answer: { status: 200 } });
  await page.reload();
  expect(await page.getByTestId('notice').textContent()).toBe('CIS2 has ended your session.');
  await page.getByTestId('nobody').waitFor();
});

test('a logout token that CIS2 did not sign ends nothing', async () => {
  await logIn('alex.bound@nhs.net');
  await page.getByTestId('person').waitFor();
  const body = new URLSearchParams({ logout_token: 'e30.e30.' });
  const { status } = await fetch(`${application}backchannel-logout`, { method: 'POST', body });
  expect(status).toBe(400);
  await page.reload();
  await page.getByTestId('person').waitFor();
});

test('both containers end at once when they are told to', async () => {
  const ids = (await compose(env, ...PROJECT, 'ps', '--quiet')).split('\n');
  expect(ids).toHaveLength(2);
  const before = performance.now();
  await compose(env, ...PROJECT, 'stop', '--timeout', '30');
  expect(performance.now() - before).toBeLessThan(15_000);
  const codes = await docker('inspect', ...ids, '--format', '{{.State.ExitCode}}');
  expect(codes.split('\n')).toEqual(['0', '0']);
});
