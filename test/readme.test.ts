import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { organisationCodesOf } from '../src/care-identity/directory.ts';
import { EVENT_KINDS } from '../src/journal/events.ts';
import { ALWAYS_ENDS_AT, FAILURES, type FailureCode } from '../src/login/outcomes.ts';
import { defaultFixtures } from '../src/settings/fixtures.ts';
import { browser, testMock } from './support/mock.ts';

const controlApi = readFileSync(new URL('../docs/control-api.md', import.meta.url), 'utf8');
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const { people, nhsmail } = defaultFixtures();

/** The README’s row that has this text as its first or only such cell. */
const rowOf = (text: string) =>
  readme.split('\n').find((line) => line.startsWith('|') && line.includes(`| ${text} |`)) ?? '';

test.each(people)(
  'the README gives what applications seed for $given_name: UID, organisations, roles, workgroups',
  (person) => {
    const row = rowOf(person.uid);
    expect(row).toContain(person.uid);
    for (const code of organisationCodesOf(person)) expect(row).toContain(code);
    for (const { role_code, workgroups = [] } of person.roles) {
      expect(row).toContain(role_code.split(':').at(-1));
      for (const workgroup of workgroups) expect(row).toContain(workgroup);
    }
  },
);

test.each(nhsmail)('the README gives the outcome of $email as the start page does', async ({ email }) => {
  const { app } = await testMock();
  const { body } = await browser(app).get('/');
  const cell =
    body.split(`data-testid="persona-${email}"`)[1]?.split('Outcome </span>')[1]?.split('</td>')[0] ?? '';
  const outcome = cell.replaceAll(/<[^>]*>/g, '').trim();
  expect(outcome).not.toBe('');
  expect(rowOf(`\`${email}\``)).toContain(`| ${outcome} |`);
});

test.each(Object.entries(FAILURES))(
  'the README gives status and error of %s',
  (outcome, { status, error }) => {
    const sentBack =
      ALWAYS_ENDS_AT[outcome as FailureCode] === 'page' ? '– (never sent back)' : `\`${error}\``;
    const page = ALWAYS_ENDS_AT[outcome as FailureCode] === 'redirect' ? '– (always sent back)' : status;
    expect(readme).toContain(`\n| \`${outcome}\` | ${page} | ${sentBack} |`);
  },
);

test('the settings to paste are those of the start page', async () => {
  const { app, environment } = await testMock();
  const { body } = await browser(app).get('/');
  const shown = (name: string) =>
    body
      .split(`data-testid="setting-${name}"`)[1]
      ?.split('</code>')[0]
      ?.replace(/^>/, '')
      .replaceAll(/<[^>]*>/g, '') ?? '';
  expect(shown('issuer')).toBe(environment.issuer);
  for (const name of ['issuer', 'client-id', 'client-secret', 'acr-values'])
    expect(readme).toContain(`\`${shown(name)}\``);
});

test('the control API’s page names every kind of event, in order, and no other', () => {
  const rows = /<!-- kinds -->(.*)<!-- \/kinds -->/s.exec(controlApi)?.[1]?.split('\n') ?? [];
  const named = rows.flatMap((row) => row.split('|')[1]?.match(/`(?!kind`)\w+(?=`)/g) ?? []);
  expect(named.map((name) => name.slice(1))).toEqual(EVENT_KINDS);
});
