/** An authorization request as the control API asks about one: what is left out is what a good request would have. */
import type { Environment } from '../environment/environment.ts';
import type { AuthorizationRequest } from '../login/authorization-request.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { checkRequest } from './authorization-request.ts';
import { identifyRequest } from './identify-request.ts';
import { parseParameters } from './parameters.ts';

const USUAL_SCOPE =
  'openid profile email nhsperson nationalrbacaccess associatedorgs professionalmemberships organisationalmemberships selectedrole';

/** Where a client that may use any loopback address is taken to be. */
const ASSUMED_REDIRECT_URI = 'http://localhost:3000/callback';

/** S256 of a verifier that nobody keeps: no code of an assumed request is ever redeemed. */
const ASSUMED_CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** A redirect URI that the client may use. */
export function assumedRedirectUri({ relaxations, redirect_uris }: Client): string {
  const relaxed = relaxations?.includes('allow_loopback_redirect_uris') ?? false;
  return relaxed ? ASSUMED_REDIRECT_URI : (redirect_uris[0] ?? ASSUMED_REDIRECT_URI);
}

/** The request with the given parameters over good ones. Throws Refused, as the authorization endpoint would. */
export async function assumedRequest(
  given: Readonly<Record<string, string>>,
  environment: Environment,
): Promise<{ client: Client; request: AuthorizationRequest }> {
  const [first] = environment.fixtures.clients;
  const named = environment.clients.get(given['client_id'] ?? first?.client_id ?? '');
  const isPublic = named?.token_endpoint_auth_method === 'none';
  const assumed = {
    client_id: first?.client_id ?? '',
    ...(named ? { redirect_uri: assumedRedirectUri(named) } : {}),
    response_type: 'code',
    scope: USUAL_SCOPE,
    ...(isPublic ? { code_challenge: ASSUMED_CHALLENGE, code_challenge_method: 'S256' } : {}),
  };
  const parameters = parseParameters(new URLSearchParams({ ...assumed, ...given }).toString());
  const identified = identifyRequest(parameters, environment);
  return { client: identified.client, request: await checkRequest(identified, environment) };
}
