/** The start page: what runs here, what to paste into an application, and who can log in with which outcome. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { authenticatorOf } from '../care-identity/authenticators.ts';
import { nameOf } from '../care-identity/claims.ts';
import { organisationCodesOf } from '../care-identity/directory.ts';
import type { Person } from '../care-identity/schema.ts';
import { activeScenarios } from '../environment/active-scenarios.ts';
import type { Environment } from '../environment/environment.ts';
import { expectedOutcomes } from '../login/expected-outcome.ts';
import type { Client } from '../relying-party/client-schema.ts';
import type { ActiveScenario } from '../scenarios/choice.ts';
import type { StartPage } from './models.ts';
import { showPage, toolFrameOf } from './render.ts';

type Persona = StartPage['personas'][number];

/** More personas than this are not listed: a page of ten thousand helps nobody. */
const MOST_LISTED = 200;

const unique = (values: readonly (string | undefined)[]) =>
  [...new Set(values.filter((value) => value !== undefined))].join(', ');

/** The job role: the last part of a role code. */
const jobRole = (roleCode: string) => roleCode.split(':').at(-1);

function aboutPerson(person: Person | undefined): Omit<Persona, 'key' | 'account' | 'outcome'> {
  return {
    uid: person?.uid ?? '',
    name: person ? nameOf(person) : 'Nobody: there is no Care Identity profile',
    description: person?.description ?? '',
    orgCodes: person ? organisationCodesOf(person).join(', ') : '',
    roleCodes: unique(person?.roles.map(({ role_code }) => jobRole(role_code)) ?? []),
    workgroups: unique(person?.roles.flatMap(({ workgroups = [] }) => workgroups) ?? []),
  };
}

/** The NHSmail accounts first, each with its person, then the people who have none, by their authenticators. */
export function personasOf(
  { directory, settings, clock }: Environment,
  client: Client,
  active: readonly ActiveScenario[],
): Persona[] {
  const circumstances = { directory, settings, client, active };
  const now = clock.now();
  const outcomeOf = (persona: { account: string } | { uid: string }) =>
    expectedOutcomes({ ...persona, namedBy: 'mock_login' }, circumstances, now).join(', then ');
  const people = directory.people();
  const ofAccount = new Map(people.map((person) => [person.email?.toLowerCase(), person]));
  const listed = new Set<Person>();
  const accounts = directory
    .nhsmailAccounts()
    .slice(0, MOST_LISTED)
    .map((account) => {
      const { email } = account;
      const person = directory.profileBoundTo(email)?.person ?? ofAccount.get(email.toLowerCase());
      if (person) listed.add(person);
      const about = aboutPerson(person);
      return {
        ...about,
        key: email,
        account: email,
        description: about.description || account.description || '',
        outcome: outcomeOf({ account: email }),
      };
    });
  const others = people
    .filter((person) => !listed.has(person))
    .slice(0, MOST_LISTED)
    .map((person) => ({
      ...aboutPerson(person),
      key: person.uid,
      account: unique(person.authenticators.map(({ type }) => authenticatorOf(type).label)) || person.uid,
      outcome: outcomeOf({ uid: person.uid }),
    }));
  return [...accounts, ...others].slice(0, MOST_LISTED);
}

/** What most applications ask for; the rest is in the discovery document. */
const USUAL_SCOPES = 'openid profile email nhsperson nationalrbacaccess associatedorgs selectedrole';

const redirectUrisOf = ({ redirect_uris, relaxations }: Client): string =>
  relaxations?.includes('allow_loopback_redirect_uris')
    ? 'any on localhost, 127.0.0.1 or [::1]'
    : redirect_uris.join(' ');

async function startPage(request: FastifyRequest): Promise<StartPage> {
  const { environment } = request;
  const { issuer, fixtures, settings } = environment;
  const [client] = fixtures.clients;
  return {
    ...toolFrameOf(request, 'Start', 'start'),
    issuer,
    discoveryUrl: `${issuer}/.well-known/openid-configuration`,
    client: {
      clientId: client?.client_id ?? '',
      clientSecret: client?.client_secret ?? '',
      authentication: client?.token_endpoint_auth_method ?? '',
      redirectUris: client ? redirectUrisOf(client) : '',
      scopes: USUAL_SCOPES,
      acrValues: (client?.default_acr_values ?? settings.default_acr_values).join(' '),
    },
    otherClients: fixtures.clients.slice(1, MOST_LISTED).map(({ client_id }) => client_id),
    personas: client ? personasOf(environment, client, await activeScenarios(environment)) : [],
  };
}

export function registerStartPage(app: FastifyInstance) {
  app.get('/', async (request, reply) => showPage(reply, 'start', await startPage(request)));
}
