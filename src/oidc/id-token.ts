/** The claims of an ID token: each of CIS2’s, with its exact name and type (facts 3.2). */
import { hash, randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { nameOf } from '../care-identity/claims.ts';
import type { Person } from '../care-identity/schema.ts';
import type { Grant } from './grant.ts';

/** base64url of the left half of the SHA-256 (OpenID Connect Core section 3.1.3.6). */
export function leftHalfHash(text: string): string {
  return hash('sha256', text, 'buffer').toString('base64url', 0, 16);
}

/** One id for the process and a counter behind it: the form of the product’s audit ids (facts 10.6). */
const AUDIT_NODE = randomUUID();
let audited = 0;

function auditTrackingId(): string {
  audited += 1;
  return `${AUDIT_NODE}-${audited}`;
}

export interface IdTokenMoment {
  issuer: string;
  /** The realm claim. */
  realm: string;
  accessToken: string;
  /** The code it was redeemed with; a refresh has none. */
  code?: string;
  /** Seconds since 1970, as relying parties are shown it. */
  issuedAt: number;
  /** How far that is ahead of the environment’s time. */
  skewSeconds: number;
  lifeSeconds: number;
}

export function idTokenClaims(grant: Grant, person: Person, moment: IdTokenMoment): JWTPayload {
  return {
    at_hash: leftHalfHash(moment.accessToken),
    sub: person.uid,
    subname: person.uid,
    uid: person.uid,
    name: nameOf(person),
    auditTrackingId: auditTrackingId(),
    amr: [grant.amr],
    acr: grant.acr,
    iss: moment.issuer,
    aud: grant.clientId,
    azp: grant.clientId,
    tokenName: 'id_token',
    tokenType: 'JWTToken',
    'org.forgerock.openidconnect.ops': leftHalfHash(grant.sid),
    realm: moment.realm,
    sid: grant.sid,
    auth_time: grant.authTime + moment.skewSeconds,
    iat: moment.issuedAt,
    exp: moment.issuedAt + moment.lifeSeconds,
    // Strings, and the identity level under both of its names (facts 0, row 3; 10.9).
    id_assurance_level: person.id_assurance_level,
    idassurancelevel: person.id_assurance_level,
    authentication_assurance_level: grant.aal,
    ...(moment.code === undefined ? {} : { c_hash: leftHalfHash(moment.code) }),
    ...(grant.stateHash === undefined || moment.code === undefined ? {} : { s_hash: grant.stateHash }),
    // No nonce unless one was sent: strict libraries refuse an unrequested one (scenarios 2.1, row 7). None after a
    // refresh either (OpenID Connect Core section 12.2).
    ...(grant.nonce === undefined || moment.code === undefined ? {} : { nonce: grant.nonce }),
    ...(grant.selectedRoleId === undefined ? {} : { selected_roleid: grant.selectedRoleId }),
  };
}
