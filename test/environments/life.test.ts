/** How environments begin, by call or by use, and how they end. */
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MOST_ENVIRONMENTS } from '../../src/environment/environments.ts';
import type { MockCis2Options } from '../../src/index.ts';
import { call, change, pointersOf, read } from '../support/control.ts';
import {
  authorizeUrl,
  begin,
  browser,
  type Mock,
  outcomeOf,
  REALM,
  START,
  testMock,
} from '../support/mock.ts';

interface Listed {
  name: string;
  prefix: string;
  time_to_live_seconds: number | null;
  ends_at: string | null;
}

const names = async (mock: Mock) =>
  (await read<Listed[]>(mock, '/_mock/environments')).map(({ name }) => name);

const create = (mock: Mock, body?: object) => call(mock, 'POST', '/_mock/environments', body);

const outcomeAt = async (mock: Mock, prefix: string, account: string) =>
  outcomeOf(await browser(mock.app).get(`${prefix}${authorizeUrl({ mock_login: account })}`));

/** A mock of which the machine’s time is moved by hand. */
async function mockWithMachine(options: MockCis2Options = {}) {
  let now = START;
  const mock = await testMock({ machine: () => now, ...options });
  return {
    mock,
    wait(seconds: number) {
      now += seconds * 1000;
    },
  };
}

describe('an environment made by a call', () => {
  test('is a provider at addresses of its own, which the answer gives', async () => {
    const mock = await testMock();
    const answer = await create(mock, { name: 'Run-1.a_b', time_to_live_seconds: 60 });
    expect(answer.statusCode).toBe(201);
    const url = 'http://localhost:8585/env/Run-1.a_b/';
    const issuer = `http://localhost:8585/env/Run-1.a_b${REALM}`;
    expect(answer.json()).toMatchObject({
      name: 'Run-1.a_b',
      prefix: '/env/Run-1.a_b',
      url,
      issuer,
      discovery_url: `${issuer}/.well-known/openid-configuration`,
      control_url: `${url}_mock`,
      time_to_live_seconds: 60,
    });
    expect(await read(mock, `/env/Run-1.a_b${REALM}/.well-known/openid-configuration`)).toMatchObject({
      issuer,
    });
    expect(await names(mock)).toEqual(['default', 'Run-1.a_b']);
  });

  test('has a name of its own where the call gives none, and lives for an hour', async () => {
    const mock = await testMock();
    const made = [await create(mock), await create(mock, {})].map((answer) => answer.json<Listed>());
    expect(new Set(made.map(({ name }) => name)).size).toBe(2);
    for (const one of made) {
      expect(one.name).toMatch(/^e-[0-9a-f]{12}$/);
      expect(one.time_to_live_seconds).toBe(3600);
    }
  });

  test('begins with the fixtures of this server, as they were at its start', async () => {
    const mock = await testMock({
      fixtures: { extends: 'default', organisations: [{ org_code: 'NEW1', org_name: 'A new one' }] },
    });
    await change(mock, 'PATCH', '/_mock/organisations/A9A5A', { nhsmail_private_beta: false });
    await create(mock, { name: 'x' });
    expect(await read(mock, '/env/x/_mock/organisations/NEW1')).toMatchObject({ org_name: 'A new one' });
    expect(await outcomeAt(mock, '/env/x', 'alex.bound@nhs.net')).toBe('authenticated');
  });

  test('begins with fixtures of its own', async () => {
    const mock = await testMock();
    const fixtures = {
      organisations: [{ org_code: 'OWN', org_name: 'Own organisation', nhsmail_private_beta: true }],
      settings: { interaction: 'automatic' },
    };
    expect((await create(mock, { name: 'x', fixtures })).statusCode).toBe(201);
    expect(await read(mock, '/env/x/_mock/organisations')).toEqual(fixtures.organisations);
    expect(await read(mock, '/env/x/_mock/people')).toEqual([]);
    expect(await read(mock, '/env/x/_mock/settings')).toMatchObject({
      interaction: 'automatic',
      timeouts: { login_seconds: 900 },
    });
  });

  test('takes fixtures of some thousand people', async () => {
    const mock = await testMock();
    const people = Array.from({ length: 2000 }, (_, index) => ({
      uid: String(920_000_000_000 + index),
      given_name: 'One',
      family_name: 'Of many',
      id_assurance_level: '3',
      roles: [],
      authenticators: [{ type: 'smartcard' }],
    }));
    expect((await create(mock, { name: 'x', fixtures: { extends: 'default', people } })).statusCode).toBe(
      201,
    );
    expect(await read<unknown[]>(mock, '/env/x/_mock/people')).toHaveLength(
      2000 + mock.environment.fixtures.people.length,
    );
  });

  test('begins with a patch over the fixtures of this server, entry by entry and field by field', async () => {
    const mock = await testMock();
    const patch = {
      people: [{ uid: '910000000101', family_name: 'Patched', title: null }],
      nhsmail: [
        { email: 'ROBIN.roles@nhs.net', locked: true },
        { email: 'nova.new@nhs.net', password: 'password' },
      ],
      organisations: [{ org_code: 'RZ8', nhsmail_private_beta: true }],
      settings: { timeouts: { login_seconds: 5 } },
    };
    expect((await create(mock, { name: 'x', patch })).statusCode).toBe(201);
    const { title: _title, ...alex } = await read<Record<string, unknown>>(
      mock,
      '/_mock/people/910000000101',
    );
    expect(await read(mock, '/env/x/_mock/people/910000000101')).toEqual({ ...alex, family_name: 'Patched' });
    expect(await read(mock, '/env/x/_mock/nhsmail/nova.new@nhs.net')).toMatchObject({ password: 'password' });
    expect(await outcomeAt(mock, '/env/x', 'robin.roles@nhs.net')).toBe('nhsmail_declined');
    expect(await outcomeAt(mock, '/env/x', 'bea.notinbeta@nhs.net')).toBe('authenticated');
    const settings = await read<{ timeouts: object }>(mock, '/_mock/settings');
    expect(await read(mock, '/env/x/_mock/settings')).toEqual({
      ...settings,
      timeouts: { ...settings.timeouts, login_seconds: 5 },
    });
  });

  test('takes two patches of one entry one after the other', async () => {
    const mock = await testMock();
    const people = [
      { uid: '910000000101', family_name: 'First' },
      { uid: '910000000101', given_name: 'Second' },
    ];
    await create(mock, { name: 'x', patch: { people } });
    expect(await read(mock, '/env/x/_mock/people/910000000101')).toMatchObject({
      family_name: 'First',
      given_name: 'Second',
    });
  });

  test('goes back to what it was made with when it is reset', async () => {
    const mock = await testMock();
    await create(mock, { name: 'x', patch: { settings: { timeouts: { login_seconds: 5 } } } });
    await change(mock, 'PATCH', '/env/x/_mock/settings', { timeouts: { login_seconds: 6 } });
    await change(mock, 'POST', '/env/x/_mock/reset');
    expect(await read(mock, '/env/x/_mock/settings')).toMatchObject({ timeouts: { login_seconds: 5 } });
  });
});

