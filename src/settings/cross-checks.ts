/** What a schema cannot say of fixtures: keys that are unique, and references that lead somewhere. */
import { createPublicKey } from 'node:crypto';
import { ACR_VALUES } from '../care-identity/authenticators.ts';
import { normalEmail } from '../care-identity/directory.ts';
import type { Binding, Person } from '../care-identity/schema.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { redirectUriFault } from '../relying-party/redirect-uris.ts';
import type { ChosenScenario } from '../scenarios/choice.ts';
import { scenarioFaults } from '../scenarios/parameter-faults.ts';
import { type Fault, shown } from './faults.ts';
import type { Fixtures, ListName } from './fixtures-lists.ts';
import { nearMatches, similarNames } from './near-matches.ts';

/** What there is to refer to. */
interface Known {
  isOrganisation: (orgCode: string) => boolean;
  isAccount: (email: string) => boolean;
}

/** What was left out since it is wrong by itself: what refers to it is not at fault. */
export interface Doubtful {
  /** The keys of such entries. */
  keys: readonly string[];
  /** The lists of which some have no key that can be read, so that anything may be one of them. */
  open: readonly ListName[];
}

function bindingFaults(path: string, binding: Binding, { isAccount }: Known): Fault[] {
  const { type, nhsmail_account: account } = binding;
  if (type !== 'nhsmail') {
    if (account === undefined) return [];
    return [
      {
        path: `${path}/nhsmail_account`,
        found: shown(account),
        allowed: 'nothing, since the type is not nhsmail',
      },
    ];
  }
  if (account === undefined) {
    return [
      {
        path: `${path}/nhsmail_account`,
        found: 'nothing',
        allowed: 'the e-mail address of an account in /nhsmail',
      },
    ];
  }
  if (isAccount(account)) return [];
  return [
    { path: `${path}/nhsmail_account`, found: shown(account), allowed: 'an account listed in /nhsmail' },
  ];
}

function personFaults(path: string, person: Person, known: Known) {
  const organisationFault = (at: string, orgCode: string): Fault[] =>
    known.isOrganisation(orgCode)
      ? []
      : [
          {
            path: `${path}/${at}/org_code`,
            found: shown(orgCode),
            allowed: 'an org_code listed in /organisations',
          },
        ];
  return [
    ...person.roles.flatMap((role, index) => organisationFault(`roles/${index}`, role.org_code)),
    ...(person.organisations ?? []).flatMap((each, index) =>
      organisationFault(`organisations/${index}`, each.org_code),
    ),
    ...person.authenticators.flatMap((binding, index) =>
      bindingFaults(`${path}/authenticators/${index}`, binding, known),
    ),
  ];
}

/** Faults of a client’s redirect URIs, which browsers are sent to. */
function redirectFaults(path: string, { redirect_uris, post_logout_redirect_uris = [] }: Client): Fault[] {
  const lists = { redirect_uris, post_logout_redirect_uris };
  return Object.entries(lists).flatMap(([list, uris]) =>
    uris.flatMap((uri, index) => {
      const fault = redirectUriFault(uri);
      if (fault === undefined) return [];
      return [
        {
          path: `${path}/${list}/${index}`,
          found: `${shown(uri)}, which ${fault}`,
          allowed: 'an absolute https URI, or http on a loopback host, without fragment',
        },
      ];
    }),
  );
}

