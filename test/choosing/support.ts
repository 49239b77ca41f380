/** What tests of choosing share: one mock, taken back to its fixtures before each, and its log-ins. */
import { beforeAll, beforeEach } from 'vitest';
import { call, change, read } from '../support/control.ts';
import {
  authorizeUrl,
  type Browser,
  browser,
  callback,
  claimsOf,
  encode,
  type Mock,
  redeem,
  testMock,
} from '../support/mock.ts';

export const ALEX = { account: 'alex.bound@nhs.net', uid: '910000000101' };
export const WES = { account: 'wes.wrongrole@nhs.net', uid: '910000000115' };

export type Parameters = Readonly<Record<string, string>>;

/** One mock for a file; each test begins at the fixtures. */
export function sharedMock(): { get: () => Mock } {
  let mock: Mock | undefined;
  beforeAll(async () => {
    mock = await testMock();
  });
  const get = () => {
    if (!mock) throw new Error('the mock is made before the first test');
    return mock;
  };
  beforeEach(() => change(get(), 'POST', '/_mock/reset'));
  return { get };
}

export const logInAs = (mock: Mock, persona: string, parameters: Parameters = {}, by?: Browser) =>
  (by ?? browser(mock.app)).get(authorizeUrl({ mock_login: persona, ...parameters }));

/** The claims of the ID token of a whole log-in. */
export async function claimsFor(mock: Mock, persona: string, parameters: Parameters = {}) {
  const by = browser(mock.app);
  const code = callback(await logInAs(mock, persona, parameters, by)).get('code');
  return claimsOf((await redeem(by, code)).json().id_token);
}

export interface Explanation {
  accepted: boolean;
  client_id: string;
  interaction: { pages: boolean; persona?: string; decided_by: string; why: string };
  on_login_failure: { value: string; decided_by: string };
  outcome: { outcome: string; rule: string; found: string; expected: string; mend: string } | null;
  scenarios: {
    code: string;
    place: string;
    endpoint: string;
    decides: boolean;
    decided_by: string;
    why: string;
  }[];
  error?: string;
  error_description?: string;
  refusal?: Readonly<Record<string, string>>;
}

export const explainAt = (mock: Mock, parameters: Parameters = {}) =>
  call(mock, 'GET', `/_mock/explain?${encode(parameters)}`);

export async function explain(mock: Mock, parameters: Parameters = {}): Promise<Explanation> {
  return read(mock, `/_mock/explain?${encode(parameters)}`);
}

/** Which scenario would act there, and on whose word. */
export async function decisionAt(mock: Mock, place: string, parameters: Parameters) {
  const { scenarios } = await explain(mock, parameters);
  const deciding = scenarios.filter((each) => each.place === place && each.decides);
  return deciding.map(({ code, decided_by }) => ({ scenario: code, decided_by }));
}
