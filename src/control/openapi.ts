/**
 * The OpenAPI 3.1 document of the control API, made of its routes and so of the very schemas that validate. It is
 * made when it is first asked for: neither @fastify/swagger nor the document costs a start anything.
 */
import { STATUS_CODES } from 'node:http';
import fastify from 'fastify';
import { packageVersion } from '../settings/package-version.ts';
import { components, type RefusalStatus, refusal, TOKEN_SCHEME } from './components.ts';
import type { Answer, ControlRoute, Operation } from './operation.ts';

/** As much of an OpenAPI document as is worked with here. */
export interface OpenapiDocument {
  openapi: string;
  paths: Record<string, Record<string, DocumentedOperation>>;
}

interface DocumentedOperation {
  requestBody?: { required?: boolean };
  responses: Record<string, object>;
  security?: readonly object[];
}

const documented = ({ description, schema, contentType = 'application/json' }: Answer) => ({
  description,
  ...(schema ? { content: { [contentType]: { schema } } } : {}),
});

/** Refusals that a call may always meet, and its own. */
function refusalsOf({ body, isOpen, refusals = [] }: Operation): RefusalStatus[] {
  const byGuard: RefusalStatus[] = isOpen ? [] : [401, 403];
  const byBody: RefusalStatus[] = body ? [413, 415] : [];
  return [400, ...byGuard, ...refusals, ...byBody];
}

function responsesOf(operation: Operation) {
  const answers = Object.entries(operation.answers).map(([status, answer]) => [status, documented(answer)]);
  const refusals = refusalsOf(operation).map((status) => [String(status), refusal(status)]);
  return Object.fromEntries([...answers, ...refusals]);
}

const takesNoBodyToo = (schema: object) => [(schema as { type?: unknown }).type].flat().includes('null');

/** What a route says besides what it validates. */
function complete(documentedOperation: DocumentedOperation, operation: Operation) {
  documentedOperation.responses = responsesOf(operation);
  if (operation.isOpen) documentedOperation.security = [];
  if (documentedOperation.requestBody && operation.body) {
    documentedOperation.requestBody.required = !takesNoBodyToo(operation.body);
  }
}

const INFO = {
  title: 'Control API of the mock CIS2 service',
  description: `People, accounts, organisations, clients, settings, time, sessions and keys of the mock, changed while it
runs. JSON in and out; faults are problem details (RFC 9457). Unknown fields are refused, and a refused change changes
nothing. A DELETE or a PUT that is sent twice leaves what it left the first time.`,
  license: { name: 'MIT', identifier: 'MIT' },
};

/** Makes the document of these routes, by an application of its own that answers nothing. */
export async function describeRoutes(routes: readonly ControlRoute[]): Promise<OpenapiDocument> {
  const { default: swagger } = await import('@fastify/swagger');
  const app = fastify({ exposeHeadRoutes: false });
  app.setValidatorCompiler(() => () => true);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: { ...INFO, version: packageVersion() },
    },
    convertConstToEnum: false,
  });
  const shown = routes.filter(({ method }) => method !== 'HEAD');
  for (const { method, path, schema } of shown) {
    app.route({ method, url: `/_mock${path}`, schema, handler: async () => STATUS_CODES[501] });
  }
  await app.ready();
  const document = {
    ...(app.swagger() as unknown as OpenapiDocument),
    components: components(),
    security: [{}, { [TOKEN_SCHEME]: [] }],
  };
  for (const { method, path, operation } of shown) {
    const url = `/_mock${path.replaceAll(/:(\w+)/g, '{$1}')}`;
    const found = document.paths[url]?.[method.toLowerCase()];
    if (found) complete(found, operation);
  }
  await app.close();
  return document;
}
