/** UserInfo: the claims of each scope, and who may ask (facts 2.1 to 2.3, 10.5; RFC 6750). */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  browser,
  callback,
  claimsOf,
  encode,
  logIn,
  type Mock,
  REALM,
  START,
  testMock,
} from '../support/mock.ts';
import { eventsOf, postToken, refusalOf, tokensOf, userInfo } from './support.ts';

let mock: Mock;
beforeAll(async () => {
  mock = await testMock();
});
afterEach(() => mock.clock.freeze(START));
afterAll(() => mock.app.close());

const ALEX = '910000000101';
const FARAH = '656005750104';
const KEYA = '910000000203';
const NOOR = '910000000104';
const ZOE = '910000000206';

async function accessToken(persona: string, scope = 'openid profile'): Promise<string> {
  return (await tokensOf(mock, await logIn(browser(mock.app), persona, { scope }))).access_token;
}

const claimsFor = async (persona: string, scope: string) =>
  (await userInfo(mock, await accessToken(persona, scope))).json();

const ALEX_ROLE = {
  person_orgid: '920001010001',
  person_roleid: '930001010001',
  org_code: 'A9A5A',
  role_name: '"Clinical":"Clinical Provision":"Nurse Access Role"',
  role_code: 'S8000:G8000:R8001',
  activities: [
    'Personal Medication Administration',
    'Perform Detailed Health Record',
    'Amend Patient Demographics',
    'Perform Patient Administration',
    'Verify Health Records',
  ],
  activity_codes: ['B0428', 'B0380', 'B0825', 'B0560', 'B8028'],
  workgroups: ['schoolagedimmunisations', 'a9a5a'],
  workgroups_codes: ['940000000101', '940000000102'],
};

