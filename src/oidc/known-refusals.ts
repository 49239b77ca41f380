/** Refusals that more than one endpoint gives. */
import type { Environment } from '../environment/environment.ts';
import type { Refusal } from '../journal/refusal.ts';

/** Most clients named in a refusal. */
const MOST_NAMED = 20;

/** Names the clients of the fixtures: nobody else can be the demonstration application. */
export function unregisteredClient(
  clientId: string,
  { fixtures }: Pick<Environment, 'fixtures'>,
): Omit<Refusal, 'specification'> {
  const clientIds = fixtures.clients.map(({ client_id }) => client_id);
  return {
    rule: 'The client is registered.',
    parameter: 'client_id',
    found: clientId,
    expected: `one of: ${clientIds.slice(0, MOST_NAMED).join(', ')}`,
    mend: 'Use one of these, add the client to the fixtures, or PUT it to /_mock/clients.',
  };
}

export const UNREADABLE_HINT: Omit<Refusal, 'specification'> = {
  rule: 'id_token_hint is an ID token that this provider signed.',
  parameter: 'id_token_hint',
  found: 'one with another signature, another issuer, or no JWT',
  expected: 'the id_token of a token response of this environment; it may have expired',
  mend: 'Keep the ID token of the log-in, and send it unchanged.',
};
