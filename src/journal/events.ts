/** The kinds of events, and what each of them tells besides its sentence. */

/** In the order in which a log-in meets them; those that belong to no log-in stand at the end. */
export const EVENT_KINDS = [
  'request_received',
  'request_checked',
  'login_started',
  'page_shown',
  'step_taken',
  'scenario_applied',
  'rule_decided',
  'session_started',
  'session_reused',
  'session_ended',
  'logout_token_sent',
  'code_issued',
  'token_issued',
  'userinfo_answered',
  'grant_revoked',
  'warned',
  'refused',
  'request_answered',
  'key_changed',
  'configuration_changed',
  'environment_started',
  'environment_ended',
] as const;

export type EventKind = (typeof EVENT_KINDS)[number];

/** The first value of each parameter that came or went, by its name. */
type ParameterValues = Readonly<Record<string, string>>;

/** Where and by which authenticator a person is signed in. */
interface SessionDetails {
  /** What the client knows the session by. */
  sid: string;
  authenticator: string;
  /** Seconds since 1970: the moment of sign-in. */
  auth_time: number;
}

/** What was refused at the provider: the words of the wire. Why stands in the event’s `refusal`. */
interface RefusalOnTheWire {
  /** HTTP status that went out: of the redirect where the refusal went to the application by one. */
  status: number;
  /** OAuth error code. */
  error: string;
  description: string;
}

/** What the control API refused. */
interface RefusedControl {
  status: number;
  method: string;
  path: string;
  faults: readonly { path: string; found: string; allowed: string }[];
}

/**
 * The details of each kind, as they are given to the journal. What it keeps has the same members; texts in them may
 * be cut, or replaced where they are secret (`redact.ts`). `undefined`: the sentence says it all.
 */
export interface EventDetails {
  request_received: ParameterValues;
  request_checked: {
    /** The acr value that decides, and the acr claim that comes of it. */
    acr: string;
    claim: string;
    scopes: readonly string[];
  };
  login_started: {
    acr: string;
    /** Separated by spaces. */
    scopes: string;
  };
  page_shown: undefined;
  step_taken: ParameterValues;
  scenario_applied: {
    /** The scenario, by its code. */
    scenario: string;
    /** Where in the log-in or in which answer it acts. */
    place: string;
    decided_by: 'one_shot' | 'request' | 'persona' | 'client' | 'environment';
    why: string;
    /** What went out instead of the right answer. */
    sent: string;
  };
  rule_decided: {
    /** The rule, by its name, and the outcome it leads to. */
    rule: string;
    outcome: string;
    found: string;
    expected: string;
    mend: string;
    /** The OAuth error code, where a scenario names another than the outcome’s own. */
    oauthError?: string;
  };
  session_started: SessionDetails;
  session_reused: SessionDetails;
  session_ended: {
    cause: string;
    /** Those that took part in it, by client_id. */
    clients: readonly string[];
    /** What each of them knew it by, in the same order. */
    sids: readonly string[];
  };
  logout_token_sent: {
    uri: string;
    /** Counts from 1. */
    attempt: number;
    logout_token: string;
    answer: { status: number; body: string } | { failure: string };
  };
  code_issued: { redirect_uri: string; expires_in_seconds: number; pkce: boolean };
  token_issued: {
    /** What they came of; `control_api` where they were minted. */
    grant_type: 'authorization_code' | 'refresh_token' | 'control_api';
    /** Separated by spaces. */
    scope: string;
    id_token: string;
    refresh_token_issued: boolean;
  };
  userinfo_answered: { claims: Readonly<Record<string, unknown>> };
  grant_revoked: undefined;
  warned: undefined;
  refused: RefusalOnTheWire | RefusedControl;
  request_answered: {
    method: string;
    /** Without the prefix of the environment and without the query. */
    path: string;
    /** HTTP status. */
    status: number;
    /** Where a redirect leads, without its query. */
    location?: string;
    /** The query of that address. */
    parameters?: ParameterValues;
  };
  key_changed: { action: string; kid: string };
  /** What was asked for, or the entry as it is now; empty where there is nothing to show. */
  configuration_changed: Readonly<Record<string, unknown>>;
  environment_started: { name: string };
  environment_ended: { name: string };
}
