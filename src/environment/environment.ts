/** An environment: one isolated copy of everything. All that a request needs stands here, passed along by hand. */
import { createDirectory, type Directory } from '../care-identity/directory.ts';
import type { Journal } from '../journal/journal.ts';
import type { ClientKeys } from '../relying-party/client-keys.ts';
import type { Client } from '../relying-party/client-schema.ts';
import type { OutboundAnswer, OutboundRequest } from '../relying-party/outbound.ts';
import type { Fixtures } from '../settings/fixtures-lists.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { Background } from './background.ts';
import type { MovableClock } from './clock.ts';
import type { Realm } from './realms.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { Store } from './store.ts';

export interface Environment {
  /** `default`, or the name in its addresses. */
  name: string;
  /** Path prefix of all its URLs: empty for the default environment, /env/{name} for any other. */
  prefix: string;
  /** The realm that this is seen in: Healthcare, unless a request came to another one. */
  realm: Realm;
  /** The iss of every token, exactly as configured (facts 0, row 1). */
  issuer: string;
  /** Base of the endpoints that a relying party’s server calls; equals the issuer unless INTERNAL_ORIGIN is set. */
  backChannelBase: string;
  /** The addresses are those that one request came by: ISSUER_FROM_HOST, or another realm. */
  isNamedByRequest?: boolean;
  clock: MovableClock;
  /** What it began with, and goes back to when it is reset. */
  initial: Fixtures;
  /** What it has now. The three below are made of it, by `adopt`. */
  fixtures: Fixtures;
  directory: Directory;
  /** The clients that are there whatever the fixtures: of the same client_id, that of the fixtures counts. */
  ownClients: readonly Client[];
  /** Registered clients by client_id: those of the fixtures first, then our own. */
  clients: ReadonlyMap<string, Client>;
  settings: Settings;
  store: Store;
  journal: Journal;
  keys: SigningKeys;
  /** The keys that clients sign their assertions with. */
  clientKeys: ClientKeys;
  background: Background;
  /**
   * Changes what all replicas of this server agree on: fixtures, clock, keys, and everything at once. Counts for all
   * of them when it resolves. Where another replica changed something meanwhile, `apply` is run again on what is there then.
   */
  change(apply: () => void | Promise<void>): Promise<void>;
  /** Where replicas share it: learns what they changed. It does not count as used, and does not begin again if it ended. */
  refresh?(): Promise<void>;
  /** Posts a form to a client’s address: over the network, or in this process where the client is our own. */
  post: Post;
}

/** Where the addresses of an environment begin: origin and prefix, as its issuer has them. */
export const baseOf = ({ issuer, realm }: Pick<Environment, 'issuer' | 'realm'>): string =>
  issuer.slice(0, -realm.path.length);

export type Post = (uri: string, request: OutboundRequest) => Promise<OutboundAnswer>;

type Derived = Pick<Environment, 'fixtures' | 'directory' | 'clients' | 'settings'>;

/** The directory is heavy, and nothing of it is ever changed in place: environments of the same fixtures share it. */
const directories = new WeakMap<Fixtures, Directory>();

function directoryOf(fixtures: Fixtures): Directory {
  const already = directories.get(fixtures);
  if (already) return already;
  const made = createDirectory(fixtures);
  directories.set(fixtures, made);
  return made;
}

/** What an environment derives from its fixtures. */
export function derived(fixtures: Fixtures, ownClients: readonly Client[]): Derived {
  const clients = new Map(fixtures.clients.map((client) => [client.client_id, client]));
  for (const own of ownClients) if (!clients.has(own.client_id)) clients.set(own.client_id, own);
  return { fixtures, directory: directoryOf(fixtures), clients, settings: fixtures.settings };
}

/** Makes checked fixtures those of the environment, whole and at once: they count from the next step on. */
export function adopt(environment: Environment, fixtures: Fixtures) {
  Object.assign(environment, derived(fixtures, environment.ownClients));
}
