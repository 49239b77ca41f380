/** Whatever comes back in a header is one line: no CR, no LF, no other header, in every value that is reflected. */
import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
  testMock,
} from '../support/mock.ts';
import { type Listening, listening, raw, stop } from './connections.ts';

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
});
afterAll(() => mock.app.close());

const BREAKS = [
  '\r\nx-injected: yes',
  '\nx-injected: yes',
  '\rx-injected: yes',
  '\u2028x-injected: yes',
  '嘊x-injected: yes',
  '\u0000x-injected: yes',
  '\u0085x-injected: yes',
];

/** No header of ours has a control character or what is outside ASCII, and none of its own was added. */
function expectOneLineEach({ headers, statusCode }: LightMyRequestResponse) {
  expect(statusCode).toBeLessThan(500);
  expect(headers).not.toHaveProperty('x-injected');
  for (const [name, value] of Object.entries(headers))
    expect(String(value), name).toMatch(/^[\t\x20-\x7e]*$/);
}

describe.each(BREAKS)('with %j in it', (text) => {
  test.each([
    'client_id',
    'redirect_uri',
    'state',
    'nonce',
    'scope',
    'response_type',
    'prompt',
    'acr_values',
    'login_hint',
    'ui_locales',
    'id_token_hint',
    'mock_login',
    'mock_scenario',
    'mock_role',
  ])('a parameter of the authorization endpoint: %s', async (name) => {
    const good = name === 'redirect_uri' ? 'http://localhost:3000/callback' : 'openid';
    for (const value of [text, good + text])
      for (const mock_login of [undefined, 'alex.bound@nhs.net']) {
        const parameters = { ...(mock_login ? { mock_login } : {}), [name]: value };
        expectOneLineEach(await mock.app.inject(authorizeUrl(parameters)));
        expectOneLineEach(
          await mock.app.inject({
            method: 'POST',
            url: `${REALM}/authorize`,
            payload: authorizeUrl(parameters).split('?')[1] ?? '',
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          }),
        );
      }
  });

  test.each(['state', 'post_logout_redirect_uri', 'client_id', 'id_token_hint'])(
    'a parameter of the logout endpoint: %s',
    async (name) => {
      const good = {
        client_id: 'mock-client',
        post_logout_redirect_uri: 'http://localhost:3000/out',
        state: 's',
      };
      expectOneLineEach(
        await mock.app.inject(`${REALM}/connect/endSession?${encode({ ...good, [name]: text })}`),
      );
    },
  );

  test('what stands in a path: a log-in, an environment, a journal’s event, a file', async () => {
    const part = encodeURIComponent(text);
    for (const url of [
      `/login/${part}`,
      `/login/${part}/nhsmail`,
      `/env/${part}/`,
      `/env/a${part}/login/x/nhsmail`,
      `/journal/${part}`,
      `/journal?request_id=${part}`,
      `/demo/result/${part}`,
      `/demo/callback?state=${part}&code=${part}`,
      `/demo/logged-out?state=${part}`,
      `/assets/${part}`,
      `/pages/${part}`,
      `/${part}`,
      `${REALM}/${part}`,
      `/_mock/people/${part}`,
      `/_mock/${part}`,
    ])
      expectOneLineEach(await mock.app.inject(url));
  });

  test('the state that goes back to the application arrives whole', async () => {
    const answer = await logIn(browser(mock.app), 'alex.bound@nhs.net', { state: `s${text}` });
    expectOneLineEach(answer);
    if (answer.headers.location?.includes('code=')) expect(callback(answer).get('state')).toBe(`s${text}`);
  });

  test('the credentials of a client', async () => {
    const by = browser(mock.app);
    for (const parameters of [
      { client_id: text },
      { client_secret: text },
      { redirect_uri: text },
      { grant_type: text },
    ])
      expectOneLineEach(await redeem(by, 'x', { ...CLIENT, ...parameters }));
  });
});

describe('on the wire', () => {
  let here: Listening;
  beforeAll(async () => {
    here = await listening();
  });
  afterAll(() => stop(here));

  test.each([
    'Cookie: mock_cis2_browser=a%0d%0ax-injected: yes',
    'Cookie: mock_cis2_session=a%0d%0ax-injected: yes',
    'Origin: http://localhost:3000%0d%0ax-injected: yes',
    'x-request-id: a%0d%0ax-injected: yes',
    'Authorization: Bearer a%0d%0ax-injected: yes',
    'Accept: text/html%0d%0ax-injected: yes',
  ])('no header of a request comes back as a line of its own: %s', async (header) => {
    for (const path of [authorizeUrl(), `${REALM}/userinfo`, '/nowhere']) {
      const answer = await raw(
        here.port,
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${header}\r\nConnection: close\r\n\r\n`,
      );
      const [head = ''] = answer.split('\r\n\r\n', 1);
      expect(head).toMatch(/^HTTP\/1\.1 [234]\d\d /);
      expect(head).not.toMatch(/^x-injected/im);
    }
  });

  test('the Host header never stands in an address that a browser is sent to', async () => {
    for (const path of [
      authorizeUrl(),
      authorizeUrl({ mock_login: 'alex.bound@nhs.net' }),
      `${REALM}/connect/endSession?state=x`,
      '/demo/log-in',
      '/assets',
      '/assets/',
    ]) {
      const answer = await raw(
        here.port,
        `GET ${path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
      );
      const [head = ''] = answer.split('\r\n\r\n', 1);
      expect(head).not.toMatch(/^(?:location|set-cookie|refresh|link):.*evil\.example/im);
    }
  });
});
