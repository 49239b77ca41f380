/**
 * RATE_LIMIT: how many requests a minute one address may make. Whoever asks for more is told so in the form that the
 * address answers in. The address is the connection’s own, unless a trusted proxy says whose it is.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../control/problems.ts';
import { Refused } from '../journal/refused.ts';
import { deliveryFor } from '../pages/refusals.ts';

const MINUTE_MILLISECONDS = 60_000;

/** Addresses that are remembered; beyond it the one that was quiet for longest is forgotten. */
const MOST_ADDRESSES = 10_000;

function tooMany(request: FastifyRequest, most: number, seconds: number): Error {
  const description = `More than ${most} requests in a minute came from this address. Wait ${seconds} seconds.`;
  if (/^\/_mock(?:\/|$)/.test(request.url)) return new Problem(429, description);
  return new Refused(
    { status: 429, error: 'temporarily_unavailable', description },
    {
      rule: 'One address makes no more requests a minute than RATE_LIMIT says.',
      found: `more than ${most} requests from ${request.reached.clientAddress}`,
      expected: `at most ${most} requests a minute`,
      mend: 'Wait as long as Retry-After says, or set RATE_LIMIT higher.',
      specification: 'RFC 6585 section 4',
    },
    deliveryFor(request),
  );
}

/** What is never counted: probes, which must not fail of it, and the styles and scripts of pages, one of which has several. */
const isExempt = ({ routeOptions: { config, url } }: FastifyRequest) =>
  config.isOfProcess || url?.startsWith('/assets/');

/** Loads what counts only where there is a limit. */
export async function limitRate(app: FastifyInstance, mostAMinute: number) {
  const { default: rateLimit } = await import('@fastify/rate-limit');
  const none = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false };
  await app.register(rateLimit, {
    global: false,
    max: mostAMinute,
    timeWindow: MINUTE_MILLISECONDS,
    cache: MOST_ADDRESSES,
    keyGenerator: ({ reached }) => reached.clientAddress,
    addHeadersOnExceeding: none,
    addHeaders: { ...none, 'retry-after': true },
    errorResponseBuilder: (request, { max, ttl }) => tooMany(request, max, Math.ceil(ttl / 1000)),
  });
  const limit = app.rateLimit();
  app.addHook('onRequest', async (request, reply) => {
    if (!isExempt(request)) await limit.call(app, request, reply);
  });
}
