/** What the views of one log-in of the demonstration application are given: how it ended, and what it brought. */
import type { FastifyRequest } from 'fastify';
import { DEMO_CLIENT_ID } from '../environment/own-clients.ts';
import { objectsIn, selectedRole } from './checks.ts';
import type { ReceivedLogoutToken } from './logout-token.ts';
import { type DemoOptions, fieldsOf } from './options.ts';
import { type DemoFrame, demoFrame, logInAction, nameIn, type ScenarioBox, scenarioBox } from './pages.ts';
import { jwtRows, type Received, type Row, receivedOf, userInfoOf } from './received.ts';
import type { Failure, Visit } from './visits.ts';
import { WORDING, type Wording } from './wording.ts';

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
  const about = visit.loginId === undefined ? `?client_id=${DEMO_CLIENT_ID}` : `/${visit.loginId}`;
  return {
    ...demoFrame(request, title),
    startUrl: `${prefix}/demo`,
    logInAction: logInAction(environment),
    received: receivedOf(visit),
    ...(scenario ? { scenario } : {}),
    journalUrl: `${prefix}/journal${about}`,
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
