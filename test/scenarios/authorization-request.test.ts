/** The scenarios that refuse an authorization request: the very refusal that a request which deserves it gets. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refusalOf, shown } from '../oidc/support.ts';
import { browser, issued, logIn, type Mock, testMock } from '../support/mock.ts';
import { answerOf, appliedBy, codesAt, PERSONA, rowOf, start, strayRows, useOf } from './wire.ts';

type Parameters = Readonly<Record<string, string>>;

/** The request that is refused by itself, and the error on its page. */
const ROWS: Readonly<Record<string, { real: Parameters; error: string; description: string }>> = {
  UNKNOWN_CLIENT: {
    real: { client_id: 'nobody' },
    error: 'invalid_client',
    description: 'Client authentication failed',
  },
  REDIRECT_URI_NOT_REGISTERED: {
    real: { redirect_uri: 'https://elsewhere.example/callback' },
    error: 'redirect_uri_mismatch',
    description: 'The redirection URI provided does not match a pre-registered value.',
  },
};

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
});
afterAll(() => mock.app.close());

/** What only the mock would say: who asked, what there is to mend, and the id of the request. */
const OF_THE_MOCK = /(data-testid="(?:refusal-found|refusal-mend|request-id)">(?:<code[^>]*>)?)[^<]*/g;

async function pageFor(parameters: Parameters = {}) {
  const page = await logIn(browser(mock.app), PERSONA, parameters);
  const answer = answerOf(page);
  return {
    ...answer,
    body: String(answer.body)
      .replaceAll(OF_THE_MOCK, '$1…')
      .replaceAll(/request_id=[\w-]+/g, 'request_id=…'),
    error: shown(page, 'error-code'),
    description: shown(page, 'error-description'),
    journalled: answer.status === 302 ? undefined : (await refusalOf(mock, page)).rule,
  };
}

test.each(codesAt('authorization_request'))('%s is answered like the real thing', async (code) => {
  const { real, error, description } = rowOf(ROWS, code);
  const deserved = await pageFor(real);
  expect(deserved).toMatchObject({ status: 400, error, description });
  const before = await issued(mock);
  const asked = await appliedBy(mock, () => pageFor({ mock_scenario: code }));
  expect(asked.result).toStrictEqual(deserved);
  expect(asked.applied).toEqual([useOf(code, 'authorization_request', 'request')]);
  await start(mock, { code, times: 1 });
  const queued = await appliedBy(mock, () => pageFor());
  expect(queued.result).toStrictEqual(deserved);
  expect(queued.applied).toEqual([useOf(code, 'authorization_request', 'one_shot')]);
  expect(await issued(mock)).toEqual(before);
  expect(await pageFor()).toMatchObject({ status: 302 });
});

test('no row is of a scenario that there is not', () => {
  expect(strayRows(ROWS, 'authorization_request')).toEqual([]);
});
