/**
 * RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0; facts 4.4 and 10.5). With an ID token of ours as hint
 * the session it belongs to is ended at once; without one the person is asked first.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathIn } from '../environment/realms.ts';
import type { Refusal } from '../journal/refusal.ts';
import { Refused } from '../journal/refused.ts';
import { SESSIONS } from '../login/session.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { lookAlikeFault } from '../relying-party/look-alike-uris.ts';
import {
  formTargets,
  postLogoutUriRight,
  type UriRight,
  withParameters,
} from '../relying-party/redirect-uris.ts';
import { clearSession, sessionIdOf } from './cookies.ts';
import { type IdTokenHint, readIdTokenHint } from './id-token-hint.ts';
import { UNREADABLE_HINT, unregisteredClient } from './known-refusals.ts';
import { isFromElsewhere } from './own-forms.ts';
import { encodingFault } from './parameter-faults.ts';
import { asQuery, formOf, type Parameters, queryParametersOf } from './parameters.ts';
import { endSession, endSessionOf } from './session-end.ts';

/** The pages of logging out. The pages folder provides them. */
export interface LogoutPages {
  /** Asks whether to log out; its form posts the same parameters back with logout_confirmed. */
  askToLogOut(
    request: FastifyRequest,
    reply: FastifyReply,
    parameters: Readonly<Record<string, string>>,
    /** Where the answer to the form may lead to (Content-Security-Policy form-action). */
    targets: readonly string[],
  ): unknown;
  /** Says that the person is logged out; with a link back where the application is known. */
  showLoggedOut(
    request: FastifyRequest,
    reply: FastifyReply,
    back?: { url: string; clientName: string },
  ): unknown;
}

const CONFIRMED = 'logout_confirmed';

const SPECIFICATION = 'OpenID Connect RP-Initiated Logout 1.0 sections 2 and 3; facts 10.5';

function refuse(
  error: string,
  description: string,
  refusal: Omit<Refusal, 'specification'>,
  client?: Client,
): never {
  const subject = client ? { client_id: client.client_id } : {};
  throw new Refused(
    { status: 400, error, description },
    { ...refusal, specification: SPECIFICATION },
    'page',
    subject,
  );
}

interface LogoutRequest {
  parameters: Parameters;
  hint?: IdTokenHint;
  client?: Client;
  redirectUri?: string;
}

/** The client that is named, by client_id or by the hint’s aud; both must agree. */
function namedClient({ environment }: FastifyRequest, parameters: Parameters, hint: IdTokenHint | undefined) {
  const named = parameters.get('client_id');
  if (hint && named !== undefined && named !== hint.clientId) {
    refuse('invalid_request', 'client_id does not match id_token_hint.', {
      rule: 'client_id and id_token_hint name the same client.',
      parameter: 'client_id',
      found: named,
      expected: hint.clientId,
      mend: 'Send the ID token that was issued to this client, or leave client_id out.',
    });
  }
  const clientId = hint?.clientId ?? named;
  const client = clientId === undefined ? undefined : environment.clients.get(clientId);
  if (clientId !== undefined && !client) {
    refuse('invalid_client', 'Client authentication failed', unregisteredClient(clientId, environment));
  }
  return client;
}

async function read(request: FastifyRequest, parameters: Parameters): Promise<LogoutRequest> {
  const fault = encodingFault(parameters);
  if (fault) refuse(fault.error, fault.description, fault.refusal);
  const hintText = parameters.get('id_token_hint');
  const hint = hintText === undefined ? undefined : await readIdTokenHint(hintText, request.environment);
  if (hintText !== undefined && !hint) {
    refuse('invalid_request', 'The id_token_hint is not valid.', UNREADABLE_HINT);
  }
  const client = namedClient(request, parameters, hint);
  const redirectUri = parameters.get('post_logout_redirect_uri');
  return {
    parameters,
    ...(hint ? { hint } : {}),
    ...(client ? { client } : {}),
    ...(redirectUri === undefined ? {} : { redirectUri }),
  };
}

function refuseRedirectUri(redirectUri: string, client: Client): never {
  refuse(
    'redirect_uri_mismatch',
    'The redirection URI provided does not match a pre-registered value.',
    {
      rule: 'The post-logout redirect URI is registered for the client, letter for letter.',
      parameter: 'post_logout_redirect_uri',
      found: redirectUri,
      expected: client.post_logout_redirect_uris?.join(' or ') || 'none is registered',
      mend: `Add it to post_logout_redirect_uris of ${client.client_id}, or change it in the application.`,
      ...lookAlikeFault(client, redirectUri),
    },
    client,
  );
}

