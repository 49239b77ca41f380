/** From the events of real log-ins to the steps and the rows that the journal’s pages show. */
import { describe, expect, test } from 'vitest';
import { fileOf } from '../../assets/journal/file.js';
import { decodeJwt } from '../../assets/journal/jwt.js';
import { logInsOf } from '../../assets/journal/log-ins.js';
import { offsetText, type Step, stepsOf } from '../../assets/journal/sequence.js';
import { rowsOf, summaryOf } from '../../assets/journal/summary.js';
import { pageIn } from '../../assets/journal/words.js';
import type { FixturesFile, JournalEvent } from '../../src/index.ts';
import { LOGIN_FORMS } from '../../src/pages/login-forms.ts';
import {
  authorizeUrl,
  browser,
  CLIENT,
  callback,
  encode,
  logIn,
  type Mock,
  REALM,
  redeem,
  signIn,
  submit,
  testMock,
} from '../support/mock.ts';

const ALEX = 'alex.bound@nhs.net';

/** The default client, with refresh tokens and an address for logout tokens at which nobody listens. */
const FIXTURES: FixturesFile = {
  extends: 'default',
  settings: { backchannel_logout_attempts: 1 },
  clients: [
    {
      ...CLIENT,
      client_name: 'Mock application',
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: ['http://localhost:3000/callback'],
      post_logout_redirect_uris: ['http://localhost:3000/'],
      backchannel_logout_uri: 'http://127.0.0.1:9/logout',
      grant_types: ['authorization_code', 'refresh_token'],
      default_acr_values: ['AAL2_OR_AAL3_ANY'],
    },
  ],
};

const started = () => testMock({ fixtures: FIXTURES });

const tokensOf = async (by: ReturnType<typeof browser>, answer: Awaited<ReturnType<typeof logIn>>) =>
  (await redeem(by, callback(answer).get('code'))).json();

const journalOf = ({ environment }: Mock): JournalEvent[] => environment.journal.events();

/** The events of the only log-in; fails where there are others. */
function onlyLogIn(mock: Mock): JournalEvent[] {
  const [events, ...others] = logInsOf(journalOf(mock)).values();
  if (events === undefined || others.length > 0) throw new Error(`${others.length} other log-ins`);
  return events;
}

const SIGNS = { browser: 'B', application: 'A', mock: 'M' };

/** One line a step: "B>M Form sent" or, of a note, "M The request is in order". */
const lineOf = ({ from, to, title }: Step) =>
  from === to ? `${SIGNS[from]} ${title}` : `${SIGNS[from]}>${SIGNS[to]} ${title}`;

const linesOf = (events: readonly JournalEvent[]) => stepsOf(events).map(lineOf);

/** The value of a row, by the heading of its section and its name. */
const valueIn = (step: Step | undefined, heading: string, name: string) =>
  step?.sections.find((section) => section.heading === heading)?.rows.find((row) => row.name === name);

const stepWith = (events: readonly JournalEvent[], title: string) =>
  stepsOf(events).find((step) => step.title.startsWith(title));

const BEGINNING = [
  'B>M Authorization request: the application asks for a log-in',
  'M The request is in order',
];

const WITHOUT_PAGES = [...BEGINNING, 'M A log-in began, without pages since mock_login names the persona'];

