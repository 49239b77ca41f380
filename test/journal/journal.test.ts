import { describe, expect, test } from 'vitest';
import { createJournal, type JournalEvent } from '../../src/journal/journal.ts';
import { redactText } from '../../src/journal/redact.ts';
import { authorizeUrl, browser, callback, logIn, redeem, testMock } from '../support/mock.ts';

const clock = { now: () => 0 };
const event = (explanation: string) => ({ kind: 'warned' as const, explanation });

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

  test('after gives only what is newer', () => {
    const journal = createJournal({ clock, write: () => {} });
    for (const word of ['one', 'two', 'three']) journal.record(event(word));
    expect(journal.events({ after: 1 }).map(({ explanation }) => explanation)).toEqual(['two', 'three']);
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
      'request_received',
      'token_issued',
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

  test('filters by kind, client, log-in and request', async () => {
    const { app, environment } = await testMock();
    const by = browser(app);
    await logIn(by, 'alex.bound@nhs.net');
    await by.get(authorizeUrl({ client_id: 'mock-strict-client' }));
    const all = environment.journal.events();
    const loginId = all.find(({ kind }) => kind === 'login_started')?.login_id;
    for (const [filter, matches] of [
      ['kind=refused', ({ kind }: JournalEvent) => kind === 'refused'],
      ['client_id=mock-strict-client', ({ client_id }: JournalEvent) => client_id === 'mock-strict-client'],
      [`login_id=${loginId}`, ({ login_id }: JournalEvent) => login_id === loginId],
    ] as const) {
      const expected = all.filter(matches).map(({ id }) => id);
      expect(expected.length).toBeGreaterThan(0);
      const found: JournalEvent[] = (await by.get(`/_mock/journal?${filter}`)).json();
      expect(found.map(({ id }) => id)).toEqual(expected);
    }
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
