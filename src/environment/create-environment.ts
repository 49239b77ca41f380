/** Makes an environment: everything of its own, and nothing yet that takes time or memory before it is used. */
import type { JournalEvent } from '../journal/event.ts';
import { createJournal, type Journal } from '../journal/journal.ts';
import { createClientKeys } from '../relying-party/client-keys.ts';
import { fetchBounded } from '../relying-party/outbound.ts';
import type { Fixtures } from '../settings/fixtures-lists.ts';
import { createBackground } from './background.ts';
import { createClock, type MovableClock } from './clock.ts';
import { derived, type Environment, type Post } from './environment.ts';
import { createMemoryStore } from './memory-store.ts';
import { demoClient } from './own-clients.ts';
import { HEALTHCARE } from './realms.ts';
import { createSigningKeys, type SigningKeys } from './signing-keys.ts';
import type { Store } from './store.ts';

/** What all environments of a process have in common. */
export interface Surroundings {
  /** The origins, without a path. The public one may be known only once the server listens. */
  origin: { public: string; internal?: string };
  /** Milliseconds since 1970, by the machine. */
  machine: () => number;
  /** Writes an event of an environment’s journal to the log. */
  write: (event: JournalEvent, text: string, environment: string) => void;
  onBackgroundFailure: (error: unknown) => void;
  /** Answers a form that is posted to a path of this server, without a network. Set once the server is put together. */
  postHere?: Post;
}

/** The name of the environment whose addresses have no prefix. */
export const DEFAULT_ENVIRONMENT = 'default';

/** Events that the journal of an environment keeps; fewer beside the default one, of which there may be many. */
export const journalCapacityOf = (name: string): number => (name === DEFAULT_ENVIRONMENT ? 5000 : 2000);

/** What an environment is given, where it is not to have one of its own. */
export interface Given {
  clock?: MovableClock;
  keys?: SigningKeys;
  store?: Store;
  journal?: Journal;
  change?: Environment['change'];
  refresh?: NonNullable<Environment['refresh']>;
  /** The secret of our own clients. */
  ownSecret?: () => string;
}

export const prefixOf = (name: string): string => (name === DEFAULT_ENVIRONMENT ? '' : `/env/${name}`);

export function createEnvironment(
  name: string,
  fixtures: Fixtures,
  surroundings: Surroundings,
  given: Given = {},
): Environment {
  const { origin, machine, write, onBackgroundFailure } = surroundings;
  const prefix = prefixOf(name);
  const clock = given.clock ?? createClock(machine);
  const bases = {
    get public() {
      return `${origin.public}${prefix}`;
    },
    get internal() {
      return `${origin.internal ?? origin.public}${prefix}`;
    },
  };
  const ownClients = [demoClient(bases, given.ownSecret)];
  const isOwn = (uri: string) => ownClients.some((client) => client.backchannel_logout_uri === uri);
  const environment: Environment = {
    name,
    prefix,
    realm: HEALTHCARE,
    get issuer() {
      return `${bases.public}${HEALTHCARE.path}`;
    },
    get backChannelBase() {
      return `${bases.internal}${HEALTHCARE.path}`;
    },
    clock,
    initial: fixtures,
    ownClients,
    ...derived(fixtures, ownClients),
    store: given.store ?? createMemoryStore(clock),
    journal:
      given.journal ??
      createJournal({
        clock,
        write: (event, text) => write(event, text, name),
        capacity: journalCapacityOf(name),
      }),
    keys: given.keys ?? createSigningKeys(),
    clientKeys: createClientKeys(clock, machine, () => environment.settings.timeouts.outbound_call_seconds),
    background: createBackground(onBackgroundFailure),
    change: given.change ?? (async (apply) => apply()),
    ...(given.refresh ? { refresh: given.refresh } : {}),
    post: (uri, request) =>
      (isOwn(uri) && surroundings.postHere ? surroundings.postHere : fetchBounded)(uri, request),
  };
  return environment;
}
