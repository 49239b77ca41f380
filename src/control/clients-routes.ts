/** /_mock/clients: registered relying parties. A change counts from the next request on. */
import type { FastifyInstance } from 'fastify';
import { checkClient } from '../settings/fixtures.ts';
import { Problem } from './problems.ts';

interface OneClient {
  Params: { client_id: string };
}

const unknown = (clientId: string) =>
  new Problem(404, `There is no client ${clientId}. GET /_mock/clients lists those that there are.`);

export function registerClients(scope: FastifyInstance) {
  scope.get('/clients', async ({ environment }) => [...environment.clients.values()]);

  scope.get<OneClient>('/clients/:client_id', async ({ environment, params }) => {
    const client = environment.clients.get(params.client_id);
    if (!client) throw unknown(params.client_id);
    return client;
  });

  scope.put<OneClient>('/clients/:client_id', async (request, reply) => {
    const { environment, params } = request;
    const client = checkClient(request.body);
    if (client.client_id !== params.client_id) {
      const fault = {
        path: '/client_id',
        found: JSON.stringify(client.client_id),
        allowed: JSON.stringify(params.client_id),
      };
      throw new Problem(400, 'client_id in the body is not the one of the address.', [fault]);
    }
    const isNew = !environment.clients.has(client.client_id);
    environment.clients.set(client.client_id, client);
    environment.journal.record({
      request_id: request.id,
      client_id: client.client_id,
      kind: 'client_registered',
      explanation: `The client ${client.client_id} was ${isNew ? 'registered' : 'registered anew'}.`,
      details: { ...client },
    });
    return reply.code(isNew ? 201 : 200).send(client);
  });

  scope.delete<OneClient>('/clients/:client_id', async (request, reply) => {
    const { environment, params } = request;
    if (!environment.clients.delete(params.client_id)) throw unknown(params.client_id);
    environment.journal.record({
      request_id: request.id,
      client_id: params.client_id,
      kind: 'client_registered',
      explanation: `The client ${params.client_id} was removed.`,
    });
    return reply.code(204).send();
  });
}
