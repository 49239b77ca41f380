/** Each scenario of the way between, over a real connection: what arrives, and whether the code is still good. */
import { Agent, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  browser,
  CLIENT,
  callback,
  encode,
  logIn,
  type Mock,
  REALM,
  REDIRECT_URI,
  testMock,
} from '../support/mock.ts';
import {
  ABSENT,
  appliedBy,
  codesAt,
  differences,
  HTML_PAGE,
  type Members,
  PERSONA,
  rowOf,
  start,
  strayRows,
  useOf,
} from './wire.ts';

/** What arrived of an answer; nothing where the connection was closed before one began. */
interface Arrived {
  status: number | undefined;
  headers: Members;
  text: string;
  /** Whether all that was announced arrived. */
  isWhole: boolean;
}

interface Row {
  /** What differs from the right answer; undefined where none arrives. */
  differs?: Members;
  /** What is left of the code when the request comes again. */
  codeAfterwards: 'good' | 'used';
}

/** An answer in place of the right one, which is not marked as one of the token endpoint. */
const answer = (status: number, differs: Members): Row => ({
  differs: { status, ...differs },
  codeAfterwards: 'good',
});

const TEMPORARILY_UNAVAILABLE = (status: number, description: string) =>
  answer(status, {
    'headers.retry-after': '30',
    body: { error: 'temporarily_unavailable', error_description: description },
  });

const page = (status: number, heading: string) =>
  answer(status, {
    'headers.content-type': 'text/html; charset=utf-8',
    body: expect.stringContaining(`<h1>${heading}</h1>`),
  });

const ROWS: Readonly<Record<string, Row>> = {
  SLOW_ANSWER: { differs: {}, codeAfterwards: 'used' },
  TOO_MANY_REQUESTS: TEMPORARILY_UNAVAILABLE(429, 'Too many requests.'),
  SERVICE_UNAVAILABLE: TEMPORARILY_UNAVAILABLE(503, 'The service is temporarily unavailable.'),
  INTERNAL_SERVER_ERROR: answer(500, { 'headers.content-type': 'text/plain', body: '' }),
  BAD_GATEWAY: page(502, '502 Bad Gateway'),
  GATEWAY_TIMEOUT: page(504, '504 Gateway Timeout'),
  TRUNCATED_ANSWER: {
    differs: {
      'headers.connection': 'close',
      'headers.keep-alive': ABSENT,
      isWhole: false,
      body: expect.stringMatching(/^\{"access_token":"/),
    },
    codeAfterwards: 'used',
  },
  CONNECTION_DROPPED: { codeAfterwards: 'good' },
};

/** A wait that is short enough for a test. */
const SHORT = 0.05;
const parametersOf = (code: string) => (code === 'SLOW_ANSWER' ? { parameters: { seconds: SHORT } } : {});

const agent = new Agent({ keepAlive: true });

let mock: Mock;
let port: number;
beforeAll(async () => {
  mock = await testMock();
  await mock.app.listen({ port: 0, host: '127.0.0.1' });
  ({ port } = mock.app.server.address() as AddressInfo);
});
afterAll(() => {
  agent.destroy();
  return mock.app.close();
});

/** One request over a connection that may serve for more; undefined where the connection is closed without an answer. */
function send(method: string, path: string, form?: string): Promise<Arrived | undefined> {
  return new Promise((resolve) => {
    const headers = { host: 'localhost:8585', 'content-type': 'application/x-www-form-urlencoded' };
    const sent = httpRequest({ port, host: '127.0.0.1', method, path, agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('error', () => {});
      response.on('close', () =>
        resolve({
          status: response.statusCode,
          headers: response.headers,
          text,
          isWhole: response.complete,
        }),
      );
    });
    sent.on('error', () => resolve(undefined));
    sent.end(form);
  });
}

const OF_THE_MOMENT = ['x-mock-cis2-request-id', 'date', 'content-length'];

/** Such that two answers compare: the tokens of each are its own. */
function comparable({ text, headers, ...rest }: Arrived) {
  const isJson = String(headers['content-type']).startsWith('application/json') && rest.isWhole;
  const body = isJson ? JSON.parse(text) : text;
  const own = isJson && 'access_token' in body ? { access_token: '…', id_token: '…' } : {};
  return {
    ...rest,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_MOMENT.includes(name))),
    body: isJson ? { ...body, ...own } : body,
  };
}

async function codeFor(parameters: Readonly<Record<string, string>> = {}): Promise<string> {
  return callback(await logIn(browser(mock.app), PERSONA, parameters)).get('code') ?? '';
}

const redeem = (code: string) =>
  send(
    'POST',
    `${REALM}/access_token`,
    encode({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, ...CLIENT }),
  );

