/** Log lines of events are cut out of the journal’s own text: whatever an event holds, each stays one line of JSON, and says it all. */
import { hostname } from 'node:os';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JournalEntry } from '../../src/journal/event.ts';
import { createJournal } from '../../src/journal/journal.ts';
import { createLog } from '../../src/log/log.ts';
import { browser, logIn, testMock } from '../support/mock.ts';

/** Some of it looks like what the lines are cut at. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('","explanation":"', ',"time":"', 'explanation', '","msg":"x"}\n', '\\'),
);

const anyEntry = fc.record(
  {
    kind: fc.constantFrom('request_received', 'refused', 'warned'),
    explanation: anyText,
    request_id: fc.uuid(),
    login_id: anyText,
    client_id: anyText,
    uid: anyText,
    details: fc.dictionary(anyText, fc.oneof(anyText, fc.dictionary(anyText, fc.jsonValue()))),
    refusal: fc.record({ rule: anyText, found: anyText }),
  },
  { requiredKeys: ['kind', 'explanation'] },
);

test('each event is one line of JSON with all its members, whatever is in them', () => {
  fc.assert(
    fc.property(anyEntry, anyText, (entry, environment) => {
      const lines: string[] = [];
      const log = createLog('info', () => 1795646399102, { write: (line) => lines.push(line) });
      const clock = { now: () => Date.UTC(2026, 10, 26) };
      const journal = createJournal({ clock, write: (_event, text) => log.event(text, environment) });

      journal.record(entry as unknown as JournalEntry);

      expect(lines).toHaveLength(1);
      expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
      const [event] = journal.events();
      const { time, explanation: msg, ...others } = event ?? { time: '', explanation: '' };
      const about = { level: 30, time: 1795646399102, pid: process.pid, hostname: hostname() };
      expect(JSON.parse(lines[0] ?? '')).toEqual({ ...about, ...others, clock: time, environment, msg });
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
