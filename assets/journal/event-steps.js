/**
 * Each kind of event as a step by itself: who sends what to whom, or a note on the lane of the mock.
 *
 * @typedef {import('../../src/journal/events.ts').EventKind} EventKind
 * @typedef {import('../../src/journal/event.ts').JournalEvent} JournalEvent
 * @typedef {import('./sequence.js').Step} Step
 * @typedef {ReadonlyMap<string, { title: string, good_relying_party: string }>} Catalogue what scenarios are about, by code
 * @typedef {Pick<Step, 'from' | 'to' | 'title' | 'tone' | 'sections'>} Draft
 */
import { claimSection, factSection, jwtSections, parameterSections } from './sections.js';
import { OUTCOMES, pageIn } from './words.js';

/**
 * Who asks and for what, by the sentence that says that it came in.
 *
 * @type {Readonly<Record<string, { from: 'browser' | 'application', title: string }>>}
 */
const REQUESTS = {
  'An authorization request came in.': {
    from: 'browser',
    title: 'Authorization request: the application asks for a log-in',
  },
  'A token request came in.': { from: 'application', title: 'Token request' },
  'UserInfo was asked for.': { from: 'application', title: 'UserInfo request' },
  'A logout request came in.': { from: 'browser', title: 'Logout request' },
  'A request to revoke a token came in.': { from: 'application', title: 'Request to revoke a token' },
  'A request to introspect a token came in.': { from: 'application', title: 'Request to introspect a token' },
  'The discovery document was asked for.': { from: 'application', title: 'Discovery document asked for' },
  'The JWKS was asked for.': { from: 'application', title: 'JWKS asked for' },
};

/** @type {Readonly<Record<string, string>>} */
const GRANTS = {
  authorization_code: 'Token request: redeem the code',
  refresh_token: 'Token request: redeem the refresh token',
};

/**
 * @param {string} title
 * @param {Draft['sections']} [sections]
 * @param {Draft['tone']} [tone]
 * @returns {Draft}
 */
const note = (title, sections = [], tone = 'plain') => ({ from: 'mock', to: 'mock', title, tone, sections });

/** @type {{ [Kind in EventKind]?: (event: Extract<JournalEvent, { kind: Kind }>, catalogue: Catalogue) => Draft }} */
const DRAFTS = {
  request_received: (event) => ({
    from: REQUESTS[event.explanation]?.from ?? 'browser',
    to: 'mock',
    title:
      GRANTS[event.details['grant_type'] ?? ''] ?? REQUESTS[event.explanation]?.title ?? event.explanation,
    tone: 'plain',
    sections: parameterSections('Parameters', event.details),
  }),
  request_checked: ({ details: { acr, claim, scopes } }) =>
    note('The request is in order', [
      factSection('What was read from it', {
        'Assurance asked for': acr,
        'Claim acr': claim,
        Scopes: scopes.join(' '),
      }),
    ]),
  login_started: ({ explanation }) => note(explanation.replace(/\.$/, '')),
  page_shown: ({ explanation }) => ({
    from: 'mock',
    to: 'browser',
    title: `Page shown: ${pageIn(explanation)}`,
    tone: 'plain',
    sections: [],
  }),
  step_taken: ({ explanation, details }) => ({
    from: 'browser',
    to: 'mock',
    title: `Form sent: ${pageIn(explanation)}`,
    tone: 'plain',
    sections: parameterSections('Fields', details),
  }),
  scenario_applied: ({ details: { scenario, why, sent } }, catalogue) =>
    note(
      `Scenario ${scenario} was applied`,
      [
        factSection('The scenario', {
          Code: scenario,
          Title: catalogue.get(scenario)?.title,
          'Chosen because': why,
          'What is sent': sent,
          'What a good application does': catalogue.get(scenario)?.good_relying_party,
        }),
      ],
      'scenario',
    ),
  rule_decided: ({ details: { rule, outcome, found, expected, mend } }) =>
    note(
      `Decided: ${OUTCOMES[outcome] ?? outcome}`,
      [
        factSection('The rule that decided', {
          Rule: rule,
          Outcome: outcome,
          Found: found,
          Expected: expected,
          'How to fix it': mend,
        }),
      ],
      outcome === 'authenticated' ? 'good' : 'bad',
    ),
  session_started: (event) => sessionNote('A single sign-on session began', event.details),
  session_reused: (event) => sessionNote('The single sign-on session stood in for a sign-in', event.details),
  session_ended: ({ explanation, details: { cause, clients } }) =>
    note(explanation.replace(/\.$/, ''), [
      factSection('The session', { Cause: cause, 'Applications in it': clients.join(', ') }),
    ]),
  logout_token_sent: ({ explanation, details: { uri, attempt, logout_token: token, answer } }) => {
    const isAccepted = 'status' in answer && answer.status >= 200 && answer.status < 300;
    return {
      from: 'mock',
      to: 'application',
      title: explanation.replace(/\.$/, ''),
      tone: isAccepted ? 'plain' : 'bad',
      sections: [
        factSection('Back-channel logout', {
          Address: uri,
          Attempt: attempt,
          ...('status' in answer
            ? { 'Status of the answer': answer.status, 'Body of the answer': answer.body || undefined }
            : { Failure: answer.failure }),
        }),
        ...jwtSections('Logout token', token),
      ],
    };
  },
  code_issued: ({ details: { redirect_uri: redirectUri, expires_in_seconds: seconds, pkce } }) =>
    note('An authorization code was made', [
      factSection('The code', {
        'Sent to': redirectUri,
        'Valid for, in seconds': seconds,
        'With PKCE': pkce,
      }),
    ]),
  token_issued: ({ details: { scope, id_token: idToken, refresh_token_issued: isRefreshable } }) =>
    note('Tokens were made', [
      factSection('The tokens', { Scopes: scope, 'With a refresh token': isRefreshable }),
      ...jwtSections('ID token', idToken),
    ]),
  userinfo_answered: ({ details: { claims } }) =>
    note('The claims of UserInfo were put together', [claimSection('Claims', claims)]),
  grant_revoked: ({ explanation }) => note(explanation.replace(/\.$/, ''), [], 'warning'),
  warned: ({ explanation }) => note(explanation.replace(/\.$/, ''), [], 'warning'),
  refused: (event) => ({
    from: 'mock',
    to: 'browser',
    title: refusalTitle(event),
    tone: 'bad',
    sections: refusalSections(event),
  }),
};

