/**
 * The shapes of everything Care Identity knows: organisations, people, their roles and authenticators,
 * and the NHSmail accounts that stand beside them.
 *
 * These TypeBox schemas are the single source: `npm run schema` writes them to `fixtures/fixtures.schema.json`,
 * which validates fixtures at start and completes them in editors. Code that runs imports the types alone,
 * so that TypeBox (about 0.15 s to load) is no part of a start.
 */
import { type Static, Type } from 'typebox';
import { chosenScenarioSchema } from '../scenarios/chosen-scenario-schema.ts';

const closed = { additionalProperties: false };

/** 12 digits, the form of every CIS2 identifier of a person, a role or a membership (facts 2.2, 2.3). */
const identifier = (description: string) => Type.String({ pattern: '^[0-9]{12}$', description });

const text = (description: string) => Type.String({ minLength: 1, maxLength: 256, description });

const texts = (description: string) => Type.Array(text('One entry.'), { maxItems: 200, description });

const email = (description: string) =>
  Type.String({ pattern: '^[^@\\s]{1,64}@[^@\\s]{1,190}$', maxLength: 256, description });

export const OrganisationSchema = Type.Object(
  {
    org_code: Type.String({
      pattern: '^[A-Z0-9]{1,10}$',
      description: 'ODS code, upper-case letters and digits. Key of the list.',
    }),
    org_name: text('Name of the organisation.'),
    nhsmail_private_beta: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'Whether the organisation is in the private beta of the NHSmail authenticator. Decides log-ins only while settings.nhsmail.availability is private_beta.',
      }),
    ),
  },
  { ...closed, description: 'An organisation, by its ODS code.' },
);

export const RoleSchema = Type.Object(
  {
    person_orgid: identifier('Identifier of the membership of the organisation.'),
    person_roleid: identifier('Identifier of the role: what selected_roleid names. Unique in the fixtures.'),
    org_code: Type.String({
      pattern: '^[A-Z0-9]{1,10}$',
      description: 'ODS code of an organisation listed here.',
    }),
    role_name: text('Three quoted parts joined by colons; the quotes are part of the value (facts 2.3).'),
    role_code: Type.String({
      pattern: '^[A-Z][0-9]{4}:[A-Z][0-9]{4}:[A-Z][0-9]{4}$',
      description: 'Staff group, sub group and job role, for example S8000:G8000:R8001.',
    }),
    activities: Type.Optional(texts('Names of activities, in the order of activity_codes.')),
    activity_codes: Type.Optional(texts('Activity codes, for example B0401.')),
    workgroups: Type.Optional(texts('Names of workgroups, in the order of workgroups_codes.')),
    workgroups_codes: Type.Optional(texts('Workgroup codes. The odd plural is CIS2’s own (facts 2.3).')),
    aow: Type.Optional(texts('Areas of work.')),
    aow_codes: Type.Optional(texts('Codes of areas of work.')),
  },
  { ...closed, description: 'A national RBAC role, as nhsid_nrbac_roles carries it.' },
);

export const MembershipSchema = Type.Object(
  {
    person_orgid: identifier('Identifier of the membership.'),
    org_code: Type.String({
      pattern: '^[A-Z0-9]{1,10}$',
      description: 'ODS code of an organisation listed here.',
    }),
    gnc: Type.Optional(text('General national code, where there is one.')),
  },
  { ...closed, description: 'Membership of an organisation without, or beside, a role in it.' },
);

/** Every authenticator that CIS2 lists (facts 3.3). The values are those of the radio buttons too. */
export const AuthenticatorTypeSchema = Type.Union(
  [
    Type.Literal('smartcard'),
    Type.Literal('ipad_app'),
    Type.Literal('windows_hello'),
    Type.Literal('security_key'),
    Type.Literal('authenticator_app'),
    Type.Literal('passkey'),
    Type.Literal('nhsmail'),
  ],
  { description: 'Kind of authenticator.' },
);

