/** The forms of a log-in, sent as no page would send them: refused plainly, and nothing comes of it. */
import type { LightMyRequestResponse } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  held,
  loginsHeld,
  mockWithSlowStore,
  pageOf,
  refusalOf,
  requestIdOf,
  shown,
} from '../oidc/support.ts';
import {
  begin,
  browser,
  callback,
  locationOf,
  logIn,
  type Mock,
  outcomeOf,
  START,
  signIn,
  submit,
  testMock,
} from '../support/mock.ts';
import { ALL_PATHS, FORMS, FORMS_OF_FAILURE, loginAt, ROBIN, STEPS } from './support.ts';

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
});
afterEach(() => mock.clock.freeze(START));
afterAll(() => mock.app.close());

const BROWSER = 'mock_cis2_browser';

/** A page that says plainly what is wrong, to the person and, in the journal, to the developer. */
async function expectRefusedPage(answer: LightMyRequestResponse, status: number, description: string) {
  expect(answer.statusCode).toBe(status);
  expect(answer.headers.location).toBeUndefined();
  expect(answer.headers['content-type']).toMatch(/^text\/html/);
  expect(outcomeOf(answer)).toBeUndefined();
  expect(answer.cookies).toEqual([]);
  expect(pageOf(answer)).toBe('page-error');
  expect(shown(answer, 'error-description')).toBe(description);
  expect(shown(answer, 'request-id')).toBe(requestIdOf(answer));
  expect(shown(answer, 'refusal-found')).toBe((await refusalOf(mock, answer)).found);
}

const OTHER_STEP = 'This form belongs to another step of the log-in.';
const SUCCEEDED = 'This log-in is over: it succeeded.';

describe('a form that is sent twice', () => {
  test.each(FORMS)('is refused the second time: $path', async ({ path, step, fields }) => {
    const by = browser(mock.app);
    const login = await loginAt(by, step);
    expect((await by.post(`${login}${path}`, fields)).statusCode).toBe(303);
    const before = await held(mock);
    const after = await by.get(login);

    const again = await by.post(`${login}${path}`, fields);

    await expectRefusedPage(again, 409, path === '/role' ? SUCCEEDED : OTHER_STEP);
    expect(await held(mock)).toEqual(before);
    // The log-in itself stands where it stood.
    expect([(await by.get(login)).statusCode, pageOf(await by.get(login))]).toEqual([
      after.statusCode,
      pageOf(after),
    ]);
  });

  test('offers the way on, which works', async () => {
    const by = browser(mock.app);
    const { login } = await signIn(by, 'alex.bound@nhs.net');

    const again = await by.post(`${login}/nhsmail`, { email: ROBIN, password: 'password' });

    expect(/href="([^"]+)"[^>]*data-testid="continue"/.exec(again.body)?.[1]).toBe(login);
    expect(pageOf(await by.get(login))).toBe('page-number-match');
    const answer = await by.post(`${login}/number-match`, { answer: 'approve' });
    expect(callback(answer).get('code')).not.toBeNull();
  });

  test('cannot change the answer that ended a log-in', async () => {
    const by = browser(mock.app);
    const { login } = await signIn(by, 'alex.bound@nhs.net');
    await by.post(`${login}/number-match`, { answer: 'decline' });
    const before = await held(mock);

    await expectRefusedPage(await by.post(`${login}/number-match`, { answer: 'approve' }), 409, OTHER_STEP);

    expect(outcomeOf(await by.get(login))).toBe('nhsmail_declined');
    expect(await held(mock)).toEqual(before);
  });
});

