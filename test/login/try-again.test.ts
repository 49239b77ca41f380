import { describe, expect, test } from 'vitest';
import { LOGINS } from '../../src/login/login.ts';
import {
  actionOf,
  begin,
  browser,
  callback,
  logIn,
  outcomeOf,
  signIn,
  submit,
  testMock,
} from '../support/mock.ts';

describe('Try again', () => {
  test('begins a fresh log-in for the same authorization request, which then succeeds for tess', async () => {
    const mock = await testMock();
    const by = browser(mock.app);
    const { login } = await signIn(by, 'tess.temporary@nhs.net', { state: 'kept', scope: 'openid email' });
    await submit(by, `${login}/number-match`, { answer: 'approve' });
    const again = await by.post(`${login}/try-again`);
    const fresh = String(again.headers.location);
    expect(fresh).toMatch(/^\/login\/[\w-]{43}$/);
    expect(fresh).not.toBe(login);
    await submit(by, `${fresh}/authenticator`, { authenticator: 'nhsmail' });
    await submit(by, `${fresh}/nhsmail`, { email: 'tess.temporary@nhs.net', password: 'password' });
    const response = await submit(by, `${fresh}/number-match`, { answer: 'approve' });
    expect(outcomeOf(response)).toBe('authenticated');
    expect(callback(response).get('state')).toBe('kept');
    expect(callback(response).get('scope')).toBe('openid email');
    expect(await mock.environment.store.count(LOGINS)).toBe(2);
  });

  test('goes without pages again where the request names the persona', async () => {
    const { app, environment } = await testMock();
    const by = browser(app);
    const failed = await logIn(by, 'tess.temporary@nhs.net');
    const action = actionOf(failed, 'try-again');
    expect(outcomeOf(await by.post(action))).toBe('authenticated');
    const kinds = environment.journal.events().map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'login_started')).toHaveLength(2);
  });

  test('fails again for ira, each time', async () => {
    const { app } = await testMock();
    const by = browser(app);
    let failed = await logIn(by, 'ira.internalerror@nhs.net');
    for (let times = 0; times < 3; times++) {
      const action = actionOf(failed, 'try-again');
      failed = await submit(by, action);
      expect(outcomeOf(failed)).toBe('internal_error');
    }
  });

  test('counts for each authorization request: tess fails once in the next one too', async () => {
    const { app } = await testMock();
    for (const by of [browser(app), browser(app)]) {
      expect(outcomeOf(await logIn(by, 'tess.temporary@nhs.net'))).toBe('internal_error');
    }
  });

  test('is not offered by a log-in that has not failed', async () => {
    const { app } = await testMock();
    const by = browser(app);
    const login = await begin(by);
    expect((await by.post(`${login}/try-again`)).statusCode).toBe(409);
  });
});

describe('Use a different way to log in', () => {
  test('leads to the choice of authenticator, even where the request names a persona', async () => {
    const { app } = await testMock();
    const by = browser(app);
    const failed = await logIn(by, 'uma.unbound@nhs.net');
    const action = actionOf(failed, 'different-way');
    const page = await submit(by, action);
    expect(page.body).toContain('data-testid="page-choose-authenticator"');
  });
});
