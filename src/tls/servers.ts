/** HTTPS on the port, and where it is wanted plain HTTP beside it: two servers with the same limits and one application. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { FastifyHttpOptions, FastifyServerFactory } from 'fastify';
import type { Tls } from './tls.ts';

/** How long whoever spoke plain HTTP to the port of HTTPS may take to read the answer, in milliseconds. */
const FAREWELL_MILLISECONDS = 2000;

const SPEAK_HTTPS = 'This port speaks HTTPS: begin the address with https://\n';

/** Tells whoever speaks plain HTTP that this is HTTPS; otherwise the connection would close without a word. */
function answerPlainHttp(error: NodeJS.ErrnoException, socket: TLSSocket) {
  if (error.code !== 'ERR_SSL_HTTP_REQUEST') return;
  // The TLS socket is destroyed by now; the one below it is reached by no public name. Without it, it closes as it did.
  const { _parent: below } = socket as TLSSocket & { _parent?: Socket };
  below?.setTimeout(FAREWELL_MILLISECONDS, () => below.destroy());
  below?.end(
    `HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: ${SPEAK_HTTPS.length}\r\nconnection: close\r\n\r\n${SPEAK_HTTPS}`,
  );
}

type Options = FastifyHttpOptions<Server>;

/** What Fastify sets on a server that it makes itself. */
function limit(server: Server, options: Options): Server {
  const { keepAliveTimeout, requestTimeout, connectionTimeout, maxRequestsPerSocket = 0 } = options;
  if (keepAliveTimeout !== undefined) server.keepAliveTimeout = keepAliveTimeout;
  if (requestTimeout !== undefined) server.requestTimeout = requestTimeout;
  if (connectionTimeout !== undefined) server.setTimeout(connectionTimeout);
  if (maxRequestsPerSocket > 0) server.maxRequestsPerSocket = maxRequestsPerSocket;
  return server;
}

export interface TlsServers {
  /** Makes the servers, for Fastify. */
  serverFactory: FastifyServerFactory;
  /** Plain HTTP beside HTTPS, once they are made. */
  plain(): Server | undefined;
}

/** TLS 1.2 and 1.3: the older versions are taken by nothing that CIS2 takes. */
export function tlsServers({ key, cert }: Tls, withPlain: boolean): TlsServers {
  let plain: Server | undefined;
  return {
    serverFactory(handler, given) {
      const options = given as Options;
      const listener = handler as RequestListener;
      if (withPlain) plain = limit(createServer(options.http ?? {}, listener), options);
      const secure = createTlsServer({ ...options.http, key, cert, minVersion: 'TLSv1.2' }, listener);
      secure.on('tlsClientError', answerPlainHttp);
      return limit(secure, options);
    },
    plain: () => plain,
  };
}
