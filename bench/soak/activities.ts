/** What goes on at a mock while it is soaked, each with what must be true of it whatever else goes on. */
import { randomBytes } from 'node:crypto';
import {
  type Asked,
  askAt,
  type CameBack,
  type CatalogueScenario,
  CLIENT,
  checkCodeIsSpent,
  checkUserInfo,
  logInWithoutPages,
  type Place,
  REALM,
  redeem,
  takeTokens,
  verify,
} from './log-in.ts';
import type { LogoutReceiver } from './logout-receiver.ts';
import { logInByPages } from './pages.ts';
import { ALEX, PERSONAS } from './people.ts';
import { type Answer, hold, membersOf, type Question } from './target.ts';

/** What all activities use. */
export interface Stage {
  catalogue: readonly CatalogueScenario[];
  receiver: LogoutReceiver;
  count(what: 'outcome' | 'scenario', name: string): void;
}

export type Activity = (place: Place, stage: Stage) => Promise<void>;

/** They change the keys of the environment, which in the default one must outlive restarts. */
const CHANGES_KEYS = /KEY_ROTATED/;

/** Places that a log-in meets by itself. */
const AT_LOG_IN = [
  'authorization_request',
  'login',
  'authorization_response',
  'token_response',
  'id_token',
  'userinfo',
];

const scenariosFor = ({ prefix }: Place, { catalogue }: Stage, places: readonly string[]) =>
  catalogue.filter(
    ({ code, place }) => places.includes(place) && (prefix !== '' || !CHANGES_KEYS.test(code)),
  );

function counted(stage: Stage, back: CameBack): CameBack {
  stage.count('outcome', back.outcome);
  if (back.scenario) stage.count('scenario', back.scenario.code);
  return back;
}

/** The time of the environment, in milliseconds since 1970. */
async function timeAt(place: Place): Promise<number> {
  const { now } = membersOf(await askAt(place, '/_mock/clock'));
  return Date.parse(String(now));
}

async function change(place: Place, path: string, question: Question): Promise<Answer> {
  const answer = await askAt(place, `/_mock${path}`, { method: 'POST', ...question });
  hold(answer.status < 300, `/_mock${path} was answered with ${answer.status} ${answer.text.slice(0, 500)}`);
  return answer;
}

/** Goes on from a callback: tokens, and UserInfo. */
async function goOn(place: Place, back: CameBack) {
  const tokens = await takeTokens(place, back, place.prefix === '' ? undefined : await timeAt(place));
  if (tokens) await checkUserInfo(place, back, tokens);
  return tokens;
}

async function logIn(place: Place, stage: Stage, asked: Asked) {
  const back = counted(stage, await logInWithoutPages(place, asked));
  return { back, tokens: await goOn(place, back) };
}

/** Anybody logs in, half of them with something that goes wrong. */
const anybody: Activity = async (place, stage) => {
  const { random } = place;
  const persona = random.pick(PERSONAS);
  const scenario = random.chance(0.5) ? random.pick(scenariosFor(place, stage, AT_LOG_IN)) : undefined;
  const { back, tokens } = await logIn(place, stage, scenario ? { persona, scenario } : { persona });
  if (tokens) await checkCodeIsSpent(place, back, tokens);
};

/** Somebody logs in over a connection that is slow, breaks, or leads to a broken service. */
const overBadConnection: Activity = async (place, stage) => {
  const transport = scenariosFor(place, stage, ['transport']).filter(({ code }) => code !== 'SLOW_ANSWER');
  await logIn(place, stage, { persona: ALEX, scenario: place.random.pick(transport) });
};

const byPages: Activity = async (place, stage) => {
  const persona = place.random.pick(PERSONAS.filter(({ login }) => login.includes('@')));
  await goOn(place, counted(stage, await logInByPages(place, persona)));
};

/** Two redeem one code at once: one of them at most has tokens. */
const race: Activity = async (place, stage) => {
  const back = counted(stage, await logInWithoutPages(place, { persona: ALEX }));
  const code = back.callback?.get('code') ?? '';
  const answers = await Promise.all(Array.from({ length: 4 }, () => redeem(place, code)));
  const statuses = answers.map(({ status }) => status);
  hold(statuses.filter((status) => status === 200).length === 1, `a code that four redeemed: ${statuses}`);
};

/** A refresh token brings new tokens of the same person. */
const refresh: Activity = async (place, stage) => {
  const { tokens } = await logIn(place, stage, { persona: ALEX });
  const form = { grant_type: 'refresh_token', refresh_token: tokens?.refreshToken ?? '', ...CLIENT };
  const answer = await askAt(place, `${REALM}/access_token`, { method: 'POST', form });
  hold(answer.status === 200, `a refresh token was answered with ${answer.status} ${answer.text}`);
};

/** A session is ended, and the application is told, by a token that verifies unless a scenario spoils it. */
const endedSession: Activity = async (place, stage) => {
  const { random } = place;
  const scenario = random.chance(0.3) ? random.pick(scenariosFor(place, stage, ['logout_token'])) : undefined;
  const { tokens } = await logIn(place, stage, { persona: ALEX, ...(scenario ? { scenario } : {}) });
  const sid = String(tokens?.claims?.['sid']);
  const posted = stage.receiver.next(sid);
  await change(place, `/sessions/${encodeURIComponent(sid)}/logout`, { json: {} });
  if (scenario) return;
  const payload = await verify(place, await posted);
  hold(payload['sid'] === sid, 'a logout token names another session');
};

