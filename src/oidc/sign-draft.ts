/** Signs a token that a scenario has changed: by whichever key, algorithm or nobody the draft says. */
import { createHmac } from 'node:crypto';
import type { Environment } from '../environment/environment.ts';
import type { SigningKeys } from '../environment/signing-keys.ts';
import type { TokenDraft } from '../scenarios/scenario.ts';
import { randomId } from './secrets.ts';

const encoded = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** By the client’s own secret, whatever its length: a library would refuse a short one. */
function signBySecret({ header, claims }: TokenDraft, secret: string): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  const hash = `sha${header.alg.slice(-3)}`;
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
}

/** Beyond as many published keys, rotating goes on to one of those instead of making more. */
const MOST_PUBLISHED = 20;

/** Signs by a newly published key from now on, and gives its kid. */
async function rotate(keys: SigningKeys): Promise<string> {
  const published = (await keys.list()).filter(({ status }) => status === 'published');
  const [oldest] = published.length >= MOST_PUBLISHED ? published : [];
  const kid = oldest?.kid ?? (await keys.publish());
  await keys.use(kid);
  return kid;
}

export async function signDraft(
  draft: TokenDraft,
  environment: Environment,
  clientId: string,
): Promise<string> {
  const { keys, clients } = environment;
  const { header, claims, signedBy } = draft;
  if (signedBy === 'nobody') return `${encoded(header)}.${encoded(claims)}.`;
  // A client without a secret gets a real HMAC all the same, by one that nobody has.
  if (signedBy === 'client_secret')
    return signBySecret(draft, clients.get(clientId)?.client_secret ?? randomId());
  if (signedBy !== 'rotated_key') return keys.signAs(signedBy, header, claims);
  let kid = '';
  // For every replica, since any of them may be asked for the JWKS.
  await environment.change(async () => {
    kid = await rotate(keys);
  });
  return keys.signAs('active_key', { ...header, kid }, claims);
}
