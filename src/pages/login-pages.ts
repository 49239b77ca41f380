/** From a log-in to the page it stands at: each step and each ending to its view and what the view is given. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { authenticatorOf, authenticatorsFor } from '../care-identity/authenticators.ts';
import { nameOf } from '../care-identity/claims.ts';
import type { Role } from '../care-identity/schema.ts';
import type { Environment } from '../environment/environment.ts';
import { gatherFacts, personOf } from '../login/facts.ts';
import { type Login, stepOf } from '../login/login.ts';
import { FAILURES, type FailureCode } from '../login/outcomes.ts';
import { clientOf, endsAt, failureOnTheWire } from '../oidc/progress.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { formTargets } from '../relying-party/redirect-uris.ts';
import { consoleUrl } from './console-page.ts';
import { journalUrl } from './journal-pages.ts';
import type {
  ChooseAuthenticatorPage,
  ChoosePersonPage,
  NhsmailSignInPage,
  NumberMatchPage,
  OutcomePage,
  PasswordSignInPage,
  SelectRolePage,
} from './models.ts';
import { frameOf, showPage } from './render.ts';
import { SUPPORT_LINKS } from './support-links.ts';
import { TEST_PASSWORD } from './test-password.ts';

/** What was wrong with the form that is shown again, by field; and what was typed into it. */
export interface FormState {
  errors?: Readonly<Record<string, string>>;
  typed?: Readonly<Record<string, string>>;
}

/** More roles than this get a search field (facts 4.3). */
const SEARCH_ABOVE = 5;

/** What every page of a log-in is made from. */
interface Scene {
  request: FastifyRequest;
  environment: Environment;
  login: Login;
  client: Client;
  state: FormState;
}

export const loginUrl = ({ prefix }: Environment, login: Login, step = '') =>
  `${prefix}/login/${login.id}${step}`;

const clientName = (client: Client) => client.client_name ?? client.client_id;

/** The frame of a page of the log-in; with errors, those of the form. */
function loginFrame({ request, state }: Scene, title: string) {
  return { ...frameOf(request, title), hasErrors: Object.keys(state.errors ?? {}).length > 0 };
}

function fieldError({ state }: Scene, field: string): { error?: string } {
  const error = state.errors?.[field];
  return error === undefined ? {} : { error };
}

function chooseAuthenticatorPage(scene: Scene): ChooseAuthenticatorPage {
  const { environment, login, client } = scene;
  const { settings } = environment;
  return {
    ...loginFrame(scene, 'How do you want to log in?'),
    ...fieldError(scene, 'authenticator'),
    action: loginUrl(environment, login, '/authenticator'),
    clientName: clientName(client),
    options: authenticatorsFor(login.request.assurance.acr).map(({ type, label, hint }) => ({
      value: type,
      label: type === 'nhsmail' ? settings.nhsmail.brand : label,
      hint,
    })),
  };
}

function nhsmailSignInPage(scene: Scene): NhsmailSignInPage {
  const { environment, login, state } = scene;
  const { email, password } = state.errors ?? {};
  return {
    ...loginFrame(scene, `Sign in to ${environment.settings.nhsmail.brand}`),
    action: loginUrl(environment, login, '/nhsmail'),
    cancelAction: loginUrl(environment, login, '/cancel'),
    email: state.typed?.['email'] ?? login.request.loginHint ?? '',
    mockPassword: TEST_PASSWORD,
    errors: { ...(email === undefined ? {} : { email }), ...(password === undefined ? {} : { password }) },
  };
}

function passwordSignInPage(scene: Scene): PasswordSignInPage {
  const { environment, login, client, state } = scene;
  const { user_name: userName, password } = state.errors ?? {};
  return {
    ...loginFrame(scene, 'Log in with a test account'),
    action: loginUrl(environment, login, '/password'),
    clientName: clientName(client),
    userName: state.typed?.['user_name'] ?? login.request.loginHint ?? '',
    mockPassword: TEST_PASSWORD,
    errors: {
      ...(userName === undefined ? {} : { user_name: userName }),
      ...(password === undefined ? {} : { password }),
    },
  };
}

function numberMatchPage(scene: Scene): NumberMatchPage {
  const { environment, login } = scene;
  const account = login.nhsmail?.account ?? '';
  const approval = environment.directory.nhsmailAccount(account)?.approval;
  return {
    ...loginFrame(scene, 'Approve this sign-in on your phone'),
    action: loginUrl(environment, login, '/number-match'),
    account,
    number: login.nhsmail?.numberMatch?.number ?? '',
    numberMatchSeconds: environment.settings.timeouts.number_match_seconds,
    ...(approval ? { reckoned: { result: approval.result, afterSeconds: approval.after_seconds ?? 0 } } : {}),
  };
}

function choosePersonPage(scene: Scene): ChoosePersonPage {
  const { environment, login } = scene;
  const type = login.authenticator ?? 'smartcard';
  return {
    ...loginFrame(scene, 'Who do you want to log in as?'),
    ...fieldError(scene, 'uid'),
    action: loginUrl(environment, login, '/person'),
    authenticatorLabel: authenticatorOf(type).label,
    people: environment.directory.peopleWith(type).map((person) => ({
      uid: person.uid,
      name: nameOf(person),
      description: person.description ?? '',
    })),
  };
}

/** role_name without its quotes, for reading. */
const readable = (roleName: string) => roleName.replaceAll('"', '').split(':').join(' – ');

