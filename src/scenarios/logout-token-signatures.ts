/** Scenarios in the signature of a logout token and in its header. */
import type { ScenarioAt } from './scenario.ts';
import {
  kidMissing,
  kidUnknown,
  signatureWrong,
  signedByRotatedKey,
  signedByRs512,
  signedBySecret,
  signedByUnpublishedKey,
  typIs,
  unsigned,
} from './token-changes.ts';

const place = 'logout_token';

const ONLY_RS256 = 'Accepts only the algorithm of its ID tokens, RS256: answers 400, and ends no session.';

export const LOGOUT_TOKEN_SIGNATURES: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'LOGOUT_ALG_RS512',
    title: 'The logout token is signed by RS512',
    place,
    change: signedByRs512,
    sent: 'The right claims, signed by RS512 with the right key, where discovery and the JWK Set say RS256.',
    goodRelyingParty: ONLY_RS256,
  },
  {
    code: 'LOGOUT_ALG_HS256',
    title: 'The logout token is signed by the client secret',
    place,
    change: signedBySecret,
    sent: 'The right claims with an HS256 signature by the client’s own secret, and no kid.',
    goodRelyingParty: ONLY_RS256,
  },
  {
    code: 'LOGOUT_UNSIGNED',
    title: 'The logout token is not signed',
    place,
    change: unsigned,
    sent: 'The right claims with the algorithm none, an empty signature and no kid.',
    goodRelyingParty: 'Answers 400 and ends no session: anybody can post such a token.',
  },
  {
    code: 'LOGOUT_SIGNATURE_WRONG',
    title: 'The signature of the logout token does not verify',
    place,
    change: signatureWrong,
    sent: 'The right claims under the kid of the right key, with a real signature by another key.',
    goodRelyingParty: 'Verifies the signature: answers 400, and ends no session.',
  },
  {
    code: 'LOGOUT_UNPUBLISHED_KEY',
    title: 'The logout token is signed by a key that is not published',
    place,
    change: signedByUnpublishedKey,
    sent: 'The right claims, with a real signature by a key that is not in the JWK Set, under that key’s own kid.',
    goodRelyingParty:
      'Asks for the JWK Set once more, does not find the kid, answers 400, and ends no session.',
  },
  {
    code: 'LOGOUT_KID_UNKNOWN',
    title: 'The logout token names a key that there is not',
    place,
    change: kidUnknown,
    sent: 'The right claims, rightly signed, under a kid of the real form that no key has.',
    goodRelyingParty:
      'Asks for the JWK Set once more, does not find the kid, answers 400, and ends no session.',
  },
  {
    code: 'LOGOUT_KID_MISSING',
    title: 'The logout token names no key',
    place,
    change: kidMissing,
    sent: 'The right claims, rightly signed, with no kid in the header.',
    goodRelyingParty: 'Answers 400, or tries the published keys of use sig and alg RS256, and no others.',
  },
  {
    code: 'LOGOUT_KEY_ROTATED',
    title: 'The logout token is signed by a new key',
    place,
    change: signedByRotatedKey,
    sent: 'A right logout token, signed by a key that is published at this moment and signs from now on; the old key stays published.',
    goodRelyingParty:
      'Asks for the JWK Set when it meets the unknown kid, whatever its cache says, and ends the session.',
  },
  {
    code: 'LOGOUT_TYP_JWT',
    title: 'The logout token has the type of an ID token',
    place,
    change: typIs('JWT'),
    sent: 'The right claims, rightly signed, with the typ JWT in place of logout+jwt.',
    goodRelyingParty:
      'Ends the session: typ is only recommended, and events tells a logout token from an ID token.',
  },
];
