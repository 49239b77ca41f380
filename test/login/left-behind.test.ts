import { expect, test } from 'vitest';
import { LOGINS } from '../../src/login/login.ts';
import { browser, logIn, testMock } from '../support/mock.ts';

test('a log-in without pages that succeeded leaves no record of itself: no browser was told its address', async () => {
  const { app, environment } = await testMock();
  const response = await logIn(browser(app), 'alex.bound@nhs.net');
  expect(response.headers['location']).toContain('code=');
  expect(await environment.store.count(LOGINS)).toBe(0);
});

test('one that failed can be tried again, and so is kept', async () => {
  const { app, environment } = await testMock();
  const response = await logIn(browser(app), 'uma.unbound@nhs.net');
  expect(response.statusCode).toBe(403);
  expect(await environment.store.count(LOGINS)).toBe(1);
});
