/** What /metrics tells, line by line. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { createHistogram, createTally } from '../../src/metrics/tally.ts';
import {
  authorizeUrl,
  browser,
  CLIENT,
  callback,
  logIn,
  type Mock,
  REALM,
  redeem,
  testMock,
} from '../support/mock.ts';

const open: Mock[] = [];
afterEach(async () => {
  for (const mock of open.splice(0)) await mock.app.close();
});

async function mockWith(options: Parameters<typeof testMock>[0] = {}): Promise<Mock> {
  const mock = await testMock(options);
  open.push(mock);
  return mock;
}

/** The lines of one metric. */
async function linesOf({ app }: Mock, name: string): Promise<string[]> {
  const { body } = await app.inject('/metrics');
  return body.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

const above = (lines: string[]) => lines.filter((line) => !line.endsWith(' 0'));

describe('after log-ins that are known', () => {
  async function mockAfterLogIns() {
    const mock = await mockWith({
      fixtures: {
        extends: 'default',
        clients: [
          {
            client_id: 'refreshing',
            client_secret: 'refreshing-secret',
            token_endpoint_auth_method: 'client_secret_post',
            redirect_uris: ['https://app.example.test/callback'],
            default_acr_values: ['AAL2_OR_AAL3_ANY'],
            grant_types: ['authorization_code', 'refresh_token'],
          },
        ],
      },
    });
    const by = browser(mock.app);
    const code = callback(await logIn(by, 'alex.bound@nhs.net')).get('code');
    await redeem(by, code);
    await redeem(by, code);
    await logIn(browser(mock.app), 'uma.unbound@nhs.net');
    await logIn(browser(mock.app), 'bea.notinbeta@nhs.net');
    await logIn(browser(mock.app), 'robin.roles@nhs.net', { mock_scenario: 'INTERNAL_ERROR' });
    await by.get(authorizeUrl({ client_id: 'nobody' }));
    await mock.app.inject({
      method: 'POST',
      url: '/_mock/tokens',
      payload: { persona: 'alex.bound@nhs.net', client_id: 'refreshing' },
    });
    const refreshing = { client_id: 'refreshing', redirect_uri: 'https://app.example.test/callback' };
    const again = callback(await logIn(browser(mock.app), 'alex.bound@nhs.net', refreshing)).get('code');
    const secret = { ...refreshing, client_secret: 'refreshing-secret' };
    const { refresh_token } = (await redeem(by, again, secret)).json();
    await by.post(`${REALM}/access_token`, { grant_type: 'refresh_token', refresh_token, ...secret });
    return mock;
  }

  test('they are counted by how they ended, and what never happened is zero', async () => {
    const lines = await linesOf(await mockAfterLogIns(), 'mock_cis2_logins_total');

    expect(above(lines).sort()).toEqual([
      'mock_cis2_logins_total{outcome="authenticated"} 2',
      'mock_cis2_logins_total{outcome="internal_error"} 1',
      'mock_cis2_logins_total{outcome="nhsmail_not_registered"} 1',
      'mock_cis2_logins_total{outcome="organisation_not_in_private_beta"} 1',
    ]);
    expect(lines).toContain('mock_cis2_logins_total{outcome="abandoned"} 0');
  });

  test('so are tokens, scenarios and what was refused', async () => {
    const mock = await mockAfterLogIns();

    expect(await linesOf(mock, 'mock_cis2_tokens_issued_total')).toEqual([
      'mock_cis2_tokens_issued_total{grant_type="authorization_code"} 2',
      'mock_cis2_tokens_issued_total{grant_type="refresh_token"} 1',
      'mock_cis2_tokens_issued_total{grant_type="control_api"} 1',
    ]);
    expect(await linesOf(mock, 'mock_cis2_scenarios_applied_total')).toEqual([
      'mock_cis2_scenarios_applied_total{scenario="INTERNAL_ERROR"} 1',
    ]);
    expect(await linesOf(mock, 'mock_cis2_refused_requests_total')).toEqual([
      `mock_cis2_refused_requests_total{route="${REALM}/access_token",error="invalid_grant"} 1`,
      `mock_cis2_refused_requests_total{route="${REALM}/authorize",error="invalid_client"} 1`,
    ]);
  });

  test('answers are counted by route, method and status, with their durations', async () => {
    const mock = await mockAfterLogIns();
    const name = 'mock_cis2_http_request_duration_seconds';
    const counts = await linesOf(mock, `${name}_count`);

    expect(counts).toContain(`${name}_count{method="POST",route="${REALM}/access_token",status="200"} 3`);
    expect(counts).toContain(`${name}_count{method="POST",route="${REALM}/access_token",status="400"} 1`);
    expect(counts).toContain(`${name}_count{method="GET",route="${REALM}/authorize",status="403"} 2`);
    const all = await linesOf(mock, `${name}_bucket`);
    const token200 = all.filter((line) => line.includes('access_token",status="200"'));
    expect(token200.at(-1)).toContain('le="+Inf"} 3');
    const upTo = token200.map((line) => Number(line.split(' ').at(-1)));
    expect(upTo).toEqual(upTo.toSorted((a, b) => a - b));
    // The first scrape is counted by the second.
    expect(await linesOf(mock, `${name}_count`)).toContain(
      `${name}_count{method="GET",route="/metrics",status="200"} 2`,
    );
  });

  test('records are counted by kind, environments by number', async () => {
    const mock = await mockAfterLogIns();
    await mock.app.inject(`/env/one${REALM}/connect/jwk_uri`);

    expect(await linesOf(mock, 'mock_cis2_environments')).toEqual(['mock_cis2_environments 2']);
    const kinds = await linesOf(mock, 'mock_cis2_store_records');
    expect(kinds.filter((line) => /\{kind="(sessions?)"\}/.test(line))).toHaveLength(1);
  });

  test('no label names an environment, a person, a client or an address', async () => {
    const mock = await mockAfterLogIns();
    await mock.app.inject(`/env/secret-name${REALM}/userinfo`);
    await mock.app.inject('/login/of-somebody-or-other');
    await mock.app.inject('/nowhere/at-all');

    const { body } = await mock.app.inject('/metrics');

    expect(body).not.toMatch(/secret-name|alex\.bound|refreshing|of-somebody|at-all|910000000101/);
    expect(body).toContain('route="/login/:loginId"');
    expect(body).toContain('route="(none)",status="404"');
  });
});

test('logout tokens are counted by what the client answered', async () => {
  const mock = await mockWith({
    fixtures: {
      extends: 'default',
      clients: [
        {
          ...CLIENT,
          token_endpoint_auth_method: 'client_secret_post',
          redirect_uris: ['http://localhost:3000/callback'],
          default_acr_values: ['AAL2_OR_AAL3_ANY'],
          backchannel_logout_uri: 'http://127.0.0.1:1/logout',
        },
      ],
    },
  });
  const answers = [
    { status: 200, body: '' },
    { status: 302, body: '' },
    { status: 404, body: '' },
    { failure: 'x' },
  ];
  mock.environment.post = async () => answers.shift() ?? { status: 503, body: '' };
  for (let session = 0; session < 4; session++) {
    await logIn(browser(mock.app), 'alex.bound@nhs.net');
    const { sid } = (await mock.app.inject('/_mock/sessions')).json()[0].clients[0];
    await mock.app.inject({ method: 'POST', url: `/_mock/sessions/${encodeURIComponent(sid)}/logout` });
    await mock.environment.background.settled();
  }

  // The fourth got no answer, and was tried again.
  expect(await linesOf(mock, 'mock_cis2_logout_deliveries_total')).toEqual([
    'mock_cis2_logout_deliveries_total{result="accepted"} 1',
    'mock_cis2_logout_deliveries_total{result="redirect"} 1',
    'mock_cis2_logout_deliveries_total{result="refused"} 1',
    'mock_cis2_logout_deliveries_total{result="server_error"} 1',
    'mock_cis2_logout_deliveries_total{result="no_answer"} 1',
  ]);
});

test('a call that the control API refuses is counted by its status', async () => {
  const mock = await mockWith();
  await mock.app.inject('/_mock/people/nobody');

  expect(await linesOf(mock, 'mock_cis2_refused_requests_total')).toEqual([
    'mock_cis2_refused_requests_total{route="/_mock/people/:uid",error="problem_404"} 1',
  ]);
});

test('several mocks in one process count apart, and tell of the process', async () => {
  const [first, second] = [await mockWith(), await mockWith()];
  await logIn(browser(first.app), 'alex.bound@nhs.net');

  const name = 'mock_cis2_logins_total{outcome="authenticated"}';
  expect(await linesOf(first, 'mock_cis2_logins_total')).toContain(`${name} 1`);
  expect(await linesOf(second, 'mock_cis2_logins_total')).toContain(`${name} 0`);
  expect((await linesOf(second, 'process_resident_memory_bytes')).length).toBe(1);
});

test('each metric has its help and its type, and the text is what Prometheus reads', async () => {
  const { app } = await mockWith();
  const response = await app.inject('/metrics');

  expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(response.headers['cache-control']).toBe('no-store');
  const line =
    /^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})? (?:[-+.\de]+|Nan|\+Inf))$/;
  expect(response.body.split('\n').filter((text) => text !== '' && !line.test(text))).toEqual([]);
});

