/** An account that the mock does not have: similar ones are named, where there are some. */
import { expect, test } from 'vitest';
import { browser, signIn, testMock } from '../support/mock.ts';

test.each([
  ['nobody@nhs.net', []],
  ['sol.slaw@nhs.net', ['sol.slow@nhs.net']],
  ['alex.bond@nhs.net', ['alex.bound@nhs.net']],
  ['uma@nhs.net', ['uma.unbound@nhs.net']],
])('%s is told the accounts with a similar name: %j', async (email, similar) => {
  const { app } = await testMock();

  const { page } = await signIn(browser(app), email);

  const named = / Accounts with a similar name: ([^<]*)/.exec(page.body)?.[1]?.trim().split(', ') ?? [];
  expect(page.body).toContain(`There is no mock account ${email}.`);
  expect(named).toEqual(similar);
  await app.close();
});