function selectRolePage(scene: Scene): SelectRolePage {
  const { environment, login, state } = scene;
  const person = personOf(login, environment.directory);
  const all = person?.roles ?? [];
  const search = state.typed?.['search'] ?? '';
  const shown = (role: Role) => ({
    personRoleId: role.person_roleid,
    roleName: readable(role.role_name),
    orgName: environment.directory.organisation(role.org_code)?.org_name ?? role.org_code,
    orgCode: role.org_code,
  });
  const matches = ({ roleName, orgName, orgCode }: ReturnType<typeof shown>) =>
    `${roleName} ${orgName} ${orgCode}`.toLowerCase().includes(search.trim().toLowerCase());
  return {
    ...loginFrame(scene, 'Select your role'),
    ...fieldError(scene, 'person_roleid'),
    action: loginUrl(environment, login, '/role'),
    personName: person ? nameOf(person) : '',
    roles: all.map(shown).filter(matches),
    total: all.length,
    searchable: all.length > SEARCH_ABOVE,
    search,
  };
}

/** The view of each failure, its title, and the section of the console where what led to it can be changed. */
export const OUTCOME_VIEWS: Readonly<Record<FailureCode, { view: string; title: string; section: string }>> =
  {
    internal_error: { view: 'outcome-try-again', title: 'Try again', section: 'scenarios' },
    timed_out: { view: 'outcome-timed-out', title: 'Timed out', section: 'time-limits' },
    nhsmail_declined: { view: 'outcome-declined', title: 'You have not signed in', section: 'accounts' },
    nhsmail_not_registered: {
      view: 'outcome-not-registered',
      title: 'NHSmail authenticator not registered',
      section: 'accounts',
    },
    organisation_not_in_private_beta: {
      view: 'outcome-not-registered',
      title: 'NHSmail authenticator not registered',
      section: 'organisations',
    },
    authenticator_too_weak: {
      view: 'outcome-authenticator-too-weak',
      title: 'You need a stronger way to log in',
      section: 'people',
    },
    no_role: { view: 'outcome-no-role', title: 'You need a role to log in', section: 'people' },
    access_denied: { view: 'outcome-access-denied', title: 'You did not log in', section: 'scenarios' },
    abandoned: { view: 'outcome-abandoned', title: 'You closed the browser', section: 'scenarios' },
  };

function declinedBecause({ nhsmail }: Login): Pick<OutcomePage, 'declinedBecause'> {
  if (nhsmail?.numberMatch?.answer === 'decline') return { declinedBecause: 'number_match_declined' };
  const result = nhsmail?.result;
  return result === undefined || result === 'succeeded' ? {} : { declinedBecause: result };
}

function outcomePage(scene: Scene, outcome: FailureCode): OutcomePage {
  const { request, environment, login, client } = scene;
  const { rule = '', found = '', expected = '', mend = '', scenario } = login.ended?.decision ?? {};
  const { error, description } = failureOnTheWire(login, outcome);
  return {
    ...loginFrame(scene, OUTCOME_VIEWS[outcome].title),
    ...(outcome === 'nhsmail_declined' ? declinedBecause(login) : {}),
    outcome,
    clientName: clientName(client),
    tryAgainAction: loginUrl(environment, login, '/try-again'),
    differentWayAction: loginUrl(environment, login, '/different-way'),
    ...(outcome === 'abandoned' ? {} : { returnAction: loginUrl(environment, login, '/return') }),
    oauthError: error,
    oauthErrorDescription: description,
    links: SUPPORT_LINKS,
    reason: { rule, found, expected, mend, requestId: request.id },
    journalUrl: journalUrl(environment.prefix, { loginId: login.id }),
    consoleUrl: consoleUrl(environment.prefix, scenario ? 'scenarios' : OUTCOME_VIEWS[outcome].section),
  };
}

const STEP_PAGES = {
  choose_authenticator: { view: 'choose-authenticator', page: chooseAuthenticatorPage },
  nhsmail_sign_in: { view: 'nhsmail-sign-in', page: nhsmailSignInPage },
  number_match: { view: 'number-match', page: numberMatchPage },
  choose_person: { view: 'choose-person', page: choosePersonPage },
  password_sign_in: { view: 'password-sign-in', page: passwordSignInPage },
  select_role: { view: 'select-role', page: selectRolePage },
} as const;

/** The step a log-in stands at, by the facts as they are now. Scenarios end a log-in; they choose no step. */
export function currentStep(login: Login, client: Client, { directory, settings }: Environment) {
  return stepOf(login, gatherFacts(login, { directory, settings, client, active: [] }).role === 'open');
}

/** Shows the page a log-in stands at. One that ended as authenticated has none: its end was the redirect. */
export function showLogin(request: FastifyRequest, reply: FastifyReply, login: Login, state: FormState = {}) {
  const { environment } = request;
  const client = clientOf(login.request, environment);
  if (!client) throw new TypeError('the log-in’s client was looked up before');
  const scene: Scene = { request, environment, login, client, state };
  const step = currentStep(login, client, environment);
  if (step === 'authenticated') throw new TypeError('a log-in that succeeded has no page');
  const targets = formTargets(client, login.request.redirectUri);
  environment.journal.record({
    request_id: request.id,
    login_id: login.id,
    client_id: client.client_id,
    kind: 'page_shown',
    explanation: `The page of ${step} was shown.`,
  });
  if (Object.hasOwn(FAILURES, step)) {
    const outcome = step as FailureCode;
    reply.code(FAILURES[outcome].status);
    // Where the failure was redirected, that answer ended the log-in, and said so.
    if (endsAt(login, outcome) === 'page') reply.header('x-mock-cis2-outcome', outcome);
    return showPage(reply, OUTCOME_VIEWS[outcome].view, outcomePage(scene, outcome), {
      formTargets: targets,
    });
  }
  const { view, page } = STEP_PAGES[step as keyof typeof STEP_PAGES];
  const watch = { url: loginUrl(environment, login), step };
  return showPage(reply, view, { ...page(scene), watch }, { formTargets: targets });
}
