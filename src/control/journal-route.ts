/** /_mock/journal: what happened, oldest first, with the explanation in plain words; at once, waited for, or as a stream. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from '../environment/environment.ts';
import type { Environments } from '../environment/environments.ts';
import { EVENT_KINDS } from '../journal/events.ts';
import { follow } from '../journal/follow.ts';
import type { Journal, JournalFilter } from '../journal/journal.ts';
import { JOURNAL_EVENT } from './journal-event.ts';
import { journalStream } from './journal-stream.ts';
import { operation } from './operation.ts';
import { Problem } from './problems.ts';
import { createWaiters, type Waiters } from './waiters.ts';

const EVENT_ID = '^[0-9]{1,15}$';

const filters = {
  after: { type: 'string', pattern: EVENT_ID, description: 'Only events with a greater id.' },
  kind: { enum: EVENT_KINDS, description: 'Only events of this kind.' },
  login_id: { type: 'string', description: 'All events of the requests that belong to this log-in.' },
  client_id: { type: 'string', description: 'All events of the requests that belong to this client.' },
  request_id: { type: 'string', description: 'What x-mock-cis2-request-id of an answer says.' },
  uid: { type: 'string', description: 'The person.' },
} as const;

const querystring = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...filters,
    wait: {
      type: 'string',
      description:
        'How long to wait where nothing matches yet: seconds, 0 to 60, decimals allowed. Default 0.',
    },
  },
} as const;

const streamQuerystring = { type: 'object', additionalProperties: false, properties: filters } as const;

const READ = operation({
  tag: 'journal',
  operationId: 'getJournal',
  summary: 'What happened',
  description: 'With wait, it is answered as soon as something matches, or with an empty list at the end.',
  querystring,
  answers: { 200: { description: 'Oldest first.', schema: { type: 'array', items: JOURNAL_EVENT } } },
});

const STREAM = operation({
  tag: 'journal',
  operationId: 'streamJournal',
  summary: 'What happened and happens, as server-sent events',
  description:
    'Each has the id and kind of its event, and the event as JSON. Last-Event-ID goes on behind that event.',
  querystring: streamQuerystring,
  answers: {
    200: {
      description: 'A stream without an end.',
      schema: { type: 'string' },
      contentType: 'text/event-stream',
    },
  },
});

const CLEAR = operation({
  tag: 'journal',
  operationId: 'clearJournal',
  summary: 'Forget what happened',
  description: 'The ids of events go on counting.',
  answers: { 204: { description: 'It is empty.' } },
});

interface StreamQuery extends Omit<JournalFilter, 'after'> {
  after?: string;
}

interface Query extends StreamQuery {
  wait?: string;
}

const filterOf = ({ after, ...filter }: StreamQuery): JournalFilter =>
  after === undefined ? filter : { ...filter, after: Number(after) };

/** Longest wait, in seconds. */
const LONGEST_WAIT = 60;

function secondsOf(wait: string): number {
  const seconds = /^\d{1,2}(\.\d{1,6})?$/.test(wait) ? Number(wait) : Number.NaN;
  if (seconds <= LONGEST_WAIT) return seconds;
  throw new Problem(400, 'The query is not allowed.', [
    {
      path: 'query /wait',
      found: JSON.stringify(wait),
      allowed: `seconds from 0 to ${LONGEST_WAIT}, for example 5 or 0.2`,
    },
  ]);
}

/** Resolves when something that the filter wants is recorded; otherwise when the time is over or nobody waits any more. */
function somethingWanted(
  waiters: Waiters,
  { raw }: FastifyReply,
  environment: Environment,
  { filter, seconds }: { filter: JournalFilter; seconds: number },
): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stop();
      leave();
      resolve();
    };
    const leave = waiters.enter(environment, end);
    const stop = follow(environment.journal, filter, end);
    raw.once('close', end);
    const timer = setTimeout(end, seconds * 1000);
  });
}

/** Where an event source that lost its connection goes on. */
function lastEventIdOf({ headers }: FastifyRequest): number | undefined {
  const id = headers['last-event-id'];
  if (id === undefined) return undefined;
  if (typeof id === 'string' && new RegExp(EVENT_ID).test(id)) return Number(id);
  throw new Problem(400, 'The header Last-Event-ID is not allowed.', [
    {
      path: 'header /Last-Event-ID',
      found: JSON.stringify(id),
      allowed: 'the id of an event, for example 17',
    },
  ]);
}

/** An id that was not given yet is one of a journal before a restart: its reader is told all that is here. */
function placeIn(journal: Journal, after = 0): number {
  const newest = journal.events().at(-1)?.id ?? 0;
  return after > newest ? 0 : after;
}

const notKept = async (_request: FastifyRequest, reply: FastifyReply) => {
  reply.header('cache-control', 'no-store');
};

export function registerJournal(scope: FastifyInstance, environments: Environments) {
  const waiters = createWaiters(scope, environments);

  scope.delete('/journal', CLEAR, async ({ environment }, reply) => {
    await environment.journal.clear();
    return reply.code(204).send();
  });

  scope.get<{ Querystring: Query }>('/journal', { ...READ, onRequest: notKept }, async (request, reply) => {
    const { wait = '0', ...query } = request.query;
    const { environment } = request;
    const { journal } = environment;
    const filter = filterOf(query);
    const seconds = secondsOf(wait);
    await journal.catchUp?.();
    const events = journal.events(filter);
    if (events.length > 0 || seconds === 0) return events;
    await somethingWanted(waiters, reply, environment, { filter, seconds });
    return journal.events(filter);
  });

  scope.get<{ Querystring: StreamQuery }>(
    '/journal/stream',
    // No HEAD beside it, which would wait for an end that never comes.
    { ...STREAM, onRequest: notKept, exposeHeadRoute: false },
    async (request, reply) => {
      const asked = filterOf(request.query);
      const { environment } = request;
      await environment.journal.catchUp?.();
      const after = placeIn(environment.journal, lastEventIdOf(request) ?? asked.after);
      const filter = { ...asked, after };
      const leave = waiters.enter(environment, () => stream.end());
      const stream = journalStream(environment.journal, filter);
      // Fastify destroys it when its reader goes away.
      stream.readable.once('close', leave);
      return reply.type('text/event-stream').send(stream.readable);
    },
  );
}
