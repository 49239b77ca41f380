/** The authorization code grant: from a code to an access token and an ID token, once (RFC 6749 section 4.1.3). */
import { createHash } from 'node:crypto';
import type { Environment } from '../environment/environment.ts';
import type { Realm } from '../environment/realms.ts';
import type { Stored } from '../environment/store.ts';
import type { Subject } from '../journal/event.ts';
import type { Refusal } from '../journal/refusal.ts';
import { ENDED_SESSIONS } from '../login/session.ts';
import type { Client } from '../relying-party/client-schema.ts';
import {
  type AuthorizationCode,
  CODES,
  GRANTS,
  type Grant,
  isGivenIn,
  realmOfGrant,
  subjectOfGrant,
} from './grant.ts';
import type { Parameters } from './parameters.ts';
import { secretsEqual } from './secrets.ts';
import { type Issued, invalidGrant, issueTokens, revokeAndRefuse } from './tokens.ts';

/** A code and the grant behind it. */
interface Redeemable {
  code: Stored<AuthorizationCode>;
  grant: Grant;
}

type CodeCheck = (
  redeemable: Redeemable,
  request: { client: Client; parameters: Parameters; realm: Realm; now: number; codeSeconds: number },
) => Refusal | undefined;

const belongsToTheRealm: CodeCheck = ({ grant }, { realm }) =>
  isGivenIn(grant, realm)
    ? undefined
    : {
        rule: 'A code is redeemed at the issuer that gave it.',
        parameter: 'code',
        found: `a code of ${realmOfGrant(grant)}`,
        expected: `a code of ${realm.path}`,
        mend: 'Take all endpoints from the discovery document of one issuer.',
        specification: 'RFC 6749 section 5.2; OpenID Connect Discovery section 3',
      };

const belongsToTheClient: CodeCheck = ({ grant }, { client }) =>
  grant.clientId === client.client_id
    ? undefined
    : {
        rule: 'A code is redeemed by the client that it was issued to.',
        parameter: 'code',
        found: client.client_id,
        expected: grant.clientId,
        mend: 'Use the same client_id for the authorization request and the token request.',
        specification: 'RFC 6749 section 4.1.3',
      };

const sameRedirectUri: CodeCheck = ({ code }, { parameters }) =>
  parameters.get('redirect_uri') === code.value.redirectUri
    ? undefined
    : {
        rule: 'The redirect URI is the one of the authorization request.',
        parameter: 'redirect_uri',
        found: parameters.get('redirect_uri') ?? 'none',
        expected: code.value.redirectUri,
        mend: 'Send the very same redirect_uri in both requests.',
        specification: 'RFC 6749 section 4.1.3',
      };

const notExpired: CodeCheck = ({ code }, { now, codeSeconds }) =>
  now < code.value.expiresAt
    ? undefined
    : {
        rule: 'A code is redeemed before it expires.',
        parameter: 'code',
        found: `a code that expired ${(now - code.value.expiresAt) / 1000} seconds ago`,
        expected: `a code within ${codeSeconds} seconds (settings.timeouts.authorization_code_seconds)`,
        mend: 'Redeem the code at once when it arrives at the redirect URI.',
        specification: 'RFC 6749 section 4.1.2; facts 10.6',
      };

const PKCE = 'RFC 7636 sections 4.1, 4.5 and 4.6; RFC 9700 section 2.1.1';

const VERIFIER_WITHOUT_CHALLENGE: Refusal = {
  rule: 'A code verifier belongs to a code challenge.',
  parameter: 'code_verifier',
  found: 'a code_verifier, and no code_challenge in the authorization request',
  expected: 'both or neither',
  mend: 'Send code_challenge and code_challenge_method=S256 in the authorization request.',
  specification: PKCE,
};

const VERIFIER_MISSING: Refusal = {
  rule: 'A code verifier is sent where the authorization request had a code challenge.',
  parameter: 'code_verifier',
  found: 'no code_verifier, or an empty one, though the authorization request had a code_challenge',
  expected: 'the verifier whose SHA-256, base64url, was the code_challenge',
  mend: 'Send the verifier that the code_challenge was made of as code_verifier, beside the code.',
  specification: PKCE,
};

/** The verifier itself is a secret, and is not told. */
const malformedVerifier = (verifier: string): Refusal => ({
  rule: 'A code verifier has 43 to 128 characters of A-Z, a-z, 0-9, -, ., _ and ~.',
  parameter: 'code_verifier',
  found: /^[\w.~-]*$/.test(verifier)
    ? `a code_verifier of ${verifier.length} characters`
    : 'a code_verifier with other characters',
  expected: '43 to 128 of these characters, as they were when the code_challenge was made',
  mend: 'Make the verifier with a library, for example 32 random bytes as base64url, and send it unchanged.',
  specification: PKCE,
});

