/** What the views of the demonstration application are given. */
import type { FastifyRequest } from 'fastify';
import { activeScenarios } from '../environment/active-scenarios.ts';
import type { Environment } from '../environment/environment.ts';
import { DEMO_CLIENT_ID } from '../environment/own-clients.ts';
import type { Frame } from '../pages/models.ts';
import { personasOf } from '../pages/personas.ts';
import { frameOf, toolFrameOf } from '../pages/render.ts';
import { scenarioOf } from '../scenarios/catalogue.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { objectsIn, selectedRole } from './checks.ts';
import { type DemoField, demoFields } from './fields.ts';
import type { ReceivedLogoutToken } from './logout-token.ts';
import { DEFAULT_OPTIONS, type DemoOptions, FIELDS, fieldsOf, type OptionErrors } from './options.ts';
import { type Quick, quickRuns } from './quick-runs.ts';
import { jwtRows, type Received, type Row, receivedOf, userInfoOf } from './received.ts';
import type { Failure, Visit } from './visits.ts';
import { WORDING, type Wording } from './wording.ts';

/** A page of the application: the layout shows its name in place of the mock’s. */
export interface DemoFrame extends Frame {
  service: { name: string; url: string };
}

const SERVICE_NAME = 'Demonstration application';

function demoFrame(request: FastifyRequest, title: string): DemoFrame {
  const url = `${request.environment.prefix}/demo`;
  return { ...frameOf(request, `${title} – ${SERVICE_NAME}`), service: { name: SERVICE_NAME, url } };
}

/**
 * Where the form that begins a log-in is sent: to the public name, since the callback comes there too, and the
 * cookie of the application must be the same at both.
 */
export function logInAction({ clients }: Environment): string {
  const callback = clients.get(DEMO_CLIENT_ID)?.redirect_uris[0] ?? '';
  return callback.replace(/callback$/, 'log-in');
}

export interface LoggedInBox {
  name: string;
  resultUrl: string;
  logOutAction: string;
}

/** The first page is one of the mock itself, and has its menu. */
export interface DemoStartPage extends Frame {
  logInAction: string;
  loggedIn?: LoggedInBox;
  /** What can be chosen; open where something was chosen, or is wrong. */
  fields: DemoField[];
  isOpen: boolean;
  errors: { id: string; text: string }[];
  chosen?: ScenarioBox;
  quickRuns: Quick[];
}

/** A scenario as people read of it. */
export interface ScenarioBox {
  code: string;
  title: string;
  sent: string;
  goodRelyingParty: string;
  note: string;
  /** The form with the same choices filled in. */
  url: string;
}

const OPTIONS = Object.keys(DEFAULT_OPTIONS) as (keyof DemoOptions)[];

const isChosen = (options: DemoOptions, name: keyof DemoOptions): boolean =>
  options[name] !== DEFAULT_OPTIONS[name];

/** Where the scenarios of a place are seen, where that is not the log-in itself. */
const NOTES: Readonly<Partial<Record<Scenario['place'], string>>> = {
  authorization_request: 'CIS2 shows a page of its own, and does not come back to the application.',
  jwks: 'The application asks for the JWK Set anew at each log-in, so this acts at once.',
  discovery: 'The application asks for the discovery document anew at each log-in, so this acts at once.',
  logout_token: 'Logging in works. Log out to see the logout token and what the application makes of it.',
  transport: 'This acts on the token endpoint, when the application redeems the code.',
};

/** Those that a good application minds only where it asked for a new sign-in. */
const OF_FRESH_SIGN_INS = ['ID_TOKEN_AUTH_TIME_STALE', 'ID_TOKEN_AUTH_TIME_MISSING'];

const noteOn = ({ code, place }: Scenario): string =>
  OF_FRESH_SIGN_INS.includes(code)
    ? 'The application minds it only where it asked for a new sign-in: choose prompt=login as well.'
    : (NOTES[place] ?? '');