const ALEX_BOUND_TWICE = {
  uid: '910000000105',
  authenticators: [{ type: 'nhsmail', nhsmail_account: 'alex.bound@nhs.net' }],
};

describe('a call that cannot make an environment makes none, and says why where', () => {
  let mock: Mock;
  beforeAll(async () => {
    mock = await testMock();
  });

  test.each<[string, object, string[]]>([
    ['a name with a space', { name: 'a b' }, ['/name']],
    ['a name that leads elsewhere', { name: '..' }, ['/name']],
    ['an empty name', { name: '' }, ['/name']],
    ['a name of 65 characters', { name: 'a'.repeat(65) }, ['/name']],
    ['the name of the default one', { name: 'default' }, ['/name']],
    ['a name that is no text', { name: 1 }, ['/name']],
    ['an unknown field', { nam: 'x' }, ['/nam']],
    ['no time to live', { time_to_live_seconds: 0 }, ['/time_to_live_seconds']],
    ['fixtures that are no object', { name: 'x', fixtures: [] }, ['/fixtures']],
    ['both fixtures and a patch', { name: 'x', fixtures: {}, patch: {} }, ['/patch']],
    [
      'faults of shape in fixtures, all at once',
      {
        name: 'x',
        fixtures: { extends: 'default', people: [{ uid: '1' }], settings: { interaction: 'no' } },
      },
      ['/fixtures/people/0/given_name', '/fixtures/settings/interaction'],
    ],
    [
      'a reference in fixtures that leads nowhere',
      {
        name: 'x',
        fixtures: { settings: { interaction: 'automatic', automatic_persona: 'nobody@nhs.net' } },
      },
      ['/fixtures/settings/automatic_persona'],
    ],
    [
      'fixtures that clash with the default ones they extend',
      {
        name: 'x',
        fixtures: {
          extends: 'default',
          clients: [
            {
              client_id: 'own',
              redirect_uris: ['http://elsewhere.example.org/callback'],
              token_endpoint_auth_method: 'client_secret_post',
            },
          ],
        },
      },
      ['/fixtures/clients/0/redirect_uris/0', '/fixtures/clients/0/client_secret'],
    ],
    ['an unknown list in a patch', { name: 'x', patch: { peple: [] } }, ['/patch/peple']],
    ['a list in a patch that is none', { name: 'x', patch: { people: {} } }, ['/patch/people']],
    ['an entry of a patch that is none', { name: 'x', patch: { people: [null] } }, ['/patch/people/0']],
    [
      'an entry of a patch without its key',
      { name: 'x', patch: { people: [{ given_name: 'Alex' }] } },
      ['/patch/people/0/uid'],
    ],
    [
      'entries of a patch whose key is no text',
      { name: 'x', patch: { people: [{ uid: { toString: 1 } }], nhsmail: [{ email: { toString: 1 } }] } },
      ['/patch/people/0/uid', '/patch/nhsmail/0/email'],
    ],
    [
      'faults in several parts of a patch, all at once',
      {
        name: 'x',
        patch: {
          people: [{ uid: '910000000101' }, { uid: '910000000102', family_name: 1 }],
          organisations: [{ org_code: 'A9A5A', nhsmail_private_beta: 'yes' }],
          settings: { timeouts: { login_seconds: 0 } },
        },
      },
      [
        '/patch/settings/timeouts/login_seconds',
        '/patch/organisations/0/nhsmail_private_beta',
        '/patch/people/1/family_name',
      ],
    ],
    [
      'an unknown scenario in a patch',
      { name: 'x', patch: { people: [{ uid: '910000000101', scenario: { code: 'NO_SUCH' } }] } },
      ['/patch/people/0/scenario/code'],
    ],
    [
      'an account that a patch binds to a second person',
      { name: 'x', patch: { people: [ALEX_BOUND_TWICE] } },
      ['/patch/people/0/authenticators/0/nhsmail_account'],
    ],
  ])('%s', async (_what, body, pointers) => {
    const answer = await create(mock, body);
    expect(answer.statusCode).toBe(400);
    expect(pointersOf(answer)).toEqual(expect.arrayContaining(pointers));
    expect(await names(mock)).toEqual(['default']);
  });

  test('a fault that comes out in an entry that the patch does not name is named by its list and key', async () => {
    const person = {
      uid: '910000000101',
      authenticators: [{ type: 'nhsmail', nhsmail_account: 'robin.roles@nhs.net' }],
    };
    const answer = await create(mock, { name: 'x', patch: { people: [person] } });
    expect(answer.json().faults).toEqual([
      {
        in: 'people/910000000102',
        pointer: '/authenticators/0/nhsmail_account',
        found: expect.stringContaining('robin.roles@nhs.net'),
        allowed: 'a value used once',
      },
    ]);
    expect(answer.body).toContain('stands at /people/0/authenticators/0/nhsmail_account too');
  });

  test('a name that is taken, by a call or by use: 409', async () => {
    const mock = await testMock();
    await create(mock, { name: 'x' });
    await call(mock, 'GET', '/env/y/_mock/clock');
    for (const name of ['x', 'y']) {
      const answer = await create(mock, { name });
      expect([answer.statusCode, answer.json().detail]).toEqual([
        409,
        expect.stringContaining(`DELETE /_mock/environments/${name}`),
      ]);
    }
  });
});