describe('a form that is sent out of order', () => {
  const outOfOrder = STEPS.flatMap((at) =>
    FORMS.filter(({ step }) => step !== at).map(({ path, fields }) => ({ at, path, fields })),
  );

  test.each(outOfOrder)('is refused at another step: $path at $at', async ({ at, path, fields }) => {
    const by = browser(mock.app);
    const login = await loginAt(by, at);
    const before = await held(mock);

    await expectRefusedPage(await by.post(`${login}${path}`, fields), 409, OTHER_STEP);

    expect(pageOf(await by.get(login))).toBe(at);
    expect(await held(mock)).toEqual(before);
  });

  test.each(FORMS_OF_FAILURE)('is refused while the log-in has not failed: %s', async (path) => {
    const by = browser(mock.app);
    const login = await loginAt(by, 'page-number-match');
    const before = [await held(mock), await loginsHeld(mock)];

    await expectRefusedPage(await by.post(`${login}${path}`), 409, OTHER_STEP);

    expect([await held(mock), await loginsHeld(mock)]).toEqual(before);
  });

  test.each([
    ...FORMS.map(({ path, fields }) => ({ path, fields })),
    ...FORMS_OF_FAILURE.map((path) => ({ path, fields: {} })),
  ])('is refused after success: $path', async ({ path, fields }) => {
    const by = browser(mock.app);
    const { login } = await signIn(by, 'alex.bound@nhs.net');
    await by.post(`${login}/number-match`, { answer: 'approve' });
    const before = [await held(mock), await loginsHeld(mock)];

    await expectRefusedPage(await by.post(`${login}${path}`, fields), 409, SUCCEEDED);
    await expectRefusedPage(await by.get(login), 409, SUCCEEDED);

    expect([await held(mock), await loginsHeld(mock)]).toEqual(before);
  });

  test('does not sign in anybody by a step that was left out', async () => {
    const by = browser(mock.app);
    const login = await begin(by);
    const before = await held(mock);
    for (const { path, fields } of [...FORMS].reverse()) {
      if (path === '/authenticator') continue;
      await expectRefusedPage(await by.post(`${login}${path}`, fields), 409, OTHER_STEP);
    }

    expect(await held(mock)).toEqual(before);
    expect(pageOf(await by.get(login))).toBe('page-choose-authenticator');
  });
});

describe('a log-in in the hands of another browser', () => {
  const ELSEWHERE = 'This log-in was begun in another browser.';
  const stranger = async () => {
    const by = browser(mock.app);
    await begin(by);
    return by.cookies.get(BROWSER) ?? '';
  };

  test.each([
    {
      name: 'no cookies',
      cookie: async () => undefined,
      found: 'no such cookie, or one that was tampered with',
    },
    { name: 'the cookie of another log-in', cookie: stranger, found: 'the cookie of another browser' },
    { name: 'a made-up cookie', cookie: async () => 'A'.repeat(43), found: 'the cookie of another browser' },
    {
      name: 'a cookie that is cut short',
      cookie: async (own: string) => own.slice(0, -1),
      found: 'no such cookie, or one that was tampered with',
    },
    {
      name: 'a cookie with something behind it',
      cookie: async (own: string) => `${own}.x`,
      found: 'no such cookie, or one that was tampered with',
    },
    {
      name: 'a cookie in other letters',
      cookie: async (own: string) =>
        own.replace(/[a-zA-Z]/, (letter) => (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase())),
      found: 'the cookie of another browser',
    },
    {
      name: 'an empty cookie',
      cookie: async () => '',
      found: 'no such cookie, or one that was tampered with',
    },
  ])('is neither shown nor carried on with $name', async ({ cookie, found }) => {
    const own = browser(mock.app);
    const login = await loginAt(own, 'page-number-match');
    const other = browser(mock.app);
    const value = await cookie(own.cookies.get(BROWSER) ?? '');
    if (value !== undefined) other.cookies.set(BROWSER, value);
    const before = [await held(mock), await loginsHeld(mock)];

    const answers = [
      await other.get(login),
      ...(await Promise.all(ALL_PATHS.map((path) => other.post(`${login}${path}`, { answer: 'approve' })))),
    ];

    for (const answer of answers) {
      await expectRefusedPage(answer, 403, ELSEWHERE);
      expect(shown(answer, 'refusal-found')).toBe(found);
      expect(answer.body).not.toContain(ROBIN);
    }
    expect([await held(mock), await loginsHeld(mock)]).toEqual(before);
    expect(pageOf(await own.get(login))).toBe('page-number-match');
  });

  test('is not known by the session cookie alone', async () => {
    const own = browser(mock.app);
    await logIn(own, ROBIN);
    const login = await begin(own, { scope: 'openid selectedrole' });
    const other = browser(mock.app);
    other.cookies.set('mock_cis2_session', own.cookies.get('mock_cis2_session') ?? '');
    const before = await held(mock);

    const answer = await other.post(`${login}/role`, { person_roleid: '930001020001' });

    await expectRefusedPage(answer, 403, ELSEWHERE);
    expect(await held(mock)).toEqual(before);
  });

  test('that failed cannot be begun again or sent back from there', async () => {
    const own = browser(mock.app);
    const failed = await logIn(own, 'tess.temporary@nhs.net');
    const [login = ''] = /\/login\/[\w-]+/.exec(failed.body) ?? [];
    const before = [await held(mock), await loginsHeld(mock)];

    for (const path of FORMS_OF_FAILURE) {
      await expectRefusedPage(await browser(mock.app).post(`${login}${path}`), 403, ELSEWHERE);
    }

    expect([await held(mock), await loginsHeld(mock)]).toEqual(before);
  });
});

