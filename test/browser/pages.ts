/**
 * Every page and state of the service, and how a person gets there: journeys, each by one person in one tab, along
 * which every page is looked at. Tests and screenshots walk the same table.
 */
import {
  approve,
  choose,
  open,
  openDevelopmentRealm,
  openNhsmail,
  press,
  searchRoles,
  signIn,
  typeAndSignIn,
  type Visitor,
  withoutWatching,
} from './support.ts';

export interface PageCase {
  /** Also the name of the screenshot’s file. */
  name: string;
  status: number;
  /** The data-testid of the page’s main part. */
  testId: string;
  /** How the title starts. */
  title: string;
  /** Words that tell this state of the page from the others. */
  says: string;
  /** From the page before it on the journey, or from nowhere. */
  walk: (visitor: Visitor) => Promise<unknown>;
}

export interface Journey {
  journey: string;
  pages: readonly PageCase[];
}

type Rest = Pick<PageCase, 'title' | 'says' | 'walk'>;

const onTheWay = (name: string, testId: string, rest: Rest): PageCase => ({
  name,
  status: 200,
  testId: `page-${testId}`,
  ...rest,
});

const ending = (name: string, outcome: string, status: number, rest: Rest): PageCase => ({
  name,
  status,
  testId: `outcome-${outcome}`,
  ...rest,
});

const refusal = (name: string, status: number, rest: Rest): PageCase => ({
  name,
  status,
  testId: 'page-error',
  ...rest,
});

const demoFailure = (name: string, kind: string, rest: Rest): PageCase => ({
  name,
  status: 200,
  testId: `demo-failure-${kind}`,
  ...rest,
});

const pressing = (testId: string) => (visitor: Visitor) => press(visitor, testId);

const START: Journey = {
  journey: 'to the start page',
  pages: [
    onTheWay('start', 'start', {
      title: 'Start',
      says: 'Who can log in',
      walk: ({ page, mock }) => page.goto(mock.url),
    }),
  ],
};

const GALLERIES: Journey[] = [
  {
    journey: 'to what the start page has for one client and one account',
    pages: [
      onTheWay('start-for-a-client', 'start', {
        title: 'Start',
        says: '1 of 30 accounts shown',
        walk: ({ page, mock }) => page.goto(`${mock.url}?client_id=mock-client-private-key-jwt&persona=sol`),
      }),
    ],
  },
  {
    journey: 'to the scenarios, and to some of them',
    pages: [
      onTheWay('scenarios', 'scenarios', {
        title: 'Scenarios',
        says: 'A good application:',
        walk: ({ page, mock }) => page.goto(`${mock.url}scenarios`),
      }),
      onTheWay('scenarios-found', 'scenarios', {
        title: 'Scenarios',
        says: '1 of 153 scenarios shown',
        walk: ({ page }) => page.getByTestId('filter-words').fill('nonce logout'),
      }),
    ],
  },
  {
    journey: 'to the addresses, after somebody logged in',
    pages: [
      onTheWay('addresses', 'addresses', {
        title: 'Addresses',
        says: 'They fit together.',
        async walk(visitor) {
          await open(visitor);
          await visitor.page.goto(`${visitor.mock.url}health/addresses`);
        },
      }),
    ],
  },
  {
    journey: 'to the gallery of pages, and to a picture of one',
    pages: [
      onTheWay('pages', 'pages', {
        title: 'Pages',
        says: 'as it stands now',
        walk: ({ page, mock }) => page.goto(`${mock.url}pages`),
      }),
      onTheWay('picture', 'select-role', {
        title: 'Error: Select your role',
        says: 'Select a role',
        walk: (visitor) => press(visitor, 'open-select-role-error'),
      }),
    ],
  },
];
/** When its script has drawn every section, with all opened that can be without changing anything. */
async function openConsole({ page, mock }: Visitor) {
  await page.goto(`${mock.url}console`);
  for (const testId of ['reset', 'change-RZ8', 'change-uma.unbound@nhs.net', 'change-910000000101']) {
    await page.getByTestId(testId).click();
  }
}

const CONSOLE: Journey = {
  journey: 'to the console, with its editors open',
  pages: [
    onTheWay('console', 'console', {
      title: 'Console',
      says: 'Yes, reset everything now',
      walk: openConsole,
    }),
  ],
};