describe('the steps of a log-in', () => {
  test('on pages: each page and each form, then the code, the tokens and UserInfo', async () => {
    const mock = await started();
    const by = browser(mock.app);
    const { login } = await signIn(by, ALEX);
    const answer = await submit(by, `${login}/number-match`, { answer: 'approve' });
    const { access_token: token } = await tokensOf(by, answer);
    await mock.app.inject({ url: `${REALM}/userinfo`, headers: { authorization: `Bearer ${token}` } });
    expect(linesOf(onlyLogIn(mock))).toEqual([
      ...BEGINNING,
      'M A log-in began',
      'M>B Redirect to the pages of the log-in',
      'B>M Form sent: Choose an authenticator',
      'M>B Page shown: Sign in to NHSmail',
      'B>M Form sent: Sign in to NHSmail',
      'M>B Page shown: Approve by number match',
      'B>M Form sent: Approve by number match',
      'M Decided: Logged in',
      'M A single sign-on session began',
      'M>A Redirect to the application with a code',
      'A>M Token request: redeem the code',
      'M>A Token response: access token, refresh token and ID token',
      'A>M UserInfo request',
      'M>A UserInfo response: claims about the person',
    ]);
  });

  test('without pages, on a single sign-on session: no form', async () => {
    const mock = await started();
    const by = browser(mock.app);
    await logIn(by, ALEX);
    mock.environment.journal.clear();
    await by.get(authorizeUrl());
    expect(linesOf(onlyLogIn(mock))).toEqual([
      ...BEGINNING,
      'M A log-in began, with a single sign-on session in place of a sign-in',
      'M Decided: Logged in',
      'M The single sign-on session stood in for a sign-in',
      'M>A Redirect to the application with a code',
    ]);
  });

  test.each([
    ['uma.unbound@nhs.net', {}, 'The NHSmail account is not registered'],
    ['bea.notinbeta@nhs.net', {}, 'The organisation is not in the private beta'],
    ['sol.slow@nhs.net', {}, 'Timed out'],
    ['ira.internalerror@nhs.net', {}, 'Temporary internal error'],
    ['drew.declined@nhs.net', {}, 'The NHSmail sign-in was not finished'],
    [ALEX, { acr_values: 'AAL3_ANY' }, 'The authenticator is too weak'],
    [ALEX, { mock_scenario: 'ABANDONED' }, 'The person closed the browser'],
  ])('%s with %o: a rule decides, and its page is shown', async (persona, parameters, ended) => {
    const mock = await started();
    await logIn(browser(mock.app), persona, parameters);
    const lines = linesOf(onlyLogIn(mock)).filter((line) => !line.startsWith('M Scenario '));
    expect(lines).toEqual([...WITHOUT_PAGES, `M Decided: ${ended}`, `M>B Page shown: ${ended}`]);
    expect(summaryOf(onlyLogIn(mock)).ended).toBe(`Did not log in: ${ended}`);
  });

  test('a failure that is sent back is an error for the application', async () => {
    const mock = await started();
    await logIn(browser(mock.app), 'uma.unbound@nhs.net', { mock_on_failure: 'redirect' });
    const events = onlyLogIn(mock);
    expect(linesOf(events).at(-1)).toBe('M>A Redirect to the application with the error access_denied');
    expect(summaryOf(events).ended).toBe(
      'Did not log in: The NHSmail account is not registered; the application was told access_denied',
    );
    const rule = valueIn(stepWith(events, 'Decided'), 'The rule that decided', 'Found');
    expect(rule?.value).toContain('uma.unbound@nhs.net');
  });

  test('a code that comes twice: the tokens are revoked, and the refusal says how to mend it', async () => {
    const mock = await started();
    const by = browser(mock.app);
    const answer = await logIn(by, ALEX);
    await tokensOf(by, answer);
    await tokensOf(by, answer);
    const events = onlyLogIn(mock);
    expect(linesOf(events).slice(-3)).toEqual([
      'A>M Token request: redeem the code',
      'M The code came a second time, so every token that came of it is revoked',
      'M>A Refused with invalid_grant, by the rule: A code is redeemed once',
    ]);
    const refused = stepsOf(events).at(-1);
    expect(refused?.tone).toBe('bad');
    expect(valueIn(refused, 'Why it was refused', 'How to fix it')?.value).toContain('Do not redeem again');
    expect(valueIn(refused, 'The answer', 'Status')?.value).toBe('400');
  });

  test('a refresh is a token request of the same log-in', async () => {
    const mock = await started();
    const by = browser(mock.app);
    const { refresh_token } = await tokensOf(by, await logIn(by, ALEX));
    await by.post(`${REALM}/access_token`, { grant_type: 'refresh_token', refresh_token, ...CLIENT });
    expect(linesOf(onlyLogIn(mock)).slice(-2)).toEqual([
      'A>M Token request: redeem the refresh token',
      'M>A Token response: access token, refresh token and ID token',
    ]);
  });

  test('logging out ends it: the request, the session and the logout token, and no other log-in has them', async () => {
    const mock = await started();
    const by = browser(mock.app);
    const { id_token } = await tokensOf(by, await logIn(by, ALEX));
    await logIn(browser(mock.app), ALEX);
    await by.get(
      `${REALM}/connect/endSession?${encode({ id_token_hint: id_token, post_logout_redirect_uri: 'http://localhost:3000/' })}`,
    );
    await mock.environment.background.settled();
    const [first = [], second = []] = logInsOf(journalOf(mock)).values();
    expect(linesOf(first).slice(-4)).toEqual([
      'B>M Logout request',
      'M The single sign-on session ended by logging out',
      'M>A Redirect to the application',
      'M>A The logout token for http://127.0.0.1:9/logout failed: bad port, at attempt 1 of 1',
    ]);
    expect(summaryOf(first).ended).toBe('Logged in, and logged out since');
    expect(linesOf(second)).toEqual([
      ...WITHOUT_PAGES,
      'M Decided: Logged in',
      'M A single sign-on session began',
      'M>A Redirect to the application with a code',
    ]);
    const sent = stepsOf(first).at(-1);
    expect(valueIn(sent, 'Logout token: claims', 'cause')?.value).toBe('CLIENT_LOGOUT');
    expect(valueIn(sent, 'Logout token: header', 'typ')?.value).toBe('logout+jwt');
  });

  test('a session that the control API ends is told too, with the scenario of its logout token', async () => {
    const mock = await started();
    const by = browser(mock.app);
    await tokensOf(by, await logIn(by, ALEX, { mock_scenario: 'LOGOUT_ISS_WRONG' }));
    const [session] = (await mock.app.inject({ url: '/_mock/sessions' })).json();
    const sid = encodeURIComponent(session.clients[0].sid);
    await mock.app.inject({ method: 'POST', url: `/_mock/sessions/${sid}/logout` });
    await mock.environment.background.settled();
    const events = onlyLogIn(mock);
    expect(linesOf(events).slice(-3)).toEqual([
      expect.stringMatching(/^M The single sign-on session ended /),
      'M Scenario LOGOUT_ISS_WRONG was applied',
      expect.stringMatching(/^M>A The logout token for /),
    ]);
  });

  test('a session that runs out is told too, and one that the sign-in of somebody else ended', async () => {
    const mock = await started();
    const by = browser(mock.app);
    await logIn(by, ALEX);
    await logIn(by, 'robin.roles@nhs.net');
    const ends = () =>
      [...logInsOf(journalOf(mock)).values()].map((events) => [
        linesOf(events).findLast((line) => line.startsWith('M The single sign-on session ended')),
        summaryOf(events).ended,
      ]);
    const stillIn = 'Logged in; the application has not asked for tokens yet';
    const loggedOut = 'Logged in, and logged out since';
    const bySomebodyElse =
      'M The single sign-on session ended since somebody else logged in at the same browser';
    expect(ends()).toEqual([
      [bySomebodyElse, loggedOut],
      [bySomebodyElse, stillIn],
    ]);
    mock.clock.advance(86_400);
    await mock.environment.background.settled();
    expect(ends()).toEqual([
      [bySomebodyElse, loggedOut],
      ['M The single sign-on session ended since it was not used for too long', loggedOut],
    ]);
  });

  test('a scenario stands before the answer that it changed, with what a good application does', async () => {
    const mock = await started();
    const by = browser(mock.app);
    await tokensOf(by, await logIn(by, ALEX, { mock_scenario: 'ID_TOKEN_EXPIRED' }));
    const scenarios: { code: string; title: string; good_relying_party: string }[] = (
      await mock.app.inject({ url: '/_mock/scenarios/catalogue' })
    ).json();
    const steps = stepsOf(onlyLogIn(mock), new Map(scenarios.map((each) => [each.code, each])));
    expect(steps.slice(-2).map(lineOf)).toEqual([
      'M Scenario ID_TOKEN_EXPIRED was applied',
      'M>A Token response: access token, refresh token and ID token',
    ]);
    const good = scenarios.find(({ code }) => code === 'ID_TOKEN_EXPIRED')?.good_relying_party;
    expect(valueIn(steps.at(-2), 'The scenario', 'What a good application does')?.value).toBe(good);
    expect(summaryOf(onlyLogIn(mock)).scenarios).toEqual(['ID_TOKEN_EXPIRED']);
  });

  test('an answer that a scenario put in place of the tokens is not said to have them', async () => {
    const mock = await started();
    const by = browser(mock.app);
    const answer = await logIn(by, ALEX, { mock_scenario: 'TOKEN_SERVER_ERROR' });
    await redeem(by, callback(answer).get('code'));
    expect(linesOf(onlyLogIn(mock)).at(-1)).toBe('M>A Answered with status 400');
  });
});

