/**
 * What each view is given, and nothing more. A view decides nothing: every branch it takes is a field here.
 * All `…Action` and `…Url` fields are paths on this server, ready to use.
 */

import type { Refusal } from '../journal/refusal.ts';
import type { GoOn } from '../journal/refused.ts';
import type { LoginStep } from '../login/login.ts';
import type { FailureCode } from '../login/outcomes.ts';

/** Every page gets this; the layout uses it. */
export interface Frame {
  /** Text of <title>, without the service’s name; the layout adds that, and "Error: " where hasErrors. */
  title: string;
  /** The page shows an error summary. */
  hasErrors: boolean;
  /** How the authenticator is called, for example "NHS.net Connect (formerly NHSmail)". */
  brand: string;
  /** The environment’s start page. */
  homeUrl: string;
  /** Of the environment: stands before the path of every address, "" for the default one. */
  prefix: string;
  /** The pages of the mock itself, on each of them; none on those that imitate CIS2 or an authenticator. */
  menu?: { text: string; url: string; current: boolean }[];
  /** Set on a picture of a page, which leads nowhere: the address of the gallery of pages. */
  pictureOf?: { galleryUrl: string };
  /** A page that waits: where its log-in is looked at, and the step it stands at. */
  watch?: { url: string; step: LoginStep };
}

/** A link or address to a real organisation; shown, never called by the mock. */
export interface SupportLinks {
  /** The documented guidance on problems with this log-in. */
  nhsmailProblemsUrl: string;
  registrationAuthorityUrl: string;
  serviceDeskPortalUrl: string;
  serviceDeskEmail: string;
  serviceDeskTelephone: string;
  troubleshootingUrl: string;
  newsUrl: string;
}

/** Step 1: which authenticator. One radio list named `authenticator`, and Continue. */
export interface ChooseAuthenticatorPage extends Frame {
  action: string;
  clientName: string;
  /** In the order in which CIS2 lists them; only those that reach the requested assurance. */
  options: { value: string; label: string; hint: string }[];
  /** Set when Continue was pressed with nothing chosen. */
  error?: string;
}

/** Step 2 for NHSmail: one form with `email` and `password`; a second form that cancels. */
export interface NhsmailSignInPage extends Frame {
  action: string;
  cancelAction: string;
  email: string;
  /** The password of the mock’s accounts, printed on the page. */
  mockPassword: string;
  errors: { email?: string; password?: string };
}

/** The one step of the development realm: a form with `user_name` and `password`. */
export interface PasswordSignInPage extends Frame {
  action: string;
  clientName: string;
  userName: string;
  /** The password of every test account, printed on the page. */
  mockPassword: string;
  errors: { user_name?: string; password?: string };
}

/** Step 3 for NHSmail: the two-digit number, and how it is answered in the app. */
export interface NumberMatchPage extends Frame {
  action: string;
  account: string;
  number: string;
  numberMatchSeconds: number;
  /**
   * The account’s own answer, where it has one: then the page has one button, Continue (name `answer`, value
   * `continue`). Otherwise three buttons named `answer`: approve, decline, ignore ("Let it run out").
   */
  reckoned?: { result: 'approve' | 'decline' | 'ignore'; afterSeconds: number };
}

/** Step 2 for every other authenticator: whom to be. Radios named `uid`. */
export interface ChoosePersonPage extends Frame {
  action: string;
  authenticatorLabel: string;
  people: { uid: string; name: string; description: string }[];
  error?: string;
}

/**
 * The last step, where a role is asked for and there are several. One form has radios named `person_roleid`, button
 * Continue (name `do`, value `continue`) and button "Continue without a role" (`do` = `without`). Where searchable,
 * a second form has the text field `search` and button Search (`do` = `search`): two forms, so that Enter in a
 * field presses the button that belongs to it.
 */
export interface SelectRolePage extends Frame {
  action: string;
  personName: string;
  roles: { personRoleId: string; roleName: string; orgName: string; orgCode: string }[];
  /** How many there are in all, whatever the search left. */
  total: number;
  /** More than five roles: the page has the search field (facts 4.3). */
  searchable: boolean;
  search: string;
  error?: string;
}

/** The page that ends a failed log-in. */
export interface OutcomePage extends Frame {
  outcome: FailureCode;
  clientName: string;
  /** POST: a fresh log-in for the same authorization request. */
  tryAgainAction: string;
  /** POST: the same, and at the choice of authenticator whatever the request asked for. */
  differentWayAction: string;
  /** POST: back to the application with the OAuth error that is named here; left out where it is told nothing. */
  returnAction?: string;
  oauthError: string;
  oauthErrorDescription: string;
  links: SupportLinks;
  /** Why an NHSmail sign-in was not finished; only with nhsmail_declined. */
  declinedBecause?: 'wrong_password' | 'account_locked' | 'number_match_declined' | 'cancelled';
  /** The mock’s own panel: the true reason, which CIS2 would not show. */
  reason: { rule: string; found: string; expected: string; mend: string; requestId: string };
  /** The log-in in the journal. */
  journalUrl: string;
  /** Where in the console the reason can be changed. */
  consoleUrl: string;
}

