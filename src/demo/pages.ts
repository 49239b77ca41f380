/** What the first page of the demonstration application is given, and what all its pages share. */
import type { FastifyRequest } from 'fastify';
import { activeScenarios } from '../environment/active-scenarios.ts';
import type { Environment } from '../environment/environment.ts';
import { DEMO_CLIENT_ID } from '../environment/own-clients.ts';
import type { Frame } from '../pages/models.ts';
import { personasOf } from '../pages/personas.ts';
import { frameOf, toolFrameOf } from '../pages/render.ts';
import { scenarioOf } from '../scenarios/catalogue.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { type DemoField, demoFields } from './fields.ts';
import { DEFAULT_OPTIONS, type DemoOptions, FIELDS, type OptionErrors } from './options.ts';
import { type Quick, quickRuns } from './quick-runs.ts';
import { userInfoOf } from './received.ts';
import type { Visit } from './visits.ts';

/** A page of the application: the layout shows its name in place of the mock’s. */
export interface DemoFrame extends Frame {
  service: { name: string; url: string };
}

const SERVICE_NAME = 'Demonstration application';

export function demoFrame(request: FastifyRequest, title: string): DemoFrame {
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

export const nameIn = (visit: Visit): string => {
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