const KEYCLOAK = '/realms/Cis2-mock-int/protocol/openid-connect';

test.each([...new Set(LOGIN_FORMS.map(({ step }) => step))])('the step %s has a name for people', (step) => {
  for (const explanation of [`The page of ${step} was shown.`, `The form of ${step} was sent.`])
    expect(pageIn(explanation)).toMatch(/^[A-Z][a-z]+ [^_]+$/);
});

describe('the steps of a request that belongs to no log-in', () => {
  const JSON_BODY = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    payload: '{}',
  } as const;

  test.each([
    [`${REALM}/access_token`, 'M>A Refused with invalid_request'],
    [`${REALM}/token/revoke`, 'M>A Refused with invalid_request'],
    [`${REALM}/introspect`, 'M>A Refused with invalid_request'],
    [`${REALM}/authorize`, 'M>B Refused with invalid_request'],
    [`${KEYCLOAK}/token`, 'M>A Refused with invalid_request'],
    [`${KEYCLOAK}/revoke`, 'M>A Refused with invalid_request'],
    [`${KEYCLOAK}/token/introspect`, 'M>A Refused with invalid_request'],
    [`${KEYCLOAK}/auth`, 'M>B Refused with invalid_request'],
  ])('what cannot be read at %s is answered to whom calls it', async (url, refused) => {
    const mock = await started();
    await mock.app.inject({ url, ...JSON_BODY });
    expect(linesOf(journalOf(mock))).toEqual([expect.stringContaining(refused)]);
  });

  test('a browser asks whether the script of an application may call', async () => {
    const mock = await started();
    await mock.app.inject({ method: 'OPTIONS', url: `${REALM}/access_token` });
    expect(linesOf(journalOf(mock))).toEqual(['M>B Answered with status 204']);
  });
});