/**
 * @param {string} title
 * @param {import('../../src/journal/events.ts').EventDetails['session_started']} details
 */
const sessionNote = (title, { sid, authenticator, auth_time: authTime }) =>
  note(title, [
    factSection('The session', {
      'Known to the application as (sid)': sid,
      Authenticator: authenticator,
      'Signed in at': new Date(authTime * 1000).toISOString(),
    }),
  ]);

/** @param {Extract<JournalEvent, { kind: 'refused' }>} event */
export function refusalTitle({ details, refusal, explanation }) {
  if (!('error' in details)) return explanation.replace(/\.$/, '');
  const rule = refusal?.rule ?? details.description;
  return `Refused with ${details.error}, by the rule: ${rule.replace(/\.$/, '')}`;
}

/**
 * Why something was refused: by the provider, or by the control API.
 *
 * @param {Extract<JournalEvent, { kind: 'refused' }>} event
 */
export function refusalSections({ details, refusal }) {
  const sections = refusal
    ? [
        factSection('Why it was refused', {
          Rule: refusal.rule,
          Parameter: refusal.parameter,
          Found: refusal.found,
          Expected: refusal.expected,
          'How to fix it': refusal.mend,
          Specification: refusal.specification,
        }),
      ]
    : [];
  if ('error' in details) {
    const { status, error, description } = details;
    return [
      ...sections,
      factSection('What was said on the wire', { Status: status, Error: error, Description: description }),
    ];
  }
  const faults = details.faults.map(({ path, found, allowed }) => [
    path || 'The request',
    `found ${found}; allowed ${allowed}`,
  ]);
  return [
    factSection('Refused by the control API', {
      Request: `${details.method} ${details.path}`,
      Status: details.status,
      ...Object.fromEntries(faults),
    }),
  ];
}

/** @type {Catalogue} */
const UNKNOWN = new Map();

/**
 * @param {JournalEvent} event
 * @param {Catalogue} [catalogue]
 * @returns {Draft}
 */
export function draftOf(event, catalogue = UNKNOWN) {
  const draft = /** @type {((event: JournalEvent, catalogue: Catalogue) => Draft) | undefined} */ (
    DRAFTS[event.kind]
  );
  return draft ? draft(event, catalogue) : note(event.explanation.replace(/\.$/, ''));
}
