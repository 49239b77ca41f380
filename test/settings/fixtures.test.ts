import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createMockCis2 } from '../../src/create-mock-cis2.ts';
import { ConfigurationError, type FixturesFile } from '../../src/index.ts';
import {
  checkDefaultFixtures,
  completeFixtures,
  defaultFixtures,
  loadFixtures,
} from '../../src/settings/fixtures.ts';
import { FixturesSchema } from '../../src/settings/fixtures-schema.ts';
import { browser, logIn, outcomeOf, testMock } from '../support/mock.ts';

const published = new URL('../../fixtures/fixtures.schema.json', import.meta.url);

/** Every fault that a value has as fixtures, a line each. */
function faultsOf(value: unknown): string[] {
  try {
    completeFixtures(value, 'file');
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map(({ path, found, allowed }) => `${path}: found ${found}; allowed: ${allowed}`);
  }
  return [];
}

const PERSON = {
  uid: '910000009001',
  given_name: 'Nova',
  family_name: 'New',
  id_assurance_level: '3',
  roles: [],
  authenticators: [],
};

const ROLE = {
  person_orgid: '920000009001',
  person_roleid: '930000009001',
  org_code: 'A9A5A',
  role_name: '"Clinical":"Clinical Provision":"Nurse Access Role"',
  role_code: 'S8000:G8000:R8001',
};

const CLIENT = {
  client_id: 'my-app',
  client_secret: 'my-secret',
  token_endpoint_auth_method: 'client_secret_post',
  redirect_uris: ['https://app.example.test/callback'],
};

test('the published JSON Schema is the one that TypeBox describes (npm run schema writes it)', () => {
  const { $schema: _dialect, ...schema } = JSON.parse(readFileSync(published, 'utf8'));
  expect(schema).toEqual(JSON.parse(JSON.stringify(FixturesSchema)));
});

test('the default fixtures are in order', () => {
  expect(() => checkDefaultFixtures()).not.toThrow();
});