async function rightAnswer() {
  const right = await redeem(await codeFor());
  if (right?.status !== 200) throw new Error(`no tokens but ${right?.status}: ${right?.text}`);
  return comparable(right);
}

test.each(codesAt('transport'))('%s: this arrives, and the next answer is right', async (code) => {
  const { differs, codeAfterwards } = rowOf(ROWS, code);
  const right = await rightAnswer();
  const issued = await codeFor();
  await start(mock, { code, times: 1, ...parametersOf(code) });
  const before = performance.now();
  const { result, applied } = await appliedBy(mock, () => redeem(issued));
  if (code === 'SLOW_ANSWER') expect(performance.now() - before).toBeGreaterThan(SHORT * 1000 - 5);
  expect(result && differences(right, comparable(result))).toStrictEqual(differs);
  expect(applied).toEqual([useOf(code, 'transport', 'one_shot')]);
  const again = await appliedBy(mock, () => redeem(issued));
  expect(again.applied).toEqual([]);
  const { status, text = '' } = again.result ?? {};
  if (codeAfterwards === 'good') expect(again.result && comparable(again.result)).toStrictEqual(right);
  else expect([status, JSON.parse(text).error]).toEqual([400, 'invalid_grant']);
});

test.each(codesAt('transport').filter((code) => code !== 'SLOW_ANSWER'))(
  '%s: a log-in that asks for it meets it at the token endpoint, and no other log-in does',
  async (code) => {
    const { differs } = rowOf(ROWS, code);
    const right = await rightAnswer();
    const issued = await codeFor({ mock_scenario: code });
    expect(await rightAnswer()).toStrictEqual(right);
    const { result, applied } = await appliedBy(mock, () => redeem(issued));
    expect(result && differences(right, comparable(result))).toStrictEqual(differs);
    expect(applied).toEqual([useOf(code, 'transport', 'request')]);
  },
);

test('no row is of a scenario that there is not', () => {
  expect(strayRows(ROWS, 'transport')).toEqual([]);
});

test('TRUNCATED_ANSWER announces the whole, sends the first half, and closes the connection', async () => {
  const path = `${REALM}/.well-known/openid-configuration`;
  const right = await send('GET', path);
  await start(mock, { code: 'TRUNCATED_ANSWER', endpoint: 'discovery', times: 1 });
  const half = await send('GET', path);
  expect(half).toMatchObject({ status: 200, isWhole: false });
  expect(half?.headers['content-length']).toBe(right?.headers['content-length']);
  expect(half?.text).toBe(right?.text.slice(0, Math.ceil(right.text.length / 2)));
});

test('CONNECTION_DROPPED is an error at once for who injects requests without a connection', async () => {
  await start(mock, { code: 'CONNECTION_DROPPED', endpoint: 'discovery', times: 1 });
  const injected = mock.app.inject(`${REALM}/.well-known/openid-configuration`);
  await expect(injected).rejects.toThrow('destroyed before completion');
});

describe('each endpoint can be met, and no other one is:', () => {
  const REQUESTS: Readonly<Record<string, readonly [method: string, path: string]>> = {
    discovery: ['GET', '/.well-known/openid-configuration'],
    jwks: ['GET', '/connect/jwk_uri'],
    authorize: ['GET', '/authorize'],
    token: ['POST', '/access_token'],
    userinfo: ['GET', '/userinfo'],
    end_session: ['GET', '/connect/endSession'],
    revoke: ['POST', '/token/revoke'],
    introspect: ['POST', '/introspect'],
  };

  const statusAt = async (endpoint: string) => {
    const [method, path] = rowOf(REQUESTS, endpoint);
    return (await send(method, `${REALM}${path}`))?.status;
  };

  test.each(Object.keys(REQUESTS))('%s', async (endpoint) => {
    await start(mock, { code: 'SERVICE_UNAVAILABLE', endpoint, times: 1 });
    for (const other of Object.keys(REQUESTS).filter((each) => each !== endpoint)) {
      expect([other, await statusAt(other)]).not.toEqual([other, 503]);
    }
    expect(await statusAt(endpoint)).toBe(503);
    expect(await statusAt(endpoint)).not.toBe(503);
  });

  test('a page that asks whether it may call uses nothing up', async () => {
    await start(mock, { code: 'SERVICE_UNAVAILABLE', times: 1 });
    expect((await send('OPTIONS', `${REALM}/access_token`))?.status).toBe(204);
    expect(await statusAt('token')).toBe(503);
  });
});

test('a page in place of an answer is a whole one', async () => {
  for (const code of ['BAD_GATEWAY', 'GATEWAY_TIMEOUT']) {
    await start(mock, { code, times: 1 });
    expect((await redeem('any'))?.text).toEqual(HTML_PAGE);
  }
});