describe('what a step opens to', () => {
  test('parameters have their meaning, and secrets stay out', async () => {
    const mock = await started();
    const by = browser(mock.app);
    await tokensOf(by, await logIn(by, ALEX));
    const events = onlyLogIn(mock);
    const nonce = valueIn(stepsOf(events)[0], 'Parameters', 'nonce');
    expect([nonce?.value, nonce?.meaning]).toEqual(['the-nonce', expect.stringMatching(/ID token/)]);
    const request = stepWith(events, 'Token request');
    expect(valueIn(request, 'Parameters', 'client_secret')?.value).toBe('(redacted)');
  });

  test('an ID token is read: header and claims, times as dates', async () => {
    const mock = await started();
    const by = browser(mock.app);
    await tokensOf(by, await logIn(by, ALEX));
    const response = stepWith(onlyLogIn(mock), 'Token response');
    expect(valueIn(response, 'ID token: header', 'alg')?.value).toBe('RS256');
    expect(valueIn(response, 'ID token: claims', 'sub')).toMatchObject({
      value: '910000000101',
      meaning: expect.stringMatching(/person/),
    });
    expect(valueIn(response, 'ID token: claims', 'iat')?.value).toContain('(2026-01-15T09:00:00.000Z)');
  });

  test.each([
    'no token',
    'e30.e30',
    'eyJ.eyJ.x',
    `eyJhbGciOiJSUzI1NiJ9.${'e'.repeat(50)}… (2400 characters)`,
    undefined,
  ])('%s is no JWT', (text) => {
    expect(decodeJwt(text)).toBeUndefined();
  });

  test('every parameter of a request and every claim of an ID token has a meaning', async () => {
    const mock = await started();
    const by = browser(mock.app);
    await tokensOf(by, await logIn(by, ALEX, { scope: 'openid profile selectedrole' }));
    const rows = stepsOf(onlyLogIn(mock)).flatMap(({ sections }) => sections.flatMap((each) => each.rows));
    expect(rows.filter(({ isCode, meaning }) => isCode && meaning === undefined)).toEqual([]);
  });

  test.each([
    [0, '+0.0 s'],
    [1249, '+1.2 s'],
    [59_990, '+1 min 0 s'],
    [125_000, '+2 min 5 s'],
    [3_720_000, '+1 h 2 min'],
  ])('%i milliseconds are written %s', (milliseconds, text) => {
    expect(offsetText(milliseconds)).toBe(text);
  });
});

