import { describe, expect, test } from 'vitest';
import {
  authorizeUrl,
  browser,
  callback,
  claimsOf,
  issued,
  logIn,
  type Mock,
  NOTHING_ISSUED,
  outcomeOf,
  redeem,
  signIn,
  submit,
  testMock,
} from '../support/mock.ts';

/** The contract: each persona that fails, how, and with which status of the page. */
const FAILING: [account: string, outcome: string, status: number, error: string][] = [
  ['uma.unbound@nhs.net', 'nhsmail_not_registered', 403, 'access_denied'],
  ['ned.neither@nhs.net', 'nhsmail_not_registered', 403, 'access_denied'],
  ['noel.noprofile@nhs.net', 'nhsmail_not_registered', 403, 'access_denied'],
  ['pat.pending@nhs.net', 'nhsmail_not_registered', 403, 'access_denied'],
  ['bea.notinbeta@nhs.net', 'organisation_not_in_private_beta', 403, 'access_denied'],
  ['sol.slow@nhs.net', 'timed_out', 400, 'access_denied'],
  ['ira.internalerror@nhs.net', 'internal_error', 500, 'server_error'],
  ['tess.temporary@nhs.net', 'internal_error', 500, 'server_error'],
  ['drew.declined@nhs.net', 'nhsmail_declined', 403, 'access_denied'],
  ['lou.locked@nhs.net', 'nhsmail_declined', 403, 'access_denied'],
];

const SUCCEEDING = [
  'alex.bound@nhs.net',
  'robin.roles@nhs.net',
  'morgan.manyroles@nhs.net',
  'noor.norole@nhs.net',
  'ivy.lowassurance@nhs.net',
  'wes.wrongrole@nhs.net',
  'wyn.wrongorg@nhs.net',
  'wil.wrongworkgroup@nhs.net',
];

/** Walks through the pages as this account, answering yes to all; gives the last answer. */
async function throughPages(mock: Mock, account: string) {
  const by = browser(mock.app);
  const { login, page } = await signIn(by, account);
  return page.statusCode === 200 ? submit(by, `${login}/number-match`, { answer: 'approve' }) : page;
}

describe.each(FAILING)('%s', (account, outcome, status, error) => {
  test(`fails without pages as ${outcome}, with ${status}`, async () => {
    const mock = await testMock();
    const response = await logIn(browser(mock.app), account);
    expect([response.statusCode, outcomeOf(response)]).toEqual([status, outcome]);
    expect(response.body).toContain(`data-testid="outcome-${outcome}"`);
  });

  test(`fails through the pages as ${outcome}, with ${status}`, async () => {
    const response = await throughPages(await testMock(), account);
    expect([response.statusCode, outcomeOf(response)]).toEqual([status, outcome]);
    expect(response.body).toContain(`data-testid="outcome-${outcome}"`);
  });

  test(`is told to an application that asks for redirects as ${error}`, async () => {
    const { app, environment } = await testMock();
    const response = await logIn(browser(app), account, { mock_on_failure: 'redirect' });
    expect([response.statusCode, outcomeOf(response)]).toEqual([302, outcome]);
    const parameters = Object.fromEntries(callback(response));
    expect(parameters).toEqual({
      error,
      error_description: expect.stringMatching(/\w/),
      state: 'the-state',
      iss: environment.issuer,
    });
  });

  test('leaves nothing behind that could become a token', async () => {
    const mock = await testMock();
    await logIn(browser(mock.app), account);
    await logIn(browser(mock.app), account, { mock_on_failure: 'redirect' });
    await throughPages(mock, account);
    expect(await issued(mock)).toEqual(NOTHING_ISSUED);
  });

  test('gets no token for whatever it sends as a code', async () => {
    const mock = await testMock();
    const by = browser(mock.app);
    const response = await logIn(by, account, { mock_on_failure: 'redirect' });
    for (const code of ['', 'guess', ...callback(response).values(), ...by.cookies.values()]) {
      expect((await redeem(by, code)).statusCode).toBe(400);
    }
    expect(await issued(mock)).toEqual(NOTHING_ISSUED);
  });

  test('has no session afterwards', async () => {
    const { app } = await testMock();
    const by = browser(app);
    await logIn(by, account);
    expect(callback(await by.get(authorizeUrl({ prompt: 'none' }))).get('error')).toBe('login_required');
  });
});

describe.each(SUCCEEDING)('%s', (account) => {
  test('logs in without pages and gets tokens for the right person', async () => {
    const { app, environment } = await testMock();
    const by = browser(app);
    const response = await logIn(by, account);
    expect([response.statusCode, outcomeOf(response)]).toEqual([302, 'authenticated']);
    const tokens = (await redeem(by, callback(response).get('code'))).json();
    const uid = environment.directory.profileBoundTo(account)?.person.uid;
    expect(claimsOf(tokens.id_token)).toMatchObject({
      sub: uid,
      amr: ['NHSMAIL'],
      authentication_assurance_level: '2',
    });
  });

  test('logs in through the pages', async () => {
    const response = await throughPages(await testMock(), account);
    expect([response.statusCode, outcomeOf(response)]).toEqual([303, 'authenticated']);
    expect(callback(response).get('code')).toMatch(/^[\w-]{43}$/);
    expect(callback(response).get('state')).toBe('the-state');
  });
});

test('a persona ends the same whether named by UID or by account', async () => {
  const { app, environment } = await testMock();
  for (const { email } of environment.directory.nhsmailAccounts()) {
    const person = environment.directory.people().find((each) => each.email === email);
    if (!person) continue;
    const byAccount = outcomeOf(await logIn(browser(app), email));
    expect([email, outcomeOf(await logIn(browser(app), person.uid))]).toEqual([email, byAccount]);
  }
});

test('every persona of the start page is shown with the outcome that it really has', async () => {
  const { app, environment } = await testMock();
  const { body } = await browser(app).get('/');
  for (const { email } of environment.directory.nhsmailAccounts()) {
    const row = body.split(`data-testid="persona-${email}"`)[1]?.split('</tr>')[0] ?? '';
    const text = row.replaceAll(/<[^>]*>/g, '');
    expect(text).toContain(String(outcomeOf(await logIn(browser(app), email))));
  }
});
