import { beforeAll, expect, test } from 'vitest';
import { testMock } from '../support/mock.ts';

let mock: Awaited<ReturnType<typeof testMock>>;

beforeAll(async () => {
  mock = await testMock();
});

test.each(['/', '/console', '/scenarios', '/pages', '/demo', '/env/some-name/', '/env/some-name/console'])(
  'a page is not there by other methods, and says by which it is: %s',
  async (url) => {
    expect((await mock.app.inject(url)).statusCode).toBe(200);
    for (const method of ['POST', 'PUT', 'DELETE'] as const) {
      const answer = await mock.app.inject({ method, url: `${url}?with=a-query` });
      expect([method, answer.statusCode, answer.headers['allow']]).toEqual([method, 405, 'GET, HEAD']);
      expect(answer.json()).toMatchObject({ error: 'method_not_allowed' });
    }
  },
);

test.each([
  ['/demo/log-in', 'GET, HEAD, POST'],
  ['/demo/callback', 'GET'],
  ['/demo/log-out', 'POST'],
  ['/demo/backchannel-logout', 'POST'],
  ['/env/some-name/demo/log-out', 'POST'],
])('what is there by other methods than a page says all of them: %s', async (url, allow) => {
  for (const method of ['GET', 'HEAD', 'POST', 'DELETE'] as const) {
    if (allow.split(', ').includes(method)) continue;
    const answer = await mock.app.inject({ method, url });
    expect([method, answer.statusCode, answer.headers['allow']]).toEqual([method, 405, allow]);
  }
});

// The last five have what means something in the patterns of routes.
test.each([
  '/nowhere',
  '/consoles',
  '/env/some-name/nowhere',
  '/*/login',
  '/*',
  '/:a(',
  '/login/:a(b',
  '/login/:loginId',
])('what is no page by any method is not found: %s', async (url) => {
  for (const method of ['GET', 'POST'] as const)
    expect((await mock.app.inject({ method, url })).statusCode).toBe(404);
});
