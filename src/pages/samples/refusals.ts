/** Samples of what the service refuses on a page, and of logging out. */
import { HEALTHCARE } from '../../environment/realms.ts';
import { Refused } from '../../journal/refused.ts';
import { identifyRequest } from '../../oidc/identify-request.ts';
import { parseParameters } from '../../oidc/parameters.ts';
import { faultInside } from '../known-refusals.ts';
import { refuseBrowser, refuseOutOfTurn, refuseRaced, refuseUnknown } from '../login-refusals.ts';
import type { AskToLogOutPage, ErrorPage, LoggedOutPage } from '../models.ts';
import { notFound } from '../not-there.ts';
import { errorPageOf } from '../refusals.ts';
import { APPLICATION, type Sample, type Scene, sample } from './sample.ts';

/** What the authorization endpoint says of a request that it cannot send back to an application. */
function refusedRequest({ request: { environment } }: Scene, query: string): Refused {
  try {
    identifyRequest(parseParameters(query), environment);
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
  throw new TypeError(`nothing is wrong with ${query}`);
}

/** Plain http at another host is a redirect URI of nobody: none like it can be registered. */
function withForeignRedirectUri({ request: { environment } }: Scene): string {
  const [client] = environment.clients.keys();
  const redirectUri = 'http://not-registered.example.invalid/callback';
  return new URLSearchParams({ client_id: client ?? '', redirect_uri: redirectUri }).toString();
}

interface ErrorSample {
  name: string;
  title: string;
  when: string;
  status: number;
  address: string;
  refused: (scene: Scene) => Refused;
}

const errorSample = ({ refused, ...about }: ErrorSample): Sample =>
  sample<ErrorPage>({ ...about, view: 'error' }, (scene) => {
    const page = errorPageOf(scene.request, refused(scene));
    return { ...page, ...scene.frame(page.title), journalUrl: scene.self };
  });

const AUTHORIZE = '{issuer}/authorize';
const LOGIN = '/login/{id}';

const REFUSED: readonly ErrorSample[] = [
  {
    name: 'error-unknown-client',
    title: 'This request cannot be answered: unknown client',
    when: 'The client_id is not registered, so nothing may be sent back.',
    status: 400,
    address: AUTHORIZE,
    refused: (scene) => refusedRequest(scene, 'client_id=nobody'),
  },
  {
    name: 'error-redirect-uri',
    title: 'This request cannot be answered: redirect URI',
    when: 'The redirect URI is not registered, so nothing may be sent there.',
    status: 400,
    address: AUTHORIZE,
    refused: (scene) => refusedRequest(scene, withForeignRedirectUri(scene)),
  },
  {
    name: 'error-another-browser',
    title: 'This log-in belongs to another browser',
    when: 'The address of a log-in was opened in another browser, or its cookies are gone.',
    status: 403,
    address: LOGIN,
    refused: () => refuseBrowser(false),
  },
  {
    name: 'error-unknown-log-in',
    title: 'Page not found: no such log-in',
    when: 'The log-in is too old, or was begun before a restart.',
    status: 404,
    address: LOGIN,
    refused: refuseUnknown,
  },
  {
    name: 'error-not-found',
    title: 'Page not found',
    when: 'There is nothing at the address.',
    status: 404,
    address: 'any other',
    refused: ({ request }) => notFound(request, `${HEALTHCARE.path}/authorise`),
  },
  {
    name: 'error-out-of-turn',
    title: 'This log-in has moved on',
    when: 'A form was sent again after going back, or from a second tab.',
    status: 409,
    address: LOGIN,
    refused: ({ self }) =>
      refuseOutOfTurn(
        'the form of choose_authenticator, at number_match',
        'the form of number_match, if it has one',
        self,
      ),
  },
  {
    name: 'error-raced',
    title: 'This log-in has moved on: two at once',
    when: 'Two requests came for the same step at once, as by a double click.',
    status: 409,
    address: LOGIN,
    refused: ({ self }) => refuseRaced(self),
  },
  {
    name: 'error-over',
    title: 'This log-in has moved on: it is over',
    when: 'The person went back after the log-in succeeded.',
    status: 409,
    address: LOGIN,
    refused: () =>
      refuseOutOfTurn('a log-in that has ended as authenticated', 'a log-in under way', undefined),
  },
  {
    name: 'error-inside',
    title: 'Something went wrong in the mock',
    when: 'The mock itself failed. Report it with the request ID.',
    status: 500,
    address: 'any',
    refused: ({ request }) => faultInside(request),
  },
];

export const ERRORS: readonly Sample[] = REFUSED.map(errorSample);

const LOG_OUT = 'Do you want to log out?';
const LOGGED_OUT = 'You are logged out';

const END_SESSION = { status: 200, address: '{issuer}/connect/endSession' };

export const LOGGING_OUT: readonly Sample[] = [
  sample<AskToLogOutPage>(
    {
      ...END_SESSION,
      name: 'log-out',
      title: LOG_OUT,
      when: 'An application sends the person to log out, without an ID token as a hint.',
      view: 'log-out',
    },
    ({ frame, self }) => ({ ...frame(LOG_OUT), action: self, fields: [] }),
  ),
  sample<LoggedOutPage>(
    {
      ...END_SESSION,
      name: 'logged-out',
      title: LOGGED_OUT,
      when: 'The session is over, and the application is known.',
      view: 'logged-out',
    },
    ({ frame, self }) => ({ ...frame(LOGGED_OUT), back: { url: self, clientName: APPLICATION } }),
  ),
  sample<LoggedOutPage>(
    {
      ...END_SESSION,
      name: 'logged-out-nowhere',
      title: `${LOGGED_OUT}: nowhere to go back to`,
      when: 'The session is over, and no application asked for the person back.',
      view: 'logged-out',
    },
    ({ frame }) => frame(LOGGED_OUT),
  ),
];
