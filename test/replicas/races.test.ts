import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  assertionClaims,
  byAssertion,
  EXAMPLE_JWK,
  EXAMPLE_KEY,
  KEY_CLIENT,
  sign,
} from '../protocol/support.ts';
import {
  authorizeUrl,
  type Browser,
  browser,
  callback,
  encode,
  logIn,
  outcomeOf,
  REALM,
  REDIRECT_URI,
  redeem,
} from '../support/mock.ts';
import { balanced, closeAll, type RedisServer, type Replica, redisServer, replicasOf } from './support.ts';

const ALEX = 'alex.bound@nhs.net';

/** Requests at once. */
const MANY = 24;

let redis: RedisServer;
let replicas: Replica[];
let by: Browser;

beforeAll(async () => {
  redis = await redisServer();
  replicas = await replicasOf(redis.url, 3, {
    fixtures: {
      extends: 'default',
      clients: [
        {
          client_id: 'refreshing',
          client_secret: 'secret',
          token_endpoint_auth_method: 'client_secret_post',
          redirect_uris: [REDIRECT_URI],
          grant_types: ['authorization_code', 'refresh_token'],
          default_acr_values: ['AAL2_OR_AAL3_ANY'],
        },
      ],
    },
  });
  by = browser(balanced(replicas));
});
afterAll(async () => {
  await closeAll(replicas);
  await redis.stop();
});

const times = <T>(work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: MANY }, (_, index) => work(index)));

const successes = (answers: readonly { statusCode: number }[]) =>
  answers.filter(({ statusCode }) => statusCode === 200).length;

const post = (form: Readonly<Record<string, string>>) => by.post(`${REALM}/access_token`, form);

describe(`of ${MANY} requests that reach three replicas at the same moment`, () => {
  test('one redeems the code', async () => {
    for (let round = 0; round < 5; round++) {
      const code = callback(await logIn(by, ALEX)).get('code');
      expect(successes(await times(() => redeem(by, code)))).toBe(1);
    }
  });

  test('one uses the refresh token', async () => {
    const credentials = { client_id: 'refreshing', client_secret: 'secret' };
    const code = callback(await logIn(by, ALEX, { client_id: 'refreshing' })).get('code');
    const { refresh_token: token } = (await redeem(by, code, credentials)).json();
    const answers = await times(() =>
      post({ grant_type: 'refresh_token', refresh_token: token, ...credentials }),
    );
    expect(successes(answers)).toBe(1);
  });

  test('one uses the client assertion, by its jti', async () => {
    const now = Math.floor(Date.now() / 1000);
    const assertion = await sign(assertionClaims(KEY_CLIENT, { iat: now, exp: now + 60 }), EXAMPLE_KEY, {
      alg: 'RS512',
      kid: EXAMPLE_JWK.kid,
    });
    const ask = async () =>
      post({
        grant_type: 'authorization_code',
        code: 'none',
        redirect_uri: REDIRECT_URI,
        ...byAssertion(assertion),
      });
    const errors = (await times(ask)).map((answer) => answer.json().error as string);
    // The one that authenticates the client comes as far as the code, which there is none of.
    expect(errors.filter((error) => error === 'invalid_grant')).toHaveLength(1);
    expect(errors.filter((error) => error === 'invalid_client')).toHaveLength(MANY - 1);
  });

  test('as many meet a one-shot scenario as it has times', async () => {
    await balanced(replicas).inject({
      method: 'POST',
      url: '/_mock/scenarios',
      payload: { code: 'INTERNAL_ERROR', times: 7 },
    });
    const outcomes = (
      await times(() => browser(balanced(replicas)).get(authorizeUrl({ mock_login: ALEX })))
    ).map(outcomeOf);
    expect(outcomes.filter((outcome) => outcome === 'internal_error')).toHaveLength(7);
    expect(outcomes.filter((outcome) => outcome === 'authenticated')).toHaveLength(MANY - 7);
  });

  test('one makes the environment', async () => {
    const load = balanced(replicas);
    const answers = await times(() =>
      load.inject({ method: 'POST', url: '/_mock/environments', payload: { name: 'one' } }),
    );
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, ...Array(MANY - 1).fill(409)]);
  });

  test('each changes what it is about, and none undoes another’s change', async () => {
    const load = balanced(replicas);
    const added = await times((index) =>
      load.inject({
        method: 'PUT',
        url: `/_mock/organisations/T${index}`,
        payload: { org_name: `Test organisation ${index}`, nhsmail_private_beta: true },
      }),
    );
    expect(added.map(({ statusCode }) => statusCode)).toEqual(Array(MANY).fill(201));
    for (const { app } of replicas) {
      const organisations = (await app.inject('/_mock/organisations')).json() as { org_code: string }[];
      expect(organisations.filter(({ org_code: code }) => /^T\d+$/.test(code))).toHaveLength(MANY);
    }
  });

  test('each moves the clock on', async () => {
    const load = balanced(replicas);
    const clock = (body: object) =>
      load.inject({ method: 'POST', url: '/env/moved/_mock/clock', payload: body });
    await clock({ freeze: '2026-01-01T00:00:00Z' });
    await times(() => clock({ advance_seconds: 1 }));
    const { now } = (await load.inject({ method: 'GET', url: '/env/moved/_mock/clock' })).json();
    expect(Date.parse(now)).toBe(Date.parse('2026-01-01T00:00:00Z') + MANY * 1000);
  });
});

test('a form that two replicas are sent at once carries the log-in on once', async () => {
  const alone = browser(balanced(replicas));
  const login = String((await alone.get(authorizeUrl())).headers.location);
  await alone.post(`${login}/authenticator`, { authenticator: 'nhsmail' });
  await alone.post(`${login}/nhsmail`, { email: ALEX, password: 'password' });
  const answers = await times(() =>
    balanced(replicas).inject({
      method: 'POST',
      url: `${login}/number-match`,
      cookies: Object.fromEntries(alone.cookies),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: encode({ answer: 'approve' }),
    }),
  );
  expect(answers.filter((answer) => outcomeOf(answer) === 'authenticated')).toHaveLength(1);
});