const CHOICES: Journey[] = [
  {
    journey: 'to the choice of an authenticator, choosing none',
    pages: [
      onTheWay('choose-authenticator', 'choose-authenticator', {
        title: 'How do you want to log in?',
        says: 'How do you want to log in?',
        walk: (visitor) => open(visitor),
      }),
      onTheWay('choose-authenticator-error', 'choose-authenticator', {
        title: 'Error: How do you want to log in?',
        says: 'There is a problem',
        walk: pressing('continue'),
      }),
    ],
  },
  {
    journey: 'by smartcard, for an application that asks for AAL3',
    pages: [
      onTheWay('choose-authenticator-for-aal3', 'choose-authenticator', {
        title: 'How do you want to log in?',
        says: 'Security key',
        walk: (visitor) => open(visitor, { acr_values: 'AAL3_ANY' }),
      }),
      onTheWay('choose-person', 'choose-person', {
        title: 'Who do you want to log in as?',
        says: 'Who do you want to log in as?',
        walk: (visitor) => choose(visitor, 'authenticator-smartcard'),
      }),
      onTheWay('choose-person-error', 'choose-person', {
        title: 'Error: Who do you want to log in as?',
        says: 'Select who you want to log in as',
        walk: pressing('continue'),
      }),
    ],
  },
];

const NHSMAIL: Journey = {
  journey: 'through NHSmail with every mistake, until the number runs out',
  pages: [
    onTheWay('nhsmail-sign-in', 'nhsmail-sign-in', {
      title: 'Sign in',
      says: 'Use a test account from this mock',
      walk: (visitor) => openNhsmail(visitor),
    }),
    onTheWay('nhsmail-sign-in-empty', 'nhsmail-sign-in', {
      title: 'Error: Sign in',
      says: 'Enter the password',
      walk: pressing('sign-in'),
    }),
    onTheWay('nhsmail-sign-in-unknown-account', 'nhsmail-sign-in', {
      title: 'Error: Sign in',
      says: 'There is no mock account alex.bond@nhs.net. Accounts with a similar name: alex.bound@nhs.net',
      walk: (visitor) => typeAndSignIn(visitor, 'alex.bond@nhs.net'),
    }),
    onTheWay('number-match', 'number-match', {
      title: 'Approve this sign-in on your phone',
      says: 'Let it run out',
      walk: (visitor) => typeAndSignIn(visitor, 'alex.bound@nhs.net'),
    }),
    ending('timed-out-by-letting-the-number-run-out', 'timed_out', 400, {
      title: 'Timed out',
      says: 'the number match was left to run out',
      walk: pressing('let-it-run-out'),
    }),
  ],
};

const TEST_ACCOUNT: Journey = {
  journey: 'as a test account of the development realm',
  pages: [
    onTheWay('password-sign-in', 'password-sign-in', {
      title: 'Log in with a test account',
      says: 'This is the development realm',
      walk: (visitor) => openDevelopmentRealm(visitor),
    }),
    onTheWay('password-sign-in-empty', 'password-sign-in', {
      title: 'Error: Log in with a test account',
      says: 'Enter the user name of a test account',
      walk: pressing('log-in'),
    }),
  ],
};

const ROLES: Journey[] = [
  {
    journey: 'to a list of roles, choosing none',
    pages: [
      onTheWay('select-role', 'select-role', {
        title: 'Select your role',
        says: 'Your roles',
        walk: (visitor) => approve(visitor, 'robin.roles@nhs.net', { client_id: 'role-required' }),
      }),
      onTheWay('select-role-error', 'select-role', {
        title: 'Error: Select your role',
        says: 'Select a role',
        walk: pressing('continue'),
      }),
      ending('no-role-by-going-on-without-one', 'no_role', 403, {
        title: 'You need a role to log in',
        says: 'the person went on without a role',
        walk: pressing('without-role'),
      }),
    ],
  },
  {
    journey: 'to a long list of roles, searching it',
    pages: [
      onTheWay('select-role-of-many', 'select-role', {
        title: 'Select your role',
        says: 'Search your roles',
        walk: (visitor) => approve(visitor, 'morgan.manyroles@nhs.net'),
      }),
      onTheWay('select-role-search-without-hit', 'select-role', {
        title: 'Select your role',
        says: 'None of your 8 roles match your search',
        walk: (visitor) => searchRoles(visitor, 'astronaut'),
      }),
      onTheWay('select-role-after-search', 'select-role', {
        title: 'Select your role',
        says: 'Showing 2 of your 8 roles',
        walk: (visitor) => searchRoles(visitor, 'meadowbank'),
      }),
      onTheWay('select-role-after-search-error', 'select-role', {
        title: 'Error: Select your role',
        says: 'Showing 2 of your 8 roles',
        walk: pressing('continue'),
      }),
    ],
  },
];

/** Longer than any time limit of the default settings. */
const TOO_LONG_SECONDS = 1000;