export function scenarioBox(options: DemoOptions, { prefix }: Environment): ScenarioBox | undefined {
  const scenario = scenarioOf(options.scenario);
  if (!scenario) return undefined;
  const { title, sent, goodRelyingParty } = scenario;
  const chosen = OPTIONS.filter((name) => isChosen(options, name));
  const query = new URLSearchParams(Object.fromEntries(chosen.map((name) => [FIELDS[name], options[name]])));
  const url = `${prefix}/demo?${query}`;
  return { code: scenario.code, title, sent, goodRelyingParty, note: noteOn(scenario), url };
}

const nameIn = (visit: Visit): string => {
  const { display_name: display, name, sub } = userInfoOf(visit);
  return String(display ?? name ?? sub ?? '');
};

function loggedInBox(
  { prefix }: Environment,
  { state, visit }: { state: string; visit: Visit },
): LoggedInBox {
  return {
    name: nameIn(visit),
    resultUrl: `${prefix}/demo/result/${state}`,
    logOutAction: `${prefix}/demo/log-out`,
  };
}

export async function demoStartPage(
  request: FastifyRequest,
  options: DemoOptions,
  errors: OptionErrors,
  loggedIn: { state: string; visit: Visit } | undefined,
): Promise<DemoStartPage> {
  const { environment } = request;
  const client = environment.clients.get(DEMO_CLIENT_ID);
  const personas = client ? personasOf(environment, client, await activeScenarios(environment)) : [];
  const chosen = scenarioBox(options, environment);
  const hasErrors = Object.keys(errors).length > 0;
  return {
    ...toolFrameOf(request, SERVICE_NAME, 'demo'),
    hasErrors,
    logInAction: logInAction(environment),
    ...(loggedIn ? { loggedIn: loggedInBox(environment, loggedIn) } : {}),
    fields: demoFields(options, errors, personas),
    isOpen: hasErrors || OPTIONS.some((name) => isChosen(options, name)),
    errors: Object.entries(errors).map(([id, text]) => ({ id, text })),
    ...(chosen ? { chosen } : {}),
    quickRuns: quickRuns(environment),
  };
}

/** A form with one button that begins a log-in. */
export interface AgainForm {
  text: string;
  testId: string;
  fields: { name: string; value: string }[];
}

export interface DemoResultPage extends DemoFrame {
  startUrl: string;
  logInAction: string;
  received: Received;
  scenario?: ScenarioBox;
  journalUrl: string;
}

export interface DemoSuccessPage extends DemoResultPage {
  name: string;
  person: { key: string; value: string }[];
  forms: AgainForm[];
  logOutAction: string;
  /** Why the person is not logged in any more. */
  loggedOut?: string;
}

export interface DemoFailurePage extends DemoResultPage {
  failure: Failure;
  wording: Wording;
  again: AgainForm;
}

function resultPage(request: FastifyRequest, title: string, visit: Visit): DemoResultPage {
  const { environment } = request;
  const { prefix } = environment;
  const scenario = scenarioBox(visit.options, environment);
  const about = visit.loginId === undefined ? `client_id=${DEMO_CLIENT_ID}` : `login_id=${visit.loginId}`;
  return {
    ...demoFrame(request, title),
    startUrl: `${prefix}/demo`,
    logInAction: logInAction(environment),
    received: receivedOf(visit),
    ...(scenario ? { scenario } : {}),
    journalUrl: `${prefix}/_mock/journal?${about}`,
  };
}

/** role_name without its quotes, for reading. */
const readable = (roleName: unknown): string =>
  String(roleName ?? '')
    .replaceAll('"', '')
    .split(':')
    .join(' – ');

