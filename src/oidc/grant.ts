/** What an authenticated log-in gave an application: the grant, its code and its tokens. */
import { HEALTHCARE, type Realm } from '../environment/realms.ts';
import { recordKind } from '../environment/store.ts';
import type { Subject } from '../journal/event.ts';
import type { ChosenScenario } from '../scenarios/choice.ts';

/** Without its grant a code or a token is worth nothing: to revoke everything, the grant is removed. */
export interface Grant {
  clientId: string;
  /** The log-in that it came from: what the journal finds everything of it by. */
  loginId: string;
  uid: string;
  /** The path of the realm that it was given in, where that is not Healthcare. */
  realm?: string;
  scopes: readonly string[];
  nonce?: string;
  /** s_hash: the state itself may be long, and is not needed again. */
  stateHash?: string;
  acr: string;
  amr: string;
  /** Authentication assurance level. */
  aal: string;
  /** Seconds since 1970: the moment of sign-in. */
  authTime: number;
  /** The handle of the single sign-on session it came from, and the sid that the client knows it by. */
  session: string;
  sid: string;
  selectedRoleId?: string;
  /** mock_scenario of the authorization request. */
  scenario?: ChosenScenario;
}

/** Where a grant was given: its codes and tokens are good there alone. */
export const realmOfGrant = ({ realm = HEALTHCARE.path }: Grant): string => realm;

export const isGivenIn = (grant: Grant, { path }: Realm): boolean => realmOfGrant(grant) === path;

/** What an event is about that belongs to a grant, whoever asked. */
export const subjectOfGrant = (
  { loginId, uid }: Grant,
  subject: Pick<Subject, 'request_id' | 'client_id'>,
): Subject => ({
  login_id: loginId,
  uid,
  ...subject,
});

export interface AuthorizationCode {
  grantId: string;
  redirectUri: string;
  codeChallenge?: string;
  /** Milliseconds since 1970. The record outlives it, so that a late redemption can be told from an unknown code. */
  expiresAt: number;
  redeemed: boolean;
}

export interface AccessToken {
  grantId: string;
  /** Those of the grant, or fewer where a refresh asked for fewer. */
  scopes: readonly string[];
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** Each is used once; what follows from it belongs to the same grant, its family (RFC 9700 section 4.14.2). */
export interface RefreshToken {
  grantId: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  redeemed: boolean;
}

export const GRANTS = recordKind<Grant>('grant', 100_000);
export const CODES = recordKind<AuthorizationCode>('code', 20_000);
export const ACCESS_TOKENS = recordKind<AccessToken>('access_token');
export const REFRESH_TOKENS = recordKind<RefreshToken>('refresh_token');