/** What CIS2 would not have let through stands in the journal. */
function warnOf(right: UriRight | undefined, { environment, id }: FastifyRequest, client: Client) {
  if (right !== 'relaxation') return;
  environment.journal.record({
    request_id: id,
    client_id: client.client_id,
    kind: 'warned',
    explanation:
      'The relaxation allow_loopback_redirect_uris let the post-logout redirect URI in; CIS2 compares it exactly.',
  });
}

/** After the session is over: to the application where the URI is known good, otherwise to our own page. */
function leave(request: FastifyRequest, reply: FastifyReply, logout: LogoutRequest, pages: LogoutPages) {
  const { client, redirectUri, parameters } = logout;
  if (redirectUri === undefined || !client) return pages.showLoggedOut(request, reply);
  const right = postLogoutUriRight(client, redirectUri);
  if (right === undefined) refuseRedirectUri(redirectUri, client);
  warnOf(right, request, client);
  const status = request.method === 'POST' ? 303 : 302;
  return reply.redirect(withParameters(redirectUri, { state: parameters.get('state') }), status);
}

/** Logs out the person of this browser’s own session, who has said so. */
async function logOutConfirmed(
  request: FastifyRequest,
  reply: FastifyReply,
  logout: LogoutRequest,
  pages: LogoutPages,
) {
  const { environment } = request;
  const sessionId = sessionIdOf(request);
  const session =
    sessionId && (await endSession(sessionId, 'CLIENT_LOGOUT', environment, { requestId: request.id }));
  clearSession(request, reply);
  if (logout.client || logout.redirectUri === undefined || !session)
    return leave(request, reply, logout, pages);
  // Nobody said which application asks: a URI of one that took part in the session is offered as a link.
  const { redirectUri } = logout;
  const taking = Object.keys(session.sids).map((clientId) => environment.clients.get(clientId));
  const owner = taking.find((client) => client && postLogoutUriRight(client, redirectUri) !== undefined);
  if (owner) warnOf(postLogoutUriRight(owner, redirectUri), request, owner);
  const url = withParameters(redirectUri, { state: logout.parameters.get('state') });
  return pages.showLoggedOut(
    request,
    reply,
    owner && { url, clientName: owner.client_name ?? owner.client_id },
  );
}

/** Whether this browser has a live session. */
async function hasSession(request: FastifyRequest): Promise<boolean> {
  const { store, clock } = request.environment;
  const sessionId = sessionIdOf(request);
  const stored = sessionId === undefined ? undefined : await store.get(SESSIONS, sessionId);
  return stored !== undefined && stored.value.expiresAt > clock.now();
}

async function logOut(
  request: FastifyRequest,
  reply: FastifyReply,
  parameters: Parameters,
  pages: LogoutPages,
) {
  const { environment } = request;
  const logout = await read(request, parameters);
  environment.journal.record({
    request_id: request.id,
    ...(logout.client ? { client_id: logout.client.client_id } : {}),
    kind: 'request_received',
    explanation: 'A logout request came in.',
    details: parameters.all(),
  });
  if (logout.hint) {
    // A session that is gone already is no error (facts 10.5).
    await endSessionOf(logout.hint.sid, 'CLIENT_LOGOUT', environment, request.id);
    if (!(await hasSession(request))) {
      clearSession(request, reply);
      return leave(request, reply, logout, pages);
    }
    // Somebody else is logged in at this browser, and is asked first (RP-Initiated Logout section 2).
  }
  if (!(await hasSession(request)))
    return logout.client ? leave(request, reply, logout, pages) : pages.showLoggedOut(request, reply);
  if (parameters.get(CONFIRMED) === 'yes' && request.method === 'POST') {
    return logOutConfirmed(request, reply, logout, pages);
  }
  const { client, redirectUri } = logout;
  const mayRedirect =
    client && redirectUri !== undefined && postLogoutUriRight(client, redirectUri) !== undefined;
  return pages.askToLogOut(
    request,
    reply,
    parameters.all(),
    mayRedirect ? formTargets(client, redirectUri) : [],
  );
}

export function endSessionEndpoint(pages: LogoutPages) {
  return async (request: FastifyRequest, reply: FastifyReply) =>
    logOut(request, reply, queryParametersOf(request), pages);
}

/**
 * A form from elsewhere carries no SameSite=Lax cookie: it is answered by the same request as a link. So is one that says
 * that the person has confirmed, where it is not our own page that says so: it asks.
 */
export function endSessionForm(pages: LogoutPages) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const parameters = formOf(request.body);
    if (parameters.get(CONFIRMED) === 'yes' && !isFromElsewhere(request))
      return logOut(request, reply, parameters, pages);
    const { prefix, realm } = request.environment;
    return reply.redirect(
      `${prefix}${pathIn(realm, '/connect/endSession')}?${asQuery(parameters.encoded)}`,
      303,
    );
  };
}