/** Who is logged in, in words: what an application shows in its header. */
function personRows(
  visit: Visit,
  claims: Readonly<Record<string, unknown>>,
): { key: string; value: string }[] {
  const userInfo = userInfoOf(visit);
  const role = selectedRole(claims, userInfo);
  const orgCode = role?.['org_code'];
  const orgs = objectsIn(userInfo['nhsid_user_orgs']) ?? [];
  const orgName = orgs.find(({ org_code }) => org_code === orgCode)?.['org_name'];
  const organisation = orgName === undefined ? orgCode : `${orgName} (${orgCode})`;
  const noRole = visit.options.role === '' ? 'None was asked for' : 'None';
  return [
    { key: 'Name', value: nameIn(visit) },
    { key: 'UID', value: String(claims['sub']) },
    { key: 'Email address', value: String(userInfo['email'] || 'Not given') },
    { key: 'Role', value: role ? readable(role['role_name']) : noRole },
    ...(role ? [{ key: 'Organisation', value: String(organisation) }] : []),
    { key: 'Signed in with', value: [claims['amr']].flat().join(', ') },
  ];
}

const again = (testId: string, text: string, options: DemoOptions): AgainForm => ({
  testId,
  text,
  fields: fieldsOf(options),
});

/** Without the scenario: whoever tries again wants to see it work. */
const withoutScenario = (options: DemoOptions): DemoOptions => ({ ...options, scenario: '' });

export function demoSuccessPage(
  request: FastifyRequest,
  visit: Visit,
  claims: Readonly<Record<string, unknown>>,
): DemoSuccessPage {
  const onPages: DemoOptions = { ...withoutScenario(visit.options), persona: '' };
  return {
    ...resultPage(request, 'You are logged in', visit),
    name: nameIn(visit),
    person: personRows(visit, claims),
    forms: [
      again('demo-log-in-again', 'Log in again', { ...onPages, prompt: 'login' }),
      again('demo-change-role', 'Change role', { ...onPages, prompt: '', role: 'changedrole' }),
    ],
    logOutAction: `${request.environment.prefix}/demo/log-out`,
    ...(visit.loggedOut === undefined ? {} : { loggedOut: visit.loggedOut }),
  };
}

export function demoFailurePage(request: FastifyRequest, visit: Visit, failure: Failure): DemoFailurePage {
  const wording: Wording = WORDING[failure.kind];
  // After prompt=none a good application begins a log-in with pages.
  const options: DemoOptions = { ...withoutScenario(visit.options), prompt: '' };
  return {
    ...resultPage(request, wording.heading, visit),
    failure,
    wording,
    again: again('demo-try-again', 'Log in again', options),
  };
}

export interface DemoUnfinishedPage extends DemoFrame {
  startUrl: string;
  scenario?: ScenarioBox;
}

export function demoUnfinishedPage(request: FastifyRequest, visit: Visit): DemoUnfinishedPage {
  const scenario = scenarioBox(visit.options, request.environment);
  return {
    ...demoFrame(request, 'This log-in is not finished'),
    startUrl: `${request.environment.prefix}/demo`,
    ...(scenario ? { scenario } : {}),
  };
}

export interface DemoLoggedOutPage extends DemoFrame {
  startUrl: string;
  reloadUrl: string;
  /** The newest first. */
  tokens: { time: string; accepted: boolean; result: string; header: Row[]; claims: Row[] }[];
  scenario?: ScenarioBox;
}

export function demoLoggedOutPage(
  request: FastifyRequest,
  tokens: readonly ReceivedLogoutToken[],
  options: DemoOptions,
): DemoLoggedOutPage {
  const { environment, originalUrl } = request;
  const scenario = scenarioBox(options, environment);
  return {
    ...demoFrame(request, 'You are logged out'),
    startUrl: `${environment.prefix}/demo`,
    reloadUrl: originalUrl,
    tokens: tokens.map(({ at, token, accepted, result }) => ({
      time: new Date(at).toISOString(),
      accepted,
      result,
      ...jwtRows(token),
    })),
    ...(scenario ? { scenario: { ...scenario, note: '' } } : {}),
  };
}