describe('the address of a form', () => {
  test.each(FORMS)('asked for by GET only leads back to the log-in: $path', async ({ path, step }) => {
    const by = browser(mock.app);
    const login = await loginAt(by, step);
    const before = [await held(mock), await loginsHeld(mock)];

    const answer = await by.get(`${login}${path}?answer=approve&authenticator=nhsmail`);

    expect([answer.statusCode, locationOf(answer)]).toEqual([302, login]);
    expect(pageOf(await by.get(login))).toBe(step);
    expect([await held(mock), await loginsHeld(mock)]).toEqual(before);
  });

  test.each(['..%2f..%2f', '%2F%2Fevil.example', '%5C%5Cevil.example', '%zz', '%0D%0Ax:y'])(
    'leads nowhere else, whatever stands for the log-in: %s',
    async (id) => {
      const answer = await browser(mock.app).get(`/login/${id}/number-match`);

      expect(answer.statusCode).toBe(302);
      expect(locationOf(answer)).toMatch(/^\/login\/[\w.%-]+$/);
      expect((await browser(mock.app).get(locationOf(answer))).statusCode).toBe(404);
    },
  );

  test.each(FORMS_OF_FAILURE)('of a failure is not there by GET: %s', async (path) => {
    const by = browser(mock.app);
    const login = await loginAt(by, 'page-number-match');

    expect((await by.get(`${login}${path}`)).statusCode).toBe(404);
  });
});

describe('a form that comes too late', () => {
  test.each(FORMS)('is answered by the page “Timed out”: $path', async ({ path, step, fields }) => {
    const by = browser(mock.app);
    const login = await loginAt(by, step);
    const before = await held(mock);
    mock.clock.advance(901);

    const answer = await submit(by, `${login}${path}`, fields);

    expect(answer.statusCode).toBe(400);
    expect(outcomeOf(answer)).toBe('timed_out');
    expect(pageOf(answer)).toBe('outcome-timed_out');
    await expectRefusedPage(await by.post(`${login}${path}`, fields), 409, OTHER_STEP);
    expect((await held(mock)).codes).toBeLessThanOrEqual(before.codes);
    expect((await held(mock)).sessions).toBeLessThanOrEqual(before.sessions);
  });

  test('is not saved by turning the clock back, once it was refused', async () => {
    const by = browser(mock.app);
    const login = await loginAt(by, 'page-number-match');
    mock.clock.advance(901);
    await submit(by, `${login}/number-match`, { answer: 'approve' });
    mock.clock.freeze(START);

    await expectRefusedPage(await by.post(`${login}/number-match`, { answer: 'approve' }), 409, OTHER_STEP);
    expect(outcomeOf(await by.get(login))).toBe('timed_out');
  });

  test('is not known any more when the log-in was forgotten', async () => {
    const by = browser(mock.app);
    const login = await loginAt(by, 'page-number-match');
    mock.clock.advance(86_400);

    const answer = await by.post(`${login}/number-match`, { answer: 'approve' });

    await expectRefusedPage(answer, 404, 'This log-in is not known here.');
  });
});

