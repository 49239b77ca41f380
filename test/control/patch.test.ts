/** PATCH is a merge patch (RFC 7396), and each fault says where it is. */
import { describe, expect, test } from 'vitest';
import { testMock } from '../support/mock.ts';
import { send } from './support.ts';

const ALEX = '/_mock/nhsmail/alex.bound@nhs.net';
const MERGE_PATCH = 'application/merge-patch+json';

describe('a patch', () => {
  test.each([
    MERGE_PATCH,
    `${MERGE_PATCH}; charset=utf-8`,
    'Application/Merge-Patch+JSON',
    'application/json',
  ])('is taken as %s', async (type) => {
    const answer = await send(await testMock(), 'PATCH', ALEX, { locked: true }, { 'content-type': type });
    expect([answer.statusCode, answer.json().locked]).toEqual([200, true]);
  });

  test.each(['application/json-patch+json', 'text/plain', 'application/x-www-form-urlencoded'])(
    'is 415 as %s, and names what is taken',
    async (type) => {
      const answer = await send(await testMock(), 'PATCH', ALEX, [], { 'content-type': type });
      expect(answer.statusCode).toBe(415);
      for (const named of [MERGE_PATCH, 'application/json', type]) {
        expect(answer.json().detail).toContain(named);
      }
    },
  );

  test.each([
    ['PUT', ALEX],
    ['POST', '/_mock/clock'],
  ] as const)('is no body of %s: 415, which names JSON alone', async (method, url) => {
    const answer = await send(await testMock(), method, url, {}, { 'content-type': MERGE_PATCH });
    expect([answer.statusCode, answer.json().detail]).toEqual([
      415,
      expect.stringMatching(/content-type application\/json; found/),
    ]);
  });

  test.each<[string, unknown, string]>([
    ['a list', [], 'a list'],
    ['null', null, 'null'],
    ['text', 'locked', 'a string'],
  ])('that is %s is 400: it would replace the whole', async (_what, patch, found) => {
    const answer = await send(await testMock(), 'PATCH', ALEX, patch, { 'content-type': MERGE_PATCH });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().faults).toEqual([{ pointer: '', found, allowed: 'must be object' }]);
  });

  test('that names nothing changes nothing', async () => {
    const mock = await testMock();
    expect((await send(mock, 'PATCH', ALEX, {})).statusCode).toBe(200);
    expect(mock.environment.fixtures).toEqual(mock.environment.initial);
  });

  test('replaces a list whole, merges objects, and takes out what is null', async () => {
    const mock = await testMock();
    await send(mock, 'PATCH', ALEX, {
      approval: { result: 'approve', after_seconds: 5 },
      description: 'Mine',
    });
    await send(mock, 'PATCH', ALEX, { approval: { result: 'decline' }, description: null });
    const account = (await send(mock, 'GET', ALEX)).json();
    expect(account).toMatchObject({ approval: { result: 'decline', after_seconds: 5 } });
    expect(account).not.toHaveProperty('description');
    const person = (await send(mock, 'PATCH', '/_mock/people/910000000102', { roles: [] })).json();
    expect(person.roles).toEqual([]);
  });
});

const MEMBER = { person_orgid: '920000009001', org_code: 'A9A5A' };

describe('the pointer of a fault leads to the member at fault', () => {
  test.each<[string, string, unknown, string]>([
    [
      'in a list',
      '/people/910000000101',
      { organisations: [MEMBER, { ...MEMBER, org_code: 'a9' }] },
      '/organisations/1/org_code',
    ],
    [
      'that is missing in a list',
      '/people/910000000101',
      { organisations: [{ org_code: 'A9A5A' }] },
      '/organisations/0/person_orgid',
    ],
    [
      'that is required and taken out',
      '/nhsmail/sol.slow@nhs.net',
      { approval: { result: null } },
      '/approval/result',
    ],
    ['that is the key and taken out', '/nhsmail/sol.slow@nhs.net', { email: null }, '/email'],
    [
      'that has none of the values',
      '/settings',
      { nhsmail: { availability: 'beta' } },
      '/nhsmail/availability',
    ],
    [
      'that refers to nothing',
      '/people/910000000101',
      { organisations: [{ ...MEMBER, org_code: 'ZZ9' }] },
      '/organisations/0/org_code',
    ],
    [
      'that is the key, and no text nor anything that text can be made of',
      '/people/910000000101',
      { uid: { toString: 1 } },
      '/uid',
    ],
    [
      'that is the key of an account, likewise',
      '/nhsmail/alex.bound@nhs.net',
      { email: { toString: 1 } },
      '/email',
    ],
    ['with a slash and a tilde in its name', '/settings', { 'a/b~c ': 1 }, '/a~1b~0c '],
  ])('%s', async (_what, path, patch, pointer) => {
    const answer = await send(await testMock(), 'PATCH', `/_mock${path}`, patch);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().faults.map((fault: { pointer: string }) => fault.pointer)).toEqual([pointer]);
  });

  test('and says so where that is the query', async () => {
    const answer = await send(await testMock(), 'GET', '/_mock/journal?after=yesterday&kind=refusal');
    expect(answer.json()).toMatchObject({
      detail: 'The query is not allowed.',
      faults: [
        { in: 'query', pointer: '/after', found: '"yesterday"' },
        { in: 'query', pointer: '/kind', found: '"refusal"' },
      ],
    });
  });

  test('or the path', async () => {
    const answer = await send(await testMock(), 'PUT', '/_mock/organisations/a9a5a', {
      org_name: 'Small letters',
    });
    expect(answer.json()).toMatchObject({
      status: 400,
      detail: 'The path is not allowed.',
      faults: [{ in: 'path', pointer: '/org_code', found: '"a9a5a"' }],
    });
  });

  test('or another entry, which still refers to what is to be removed', async () => {
    const { faults } = (await send(await testMock(), 'DELETE', '/_mock/organisations/A9A5A')).json();
    expect(faults).toContainEqual({
      in: 'people/910000000101',
      pointer: '/roles/0/org_code',
      found: '"A9A5A"',
      allowed: 'an org_code listed in /organisations',
    });
  });
});
