/** /_mock/ca.pem: the certificate of the mock’s own certificate authority, for whoever is to trust it. It is public. */
import type { FastifyInstance } from 'fastify';
import { operation } from './operation.ts';
import { Problem } from './problems.ts';

const PEM_FILE = 'application/x-pem-file';

const GET_AUTHORITY = operation({
  operationId: 'getCertificateAuthority',
  tag: 'documentation',
  isOpen: true,
  summary: 'The certificate to trust, where TLS is auto',
  description: 'The certificate of the mock’s own certificate authority, which signed that of the server.',
  answers: {
    200: { description: 'The certificate, as PEM.', schema: { type: 'string' }, contentType: PEM_FILE },
  },
  refusals: [404],
});

export function registerAuthority(scope: FastifyInstance, authority: string | undefined) {
  scope.get('/ca.pem', GET_AUTHORITY, async (_request, reply) => {
    if (authority === undefined) {
      throw new Problem(
        404,
        'There is no certificate authority here: the mock makes one where it is started with TLS=auto. With a certificate of your own, trust the authority that signed it.',
      );
    }
    return reply
      .header('content-disposition', 'attachment; filename="mock-cis2-ca.pem"')
      .header('cache-control', 'no-store')
      .type(PEM_FILE)
      .send(authority);
  });
}
