/** An authorization request that passed every check, as plain data: what a log-in is for. */
import type { RequestedAssurance } from '../care-identity/authenticators.ts';
import type { ChosenScenario } from '../scenarios/choice.ts';

export interface AuthorizationRequest {
  clientId: string;
  redirectUri: string;
  /** The scopes granted: those asked for that CIS2 knows, in CIS2’s order. */
  scopes: readonly string[];
  state?: string;
  nonce?: string;
  /** PKCE (RFC 7636); the method is always S256. */
  codeChallenge?: string;
  assurance: RequestedAssurance;
  /** The path of the realm that it came to, where that is not Healthcare. */
  realm?: string;
  prompt?: 'none' | 'login';
  /** max_age in seconds (OpenID Connect Core 3.1.2.1). */
  maxAgeSeconds?: number;
  loginHint?: string;
  /** The person that id_token_hint names, by UID. */
  hintedUid?: string;
  /** Where a failed log-in ends. */
  onLoginFailure: 'page' | 'redirect';
  /** Who logs in without pages. */
  headless?: HeadlessPersona;
  /** mock_scenario: what goes wrong in this log-in, and in what comes of it. */
  scenario?: ChosenScenario;
}

/** Who logs in without pages: an NHSmail account, or a person by UID. */
export interface HeadlessPersona {
  account?: string;
  uid?: string;
  /** Who named the persona. */
  namedBy: 'mock_login' | 'login_hint' | 'client' | 'settings';
  /** mock_role: the role to select; left out, the first. */
  personRoleId?: string;
}

/** selectedrole and changedrole ask for a role (facts 2.1, 4.3). */
export const asksForRole = ({ scopes }: AuthorizationRequest): boolean =>
  scopes.includes('selectedrole') || scopes.includes('changedrole');
