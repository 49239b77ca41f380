/** id_token_hint: an ID token of ours, expired or not, that says whose session is meant. */
import type { Environment } from '../environment/environment.ts';

export interface IdTokenHint {
  uid: string;
  sid: string;
  clientId: string;
}

/** What the hint says; undefined where this provider did not sign it, or signed something else. */
export async function readIdTokenHint(
  jwt: string,
  { keys, issuer }: Environment,
): Promise<IdTokenHint | undefined> {
  const claims = await keys.verify(jwt);
  if (!claims || claims.iss !== issuer || claims['tokenName'] !== 'id_token') return undefined;
  return { uid: String(claims.sub), sid: String(claims['sid']), clientId: String(claims.aud) };
}
