/** A scenario that was queued for a number of times acts as often, whatever comes at the same moment. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mockWithSlowStore } from '../oidc/support.ts';
import { begin, browser, callback, claimsOf, logIn, type Mock, outcomeOf, redeem } from '../support/mock.ts';
import { NOW, PERSONA, start } from './wire.ts';

const AT_ONCE = Array.from({ length: 20 });
const TIMES = 3;

let mock: Mock;
beforeEach(async () => {
  mock = await mockWithSlowStore();
});
afterEach(() => mock.app.close());

const counted = <T>(values: readonly T[], is: (value: T) => boolean) => values.filter(is).length;

/** The uses that the journal has, and what is still active. */
async function leftOf() {
  const active = (await mock.app.inject('/_mock/scenarios')).json();
  return { applied: mock.environment.journal.events({ kind: 'scenario_applied' }).length, active };
}

const USED_UP = { applied: TIMES, active: [] };

const logIns = () => Promise.all(AT_ONCE.map(() => logIn(browser(mock.app), PERSONA)));

test('of twenty log-ins at once exactly three have a wrong ID token', async () => {
  const codes = (await logIns()).map((answer) => callback(answer).get('code'));
  await start(mock, { code: 'ID_TOKEN_EXPIRED', times: TIMES });
  const responses = await Promise.all(codes.map((code) => redeem(browser(mock.app), code)));
  const exps = responses.map((response) => claimsOf(response.json().id_token)['exp']);
  expect(counted(exps, (exp) => exp === NOW - 600)).toBe(TIMES);
  expect(counted(exps, (exp) => exp === NOW + 3600)).toBe(AT_ONCE.length - TIMES);
  expect(await leftOf()).toEqual(USED_UP);
});

test('of twenty log-ins at once exactly three fail', async () => {
  await start(mock, { code: 'INTERNAL_ERROR', times: TIMES });
  const outcomes = (await logIns()).map(outcomeOf);
  expect(counted(outcomes, (outcome) => outcome === 'internal_error')).toBe(TIMES);
  expect(counted(outcomes, (outcome) => outcome === 'authenticated')).toBe(AT_ONCE.length - TIMES);
  expect(await leftOf()).toEqual(USED_UP);
});

test('of twenty token requests at once exactly three are answered that the service is unavailable', async () => {
  const codes = (await logIns()).map((answer) => callback(answer).get('code'));
  await start(mock, { code: 'SERVICE_UNAVAILABLE', times: TIMES });
  const responses = await Promise.all(codes.map((code) => redeem(browser(mock.app), code)));
  const statuses = responses.map(({ statusCode }) => statusCode);
  expect(counted(statuses, (status) => status === 503)).toBe(TIMES);
  expect(counted(statuses, (status) => status === 200)).toBe(AT_ONCE.length - TIMES);
  expect(await leftOf()).toEqual(USED_UP);
  // The codes of those three are still good.
  const refused = codes.filter((_, at) => statuses[at] === 503);
  const again = await Promise.all(refused.map((code) => redeem(browser(mock.app), code)));
  expect(again.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
});

test('a form that is sent twice at once uses it up once', async () => {
  const by = browser(mock.app);
  const login = await begin(by);
  await start(mock, { code: 'INTERNAL_ERROR', times: 2 });
  const form = { authenticator: 'nhsmail' };
  const twice = await Promise.all([1, 2].map(() => by.post(`${login}/authenticator`, form)));
  expect(twice.map(({ statusCode }) => statusCode).sort()).toEqual([303, 409]);
  expect((await by.get(login)).statusCode).toBe(500);
  expect((await leftOf()).active).toMatchObject([{ code: 'INTERNAL_ERROR', times: 1 }]);
  expect(outcomeOf(await logIn(browser(mock.app), PERSONA))).toBe('internal_error');
  expect(outcomeOf(await logIn(browser(mock.app), PERSONA))).toBe('authenticated');
});

test('the last use of one that goes back is at its place before those that were queued later', async () => {
  const by = browser(mock.app);
  const login = await begin(by);
  await start(mock, { code: 'INTERNAL_ERROR', times: 2 });
  await start(mock, { code: 'TIMED_OUT', times: 1 });
  const forms = [1, 2, 3].map(() => by.post(`${login}/authenticator`, { authenticator: 'nhsmail' }));
  await Promise.all(forms);
  const outcomes = [];
  for (let count = 0; count < 3; count += 1)
    outcomes.push(outcomeOf(await logIn(browser(mock.app), PERSONA)));
  expect(outcomes).toEqual(['internal_error', 'timed_out', 'authenticated']);
});
