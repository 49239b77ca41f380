/**
 * Who asks, and where the answer may go. Until both are known good, a fault is shown here and never redirected
 * (RFC 6749 section 4.1.2.1; facts 10.5).
 */
import type { Environment } from '../environment/environment.ts';
import { Refused } from '../journal/refused.ts';
import type { Client } from '../relying-party/client-schema.ts';
import { lookAlikeFault } from '../relying-party/look-alike-uris.ts';
import { redirectUriRight } from '../relying-party/redirect-uris.ts';
import { unregisteredClient } from './known-refusals.ts';
import { encodingFault, type Fault, missing } from './parameter-faults.ts';
import type { Parameters } from './parameters.ts';

/** A request of which client and redirect URI are known good. */
export interface IdentifiedRequest {
  client: Client;
  redirectUri: string;
  parameters: Parameters;
}

/** Refuses on a page of ours, since nothing is known good yet. */
export function refuseOnPage(fault: Fault, clientId?: string): never {
  const { error, description, refusal } = fault;
  const subject = clientId === undefined ? {} : { client_id: clientId };
  throw new Refused({ status: 400, error, description }, refusal, 'page', subject);
}

/** What there is to mend where a scenario refused. */
const mendOf = (scenario: string) =>
  `Nothing: the scenario ${scenario} was applied. Remove it, or leave mock_scenario out.`;

/** Says that the client is not registered; `scenario` made it so. */
export function refuseUnregistered(clientId: string, environment: Environment, scenario?: string): never {
  refuseOnPage({
    error: 'invalid_client',
    description: 'Client authentication failed',
    refusal: {
      ...unregisteredClient(clientId, environment),
      ...(scenario === undefined ? {} : { mend: mendOf(scenario) }),
      specification: 'RFC 6749 section 4.1.2.1; facts 5.1',
    },
  });
}

/** Says that the redirect URI is not registered; `scenario` made it so. */
export function refuseRedirectUri(client: Client, redirectUri: string, scenario?: string): never {
  const relaxed = client.relaxations?.includes('allow_loopback_redirect_uris') ?? false;
  const expected = [
    ...client.redirect_uris,
    ...(relaxed
      ? ['any http or https URI on localhost, 127.0.0.1 or [::1], without user name, password or fragment']
      : []),
  ];
  refuseOnPage(
    {
      error: 'redirect_uri_mismatch',
      description: 'The redirection URI provided does not match a pre-registered value.',
      refusal: {
        rule: 'The redirect URI is registered for the client, letter for letter.',
        parameter: 'redirect_uri',
        found: redirectUri,
        expected: expected.join(' or '),
        mend: `Change the application’s redirect URI, or add this one to redirect_uris of ${client.client_id}.`,
        specification: 'RFC 6749 section 3.1.2.3; RFC 9700 section 4.1.3; facts 10.5',
        ...(scenario === undefined ? lookAlikeFault(client, redirectUri) : { mend: mendOf(scenario) }),
      },
    },
    client.client_id,
  );
}

/** Who asks, and where the answer may go. Throws a refusal that is shown on a page. */
export function identifyRequest(parameters: Parameters, environment: Environment): IdentifiedRequest {
  const encoding = encodingFault(parameters);
  if (encoding) refuseOnPage(encoding);
  const clientId = parameters.get('client_id');
  if (clientId === undefined)
    refuseOnPage(missing('client_id', 'Send the client_id of a client registered here.'));
  const client = environment.clients.get(clientId);
  if (!client) refuseUnregistered(clientId, environment);
  const redirectUri = parameters.get('redirect_uri');
  if (redirectUri === undefined) {
    refuseOnPage(
      missing('redirect_uri', 'Send the redirect URI that is registered for the client.'),
      clientId,
    );
  }
  if (redirectUriRight(client, redirectUri) === undefined) refuseRedirectUri(client, redirectUri);
  return { client, redirectUri, parameters };
}