describe('the rows of the list', () => {
  test('one for each log-in and for each refused request that belongs to none, newest first', async () => {
    const mock = await started();
    await logIn(browser(mock.app), 'uma.unbound@nhs.net');
    await browser(mock.app).get(authorizeUrl({ client_id: 'nope' }));
    await signIn(browser(mock.app), ALEX);
    expect(rowsOf(journalOf(mock))).toMatchObject([
      {
        outcome: 'under_way',
        account: ALEX,
        clientId: 'mock-client',
        ended: 'Under way, at the page “Approve by number match”',
      },
      {
        outcome: 'refused',
        clientId: 'nope',
        ended: 'Refused by the rule: The client is registered',
        found: 'nope',
        mend: expect.stringContaining('Use one of these'),
      },
      { outcome: 'nhsmail_not_registered', account: 'uma.unbound@nhs.net', refusals: 0 },
    ]);
  });

  test('an authorization request with the ID token of an earlier log-in is no part of that', async () => {
    const mock = await started();
    const by = browser(mock.app);
    const { id_token: idToken } = await tokensOf(by, await logIn(by, ALEX));
    await browser(mock.app).get(authorizeUrl({ prompt: 'none', id_token_hint: idToken }));
    expect(rowsOf(journalOf(mock))).toMatchObject([
      { outcome: 'refused', ended: 'Refused by the rule: prompt=none is answered without a page' },
      { outcome: 'authenticated', refusals: 0 },
    ]);
  });

  test('a refusal of many members at once names the first three, and how many there are more', async () => {
    const mock = await started();
    await mock.app.inject({ method: 'DELETE', url: '/_mock/organisations/A9A5A' });
    const [row] = rowsOf(journalOf(mock));
    expect(row?.found?.split('; ')).toHaveLength(4);
    expect(row?.found).toMatch(/; and \d\d more$/);
    expect(row?.mend?.split('; ')).toHaveLength(4);
  });

  test('a refusal by the control API says what is allowed', async () => {
    const mock = await started();
    const payload = { timeouts: { login_seconds: 0 } };
    await mock.app.inject({ method: 'PATCH', url: '/_mock/settings', payload });
    expect(rowsOf(journalOf(mock))).toMatchObject([
      { outcome: 'refused', found: '/timeouts/login_seconds 0', mend: expect.stringContaining('1') },
    ]);
  });

  test.each([
    ['not yet', undefined, 'Logged in; the application has not asked for tokens yet'],
    [
      'with another redirect URI',
      { redirect_uri: 'http://localhost:3000/other' },
      'Logged in, but the application was refused the tokens',
    ],
    ['as it should be', {}, 'Logged in, and the application has asked for its tokens'],
  ])('tokens asked for %s: %o', async (_how, parameters, ended) => {
    const mock = await started();
    const by = browser(mock.app);
    const answer = await logIn(by, ALEX);
    if (parameters) await redeem(by, callback(answer).get('code'), parameters);
    expect(rowsOf(journalOf(mock))).toMatchObject([{ outcome: 'authenticated', uid: '910000000101', ended }]);
  });
});

test('the file of a log-in has its sequence in words, and its events without a secret', async () => {
  const mock = await started();
  const by = browser(mock.app);
  const { access_token: token } = await tokensOf(by, await logIn(by, ALEX));
  const file = fileOf(onlyLogIn(mock), { issuer: 'the-issuer' });
  expect(file).toMatchObject({ issuer: 'the-issuer', outcome: 'authenticated' });
  expect(file.sequence).toContain('+0.0 s Application to CIS2 mock: Token request: redeem the code');
  expect(file.events).toEqual(onlyLogIn(mock));
  const text = JSON.stringify(file);
  expect(text).not.toContain(token);
  expect(text).not.toContain(CLIENT.client_secret);
});
