/**
 * The answer of an endpoint as one step, with all that it carries.
 *
 * @typedef {import('../../src/journal/event.ts').JournalEvent} JournalEvent
 * @typedef {Extract<JournalEvent, { kind: 'request_answered' }>} Answer
 * @typedef {import('./event-steps.js').Draft} Draft
 */
import { draftOf, refusalTitle } from './event-steps.js';
import { factSection, parameterSections } from './sections.js';

/** @param {string | undefined} location */
const leadsAway = (location) => location !== undefined && !location.startsWith('/');

/**
 * @param {Answer} answer
 * @param {readonly JournalEvent[]} held
 */
function titleOf({ details: { status, location, parameters = {} } }, held) {
  const refused = held.find((event) => event.kind === 'refused');
  if (refused) return refusalTitle(refused);
  if (leadsAway(location)) return redirectTitle(parameters);
  if (location !== undefined) return 'Redirect to the pages of the log-in';
  const page = held.find(({ kind }) => kind === 'page_shown');
  if (page) return draftOf(page).title;
  if (status >= 300) return `Answered with status ${status}`;
  const tokens = held.find((event) => event.kind === 'token_issued');
  if (tokens) {
    return `Token response: access token, ${tokens.details.refresh_token_issued ? 'refresh token and ' : ''}ID token`;
  }
  return held.some(({ kind }) => kind === 'userinfo_answered')
    ? 'UserInfo response: claims about the person'
    : `Answered with status ${status}`;
}

/** @param {Readonly<Record<string, string>>} parameters */
function redirectTitle(parameters) {
  if (parameters['error'] !== undefined)
    return `Redirect to the application with the error ${parameters['error']}`;
  return parameters['code'] === undefined
    ? 'Redirect to the application'
    : 'Redirect to the application with a code';
}

/** Ends of the addresses that applications call. */
const CALLED_BY_APPLICATIONS = [
  '/.well-known/openid-configuration',
  '/connect/jwk_uri',
  '/access_token',
  '/userinfo',
  '/token/revoke',
  '/introspect',
  '/protocol/openid-connect/certs',
  '/protocol/openid-connect/token',
  '/protocol/openid-connect/revoke',
];

/**
 * Who asked, by where: of a request that could not be read there is no other event. A browser asks by OPTIONS whether
 * the application’s script in it may call.
 *
 * @param {Answer} answer
 */
const askerOf = ({ details: { method, path } }) =>
  method !== 'OPTIONS' && CALLED_BY_APPLICATIONS.some((end) => path.endsWith(end))
    ? 'application'
    : 'browser';

/**
 * @param {Answer} answer
 * @param {readonly JournalEvent[]} held what its request brought about and is told with it
 * @returns {Draft}
 */
export function answerStep(answer, held) {
  const { method, path, status, location, parameters = {} } = answer.details;
  const isBad =
    status >= 400 || parameters['error'] !== undefined || held.some(({ kind }) => kind === 'refused');
  return {
    from: 'mock',
    to: leadsAway(location) ? 'application' : askerOf(answer),
    title: titleOf(answer, held),
    tone: isBad ? 'bad' : 'plain',
    sections: [
      ...held.flatMap((event) => draftOf(event).sections),
      ...parameterSections('Parameters of the redirect', parameters),
      factSection('The answer', { Request: `${method} ${path}`, Status: status, 'Redirect to': location }),
    ],
  };
}
