/** What scenarios do to a JWT before it is signed: the same for ID tokens and logout tokens. */
import { kidLike } from './credible-values.ts';
import type { ScenarioContext, TokenDraft } from './scenario.ts';

type Claims = TokenDraft['claims'];
type Header = TokenDraft['header'];

/** A change that keeps whatever else a draft has. */
type TokenChange = <T extends TokenDraft>(right: T, context: ScenarioContext) => T;

/** Adds claims, or puts others in their place. */
export const withClaims =
  (made: (claims: Claims, context: ScenarioContext) => Claims): TokenChange =>
  (right, context) => ({ ...right, claims: { ...right.claims, ...made(right.claims, context) } });

export const withoutClaims =
  (...names: readonly string[]): TokenChange =>
  (right) => ({
    ...right,
    claims: Object.fromEntries(Object.entries(right.claims).filter(([name]) => !names.includes(name))),
  });

const withHeader =
  (made: (header: Header, context: ScenarioContext) => Header): TokenChange =>
  (right, context) => ({ ...right, header: made(right.header, context) });

const withoutKid = ({ alg, typ }: Header): Header => ({ alg, typ });

export const kidMissing = withHeader(withoutKid);

export const kidUnknown = withHeader((header, { randomId }) => ({ ...header, kid: kidLike(randomId()) }));

export const typIs = (typ: string) => withHeader((header) => ({ ...header, typ }));

export const signedByRs512 = withHeader((header) => ({ ...header, alg: 'RS512' }));

/** By a key that is nowhere published, under that key’s own kid. */
export const signedByUnpublishedKey: TokenChange = (right) => ({
  ...right,
  header: withoutKid(right.header),
  signedBy: 'unpublished_key',
});

/** By a key that is nowhere published, under the kid of the one that should have signed. */
export const signatureWrong: TokenChange = (right) => ({ ...right, signedBy: 'unpublished_key' });

export const signedByRotatedKey: TokenChange = (right) => ({ ...right, signedBy: 'rotated_key' });

export const signedBySecret: TokenChange = (right) => ({
  ...right,
  header: { ...withoutKid(right.header), alg: 'HS256' },
  signedBy: 'client_secret',
});

export const unsigned: TokenChange = (right) => ({
  ...right,
  header: { ...withoutKid(right.header), alg: 'none' },
  signedBy: 'nobody',
});