test('docs/operation.md lists the metrics that there are', async () => {
  const { app } = await mockWith();
  const told = [...(await app.inject('/metrics')).body.matchAll(/^# TYPE (mock_cis2_\w+) /gm)].map(
    ([, name]) => name,
  );
  const page = readFileSync(new URL('../../docs/operation.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `(mock_cis2_\w+)` \|/gm)].map(([, name]) => name);

  expect(told.length).toBeGreaterThan(5);
  expect(documented.sort()).toEqual(told.sort());
});

describe('however many values a label has', () => {
  test('a counter has so many series and no more; the rest is other', () => {
    const tally = createTally(['a', 'b'], 2);
    for (const value of ['1', '2', '3', '4', '1']) tally.add([value, 'x']);

    expect(tally.samples()).toEqual([
      { labels: { a: '1', b: 'x' }, value: 2 },
      { labels: { a: '2', b: 'x' }, value: 1 },
      { labels: { a: 'other', b: 'other' }, value: 2 },
    ]);
  });

  test('and so has a histogram', () => {
    const histogram = createHistogram(['a'], 1);
    for (const value of ['1', '2', '3']) histogram.observe([value], 100);

    const counts = histogram.samples().filter(({ suffix }) => suffix === '_count');
    expect(counts).toEqual([
      { suffix: '_count', labels: { a: '1' }, value: 1 },
      { suffix: '_count', labels: { a: 'other' }, value: 2 },
    ]);
  });
});
