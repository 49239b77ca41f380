import { describe, expect, test } from 'vitest';
import {
  browser,
  callback,
  claimsOf,
  issued,
  logIn,
  NOTHING_ISSUED,
  outcomeOf,
  redeem,
  signIn,
  submit,
  testMock,
} from '../support/mock.ts';

describe('role selection', () => {
  const scope = 'openid nationalrbacaccess selectedrole';

  test.each([
    ['alex.bound@nhs.net', 'is not asked, and the only role is selected', '930001010001'],
    ['noor.norole@nhs.net', 'is not asked, and no role is selected', undefined],
  ])('%s %s', async (account, _what, roleId) => {
    const { app, environment } = await testMock();
    const by = browser(app);
    const { login } = await signIn(by, account, { scope });
    const response = await submit(by, `${login}/number-match`, { answer: 'approve' });
    const tokens = (await redeem(by, callback(response).get('code'))).json();
    const person = environment.directory.profileBoundTo(account)?.person;
    expect(claimsOf(tokens.id_token)['selected_roleid']).toBe(person?.roles[0]?.person_roleid);
    expect(roleId === undefined).toBe(person?.roles.length === 0);
  });

  test('three roles are listed without search, and the chosen one is in the ID token', async () => {
    const { app } = await testMock();
    const by = browser(app);
    const { login } = await signIn(by, 'robin.roles@nhs.net', { scope });
    const page = await submit(by, `${login}/number-match`, { answer: 'approve' });
    expect(page.body.match(/data-testid="role-\d{12}"/g)).toHaveLength(3);
    expect(page.body).not.toContain('data-testid="search"');
    const response = await submit(by, `${login}/role`, { do: 'continue', person_roleid: '930001020003' });
    const tokens = (await redeem(by, callback(response).get('code'))).json();
    expect(claimsOf(tokens.id_token)['selected_roleid']).toBe('930001020003');
  });

  test('eight roles are listed with a search that narrows them', async () => {
    const { app } = await testMock();
    const by = browser(app);
    const { login } = await signIn(by, 'morgan.manyroles@nhs.net', { scope });
    const page = await submit(by, `${login}/number-match`, { answer: 'approve' });
    expect(page.body.match(/data-testid="role-\d{12}"/g)).toHaveLength(8);
    const found = await submit(by, `${login}/role`, { do: 'search', search: 'NURSE' });
    expect(found.body.match(/data-testid="role-\d{12}"/g)).toHaveLength(2);
    expect(found.body).toContain('Showing 2 of your 8 roles');
  });

  test('another person’s role cannot be selected', async () => {
    const mock = await testMock();
    const by = browser(mock.app);
    const { login } = await signIn(by, 'robin.roles@nhs.net', { scope });
    await submit(by, `${login}/number-match`, { answer: 'approve' });
    const page = await submit(by, `${login}/role`, { do: 'continue', person_roleid: '930001010001' });
    expect(page.body).toContain('data-testid="error-summary"');
    expect(await issued(mock)).toEqual(NOTHING_ISSUED);
  });

  test.each([
    [false, 303, 'authenticated'],
    [true, 403, 'no_role'],
  ])(
    'going on without a role, where the client demands one: %s, gives %s %s',
    async (demanded, status, outcome) => {
      const { app } = await testMock({
        fixtures: {
          extends: 'default',
          clients: [
            {
              client_id: 'mock-client',
              client_secret: 'mock-secret',
              token_endpoint_auth_method: 'client_secret_post',
              redirect_uris: ['http://localhost:3000/callback'],
              default_acr_values: ['AAL2_OR_AAL3_ANY'],
              require_selected_role: demanded,
            },
          ],
        },
      });
      const by = browser(app);
      const { login } = await signIn(by, 'robin.roles@nhs.net', { scope });
      await submit(by, `${login}/number-match`, { answer: 'approve' });
      const end = await submit(by, `${login}/role`, { do: 'without' });
      expect([end.statusCode, outcomeOf(end)]).toEqual([status, outcome]);
    },
  );

  test('mock_role selects the role that it names, and the first where it is left out', async () => {
    const { app } = await testMock();
    const selected = async (mock_role?: string) => {
      const by = browser(app);
      const response = await logIn(by, 'robin.roles@nhs.net', { scope, mock_role });
      return claimsOf((await redeem(by, callback(response).get('code'))).json().id_token)['selected_roleid'];
    };
    expect(await selected()).toBe('930001020001');
    expect(await selected('930001020002')).toBe('930001020002');
  });
});