describe('a fault is named by path, by what was found and by what is allowed', () => {
  test.each<[string, unknown, string]>([
    ['an unknown field', { peple: [] }, 'file /peple: found an unknown field; allowed: $schema, extends,'],
    ['a wrong type', { people: 7 }, 'file /people: found 7; allowed: must be array'],
    [
      'a missing field',
      { people: [{ ...PERSON, uid: undefined }] },
      'file /people/0/uid: found nothing; allowed: a value: the field is required',
    ],
    [
      'a wrong form',
      { people: [{ ...PERSON, uid: '123' }] },
      'file /people/0/uid: found "123"; allowed: must match pattern',
    ],
    [
      'a value outside a list',
      { people: [{ ...PERSON, id_assurance_level: '4' }] },
      'file /people/0/id_assurance_level: found "4"; allowed: "0", "1", "2", "3"',
    ],
    [
      'a number that is to be text',
      { people: [{ ...PERSON, id_assurance_level: 3 }] },
      'file /people/0/id_assurance_level: found 3; allowed: "0", "1", "2", "3"',
    ],
    [
      'a mistyped time',
      { settings: { timeouts: { login_second: 5 } } },
      'file /settings/timeouts/login_second: found an unknown field; allowed: login_seconds,',
    ],
    [
      'a time of nothing',
      { settings: { timeouts: { login_seconds: 0 } } },
      'file /settings/timeouts/login_seconds: found 0; allowed: must be >= 1',
    ],
    ['a wrong extends', { extends: 'defaults' }, 'file /extends: found "defaults"; allowed: "default"'],
    [
      'a role in an unknown organisation',
      { extends: 'default', people: [{ ...PERSON, roles: [{ ...ROLE, org_code: 'ZZ9' }] }] },
      'file /people/0/roles/0/org_code: found "ZZ9"; allowed: an org_code listed in /organisations',
    ],
    [
      'a membership of an unknown organisation',
      {
        extends: 'default',
        people: [{ ...PERSON, organisations: [{ person_orgid: '920000009001', org_code: 'ZZ9' }] }],
      },
      'file /people/0/organisations/0/org_code: found "ZZ9"; allowed: an org_code listed in /organisations',
    ],
    [
      'a binding to nobody',
      {
        extends: 'default',
        people: [{ ...PERSON, authenticators: [{ type: 'nhsmail', nhsmail_account: 'no.one@nhs.net' }] }],
      },
      'file /people/0/authenticators/0/nhsmail_account: found "no.one@nhs.net"; allowed: an account listed in /nhsmail',
    ],
    [
      'an NHSmail binding without account',
      { extends: 'default', people: [{ ...PERSON, authenticators: [{ type: 'nhsmail' }] }] },
      'file /people/0/authenticators/0/nhsmail_account: found nothing; allowed: the e-mail address of an account in /nhsmail',
    ],
    [
      'an account on a smartcard',
      {
        extends: 'default',
        people: [
          { ...PERSON, authenticators: [{ type: 'smartcard', nhsmail_account: 'noel.noprofile@nhs.net' }] },
        ],
      },
      'file /people/0/authenticators/0/nhsmail_account: found "noel.noprofile@nhs.net"; allowed: nothing, since the type is not nhsmail',
    ],
    [
      'a default acr value that CIS2 does not have',
      { extends: 'default', settings: { default_acr_values: ['AAL2_ANY', 'AAL2_OR_AAL3'] } },
      '/settings/default_acr_values/1: found "AAL2_OR_AAL3"; allowed: AAL2_OR_AAL3_ANY',
    ],
    [
      'that of the development realm, which is of no use in Healthcare',
      { extends: 'default', settings: { default_acr_values: ['AAL1_USERPASS'] } },
      '/settings/default_acr_values/0: found "AAL1_USERPASS"; allowed: ',
    ],
    [
      'one of a client, far from any',
      { extends: 'default', clients: [{ ...CLIENT, default_acr_values: ['nonsense'] }] },
      'file /clients/0/default_acr_values/0: found "nonsense"; allowed: AAL3_ANY, AAL2_OR_AAL3_ANY,',
    ],
    [
      'two people with one UID',
      { people: [PERSON, PERSON] },
      'file /people/1/uid: found "910000009001", which stands at file /people/0/uid too; allowed: a value used once',
    ],
    [
      'two people with one account',
      {
        extends: 'default',
        people: [{ ...PERSON, authenticators: [{ type: 'nhsmail', nhsmail_account: 'ALEX.bound@nhs.net' }] }],
      },
      'file /people/0/authenticators/0/nhsmail_account: found "alex.bound@nhs.net", which stands at fixtures/default.json /people/0/authenticators/0/nhsmail_account too',
    ],
    [
      'two roles with one id',
      { extends: 'default', people: [{ ...PERSON, roles: [ROLE, ROLE] }] },
      'file /people/0/roles/1/person_roleid: found "930000009001"',
    ],
    [
      'two accounts of one address',
      {
        nhsmail: [
          { email: 'a@nhs.net', password: 'p' },
          { email: 'A@nhs.net', password: 'p' },
        ],
      },
      'file /nhsmail/1/email: found "a@nhs.net"',
    ],
    [
      'plain http in a redirect URI',
      { clients: [{ ...CLIENT, redirect_uris: ['http://app.example.test/cb'] }] },
      'file /clients/0/redirect_uris/0: found "http://app.example.test/cb", which is neither https nor http on a loopback host',
    ],
    [
      'a fragment in a redirect URI',
      { clients: [{ ...CLIENT, redirect_uris: ['https://app.example.test/cb#x'] }] },
      'file /clients/0/redirect_uris/0: found "https://app.example.test/cb#x", which has a fragment',
    ],
    [
      'a relative redirect URI',
      { clients: [{ ...CLIENT, redirect_uris: ['/cb'] }] },
      'file /clients/0/redirect_uris/0: found "/cb", which is not an absolute URI',
    ],
    [
      'a method without its secret',
      { clients: [{ ...CLIENT, client_secret: undefined }] },
      'file /clients/0/client_secret: found nothing; allowed: a secret, which client_secret_post needs',
    ],
  ])('%s', (_what, value, fault) => {
    // Through JSON, as a file comes: undefined is a field left out.
    const found = faultsOf(JSON.parse(JSON.stringify(value)));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(fault);
  });

  test('all of them at once', () => {
    const wrong = {
      people: [
        { ...PERSON, uid: 'x' },
        { ...PERSON, given_name: 5 },
      ],
      clients: [{}],
    };
    expect(faultsOf(wrong).length).toBeGreaterThanOrEqual(4);
  });

  test('those of one entry and those between entries, each once', () => {
    const wrong = {
      extends: 'default',
      organisations: [{ org_code: 'MINE', org_name: 7 }],
      people: [
        // Refers to an organisation that is there, though wrong in itself, and to one that is not.
        { ...PERSON, roles: [{ ...ROLE, org_code: 'MINE' }], organisations: [] },
        {
          ...PERSON,
          uid: '910000009002',
          roles: [{ ...ROLE, person_roleid: '930000009902', org_code: 'ZZ9' }],
        },
        null,
      ],
      nhsmail: [{ email: 'mine@nhs.net', password: '' }],
      clients: [{ ...CLIENT, redirect_uris: ['not a URI'] }],
      settings: { automatic_persona: 'mine@nhs.net', interaction: 'never' },
    };
    expect(faultsOf(wrong).map((fault) => fault.split(': found')[0])).toEqual([
      'file /settings/interaction',
      'file /organisations/0/org_name',
      'file /people/2',
      'file /nhsmail/0/password',
      'file /people/1/roles/0/org_code',
      'file /clients/0/redirect_uris/0',
    ]);
  });

  test.each<[string, object, string[]]>([
    [
      'an entry that was to take another’s place does not clash with it',
      {
        extends: 'default',
        people: [
          { ...PERSON, uid: '910000000101', nonsense: 1 },
          {
            ...PERSON,
            authenticators: [{ type: 'nhsmail', nhsmail_account: 'alex.bound@nhs.net' }],
          },
        ],
      },
      ['file /people/0/nonsense'],
    ],
    [
      'an entry whose key is misspelt may be the one that is referred to',
      {
        organisations: [{ org_kode: 'MINE', org_name: 'Mine' }],
        people: [{ ...PERSON, roles: [{ ...ROLE, org_code: 'MINE' }] }],
      },
      ['file /organisations/0/org_code', 'file /organisations/0/org_kode'],
    ],
    [
      'so may what stands in a list that is none',
      {
        organisations: { org_code: 'MINE', org_name: 'Mine' },
        people: [{ ...PERSON, roles: [{ ...ROLE, org_code: 'MINE' }] }],
      },
      ['file /organisations'],
    ],
    [
      'or under another name',
      {
        extend: 'default',
        people: [
          { ...PERSON, roles: [ROLE], authenticators: [{ type: 'nhsmail', nhsmail_account: 'a@nhs.net' }] },
        ],
      },
      ['file /extend'],
    ],
  ])('but nothing that is only a consequence: %s', (_what, value, paths) => {
    expect(faultsOf(value).map((fault) => fault.split(': found')[0])).toEqual(paths);
  });

  test('and no secret of what stands in a wrong place', () => {
    const secret = 's3cret-value';
    const clients = { client_id: 'x', client_secret: secret };
    expect(faultsOf({ clients })).toEqual([expect.stringContaining('file /clients: found an object;')]);
    expect(faultsOf({ clients: [[secret]], nhsmail: { password: secret } }).join()).not.toContain(secret);
  });

  test('of all files of a folder, and between them', () => {
    const several = mkdtempSync(join(tmpdir(), 'mock-cis2-'));
    const role = { ...ROLE, org_code: 'MINE' };
    writeFileSync(join(several, 'a.json'), JSON.stringify({ people: [{ ...PERSON, roles: [role] }] }));
    writeFileSync(join(several, 'b.json'), JSON.stringify({ organisations: [{ org_code: 'MINE' }] }));
    const other = { ...PERSON, uid: '910000009002', roles: [{ ...ROLE, org_code: 'ZZ9' }] };
    writeFileSync(join(several, 'c.json'), JSON.stringify({ people: [other] }));
    expect(() => loadFixtures(several)).toThrow(
      /has 3 faults:\n.*b\.json \/organisations\/0\/org_name: .*\n.*c\.json \/people\/0\/roles\/0\/person_roleid: .*\n.*c\.json \/people\/0\/roles\/0\/org_code: .*$/,
    );
  });
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mock-cis2-'));
  const write = (name: string, value: unknown) => {
    const path = join(folder, name);
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
    return path;
  };

  test('that extends the default adds to it and overrides by key', () => {
    const alex = { ...PERSON, uid: '910000000101', given_name: 'Alexis' };
    const path = write('extends.json', { extends: 'default', people: [PERSON, alex] });
    const { people, clients } = loadFixtures(path);
    const standard = defaultFixtures();
    expect(people).toHaveLength(standard.people.length + 1);
    expect(people.find(({ uid }) => uid === '910000000101')?.given_name).toBe('Alexis');
    expect(clients).toEqual(standard.clients);
  });

  test('that extends nothing replaces the default', () => {
    const { people, nhsmail, clients, settings } = loadFixtures(write('alone.json', { people: [PERSON] }));
    expect([people.length, nhsmail.length, clients.length]).toEqual([1, 0, 0]);
    expect(settings).toEqual(defaultFixtures().settings);
  });

  test('that changes one time leaves the others', () => {
    const path = write('times.json', { extends: 'default', settings: { timeouts: { login_seconds: 5 } } });
    expect(loadFixtures(path).settings.timeouts).toEqual({
      ...defaultFixtures().settings.timeouts,
      login_seconds: 5,
    });
  });

  test('that is not JSON is a fault that names it', () => {
    expect(() => loadFixtures(write('broken.txt.json', '{ people: }'))).toThrow(
      /broken\.txt\.json: found text that is not JSON/,
    );
  });

  test('that is not there is a fault that names it', () => {
    expect(() => loadFixtures(join(folder, 'missing.json'))).toThrow(
      /FIXTURES: found .*missing\.json, which is not there/,
    );
  });

  test('beside others in a folder adds to them, and faults of all are listed', () => {
    const several = mkdtempSync(join(tmpdir(), 'mock-cis2-'));
    writeFileSync(join(several, 'a.json'), JSON.stringify({ extends: 'default', people: [PERSON] }));
    writeFileSync(join(several, 'b.json'), JSON.stringify({ clients: [CLIENT] }));
    const { people, clients } = loadFixtures(several);
    expect(people.some(({ uid }) => uid === PERSON.uid)).toBe(true);
    expect(clients.some(({ client_id }) => client_id === 'my-app')).toBe(true);
    writeFileSync(join(several, 'a.json'), JSON.stringify({ people: 1 }));
    writeFileSync(join(several, 'b.json'), JSON.stringify({ clients: 2 }));
    expect(() => loadFixtures(several)).toThrow(/a\.json[\s\S]*b\.json/);
  });
});

describe('fixtures as a value', () => {
  test('make a log-in succeed that fails by default: the account is bound', async () => {
    const uma = defaultFixtures().people.find(({ uid }) => uid === '910000000105');
    if (!uma) throw new Error('uma is in the default fixtures');
    const fixtures: FixturesFile = {
      extends: 'default',
      people: [{ ...uma, authenticators: [{ type: 'nhsmail', nhsmail_account: 'uma.unbound@nhs.net' }] }],
    };
    const { app } = await testMock({ fixtures });
    expect(outcomeOf(await logIn(browser(app), 'uma.unbound@nhs.net'))).toBe('authenticated');
  });

  test('open the beta to all by one setting', async () => {
    const { app } = await testMock({
      fixtures: { extends: 'default', settings: { nhsmail: { availability: 'general' } } },
    });
    expect(outcomeOf(await logIn(browser(app), 'bea.notinbeta@nhs.net'))).toBe('authenticated');
  });

  test('that are wrong start nothing', async () => {
    const fixtures = { extends: 'default', people: [{ ...PERSON, uid: 'x' }] } as unknown as FixturesFile;
    await expect(createMockCis2({ fixtures })).rejects.toThrow(ConfigurationError);
  });
});
