/**
 * ISSUER_FROM_HOST: an environment as one request sees it, under the name that it came by. All state is the same; its
 * addresses alone differ. One provider then has several names: sessions, codes and access tokens are good under each.
 */
import { type Environment, REALM_PATH } from './environment.ts';
import { type Bases, demoAddresses } from './own-clients.ts';

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
  const names = ['fixtures', 'directory', 'settings'] as const;
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

export function namedBy(origin: string, environment: Environment): Environment {
  const base = `${origin}${environment.prefix}`;
  const at = { public: base, internal: base };
  let clients: Environment['clients'] | undefined;
  const view: Environment = Object.create(environment, {
    issuer: { value: `${base}${REALM_PATH}` },
    backChannelBase: { value: `${base}${REALM_PATH}` },
    isNamedByRequest: { value: true },
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
    ...writtenThrough(environment),
  });
  bases.set(view, environment);
  return view;
}
