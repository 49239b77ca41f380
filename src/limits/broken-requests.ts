/**
 * What is no HTTP, too large for a header or too slow never becomes a request: Node.js tells the connection alone. It is
 * answered as precisely as a request would be, with the same strict headers, and the connection is closed.
 */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Journal } from '../journal/journal.ts';
import type { Refusal } from '../journal/refusal.ts';
import { MAX_HEADER_BYTES } from './connections.ts';

interface Broken {
  status: number;
  description: string;
  refusal: Refusal;
}

const TOO_SLOW: Broken = {
  status: 408,
  description: 'The request did not arrive in time.',
  refusal: {
    rule: 'A request arrives without a long pause.',
    found: 'a request that was not whole when its time was over',
    expected: 'the headers within 15 seconds, the whole within 30',
    mend: 'Send the request in one go; look at what stands between.',
    specification: 'RFC 9110 section 15.5.9',
  },
};

const HEADERS_TOO_LARGE: Broken = {
  status: 431,
  description: `The address and the headers are larger than ${MAX_HEADER_BYTES} bytes.`,
  refusal: {
    rule: 'The address and the headers of a request are small.',
    found: `more than ${MAX_HEADER_BYTES} bytes`,
    expected: `at most ${MAX_HEADER_BYTES} bytes`,
    mend: 'Send an authorization request of this length by POST; look for cookies that other programs on this host set.',
    specification: 'RFC 6585 section 5',
  },
};

const NOT_HTTP: Broken = {
  status: 400,
  description: 'This is not a request by HTTP/1.1.',
  refusal: {
    rule: 'A request is well-formed HTTP/1.1, with one length.',
    found: 'what is not, or has both Content-Length and Transfer-Encoding',
    expected: 'HTTP/1.1',
    mend: 'Use http, not https, unless TLS is set; look at what stands between.',
    specification: 'RFC 9112 sections 2 and 6.3',
  },
};

const BY_CODE: Readonly<Record<string, Broken>> = {
  ERR_HTTP_REQUEST_TIMEOUT: TOO_SLOW,
  HPE_HEADER_OVERFLOW: HEADERS_TOO_LARGE,
};

function record(journal: Journal, id: string, { status, description, refusal }: Broken) {
  journal.record({
    request_id: id,
    kind: 'refused',
    explanation: `Refused by the rule: ${refusal.rule} Found: ${refusal.found}.`,
    details: { status, error: 'invalid_request', description },
    refusal,
  });
}

function answerOf(id: string, { status, description }: Broken): string {
  const body = JSON.stringify({ error: 'invalid_request', error_description: description });
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    "content-security-policy: default-src 'none'; frame-ancestors 'none'",
    'x-frame-options: DENY',
    'x-content-type-options: nosniff',
    'cache-control: no-store',
    `x-mock-cis2-request-id: ${id}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}

/**
 * That a body comes in a coding which is none is found out only once its request has begun. That is waited for, so that
 * such a request is refused and not carried out.
 */
export function waitForTheParser(app: FastifyInstance) {
  app.addHook('onRequest', ({ headers, raw }, _reply, done) => {
    if (headers['transfer-encoding'] === undefined) return done();
    setImmediate(() => {
      // Where it has been answered meanwhile, nobody is left to go on for.
      if (raw.socket.writable) done();
    });
  });
}

/** Takes what Fastify would answer in words of its own. `journal`: of the default environment, since nobody can know whose it is. */
export function answerBrokenRequests(journal: Journal) {
  return (error: { code?: string }, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const id = randomUUID();
    const broken = BY_CODE[error.code ?? ''] ?? NOT_HTTP;
    record(journal, id, broken);
    // Closed when the answer is out; what else may come on it is not read.
    socket.end(answerOf(id, broken), () => socket.destroy());
  };
}
