/** Whatever is sent to the control API: no crash, and what is refused changes nothing. */
import fc from 'fast-check';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { createSigningKeys } from '../../src/environment/signing-keys.ts';
import { CATALOGUE } from '../../src/scenarios/catalogue.ts';
import { call, change, type Method, read } from '../support/control.ts';
import { type Mock, testMock } from '../support/mock.ts';

let mock: Mock;
beforeAll(async () => {
  mock = await testMock({ keys: createSigningKeys() });
});
beforeEach(() => change(mock, 'POST', '/_mock/reset'));

const LISTS = [
  'people',
  'clients',
  'organisations',
  'nhsmail',
  'settings',
  'scenarios',
  'environments',
  'keys',
];

async function everything() {
  await change(mock, 'POST', '/_mock/clock', { freeze: '2026-01-15T09:00:00Z' });
  return Promise.all(LISTS.map((list) => read(mock, `/_mock/${list}`)));
}

/** Values that nearly fit somewhere, and values that fit nowhere. */
const wild = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  fc.constantFrom<fc.JsonValue>(
    null,
    '',
    0,
    -1,
    1e308,
    true,
    [],
    {},
    [null],
    { toString: 1 },
    'alex.bound@nhs.net',
    '910000000102',
  ),
  fc.record({ code: fc.constantFrom(...CATALOGUE.map(({ code }) => code), 'NONE') }),
);

const FIELDS = [
  'uid',
  'email',
  'org_code',
  'client_id',
  'given_name',
  'roles',
  'organisations',
  'authenticators',
  'scenario',
  'automatic_persona',
  'interaction',
  'timeouts',
  'nhsmail',
  'locked',
  'approval',
  'nhsmail_private_beta',
  'redirect_uris',
  'client_secret',
  'token_endpoint_auth_method',
  'jwks',
  'name',
  'fixtures',
  'patch',
  'time_to_live_seconds',
  'code',
  'times',
  'persona',
  'endpoint',
  'parameters',
  'freeze',
  'advance_seconds',
  'reset',
  '__proto__',
  'constructor',
];

const bodies = fc.oneof(
  { weight: 5, arbitrary: fc.dictionary(fc.constantFrom(...FIELDS), wild, { maxKeys: 4 }) },
  wild,
);

/** Calls of the right shape: whether they are taken depends on all the rest. */
const account = fc.constantFrom('alex.bound@nhs.net', 'robin.roles@nhs.net', 'nobody@nhs.net');
const orgCode = fc.constantFrom('A9A5A', 'RZ9', 'ZZZ');
const uid = fc.constantFrom('910000000101', '910000000102', '000000000000');
const scenario = fc.record({
  code: fc.constantFrom('TIMED_OUT', 'SLOW_ANSWER', 'NO_SUCH'),
  parameters: fc.constantFrom({}, { seconds: 1 }, { second: 1 }),
});
const credible: fc.Arbitrary<[Method, string, object?]> = fc.oneof(
  fc.tuple(
    fc.constant<Method>('PATCH'),
    fc.constantFrom('/people/910000000101', '/people/910000000105'),
    fc.record(
      {
        authenticators: account.map((nhsmail_account) => [{ type: 'nhsmail', nhsmail_account }]),
        organisations: orgCode.map((org_code) => [{ person_orgid: '920000009001', org_code }]),
        scenario,
      },
      { requiredKeys: [] },
    ),
  ),
  fc.tuple(
    fc.constant<Method>('PATCH'),
    fc.constantFrom('/settings', '/clients/mock-client'),
    fc.record({ automatic_persona: fc.oneof(account, uid), scenario }, { requiredKeys: [] }),
  ),
  fc.tuple(
    fc.constant<Method>('PATCH'),
    fc.constant('/clients/mock-client'),
    fc.constantFrom({ client_secret: null }, { redirect_uris: ['http://elsewhere.example.org/callback'] }),
  ),
  fc.tuple(
    fc.constant<Method>('POST'),
    fc.constant('/environments'),
    fc.record({
      name: fc.constantFrom('x', 'default', 'a b'),
      patch: fc.record({
        organisations: orgCode.map((org_code) => [{ org_code, nhsmail_private_beta: true }]),
      }),
    }),
  ),
  fc.tuple(
    fc.constant<Method>('POST'),
    fc.constant('/nhsmail/alex.bound@nhs.net/binding'),
    fc.record({ uid }),
  ),
  fc.tuple(
    fc.constant<Method>('DELETE'),
    fc.oneof(
      orgCode.map((code) => `/organisations/${code}`),
      account.map((email) => `/nhsmail/${email}`),
      uid.map((id) => `/people/${id}`),
    ),
  ),
);

const calls = fc.constantFrom<[Method, string]>(
  ['PUT', '/people/910000000101'],
  ['PATCH', '/people/910000000101'],
  ['PUT', '/people/910000009999'],
  ['PUT', '/clients/mock-client'],
  ['PATCH', '/clients/mock-client'],
  ['PUT', '/organisations/A9A5A'],
  ['PATCH', '/organisations/A9A5A'],
  ['PUT', '/nhsmail/alex.bound@nhs.net'],
  ['PATCH', '/nhsmail/alex.bound@nhs.net'],
  ['POST', '/nhsmail/uma.unbound@nhs.net/binding'],
  ['PATCH', '/settings'],
  ['POST', '/environments'],
  ['POST', '/scenarios'],
  ['POST', '/clock'],
  ['POST', '/tokens'],
);

const wildCalls = fc.tuple(calls, bodies).map(([[method, path], body]) => [method, path, body] as const);

test('what is refused changes nothing, and what is taken is still in order', async () => {
  let before = await everything();
  const seen = { refused: 0, taken: 0 };
  await fc.assert(
    fc.asyncProperty(fc.oneof(credible, wildCalls), async ([method, path, body]) => {
      const answer = await mock.app.inject({
        method,
        url: `/_mock${path}`,
        ...(body === undefined
          ? {}
          : { headers: { 'content-type': 'application/json' }, payload: JSON.stringify(body) }),
      });
      expect(answer.statusCode).toBeLessThan(500);
      const { now, frozen } = await read<{ now: string; frozen: boolean }>(mock, '/_mock/clock');
      const after = await everything();
      if (answer.statusCode >= 400) {
        seen.refused += 1;
        expect(after).toEqual(before);
        expect({ now, frozen }).toEqual({ now: '2026-01-15T09:00:00.000Z', frozen: true });
        expect(answer.headers['content-type']).toContain('application/problem+json');
      } else {
        seen.taken += 1;
        // Everything as it is now would be taken as fixtures, too: nothing half-checked got in.
        const { fixtures } = mock.environment;
        const copy = await call(mock, 'POST', '/_mock/environments', { name: 'copy', fixtures });
        expect([copy.statusCode, copy.body]).toEqual([201, expect.stringContaining('copy')]);
        for (const { name } of await mock.environments.list()) await mock.environments.end(name);
        before = await everything();
      }
    }),
    { numRuns: 120 },
  );
  expect(seen.refused).toBeGreaterThan(20);
  expect(seen.taken).toBeGreaterThan(0);
});
