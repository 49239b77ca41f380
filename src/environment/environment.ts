/** An environment: one isolated copy of everything. All that a request needs stands here, passed along by hand. */
import { createDirectory, type Directory } from '../care-identity/directory.ts';
import type { Journal } from '../journal/journal.ts';
import type { ClientKeys } from '../relying-party/client-keys.ts';
import type { Client } from '../relying-party/client-schema.ts';
import type { Fixtures } from '../settings/fixtures.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { Background } from './background.ts';
import type { MovableClock } from './clock.ts';
import type { SessionWatch } from './session-watch.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { Store } from './store.ts';

export interface Environment {
  /** `default`, or the name in its addresses. */
  name: string;
  /** Path prefix of all its URLs: empty for the default environment, /env/{name} for any other. */
  prefix: string;
  /** The iss of every token, exactly as configured (facts 0, row 1). */
  issuer: string;
  /** Base of the endpoints that a relying party’s server calls; equals the issuer unless INTERNAL_ORIGIN is set. */
  backChannelBase: string;
  clock: MovableClock;
  /** What it began with, and goes back to when it is reset. */
  initial: Fixtures;
  /** What it has now. The three below are made of it, by `adopt`. */
  fixtures: Fixtures;
  directory: Directory;
  /** Registered clients by client_id. */
  clients: ReadonlyMap<string, Client>;
  settings: Settings;
  store: Store;
  journal: Journal;
  keys: SigningKeys;
  /** The keys that clients sign their assertions with. */
  clientKeys: ClientKeys;
  sessionWatch: SessionWatch;
  background: Background;
}

type Derived = Pick<Environment, 'fixtures' | 'directory' | 'clients' | 'settings'>;

/** Environments that have the same fixtures share what is derived: nothing of it is ever changed in place. */
const known = new WeakMap<Fixtures, Derived>();

/** What an environment derives from its fixtures. */
export function derived(fixtures: Fixtures): Derived {
  const already = known.get(fixtures);
  if (already) return already;
  const made: Derived = {
    fixtures,
    directory: createDirectory(fixtures),
    clients: new Map(fixtures.clients.map((client) => [client.client_id, client])),
    settings: fixtures.settings,
  };
  known.set(fixtures, made);
  return made;
}

/** Makes checked fixtures those of the environment, whole and at once: they count from the next step on. */
export function adopt(environment: Environment, fixtures: Fixtures) {
  Object.assign(environment, derived(fixtures));
}

/** Path of the provider under an origin and prefix: CIS2’s own (facts 0, row 2). */
export const REALM_PATH = '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';

/** The realm claim of ID tokens (facts 3.2). */
export const REALM = '/NHSIdentity/Healthcare';
