/** Scenarios in the roles, organisations and workgroups of UserInfo. Claims that were not granted are not made up. */
import { withMembers, withoutMembers } from './answer-changes.ts';
import { oneOf, textOf } from './parameters.ts';
import type { Answer, Change, ScenarioAt, ScenarioContext } from './scenario.ts';

const place = 'userinfo';

type Entry = Readonly<Record<string, unknown>>;
type Entries = readonly Entry[];

/** Another list in place of each of these that is there. */
const withLists = (
  names: readonly string[],
  made: (entries: Entries, context: ScenarioContext) => Entries,
): Change<Answer> =>
  withMembers((claims, context) =>
    Object.fromEntries(
      Object.entries(claims).map(([name, value]) => [
        name,
        names.includes(name) && Array.isArray(value) ? made(value, context) : value,
      ]),
    ),
  );

const withRoles = (made: (roles: Entries, context: ScenarioContext) => Entries) =>
  withLists(['nhsid_nrbac_roles'], made);

const OPTIONAL_FIELDS = [
  'activities',
  'activity_codes',
  'workgroups',
  'workgroups_codes',
  'aow',
  'aow_codes',
];

const withoutOptionalFields = (role: Entry): Entry =>
  Object.fromEntries(Object.entries(role).filter(([name]) => !OPTIONAL_FIELDS.includes(name)));

const otherOrganisation = ({ others }: ScenarioContext) => ({
  org_name: others.orgName,
  org_code: others.orgCode,
});

const ORGANISATION_LISTS = ['nhsid_user_orgs', 'nhsid_org_roles', 'nhsid_org_memberships'];

/** Everything of the person moves to another organisation, each list in step with the others. */
const organisationWrong: Change<Answer> = (right, context) => {
  const { others } = context;
  const orgId = (entry: Entry) => ('person_orgid' in entry ? { person_orgid: others.personOrgId } : {});
  const moved = withRoles((roles) =>
    roles.map((role) => ({ ...role, ...orgId(role), org_code: others.orgCode })),
  );
  const renamed = withLists(ORGANISATION_LISTS, (entries) =>
    entries.slice(0, 1).map((entry) => ({ ...entry, ...orgId(entry), ...otherOrganisation(context) })),
  );
  return renamed(moved(right, context), context);
};

/** The first role once more, here or at another organisation, which the list of organisations then has too. */
const sameCode: Change<Answer> = (right, context) => {
  const { others } = context;
  const elsewhere = textOf(context, 'organisation') === 'other';
  const place = elsewhere ? { person_orgid: others.personOrgId, org_code: others.orgCode } : {};
  const doubled = withRoles((roles) => [
    ...roles,
    ...roles.slice(0, 1).map((role) => ({ ...role, ...place, person_roleid: others.personRoleId })),
  ]);
  const listed = withLists(['nhsid_user_orgs'], (entries) =>
    elsewhere ? [...entries, otherOrganisation(context)] : entries,
  );
  return listed(doubled(right, context), context);
};

export const USERINFO_ROLES: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'USERINFO_ROLES_MISSING',
    title: 'UserInfo has no list of roles',
    place,
    change: withoutMembers('nhsid_nrbac_roles'),
    sent: 'The right claims without nhsid_nrbac_roles; the ID token names a role all the same.',
    goodRelyingParty:
      'Shows a page that says that the person has no role here; it does not fail on a list that is not there.',
  },
  {
    code: 'USERINFO_ROLES_EMPTY',
    title: 'The list of roles is empty',
    place,
    change: withRoles(() => []),
    sent: 'The right claims with an empty nhsid_nrbac_roles; the ID token names a role all the same.',
    goodRelyingParty: 'Shows a page that says that the person has no role here, and who can give one.',
  },
  {
    code: 'USERINFO_ROLES_AS_STRING',
    title: 'The list of roles is a string',
    place,
    change: withMembers(({ nhsid_nrbac_roles }) =>
      nhsid_nrbac_roles === undefined ? {} : { nhsid_nrbac_roles: JSON.stringify(nhsid_nrbac_roles) },
    ),
    sent: 'The right claims, with the list of roles as JSON text in a string.',
    goodRelyingParty: 'Refuses the answer with a clear log line, and gives no access by it.',
  },
  {
    code: 'USERINFO_ROLE_ID_EMPTY',
    title: 'Roles without an id',
    place,
    change: withRoles((roles) => roles.map((role) => ({ ...role, person_roleid: '' }))),
    sent: 'The right claims, with an empty person_roleid in each role.',
    goodRelyingParty:
      'Gives no access: no role is the selected one, nor does an empty id match an empty selection.',
  },
  {
    code: 'USERINFO_ROLE_FIELDS_MISSING',
    title: 'Roles without activities and workgroups',
    place,
    change: withRoles((roles) => roles.map(withoutOptionalFields)),
    sent: 'The right claims, with roles that lack activities, workgroups, areas of work and their codes.',
    goodRelyingParty: 'Treats what is missing as empty: the fields are optional.',
  },
  {
    code: 'USERINFO_ROLES_SAME_CODE',
    title: 'Two roles of the same kind',
    place,
    change: sameCode,
    sent: 'The right claims, with the first role once more at the end under another person_roleid, at another organisation or the same.',
    goodRelyingParty: 'Tells roles apart by person_roleid and not by role_code, and uses the selected one.',
    parameters: { organisation: oneOf(['other', 'same'], 'Where the second role is.') },
  },
  {
    code: 'USERINFO_ORGANISATION_MISSING',
    title: 'The organisation of the role is not listed',
    place,
    change: withLists(['nhsid_user_orgs'], (_, context) => [otherOrganisation(context)]),
    sent: 'The right roles, and an nhsid_user_orgs that lists only an organisation where the person has no role.',
    goodRelyingParty:
      'Shows the organisation’s code where it has no name for it, or gives no access; it does not fail.',
  },
  {
    code: 'USERINFO_ORGANISATION_WRONG',
    title: 'The right role at the wrong organisation',
    place,
    change: organisationWrong,
    sent: 'Valid claims in which all roles and organisations are at one other organisation.',
    goodRelyingParty: 'Says that the person’s organisation has no access, and offers to change the role.',
  },
  {
    code: 'USERINFO_WORKGROUP_WRONG',
    title: 'The right role in the wrong workgroup',
    place,
    change: withRoles((roles, context) =>
      roles.map((role) => ({
        ...role,
        workgroups: [textOf(context, 'workgroup')],
        workgroups_codes: [textOf(context, 'workgroup_code')],
      })),
    ),
    sent: 'Valid claims in which each role is in one other workgroup.',
    goodRelyingParty: 'Says that the person’s workgroup has no access, and offers to change the role.',
    parameters: {
      workgroup: { type: 'string', default: 'outpatientbooking', description: 'The name of the workgroup.' },
      workgroup_code: { type: 'string', default: '940000000103', description: 'The code of the workgroup.' },
    },
  },
];
