/** Samples of the steps of a log-in. */
import { authenticatorsFor } from '../../care-identity/authenticators.ts';
import type {
  ChooseAuthenticatorPage,
  ChoosePersonPage,
  NhsmailSignInPage,
  NumberMatchPage,
  PasswordSignInPage,
  SelectRolePage,
} from '../models.ts';
import { TEST_PASSWORD } from '../test-password.ts';
import { APPLICATION, type Sample, type Scene, sample } from './sample.ts';

const onTheWay = { status: 200, address: '/login/{id}' };

const CHOICE = 'How do you want to log in?';

function chooseAuthenticator({ frame, self, request }: Scene, acr: string, error?: string) {
  const { brand } = request.environment.settings.nhsmail;
  const page: ChooseAuthenticatorPage = {
    ...frame(CHOICE, error !== undefined),
    action: self,
    clientName: APPLICATION,
    options: authenticatorsFor(acr).map(({ type, label, hint }) => ({
      value: type,
      label: type === 'nhsmail' ? brand : label,
      hint,
    })),
    ...(error === undefined ? {} : { error }),
  };
  return page;
}

const CHOICES: readonly Sample[] = [
  sample(
    {
      ...onTheWay,
      name: 'choose-authenticator',
      title: CHOICE,
      when: 'The first page of a log-in.',
      view: 'choose-authenticator',
    },
    (scene) => chooseAuthenticator(scene, 'AAL2_OR_AAL3_ANY'),
  ),
  sample(
    {
      ...onTheWay,
      name: 'choose-authenticator-aal3',
      title: `${CHOICE} Without NHSmail`,
      when: 'The first page where the application asks for AAL3, which NHSmail does not reach.',
      view: 'choose-authenticator',
    },
    (scene) => chooseAuthenticator(scene, 'AAL3_ANY'),
  ),
  sample(
    {
      ...onTheWay,
      name: 'choose-authenticator-error',
      title: `${CHOICE} Nothing selected`,
      when: 'Continue was pressed with nothing selected.',
      view: 'choose-authenticator',
    },
    (scene) => chooseAuthenticator(scene, 'AAL2_OR_AAL3_ANY', 'Select how you want to log in'),
  ),
];

function signInPage(scene: Scene, email: string, errors: NhsmailSignInPage['errors']): NhsmailSignInPage {
  const { frame, self, request } = scene;
  return {
    ...frame(`Sign in to ${request.environment.settings.nhsmail.brand}`, Object.keys(errors).length > 0),
    action: self,
    cancelAction: self,
    email,
    mockPassword: TEST_PASSWORD,
    errors,
  };
}

const SIGNING_IN: readonly Sample[] = [
  sample(
    {
      ...onTheWay,
      name: 'nhsmail-sign-in',
      title: 'Sign in to NHSmail',
      when: 'NHSmail was chosen.',
      view: 'nhsmail-sign-in',
    },
    (scene) => signInPage(scene, '', {}),
  ),
  sample(
    {
      ...onTheWay,
      name: 'nhsmail-sign-in-empty',
      title: 'Sign in to NHSmail: nothing entered',
      when: 'Sign in was pressed with nothing entered.',
      view: 'nhsmail-sign-in',
    },
    (scene) => signInPage(scene, '', { email: 'Enter an email address', password: 'Enter the password' }),
  ),
  sample(
    {
      ...onTheWay,
      name: 'nhsmail-sign-in-unknown',
      title: 'Sign in to NHSmail: no such account',
      when: 'The email address is of no test account.',
      view: 'nhsmail-sign-in',
    },
    (scene) =>
      signInPage(scene, 'alex.bond@nhs.net', {
        email: 'There is no mock account alex.bond@nhs.net. Accounts with a similar name: alex.bound@nhs.net',
      }),
  ),
];

const NUMBER_MATCH = 'Approve this sign-in on your phone';

const numberMatch = (name: string, title: string, when: string, reckoned?: NumberMatchPage['reckoned']) =>
  sample<NumberMatchPage>(
    { ...onTheWay, name, title: `${NUMBER_MATCH}${title}`, when, view: 'number-match' },
    ({ frame, self, request }) => ({
      ...frame(NUMBER_MATCH),
      action: self,
      account: 'alex.bound@nhs.net',
      number: '42',
      numberMatchSeconds: request.environment.settings.timeouts.number_match_seconds,
      ...(reckoned ? { reckoned } : {}),
    }),
  );

const NUMBERS: readonly Sample[] = [
  numberMatch('number-match', '', 'The email address and password were right.'),
  numberMatch(
    'number-match-approves',
    ': the account approves',
    'The test account answers by itself: it approves after a while.',
    { result: 'approve', afterSeconds: 90 },
  ),
  numberMatch(
    'number-match-declines',
    ': the account declines',
    'The test account answers by itself: it declines at once.',
    { result: 'decline', afterSeconds: 0 },
  ),
  numberMatch('number-match-ignores', ': the account does not answer', 'The test account never answers.', {
    result: 'ignore',
    afterSeconds: 0,
  }),
];