describe('an environment made by using its address', () => {
  test('is there from the first request on, with the fixtures of this server', async () => {
    const mock = await testMock();
    expect(await outcomeAt(mock, '/env/touched', 'uma.unbound@nhs.net')).toBe('nhsmail_not_registered');
    expect(await names(mock)).toEqual(['default', 'touched']);
    expect(await read(mock, '/env/touched/_mock/people')).toEqual(mock.environment.fixtures.people);
  });

  test.each(['/env/x', '/env/x?from=here', '/env/x/'])('has its start page at %s', async (url) => {
    const page = await browser((await testMock()).app).get(url);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain(`http://localhost:8585/env/x${REALM}`);
  });

  test('has a name of 64 characters at most', async () => {
    const mock = await testMock();
    const name = 'a'.repeat(64);
    expect((await call(mock, 'GET', `/env/${name}/_mock/clock`)).statusCode).toBe(200);
    expect(await names(mock)).toEqual(['default', name]);
  });
});

describe('an address below /env/ with a name that cannot be', () => {
  let mock: Mock;
  beforeAll(async () => {
    mock = await testMock();
    await mock.app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(() => mock.app.close());

  /** Over a socket, since anything else would resolve dots on the way. */
  const raw = (path: string, accept: string) => {
    const { port } = mock.app.server.address() as AddressInfo;
    return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, headers: { accept } }, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString('utf8') });
      });
      sent.on('error', reject).end();
    });
  };
  const RULE = '1 to 64 letters, digits, dots, hyphens and underscores';

  test.each([
    '/env/default/',
    '/env/a%20b/',
    '/env/%2e%2e/',
    '/env/../',
    '/env/%',
    '/env/-a/',
    '/env/_a/',
    '/env//',
    '/env/a%2Fb/',
    `/env/${'a'.repeat(65)}/`,
    `/env/default${REALM}/authorize?client_id=mock-client`,
    `/env/a:b${REALM}/access_token`,
    '/env/a+b/_mock/people',
  ])('%s: 404, a page and JSON say what a name may be, and nothing begins', async (path) => {
    for (const accept of ['text/html', 'application/json']) {
      const { status, body } = await raw(path, accept);
      expect([status, body]).toEqual([404, expect.stringContaining(RULE)]);
    }
    expect(await names(mock)).toEqual(['default']);
  });

  test('never shows markup that stands in it', async () => {
    const { status, body } = await raw('/env/<script>alert(1)</script>/', 'text/html');
    expect(status).toBe(404);
    expect(body).not.toContain('<script>alert');
  });
});

