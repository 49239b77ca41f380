/**
 * Forms that only the mock’s own pages may send. The cookie that they need is not sent with a form of another site
 * (SameSite=Lax); this keeps out other ports of the same host too, which are the same site to a browser.
 */
import type { FastifyRequest } from 'fastify';
import { Refused } from '../journal/refused.ts';

/** Whether a page of another origin sent this, as the browser says; what is no browser says nothing. */
export function isFromElsewhere({ headers, environment, reached }: FastifyRequest): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers;
  // `none`: by the person’s own hand.
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  if (origin === undefined) return false;
  if (!URL.canParse(origin)) return true;
  // Under the name that the browser used, as it came or as a trusted proxy tells it, or under the public one.
  return ![host, reached.host, new URL(environment.issuer).host].includes(new URL(origin).host);
}

/** Throws where a form of our own was sent by a page of another origin. */
export function demandOwnForm(request: FastifyRequest) {
  if (!isFromElsewhere(request)) return;
  const { origin, 'sec-fetch-site': site } = request.headers;
  throw new Refused(
    {
      status: 400,
      error: 'invalid_request',
      description: 'This form was sent by a page of another site.',
    },
    {
      rule: 'A form of the mock’s own pages is sent by them alone.',
      parameter: origin === undefined ? 'sec-fetch-site' : 'origin',
      found: origin ?? String(site),
      expected: new URL(request.environment.issuer).origin,
      mend: 'Send the form from the page that has it. An application begins a log-in by the authorization endpoint.',
      specification: 'The mock’s own rule; facts 10.4',
    },
    'page',
  );
}
