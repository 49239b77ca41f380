/** The states of signing keys: what each change makes of a list of them. A list is never changed in place. */

/** active: signs. published: in the JWKS, ready to sign. retired: out of the JWKS; its tokens fail from then on. */
export type KeyStatus = 'active' | 'published' | 'retired';

/** What is told of a key. */
export interface KeyState {
  readonly kid: string;
  readonly status: KeyStatus;
}

/** Most keys kept, retired ones too. */
const MOST_KEYS = 50;

/** Why a key cannot be made, used or retired. */
export class KeyFault extends Error {
  override readonly name = 'KeyFault';
}

function find<K extends KeyState>(keys: readonly K[], kid: string): K {
  const found = keys.find((key) => key.kid === kid);
  if (found) return found;
  throw new KeyFault(`No key has the kid ${kid}. There are: ${keys.map((key) => key.kid).join(', ')}.`);
}

const withStatus = <K extends KeyState>(keys: readonly K[], kid: string, status: KeyStatus): K[] =>
  keys.map((key) => (key.kid === kid ? { ...key, status } : key));

/** Throws KeyFault where one more key would be too many. */
export function checkRoom(keys: readonly KeyState[]) {
  if (keys.length >= MOST_KEYS)
    throw new KeyFault(`There are ${MOST_KEYS} keys already. Take a retired one back, by its kid.`);
}

/** With a new key behind the others. */
export function added<K extends KeyState>(keys: readonly K[], key: K): readonly K[] {
  checkRoom(keys);
  return [...keys, key];
}

/** With a retired key taken back; one that is published, or signs, stays as it is. */
export function published<K extends KeyState>(keys: readonly K[], kid: string): readonly K[] {
  return find(keys, kid).status === 'retired' ? withStatus(keys, kid, 'published') : keys;
}

/** With this key as the one that signs; the one that did so stays published. */
export function used<K extends KeyState>(keys: readonly K[], kid: string): readonly K[] {
  find(keys, kid);
  return withStatus(withStatus(keys, activeOf(keys).kid, 'published'), kid, 'active');
}

/** With this key out of the JWKS, which the one that signs cannot be. */
export function retired<K extends KeyState>(keys: readonly K[], kid: string): readonly K[] {
  if (find(keys, kid).status === 'active')
    throw new KeyFault(`The key ${kid} signs. Use another one first, then retire it.`);
  return withStatus(keys, kid, 'retired');
}

/** The key that signs. */
export function activeOf<K extends KeyState>(keys: readonly K[]): K {
  const key = keys.find(({ status }) => status === 'active');
  if (!key) throw new TypeError('one key is always active');
  return key;
}
