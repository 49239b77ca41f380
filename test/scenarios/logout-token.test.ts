/** Each scenario of the logout token as an application on loopback is posted it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSigningKeys } from '../../src/environment/signing-keys.ts';
import {
  closeReceivers,
  mockWith,
  type Receiver,
  receiver,
  settled,
} from '../conformance/backchannel-support.ts';
import { eventsOf } from '../oidc/support.ts';
import { browser, logIn, type Mock } from '../support/mock.ts';
import {
  ABSENT,
  below,
  codesAt,
  ISSUER,
  jwksOf,
  KEY_ID,
  type Members,
  NOW,
  type Parameters,
  PERSONA,
  type Provider,
  providerOf,
  RANDOM_ID,
  rowOf,
  SID,
  strayRows,
  tokenOf,
  usesOf,
} from './wire.ts';

const claims = (changed: Members) => below('token.claims', changed);
const header = (changed: Members) => below('token.header', changed);
const signature = (whose: unknown): Members => ({ 'token.signature': whose });

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

const ROWS: Readonly<Record<string, Members>> = {
  LOGOUT_ISS_WRONG: claims({ iss: 'http://localhost:8585/openam/oauth2/realms/root/realms/oidc' }),
  LOGOUT_AUD_WRONG: claims({ aud: 'mock-client' }),
  LOGOUT_AUD_ARRAY: claims({ aud: ['rp-a'] }),
  LOGOUT_SUB_AND_SID_MISSING: claims({ sub: ABSENT, sid: ABSENT }),
  LOGOUT_SUB_MISSING: claims({ sub: ABSENT }),
  LOGOUT_SID_MISSING: claims({ sid: ABSENT }),
  LOGOUT_SUB_UNKNOWN: claims({ sub: '999999999999', sid: ABSENT }),
  LOGOUT_SUB_OTHER: claims({ sub: '910000000101' }),
  LOGOUT_SID_OTHER: claims({ sid: SID }),
  LOGOUT_EVENTS_MISSING: claims({ events: ABSENT }),
  LOGOUT_EVENTS_WRONG: claims({
    events: { 'https://schemas.openid.net/secevent/caep/event-type/session-revoked': {} },
  }),
  LOGOUT_EVENT_NOT_EMPTY: claims({ [`events.${EVENT}`]: { reason: 'session_terminated' } }),
  LOGOUT_NONCE_PRESENT: claims({ nonce: RANDOM_ID }),
  LOGOUT_JTI_MISSING: claims({ jti: ABSENT }),
  LOGOUT_EXP_MISSING: claims({ exp: ABSENT }),
  LOGOUT_EXPIRED: claims({ exp: NOW - 600 }),
  LOGOUT_IAT_AHEAD: claims({ iat: NOW + 1 }),
  LOGOUT_IAT_STALE: claims({ iat: NOW - 3600 }),
  LOGOUT_IAT_MISSING: claims({ iat: ABSENT }),
  LOGOUT_REPLAYED: { posts: 2 },
  LOGOUT_NOT_SENT: { posts: 0, post: ABSENT, token: ABSENT },
  LOGOUT_ALG_RS512: { ...header({ alg: 'RS512' }), ...signature('RS512 by the key') },
  LOGOUT_ALG_HS256: { ...header({ alg: 'HS256', kid: ABSENT }), ...signature('HS256 by the client secret') },
  LOGOUT_UNSIGNED: { ...header({ alg: 'none', kid: ABSENT }), ...signature('none') },
  LOGOUT_SIGNATURE_WRONG: signature('256 bytes by no published key'),
  LOGOUT_UNPUBLISHED_KEY: { ...header({ kid: KEY_ID }), ...signature('256 bytes by no published key') },
  LOGOUT_KID_UNKNOWN: header({ kid: KEY_ID }),
  LOGOUT_KID_MISSING: header({ kid: ABSENT }),
  LOGOUT_KEY_ROTATED: {
    ...header({ kid: KEY_ID }),
    ...signature(expect.stringMatching(/^RS256 by the published key/)),
  },
  LOGOUT_TYP_JWT: header({ typ: 'JWT' }),
};

/** From then on the new key signs. */
const LASTS = ['LOGOUT_KEY_ROTATED'];