export const BindingSchema = Type.Object(
  {
    type: AuthenticatorTypeSchema,
    nhsmail_account: Type.Optional(
      email('For type nhsmail, and only there: the e-mail address of the NHSmail account that is bound.'),
    ),
    status: Type.Optional(
      Type.Union([Type.Literal('registered'), Type.Literal('pending'), Type.Literal('removed')], {
        default: 'registered',
        description:
          'registered: can be used. pending: registration was begun and not completed. removed: was registered once.',
      }),
    ),
  },
  { ...closed, description: 'An authenticator registered (bound) to the Care Identity profile.' },
);

export const PersonSchema = Type.Object(
  {
    uid: identifier('The person’s UID: sub, uid and nhsid_useruid on the wire. Key of the list.'),
    title: Type.Optional(text('For example Ms.')),
    given_name: text('Given name.'),
    family_name: text('Family name.'),
    middle_names: Type.Optional(text('Middle names.')),
    initials: Type.Optional(text('Initials.')),
    display_name: Type.Optional(text('Left out: given name and family name.')),
    email: Type.Optional(email('The email claim. It need not be an NHSmail account.')),
    id_assurance_level: Type.Union(
      [Type.Literal('0'), Type.Literal('1'), Type.Literal('2'), Type.Literal('3')],
      {
        description: 'Identity assurance level (IAL), a string as on the wire.',
      },
    ),
    roles: Type.Array(RoleSchema, {
      maxItems: 200,
      description: 'In the order in which claims and pages list them.',
    }),
    organisations: Type.Optional(
      Type.Array(MembershipSchema, {
        maxItems: 200,
        description: 'Memberships beside those that the roles give.',
      }),
    ),
    authenticators: Type.Array(BindingSchema, {
      maxItems: 50,
      description: 'Authenticators of the profile.',
    }),
    gmc_id: Type.Optional(text('General Medical Council number.')),
    gmp_id: Type.Optional(text('GMP number.')),
    gdc_id: Type.Optional(text('General Dental Council number.')),
    gdp_id: Type.Optional(text('GDP number.')),
    nmc_id: Type.Optional(text('Nursing and Midwifery Council number.')),
    rcn_id: Type.Optional(text('Royal College of Nursing number.')),
    gphc_id: Type.Optional(text('General Pharmaceutical Council number.')),
    consultant_id: Type.Optional(text('Consultant code.')),
    scenario: Type.Optional(chosenScenarioSchema('whenever this person logs in')),
    description: Type.Optional(text('What this persona is for, in a few words: the start page shows it.')),
  },
  { ...closed, description: 'A Care Identity profile.' },
);

export const ApprovalSchema = Type.Object(
  {
    result: Type.Union([Type.Literal('approve'), Type.Literal('decline'), Type.Literal('ignore')], {
      description: 'approve or decline the number match, or ignore it until it runs out.',
    }),
    after_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 86_400,
        default: 0,
        description: 'Seconds that the answer is reckoned to take. Nobody waits for them.',
      }),
    ),
  },
  { ...closed, description: 'How the number match of this account is answered.' },
);

export const NhsmailAccountSchema = Type.Object(
  {
    email: email('The account’s address, compared without regard to case. Key of the list.'),
    password: Type.String({
      minLength: 1,
      maxLength: 256,
      description:
        'Never a real one; the sign-in page speaks of `password`, which the default accounts have.',
    }),
    locked: Type.Optional(
      Type.Boolean({ default: false, description: 'Whether NHSmail refuses every sign-in.' }),
    ),
    approval: Type.Optional(ApprovalSchema),
    description: Type.Optional(text('What this account is for, where no profile says it.')),
  },
  { ...closed, description: 'An NHSmail (NHS.net Connect) account. It may be bound to no profile.' },
);

export type Organisation = Static<typeof OrganisationSchema>;
export type Role = Static<typeof RoleSchema>;
export type Membership = Static<typeof MembershipSchema>;
export type AuthenticatorType = Static<typeof AuthenticatorTypeSchema>;
/** How a person logs in: by an authenticator of the profile or, in the development realm, as a test account (facts 3.3). */
export type LoginMethod = AuthenticatorType | 'user_password';
export type Binding = Static<typeof BindingSchema>;
/** A Care Identity profile. */
export type Person = Static<typeof PersonSchema>;
export type Approval = Static<typeof ApprovalSchema>;
export type NhsmailAccount = Static<typeof NhsmailAccountSchema>;
