/**
 * Back-channel logout: a signed logout token, posted to every client of a session that ended (OpenID Connect
 * Back-Channel Logout 1.0, facts 4.4 and 10.7). Nobody waits for it: a client that answers slowly, badly or not at
 * all delays no one. Each delivery and its answer is in the journal.
 */
import { randomUUID } from 'node:crypto';
import { shownSeconds } from '../environment/clock.ts';
import type { Environment } from '../environment/environment.ts';
import { itself } from '../environment/named-by-request.ts';
import type { LogoutCause, Session } from '../login/session.ts';
import type { Client } from '../relying-party/client-schema.ts';
import type { OutboundAnswer } from '../relying-party/outbound.ts';
import type { ChosenScenario } from '../scenarios/choice.ts';
import type { LogoutDraft } from '../scenarios/scenario.ts';
import { withScenario } from './apply-scenario.ts';
import { signDraft } from './sign-draft.ts';

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** Of a client’s answer; more is not read. */
const MAX_ANSWER_BYTES = 16_384;

/** What a logout token is about: one client’s part of a session. */
interface LogoutNotice {
  client: Client;
  uid: string;
  sid: string;
  cause: LogoutCause;
  /** The issuer that this client knows, where it is not the one of the environment. */
  issuer?: string;
  /** mock_scenario of this client’s latest log-in. */
  requested?: ChosenScenario;
}

/** The logout token of one client before it is signed: aud a string, exp there, iat never ahead, no nonce (facts 10.7; scenarios 2.1, row 12). */
async function logoutDraft(
  { client, uid, sid, cause, issuer }: LogoutNotice,
  environment: Environment,
): Promise<LogoutDraft> {
  const { clock, settings, keys } = environment;
  const iat = shownSeconds(clock);
  const claims = {
    // Whoever ended the session may have come by another name than this client did.
    iss: issuer ?? itself(environment).issuer,
    sub: uid,
    aud: client.client_id,
    iat,
    exp: iat + settings.timeouts.logout_token_seconds,
    jti: randomUUID(),
    events: { [LOGOUT_EVENT]: {} },
    ...(client.backchannel_logout_session_required === false ? {} : { sid }),
    cause,
  };
  const header = { alg: 'RS256', typ: 'logout+jwt', kid: await keys.activeKid() };
  return { header, claims, signedBy: 'active_key', posts: 1 };
}

/** What came of one attempt, in words, and whether another one makes sense. */
function reading(answer: OutboundAnswer): { said: string; final: boolean } {
  if ('failure' in answer) return { said: `failed: ${answer.failure}`, final: false };
  const { status } = answer;
  if (status >= 200 && status < 300) return { said: `was accepted with ${status}`, final: true };
  if (status >= 300 && status < 400)
    return { said: `was answered with a redirect, ${status}, which is not followed`, final: true };
  return { said: `was refused with ${status}`, final: status < 500 };
}

async function deliver(notice: LogoutNotice, uri: string, environment: Environment) {
  const { client_id: clientId } = notice.client;
  const { uid, requested } = notice;
  const subject = { client_id: clientId, uid };
  const about = { clientId, uid, subject, ...(requested ? { requested } : {}) };
  const right = await logoutDraft(notice, environment);
  const draft = await withScenario('logout_token', right, environment, about);
  const token = await signDraft(draft, environment, clientId);
  for (let posted = 0; posted < draft.posts; posted++) await post(token, notice, uri, environment);
}

async function post(token: string, notice: LogoutNotice, uri: string, environment: Environment) {
  const { settings, journal } = environment;
  const attempts = settings.backchannel_logout_attempts;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const answer = await environment.post(uri, {
      timeoutSeconds: settings.timeouts.outbound_call_seconds,
      maxBytes: MAX_ANSWER_BYTES,
      form: { logout_token: token },
    });
    const { said, final } = reading(answer);
    journal.record({
      kind: 'logout_token_sent',
      client_id: notice.client.client_id,
      uid: notice.uid,
      explanation: `The logout token for ${uri} ${said}, at attempt ${attempt} of ${attempts}.`,
      details: { uri, attempt, logout_token: token, answer },
    });
    if (final) return;
  }
}

/** Tells every client of the session that has a backchannel_logout_uri, all at once. */
export async function notifyClients(
  session: Pick<Session, 'uid' | 'sids' | 'scenarios' | 'issuers'>,
  cause: LogoutCause,
  environment: Environment,
): Promise<void> {
  const asked = new Map(Object.entries(session.scenarios ?? {}));
  const known = new Map(Object.entries(session.issuers ?? {}));
  const deliveries = Object.entries(session.sids).flatMap(([clientId, sid]) => {
    const client = environment.clients.get(clientId);
    if (!client?.backchannel_logout_uri) return [];
    const requested = asked.get(clientId);
    const issuer = known.get(clientId);
    const notice = {
      client,
      uid: session.uid,
      sid,
      cause,
      ...(issuer === undefined ? {} : { issuer }),
      ...(requested ? { requested } : {}),
    };
    return [deliver(notice, client.backchannel_logout_uri, environment)];
  });
  const failed = (await Promise.allSettled(deliveries)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