const ANOTHER_VERIFIER: Refusal = {
  rule: 'The code verifier hashes to the code challenge.',
  parameter: 'code_verifier',
  found: 'a verifier with another hash',
  expected: 'the verifier whose SHA-256, base64url, was the code_challenge',
  mend: 'Keep the verifier of each authorization request apart, by its state, and send that one.',
  specification: PKCE,
};

const s256 = (verifier: string) => createHash('sha256').update(verifier, 'ascii').digest('base64url');

/** Checks the verifier where the authorization request had a challenge (RFC 7636 section 4.6). */
const verifierMatches: CodeCheck = ({ code }, { parameters }) => {
  const verifier = parameters.get('code_verifier');
  const challenge = code.value.codeChallenge;
  if (challenge === undefined) return verifier === undefined ? undefined : VERIFIER_WITHOUT_CHALLENGE;
  if (verifier === undefined) return VERIFIER_MISSING;
  if (!/^[\w.~-]{43,128}$/.test(verifier)) return malformedVerifier(verifier);
  return secretsEqual(s256(verifier), challenge) ? undefined : ANOTHER_VERIFIER;
};

/** A code that fails one of these stays unredeemed: its rightful holder may still use it. */
const CODE_CHECKS: readonly CodeCheck[] = [
  belongsToTheRealm,
  belongsToTheClient,
  sameRedirectUri,
  notExpired,
  verifierMatches,
];

function unknownCode(): Refusal {
  return {
    rule: 'A code is one that was issued here, and is still known.',
    parameter: 'code',
    found: 'an unknown code, or one whose grant was revoked',
    expected: 'the code of an authorization response of this environment',
    mend: 'Log in again and redeem the new code; after a restart all codes are gone.',
    specification: 'RFC 6749 section 5.2',
  };
}

async function findCode(code: string, environment: Environment): Promise<Redeemable | undefined> {
  const stored = await environment.store.get(CODES, code);
  const grant = stored && (await environment.store.get(GRANTS, stored.value.grantId));
  return stored && grant && { code: stored, grant: grant.value };
}

/** A code that comes twice is stolen or replayed: everything issued for it is revoked (RFC 6749 section 4.1.2). */
function refuseReuse(
  { code, grant }: Redeemable,
  environment: Environment,
  subject: Subject,
): Promise<never> {
  return revokeAndRefuse(code.value.grantId, grant, environment, subject, {
    rule: 'A code is redeemed once.',
    parameter: 'code',
    found: 'a code that was redeemed before',
    expected: 'a code that was not redeemed yet',
    mend: 'Do not redeem again on a reload of the callback, and do not let two handlers redeem the same code.',
    specification: 'RFC 6749 section 4.1.2; facts 10.5',
  });
}

/** A code that was redeemed is known for this long at least. */
const REUSE_KNOWN_SECONDS = 600;

export async function redeemCode(
  client: Client,
  parameters: Parameters,
  environment: Environment,
  subject: Subject,
): Promise<Issued> {
  const code = parameters.get('code') ?? '';
  const found = await findCode(code, environment);
  if (!found) throw invalidGrant(unknownCode(), subject);
  const about = subjectOfGrant(found.grant, subject);
  // With the session that was logged out, what was not redeemed yet is gone too.
  if (await environment.store.get(ENDED_SESSIONS, found.grant.session)) {
    throw invalidGrant(unknownCode(), about);
  }
  const now = environment.clock.now();
  const {
    authorization_code_seconds: codeSeconds,
    access_token_seconds: access,
    refresh_token_seconds: refresh,
  } = environment.settings.timeouts;
  for (const check of CODE_CHECKS) {
    // A reused code is named as such before its age; whose it is and where it goes come first.
    if (check === notExpired && found.code.value.redeemed) return refuseReuse(found, environment, subject);
    const refusal = check(found, { client, parameters, realm: environment.realm, now, codeSeconds });
    if (refusal) {
      throw invalidGrant(refusal, about, check === notExpired ? 'Authorization code expired.' : undefined);
    }
  }
  const redeemed = { revision: found.code.revision, value: { ...found.code.value, redeemed: true } };
  // Remembered for as long as anything that came of it may live, so that a reuse can revoke it.
  const keptUntil = now + Math.max(access, refresh, REUSE_KNOWN_SECONDS) * 1000;
  if (!(await environment.store.replace(CODES, code, redeemed, keptUntil))) {
    return refuseReuse(found, environment, subject);
  }
  return issueTokens(
    { by: 'code', client, grantId: found.code.value.grantId, grant: found.grant, code },
    environment,
    subject,
  );
}
