import { describe, expect, test } from 'vitest';
import {
  begin,
  browser,
  callback,
  claimsOf,
  issued,
  logIn,
  type Mock,
  NOTHING_ISSUED,
  outcomeOf,
  redeem,
  submit,
  testMock,
} from '../support/mock.ts';

describe('the authenticator must reach the requested assurance', () => {
  test('NHSmail is not offered for AAL3_ANY', async () => {
    const { app } = await testMock();
    const by = browser(app);
    const { body } = await by.get(await begin(by, { acr_values: 'AAL3_ANY' }));
    expect(body).toContain('data-testid="authenticator-smartcard"');
    expect(body).not.toContain('data-testid="authenticator-nhsmail"');
  });

  test.each([
    [
      'through the pages',
      async (mock: Mock) => {
        const by = browser(mock.app);
        return submit(by, `${await begin(by, { acr_values: 'AAL3_ANY' })}/authenticator`, {
          authenticator: 'nhsmail',
        });
      },
    ],
    [
      'without pages',
      async (mock: Mock) => logIn(browser(mock.app), 'alex.bound@nhs.net', { acr_values: 'AAL3_ANY' }),
    ],
  ])('NHSmail that is forced %s ends as authenticator_too_weak', async (_how, attempt) => {
    const mock = await testMock();
    const page = await attempt(mock);
    expect([page.statusCode, outcomeOf(page)]).toEqual([403, 'authenticator_too_weak']);
    expect(await issued(mock)).toEqual(NOTHING_ISSUED);
  });

  test('a smartcard persona logs in for AAL3_ANY, by UID and through the pages', async () => {
    const { app } = await testMock();
    const headless = await logIn(browser(app), '656005750104', { acr_values: 'AAL3_ANY' });
    expect(outcomeOf(headless)).toBe('authenticated');
    const by = browser(app);
    const login = await begin(by, { acr_values: 'AAL3_ANY' });
    const people = await submit(by, `${login}/authenticator`, { authenticator: 'smartcard' });
    expect(people.body).toContain('data-testid="person-656005750104"');
    const response = await submit(by, `${login}/person`, { uid: '656005750104' });
    const tokens = (await redeem(by, callback(response).get('code'))).json();
    expect(claimsOf(tokens.id_token)).toMatchObject({
      sub: '656005750104',
      amr: ['N3_SMARTCARD'],
      authentication_assurance_level: '3',
      acr: 'AAL3_ANY',
    });
  });

  test('nobody signs in by an authenticator that their profile does not have', async () => {
    const mock = await testMock();
    const by = browser(mock.app);
    const login = await begin(by);
    await by.post(`${login}/authenticator`, { authenticator: 'smartcard' });
    const page = await submit(by, `${login}/person`, { uid: '910000000105' });
    expect(page.body).toContain('data-testid="error-summary"');
    expect(await issued(mock)).toEqual(NOTHING_ISSUED);
  });
});