describe('the claims of a scope', () => {
  test.each([
    { scope: '', persona: ALEX, claims: {} },
    {
      scope: 'profile',
      persona: ALEX,
      claims: { name: 'Bound Alex Mx', family_name: 'Bound', given_name: 'Alex', uid: ALEX },
    },
    { scope: 'email', persona: ALEX, claims: { email: 'alex.bound@nhs.net' } },
    { scope: 'email', persona: KEYA, claims: {} },
    {
      scope: 'nhsperson',
      persona: ALEX,
      claims: {
        nhsid_useruid: ALEX,
        title: 'Mx',
        initials: 'J',
        middle_names: 'Jude',
        display_name: 'Alex Bound',
        idassurancelevel: '3',
      },
    },
    {
      scope: 'nhsperson',
      persona: FARAH,
      claims: {
        nhsid_useruid: FARAH,
        title: 'Mrs',
        initials: 'L',
        middle_names: 'Leila',
        display_name: 'Farah Quill (Northmoor)',
        idassurancelevel: '3',
      },
    },
    {
      scope: 'nhsperson',
      persona: NOOR,
      claims: { nhsid_useruid: NOOR, title: 'Ms', display_name: 'Noor Norrell', idassurancelevel: '3' },
    },
    {
      scope: 'nationalrbacaccess',
      persona: ALEX,
      claims: { nhsid_useruid: ALEX, nhsid_nrbac_roles: [ALEX_ROLE] },
    },
    { scope: 'nationalrbacaccess', persona: NOOR, claims: { nhsid_useruid: NOOR, nhsid_nrbac_roles: [] } },
    {
      scope: 'associatedorgs',
      persona: ALEX,
      claims: {
        nhsid_useruid: ALEX,
        nhsid_user_orgs: [{ org_name: 'Meadowbank School Aged Immunisation Service', org_code: 'A9A5A' }],
      },
    },
    {
      scope: 'associatedorgs',
      persona: '910000000102',
      claims: {
        nhsid_useruid: '910000000102',
        nhsid_user_orgs: [
          { org_name: 'Meadowbank School Aged Immunisation Service', org_code: 'A9A5A' },
          { org_name: 'Northmoor University Hospitals NHS Foundation Trust', org_code: 'RZ9' },
        ],
      },
    },
    {
      scope: 'organisationalmemberships',
      persona: ZOE,
      claims: {
        nhsid_org_roles: [
          {
            person_orgid: '920002060001',
            org_name: 'Northmoor University Hospitals NHS Foundation Trust',
            org_code: 'RZ9',
          },
        ],
        nhsid_org_memberships: [
          {
            person_orgid: '920002060001',
            org_name: 'Northmoor University Hospitals NHS Foundation Trust',
            org_code: 'RZ9',
            gnc: 'GNC0206',
          },
          { person_orgid: '920002060002', org_name: 'Saltmarsh Hospitals NHS Trust', org_code: 'RZ8' },
        ],
      },
    },
    { scope: 'professionalmemberships', persona: ALEX, claims: { nmc_id: '99Z0101E' } },
    {
      scope: 'professionalmemberships',
      persona: ZOE,
      claims: { gmc_id: '9900206', consultant_id: 'C9900206' },
    },
    { scope: 'professionalmemberships', persona: NOOR, claims: {} },
    { scope: 'selectedrole', persona: ALEX, claims: {} },
    { scope: 'changedrole', persona: ALEX, claims: {} },
    { scope: 'odscodes', persona: ALEX, claims: {} },
  ])('"$scope" are exactly these for $persona, beside sub', async ({ scope, persona, claims }) => {
    expect(await claimsFor(persona, `openid ${scope}`)).toEqual({ sub: persona, ...claims });
  });

  test('add up where several scopes are asked for', async () => {
    const claims = await claimsFor(ALEX, 'openid profile email nationalrbacaccess associatedorgs');

    expect(Object.keys(claims).sort()).toEqual([
      'email',
      'family_name',
      'given_name',
      'name',
      'nhsid_nrbac_roles',
      'nhsid_user_orgs',
      'nhsid_useruid',
      'sub',
      'uid',
    ]);
  });

  test('give the roles in the order of the fixtures, every time', async () => {
    const roles = Array.from({ length: 8 }, (_, index) => `93000103000${index + 1}`);
    for (const _ of [1, 2]) {
      const claims = await claimsFor('910000000103', 'openid nationalrbacaccess');
      expect(
        claims.nhsid_nrbac_roles.map(({ person_roleid }: { person_roleid: string }) => person_roleid),
      ).toEqual(roles);
    }
  });

  test('leave out the fields of a role that have nothing in them, instead of sending empty lists', async () => {
    const claims = await claimsFor('910000000103', 'openid nationalrbacaccess');

    expect(claims.nhsid_nrbac_roles[6]).toEqual({
      person_orgid: '920001030005',
      person_roleid: '930001030007',
      org_code: 'QZ8',
      role_name: '"Support":"Systems Support":"Systems Support Access Role"',
      role_code: 'S8001:G8005:R8015',
    });
    expect(claims.nhsid_nrbac_roles[0]).toMatchObject({
      aow: ['"Medicine":"Respiratory Medicine":"Respiratory Medicine"'],
      aow_codes: ['P0010:Q0050:T0210'],
    });
  });

  test('leave out lists that the fixtures give as empty, too', async () => {
    const empty = {
      activities: [],
      activity_codes: [],
      workgroups: [],
      workgroups_codes: [],
      aow: [],
      aow_codes: [],
    };
    const role = { person_orgid: '920000000001', person_roleid: '930000000001', org_code: 'A9A5A' };
    const named = { role_name: '"a":"b":"c"', role_code: 'S8000:G8000:R8001' };
    const other = await testMock({
      fixtures: {
        extends: 'default',
        people: [
          {
            uid: '910000000999',
            given_name: 'Erin',
            family_name: 'Empty',
            id_assurance_level: '3',
            roles: [{ ...role, ...named, ...empty }],
            authenticators: [{ type: 'smartcard' }],
          },
        ],
      },
    });
    const answer = await logIn(browser(other.app), '910000000999', { scope: 'openid nationalrbacaccess' });

    const claims = (await userInfo(other, (await tokensOf(other, answer)).access_token)).json();

    expect(claims.nhsid_nrbac_roles).toEqual([{ ...role, ...named }]);
    await other.app.close();
  });

  test('name an organisation for every role, so that an application can join the two', async () => {
    const claims = await claimsFor('910000000103', 'openid nationalrbacaccess associatedorgs');
    const orgCodes = (list: { org_code: string }[]) => new Set(list.map(({ org_code }) => org_code));

    expect(orgCodes(claims.nhsid_user_orgs)).toEqual(orgCodes(claims.nhsid_nrbac_roles));
    expect(claims.nhsid_user_orgs).toHaveLength(5);
  });
});