describe('an environment that ends by a call', () => {
  test('is gone with everything in it: what was under way is not known any more', async () => {
    const mock = await testMock();
    const by = browser(mock.app);
    await create(mock, { name: 'x' });
    await change(mock, 'PATCH', '/env/x/_mock/organisations/RZ8', { nhsmail_private_beta: true });
    const login = await begin({ ...by, get: (url) => by.get(`/env/x${url}`) });
    expect((await by.get(login)).statusCode).toBe(200);
    expect((await call(mock, 'DELETE', '/_mock/environments/x')).statusCode).toBe(204);
    expect(await names(mock)).toEqual(['default']);
    expect((await by.get(login)).statusCode).toBe(404);
    // That request began it anew, with nothing of what was.
    expect(await read(mock, '/env/x/_mock/organisations/RZ8')).toMatchObject({ nhsmail_private_beta: false });
    expect(await read(mock, '/env/x/_mock/sessions')).toEqual([]);
    const kinds = (await read<{ kind: string }[]>(mock, '/env/x/_mock/journal')).map(({ kind }) => kind);
    expect(kinds).toEqual(['environment_started', 'refused']);
  });

  test('is ended from within, too', async () => {
    const mock = await testMock();
    await create(mock, { name: 'x' });
    await change(mock, 'DELETE', '/env/x/_mock/environments/x');
    expect(await names(mock)).toEqual(['default']);
  });

  test.each([
    ['one that is not there', 'nobody', 404, 'GET /_mock/environments'],
    ['the default one', 'default', 409, 'POST /_mock/reset'],
  ])('is not %s', async (_what, name, status, advice) => {
    const mock = await testMock();
    const answer = await call(mock, 'DELETE', `/_mock/environments/${name}`);
    expect([answer.statusCode, answer.json().detail]).toEqual([status, expect.stringContaining(advice)]);
    expect(await names(mock)).toEqual(['default']);
  });
});