describe('a log-in that nobody began', () => {
  test.each([
    'A'.repeat(43),
    'x',
    '__proto__',
    'constructor',
    '0',
    '%00',
    '..%2f..%2fetc',
    '%F0%9F%98%80',
    '<b>',
    '%zz',
    '%E0%A4%A',
    'x'.repeat(101),
    'x'.repeat(5000),
    '%C3%A9'.repeat(1000),
  ])('is not found, and nothing begins: %s', async (id) => {
    const by = browser(mock.app);
    await begin(by);
    const before = [await held(mock), await loginsHeld(mock)];

    const answers = [
      await by.get(`/login/${id}`),
      ...(await Promise.all(ALL_PATHS.map((path) => by.post(`/login/${id}${path}`, { answer: 'approve' })))),
    ];

    for (const answer of answers) {
      await expectRefusedPage(answer, 404, 'This log-in is not known here.');
      expect(answer.headers['cache-control']).toBe('no-store');
    }
    expect([await held(mock), await loginsHeld(mock)]).toEqual(before);
  });
});

describe('forms that come at the same moment', () => {
  let slow: Mock;
  beforeAll(async () => {
    slow = await mockWithSlowStore();
  });
  afterEach(() => slow.clock.freeze(START));
  afterAll(() => slow.app.close());

  const rows = [
    { path: '/number-match', persona: 'alex.bound@nhs.net', scope: 'openid', fields: { answer: 'approve' } },
    {
      path: '/role',
      persona: ROBIN,
      scope: 'openid selectedrole',
      fields: { person_roleid: '930001020001' },
    },
  ].flatMap((row) => [2, 6].map((count) => ({ ...row, count })));

  test.each(rows)(
    'at the last step, $path, bring exactly one code, grant and session: $count',
    async (row) => {
      const { path, persona, scope, fields, count } = row;
      const by = browser(slow.app);
      const { login } = await signIn(by, persona, { scope });
      if (path === '/role') await submit(by, `${login}/number-match`, { answer: 'approve' });
      const before = await held(slow);

      const answers = await Promise.all(
        Array.from({ length: count }, () => by.post(`${login}${path}`, fields)),
      );

      const won = answers.filter(({ statusCode }) => statusCode === 303);
      expect(won.map((answer) => callback(answer).get('code'))).toEqual([
        expect.stringMatching(/^[\w-]{43}$/),
      ]);
      for (const answer of answers.filter(({ statusCode }) => statusCode !== 303)) {
        expect(answer.statusCode).toBe(409);
        expect(pageOf(answer)).toBe('page-error');
        expect(outcomeOf(answer)).toBeUndefined();
      }
      expect(await held(slow)).toEqual({
        ...before,
        codes: before.codes + 1,
        grants: before.grants + 1,
        sessions: before.sessions + 1,
      });
    },
  );

  test('with different answers let only one of them count', async () => {
    const by = browser(slow.app);
    const { login } = await signIn(by, 'alex.bound@nhs.net');
    const before = await held(slow);

    const answers = await Promise.all(
      ['decline', 'approve', 'ignore'].map((answer) => by.post(`${login}/number-match`, { answer })),
    );

    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([303, 409, 409]);
    const { codes } = await held(slow);
    expect(codes - before.codes).toBe(answers.filter((each) => outcomeOf(each) === 'authenticated').length);
  });

  test('as looks at a log-in that has just timed out are all answered by its page', async () => {
    const by = browser(slow.app);
    const { login } = await signIn(by, 'alex.bound@nhs.net');
    slow.clock.advance(901);

    const answers = await Promise.all([by.get(login), by.get(login), by.get(login)]);

    for (const answer of answers) {
      const page = answer.statusCode === 302 ? await by.get(locationOf(answer)) : answer;
      expect([page.statusCode, outcomeOf(page)]).toEqual([400, 'timed_out']);
    }
  });
});

