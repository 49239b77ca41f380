/** From an error of the library, and the call that it met it at, to the failure that a person is told of. */
import type { Failure, ProviderCall } from './visits.ts';
import { type FailureKind, OF_ERROR_CODE } from './wording.ts';

/** An error that carries what the provider said: an OAuth error and its description. */
interface ProviderSaid extends Error {
  error: string;
  error_description?: string;
  code: string;
}

const saidByProvider = (error: unknown): error is ProviderSaid =>
  error instanceof Error && typeof (error as Partial<ProviderSaid>).error === 'string';

/** What a comparison of claims found, as the library hands it on. */
interface Compared {
  claim?: unknown;
  expected?: unknown;
  attribute?: unknown;
  claims?: Readonly<Record<string, unknown>>;
  body?: Readonly<Record<string, unknown>>;
}

/** The claim or member that was not as expected, with both values; empty where it was about none. */
function comparison({ claim, attribute, expected, claims, body }: Compared): string {
  const name = claim ?? attribute;
  if (typeof name !== 'string')
    return typeof expected === 'string' ? ` (expected ${JSON.stringify(expected)})` : '';
  const found = JSON.stringify(claims?.[name] ?? body?.[name]) ?? 'missing';
  return ` (${name}: ${found}${expected === undefined ? '' : `, expected ${JSON.stringify(expected)}`})`;
}

/** The library’s own words, from the outermost error to the innermost, and what was compared. */
function reasonOf(error: unknown): string {
  const words: string[] = [];
  let found = '';
  let at: unknown = error;
  while (at instanceof Error) {
    if (at.message !== '' && !words.includes(at.message)) words.push(at.message);
    if (typeof at.cause === 'object' && at.cause !== null && !(at.cause instanceof Error))
      found = comparison(at.cause as Compared);
    at = at.cause;
  }
  return `${words.join(': ')}${found}`;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A body as a JSON object; undefined where it is none. */
export function jsonOf({ body = '' }: Pick<ProviderCall, 'body'>): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an answer came that can be read at all. */
const isReadable = (call: ProviderCall): boolean => call.status === 200 && jsonOf(call) !== undefined;

const isTemporary = ({ status = 0 }: ProviderCall, error: string): boolean =>
  status >= 500 || status === 429 || ['server_error', 'temporarily_unavailable'].includes(error);

function refusedByTokenEndpoint(call: ProviderCall, error: string): FailureKind {
  if (error === 'invalid_grant') return 'code_refused';
  if (error === 'invalid_client') return 'client_refused';
  return isTemporary(call, error) ? 'token_unavailable' : 'token_refused';
}

/** Where all that a token response must have is there, the fault is in the ID token. */
function tokenFault(call: ProviderCall): FailureKind {
  if (!isReadable(call)) return 'token_unavailable';
  const { access_token, token_type, id_token } = jsonOf(call) ?? {};
  const isWhole = [access_token, token_type, id_token].every((each) => typeof each === 'string');
  return isWhole ? 'id_token_refused' : 'tokens_incomplete';
}

function userInfoFault(call: ProviderCall, code: unknown): FailureKind {
  if (call.status === 401 || call.status === 403) return 'userinfo_refused';
  if (call.status !== 200) return 'userinfo_unavailable';
  return code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED' ? 'userinfo_other_person' : 'userinfo_unusable';
}

function kindAt(call: ProviderCall, error: unknown): FailureKind {
  switch (call.endpoint) {
    case 'discovery':
      return isReadable(call) ? 'discovery_refused' : 'discovery_unavailable';
    case 'token':
      return saidByProvider(error) ? refusedByTokenEndpoint(call, error.error) : tokenFault(call);
    case 'jwks':
      return isReadable(call) ? 'id_token_refused' : 'keys_unavailable';
    case 'userinfo':
      return userInfoFault(call, (error as { code?: unknown }).code);
  }
}

/** The failure that an error of the library stands for, by the last call that was made, if any. */
export function failureOf(error: unknown, lastCall: ProviderCall | undefined): Failure {
  const status = lastCall?.status ?? 200;
  const reason = status === 200 ? reasonOf(error) : `${reasonOf(error)} (status ${status})`;
  const said = saidByProvider(error)
    ? {
        error: error.error,
        ...(error.error_description === undefined ? {} : { errorDescription: error.error_description }),
      }
    : {};
  if (lastCall) return { kind: kindAt(lastCall, error), reason, ...said };
  if (!saidByProvider(error)) return { kind: 'callback_refused', reason };
  return { kind: OF_ERROR_CODE[error.error] ?? 'unknown_error', reason, ...said };
}
