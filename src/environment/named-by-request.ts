/**
 * An environment as one request sees it: under the name of the host that it came by (ISSUER_FROM_HOST), or in another
 * realm than Healthcare. All state is the same; names and addresses alone differ.
 */
import type { Environment } from './environment.ts';
import { type Bases, demoAddresses } from './own-clients.ts';
import type { Realm } from './realms.ts';

/** The environment that a view shows. */
const bases = new WeakMap<Environment, Environment>();

/** The environment itself, whatever name it was seen under: what is kept by environment is kept by it. */
export const itself = (environment: Environment): Environment => bases.get(environment) ?? environment;

/** The demonstration application, which this server is, has the same name; other clients are what they are. */
function clientsAt({ clients, ownClients }: Environment, at: Bases): Environment['clients'] {
  const seen = new Map(clients);
  for (const own of ownClients) {
    if (clients.get(own.client_id) === own) seen.set(own.client_id, { ...own, ...demoAddresses(at) });
  }
  return seen;
}

/** A change of the view is one of the environment. */
function writtenThrough(environment: Environment): PropertyDescriptorMap {
  const names = ['fixtures', 'directory', 'clients', 'settings'] as const;
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        get: () => environment[name],
        set: (changed: never) => {
          environment[name] = changed;
        },
      },
    ]),
  );
}

function viewOf(environment: Environment, other: PropertyDescriptorMap): Environment {
  const view: Environment = Object.create(environment, {
    isNamedByRequest: { value: true },
    ...writtenThrough(environment),
    ...other,
  });
  bases.set(view, itself(environment));
  return view;
}

/** Under the origin that the request came by. One provider then has several: codes and tokens are good under each. */
export function namedBy(origin: string, environment: Environment): Environment {
  const base = `${origin}${environment.prefix}`;
  const at = { public: base, internal: base };
  const issuer = `${base}${environment.realm.path}`;
  let clients: Environment['clients'] | undefined;
  return viewOf(environment, {
    issuer: { value: issuer },
    backChannelBase: { value: issuer },
    clients: {
      get() {
        clients ??= clientsAt(environment, at);
        return clients;
      },
      set(changed: Environment['clients']) {
        environment.clients = changed;
        clients = undefined;
      },
    },
  });
}

/** In this realm: what it issues, it alone takes. */
export function inRealm(realm: Realm, environment: Environment): Environment {
  if (realm.path === environment.realm.path) return environment;
  const here = (address: string) => `${address.slice(0, -environment.realm.path.length)}${realm.path}`;
  return viewOf(environment, {
    realm: { value: realm },
    issuer: { value: here(environment.issuer) },
    backChannelBase: { value: here(environment.backChannelBase) },
  });
}
