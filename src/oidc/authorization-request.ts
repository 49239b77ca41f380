/**
 * The checks of an authorization request of which it is known who asks (`identify-request.ts`), in their visible order,
 * and the plain request that comes out. Their faults go to the redirect URI (facts 10.5, RFC 6749 section 4.1.2.1).
 */
import { requestedAssurance } from '../care-identity/authenticators.ts';
import { SCOPES } from '../care-identity/claims.ts';
import type { Environment } from '../environment/environment.ts';
import { HEALTHCARE } from '../environment/realms.ts';
import { type Delivery, Refused, wireText } from '../journal/refused.ts';
import type { AuthorizationRequest } from '../login/authorization-request.ts';
import { withParameters } from '../relying-party/redirect-uris.ts';
import { readIdTokenHint } from './id-token-hint.ts';
import type { IdentifiedRequest } from './identify-request.ts';
import { UNREADABLE_HINT } from './known-refusals.ts';
import { mockParameterFault, readHeadlessPersona, readScenario } from './mock-parameters.ts';
import { type Fault, invalidRequest, missing } from './parameter-faults.ts';
import { words } from './parameters.ts';

type Check = (request: IdentifiedRequest, environment: Environment) => Fault | undefined;

const responseTypeIsCode: Check = ({ parameters }) => {
  const responseType = parameters.get('response_type');
  if (responseType === undefined) {
    return missing('response_type', 'Send response_type=code.');
  }
  if (responseType === 'code') return undefined;
  return {
    error: 'unsupported_response_type',
    description: 'Only the authorization code flow is supported.',
    refusal: {
      rule: 'Only the authorization code flow is offered.',
      parameter: 'response_type',
      found: responseType,
      expected: 'code',
      mend: 'Configure the application for the authorization code flow.',
      specification: 'OpenID Connect Core section 3.1.2.1; facts 4.1',
    },
  };
};

const requestObjectsAreRefused: Check = ({ parameters }) => {
  for (const name of ['request', 'request_uri'] as const) {
    if (parameters.get(name) === undefined) continue;
    return {
      error: `${name}_not_supported`,
      description: `The ${name} parameter is not supported.`,
      refusal: {
        rule: 'Request objects are not supported.',
        parameter: name,
        found: `a ${name} parameter`,
        expected: 'plain parameters',
        mend: 'Send the authorization request as plain parameters.',
        specification: 'OpenID Connect Core section 6',
      },
    };
  }
  return undefined;
};

const responseModeIsQuery: Check = ({ parameters }) => {
  const mode = parameters.get('response_mode');
  if (mode === undefined || mode === 'query') return undefined;
  return invalidRequest('response_mode', 'Unsupported response_mode', {
    rule: 'The response mode is query.',
    found: mode,
    expected: 'query, or no response_mode',
    mend: 'Leave response_mode out.',
    specification: 'OAuth 2.0 Multiple Response Type Encoding Practices section 2.1',
  });
};

/** What people put between scopes instead of a space, %20 where it was encoded twice. */
const WRONG_SEPARATORS = /(?:[\s,;|+]|%20)+/;

/** Where openid was asked for after all, and how it was written is at fault. */
function misspeltOpenid(scope: string): { rule: string; mend: string } | undefined {
  const parts = scope.split(WRONG_SEPARATORS).filter(Boolean);
  const meant = parts.join(' ').toLowerCase();
  if (!words(meant).includes('openid')) return undefined;
  if (words(scope).some((word) => word.toLowerCase() === 'openid')) {
    return {
      rule: 'Scopes are in small letters: their case counts.',
      mend: `Write openid in small letters: ${meant}.`,
    };
  }
  return {
    rule: 'Scopes are separated by spaces.',
    mend: `Separate the scopes by spaces, in the URL %20 or +, encoded once${parts.includes('openid') ? '' : ', and write them in small letters'}: ${meant}.`,
  };
}

const scopeHasOpenid: Check = ({ parameters }) => {
  const scope = parameters.get('scope') ?? '';
  const scopes = words(scope);
  if (scopes.includes('openid')) return undefined;
  return {
    error: 'invalid_scope',
    description: 'The scope openid is required.',
    refusal: {
      rule: 'The scope has openid.',
      parameter: 'scope',
      found: scopes.join(' ') || 'no scope',
      expected: 'openid, and any of the other scopes, separated by spaces',
      mend: 'Add openid to the scopes that the application asks for.',
      ...misspeltOpenid(scope),
      specification: 'OpenID Connect Core section 3.1.2.1; facts 2.1',
    },
  };
};

const promptIsKnown: Check = ({ parameters }) => {
  const prompts = words(parameters.get('prompt')?.toLowerCase());
  const alone = !prompts.includes('none') || prompts.length === 1;
  if (alone && prompts.every((prompt) => ['none', 'login', 'consent'].includes(prompt))) return undefined;
  return invalidRequest('prompt', 'Invalid prompt parameter', {
    rule: 'prompt is none, or login or consent.',
    found: parameters.get('prompt') ?? '',
    expected: 'none alone, or any of login and consent',
    mend: 'Send prompt=login to force a new sign-in, prompt=none to ask without a page, or no prompt.',
    specification: 'OpenID Connect Core section 3.1.2.1; facts 10.3',
  });
};

