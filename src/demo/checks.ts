/**
 * What a good application checks itself, after its library has verified the ID token: what the library leaves open,
 * and what CIS2’s own claims say of the person. The first check that finds something decides.
 */
import { leftHalfHash } from '../oidc/id-token.ts';
import type { DemoOptions } from './options.ts';
import type { Failure } from './visits.ts';

type Claims = Readonly<Record<string, unknown>>;

/** What the checks weigh. Times are seconds since 1970, by the application’s clock. */
export interface Evidence {
  claims: Claims;
  accessToken: string;
  clientId: string;
  options: DemoOptions;
  now: number;
  askedAt: number;
}

type Check = (evidence: Evidence) => Failure | undefined;

/** How far clocks may differ, in seconds. */
export const TOLERANCE_SECONDS = 30;

/** The identity assurance level that the application needs. */
const IDENTITY_LEVEL = 3;

/** A value as it came, for a sentence. */
const shown = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value));

const audienceAlone: Check = ({ claims: { aud }, clientId }) => {
  const others = Array.isArray(aud) ? aud.filter((each) => each !== clientId) : [];
  if (others.length === 0) return undefined;
  const reason = `The claim aud names others too: ${others.join(', ')}. The application trusts ${clientId} alone.`;
  return { kind: 'id_token_refused', reason };
};

const authorizedParty: Check = ({ claims: { azp }, clientId }) =>
  azp === undefined || azp === clientId
    ? undefined
    : { kind: 'id_token_refused', reason: `The claim azp is ${shown(azp)}, expected ${shown(clientId)}.` };

const accessTokenHash: Check = ({ claims: { at_hash: hash }, accessToken }) =>
  hash === undefined || hash === leftHalfHash(accessToken)
    ? undefined
    : {
        kind: 'id_token_refused',
        reason: `The claim at_hash is ${shown(hash)}, but the access token’s hash is ${shown(leftHalfHash(accessToken))}.`,
      };

const notAhead =
  (claim: 'iat' | 'auth_time'): Check =>
  ({ claims, now }) => {
    const value = claims[claim];
    if (typeof value !== 'number' || value <= now + TOLERANCE_SECONDS) return undefined;
    const reason = `The claim ${claim} is ${value}, which is ${Math.round(value - now)} seconds ahead of the application’s clock; ${TOLERANCE_SECONDS} are allowed.`;
    return { kind: 'id_token_refused', reason };
  };

const freshWhereAsked: Check = ({ claims: { auth_time: authTime }, options, askedAt }) => {
  if (options.prompt !== 'login') return undefined;
  if (typeof authTime === 'number' && authTime >= askedAt - TOLERANCE_SECONDS) return undefined;
  return {
    kind: 'sign_in_too_old',
    reason: `The claim auth_time is ${shown(authTime)}; prompt=login was asked for at ${askedAt}.`,
  };
};

/** A level as a string, which CIS2 sends, or as a number; undefined where it is neither. */
function levelOf(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^\d$/.test(text) ? Number(text) : undefined;
}

/** The lowest authenticator assurance level that an acr value lets in. */
const levelOfAcr = (acr: unknown): number | undefined =>
  typeof acr === 'string' ? levelOf(/^AAL(\d)/.exec(acr)?.[1]) : undefined;

const identityLevel: Check = ({ claims: { id_assurance_level: level } }) =>
  (levelOf(level) ?? 0) >= IDENTITY_LEVEL
    ? undefined
    : {
        kind: 'identity_level_too_low',
        reason: `The claim id_assurance_level is ${shown(level)}; the application needs "${IDENTITY_LEVEL}".`,
      };

const authenticatorLevel: Check = ({ claims: { authentication_assurance_level: level }, options }) => {
  const needed = levelOfAcr(options.acrValues) ?? 0;
  if ((levelOf(level) ?? 0) >= needed) return undefined;
  const reason = `The claim authentication_assurance_level is ${shown(level)}; ${options.acrValues} needs at least "${needed}".`;
  return { kind: 'sign_in_too_weak', reason };
};

const authenticationClass: Check = ({ claims: { acr }, options }) =>
  (levelOfAcr(acr) ?? 0) >= (levelOfAcr(options.acrValues) ?? 0)
    ? undefined
    : {
        kind: 'sign_in_too_weak',
        reason: `The claim acr is ${shown(acr)}; ${options.acrValues} was asked for.`,
      };

/** Those of the ID token itself come first: what cannot be trusted says nothing of the person. */
const CHECKS: readonly Check[] = [
  audienceAlone,
  authorizedParty,
  accessTokenHash,
  notAhead('iat'),
  notAhead('auth_time'),
  freshWhereAsked,
  identityLevel,
  authenticatorLevel,
  authenticationClass,
];

export function checkIdToken(evidence: Evidence): Failure | undefined {
  for (const check of CHECKS) {
    const failure = check(evidence);
    if (failure) return failure;
  }
  return undefined;
}

/** A claim that is a list of objects; of one that is a single object, the list of it; undefined for anything else. */
export function objectsIn(claim: unknown): Claims[] | undefined {
  const list = Array.isArray(claim) ? claim : [claim];
  return list.every((each) => typeof each === 'object' && each !== null) ? list : undefined;
}

/** The selected role among those of UserInfo; undefined where there is none. */
export function selectedRole(claims: Claims, userInfo: Claims): Claims | undefined {
  const { selected_roleid: selected } = claims;
  if (typeof selected !== 'string' || selected === '') return undefined;
  return objectsIn(userInfo['nhsid_nrbac_roles'])?.find(({ person_roleid }) => person_roleid === selected);
}

/** Whether the role that was asked for is there, and is one of the person’s own. */
export function checkRole(claims: Claims, userInfo: Claims, { role }: DemoOptions): Failure | undefined {
  if (role === '') return undefined;
  const { selected_roleid: selected } = claims;
  const { nhsid_nrbac_roles: roles } = userInfo;
  if (typeof selected !== 'string' || selected === '')
    return { kind: 'no_role', reason: `The claim selected_roleid is ${shown(selected)}.` };
  if (roles === undefined || (Array.isArray(roles) && roles.length === 0))
    return { kind: 'no_role', reason: `nhsid_nrbac_roles of UserInfo is ${roles ? 'empty' : 'missing'}.` };
  if (!objectsIn(roles))
    return { kind: 'userinfo_unusable', reason: 'nhsid_nrbac_roles of UserInfo is no list of roles.' };
  if (selectedRole(claims, userInfo)) return undefined;
  const reason = `No role of nhsid_nrbac_roles has the person_roleid ${shown(selected)}, which selected_roleid names.`;
  return { kind: 'role_not_listed', reason };
}
