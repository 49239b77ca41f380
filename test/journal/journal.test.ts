import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { JournalEvent } from '../../src/journal/event.ts';
import { createJournal } from '../../src/journal/journal.ts';
import { redactText } from '../../src/journal/redact.ts';
import { browser, callback, logIn, redeem, testMock } from '../support/mock.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const clock = { now: () => 0 };
/**
 * How many bytes of the buffers that are made from now on are still held, to be asked at any time: the process’s own
 * figure counts what other tests let go of, too.
 */
function bytesTaken(): () => Promise<number> {
  const made: WeakRef<Buffer>[] = [];
  const make = Buffer.allocUnsafeSlow;
  Buffer.allocUnsafeSlow = (size) => {
    const buffer = make(size);
    made.push(new WeakRef(buffer));
    return buffer;
  };
  onTestFinished(() => {
    Buffer.allocUnsafeSlow = make;
  });
  return async () => {
    // What a reference was made to, or asked for, in one turn of the event loop is held until its end.
    await setImmediate();
    collectGarbage();
    return made.reduce((sum, buffer) => sum + (buffer.deref()?.length ?? 0), 0);
  };
}

const event = (explanation: string) => ({ kind: 'warned' as const, explanation });

test('a parameter with a name of JavaScript’s own is a detail like any other', () => {
  const journal = createJournal({ clock, write: () => {} });
  const details = Object.fromEntries([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
  journal.record({ kind: 'request_received', explanation: 'One came in.', details });
  expect(Object.entries(journal.events()[0]?.details ?? {})).toEqual(Object.entries(details));
});

describe('the journal is bounded', () => {
  test('the oldest events go first, and ids go on counting', () => {
    const journal = createJournal({ clock, write: () => {}, capacity: 3 });
    for (const word of ['one', 'two', 'three', 'four', 'five']) journal.record(event(word));
    expect(journal.events().map(({ id, explanation }) => [id, explanation])).toEqual([
      [3, 'three'],
      [4, 'four'],
      [5, 'five'],
    ]);
  });

  test.each([49, 50, 51, 300, 301, 350, 1000])(
    'of any number of events, here %s, the last 300 are there',
    (many) => {
      const journal = createJournal({ clock, write: () => {}, capacity: 300 });
      for (let id = 1; id <= many; id += 1)
        journal.record({
          kind: 'step_taken',
          explanation: `step ${id}`,
          details: { id: `${id}` },
          uid: `${id % 7}`,
        });
      const ids = Array.from({ length: many }, (_, place) => place + 1).slice(-300);
      expect(journal.events().map(({ id }) => id)).toEqual(ids);
      expect(journal.events().map(({ details }) => details)).toEqual(ids.map((id) => ({ id: `${id}` })));
      for (const after of [0, many - 250, many - 1, many])
        expect(journal.events({ after }).map(({ id }) => id)).toEqual(ids.filter((id) => id > after));
      expect(journal.events({ uid: '3' }).map(({ id }) => id)).toEqual(ids.filter((id) => id % 7 === 3));
      journal.clear();
      expect(journal.events()).toEqual([]);
      journal.record(event('one more'));
      expect(journal.events().map(({ id }) => id)).toEqual([many + 1]);
    },
  );

  test('whatever is in them and however long they are, the newest are there as they were told', () => {
    const explanations = fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 20 }), fc.nat(1500)), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(explanations, fc.integer({ min: 1, max: 60 }), (all, capacity) => {
        const told: JournalEvent[] = [];
        const journal = createJournal({ clock, write: (each) => told.push(each), capacity });
        for (const [text, times] of all) journal.record(event(text.repeat(times)));
        expect(journal.events()).toEqual(JSON.parse(JSON.stringify(told.slice(-capacity))));
      }),
    );
  });

  test('large events that are gone leave no room taken behind them', async () => {
    const taken = bytesTaken();
    const journal = createJournal({ clock, write: () => {}, capacity: 1000 });
    const large = {
      kind: 'request_received' as const,
      details: { text: 'x'.repeat(2000), more: 'y'.repeat(2000) },
    };
    for (let count = 0; count < 1000; count += 1) journal.record({ ...large, explanation: 'z'.repeat(2000) });
    expect(await taken()).toBeGreaterThan(4_000_000);
    for (let count = 0; count < 2000; count += 1) journal.record(event('small'));
    expect(await taken()).toBeLessThan(1_000_000);
    expect(journal.events()).toHaveLength(1000);
  });

  test('requests are forgotten with their events: those that are left are still found by their log-in', () => {
    const journal = createJournal({ clock, write: () => {}, capacity: 3 });
    const about = { request_id: 'r', login_id: 'l' };
    journal.record({ ...event('one'), ...about });
    for (const word of ['two', 'three']) journal.record({ ...event(word), request_id: 'r' });
    expect(journal.events({ login_id: 'l' })).toHaveLength(3);
    journal.record({ ...event('four'), request_id: 'r' });
    expect(journal.events({ request_id: 'r' }).map(({ id }) => id)).toEqual([2, 3, 4]);
    expect(journal.events({ login_id: 'l' })).toEqual([]);
  });

  test('what was cleared comes back by no filter', () => {
    const journal = createJournal({ clock, write: () => {}, capacity: 3 });
    const about = { request_id: 'r', login_id: 'l' };
    for (const word of ['one', 'two']) journal.record({ ...event(word), ...about });
    journal.clear();
    for (const word of ['three', 'four']) journal.record({ ...event(word), ...about });
    for (const filter of [{}, { request_id: 'r' }, { login_id: 'l' }])
      expect(journal.events(filter).map(({ id }) => id)).toEqual([3, 4]);
    journal.clear();
    journal.record({ ...event('five'), request_id: 'r' });
    expect(journal.events({ login_id: 'l' })).toEqual([]);
  });

  test('one event holds some 30,000 characters at most, whatever comes in', () => {
    const journal = createJournal({ clock, write: () => {} });
    const long = 'x'.repeat(100_000);
    const fields = ['rule', 'parameter', 'found', 'expected', 'mend', 'specification'];
    journal.record({
      client_id: long,
      kind: 'request_received',
      explanation: long,
      details: Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`name ${n} ${long}`, long])),
      refusal: { ...event(long), ...Object.fromEntries(fields.map((name) => [name, long])) } as never,
    });
    expect(JSON.stringify(journal.events()).length).toBeLessThan(45_000);
  });

  test('after gives only what is newer', () => {
    const journal = createJournal({ clock, write: () => {} });
    for (const word of ['one', 'two', 'three']) journal.record(event(word));
    expect(journal.events({ after: 1 }).map(({ explanation }) => explanation)).toEqual(['two', 'three']);
  });
});

