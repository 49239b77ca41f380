/** What the tests of the control API share: its document, read as a caller reads it, and calls made by it. */
import type { InjectOptions } from 'fastify';
import type { Mock } from '../support/mock.ts';

export interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: boolean;
}

interface Media {
  schema: Schema;
  example?: unknown;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: Schema;
  description?: string;
  example?: string;
}

export interface DocumentedOperation {
  operationId: string;
  summary: string;
  tags: string[];
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, { $ref?: string; description?: string; content?: Record<string, Media> }>;
  security?: Record<string, string[]>[];
}

export type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

export interface Document {
  openapi: string;
  info: { title: string; version: string };
  servers: { url: string }[];
  security: Record<string, string[]>[];
  components: Record<string, Record<string, object>>;
  paths: Record<string, Record<string, DocumentedOperation>>;
}

export interface Call extends DocumentedOperation {
  method: Method;
  path: string;
}

export const documentOf = async ({ app }: Mock): Promise<Document> =>
  (await app.inject('/_mock/openapi.json')).json();

/** Every operation with its method and path. */
export const callsOf = ({ paths }: Document): Call[] =>
  Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, about]) => ({
      ...about,
      path,
      method: method.toUpperCase() as Method,
    })),
  );

/** The address of a call, each parameter as its example has it or as it is given. */
export const addressOf = ({ path, parameters = [] }: Call, given: Record<string, string> = {}) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(given[name] ?? parameters.find((each) => each.name === name)?.example ?? 'x'),
  );

/** The body of a call, by the first media type that it takes. */
export function bodyOf({ requestBody }: Call): { type: string; media: Media } | undefined {
  const [first] = Object.entries(requestBody?.content ?? {});
  return first && { type: first[0], media: first[1] };
}

export function send(
  { app }: Mock,
  method: Method,
  url: string,
  payload?: unknown,
  headers: InjectOptions['headers'] = {},
) {
  if (payload === undefined) return app.inject({ method, url, headers });
  const sent = { 'content-type': 'application/json', ...headers };
  return app.inject({ method, url, headers: sent, payload: JSON.stringify(payload) });
}