/** Asks whether to log out. Its form posts the fields back, and `logout_confirmed` = `yes`. */
export interface AskToLogOutPage extends Frame {
  action: string;
  /** What the application asked for, to be posted back as hidden fields. */
  fields: { name: string; value: string }[];
}

/** Says that the person is logged out. */
export interface LoggedOutPage extends Frame {
  /** Where to go on, if the application is known. */
  back?: { url: string; clientName: string };
}

/** Anything that was refused at this server instead of being sent to the application. */
export interface ErrorPage extends Frame {
  status: number;
  heading: string;
  /** What CIS2 says on the wire: an OAuth error code and its description, where there is one. */
  error?: string;
  description: string;
  refusal: Refusal;
  requestId: string;
  /** The log-in in the journal, or this request where it belongs to none. */
  journalUrl: string;
  /** Where the log-in really is, for a form that came out of turn; the nearest page, for an address of nothing. */
  goOn?: GoOn;
}

/** Who can log in, as the start page lists them. */
export interface Persona {
  /** The NHSmail account, or the UID of a person who has none: what mock_login takes. */
  key: string;
  /** The NHSmail account, or how the person logs in instead. */
  account: string;
  uid: string;
  name: string;
  description: string;
  /** What the rules say of a log-in by this account just now. */
  outcome: string;
  orgCodes: string;
  roleCodes: string;
  workgroups: string;
}

/** What a filter leaves, and how to show it: all are on the page, and a script filters while somebody types. */
interface Filtered {
  /** What the filter looks through, in lower case. */
  words: string;
  isShown: boolean;
}

/** The start page: what runs here, what to paste into a relying party, who can log in, and what is not as in CIS2. */
export interface StartPage extends Frame {
  running: {
    version: string;
    environment: string;
    people: number;
    accounts: number;
    clients: number;
    controlApiUrl: string;
    /** For the default environment: the others of this process, newest first, and how many more there are. */
    others?: { linked: { name: string; url: string }[]; more: number };
  };
  issuer: string;
  discoveryUrl: string;
  /** There is a certificate authority of the mock’s own, whose certificate is to be had. */
  hasAuthority: boolean;
  /** The client that the settings are for. */
  client: {
    clientId: string;
    /** Left out where it has none. */
    clientSecret?: string;
    /** token_endpoint_auth_method. */
    authentication: string;
    /** Where its private key is, for private_key_jwt. */
    whereItsKeyIs?: string;
    redirectUris: string;
    scopes: string;
    acrValues: string;
  };
  /** The client_id that was asked for and is not registered. */
  unknownClientId?: string;
  /** Every client, to choose from. */
  clients: { clientId: string; isChosen: boolean }[];
  forms: { name: string; label: string; hint: string; text: string }[];
  personas: {
    asked: { persona: string; outcome: string };
    /** Every outcome that some persona has. */
    outcomes: string[];
    shown: number;
    all: (Persona & Filtered & { tryUrl: string })[];
  };
  relaxations: { name: string; clients: string[]; does: string; cis2: string }[];
  /** What else is not as it is by default; `section` of the console is where to change it. */
  differences: { what: string; found: string; byDefault: string; section: { text: string; url: string } }[];
}

/** Every scenario of the catalogue, by the place where it acts. */
export interface ScenariosPage extends Frame {
  asked: string;
  shown: number;
  total: number;
  groups: {
    id: string;
    title: string;
    isShown: boolean;
    scenarios: (Filtered & {
      code: string;
      title: string;
      sent: string;
      goodRelyingParty: string;
      parameters: { name: string; byDefault: string; description: string; allowed: string }[];
      runUrl: string;
      /** What to copy for an application of one’s own, and what to do with it. */
      address: { text: string; to: string };
      /** Queues it for the next log-in that it fits. */
      command: string;
    })[];
  }[];
}

/** Every page that a person can meet in a log-in, as pictures. */
export interface PagesPage extends Frame {
  groups: {
    id: string;
    title: string;
    pages: { name: string; title: string; when: string; status: number; url: string; address: string }[];
  }[];
}

/** The control API, to read and to try: a script of ours hands the document to Swagger UI. */
export interface ControlDocsPage extends Frame {
  openapiUrl: string;
}

/** The console. What it shows is read by its script. */
export interface ConsolePage extends Frame {
  /** Of the control API of this environment, absolute: for a person without JavaScript to paste. */
  controlUrl: string;
  /** Left out: the default environment. */
  environmentName?: string;
}

/** One log-in, or one request that belongs to none, as the journal shows it. */
export interface JournalLogInPage extends Frame {
  about: { name: 'login_id' | 'request_id'; value: string };
  issuer: string;
  /** The same as JSON. */
  eventsUrl: string;
}

/** Whether the addresses fit together by which browsers and servers reach the mock. */
export interface AddressesPage extends Frame {
  fits: boolean;
  /** What does not fit, or might be better, each with the setting that mends it. */
  findings: { code: string; text: string; change: string; isHint: boolean }[];
  own: { address: string; readFrom: string; clientAddress: string };
  told: { issuer: string; publicOrigin: string; tokenEndpoint: string; followsHost: boolean };
  /** Latest first. */
  seen: { origin: string; caller: string; endpoints: string }[];
  /** What to run where the application runs. */
  command: string;
}