describe('recording', () => {
  test('tells each listener of each event, until it stops', () => {
    const journal = createJournal({ clock, write: () => {} });
    const heard: number[] = [];
    const stop = journal.onRecord(({ id }) => heard.push(id));
    journal.record(event('one'));
    journal.record(event('two'));
    stop();
    journal.record(event('three'));
    expect(heard).toEqual([1, 2]);
  });
});

describe('GET /_mock/journal', () => {
  test('tells a log-in step by step, from the request to the token', async () => {
    const { app } = await testMock();
    const by = browser(app);
    await redeem(by, callback(await logIn(by, 'alex.bound@nhs.net')).get('code'));
    const events: JournalEvent[] = (await by.get('/_mock/journal')).json();
    expect(events.map(({ kind }) => kind)).toEqual([
      'request_received',
      'request_checked',
      'login_started',
      'rule_decided',
      'session_started',
      'code_issued',
      'request_answered',
      'request_received',
      'token_issued',
      'request_answered',
    ]);
    for (const { id, time, explanation } of events) {
      expect([typeof id, time]).toEqual(['number', '2026-01-15T09:00:00.000Z']);
      expect(explanation).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('tells which rule decided, with what was found, what was expected and the mend', async () => {
    const { app } = await testMock();
    const by = browser(app);
    const page = await logIn(by, 'uma.unbound@nhs.net');
    const [decided] = (await by.get('/_mock/journal?kind=rule_decided')).json();
    expect(decided.details).toMatchObject({
      rule: 'the NHSmail account is not registered',
      outcome: 'nhsmail_not_registered',
      found: 'no Care Identity profile has uma.unbound@nhs.net as an authenticator',
    });
    expect(decided.request_id).toBe(page.headers['x-mock-cis2-request-id']);
  });

  test('refuses an unknown filter by name', async () => {
    const { app } = await testMock();
    const response = await browser(app).get('/_mock/journal?person=x');
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(response.json().faults).toMatchObject([{ pointer: '/person', found: 'an unknown field' }]);
  });
});

test('a JWT keeps its header and claims and loses its signature', () => {
  expect(redactText('id_token eyJhbGciOiJ9.eyJzdWIiOiJ9.c2lnbmF0dXJl end')).toBe(
    'id_token eyJhbGciOiJ9.eyJzdWIiOiJ9.(signature removed) end',
  );
});
