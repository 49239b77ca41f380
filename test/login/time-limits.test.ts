import { describe, expect, test } from 'vitest';
import {
  type Browser,
  begin,
  browser,
  issued,
  logIn,
  NOTHING_ISSUED,
  outcomeOf,
  signIn,
  submit,
  testMock,
} from '../support/mock.ts';

describe('the clock alone times a log-in out', () => {
  const limits: [string, number, (by: Browser) => Promise<string>][] = [
    ['the whole log-in', 900, (by) => begin(by)],
    [
      'the sign-in',
      300,
      async (by) => {
        const login = await begin(by);
        await by.post(`${login}/authenticator`, { authenticator: 'nhsmail' });
        return login;
      },
    ],
    ['the number match', 60, async (by) => (await signIn(by, 'alex.bound@nhs.net')).login],
  ];

  test.each(limits)('%s, after %s seconds and not before', async (_what, seconds, start) => {
    const mock = await testMock();
    const by = browser(mock.app);
    const login = await start(by);
    mock.clock.advance(seconds);
    expect((await by.get(login)).statusCode).toBe(200);
    mock.clock.advance(1);
    const page = await by.get(login);
    expect([page.statusCode, outcomeOf(page)]).toEqual([400, 'timed_out']);
    expect(page.body).toContain('data-testid="outcome-timed_out"');
    expect(await issued(mock)).toEqual(NOTHING_ISSUED);
  });

  test('a form sent too late is answered by Timed out, not taken', async () => {
    const mock = await testMock();
    const by = browser(mock.app);
    const { login } = await signIn(by, 'alex.bound@nhs.net');
    mock.clock.advance(61);
    const page = await submit(by, `${login}/number-match`, { answer: 'approve' });
    expect(outcomeOf(page)).toBe('timed_out');
    expect(await issued(mock)).toEqual(NOTHING_ISSUED);
  });
});

describe('the number match', () => {
  test.each([
    ['approve', 303, 'authenticated'],
    ['decline', 403, 'nhsmail_declined'],
    ['ignore', 400, 'timed_out'],
  ])('answered with %s ends the log-in with %s as %s', async (answer, status, outcome) => {
    const { app } = await testMock();
    const by = browser(app);
    const { login, page } = await signIn(by, 'alex.bound@nhs.net');
    expect(page.body).toMatch(/data-testid="number">\s*\d\d\s*</);
    const end = await submit(by, `${login}/number-match`, { answer });
    expect([end.statusCode, outcomeOf(end)]).toEqual([status, outcome]);
  });

  test('an approval that an account gives late, but in time, is reckoned and not waited for', async () => {
    const { app } = await testMock({
      fixtures: {
        extends: 'default',
        nhsmail: [
          {
            email: 'alex.bound@nhs.net',
            password: 'password',
            approval: { result: 'approve', after_seconds: 60 },
          },
        ],
      },
    });
    const response = await logIn(browser(app), 'alex.bound@nhs.net');
    expect(outcomeOf(response)).toBe('authenticated');
  });
});
