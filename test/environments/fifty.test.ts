import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Mock, testMock } from '../support/mock.ts';
import { EFFECTS, runInParallel } from './parallel.ts';

let mock: Mock;
let url: string;
beforeAll(async () => {
  mock = await testMock();
  mock.clock.reset();
  await mock.app.listen({ port: 0, host: '127.0.0.1' });
  mock.origin.public = `http://127.0.0.1:${(mock.app.server.address() as AddressInfo).port}`;
  url = `${mock.origin.public}/`;
});
afterAll(() => mock.app.close());

test('no two of the scenarios show the same, so that each tells one environment from all others', () => {
  expect(new Set(EFFECTS.map(([, differs]) => JSON.stringify(differs))).size).toBe(EFFECTS.length);
});

test('fifty environments at once, each with its own scenario or none: no log-in is wrong', async () => {
  const shared = async (name: string) => {
    // Making fifty keys takes far longer than all the rest; npm run bench:parallel runs with a key for each.
    (await mock.environments.at(name)).keys = mock.environment.keys;
  };
  const amount = { environments: 50, logInsEach: 2 };
  const run = await runInParallel({ url, issuer: mock.environment.issuer }, amount, shared);
  expect(run.wrong).toEqual([]);
  expect(run).toMatchObject({ environments: 50, logIns: 100 });
});
