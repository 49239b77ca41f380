/** Log lines of events are put together by hand: whatever an event holds, each stays one line of JSON, and says it all. */
import { hostname } from 'node:os';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JournalEvent } from '../../src/journal/journal.ts';
import { createLog } from '../../src/log/log.ts';
import { browser, logIn, testMock } from '../support/mock.ts';

const anyText = fc.string({ unit: 'binary' });

const anyEvent = fc.record(
  {
    id: fc.nat(),
    time: fc.constant('2026-11-25T00:00:00.000Z'),
    kind: fc.constantFrom('request_received', 'refused', 'warned'),
    explanation: anyText,
    request_id: fc.uuid(),
    login_id: anyText,
    client_id: anyText,
    uid: anyText,
    details: fc.dictionary(anyText, fc.jsonValue()),
    refusal: fc.record({ rule: anyText, found: anyText }),
  },
  { requiredKeys: ['id', 'time', 'kind', 'explanation'] },
);

test('each event is one line of JSON with all its members, whatever is in them', () => {
  fc.assert(
    fc.property(anyEvent, anyText, (event, environment) => {
      const lines: string[] = [];
      const log = createLog('info', () => 1795646399102, { write: (line) => lines.push(line) });

      log.event(event as unknown as JournalEvent, environment);

      expect(lines).toHaveLength(1);
      expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
      const { time: clock, explanation: msg, ...others } = event;
      const about = { level: 30, time: 1795646399102, pid: process.pid, hostname: hostname() };
      expect(JSON.parse(lines[0] ?? '')).toEqual(
        JSON.parse(JSON.stringify({ ...about, ...others, clock, environment, msg })),
      );
    }),
  );
});

test('the log tells of a log-in what its journal does, in the same order', async () => {
  const lines: string[] = [];
  const mock = await testMock({ logLevel: 'info', logTo: { write: (line) => lines.push(line) } });

  await logIn(browser(mock.app), 'alex.bound@nhs.net');

  const told = lines.map((line) => JSON.parse(line)).map(({ id, kind, msg }) => [id, kind, msg]);
  expect(told.length).toBeGreaterThan(5);
  expect(told).toEqual(
    mock.environment.journal.events().map(({ id, kind, explanation }) => [id, kind, explanation]),
  );
});

test.each(['warn', 'silent'] as const)('at the level %s no event is written', async (logLevel) => {
  const lines: string[] = [];
  const mock = await testMock({ logLevel, logTo: { write: (line) => lines.push(line) } });

  await logIn(browser(mock.app), 'alex.bound@nhs.net');

  expect(lines).toEqual([]);
});
