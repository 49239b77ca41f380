/** What several calls of the control API share in its OpenAPI document, described once. */
import { STATUS_CODES } from 'node:http';
import { LIST_KEYS, type ListName } from '../settings/fixtures-lists.ts';
import { publishedSchema } from '../settings/published.ts';

/** What each list holds, as schemas, operations and sentences call it. */
export const ENTRIES: Readonly<Record<ListName, { schema: string; one: string; many: string; all: string }>> =
  {
    people: { schema: 'Person', one: 'a person', many: 'people', all: 'People' },
    nhsmail: {
      schema: 'NhsmailAccount',
      one: 'an NHSmail account',
      many: 'NHSmail accounts',
      all: 'NhsmailAccounts',
    },
    organisations: {
      schema: 'Organisation',
      one: 'an organisation',
      many: 'organisations',
      all: 'Organisations',
    },
    clients: { schema: 'Client', one: 'a client', many: 'clients', all: 'Clients' },
  };

/** Refers to a shared schema, for answers. */
export const shared = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** Problem details (RFC 9457). */
const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  additionalProperties: false,
  properties: {
    type: { const: 'about:blank' },
    title: { type: 'string', description: 'The status in words.' },
    status: { type: 'integer', description: 'The HTTP status.' },
    detail: { type: 'string', description: 'What is wrong, and how to mend it.' },
    faults: {
      type: 'array',
      description: 'Each thing that is wrong, where it can be pointed to.',
      items: {
        type: 'object',
        required: ['pointer', 'found', 'allowed'],
        additionalProperties: false,
        properties: {
          pointer: {
            type: 'string',
            description: 'JSON pointer (RFC 6901) to the member; empty for the whole.',
          },
          in: {
            type: 'string',
            description:
              'Where that member is, if not in the body: query, path, header, or another entry, such as people/910000000101.',
          },
          found: { type: 'string', description: 'What stands there.' },
          allowed: { type: 'string', description: 'What may stand there.' },
        },
      },
    },
  },
} as const;

const REFUSALS = {
  400: 'The request is not allowed as it is; `faults` says what is wrong where.',
  401: 'CONTROL_TOKEN is set, and the call does not carry it.',
  403: 'Without CONTROL_TOKEN: it came from a web page elsewhere, or under a host name that is none of this server’s.',
  404: 'There is nothing at this address.',
  409: 'What there is now forbids it; `detail` says what to change first.',
  413: 'The body is too large.',
  415: 'The body comes as another media type than those that are taken.',
  503: 'There are too many environments, or too many that wait, at the same time.',
} as const;

export type RefusalStatus = keyof typeof REFUSALS;

const nameOf = (status: RefusalStatus) => (STATUS_CODES[status] ?? '').replaceAll(' ', '');

/** Refers to the shared answer of a refusal. */
export const refusal = (status: RefusalStatus) => ({ $ref: `#/components/responses/${nameOf(status)}` });

const refusalOf = (status: RefusalStatus) => ({
  description: REFUSALS[status],
  content: { 'application/problem+json': { schema: shared('Problem') } },
  ...(status === 401
    ? { headers: { 'WWW-Authenticate': { description: 'Bearer', schema: { type: 'string' } } } }
    : {}),
});

/** Name of the security scheme. */
export const TOKEN_SCHEME = 'control_token';

/** The `components` of the document, but for their types, which are those of whoever reads it. */
export function components() {
  const { properties } = publishedSchema();
  const statuses = Object.keys(REFUSALS).map(Number) as RefusalStatus[];
  const lists = Object.keys(LIST_KEYS) as ListName[];
  return {
    schemas: {
      ...Object.fromEntries(lists.map((list) => [ENTRIES[list].schema, properties[list].items])),
      Settings: properties.settings,
      Problem: PROBLEM,
    },
    responses: Object.fromEntries(statuses.map((status) => [nameOf(status), refusalOf(status)])),
    securitySchemes: {
      [TOKEN_SCHEME]: {
        type: 'http',
        scheme: 'bearer',
        description: 'The value of CONTROL_TOKEN. Needed only where that is set.',
      },
    },
  } as const;
}
