/** Scenarios of the way between: they act on any endpoint, the token endpoint by default. */
import { pageAnswer } from './answer-changes.ts';
import { numberOf, RETRY_AFTER } from './parameters.ts';
import type { Answer, ScenarioAt, ScenarioContext } from './scenario.ts';

const place = 'transport';
const endpoint = 'token';

const retryAfter =
  (status: number, error: string, description: string) =>
  (context: ScenarioContext): Answer => ({
    status,
    headers: { 'retry-after': String(numberOf(context, 'retry_after_seconds')) },
    body: { error, error_description: description },
  });

export const TRANSPORT: readonly ScenarioAt<typeof place>[] = [
  {
    code: 'SLOW_ANSWER',
    title: 'The answer takes long',
    place,
    endpoint,
    transport: { does: 'delay' },
    sent: 'The right answer, after a wait.',
    goodRelyingParty:
      'Gives up after a few seconds by a time limit of its own, holds up no other request, and says that logging in failed for now.',
    parameters: {
      seconds: {
        type: 'number',
        default: 10,
        minimum: 0,
        maximum: 120,
        description: 'How long the answer waits, in seconds of the machine’s time.',
      },
    },
  },
  {
    code: 'TOO_MANY_REQUESTS',
    title: 'Too many requests',
    place,
    endpoint,
    transport: {
      does: 'answer',
      answer: retryAfter(429, 'temporarily_unavailable', 'Too many requests.'),
    },
    sent: 'Status 429 with Retry-After and a JSON error. The request is not looked at: a code in it stays good.',
    goodRelyingParty:
      'Waits as long as Retry-After says, or tells the person to try again later; it never repeats at once.',
    parameters: RETRY_AFTER,
  },
  {
    code: 'SERVICE_UNAVAILABLE',
    title: 'The service is unavailable',
    place,
    endpoint,
    transport: {
      does: 'answer',
      answer: retryAfter(503, 'temporarily_unavailable', 'The service is temporarily unavailable.'),
    },
    sent: 'Status 503 with Retry-After and a JSON error. The request is not looked at: a code in it stays good.',
    goodRelyingParty:
      'Says that logging in is unavailable for now, and tries again no sooner than Retry-After says.',
    parameters: RETRY_AFTER,
  },
  {
    code: 'INTERNAL_SERVER_ERROR',
    title: 'A fault with no body',
    place,
    endpoint,
    transport: {
      does: 'answer',
      answer: () => ({ status: 500, headers: { 'content-type': 'text/plain' }, body: '' }),
    },
    sent: 'Status 500 with an empty body, as text/plain. The request is not looked at.',
    goodRelyingParty: 'Looks at the status before it reads a body, and says that logging in failed for now.',
  },
  {
    code: 'BAD_GATEWAY',
    title: 'The page of a gateway',
    place,
    endpoint,
    transport: { does: 'answer', answer: () => pageAnswer(502, '502 Bad Gateway') },
    sent: 'Status 502 and a short HTML page, as a proxy sends it. The request is not looked at.',
    goodRelyingParty:
      'Does not read the page as JSON, shows it to nobody, and says that logging in failed for now.',
  },
  {
    code: 'GATEWAY_TIMEOUT',
    title: 'The gateway gave up waiting',
    place,
    endpoint,
    transport: { does: 'answer', answer: () => pageAnswer(504, '504 Gateway Timeout') },
    sent: 'Status 504 and a short HTML page, as a proxy sends it. The request is not looked at.',
    goodRelyingParty:
      'Says that logging in failed for now; with the real service a code may be used up already.',
  },
  {
    code: 'TRUNCATED_ANSWER',
    title: 'Only half of the answer arrives',
    place,
    endpoint,
    transport: { does: 'truncate' },
    sent: 'The first half of the right answer, then the connection is closed. At the token endpoint the code is used up.',
    goodRelyingParty: 'Treats a cut-off body as a failed request, and offers to log in anew.',
  },
  {
    code: 'CONNECTION_DROPPED',
    title: 'The connection is closed without an answer',
    place,
    endpoint,
    transport: { does: 'drop' },
    sent: 'Nothing: the connection is closed, and the request is not looked at.',
    goodRelyingParty: 'Catches the network error, says that logging in failed for now, and does not crash.',
  },
];