/** What nobody should send: it is refused, and nothing breaks. */
const NOISE: readonly ((random: string) => [path: string, question: Question])[] = [
  (text) => [`/nowhere/${text}`, {}],
  (text) => [`${REALM}/authorize?client_id=${text}&redirect_uri=%00`, {}],
  (text) => [`${REALM}/authorize?scope=${'x'.repeat(20_000)}${text}`, {}],
  (text) => [
    `${REALM}/access_token`,
    { method: 'POST', form: { grant_type: 'authorization_code', code: text, ...CLIENT } },
  ],
  () => [
    `${REALM}/access_token`,
    { method: 'POST', body: '{"__proto__":{"admin":1}}', headers: { 'content-type': 'application/json' } },
  ],
  (text) => [`${REALM}/userinfo`, { headers: { authorization: `Bearer ${text}` } }],
  (text) => [
    `/_mock/people/${text}`,
    { method: 'PATCH', body: '{', headers: { 'content-type': 'application/json' } },
  ],
  (text) => ['/_mock/scenarios', { method: 'POST', json: { code: text } }],
  () => ['/_mock/clock', { method: 'POST', json: { advance_seconds: -1 } }],
  (text) => [`/login/${text}`, {}],
  () => [`${REALM}/connect/jwk_uri`, { method: 'DELETE' }],
];

const noise: Activity = async (place) => {
  const [path, question] = place.random.pick(NOISE)(randomBytes(8).toString('hex'));
  const { status } = await askAt(place, path, question);
  hold(status >= 400, `${path.slice(0, 200)} was answered with ${status}`);
};

/** What is published, and the pages that people look at. */
const READ = [
  '/',
  '/scenarios',
  '/journal',
  '/console',
  '/_mock/journal',
  `${REALM}/.well-known/openid-configuration`,
];

const reading: Activity = async (place, stage) => {
  const { random } = place;
  const scenario = random.pick(scenariosFor(place, stage, ['jwks', 'discovery']));
  const path = scenario.endpoint === 'jwks' ? '/connect/jwk_uri' : '/.well-known/openid-configuration';
  stage.count('scenario', scenario.code);
  await askAt(place, `${REALM}${path}?mock_scenario=${scenario.code}`, { mayFail: true });
  const { status } = await askAt(place, random.pick(READ));
  hold(status === 200, `a page was answered with ${status}`);
};

/** A code is worth nothing when its two minutes are over; nor is an access token after its hour. */
const expiry: Activity = async (place, stage) => {
  const { back, tokens } = await logIn(place, stage, { persona: ALEX });
  hold(back.outcome === 'authenticated' && tokens !== undefined, 'nobody was logged in');
  const late = counted(stage, await logInWithoutPages(place, { persona: ALEX }));
  await change(place, '/clock', { json: { advance_seconds: 121 } });
  const answer = await redeem(place, late.callback?.get('code') ?? '');
  hold(membersOf(answer)['error'] === 'invalid_grant', `an expired code was answered with ${answer.status}`);
  await change(place, '/clock', { json: { advance_seconds: 3600 } });
  const user = await askAt(place, `${REALM}/userinfo`, {
    headers: { authorization: `Bearer ${tokens.accessToken}` },
  });
  hold(user.status === 401, `an expired access token was answered with ${user.status}`);
};

/** After a reset what was issued before is worth nothing. */
const reset: Activity = async (place, stage) => {
  const back = counted(stage, await logInWithoutPages(place, { persona: ALEX }));
  await change(place, '/reset', {});
  const answer = await redeem(place, back.callback?.get('code') ?? '');
  hold(
    membersOf(answer)['error'] === 'invalid_grant',
    `a code was answered with ${answer.status} after a reset`,
  );
};

/** What is queued for one log-in acts on it, and not on the next. */
const queued: Activity = async (place, stage) => {
  await change(place, '/scenarios', { json: { code: 'TIMED_OUT', times: 1 } });
  const persona = { ...ALEX, outcomes: ['timed_out'] };
  counted(stage, await logInWithoutPages(place, { persona }));
  await change(place, '/scenarios', {
    json: { code: 'SLOW_ANSWER', times: 1, parameters: { seconds: 0.2 } },
  });
  await logIn(place, stage, { persona: ALEX });
};

const IN_ENVIRONMENT: readonly Activity[] = [
  anybody,
  anybody,
  byPages,
  race,
  expiry,
  reset,
  queued,
  endedSession,
];

/** An environment of its own is made, used, and ended: what it issued ends with it. */
const environment: Activity = async (place, stage) => {
  const name = `soak-${randomBytes(6).toString('hex')}`;
  const ours = { ...place, prefix: `/env/${name}` };
  await change(place, '/environments', { json: { name } });
  try {
    for (let step = 0; step < 4; step++) await place.random.pick(IN_ENVIRONMENT)(ours, stage);
    // Whatever was done to its clock and its scenarios.
    await change(ours, '/reset', {});
    const back = counted(stage, await logInWithoutPages(ours, { persona: ALEX }));
    await askAt(place, `/_mock/environments/${name}`, { method: 'DELETE' });
    const { status } = await redeem(ours, back.callback?.get('code') ?? '');
    hold(status === 400, `a code of an environment that has ended was answered with ${status}`);
  } finally {
    await askAt(place, `/_mock/environments/${name}`, { method: 'DELETE' });
  }
};

/** Each with its weight. */
export const ACTIVITIES: readonly (readonly [name: string, weight: number, activity: Activity])[] = [
  ['log-in without pages', 40, anybody],
  ['log-in by pages', 12, byPages],
  ['log-in over a bad connection', 6, overBadConnection],
  ['four redeem one code', 6, race],
  ['refresh', 6, refresh],
  ['session ended, application told', 8, endedSession],
  ['published and pages', 8, reading],
  ['noise', 8, noise],
  ['environment made, used, ended', 6, environment],
];
