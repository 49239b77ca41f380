/** Each scenario of UserInfo on the wire: what it changes, and that all the rest of the log-in is right. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testMock } from '../support/mock.ts';
import {
  ABSENT,
  below,
  codesAt,
  differences,
  HTML_PAGE,
  type Members,
  type Parameters,
  type Provider,
  providerOf,
  rowOf,
  strayRows,
  usesOf,
  type WholeLogIn,
  wholeLogIn,
} from './wire.ts';

type Entry = Readonly<Record<string, unknown>>;

/** The lists of the right answer. */
interface Right {
  nhsid_nrbac_roles: readonly Entry[];
  nhsid_user_orgs: readonly Entry[];
}

const claims = (changed: Members) => below('userInfo.body', changed);

/** The roles, each with something else in it. */
const roles = (changed: Members) => (right: Right) =>
  claims({ nhsid_nrbac_roles: right.nhsid_nrbac_roles.map((role) => ({ ...role, ...changed })) });

const without = (entry: Entry, names: readonly string[]): Entry =>
  Object.fromEntries(Object.entries(entry).filter(([name]) => !names.includes(name)));

const OTHER = { org_name: 'Larkfield Community Health NHS Trust', org_code: 'RZ4' };
const OTHER_ORG_ID = '920001030002';
const OTHER_ROLE_ID = '930001030002';

const LONG = 'Featherstonehaugh-Cholmondeley-'.repeat(7).slice(0, 200);

const ROWS: Readonly<Record<string, Members | ((right: Right) => Members)>> = {
  USERINFO_SUB_MISMATCH: claims({ sub: '910000000101' }),
  USERINFO_SUB_MISSING: claims({ sub: ABSENT }),
  USERINFO_SINGLE_OBJECTS: ({ nhsid_nrbac_roles, nhsid_user_orgs }) =>
    claims({ nhsid_nrbac_roles: nhsid_nrbac_roles[0], nhsid_user_orgs: nhsid_user_orgs[0] }),
  USERINFO_UNAUTHORISED: {
    'userInfo.status': 401,
    'userInfo.headers.www-authenticate':
      'Bearer realm="/NHSIdentity/Healthcare", error="invalid_token", error_description="The access token provided is expired, revoked, malformed, or invalid for other reasons."',
    'userInfo.body': {
      error: 'invalid_token',
      error_description:
        'The access token provided is expired, revoked, malformed, or invalid for other reasons.',
    },
  },
  USERINFO_NOT_JSON: {
    'userInfo.headers.content-type': 'text/html; charset=utf-8',
    'userInfo.body': HTML_PAGE,
  },
  USERINFO_EMAIL_MISSING: claims({ email: ABSENT }),
  USERINFO_EMAIL_EMPTY: claims({ email: '' }),
  USERINFO_GIVEN_NAME_MISSING: claims({ given_name: ABSENT }),
  USERINFO_NAME_ACCENTED: claims({
    given_name: 'Zoë Siân',
    family_name: 'O’Šimková-Nuñez',
    name: 'O’Šimková-Nuñez Zoë Siân',
    display_name: 'Zoë Siân O’Šimková-Nuñez',
  }),
  USERINFO_NAME_LONG: claims({
    given_name: 'Wolfgang',
    family_name: LONG,
    name: `${LONG} Wolfgang`,
    display_name: `Wolfgang ${LONG}`,
  }),
  USERINFO_ROLES_MISSING: claims({ nhsid_nrbac_roles: ABSENT }),
  USERINFO_ROLES_EMPTY: claims({ nhsid_nrbac_roles: [] }),
  USERINFO_ROLES_AS_STRING: (right) => claims({ nhsid_nrbac_roles: JSON.stringify(right.nhsid_nrbac_roles) }),
  USERINFO_ROLE_ID_EMPTY: roles({ person_roleid: '' }),
  USERINFO_ROLE_FIELDS_MISSING: (right) =>
    claims({
      nhsid_nrbac_roles: right.nhsid_nrbac_roles.map((role) =>
        without(role, ['activities', 'activity_codes', 'workgroups', 'workgroups_codes']),
      ),
    }),
  USERINFO_ROLES_SAME_CODE: ({ nhsid_nrbac_roles, nhsid_user_orgs }) =>
    claims({
      nhsid_nrbac_roles: [
        ...nhsid_nrbac_roles,
        {
          ...nhsid_nrbac_roles[0],
          person_roleid: OTHER_ROLE_ID,
          person_orgid: OTHER_ORG_ID,
          org_code: OTHER.org_code,
        },
      ],
      nhsid_user_orgs: [...nhsid_user_orgs, OTHER],
    }),
  USERINFO_ORGANISATION_MISSING: claims({ nhsid_user_orgs: [OTHER] }),
  USERINFO_ORGANISATION_WRONG: (right) => ({
    ...roles({ person_orgid: OTHER_ORG_ID, org_code: OTHER.org_code })(right),
    ...claims({ nhsid_user_orgs: [OTHER] }),
  }),
  USERINFO_WORKGROUP_WRONG: roles({ workgroups: ['outpatientbooking'], workgroups_codes: ['940000000103'] }),
};

let provider: Provider;
let right: WholeLogIn;
beforeAll(async () => {
  provider = await providerOf(await testMock());
  right = await wholeLogIn(provider);
});
afterAll(() => provider.mock.app.close());

test.each(codesAt('userinfo'))('%s: exactly this differs', async (code) => {
  const row = rowOf(ROWS, code);
  const differs = typeof row === 'function' ? row(right.userInfo?.body as Right) : row;
  const run = (parameters: Parameters) => wholeLogIn(provider, parameters);
  const { asked, queued } = await usesOf(provider.mock, { code, place: 'userinfo' }, run, right);
  expect(asked).toStrictEqual(differs);
  expect(queued).toStrictEqual(differs);
});

test('the log-in after all of them is right', async () => {
  expect(differences(right, await wholeLogIn(provider))).toStrictEqual({});
});

test('no row is of a scenario that there is not', () => {
  expect(strayRows(ROWS, 'userinfo')).toEqual([]);
});