const WHO = 'Who do you want to log in as?';

const choosePerson = (name: string, title: string, when: string, error?: string) =>
  sample<ChoosePersonPage>(
    { ...onTheWay, name, title: `${WHO}${title}`, when, view: 'choose-person' },
    ({ frame, self }) => ({
      ...frame(WHO, error !== undefined),
      action: self,
      authenticatorLabel: 'Smartcard',
      people: [
        { uid: '656005750104', name: 'ALDER Wren', description: 'Clerk at a hospital trust.' },
        { uid: '656005750106', name: 'SEDGE Robin', description: 'Nurse at an outpatient clinic.' },
        { uid: '656005750107', name: 'HAZEL Ash', description: '' },
      ],
      ...(error === undefined ? {} : { error }),
    }),
  );

const PEOPLE: readonly Sample[] = [
  choosePerson(
    'choose-person',
    '',
    'Another authenticator than NHSmail was chosen: the mock has no devices.',
  ),
  choosePerson(
    'choose-person-error',
    ' Nobody selected',
    'Continue was pressed with nobody selected.',
    'Select who you want to log in as',
  ),
];

const TEST_ACCOUNT = 'Log in with a test account';

const passwordSignIn = (
  name: string,
  title: string,
  when: string,
  page: Pick<PasswordSignInPage, 'userName' | 'errors'>,
) =>
  sample<PasswordSignInPage>(
    { ...onTheWay, name, title: `${TEST_ACCOUNT}${title}`, when, view: 'password-sign-in' },
    ({ frame, self }) => ({
      ...frame(TEST_ACCOUNT, Object.keys(page.errors).length > 0),
      action: self,
      clientName: APPLICATION,
      mockPassword: TEST_PASSWORD,
      ...page,
    }),
  );

const TEST_ACCOUNTS: readonly Sample[] = [
  passwordSignIn('password-sign-in', '', 'The only step in the development realm.', {
    userName: '',
    errors: {},
  }),
  passwordSignIn('password-sign-in-error', ': no such account', 'The user name is of no test account.', {
    userName: '91000000010',
    errors: {
      user_name: 'There is no test account 91000000010. Accounts with a similar name: 910000000101',
    },
  }),
];

const ROLES: SelectRolePage['roles'] = [
  ['Nurse Access Role', 'Meadowbank School Nursing', 'A9A5A'],
  ['Admin/Clinical Support Access Role', 'Meadowbank School Nursing', 'A9A5A'],
  ['Health Professional Access Role', 'Northmoor Hospital', 'RZ9'],
  ['Receptionist Access Role', 'Northmoor Hospital', 'RZ9'],
  ['Pharmacist Access Role', 'Harbour Street Pharmacy', 'QZ8'],
  ['Clerical Access Role', 'Harbour Street Pharmacy', 'QZ8'],
].map(([roleName = '', orgName = '', orgCode = ''], index) => ({
  personRoleId: `93000999000${index + 1}`,
  roleName: `Clinical – Clinical Provision – ${roleName}`,
  orgName,
  orgCode,
}));

const ROLE = 'Select your role';

const selectRole = (
  name: string,
  title: string,
  when: string,
  page: Pick<SelectRolePage, 'roles' | 'total'> & { search?: string; error?: string },
) =>
  sample<SelectRolePage>(
    { ...onTheWay, name, title: `${ROLE}${title}`, when, view: 'select-role' },
    ({ frame, self }) => ({
      ...frame(ROLE, page.error !== undefined),
      action: self,
      personName: 'ROLES Robin',
      searchable: page.total > 5,
      search: '',
      ...page,
    }),
  );

const FEW = { roles: ROLES.slice(0, 3), total: 3 };

const SELECTING_ROLES: readonly Sample[] = [
  selectRole('select-role', '', 'The application asks for a role, and the person has several.', FEW),
  selectRole('select-role-error', ': none selected', 'Continue was pressed with no role selected.', {
    ...FEW,
    error: 'Select a role',
  }),
  selectRole('select-role-search', ': with search', 'The person has more than 5 roles.', {
    roles: ROLES,
    total: ROLES.length,
  }),
  selectRole('select-role-found', ': after a search', 'A search left some of the roles.', {
    roles: ROLES.slice(2, 4),
    total: ROLES.length,
    search: 'northmoor',
  }),
  selectRole('select-role-not-found', ': nothing found', 'A search left no role.', {
    roles: [],
    total: ROLES.length,
    search: 'astronaut',
  }),
];

export const STEPS: readonly Sample[] = [
  ...CHOICES,
  ...SIGNING_IN,
  ...NUMBERS,
  ...PEOPLE,
  ...TEST_ACCOUNTS,
  ...SELECTING_ROLES,
];
