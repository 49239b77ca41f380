/** Scope → claims of UserInfo: each claim’s exact name, type and quirk (facts 2.1 to 2.3). */
import { type Directory, organisationCodesOf } from './directory.ts';
import type { Person, Role } from './schema.ts';

/** Every scope of CIS2 (facts 2.1). Unknown ones are tolerated and not granted. */
export const SCOPES = [
  'openid',
  'profile',
  'email',
  'nhsperson',
  'associatedorgs',
  'nationalrbacaccess',
  'professionalmemberships',
  'organisationalmemberships',
  'selectedrole',
  'changedrole',
] as const;

export type Claims = Record<string, unknown>;

/** Surname first, title last, as CIS2’s name claim has it (facts 2.2). */
export function nameOf(person: Person): string {
  return [person.family_name, person.given_name, person.title].filter(Boolean).join(' ');
}

/** Empty optional values are left out, not sent as empty (facts 0, row 6). */
function present(claims: Claims): Claims {
  return Object.fromEntries(
    Object.entries(claims).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

function roleClaim(role: Role): Claims {
  return present({
    person_orgid: role.person_orgid,
    person_roleid: role.person_roleid,
    org_code: role.org_code,
    role_name: role.role_name,
    role_code: role.role_code,
    activities: role.activities,
    activity_codes: role.activity_codes,
    workgroups: role.workgroups,
    workgroups_codes: role.workgroups_codes,
    aow: role.aow,
    aow_codes: role.aow_codes,
  });
}

type ClaimsOfScope = (person: Person, directory: Directory) => Claims;

const orgName = (directory: Directory, orgCode: string) =>
  directory.organisation(orgCode)?.org_name ?? orgCode;

function organisationRoles(person: Person, directory: Directory): Claims[] {
  const seen = new Map<string, Claims>();
  for (const { person_orgid, org_code } of person.roles) {
    seen.set(person_orgid, { person_orgid, org_name: orgName(directory, org_code), org_code });
  }
  return [...seen.values()];
}

function organisationMemberships(person: Person, directory: Directory): Claims[] {
  const listed = person.organisations ?? [];
  const gncOf = new Map(listed.map(({ person_orgid, gnc }) => [person_orgid, gnc]));
  const others = listed.map(({ person_orgid, org_code }) => ({
    person_orgid,
    org_name: orgName(directory, org_code),
    org_code,
  }));
  const all = new Map(
    [...organisationRoles(person, directory), ...others].map((each) => [String(each['person_orgid']), each]),
  );
  return [...all.values()].map((each) => present({ ...each, gnc: gncOf.get(String(each['person_orgid'])) }));
}

const CLAIMS_OF_SCOPE: Readonly<Record<string, ClaimsOfScope>> = {
  profile: (person) => ({
    name: nameOf(person),
    family_name: person.family_name,
    given_name: person.given_name,
    uid: person.uid,
  }),
  email: (person) => ({ email: person.email }),
  nhsperson: (person) => ({
    nhsid_useruid: person.uid,
    title: person.title,
    initials: person.initials,
    middle_names: person.middle_names,
    display_name: person.display_name ?? `${person.given_name} ${person.family_name}`,
    idassurancelevel: person.id_assurance_level,
  }),
  nationalrbacaccess: (person) => ({
    nhsid_useruid: person.uid,
    nhsid_nrbac_roles: person.roles.map(roleClaim),
  }),
  associatedorgs: (person, directory) => ({
    nhsid_useruid: person.uid,
    nhsid_user_orgs: organisationCodesOf(person).map((org_code) => ({
      org_name: orgName(directory, org_code),
      org_code,
    })),
  }),
  organisationalmemberships: (person, directory) => ({
    nhsid_org_roles: organisationRoles(person, directory),
    nhsid_org_memberships: organisationMemberships(person, directory),
  }),
  professionalmemberships: (person) => ({
    gmc_id: person.gmc_id,
    gmp_id: person.gmp_id,
    gdc_id: person.gdc_id,
    gdp_id: person.gdp_id,
    nmc_id: person.nmc_id,
    rcn_id: person.rcn_id,
    gphc_id: person.gphc_id,
    consultant_id: person.consultant_id,
  }),
};

/**
 * The claims of UserInfo for the granted scopes. A list that was asked for is there even when it is empty: an
 * application must see that a person has no role (scenarios 2.1, row 9). Other values left empty are absent.
 */
export function userInfoClaims(person: Person, scopes: readonly string[], directory: Directory): Claims {
  const claims: Claims = { sub: person.uid };
  for (const scope of scopes) Object.assign(claims, CLAIMS_OF_SCOPE[scope]?.(person, directory));
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}

/** The quirk of settings.single_object_collections: a list of one becomes the object itself (facts 0, row 7). */
export function withBareObjects(claims: Claims): Claims {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value) && value.length === 1 ? value[0] : value,
    ]),
  );
}
