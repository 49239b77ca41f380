/**
 * What can be made to go wrong on purpose: the shapes of a scenario. A scenario is data with one small function, which
 * is given an answer that is right in every way and changes the one thing that the scenario is about. Nothing here
 * knows HTTP, storage or signing.
 */

/** The endpoints of the provider where a transport scenario can act, and the one that it calls itself. */
export const ENDPOINTS = [
  'discovery',
  'jwks',
  'authorize',
  'token',
  'userinfo',
  'end_session',
  'revoke',
  'introspect',
  'backchannel_logout',
] as const;

export type Endpoint = (typeof ENDPOINTS)[number];

/** The endpoint that each place of action belongs to; a transport scenario is told its endpoint. */
export const ENDPOINT_OF = {
  authorization_request: 'authorize',
  login: 'authorize',
  authorization_response: 'authorize',
  token_response: 'token',
  id_token: 'token',
  userinfo: 'userinfo',
  jwks: 'jwks',
  discovery: 'discovery',
  logout_token: 'backchannel_logout',
} as const satisfies Readonly<Record<Exclude<Place, 'transport'>, Endpoint>>;

/** Where a scenario acts. At each place at most one scenario acts on a log-in at a time. */
export type Place =
  | 'authorization_request'
  | 'login'
  | 'authorization_response'
  | 'token_response'
  | 'id_token'
  | 'userinfo'
  | 'jwks'
  | 'discovery'
  | 'logout_token'
  | 'transport';

/** How a scenario ends a log-in: an outcome of the rules, without the facts that the rules would ask for. */
export type ForcedOutcome =
  | 'internal_error'
  | 'timed_out'
  | 'nhsmail_declined'
  | 'nhsmail_not_registered'
  | 'organisation_not_in_private_beta'
  | 'authenticator_too_weak'
  | 'no_role'
  | 'access_denied'
  | 'abandoned';

/** The parameters of an authorization response, in order; a name may come twice where a scenario wants it so. */
export type Callback = readonly (readonly [name: string, value: string])[];

/** A JWT before it is signed. */
export interface TokenDraft {
  header: { alg: string; typ: string; kid?: string };
  claims: Readonly<Record<string, unknown>>;
  /**
   * Whose signature it gets, by the alg of the header. active_key: as it should be. unpublished_key: a real signature
   * by a key that is in no JWK Set. rotated_key: by a new key, published at this moment, which signs from now on; its
   * kid goes into the header. client_secret: an HMAC by the client’s own secret. nobody: none at all.
   */
  signedBy: 'active_key' | 'unpublished_key' | 'rotated_key' | 'client_secret' | 'nobody';
}

/** A logout token and how it is delivered. */
export interface LogoutDraft extends TokenDraft {
  /** How often it is posted: 1 as it should be, 0 for never, 2 for a replay. */
  posts: number;
}

/** An answer over HTTP. A body that is text is sent as it is, anything else as JSON. */
export interface Answer {
  status: number;
  /** Names in lower case; content-type only where it is not application/json. */
  headers: Readonly<Record<string, string>>;
  body: unknown;
}

/** What a transport scenario does to a request, whichever endpoint it is for. */
export type Transport =
  /** The right answer, after parameters.seconds of the machine’s time. */
  | { does: 'delay' }
  /** Another answer, and the request is not looked at: a code that came with it is still good. */
  | { does: 'answer'; answer: (context: ScenarioContext) => Answer }
  /** The right answer, of which only the first half arrives. */
  | { does: 'truncate' }
  /** The connection is closed without an answer, and the request is not looked at. */
  | { does: 'drop' };

/** Values that are real, and wrong here: another client, person, role or organisation of the same environment. */
export interface Others {
  clientId: string;
  uid: string;
  personRoleId: string;
  personOrgId: string;
  orgCode: string;
  orgName: string;
}

/** What a scenario may know of the log-in, client and person that it acts on. */
export interface ScenarioContext {
  /** The provider’s issuer, exactly as configured. */
  issuer: string;
  /** Seconds since 1970, as relying parties are shown it. */
  now: number;
  clientId: string;
  /** The kid of the key that signs, where keys are what the scenario is about. */
  activeKid?: string;
  /** The nonce that the authorization request had, if any. */
  nonce?: string;
  /** The person’s roles, by person_roleid, in order. */
  roleIds: readonly string[];
  others: Others;
  /** The scenario’s parameters, each given or its default. */
  parameters: Readonly<Record<string, number | string>>;
  /** 256 new random bits as 43 base64url characters, the form of codes and tokens here. */
  randomId: () => string;
}

export type Change<T> = (right: T, context: ScenarioContext) => T;

/** One parameter of a scenario, as a JSON Schema. */
export interface ScenarioParameter {
  type: 'integer' | 'number' | 'string';
  default: number | string;
  minimum?: number;
  maximum?: number;
  enum?: readonly string[];
  /** What it means, with its unit. */
  description: string;
}

/** What a person reads of a scenario. */
export interface ScenarioText {
  /** Upper case with underscores; part of the interface. */
  code: string;
  title: string;
  /** What is sent, in one or two sentences: the defect, and that all the rest is right where that is not plain. */
  sent: string;
  /** What a good relying party does when it meets this. */
  goodRelyingParty: string;
  parameters?: Readonly<Record<string, ScenarioParameter>>;
}

/** What is right before a scenario changes it, at each place where one does. */
export interface RightAnswers {
  authorization_response: Callback;
  token_response: Answer;
  id_token: TokenDraft;
  userinfo: Answer;
  jwks: Answer;
  discovery: Answer;
  logout_token: LogoutDraft;
}

type ChangeAction = {
  [P in keyof RightAnswers]: { place: P; change: Change<RightAnswers[P]> };
}[keyof RightAnswers];

export type Action =
  | ChangeAction
  | { place: 'authorization_request'; refuses: 'unknown_client' | 'redirect_uri_mismatch' }
  | {
      place: 'login';
      outcome: ForcedOutcome;
      /** What CIS2 met, for the explanation: "CIS2 met a temporary internal error". */
      detail: string;
      /** The OAuth error code, where it is not the outcome’s own. */
      oauthError?: string;
    }
  | { place: 'transport'; endpoint: Exclude<Endpoint, 'backchannel_logout'>; transport: Transport };

export type Scenario = ScenarioText & Action;

/** The scenarios that act at one place. */
export type ScenarioAt<P extends Place> = Extract<Scenario, { place: P }>;
