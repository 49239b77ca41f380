/** /_mock/openapi.json: what the control API is, for programs; /_mock/docs: the same to read and to try. */
import type { FastifyInstance } from 'fastify';
import type { ControlDocsPage } from '../pages/models.ts';
import { showPage, toolFrameOf } from '../pages/render.ts';
import { describeRoutes, type OpenapiDocument } from './openapi.ts';
import { type ControlRoute, operation } from './operation.ts';

const about = { tag: 'documentation', isOpen: true };

const OPENAPI = operation({
  ...about,
  operationId: 'getOpenapi',
  summary: 'This document',
  answers: { 200: { description: 'An OpenAPI 3.1 document.', schema: { type: 'object' } } },
});

const DOCS = operation({
  ...about,
  operationId: 'getDocs',
  summary: 'A page to read it and to try it',
  answers: { 200: { description: 'The page.', schema: { type: 'string' }, contentType: 'text/html' } },
});

/** Documents every route of the list, those too that are registered later. */
export function registerDocumentation(scope: FastifyInstance, routes: readonly ControlRoute[]) {
  let document: Promise<OpenapiDocument> | undefined;

  scope.get('/openapi.json', OPENAPI, async ({ environment }, reply) => {
    document ??= describeRoutes(routes);
    const servers = [{ url: environment.prefix || '/' }];
    return reply.header('cache-control', 'no-store').send({ ...(await document), servers });
  });

  scope.get('/docs', DOCS, async (request, reply) =>
    showPage<ControlDocsPage>(reply, 'control-docs', {
      ...toolFrameOf(request, 'Control API', 'api'),
      openapiUrl: `${request.environment.prefix}/_mock/openapi.json`,
    }),
  );
}