/** Faults of the addresses that the mock itself calls. */
function outboundFaults(path: string, client: Client): Fault[] {
  return (['jwks_uri', 'backchannel_logout_uri'] as const).flatMap((field) => {
    const uri = client[field];
    if (uri === undefined || (/^https?:\/\//.test(uri) && URL.canParse(uri))) return [];
    return [{ path: `${path}/${field}`, found: shown(uri), allowed: 'an absolute http or https URI' }];
  });
}

/** Shortest secret that an HMAC may be keyed with (RFC 7518 section 3.2, for HS256). */
const SHORTEST_HMAC_SECRET = 32;

/** Faults of what the authentication method needs. */
function methodFaults(path: string, client: Client): Fault[] {
  const { token_endpoint_auth_method: method, client_secret: secret } = client;
  if (method === 'none') return [];
  if (method !== 'private_key_jwt') {
    if (secret === undefined) {
      return [
        { path: `${path}/client_secret`, found: 'nothing', allowed: `a secret, which ${method} needs` },
      ];
    }
    if (method !== 'client_secret_jwt' || secret.length >= SHORTEST_HMAC_SECRET) return [];
    const allowed = `at least ${SHORTEST_HMAC_SECRET} characters, which client_secret_jwt needs`;
    return [{ path: `${path}/client_secret`, found: `${secret.length} characters`, allowed }];
  }
  if (client.public_key_pem !== undefined && !isPublicKey(client.public_key_pem)) {
    return [
      {
        path: `${path}/public_key_pem`,
        found: 'what is no PEM key',
        allowed: 'a public key or certificate as PEM',
      },
    ];
  }
  if (client.jwks_uri ?? client.jwks ?? client.public_key_pem) return [];
  const allowed = 'jwks_uri, jwks or public_key_pem, one of which private_key_jwt needs';
  return [{ path: `${path}/jwks_uri`, found: 'nothing', allowed }];
}

/** A private key would do too, since its public half is in it: but it is not ours to keep. */
function isPublicKey(pem: string): boolean {
  try {
    return !pem.includes('PRIVATE KEY') && createPublicKey(pem).type === 'public';
  } catch {
    return false;
  }
}

/** Faults of keys that are private, in whole or in part: no relying party gives those away. */
function privateKeyFaults(path: string, { jwks }: Client): Fault[] {
  return (jwks?.keys ?? []).flatMap((key, index) => {
    const secret = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].find((member) => Object.hasOwn(key, member));
    if (secret === undefined) return [];
    return [
      {
        path: `${path}/jwks/keys/${index}/${secret}`,
        found: 'a private member',
        allowed: 'public members only',
      },
    ];
  });
}

/** Faults of an algorithm that the method can never use. */
function algorithmFaults(path: string, client: Client): Fault[] {
  const { token_endpoint_auth_method: method, jwks_uri_signing_algorithm: algorithm } = client;
  const bySecret = algorithm?.startsWith('HS');
  const fits = method === 'client_secret_jwt' ? bySecret : method !== 'private_key_jwt' || !bySecret;
  if (algorithm === undefined || fits) return [];
  const allowed = `${method === 'client_secret_jwt' ? 'HS' : 'RS, PS or ES'} 256, 384 or 512, for ${method}`;
  return [{ path: `${path}/jwks_uri_signing_algorithm`, found: shown(algorithm), allowed }];
}

/** Faults of what a person, a client or the settings choose: a scenario, and who logs in without pages. */
function choiceFaults(
  path: string,
  choice: { scenario?: ChosenScenario; automatic_persona?: string },
  isPersona: (name: string) => boolean,
): Fault[] {
  const { scenario, automatic_persona: persona } = choice;
  const faults = scenario ? scenarioFaults(scenario, nearMatches) : [];
  const ofScenario = faults.map((fault) => ({ ...fault, path: `${path}/scenario${fault.path}` }));
  if (persona === undefined || isPersona(persona)) return ofScenario;
  const allowed = 'an NHSmail account in /nhsmail, or the uid of a person in /people';
  return [...ofScenario, { path: `${path}/automatic_persona`, found: shown(persona), allowed }];
}

/** Default acr values that CIS2 does not have: the strictest class would count in silence, and keep NHSmail out. */
function acrFaults(
  path: string,
  { default_acr_values: values = [] }: { default_acr_values?: string[] },
): Fault[] {
  return values.flatMap((value, index) => {
    if (ACR_VALUES.includes(value)) return [];
    const near = similarNames(value, ACR_VALUES);
    const allowed = near.length > 0 ? near.join(', ') : ACR_VALUES.join(', ');
    return [{ path: `${path}/default_acr_values/${index}`, found: shown(value), allowed }];
  });
}

/** What a schema cannot say of one client. */
function clientFaults(path: string, client: Client): Fault[] {
  return [
    ...redirectFaults(path, client),
    ...outboundFaults(path, client),
    ...methodFaults(path, client),
    ...privateKeyFaults(path, client),
    ...algorithmFaults(path, client),
  ];
}

/** Faults of values that may stand only once. */
function repeatedValues(places: readonly { path: string; value: string }[]): Fault[] {
  const firstAt = new Map<string, string>();
  return places.flatMap(({ path, value }) => {
    const first = firstAt.get(value);
    if (first !== undefined)
      return [{ path, found: `${shown(value)}, which stands at ${first} too`, allowed: 'a value used once' }];
    firstAt.set(value, path);
    return [];
  });
}

/** Checks whole fixtures. `at` says where an entry stands: its file and its path there. */
export function crossCheck(
  fixtures: Fixtures,
  at: (entry: object) => string,
  doubtful: Doubtful = { keys: [], open: [] },
): Fault[] {
  const { settings, organisations, people, nhsmail, clients } = fixtures;
  const among = (list: ListName, names: readonly string[]) => {
    const known = new Set([...names, ...doubtful.keys].map(normalEmail));
    return (name: string) => doubtful.open.includes(list) || known.has(normalEmail(name));
  };
  const known: Known = {
    isOrganisation: among(
      'organisations',
      organisations.map(({ org_code }) => org_code),
    ),
    isAccount: among(
      'nhsmail',
      nhsmail.map(({ email }) => email),
    ),
  };
  const isUid = among(
    'people',
    people.map(({ uid }) => uid),
  );
  const isPersona = (name: string) => isUid(name) || known.isAccount(name);
  const keyed = <T extends object>(entries: readonly T[], key: string, keyOf: (entry: T) => string) =>
    repeatedValues(entries.map((entry) => ({ path: `${at(entry)}/${key}`, value: keyOf(entry) })));
  const roleIds = people.flatMap((person) =>
    person.roles.map((role, index) => ({
      path: `${at(person)}/roles/${index}/person_roleid`,
      value: role.person_roleid,
    })),
  );
  const boundAccounts = people.flatMap((person) =>
    person.authenticators.flatMap(({ nhsmail_account: account }, index) =>
      account === undefined
        ? []
        : [{ path: `${at(person)}/authenticators/${index}/nhsmail_account`, value: normalEmail(account) }],
    ),
  );
  return [
    ...keyed(organisations, 'org_code', ({ org_code }) => org_code),
    ...keyed(people, 'uid', ({ uid }) => uid),
    ...keyed(nhsmail, 'email', ({ email }) => normalEmail(email)),
    ...keyed(clients, 'client_id', ({ client_id }) => client_id),
    ...repeatedValues(roleIds),
    ...repeatedValues(boundAccounts),
    ...people.flatMap((person) => personFaults(at(person), person, known)),
    ...clients.flatMap((client) => clientFaults(at(client), client)),
    ...[...clients, settings].flatMap((each) => acrFaults(at(each), each)),
    ...[...people, ...clients, settings].flatMap((each) => choiceFaults(at(each), each, isPersona)),
  ];
}
