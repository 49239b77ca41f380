/** What is let through in an authorization request, though CIS2 would not have it or it is probably a mistake. */
import { requestedAssurance } from '../care-identity/authenticators.ts';
import { SCOPES } from '../care-identity/claims.ts';
import type { Environment } from '../environment/environment.ts';
import { redirectUriRight } from '../relying-party/redirect-uris.ts';
import { similarNames } from '../settings/near-matches.ts';
import type { IdentifiedRequest } from './identify-request.ts';
import { type Parameters, words } from './parameters.ts';

/** All that CIS2 has, and which of it was probably meant. */
function whatThereIs(unknown: readonly string[], names: readonly string[]): string {
  const near = [...new Set(unknown.flatMap((each) => similarNames(each, names)))];
  return `CIS2 has ${names.join(', ')}${near.length === 0 ? '' : `; near matches: ${near.join(', ')}`}.`;
}

/**
 * What ties the answer to the request. Both may be left out, and with PKCE rightly so: it stops forged callbacks and
 * injected codes as well (RFC 9700 section 2.1), and libraries leave both out then.
 */
const TIES = {
  state:
    'There is no state, so the application cannot tell its own log-in from a forged callback (CSRF; RFC 6749 section 10.12). Send a random state for each log-in, and compare the one that comes back.',
  nonce:
    'There is no nonce, so the ID token will have none: it is tied to no log-in, and many libraries refuse it (OpenID Connect Core section 3.1.2.1). Send a random nonce for each log-in, and compare the one in the ID token.',
};

function untied(parameters: Parameters): string[] {
  if (parameters.get('code_challenge') !== undefined) return [];
  return Object.entries(TIES).flatMap(([name, without]) =>
    parameters.get(name) === undefined ? [without] : [],
  );
}

/** What was asked for and will not be given, and what was probably forgotten, in words, for the journal. */
export function leniencies(
  { client, redirectUri, parameters }: IdentifiedRequest,
  { realm }: Environment,
): string[] {
  const unknownScopes = words(parameters.get('scope')).filter(
    (scope) => !(SCOPES as readonly string[]).includes(scope),
  );
  const acrValues = words(parameters.get('acr_values'));
  const found: string[] = [];
  if (redirectUriRight(client, redirectUri) === 'relaxation') {
    found.push(
      'The relaxation allow_loopback_redirect_uris let the redirect URI in; CIS2 compares it exactly.',
    );
  }
  if (client.token_endpoint_auth_method === 'none') {
    found.push('The client is public (token_endpoint_auth_method none); CIS2 has confidential clients only.');
  }
  if (unknownScopes.length > 0) {
    found.push(
      `Scopes that CIS2 does not have were left out: ${unknownScopes.join(' ')}. ${whatThereIs(unknownScopes, SCOPES)}`,
    );
  }
  if (acrValues.length > 0 && requestedAssurance(acrValues, [], realm.acrValues).claim === '0') {
    found.push(
      `CIS2 knows none of these acr_values, so the acr claim will be "0": ${acrValues.join(' ')}. ${whatThereIs(acrValues, realm.acrValues)}`,
    );
  }
  for (const [name, value] of Object.entries(parameters.all())) {
    if (name.startsWith('mock_') && value === '')
      found.push(`${name} came without a value, which is as if it had not come. Is a variable not set?`);
  }
  found.push(...untied(parameters));
  return found;
}