const maxAgeIsSeconds: Check = ({ parameters }) => {
  const maxAge = parameters.get('max_age');
  if (maxAge === undefined || /^\d{1,10}$/.test(maxAge)) return undefined;
  return invalidRequest('max_age', 'Invalid max_age parameter', {
    rule: 'max_age is a whole number of seconds.',
    found: maxAge,
    expected: 'digits only, 0 or more',
    mend: 'Send for example max_age=300.',
    specification: 'OpenID Connect Core section 3.1.2.1',
  });
};

const pkceIsS256: Check = ({ parameters, client }) => {
  const challenge = parameters.get('code_challenge');
  const method = parameters.get('code_challenge_method');
  const specification = 'RFC 7636 sections 4.2 to 4.4; RFC 9700 section 2.1.1';
  const mend =
    'Send code_challenge (base64url of the SHA-256 of the verifier) and code_challenge_method=S256.';
  if (challenge === undefined && method === undefined) {
    if (client.token_endpoint_auth_method !== 'none') return undefined;
    return invalidRequest('code_challenge', 'code_challenge parameter required', {
      rule: 'A public client uses PKCE.',
      found: 'no code_challenge',
      expected: 'a code_challenge by S256',
      mend,
      specification,
    });
  }
  if (method !== 'S256') {
    return invalidRequest('code_challenge_method', 'Only code_challenge_method S256 is supported.', {
      rule: 'The code challenge method is S256.',
      found: method ?? 'none, which means plain',
      expected: 'S256',
      mend,
      specification,
    });
  }
  if (challenge !== undefined && /^[\w-]{43}$/.test(challenge)) return undefined;
  return invalidRequest('code_challenge', 'Invalid code_challenge parameter', {
    rule: 'A code challenge by S256 has 43 base64url characters.',
    found: challenge === undefined ? 'a method and no challenge' : `${challenge.length} characters`,
    expected: '43 characters of A-Z, a-z, 0-9, - and _',
    mend,
    specification,
  });
};

/** The order is behaviour (facts 10.5). */
const CHECKS: readonly Check[] = [
  responseTypeIsCode,
  requestObjectsAreRefused,
  responseModeIsQuery,
  scopeHasOpenid,
  promptIsKnown,
  maxAgeIsSeconds,
  pkceIsS256,
  mockParameterFault,
];

/** The delivery of an error to the verified redirect URI, with state and iss (RFC 6749 4.1.2.1, RFC 9207). */
export function errorRedirect(
  to: { redirectUri: string; state: string | undefined; issuer: string },
  error: { error: string; description: string },
): Exclude<Delivery, string> {
  const { redirectUri, state, issuer } = to;
  return {
    location: withParameters(redirectUri, {
      error: error.error,
      error_description: wireText(error.description),
      state,
      iss: issuer,
    }),
  };
}

const unreadableHint: Fault = invalidRequest('id_token_hint', 'The id_token_hint is not valid.', {
  ...UNREADABLE_HINT,
  specification: 'OpenID Connect Core section 3.1.2.1',
});

/** Runs the checks. Throws a refusal that goes to the redirect URI. */
export async function checkRequest(
  identified: IdentifiedRequest,
  environment: Environment,
): Promise<AuthorizationRequest> {
  const { client, redirectUri, parameters } = identified;
  const hintText = parameters.get('id_token_hint');
  const hint = hintText === undefined ? undefined : await readIdTokenHint(hintText, environment);
  const hintIsReadable: Check = () => (hintText !== undefined && !hint ? unreadableHint : undefined);
  for (const check of [...CHECKS, hintIsReadable]) {
    const fault = check(identified, environment);
    if (!fault) continue;
    const to = { redirectUri, state: parameters.get('state'), issuer: environment.issuer };
    const wire = { status: 400, error: fault.error, description: fault.description };
    throw new Refused(wire, fault.refusal, errorRedirect(to, wire), { client_id: client.client_id });
  }
  const request = readRequest(identified, environment);
  return hint ? { ...request, hintedUid: hint.uid } : request;
}

function readRequest(identified: IdentifiedRequest, environment: Environment) {
  const { client, redirectUri, parameters } = identified;
  const { settings, realm } = environment;
  const asked = words(parameters.get('acr_values'));
  const ofClient = client.default_acr_values ?? settings.default_acr_values;
  const prompts = words(parameters.get('prompt')?.toLowerCase());
  const prompt = prompts.find((each): each is 'none' | 'login' => each === 'none' || each === 'login');
  const maxAge = parameters.get('max_age');
  const onFailure = parameters.get('mock_on_failure') ?? client.on_login_failure ?? settings.on_login_failure;
  const optional = {
    state: parameters.get('state'),
    nonce: parameters.get('nonce'),
    codeChallenge: parameters.get('code_challenge'),
    prompt,
    maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge),
    loginHint: parameters.get('login_hint'),
    headless: readHeadlessPersona(identified, environment),
    scenario: readScenario(parameters),
  };
  const scopes = words(parameters.get('scope'));
  const request: AuthorizationRequest = {
    clientId: client.client_id,
    redirectUri,
    scopes: SCOPES.filter((scope) => scopes.includes(scope)),
    assurance: requestedAssurance(asked, ofClient, realm.acrValues),
    onLoginFailure: onFailure === 'redirect' ? 'redirect' : 'page',
    ...(realm === HEALTHCARE ? {} : { realm: realm.path }),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
  return request;
}