const TIMED_OUT: Journey[] = [
  {
    journey: 'to Timed out, by an account that answers too late',
    pages: [
      onTheWay('number-match-slow', 'number-match', {
        title: 'Approve this sign-in on your phone',
        says: 'This test account enters the number after 90 seconds',
        walk: (visitor) => signIn(visitor, 'sol.slow@nhs.net'),
      }),
      ending('timed-out', 'timed_out', 400, {
        title: 'Timed out',
        says: 'the number match was unanswered for 90 seconds',
        walk: pressing('continue'),
      }),
    ],
  },
  {
    journey: 'to Timed out, by the clock',
    pages: [
      ending('timed-out-by-the-clock', 'timed_out', 400, {
        title: 'Timed out',
        says: 'the log-in is too old',
        walk: async (visitor) => {
          await openNhsmail(visitor);
          await visitor.mock.clock.advance(TOO_LONG_SECONDS);
          await visitor.page.reload();
        },
      }),
    ],
  },
];

const NOT_REGISTERED: Journey[] = [
  {
    journey: 'to NHSmail authenticator not registered, by an account bound to nobody',
    pages: [
      ending('not-registered', 'nhsmail_not_registered', 403, {
        title: 'NHSmail authenticator not registered',
        says: 'no Care Identity profile has uma.unbound@nhs.net as an authenticator',
        walk: (visitor) => approve(visitor, 'uma.unbound@nhs.net'),
      }),
    ],
  },
  {
    journey: 'to NHSmail authenticator not registered, by an organisation outside the beta',
    pages: [
      ending('not-in-private-beta', 'organisation_not_in_private_beta', 403, {
        title: 'NHSmail authenticator not registered',
        says: 'organisations is in the beta: RZ8',
        walk: (visitor) => approve(visitor, 'bea.notinbeta@nhs.net'),
      }),
    ],
  },
];

const declined = (name: string, says: string, walk: PageCase['walk']) =>
  ending(name, 'nhsmail_declined', 403, { title: 'You have not signed in', says, walk });

const DECLINED: Journey[] = [
  {
    journey: 'to a declined number match',
    pages: [
      onTheWay('number-match-declining', 'number-match', {
        title: 'Approve this sign-in on your phone',
        says: 'This test account declines at once',
        walk: (visitor) => signIn(visitor, 'drew.declined@nhs.net'),
      }),
      declined('declined', 'The sign-in was declined in the authenticator app', pressing('continue')),
    ],
  },
  {
    journey: 'to a locked account, and by a different way to a wrong password, and again to Cancel',
    pages: [
      declined('declined-account-locked', 'Your NHSmail account is locked', (visitor) =>
        signIn(visitor, 'lou.locked@nhs.net'),
      ),
      declined('declined-wrong-password', 'The email address or password is not right', async (visitor) => {
        await press(visitor, 'different-way');
        await choose(visitor, 'authenticator-nhsmail');
        await typeAndSignIn(visitor, 'alex.bound@nhs.net', 'not the password');
      }),
      declined('declined-cancelled', 'You cancelled the sign-in', async (visitor) => {
        await press(visitor, 'try-again');
        await choose(visitor, 'authenticator-nhsmail');
        await press(visitor, 'cancel');
      }),
    ],
  },
];

const OTHER_ENDINGS: Journey[] = [
  {
    journey: 'to an internal error of CIS2',
    pages: [
      ending('internal-error', 'internal_error', 500, {
        title: 'Try again',
        says: 'Something went wrong on our side',
        walk: (visitor) => approve(visitor, 'ira.internalerror@nhs.net'),
      }),
    ],
  },
  {
    journey: 'to an authenticator too weak',
    pages: [
      ending('authenticator-too-weak', 'authenticator_too_weak', 403, {
        title: 'You need a stronger way to log in',
        says: 'You need a stronger way to log in',
        walk: (visitor) => open(visitor, { mock_login: 'alex.bound@nhs.net', acr_values: 'AAL3_ANY' }),
      }),
    ],
  },
  {
    journey: 'to no role, by a person who has none',
    pages: [
      ending('no-role', 'no_role', 403, {
        title: 'You need a role to log in',
        says: 'the person has no role to select',
        walk: (visitor) => approve(visitor, 'noor.norole@nhs.net', { client_id: 'role-required' }),
      }),
    ],
  },
];

/** In a second tab of the same browser, takes the log-in of the first one step further. */
const overtakeInAnotherTab = async ({ page, ...rest }: Visitor) => {
  const other = await page.context().newPage();
  await other.goto(page.url());
  await choose({ ...rest, page: other }, 'authenticator-nhsmail');
  await other.close();
};