describe('a form with wrong content', () => {
  test.each([
    { at: 'page-choose-authenticator', path: '/authenticator', fields: {} },
    { at: 'page-choose-authenticator', path: '/authenticator', fields: { authenticator: 'telepathy' } },
    { at: 'page-choose-authenticator', path: '/authenticator', fields: { authenticator: '__proto__' } },
    { at: 'page-nhsmail-sign-in', path: '/nhsmail', fields: {} },
    { at: 'page-nhsmail-sign-in', path: '/nhsmail', fields: { email: ROBIN } },
    { at: 'page-nhsmail-sign-in', path: '/nhsmail', fields: { email: 'x@y', password: 'password' } },
    { at: 'page-number-match', path: '/number-match', fields: {} },
    { at: 'page-number-match', path: '/number-match', fields: { answer: 'Approve' } },
    { at: 'page-choose-person', path: '/person', fields: {} },
    { at: 'page-choose-person', path: '/person', fields: { uid: '910000000104' } },
    { at: 'page-choose-person', path: '/person', fields: { uid: 'constructor' } },
    { at: 'page-select-role', path: '/role', fields: {} },
    { at: 'page-select-role', path: '/role', fields: { person_roleid: '930001010001' } },
    { at: 'page-select-role', path: '/role', fields: { person_roleid: '__proto__', do: 'continue' } },
  ] as const)(
    'is shown again, and the log-in stays where it is: $path $fields',
    async ({ at, path, fields }) => {
      const by = browser(mock.app);
      const login = await loginAt(by, at);
      const before = await held(mock);

      const answer = await by.post(`${login}${path}`, fields);

      expect([answer.statusCode, pageOf(answer)]).toEqual([200, at]);
      expect(pageOf(await by.get(login))).toBe(at);
      expect(await held(mock)).toEqual(before);
    },
  );

  test.each([
    { name: 'a field twice', payload: 'answer=approve&answer=decline', parameter: 'answer' },
    { name: 'broken percent-encoding', payload: 'answer=%E0%A4%A', parameter: 'answer' },
    { name: 'a value without end', payload: `answer=${'x'.repeat(9000)}`, parameter: 'answer' },
    {
      name: 'more than 100 fields',
      payload: `answer=approve${Array.from({ length: 100 }, (_, index) => `&x${index}=1`).join('')}`,
      parameter: undefined,
    },
  ])('is refused by name: $name', async ({ payload, parameter }) => {
    const by = browser(mock.app);
    const login = await loginAt(by, 'page-number-match');
    const before = await held(mock);

    const answer = await mock.app.inject({
      method: 'POST',
      url: `${login}/number-match`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
      cookies: Object.fromEntries(by.cookies),
      payload,
    });

    expect([answer.statusCode, pageOf(answer)]).toEqual([400, 'page-error']);
    expect((await refusalOf(mock, answer)).parameter).toBe(parameter);
    expect(pageOf(await by.get(login))).toBe('page-number-match');
    expect(await held(mock)).toEqual(before);
  });

  test('is refused where it is no form', async () => {
    const by = browser(mock.app);
    const login = await loginAt(by, 'page-number-match');

    const answer = await mock.app.inject({
      method: 'POST',
      url: `${login}/number-match`,
      headers: { 'content-type': 'application/json', accept: 'text/html' },
      cookies: Object.fromEntries(by.cookies),
      payload: '{"answer":"approve"}',
    });

    await expectRefusedPage(answer, 400, 'Invalid Content Type');
    expect(pageOf(await by.get(login))).toBe('page-number-match');
  });
});
