/**
 * What a call of the control API is, said once where its route is registered: Fastify validates by it, the OpenAPI
 * document shows it, and the methods of each path are known from it.
 */
import type { FastifyInstance, FastifySchema } from 'fastify';

/** What is answered with one status. */
export interface Answer {
  description: string;
  /** JSON Schema of the body. Left out: there is none. It only describes: nothing is taken out of an answer by it. */
  schema?: object;
  /** Default application/json. */
  contentType?: string;
}

/** The statuses of refusals that only some calls have; those that all have follow from the call itself. */
export type OwnRefusal = 404 | 409 | 503;

export interface Operation {
  /** What client generators call it: unique, in camelCase. */
  operationId: string;
  /** Which calls it stands among. */
  tag: string;
  /** A few words. */
  summary: string;
  /** More, where there is more to say. */
  description?: string;
  /** JSON Schema of the parameters in the path, where there are any. */
  params?: object;
  /** JSON Schema of the query. Left out: none is taken. */
  querystring?: object;
  /** JSON Schema of the body, where there is one. */
  body?: object;
  /** The media types of the body. Default application/json. */
  consumes?: readonly string[];
  answers: Readonly<Record<number, Answer>>;
  refusals?: readonly OwnRefusal[];
  /** Whether anybody may call it, without the token and from anywhere: for what tells nothing. Default false. */
  isOpen?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of the control API: what the route is. */
    operation?: Operation;
  }
}

const NOTHING = { type: 'object', additionalProperties: false, properties: {} } as const;

/** A body of a call that needs nothing: absent, null or an empty object. */
export const NO_BODY = { ...NOTHING, type: ['object', 'null'] } as const;

/** The options of a route. Answers are given apart from `schema`: Fastify would leave out what they do not name. */
export function operation(about: Operation) {
  const { operationId, tag, summary, description, params, querystring = NOTHING, body, consumes } = about;
  return {
    config: { operation: about },
    schema: {
      operationId,
      tags: [tag],
      summary,
      querystring,
      ...(description === undefined ? {} : { description }),
      ...(params === undefined ? {} : { params }),
      ...(body === undefined ? {} : { body }),
      ...(consumes === undefined ? {} : { consumes: [...consumes] }),
    },
  };
}

/** One route of the control API; its path is below /_mock. */
export interface ControlRoute {
  method: string;
  path: string;
  schema: FastifySchema;
  operation: Operation;
}

/** Keeps what is registered in the scope from now on. A route that does not say what it is stops the start. */
export function collectRoutes(scope: FastifyInstance): readonly ControlRoute[] {
  const routes: ControlRoute[] = [];
  scope.addHook('onRoute', ({ method, routePath, schema = {}, config }) => {
    const about = config?.operation;
    if (!about)
      throw new TypeError(`${method} ${routePath}: register it with operation(…), which describes it`);
    routes.push({ method: String(method), path: routePath, schema, operation: about });
  });
  return routes;
}
