/** What the client says when something is wrong: what, where, and how to mend it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ConnectOptions,
  connectMockCis2,
  type MockCis2,
  MockCis2Error,
  startMockCis2,
  type WaitOptions,
} from '../../src/index.ts';
import { listen } from '../relying-parties/support.ts';
import { errorOf, type Held, WAYS } from './support.ts';

describe.each(WAYS)('a mock $way', ({ hold }) => {
  let held: Held;
  let cis2: MockCis2;
  beforeAll(async () => {
    held = await hold();
    cis2 = held.cis2;
  });
  afterAll(() => held.stop());

  test('throws a refusal with its status, its faults and near matches', async () => {
    const error = await errorOf(cis2.setScenario('INTERNAL_EROR'));
    expect(error).toBeInstanceOf(MockCis2Error);
    expect(error).toMatchObject({
      status: 400,
      detail: 'The value is not allowed.',
      faults: [
        { pointer: '/code', found: '"INTERNAL_EROR"', allowed: expect.stringContaining('INTERNAL_ERROR') },
      ],
      message: expect.stringMatching(
        /^POST \/_mock\/scenarios was refused with 400: [\s\S]*\/code: found "INTERNAL_EROR"/,
      ),
    });
  });

  test('throws 404 for what is not there', async () => {
    expect(await errorOf(cis2.personas.get('000000000000'))).toMatchObject({
      status: 404,
      message: expect.stringContaining('GET /_mock/people lists what there is'),
    });
  });

  test('throws how a log-in would end for a persona who gets no tokens', async () => {
    expect(await errorOf(cis2.mintTokens({ persona: 'uma.unbound@nhs.net' }))).toMatchObject({
      status: 409,
      detail: expect.stringContaining('nhsmail_not_registered'),
    });
  });

  test('tells what happened instead of an event that did not come', async () => {
    await cis2.reset();
    await cis2.logIn({ persona: 'uma.unbound@nhs.net' });
    const waiting = cis2.journal.waitFor({ kind: 'logout_token_sent' }, { timeoutSeconds: 0 });
    expect(await errorOf(waiting)).toMatchObject({
      name: 'MockCis2Error',
      message: expect.stringMatching(
        /^No event \{"kind":"logout_token_sent"\} came within 0 seconds: The latest of \d+ other events:[\s\S]*rule_decided: [\s\S]*nhsmail_not_registered/,
      ),
    });
  });

  test('ends a wait for an event when its time is over', async () => {
    const waiting = cis2.journal.waitFor({ kind: 'key_changed' }, { timeoutSeconds: 0.05 });
    expect(await errorOf(waiting)).toMatchObject({
      message: expect.stringContaining('No event {"kind":"key_changed"} came within 0.05 seconds'),
    });
  });

  test('refuses every call after it was closed', async () => {
    const { cis2: closing, stop } = await hold();
    await closing.close();
    await closing.close();
    expect(await errorOf(closing.personas.list())).toMatchObject({
      name: 'MockCis2Error',
      status: undefined,
      message: 'GET /_mock/people was not sent: This mock was closed before.',
    });
    await stop();
  });
});

describe('a mock with a control token', () => {
  const TOKEN = 'a-token-of-this-test';
  let cis2: MockCis2;
  beforeAll(async () => {
    cis2 = await startMockCis2({ logLevel: 'silent', controlToken: TOKEN });
  });
  afterAll(() => cis2.close());

  test('is driven by who started it, who has the token already', async () => {
    expect((await cis2.personas.get('910000000101')).given_name).toBe('Alex');
  });

  test('is driven from elsewhere with the token', async () => {
    const connected = await connectMockCis2(cis2.url, { controlToken: TOKEN });
    expect((await connected.logIn({ persona: 'alex.bound@nhs.net' })).outcome).toBe('authenticated');
  });

  test('takes no option that there is not, and says which there are', async () => {
    const options = { token: TOKEN } as ConnectOptions;
    expect(await errorOf(connectMockCis2(cis2.url, options))).toMatchObject({
      faults: [{ pointer: 'token', found: 'an unknown option', allowed: 'controlToken' }],
    });
    const waiting = { timeout: 1 } as WaitOptions;
    expect(await errorOf(cis2.journal.waitFor({ kind: 'refused' }, waiting))).toMatchObject({
      faults: [{ pointer: 'timeout', allowed: 'timeoutSeconds' }],
    });
  });

  test.each([{}, { controlToken: 'another-token' }])(
    'is not connected to with %o, and says why',
    async (options) => {
      expect(await errorOf(connectMockCis2(cis2.url, options))).toMatchObject({
        status: 401,
        detail: expect.stringContaining('Authorization: Bearer'),
      });
    },
  );
});

describe('connecting', () => {
  test.each(['', 'localhost:8585', 'ftp://localhost', 'http://localhost/env/not%20a%20name/'])(
    'to %o is refused with what an address is',
    async (url) => {
      expect(await errorOf(connectMockCis2(url))).toMatchObject({
        name: 'MockCis2Error',
        message: expect.stringMatching(
          /^This is no address of a mock CIS2\n {2}url: found ".*"; allowed: the origin/,
        ),
      });
    },
  );

  test('to where nothing listens says so, and what to do', async () => {
    const { url, close } = await listen(() => {});
    await close();
    expect(await errorOf(connectMockCis2(url))).toMatchObject({
      message: expect.stringMatching(/^There is no mock CIS2 at http:\/\/127.*ECONNREFUSED.*npx mock-cis2/),
    });
  });

  test.each([
    ['a page', 404, 'text/html', '<h1>Not here</h1>'],
    ['other JSON', 200, 'application/json', '[{ "name": "something else" }]'],
    ['no JSON', 200, 'text/plain', 'hello'],
  ])('to another server, which answers with %s, says so', async (_what, status, type, body) => {
    const other = await listen((_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    });
    expect(await errorOf(connectMockCis2(other.url))).toMatchObject({
      name: 'MockCis2Error',
      message: expect.stringMatching(/^There is no mock CIS2 at .*: Something else answers there/),
    });
    await other.close();
  });
});