describe('an environment that nobody uses', () => {
  test('ends after its time to live, by the machine’s time and not by its own clock', async () => {
    const { mock, wait } = await mockWithMachine();
    await create(mock, { name: 'x', time_to_live_seconds: 60 });
    await change(mock, 'POST', '/env/x/_mock/clock', { advance_seconds: 86_400 });
    expect(await names(mock)).toContain('x');
    wait(59);
    expect(await names(mock)).toContain('x');
    wait(1);
    expect(await names(mock)).toEqual(['default']);
  });

  test('lives on with each use of it, and the list says until when', async () => {
    const { mock, wait } = await mockWithMachine();
    await create(mock, { name: 'x', time_to_live_seconds: 60 });
    for (let times = 0; times < 3; times++) {
      wait(59);
      expect(await outcomeAt(mock, '/env/x', 'alex.bound@nhs.net')).toBe('authenticated');
    }
    const listed = (await read<Listed[]>(mock, '/_mock/environments'))[1];
    expect(listed?.ends_at).toBe(new Date(START + (3 * 59 + 60) * 1000).toISOString());
    expect(await read<unknown[]>(mock, '/env/x/_mock/sessions')).toHaveLength(3);
  });

  test('begins anew when it is used after that, and its name is free', async () => {
    const { mock, wait } = await mockWithMachine();
    for (const name of ['x', 'y']) await create(mock, { name, time_to_live_seconds: 60 });
    await change(mock, 'PATCH', '/env/x/_mock/organisations/RZ8', { nhsmail_private_beta: true });
    wait(60);
    expect(await read(mock, '/env/x/_mock/organisations/RZ8')).toMatchObject({ nhsmail_private_beta: false });
    expect((await create(mock, { name: 'y' })).statusCode).toBe(201);
  });

  test('is never the default one', async () => {
    const { mock, wait } = await mockWithMachine();
    const by = browser(mock.app);
    await by.get(authorizeUrl({ mock_login: 'alex.bound@nhs.net' }));
    wait(31_536_000);
    mock.environments.endUnused();
    expect(await read<unknown[]>(mock, '/_mock/sessions')).toHaveLength(1);
    expect(await read<Listed[]>(mock, '/_mock/environments')).toMatchObject([
      { name: 'default', prefix: '', time_to_live_seconds: null, ends_at: null },
    ]);
  });
});

describe(`more than ${MOST_ENVIRONMENTS} environments`, () => {
  async function full() {
    const { mock, wait } = await mockWithMachine();
    for (let count = 0; count < MOST_ENVIRONMENTS; count++) await mock.environments.at(`n${count}`);
    return { mock, wait };
  }

  test('are refused with 503, which says what to do: by call, on a page and in JSON', async () => {
    const { mock } = await full();
    const advice = 'DELETE /_mock/environments/{name}';
    const asked = [
      create(mock, { name: 'one-more' }),
      mock.app.inject({ url: '/env/one-more/', headers: { accept: 'text/html' } }),
      mock.app.inject(`/env/one-more${REALM}/.well-known/openid-configuration`),
      mock.app.inject('/env/one-more/_mock/people'),
    ];
    const answers = await Promise.all(asked);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([503, 503, 503, 503]);
    for (const { body } of answers) expect(body).toContain(advice);
    expect(answers.map(({ headers }) => String(headers['content-type']).split(';', 1)[0])).toEqual([
      'application/problem+json',
      'text/html',
      'application/json',
      'application/problem+json',
    ]);
    expect(await names(mock)).not.toContain('one-more');
  });

  test('hurt none of those that are there', async () => {
    const { mock } = await full();
    await create(mock, { name: 'one-more' });
    expect(await outcomeAt(mock, '/env/n0', 'alex.bound@nhs.net')).toBe('authenticated');
    expect(await outcomeAt(mock, '', 'alex.bound@nhs.net')).toBe('authenticated');
  });

  test('find room as soon as one has ended, by a call or unused', async () => {
    const { mock, wait } = await full();
    await change(mock, 'DELETE', '/_mock/environments/n0');
    expect((await create(mock, { name: 'second' })).statusCode).toBe(201);
    expect((await create(mock, { name: 'third' })).statusCode).toBe(503);
    wait(3600);
    expect((await create(mock, { name: 'third' })).statusCode).toBe(201);
  });
});