let application: Receiver;
let provider: Provider;
let right: Awaited<ReturnType<typeof endOfSession>>;
/** With keys of its own, since they change. */
let rotating: Mock;
beforeAll(async () => {
  application = await receiver();
  provider = await providerOf(await mockWith(application), 'secret');
  rotating = await mockWith(application, undefined, { keys: createSigningKeys() });
  right = await endOfSession(provider);
});
afterAll(async () => {
  closeReceivers();
  await Promise.all([provider.mock.app.close(), rotating.app.close()]);
});

/** Logs in and ends the session as if the smartcard were removed; gives all that the application is posted. */
async function endOfSession(at: Provider, parameters: Parameters = {}) {
  const { mock } = at;
  const client = { client_id: 'rp-a', redirect_uri: 'https://rp-a.example.test/callback' };
  const answer = await logIn(browser(mock.app), PERSONA, { ...client, ...parameters });
  const [started] = await eventsOf(mock, answer, 'session_started');
  const sid = String(started?.details?.['sid']);
  application.received.length = 0;
  const ended = await mock.app.inject({
    method: 'POST',
    url: `/_mock/sessions/${encodeURIComponent(sid)}/logout`,
  });
  expect(ended.statusCode, ended.body).toBeLessThan(300);
  await settled(mock);
  const [first, ...others] = application.received;
  // A replay is the very same request.
  for (const other of others) expect(other).toEqual(first);
  if (!first) return { posts: 0 };
  const { form, ...post } = first;
  const token = await tokenOf(at, form[0]?.[1] ?? '', { [sid]: 'the sid' });
  const { jti, ...rest } = token.claims;
  if (jti !== undefined) expect(jti).toMatch(/^[0-9a-f-]{36}$/);
  return {
    posts: application.received.length,
    post: { ...post, names: form.map(([name]) => name) },
    token: { ...token, claims: { ...rest, ...(jti === undefined ? {} : { jti: '(an id)' }) } },
  };
}

test('without a scenario one right logout token is posted', () => {
  expect(right).toStrictEqual({
    posts: 1,
    post: {
      method: 'POST',
      contentType: expect.stringMatching(/^application\/x-www-form-urlencoded\b/),
      names: ['logout_token'],
    },
    token: {
      header: { alg: 'RS256', typ: 'logout+jwt', kid: '(the key)' },
      claims: {
        iss: ISSUER,
        sub: '910000000102',
        aud: 'rp-a',
        iat: NOW,
        exp: NOW + 120,
        jti: '(an id)',
        events: { [EVENT]: {} },
        sid: '(the sid)',
        cause: 'SESSION_TERMINATION',
      },
      signature: 'RS256 by the key',
    },
  });
});

test.each(codesAt('logout_token'))('%s: exactly this differs', async (code) => {
  const differs = rowOf(ROWS, code);
  const at = LASTS.includes(code) ? await providerOf(rotating, 'secret') : provider;
  const run = (parameters: Parameters) => endOfSession(at, parameters);
  const { asked, queued } = await usesOf(at.mock, { code, place: 'logout_token' }, run, right);
  expect(asked).toStrictEqual(differs);
  expect(queued).toStrictEqual(differs);
});

test('the logout token after all of them is right', async () => {
  expect(await endOfSession(provider)).toStrictEqual(right);
});

test('no row is of a scenario that there is not', () => {
  expect(strayRows(ROWS, 'logout_token')).toEqual([]);
});

test.each(['LOGOUT_UNPUBLISHED_KEY', 'LOGOUT_KID_UNKNOWN'])('%s names no published key', async (code) => {
  const { token } = await endOfSession(provider, { mock_scenario: code });
  const { keys } = await jwksOf(provider.mock);
  expect(keys.map(({ kid }) => kid)).not.toContain(token?.header.kid);
});
