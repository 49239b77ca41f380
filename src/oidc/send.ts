/** An answer as plain data, sent. */
import type { FastifyReply } from 'fastify';
import type { Answer } from '../scenarios/scenario.ts';

export function send(reply: FastifyReply, { status, headers, body }: Answer) {
  return reply
    .code(status)
    .headers({ ...headers })
    .send(body);
}
