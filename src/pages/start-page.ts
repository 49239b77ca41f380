/** The start page: what runs here, what to paste into an application, who can log in, and what is not as in CIS2. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { activeScenarios } from '../environment/active-scenarios.ts';
import { prefixOf } from '../environment/create-environment.ts';
import { baseOf, type Environment } from '../environment/environment.ts';
import type { Environments } from '../environment/environments.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { packageVersion } from '../settings/package-version.ts';
import { askedFor } from './filter.ts';
import { differencesOf, relaxationsOf } from './in-force.ts';
import type { StartPage } from './models.ts';
import { personasOf, shownPersonas } from './personas.ts';
import { showPage, toolFrameOf } from './render.ts';
import type { ForApplication } from './settings-forms/for-application.ts';
import { settingsForms } from './settings-forms/settings-forms.ts';

/** More clients than this are not listed. */
const MOST_CLIENTS = 200;

/** More environments than this are not linked. */
const MOST_ENVIRONMENTS_LINKED = 20;

/** What most applications ask for; the rest is in the discovery document. */
const USUAL_SCOPES = 'openid profile email nhsperson nationalrbacaccess associatedorgs selectedrole';

const allowsAnyLoopback = ({ relaxations }: Client) =>
  relaxations?.includes('allow_loopback_redirect_uris') ?? false;

/** The private key that is published with the mock, by the kid of its public half. */
const PUBLISHED_KEY = {
  kid: 'mock-client-private-key-jwt-1',
  file: 'mock-client-private-key-jwt.jwk.json',
  where: 'in examples/mock-client-private-key-jwt.jwk.json of the mock’s repository',
};

function keyOf({ jwks, jwks_uri: uri, jwks_uri_signing_algorithm: algorithm = 'RS256' }: Client) {
  const kids = jwks?.keys.map((key) => (key as { kid?: unknown }).kid) ?? [];
  if (kids.includes(PUBLISHED_KEY.kid)) return { ...PUBLISHED_KEY, algorithm };
  const [kid] = kids;
  const half = uri === undefined ? 'the public one registered here' : `one at ${uri}`;
  return {
    file: 'private-key.jwk.json',
    algorithm,
    where: `with your application; it belongs to ${half}`,
    ...(typeof kid === 'string' ? { kid } : {}),
  };
}

function forApplication(client: Client, { issuer, settings }: Environment): ForApplication {
  const { client_id, client_secret, token_endpoint_auth_method: authentication, redirect_uris } = client;
  const [redirectUri] = allowsAnyLoopback(client) ? [] : redirect_uris;
  const hasSecret = authentication.startsWith('client_secret') && client_secret !== undefined;
  return {
    issuer,
    discoveryUrl: `${issuer}/.well-known/openid-configuration`,
    clientId: client_id,
    authentication,
    scopes: USUAL_SCOPES,
    acrValues: (client.default_acr_values ?? settings.default_acr_values).join(' '),
    ...(hasSecret ? { clientSecret: client_secret } : {}),
    ...(authentication === 'private_key_jwt' ? { key: keyOf(client) } : {}),
    ...(redirectUri === undefined ? {} : { redirectUri }),
  };
}

function shownClient(client: Client, of: ForApplication): StartPage['client'] {
  return {
    clientId: of.clientId,
    authentication: of.authentication,
    redirectUris: allowsAnyLoopback(client)
      ? 'any on localhost, 127.0.0.1 or [::1]'
      : client.redirect_uris.join(' '),
    scopes: of.scopes,
    acrValues: of.acrValues,
    ...(of.clientSecret === undefined ? {} : { clientSecret: of.clientSecret }),
    ...(of.key ? { whereItsKeyIs: keyOf(client).where } : {}),
  };
}

/** Where there is no client at all: what would be pasted has no client in it. */
const nobody = (): Client => ({
  client_id: '',
  token_endpoint_auth_method: 'client_secret_post',
  redirect_uris: [],
});

async function running(
  { environment }: FastifyRequest,
  environments: Environments,
): Promise<StartPage['running']> {
  const { name, fixtures } = environment;
  return {
    version: packageVersion(),
    environment: name,
    people: fixtures.people.length,
    accounts: fixtures.nhsmail.length,
    clients: fixtures.clients.length,
    controlApiUrl: `${baseOf(environment)}/_mock`,
    // The default environment leads to the others; those know nothing of each other.
    ...(environment.prefix === '' ? { others: await othersOf(environments) } : {}),
  };
}

async function othersOf(environments: Environments): Promise<NonNullable<StartPage['running']['others']>> {
  const all = await environments.list();
  const linked = all.slice(-MOST_ENVIRONMENTS_LINKED).reverse();
  return {
    linked: linked.map(({ name }) => ({ name, url: `${prefixOf(name)}/` })),
    more: all.length - linked.length,
  };
}

async function startPage(
  request: FastifyRequest,
  environments: Environments,
  hasAuthority: boolean,
): Promise<StartPage> {
  const { environment, query } = request;
  const { clients } = environment.fixtures;
  const asked = askedFor(query, 'client_id');
  const named = clients.find(({ client_id }) => client_id === asked);
  const client = named ?? clients[0] ?? nobody();
  const of = forApplication(client, environment);
  const active = await activeScenarios(environment);
  const filter = { persona: askedFor(query, 'persona'), outcome: askedFor(query, 'outcome') };
  const personas = clients.length === 0 ? [] : personasOf(environment, client, active);
  return {
    ...toolFrameOf(request, 'Start', 'start'),
    running: await running(request, environments),
    issuer: of.issuer,
    discoveryUrl: of.discoveryUrl,
    hasAuthority,
    client: shownClient(client, of),
    ...(asked === '' || named ? {} : { unknownClientId: asked }),
    clients: clients.slice(0, MOST_CLIENTS).map(({ client_id: clientId }) => ({
      clientId,
      isChosen: clientId === client.client_id,
    })),
    forms: settingsForms(of),
    personas: shownPersonas(personas, filter, environment.prefix),
    relaxations: relaxationsOf(clients),
    differences: differencesOf(environment, active),
  };
}

/** `hasAuthority`: there is a certificate authority of the mock’s own, to be trusted. */
export function registerStartPage(app: FastifyInstance, environments: Environments, hasAuthority: boolean) {
  app.get('/', async (request, reply) =>
    showPage(reply, 'start', await startPage(request, environments, hasAuthority)),
  );
}