describe('a request for UserInfo', () => {
  const post = (payload: string, headers: Record<string, string> = {}) =>
    mock.app.inject({
      method: 'POST',
      url: `${REALM}/userinfo`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      payload,
    });

  test('is answered alike by GET, by POST with the header, and by POST with the token in the form', async () => {
    const token = await accessToken(ALEX);
    const authorization = `Bearer ${token}`;

    const answers = [
      await mock.app.inject({ url: `${REALM}/userinfo`, headers: { authorization } }),
      await mock.app.inject({ method: 'POST', url: `${REALM}/userinfo`, headers: { authorization } }),
      await post('', { authorization }),
      await post(encode({ access_token: token })),
      await mock.app.inject({ url: `${REALM}/userinfo`, headers: { authorization: `bearer ${token}` } }),
    ];

    for (const answer of answers) {
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toMatch(/^application\/json\b/);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.json()).toEqual({
        sub: ALEX,
        name: 'Bound Alex Mx',
        family_name: 'Bound',
        given_name: 'Alex',
        uid: ALEX,
      });
    }
  });

  test('has the sub of the ID token', async () => {
    for (const persona of ['alex.bound@nhs.net', FARAH]) {
      const tokens = await tokensOf(mock, await logIn(browser(mock.app), persona));

      const claims = (await userInfo(mock, tokens.access_token)).json();

      expect(claims.sub).toBe(claimsOf(tokens.id_token)['sub']);
    }
  });

  test('may carry query parameters that nobody knows', async () => {
    const authorization = `Bearer ${await accessToken(ALEX)}`;

    const answer = await mock.app.inject({
      url: `${REALM}/userinfo?schema=openid&x=%zz&x=2`,
      headers: { authorization },
    });

    expect([answer.statusCode, answer.json().sub]).toEqual([200, ALEX]);
  });

  test('may be made again and again', async () => {
    const token = await accessToken(ALEX);

    expect((await userInfo(mock, token)).json()).toEqual((await userInfo(mock, token)).json());
  });

  test('with the token in the header and in the form is refused', async () => {
    const token = await accessToken(ALEX);

    const answer = await post(encode({ access_token: token }), { authorization: `Bearer ${token}` });

    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({
      error: 'invalid_request',
      error_description: 'Access Token cannot be provided in both form and header',
    });
    expect(await refusalOf(mock, answer)).toMatchObject({ parameter: 'access_token' });
  });

  test('with the token twice in the form is refused (RFC 6750 section 3.1)', async () => {
    const token = encode({ access_token: await accessToken(ALEX) });

    const answer = await post(`${token}&${token}`);

    expect([answer.statusCode, answer.json().error]).toEqual([400, 'invalid_request']);
  });

  test('is journalled with the person and the claims', async () => {
    const answer = await userInfo(mock, await accessToken(ALEX));

    const [event] = await eventsOf(mock, answer, 'userinfo_answered');
    expect(event).toMatchObject({ client_id: 'mock-client', uid: ALEX });
    expect(event?.details).toEqual({ claims: answer.json() });
  });

  describe('is refused by 401 with a challenge', () => {
    type Answer = Awaited<ReturnType<typeof post>>;

    async function expectChallenge(answer: Answer, found: string) {
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toEqual({
        error: 'invalid_token',
        error_description:
          'The access token provided is expired, revoked, malformed, or invalid for other reasons.',
      });
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="[^"]+", error="invalid_token", /);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect((await refusalOf(mock, answer)).found).toBe(found);
    }

    const notBearer = 'an Authorization header that is not Bearer and a token';
    const unknown = 'an unknown or expired access token';

    test.each([
      { name: 'without a token', headers: {}, found: 'no access token' },
      { name: 'with Basic', headers: { authorization: 'Basic bW9jazptb2Nr' }, found: notBearer },
      { name: 'with Bearer and nothing', headers: { authorization: 'Bearer ' }, found: notBearer },
      { name: 'with Bearer and two words', headers: { authorization: 'Bearer a b' }, found: notBearer },
      { name: 'with letters no token has', headers: { authorization: 'Bearer {"a"}' }, found: notBearer },
      { name: 'with a token never issued', headers: { authorization: 'Bearer abc.def_ghi' }, found: unknown },
      {
        name: 'with a name of JavaScript’s own',
        headers: { authorization: 'Bearer __proto__' },
        found: unknown,
      },
    ])('$name', async ({ headers, found }) => {
      await expectChallenge(await mock.app.inject({ url: `${REALM}/userinfo`, headers }), found);
      await expectChallenge(
        await mock.app.inject({ method: 'POST', url: `${REALM}/userinfo`, headers }),
        found,
      );
    });

    test('with a token never issued in the form, or an empty one', async () => {
      await expectChallenge(await post('access_token=abc'), unknown);
      await expectChallenge(await post('access_token='), 'no access token');
    });

    test('with a token in the query, where tokens do not belong', async () => {
      const url = `${REALM}/userinfo?${encode({ access_token: await accessToken(ALEX) })}`;

      await expectChallenge(await mock.app.inject(url), 'no access token');
    });

    test('with a token in the body of a GET', async () => {
      const answer = await mock.app.inject({
        method: 'GET',
        url: `${REALM}/userinfo`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: encode({ access_token: await accessToken(ALEX) }),
      });

      await expectChallenge(answer, 'no access token');
    });

    test('with the right token and a letter more', async () => {
      await expectChallenge(await userInfo(mock, `${await accessToken(ALEX)}A`), unknown);
    });

    test('with an ID token or a code in place of the access token', async () => {
      const answer = await logIn(browser(mock.app), 'alex.bound@nhs.net');
      const code = callback(answer).get('code') ?? '';
      await expectChallenge(await userInfo(mock, code), unknown);

      const { id_token } = await tokensOf(mock, answer);

      await expectChallenge(await userInfo(mock, id_token), unknown);
    });

    test('from the second on in which the token’s hour is over', async () => {
      const token = await accessToken(ALEX);
      mock.clock.advance(3599);
      expect((await userInfo(mock, token)).statusCode).toBe(200);

      mock.clock.advance(1);

      await expectChallenge(await userInfo(mock, token), unknown);
    });

    test('with a token whose code came a second time', async () => {
      const answer = await logIn(browser(mock.app), 'alex.bound@nhs.net');
      const { access_token } = await tokensOf(mock, answer);
      await postToken(mock, {
        grant_type: 'authorization_code',
        code: callback(answer).get('code') ?? '',
        redirect_uri: 'http://localhost:3000/callback',
        client_id: 'mock-client',
        client_secret: 'mock-secret',
      });

      await expectChallenge(await userInfo(mock, access_token), 'an access token that was revoked');
    });
  });
});