const REFUSALS: Journey[] = [
  {
    journey: 'to what cannot be answered',
    pages: [
      refusal('error-unknown-client', 400, {
        title: 'This request cannot be answered',
        says: 'invalid_client',
        walk: (visitor) => open(visitor, { client_id: 'nobody' }),
      }),
      refusal('error-unregistered-redirect-uri', 400, {
        title: 'This request cannot be answered',
        says: 'redirect_uri_mismatch',
        walk: (visitor) => open(visitor, { client_id: 'mock-strict-client' }),
      }),
    ],
  },
  {
    journey: 'to what is not there',
    pages: [
      refusal('error-unknown-log-in', 404, {
        title: 'Page not found',
        says: 'This log-in is not known here',
        walk: ({ page, mock }) => page.goto(`${mock.url}login/of-long-ago`),
      }),
      refusal('error-not-found', 404, {
        title: 'Page not found',
        says: 'There is nothing at /oauth2/authorise',
        walk: ({ page, mock }) => page.goto(`${mock.url}oauth2/authorise`),
      }),
    ],
  },
  {
    journey: 'to a form out of turn, and to another browser’s log-in',
    pages: [
      refusal('error-form-out-of-turn', 409, {
        title: 'This log-in has moved on',
        says: 'Continue where you left off',
        walk: async (visitor) => {
          await withoutWatching(visitor.page);
          await open(visitor);
          await overtakeInAnotherTab(visitor);
          await choose(visitor, 'authenticator-smartcard');
        },
      }),
      refusal('error-another-browser', 403, {
        title: 'This log-in belongs to another browser',
        says: 'no such cookie',
        walk: async (visitor) => {
          await press(visitor, 'continue');
          const address = visitor.page.url();
          await visitor.page.goto('about:blank');
          await visitor.page.context().clearCookies();
          await visitor.page.goto(address);
        },
      }),
    ],
  },
  {
    journey: 'back to a log-in that is over',
    pages: [
      refusal('error-log-in-is-over', 409, {
        title: 'This log-in has moved on',
        says: 'This log-in is over: it succeeded',
        walk: async (visitor) => {
          await approve(visitor, 'alex.bound@nhs.net');
          await visitor.page.goBack();
        },
      }),
    ],
  },
];

const LOGGING_OUT: Journey = {
  journey: 'out of a session, after being asked',
  pages: [
    onTheWay('log-out', 'log-out', {
      title: 'Do you want to log out?',
      says: 'every application that you opened',
      walk: async (visitor) => {
        await approve(visitor, 'alex.bound@nhs.net');
        const { page, mock, application } = visitor;
        const target = encodeURIComponent(application.redirectUri);
        await page.goto(`${mock.issuer}/connect/endSession?post_logout_redirect_uri=${target}`);
      },
    }),
    onTheWay('logged-out', 'logged-out', {
      title: 'You are logged out',
      says: 'Go back to Mock application',
      walk: pressing('log-out'),
    }),
  ],
};

const openDemo =
  (query = '') =>
  ({ page, mock }: Visitor) =>
    page.goto(`${mock.url}demo${query}`);

/** Begins a log-in of the demonstration application with what the address fills in. */
const demoLogIn = (query: string) => async (visitor: Visitor) => {
  await openDemo(query)(visitor);
  await press(visitor, 'demo-log-in');
};

/** Unfolds all that is folded on the page. */
const unfoldAll = ({ page }: Visitor) =>
  page.evaluate(`document.querySelectorAll('details').forEach((each) => { each.open = true; })`);

const ALEX = 'persona=alex.bound@nhs.net';

