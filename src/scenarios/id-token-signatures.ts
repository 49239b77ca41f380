/** Scenarios in the signature of an ID token and in its header. */
import type { ScenarioAt } from './scenario.ts';
import {
  kidMissing,
  kidUnknown,
  signatureWrong,
  signedByRotatedKey,
  signedByRs512,
  signedBySecret,
  signedByUnpublishedKey,
  unsigned,
} from './token-changes.ts';

const place = 'id_token';

export const ID_TOKEN_SIGNATURES: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'ID_TOKEN_UNPUBLISHED_KEY',
    title: 'Signed by a key that is not published',
    place,
    change: signedByUnpublishedKey,
    sent: 'The right claims, with a real signature by a key that is not in the JWK Set, under that key’s own kid.',
    goodRelyingParty: 'Asks for the JWK Set once more, does not find the kid, and refuses the token.',
  },
  {
    code: 'ID_TOKEN_SIGNATURE_WRONG',
    title: 'The signature does not verify',
    place,
    change: signatureWrong,
    sent: 'The right claims under the kid of the right key, with a real signature by another key.',
    goodRelyingParty: 'Verifies the signature, and refuses the token.',
  },
  {
    code: 'ID_TOKEN_ALG_RS512',
    title: 'Signed by RS512',
    place,
    change: signedByRs512,
    sent: 'The right claims, signed by RS512 with the right key, where discovery and the JWK Set say RS256.',
    goodRelyingParty: 'Accepts only the algorithm that it expects, RS256, and refuses the token.',
  },
  {
    code: 'ID_TOKEN_ALG_HS256',
    title: 'Signed by the client secret',
    place,
    change: signedBySecret,
    sent: 'The right claims with an HS256 signature by the client’s own secret, and no kid.',
    goodRelyingParty: 'Accepts only the algorithm that it expects, RS256, and refuses the token.',
  },
  {
    code: 'ID_TOKEN_UNSIGNED',
    title: 'Not signed at all',
    place,
    change: unsigned,
    sent: 'The right claims with the algorithm none, an empty signature and no kid.',
    goodRelyingParty: 'Refuses the token, though it came by a direct connection.',
  },
  {
    code: 'ID_TOKEN_KID_MISSING',
    title: 'The header names no key',
    place,
    change: kidMissing,
    sent: 'The right claims, rightly signed, with no kid in the header.',
    goodRelyingParty:
      'Refuses the token, or tries the published keys of use sig and alg RS256, and no others.',
  },
  {
    code: 'ID_TOKEN_KID_UNKNOWN',
    title: 'The header names a key that there is not',
    place,
    change: kidUnknown,
    sent: 'The right claims, rightly signed, under a kid of the real form that no key has.',
    goodRelyingParty: 'Asks for the JWK Set once more, does not find the kid, and refuses the token.',
  },
  {
    code: 'KEY_ROTATED',
    title: 'The provider signs by a new key',
    place,
    change: signedByRotatedKey,
    sent: 'A right ID token, signed by a key that is published at this moment and signs from now on; the old key stays published.',
    goodRelyingParty:
      'Asks for the JWK Set when it meets the unknown kid, whatever its cache says, and logs the person in.',
  },
];
