/**
 * Environments that run at once, each with a scenario of its own, and what each scenario shows: the whole of it, so
 * that anything else in a log-in is wrong.
 */
import { CLIENT } from '../support/mock.ts';
import { differences, logInAt, membersOf } from './seen.ts';

const ENDS_AT_CALLBACK = ['no token', 'no id_token', 'no userinfo'];
const ENDS_AT_TOKEN = ['no id_token', 'no userinfo'];

const failure = (outcome: string, error = 'access_denied') => [
  `authorize.outcome: "${outcome}"`,
  `callback.error: "${error}"`,
  ...ENDS_AT_CALLBACK,
];

const refusal = (error: string) => [`callback.error: "${error}"`, ...ENDS_AT_CALLBACK];

const tokenError = (status: number, error: string) => [
  `token.status: ${status}`,
  `token.error: "${error}"`,
  ...ENDS_AT_TOKEN,
];

/** Scenarios, each with all that an application sees of it: no two show the same. */
export const EFFECTS: readonly [code: string, differs: readonly string[]][] = [
  ['INTERNAL_ERROR', failure('internal_error', 'server_error')],
  ['TEMPORARILY_UNAVAILABLE', failure('internal_error', 'temporarily_unavailable')],
  ['UNEXPECTED_ERROR', failure('internal_error', 'unexpected_error')],
  ['TIMED_OUT', failure('timed_out')],
  ['NHSMAIL_NOT_REGISTERED', failure('nhsmail_not_registered')],
  ['ORGANISATION_NOT_IN_PRIVATE_BETA', failure('organisation_not_in_private_beta')],
  ['NHSMAIL_DECLINED', failure('nhsmail_declined')],
  ['AUTHENTICATOR_TOO_WEAK', failure('authenticator_too_weak')],
  ['NO_ROLE', failure('no_role')],
  ['ACCESS_DENIED', failure('access_denied')],
  [
    'ABANDONED',
    ['authorize.status: 403', 'authorize.outcome: "abandoned"', 'no callback', ...ENDS_AT_CALLBACK],
  ],
  [
    'UNKNOWN_CLIENT',
    ['authorize.status: 400', 'authorize.outcome: null', 'no callback', ...ENDS_AT_CALLBACK],
  ],
  ['STATE_MISSING', ['callback.state: missing']],
  ['STATE_WRONG', ['callback.state: "another"']],
  ['ISS_WRONG', ['callback.iss: "another"']],
  ['ISS_MISSING', ['callback.iss: missing']],
  ['CODE_MISSING', ['callback.code: missing', ...ENDS_AT_CALLBACK]],
  ['CODE_REPEATED', ['callback.code: "twice"']],
  ['RESPONSE_CLIENT_ID_MISSING', ['callback.client_id: missing']],
  ['INVALID_SCOPE', refusal('invalid_scope')],
  ['LOGIN_REQUIRED', refusal('login_required')],
  ['ERROR_WITHOUT_STATE', ['callback.state: missing', ...refusal('access_denied')]],
  ['TOKEN_INVALID_GRANT', tokenError(400, 'invalid_grant')],
  ['TOKEN_INVALID_CLIENT', tokenError(401, 'invalid_client')],
  ['TOKEN_ID_TOKEN_MISSING', ['token.id_token: missing', 'no id_token']],
  ['TOKEN_TYPE_WRONG', ['token.token_type: "DPoP"']],
  ['TOKEN_EXPIRES_IN_MISSING', ['token.expires_in: missing']],
  ['TOKEN_NOT_JSON', ['token.text: "a page"', ...ENDS_AT_TOKEN]],
  ['ID_TOKEN_ISS_WRONG', ['id_token.iss: "another"']],
  ['ID_TOKEN_AUD_WRONG', ['id_token.aud: "mock-client-basic"']],
  ['ID_TOKEN_NONCE_WRONG', ['id_token.nonce: "another"']],
  ['ID_TOKEN_NONCE_MISSING', ['id_token.nonce: missing']],
  ['ID_TOKEN_SUB_MISSING', ['id_token.sub: missing']],
  ['ID_TOKEN_EXPIRED', ['id_token.exp: "now + -600 s"']],
  ['ID_TOKEN_AAL_LOW', ['id_token.authentication_assurance_level: "1"']],
  ['ID_TOKEN_IAL_LOW', ['id_token.id_assurance_level: "2"', 'id_token.idassurancelevel: "2"']],
  ['ID_TOKEN_ROLE_MISSING', ['id_token.selected_roleid: missing']],
  ['ID_TOKEN_KID_UNKNOWN', ['id_token.kid: "another"']],
  ['USERINFO_SUB_MISSING', ['userinfo.sub: missing']],
  ['USERINFO_NOT_JSON', ['userinfo.text: "a page"']],
  ['USERINFO_EMAIL_MISSING', ['userinfo.email: missing']],
  ['USERINFO_EMAIL_EMPTY', ['userinfo.email: ""']],
  ['USERINFO_ROLES_EMPTY', ['userinfo.nhsid_nrbac_roles: []']],
  ['USERINFO_UNAUTHORISED', ['userinfo.status: 401', 'userinfo.error: "invalid_token"']],
  ['SERVICE_UNAVAILABLE', tokenError(503, 'temporarily_unavailable')],
  ['TOO_MANY_REQUESTS', tokenError(429, 'temporarily_unavailable')],
];

