/** How the built program ends: what is under way is let finish, nothing else holds it up. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { authorizeUrl, CLIENT, REALM } from '../support/mock.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Less than the three seconds that requests under way are given: what waits for one takes at least so long. */
const AT_ONCE_MILLISECONDS = 2500;

/** A busy machine may stand still for a second once; what waits, waits each time. */
const MORE_THAN_ONCE = { retry: 2 };

const running = new Set<ChildProcess>();
const sockets = new Set<Socket>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  for (const socket of sockets) socket.destroy();
});

async function started(variables: Record<string, string> = {}) {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH, PORT: '0', LOG_LEVEL: 'warn', ...variables },
  });
  running.add(child);
  const said = { out: '' };
  child.stdout.on('data', (data) => (said.out += data));
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  while (!said.out.includes('Open ')) await Promise.race([once(child.stdout, 'data'), ended]);
  const url = /Open (\S+)/.exec(said.out)?.[1] ?? '';
  return { child, url, ended, said };
}

type Started = Awaited<ReturnType<typeof started>>;

/** A connection of which each byte is in the test’s hands. */
async function connection({ url }: Started) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
  sockets.add(socket);
  await once(socket, 'connect');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const received = { text: '' };
  socket.on('data', (data) => (received.text += data));
  const until = async (text: string) => {
    while (!received.text.includes(text)) await once(socket, 'data');
    return received.text;
  };
  return { socket, until, closed };
}

const post = (url: string, body: object) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** A request that the mock answers after so many seconds, once it has it. */
async function slowRequest({ url }: Started, seconds: number, { signal }: { signal?: AbortSignal } = {}) {
  await post(`${url}_mock/scenarios`, { code: 'SLOW_ANSWER', endpoint: 'jwks', parameters: { seconds } });
  const answer = fetch(`${url}${REALM.slice(1)}/connect/jwk_uri`, signal ? { signal } : {});
  answer.catch(() => {});
  while (!(await (await fetch(`${url}_mock/journal?kind=request_received`)).text()).includes('JWKS'));
  // In a box: as it is, it would be waited for here.
  return { answer };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s: no more connections, not ready, what is under way is answered, exit code 0',
  async (signal) => {
    const mock = await started();
    const { answer: slow } = await slowRequest(mock, 1);
    const probe = await connection(mock);
    probe.socket.write('GET /health/ready HTTP/1.1\r\nHost: localhost\r\n');
    const stream = await fetch(`${mock.url}_mock/journal/stream`);
    const waiting = fetch(`${mock.url}_mock/journal?kind=key_changed&wait=60`);
    await (await fetch(`${mock.url}health/live`)).text();

    mock.child.kill(signal);
    // Both end at once, long before the slow answer.
    expect(await (await waiting).json()).toEqual([]);
    await stream.text();
    probe.socket.write('\r\n');
    const ready = await probe.until('the server is closing');
    await expect(fetch(`${mock.url}health/live`)).rejects.toThrow();

    expect(ready).toMatch(/^HTTP\/1\.1 503 [\s\S]*connection: close/i);
    expect((await slow).status).toBe(200);
    expect(await mock.ended).toEqual({ code: 0, signal: null });
  },
);

test('nothing under way: it ends at once, whoever holds a connection open', MORE_THAN_ONCE, async () => {
  const mock = await started();
  const silent = await connection(mock);
  const halfway = await connection(mock);
  halfway.socket.write('POST / HTTP/1.1\r\nHost: localhost\r\n');
  const before = performance.now();
  mock.child.kill('SIGTERM');
  expect(await mock.ended).toEqual({ code: 0, signal: null });
  expect(performance.now() - before).toBeLessThan(AT_ONCE_MILLISECONDS);
  await Promise.all([silent.closed, halfway.closed]);
});

test('whoever asked and went away is not waited for', MORE_THAN_ONCE, async () => {
  const mock = await started();
  const leaving = new AbortController();
  const { answer: slow } = await slowRequest(mock, 60, leaving);
  leaving.abort();
  await expect(slow).rejects.toThrow();
  // Its end has to get there before the signal does.
  await (await fetch(`${mock.url}health/live`)).text();
  const before = performance.now();
  mock.child.kill('SIGTERM');
  expect(await mock.ended).toEqual({ code: 0, signal: null });
  expect(performance.now() - before).toBeLessThan(AT_ONCE_MILLISECONDS);
});

test('a second signal ends it at once', async () => {
  const mock = await started();
  const { answer: slow } = await slowRequest(mock, 60);
  const stream = await fetch(`${mock.url}_mock/journal/stream`);
  mock.child.kill('SIGTERM');
  await stream.text();
  mock.child.kill('SIGTERM');
  expect(await mock.ended).toEqual({ code: 1, signal: null });
  await expect(slow).rejects.toThrow();
});

test('a request that does not end is cut off after its time, and the exit code is 0', async () => {
  const mock = await started();
  const { answer: slow } = await slowRequest(mock, 60);
  mock.child.kill('SIGTERM');
  await expect(slow).rejects.toThrow();
  expect(await mock.ended).toEqual({ code: 0, signal: null });
});

test('a logout token on its way is delivered before it ends', async () => {
  let answer = () => {};
  const posted = new Promise<string>((resolve) => {
    application.on('request', async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      answer = () => response.end();
      resolve(body);
    });
  });
  const mock = await startedWithApplication();
  await fetch(`${mock.url}${authorizeUrl({ mock_login: 'alex.bound@nhs.net' }).slice(1)}`, {
    redirect: 'manual',
  });
  const sessions = (await (await fetch(`${mock.url}_mock/sessions`)).json()) as {
    clients: { sid: string }[];
  }[];
  const sid = sessions[0]?.clients[0]?.sid ?? '';
  await post(`${mock.url}_mock/sessions/${encodeURIComponent(sid)}/logout`, {});
  expect(await posted).toMatch(/^logout_token=/);

  mock.child.kill('SIGTERM');
  // It listens no more, and yet waits for the application.
  while (
    await fetch(`${mock.url}health/live`).then(
      () => true,
      () => false,
    )
  );
  expect(mock.child.exitCode).toBe(null);
  answer();

  expect(await mock.ended).toEqual({ code: 0, signal: null });
  expect(mock.said.out).not.toContain('before every logout token was delivered');
});

const application = createServer();
afterEach(() => application.close());

/** A mock of which the default client is told of logouts at the application of this test. */
async function startedWithApplication(): Promise<Started> {
  application.listen(0, '127.0.0.1');
  await once(application, 'listening');
  const mock = await started();
  const { port } = application.address() as AddressInfo;
  const changed = await fetch(`${mock.url}_mock/clients/${CLIENT.client_id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify({ backchannel_logout_uri: `http://127.0.0.1:${port}/logout` }),
  });
  expect(changed.status).toBe(200);
  return mock;
}