const DEMO: Journey[] = [
  {
    journey: 'to the demonstration application, and its choices',
    pages: [
      onTheWay('demo', 'demo', {
        title: 'Demonstration application',
        says: 'See a log-in work, and fail',
        walk: openDemo(),
      }),
      onTheWay('demo-choices', 'demo', {
        title: 'Demonstration application',
        says: 'Refuses the token',
        walk: openDemo(`?mock_scenario=ID_TOKEN_EXPIRED&${ALEX}`),
      }),
      onTheWay('demo-choices-error', 'demo', {
        title: 'Error: Demonstration application',
        says: 'There is no scenario ID_TOKEN_EXPIRD.',
        walk: openDemo('?mock_scenario=ID_TOKEN_EXPIRD&persona=alex.bond@nhs.net&role=any'),
      }),
    ],
  },
  {
    journey: 'into the demonstration application',
    pages: [
      onTheWay('demo-success', 'demo-success', {
        title: 'You are logged in – Demonstration application',
        says: 'Email address alex.bound@nhs.net',
        walk: demoLogIn(`?${ALEX}&mock_scenario=USERINFO_NAME_ACCENTED`),
      }),
      onTheWay('demo-success-unfolded', 'demo-success', {
        title: 'You are logged in – Demonstration application',
        says: 'Hash of the access token',
        walk: unfoldAll,
      }),
    ],
  },
  {
    journey: 'back to the demonstration application, and out of it',
    pages: [
      onTheWay('demo-logged-in', 'demo', {
        title: 'Demonstration application',
        says: 'You are logged in as',
        walk: async (visitor) => {
          await demoLogIn(`?${ALEX}&mock_scenario=LOGOUT_AUD_WRONG`)(visitor);
          await openDemo()(visitor);
        },
      }),
      onTheWay('demo-logged-out', 'demo-logged-out', {
        title: 'You are logged out – Demonstration application',
        says: 'Refused unexpected "aud" claim value',
        walk: async (visitor) => {
          await press(visitor, 'demo-log-out');
          await unfoldAll(visitor);
        },
      }),
    ],
  },
  {
    journey: 'to failures of the demonstration application, and to one that is not finished',
    pages: [
      demoFailure('demo-failure', 'access_denied', {
        title: 'You did not log in – Demonstration application',
        says: 'What to do',
        walk: demoLogIn('?persona=uma.unbound@nhs.net&on_failure=redirect'),
      }),
      demoFailure('demo-failure-id-token', 'id_token_refused', {
        title: 'We could not confirm who you are – Demonstration application',
        says: 'The claim azp is',
        walk: async (visitor) => {
          await demoLogIn(`?${ALEX}&mock_scenario=ID_TOKEN_AZP_WRONG`)(visitor);
          await unfoldAll(visitor);
        },
      }),
      onTheWay('demo-unfinished', 'demo-unfinished', {
        title: 'This log-in is not finished – Demonstration application',
        says: 'CIS2 has not sent you back yet',
        walk: async (visitor) => {
          const { page, mock } = visitor;
          await openDemo(`?${ALEX}&mock_scenario=ABANDONED`)(visitor);
          const sent = page.waitForRequest((request) => request.url().includes('/authorize?'));
          await press(visitor, 'demo-log-in');
          const state = new URL((await sent).url()).searchParams.get('state');
          await page.goto(`${mock.url}demo/result/${state}`);
        },
      }),
    ],
  },
];

const JOURNAL: Journey[] = [
  {
    journey: 'through the journal to a log-in, with all its steps open',
    pages: [
      onTheWay('journal', 'journal', {
        title: 'Journal',
        says: 'Refused by the rule: The client is registered.',
        walk: async (visitor) => {
          await open(visitor, { client_id: 'nobody' });
          await open(visitor, { mock_login: 'alex.bound@nhs.net', mock_scenario: 'STATE_MISSING' });
          await visitor.page.goto(`${visitor.mock.url}journal`);
          await visitor.page.getByTestId('log-in').first().waitFor();
        },
      }),
      onTheWay('journal-log-in', 'journal-log-in', {
        title: 'Logged in; the application has not asked for tokens yet',
        says: 'Which application this is.',
        walk: async ({ page }) => {
          await page.getByTestId('log-in').first().getByRole('link').click();
          await page.getByTestId('open-all').click();
        },
      }),
    ],
  },
  {
    journey: 'to a refused request in the journal, and to a log-in that is not there',
    pages: [
      onTheWay('journal-refused-request', 'journal-log-in', {
        title: 'Refused by the rule: The client is registered',
        says: 'Use one of these, add the client to the fixtures',
        walk: async (visitor) => {
          await open(visitor, { client_id: 'nobody' });
          await press(visitor, 'see-in-journal');
          await visitor.page.getByTestId('open-all').click();
        },
      }),
      onTheWay('journal-unknown-log-in', 'journal-log-in', {
        title: 'This log-in is not in the journal',
        says: 'It keeps the newest 5,000 events',
        walk: async ({ page, mock }) => {
          await page.goto(`${mock.url}journal/of-long-ago`);
          await page.getByTestId('not-in-journal').waitFor();
        },
      }),
    ],
  },
];

export const JOURNEYS: readonly Journey[] = [
  START,
  ...GALLERIES,
  CONSOLE,
  ...DEMO,
  ...CHOICES,
  TEST_ACCOUNT,
  NHSMAIL,
  ...ROLES,
  ...TIMED_OUT,
  ...NOT_REGISTERED,
  ...DECLINED,
  ...OTHER_ENDINGS,
  LOGGING_OUT,
  ...REFUSALS,
  ...JOURNAL,
];
