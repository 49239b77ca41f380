/** GET /_mock/journal: what happened, oldest first, with the explanation in plain words. */
import type { FastifyInstance } from 'fastify';
import { EVENT_KINDS } from '../journal/events.ts';
import type { JournalFilter } from '../journal/journal.ts';

const querystring = {
  type: 'object',
  additionalProperties: false,
  properties: {
    after: { type: 'string', pattern: '^[0-9]{1,15}$', description: 'Only events with a greater id.' },
    kind: { enum: EVENT_KINDS },
    login_id: { type: 'string' },
    client_id: { type: 'string' },
    request_id: { type: 'string' },
    uid: { type: 'string' },
  },
} as const;

interface Query extends Omit<JournalFilter, 'after'> {
  after?: string;
}

export function registerJournal(scope: FastifyInstance) {
  scope.delete('/journal', async ({ environment }, reply) => {
    environment.journal.clear();
    return reply.code(204).send();
  });

  scope.get<{ Querystring: Query }>('/journal', { schema: { querystring } }, async (request) => {
    const { after, ...filter } = request.query;
    return request.environment.journal.events(
      after === undefined ? filter : { ...filter, after: Number(after) },
    );
  });
}
