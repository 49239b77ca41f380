/** One environment as tests drive it. Every call goes to the control API, or to the authorization endpoint. */
import type { Person } from '../care-identity/schema.ts';
import { HEALTHCARE } from '../environment/realms.ts';
import type { explain } from '../oidc/explain.ts';
import type { TokenResponse } from '../oidc/tokens.ts';
import type { EntryOf } from '../settings/fixtures-lists.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { createCall, queryString } from './call.ts';
import { createEnvironmentClock, type EnvironmentClock } from './clock.ts';
import type { Send } from './connection.ts';
import { createEntries, type Entries, type MergePatch } from './entries.ts';
import { createEnvironmentJournal, type EnvironmentJournal } from './journal.ts';
import { createKeys, type Keys } from './keys.ts';
import { type LogIn, type LogInResult, logInWith } from './log-in.ts';
import { createScenarios, type Scenarios } from './scenarios.ts';
import { createSessions, type Sessions } from './sessions.ts';

/** Which rule and which scenarios would decide, and how a log-in would end. */
export type Explanation = Awaited<ReturnType<typeof explain>>;

export interface Mint {
  /** Whose tokens: an NHSmail account or a UID. */
  persona: string;
  /** For which client, by its client_id. Default: the first of the environment. */
  client?: string;
  /** Separated by spaces. Default: all that CIS2 has, with selectedrole. */
  scope?: string;
  /** Default: the client’s own. */
  acrValues?: string;
  /** The role to select, by its person_roleid. Default: the first. */
  role?: string;
  /** A scenario that acts on these tokens, by its code. */
  scenario?: string;
}

/** A whole provider of its own: people, clients, clock, sessions, keys and journal. */
export interface MockCis2Environment {
  /** `default`, or the name in its addresses. */
  readonly name: string;
  /** The `iss` of its tokens. */
  readonly issuer: string;
  /** What an application is configured with. */
  readonly discoveryUrl: string;
  /** Its start page, with a slash behind it. */
  readonly url: string;
  /** Care Identity profiles, by UID: roles, organisations, authenticators, all that decides how a log-in ends. */
  readonly personas: Entries<Person>;
  /** NHSmail accounts, by e-mail address: password, locked, how the number match is answered. */
  readonly nhsmailAccounts: Entries<EntryOf<'nhsmail'>>;
  /** By ODS code; `nhsmail_private_beta` is what decides. */
  readonly organisations: Entries<EntryOf<'organisations'>>;
  /** Applications, by client_id. */
  readonly clients: Entries<EntryOf<'clients'>>;
  /** Registers the account to the person’s profile, as a Registration Authority does. */
  bindNhsmail(email: string, uid: string): Promise<Person>;
  unbindNhsmail(email: string): Promise<void>;
  readonly settings: {
    get(): Promise<Settings>;
    /** Changes some: `patch({ on_login_failure: 'redirect' })`. null brings the package’s default back. */
    patch(patch: MergePatch<Settings>): Promise<Settings>;
  };
  readonly scenarios: Scenarios;
  /** The same as `scenarios.start`: `setScenario('NHSMAIL_NOT_REGISTERED', { persona: 'alex.bound@nhs.net' })`. */
  readonly setScenario: Scenarios['start'];
  readonly clock: EnvironmentClock;
  /** The same as `clock.advance`: what expires by it has expired at once. */
  readonly advanceClock: EnvironmentClock['advance'];
  readonly journal: EnvironmentJournal;
  readonly sessions: Sessions;
  readonly keys: Keys;
  /** A trial run that stores nothing: how would `{ persona: 'uma.unbound@nhs.net' }` end, and by which rule? */
  explain(parameters?: Readonly<Record<string, string>>): Promise<Explanation>;
  /**
   * A whole log-in without a browser, in a browser of its own as far as the mock can tell. Throws where it cannot be
   * asked for: a persona who is not there, a client or redirect URI that is not registered.
   *
   * ```ts
   * const { outcome, callbackUrl } = await cis2.logIn({ persona: 'uma.unbound@nhs.net', onFailure: 'redirect' });
   * expect(outcome).toBe('nhsmail_not_registered');
   * await myApplication.get(callbackUrl); // …?error=access_denied&state=…
   * ```
   */
  logIn(logIn: LogIn): Promise<LogInResult>;
  /** Tokens without a log-in, by the same rules: throws for a persona whose log-in would fail. A session begins. */
  mintTokens(mint: Mint): Promise<TokenResponse>;
  /** Back to the fixtures, with nobody logged in, an empty journal and the machine’s time. The signing keys stay. */
  reset(): Promise<void>;
  /** Ends the environment and forgets all that was in it; no error where it has ended already. */
  close(): Promise<void>;
}

export function createEnvironmentClient(about: {
  name: string;
  /** Empty for the default environment, /env/{name} for any other. */
  prefix: string;
  /** The origin that browsers use, which may be another than the one that requests are sent to. */
  publicOrigin: string;
  send: Send;
  close: () => Promise<void>;
}): MockCis2Environment {
  const { name, prefix, publicOrigin, send, close } = about;
  const call = createCall(send, prefix);
  const issuer = `${publicOrigin}${prefix}${HEALTHCARE.path}`;
  const scenarios = createScenarios(call);
  const clock = createEnvironmentClock(call);
  const binding = (email: string) => `/nhsmail/${encodeURIComponent(email)}/binding`;
  return {
    name,
    issuer,
    discoveryUrl: `${issuer}/.well-known/openid-configuration`,
    url: `${publicOrigin}${prefix}/`,
    personas: createEntries(call, 'people'),
    nhsmailAccounts: createEntries(call, 'nhsmail'),
    organisations: createEntries(call, 'organisations'),
    clients: createEntries(call, 'clients'),
    bindNhsmail: (email, uid) => call('POST', binding(email), { uid }),
    unbindNhsmail: (email) => call('DELETE', binding(email)),
    settings: {
      get: () => call('GET', '/settings'),
      patch: (patch) => call('PATCH', '/settings', patch),
    },
    scenarios,
    setScenario: scenarios.start,
    clock,
    advanceClock: clock.advance,
    journal: createEnvironmentJournal(call),
    sessions: createSessions(call),
    keys: createKeys(call),
    explain: (parameters = {}) => call('GET', `/explain${queryString(parameters)}`),
    logIn: (logIn) => logInWith({ send, call, prefix }, logIn),
    mintTokens: ({ client, acrValues, ...same }) =>
      call('POST', '/tokens', { client_id: client, acr_values: acrValues, ...same }),
    reset: () => call('POST', '/reset'),
    close,
  };
}