/** How an environment is given its scenario: each level of the precedence in turn. */
const PATCHES: readonly ((code: string) => object)[] = [
  (code) => ({ settings: { scenario: { code } } }),
  (code) => ({ clients: [{ client_id: CLIENT.client_id, scenario: { code } }] }),
  (code) => ({ people: PERSONAS.map(({ uid }) => ({ uid, scenario: { code } })) }),
];

const PERSONAS = [
  { account: 'alex.bound@nhs.net', uid: '910000000101' },
  { account: 'wes.wrongrole@nhs.net', uid: '910000000115' },
];

interface Environment {
  name: string;
  url: string;
  issuer: string;
  code?: string;
  differs: readonly string[];
}

async function created(origin: string, path: string, body: object) {
  const answer = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Environment;
}

/** Environment number so and so: some with no scenario, one in four with one that a call starts. */
async function begin(origin: string, index: number): Promise<Environment> {
  const name = `parallel-${index}`;
  const [code, differs = []] = EFFECTS[index] ?? [];
  const patch = code === undefined ? undefined : PATCHES[index % 4]?.(code);
  const made = await created(origin, '/_mock/environments', { name, ...(patch ? { patch } : {}) });
  if (code !== undefined && !patch) await created(origin, `/env/${name}/_mock/scenarios`, { code });
  return { ...made, ...(code === undefined ? {} : { code }), differs };
}

async function kidsAt(issuer: string): Promise<string[]> {
  const answer = await fetch(`${issuer}/connect/jwk_uri`);
  const { keys } = (await answer.json()) as { keys: { kid: string; use: string }[] };
  return keys.filter(({ use }) => use === 'sig').map(({ kid }) => kid);
}

/** So many log-ins at once, by the personas in turn. */
async function lookAt({ url, issuer }: { url: string; issuer: string }, name: string, logIns: number) {
  const kids = await kidsAt(issuer);
  return Promise.all(
    Array.from({ length: logIns }, async (_, index) => {
      const state = `${name}-${index}`;
      const account = PERSONAS[index % PERSONAS.length]?.account ?? '';
      return membersOf(await logInAt(url, account, state), { issuer, state, kids });
    }),
  );
}

export interface ParallelRun {
  environments: number;
  logIns: number;
  /** Log-ins that showed anything but the effect of their environment’s own scenario. */
  wrong: string[];
  seconds: number;
}

/** So many environments at once, each with several log-ins at once, compared with those of the default environment. */
export async function runInParallel(
  mock: { url: string; issuer: string },
  amount: { environments: number; logInsEach: number },
  prepare: (name: string) => Promise<void> = async () => undefined,
): Promise<ParallelRun> {
  const origin = new URL(mock.url).origin;
  const right = await lookAt(mock, 'right', PERSONAS.length);
  const started = performance.now();
  const environments = await Promise.all(
    Array.from({ length: amount.environments }, (_, index) => begin(origin, index)),
  );
  for (const { name } of environments) await prepare(name);
  const looked = environments.map(async (environment) => {
    const { name, code = 'no scenario', differs } = environment;
    const expected = JSON.stringify([...differs].sort());
    const logIns = await lookAt(environment, name, amount.logInsEach);
    return logIns.flatMap((seen, index) => {
      const found = differences(seen, right[index % PERSONAS.length] ?? new Map()).sort();
      return JSON.stringify(found) === expected ? [] : [`${name} (${code}): ${found.join('; ')}`];
    });
  });
  const wrong = (await Promise.all(looked)).flat();
  const seconds = (performance.now() - started) / 1000;
  return {
    environments: environments.length,
    logIns: environments.length * amount.logInsEach,
    wrong,
    seconds,
  };
}
