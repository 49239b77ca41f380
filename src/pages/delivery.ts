/** In which form an address answers what is refused. */
import type { FastifyRequest } from 'fastify';
import type { Delivery } from '../journal/refused.ts';

/** Endpoints that programs call are answered in JSON; addresses that browsers open, by a page. */
export function deliveryFor(request: FastifyRequest): Delivery {
  const path = request.url.split('?', 1)[0] ?? '';
  if (/\/(access_token|userinfo|connect\/jwk_uri|openid-configuration|token\/revoke|introspect)$/.test(path))
    return 'json';
  if (path.includes('/_mock/')) return 'json';
  return request.headers.accept?.includes('text/html') || /\/(authorize|endSession)$/.test(path)
    ? 'page'
    : 'json';
}
