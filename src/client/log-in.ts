/** A whole log-in without a browser: an authorization request with mock_login, and how it ended. */
import { randomBytes } from 'node:crypto';
import { HEALTHCARE } from '../environment/realms.ts';
import type { JournalEvent } from '../journal/event.ts';
import type { Refusal } from '../journal/refusal.ts';
import type { FailureCode, OutcomeCode } from '../login/outcomes.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { type Call, errorOf, queryString } from './call.ts';
import type { Answer, Send } from './connection.ts';
import { MockCis2Error } from './error.ts';

export interface LogIn {
  /** Who logs in: an NHSmail account or a UID. */
  persona: string;
  /** At which client, by its client_id. Default: the first of the environment. */
  client?: string;
  /** Default: the first that is registered for the client. */
  redirectUri?: string;
  /** Separated by spaces. Default: `openid profile email nhsperson nationalrbacaccess associatedorgs selectedrole`. */
  scope?: string;
  /** The role to select, by its person_roleid. Default: the first. */
  role?: string;
  /** Default: the client’s own. */
  acrValues?: string;
  /** A scenario that acts on this log-in alone, by its code. */
  scenario?: string;
  /** Where a failure ends: on a page, as at CIS2, or sent back as an OAuth error. Default: as client and settings say. */
  onFailure?: 'page' | 'redirect';
  prompt?: string;
  /** Any other parameter of the request, and those above in their own names: `state`, `nonce`, `code_challenge`, … */
  parameters?: Readonly<Record<string, string>>;
}

interface Ended {
  /** HTTP status of the answer that ended it. */
  status: number;
  /** The authorization request as it was sent, with the state and nonce that were made for it. */
  sent: { client_id: string; redirect_uri: string; scope: string; state: string; nonce: string };
}

interface SentBack extends Ended {
  /** Where the browser is sent: what the application is to be given. */
  callbackUrl: string;
  /** What the callback carries; a scenario may leave out any of it. */
  code?: string;
  state?: string;
  /** OAuth error code, and its description. */
  error?: string;
  errorDescription?: string;
}

interface EndedOnPage extends Ended {
  callbackUrl?: undefined;
}

/**
 * How a log-in ended. Where it went on at the application, there is a `callbackUrl`; where the person was left on a
 * page of CIS2, there is none. `refused`: the request was not in order, and the application is told so.
 */
export type LogInResult =
  | (SentBack & { outcome: 'authenticated' })
  | (SentBack & { outcome: FailureCode | 'refused' })
  | (EndedOnPage & { outcome: FailureCode });

const USUAL_SCOPE = 'openid profile email nhsperson nationalrbacaccess associatedorgs selectedrole';

const randomText = () => randomBytes(16).toString('base64url');

async function whereFrom({ client, redirectUri }: LogIn, call: Call) {
  if (client !== undefined && redirectUri !== undefined)
    return { client_id: client, redirect_uri: redirectUri };
  const registered =
    client === undefined
      ? (await call<Client[]>('GET', '/clients'))[0]
      : await call<Client>('GET', `/clients/${encodeURIComponent(client)}`);
  if (!registered) throw new MockCis2Error('Nobody can log in', { detail: 'The environment has no client.' });
  return {
    client_id: registered.client_id,
    redirect_uri: redirectUri ?? registered.redirect_uris[0] ?? '',
  };
}

async function requestOf(logIn: LogIn, call: Call) {
  const { persona, scope = USUAL_SCOPE, role, acrValues, scenario, onFailure, prompt, parameters } = logIn;
  return {
    ...(await whereFrom(logIn, call)),
    response_type: 'code',
    scope,
    state: randomText(),
    nonce: randomText(),
    acr_values: acrValues,
    prompt,
    mock_login: persona,
    mock_role: role,
    mock_scenario: scenario,
    mock_on_failure: onFailure,
    ...parameters,
  };
}

function sentBackTo(callbackUrl: string): Omit<SentBack, keyof Ended> {
  const { searchParams } = new URL(callbackUrl);
  const carried = {
    code: searchParams.get('code'),
    state: searchParams.get('state'),
    error: searchParams.get('error'),
    errorDescription: searchParams.get('error_description'),
  };
  return {
    callbackUrl,
    ...Object.fromEntries(Object.entries(carried).filter(([, value]) => value !== null)),
  };
}

/** Why the request was refused, in the developer’s voice; undefined where no rule refused it. */
async function refusalOf({ headers }: Answer, call: Call): Promise<Refusal | undefined> {
  const requestId = headers['x-mock-cis2-request-id'];
  if (requestId === undefined) return undefined;
  const query = queryString({ request_id: requestId, kind: 'refused' });
  const [event] = await call<JournalEvent[]>('GET', `/journal${query}`);
  return event?.refusal;
}

/** A request that ended no log-in: told to the application, unless it is the caller’s own mistake. */
async function refusedOr(answer: Answer, call: Call): Promise<Omit<SentBack, keyof Ended>> {
  const { status, headers } = answer;
  const refusal = await refusalOf(answer, call);
  const isOurs = refusal?.parameter?.startsWith('mock_') ?? false;
  if (headers['location'] !== undefined && !isOurs) return sentBackTo(headers['location']);
  const what = 'The authorization request of this log-in';
  if (!refusal) throw errorOf(what, answer);
  const { rule, mend, parameter = '', found, expected } = refusal;
  throw new MockCis2Error(`${what} was refused with ${status}`, {
    status,
    detail: `By the rule: ${rule} ${mend}`,
    faults: [{ pointer: parameter, found, allowed: expected }],
  });
}

export async function logInWith(
  { send, call, prefix }: { send: Send; call: Call; prefix: string },
  logIn: LogIn,
): Promise<LogInResult> {
  const sent = await requestOf(logIn, call);
  const answer = await send('GET', `${prefix}${HEALTHCARE.path}/authorize${queryString(sent)}`);
  const { status, headers } = answer;
  const { client_id, redirect_uri, scope, state, nonce } = sent;
  const ended: Ended = { status, sent: { client_id, redirect_uri, scope, state, nonce } };
  const { location } = headers;
  const outcome = headers['x-mock-cis2-outcome'] as OutcomeCode | undefined;
  if (outcome === undefined) return { outcome: 'refused', ...ended, ...(await refusedOr(answer, call)) };
  if (location !== undefined) return { outcome, ...ended, ...sentBackTo(location) };
  // Who is authenticated is sent to the application, always.
  return { outcome: outcome as FailureCode, ...ended };
}
