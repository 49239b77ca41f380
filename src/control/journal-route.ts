/** GET /_mock/journal: what happened, oldest first, with the explanation in plain words. */
import type { FastifyInstance } from 'fastify';
import { EVENT_KINDS, type JournalFilter } from '../journal/journal.ts';
import { JOURNAL_EVENT } from './journal-event.ts';
import { operation } from './operation.ts';

const querystring = {
  type: 'object',
  additionalProperties: false,
  properties: {
    after: { type: 'string', pattern: '^[0-9]{1,15}$', description: 'Only events with a greater id.' },
    kind: { enum: EVENT_KINDS, description: 'Only events of this kind.' },
    login_id: { type: 'string', description: 'Only events of this log-in.' },
    client_id: { type: 'string', description: 'Only events about this client.' },
    request_id: { type: 'string', description: 'Only events of this request.' },
  },
} as const;

const READ = operation({
  tag: 'journal',
  operationId: 'getJournal',
  summary: 'What happened',
  querystring,
  answers: { 200: { description: 'Oldest first.', schema: { type: 'array', items: JOURNAL_EVENT } } },
});

const CLEAR = operation({
  tag: 'journal',
  operationId: 'clearJournal',
  summary: 'Forget what happened',
  description: 'The ids of events go on counting.',
  answers: { 204: { description: 'It is empty.' } },
});

interface Query extends Omit<JournalFilter, 'after'> {
  after?: string;
}

export function registerJournal(scope: FastifyInstance) {
  scope.delete('/journal', CLEAR, async ({ environment }, reply) => {
    environment.journal.clear();
    return reply.code(204).send();
  });

  scope.get<{ Querystring: Query }>('/journal', READ, async (request) => {
    const { after, ...filter } = request.query;
    return request.environment.journal.events(
      after === undefined ? filter : { ...filter, after: Number(after) },
    );
  });
}
