/** Each scenario that ends a log-in: its page, its error callback, and that nothing was issued that could be a token. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageOf } from '../oidc/support.ts';
import { browser, issued, logIn, type Mock, outcomeOf, REDIRECT_URI, testMock } from '../support/mock.ts';
import { appliedBy, codesAt, ISSUER, PERSONA, redirectOf, rowOf, start, strayRows, useOf } from './wire.ts';

interface Row {
  outcome: string;
  /** The status of the page that ends the log-in; none where the person never stays at the provider. */
  page?: number;
  /** What the application is told; none where it never hears of it. */
  error?: string;
  description?: string;
}

const ROWS: Readonly<Record<string, Row>> = {
  INTERNAL_ERROR: {
    outcome: 'internal_error',
    page: 500,
    error: 'server_error',
    description: 'A temporary internal error. Try again.',
  },
  TEMPORARILY_UNAVAILABLE: {
    outcome: 'internal_error',
    page: 500,
    error: 'temporarily_unavailable',
    description: 'A temporary internal error. Try again.',
  },
  UNEXPECTED_ERROR: {
    outcome: 'internal_error',
    page: 500,
    error: 'unexpected_error',
    description: 'A temporary internal error. Try again.',
  },
  TIMED_OUT: {
    outcome: 'timed_out',
    page: 400,
    error: 'access_denied',
    description: 'The log-in timed out: the person took too long.',
  },
  NHSMAIL_NOT_REGISTERED: {
    outcome: 'nhsmail_not_registered',
    page: 403,
    error: 'access_denied',
    description: 'The NHSmail account is not registered as an authenticator.',
  },
  ORGANISATION_NOT_IN_PRIVATE_BETA: {
    outcome: 'organisation_not_in_private_beta',
    page: 403,
    error: 'access_denied',
    description: 'The organisation is not in the private beta of the NHSmail authenticator.',
  },
  NHSMAIL_DECLINED: {
    outcome: 'nhsmail_declined',
    page: 403,
    error: 'access_denied',
    description: 'The person did not finish signing in to NHSmail.',
  },
  AUTHENTICATOR_TOO_WEAK: {
    outcome: 'authenticator_too_weak',
    page: 403,
    error: 'access_denied',
    description: 'The authenticator does not reach the requested assurance.',
  },
  NO_ROLE: {
    outcome: 'no_role',
    page: 403,
    error: 'access_denied',
    description: 'No role was selected.',
  },
  ACCESS_DENIED: {
    outcome: 'access_denied',
    error: 'access_denied',
    description: 'The person did not log in.',
  },
  ABANDONED: { outcome: 'abandoned', page: 403 },
};

type How = 'page' | 'redirect';

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
});
afterAll(() => mock.app.close());

/** A log-in whose failure goes there, and what it leaves behind at the provider. */
async function failing(how: How, parameters: Readonly<Record<string, string>> = {}) {
  const by = browser(mock.app);
  const before = await issued(mock);
  const answer = await logIn(by, PERSONA, { mock_on_failure: how, ...parameters });
  const isPage = answer.headers.location === undefined;
  return {
    outcome: outcomeOf(answer),
    ...(isPage ? { page: answer.statusCode, shows: pageOf(answer) } : redirectOf(answer)),
    cookies: [...by.cookies.keys()],
    hasIssued: JSON.stringify(await issued(mock)) !== JSON.stringify(before),
  };
}

function expected({ outcome, page, error, description }: Row, how: How) {
  const staysHere = page !== undefined && (how === 'page' || error === undefined);
  return {
    outcome,
    ...(staysHere
      ? { page, shows: `outcome-${outcome}` }
      : {
          status: 302,
          address: REDIRECT_URI,
          parameters: [
            ['error', error],
            ['error_description', description],
            ['state', 'the-state'],
            ['iss', ISSUER],
          ],
        }),
    cookies: ['mock_cis2_browser'],
    hasIssued: false,
  };
}

const BOTH = codesAt('login').flatMap((code) => [[code, 'page'] as const, [code, 'redirect'] as const]);

test.each(BOTH)(
  '%s, failures going to the %s: just this is sent, and nothing is issued',
  async (code, how) => {
    const row = rowOf(ROWS, code);
    const asked = await appliedBy(mock, () => failing(how, { mock_scenario: code }));
    expect(asked.result).toStrictEqual(expected(row, how));
    expect(asked.applied).toEqual([useOf(code, 'login', 'request')]);
    await start(mock, { code, times: 1 });
    const queued = await appliedBy(mock, () => failing(how));
    expect(queued.result).toStrictEqual(expected(row, how));
    expect(queued.applied).toEqual([useOf(code, 'login', 'one_shot')]);
    const after = await appliedBy(mock, () => failing(how));
    expect(after.result).toMatchObject({ outcome: 'authenticated', hasIssued: true });
    expect(after.applied).toEqual([]);
  },
);

test('no row is of a scenario that there is not', () => {
  expect(strayRows(ROWS, 'login')).toEqual([]);
});

describe('the page is the one that people bring about themselves:', () => {
  const REAL: Readonly<Record<string, readonly [persona: string, parameters?: Record<string, string>]>> = {
    TIMED_OUT: ['sol.slow@nhs.net'],
    NHSMAIL_NOT_REGISTERED: ['uma.unbound@nhs.net'],
    ORGANISATION_NOT_IN_PRIVATE_BETA: ['bea.notinbeta@nhs.net'],
    AUTHENTICATOR_TOO_WEAK: [PERSONA, { acr_values: 'AAL3_ANY' }],
  };

  /** What CIS2 would show: without the mock’s own panel, and without the ids of the log-in and the account. */
  const shown = (page: string, persona: string) =>
    page
      .split('data-testid="mock-panel"')[0]
      ?.replaceAll(/\/login\/[\w-]+/g, '/login/…')
      .replaceAll(persona, '…');

  test.each(Object.entries(REAL))('%s', async (code, [persona, parameters = {}]) => {
    const real = await logIn(browser(mock.app), persona, parameters);
    const scenario = await logIn(browser(mock.app), PERSONA, { mock_scenario: code });
    expect(scenario.statusCode).toBe(real.statusCode);
    expect(shown(scenario.body, PERSONA)).toBe(shown(real.body, persona));
  });
});
