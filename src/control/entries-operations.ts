/** How the calls on the entries of a list are described: the same for each list but for the schema of what it holds. */
import { LIST_KEYS, type ListName } from '../settings/fixtures-lists.ts';
import { type JsonSchema, publishedSchema } from '../settings/published.ts';
import { ENTRIES, shared } from './components.ts';
import { mergePatchSchema, PATCH_TYPES } from './merge-patch.ts';
import { type Answer, type OwnRefusal, operation } from './operation.ts';

/** What the page offers to be tried, by the names of the default fixtures. */
const EXAMPLES: Readonly<Record<ListName, { key: string; put: object; patch: object }>> = {
  organisations: {
    key: 'RZ8',
    put: { org_name: 'Now in the beta', nhsmail_private_beta: true },
    patch: { nhsmail_private_beta: true },
  },
  people: {
    key: '910000000105',
    put: {
      given_name: 'Uma',
      family_name: 'Unbound',
      id_assurance_level: '3',
      roles: [],
      organisations: [{ person_orgid: '920000001051', org_code: 'A9A5A' }],
      authenticators: [{ type: 'nhsmail', nhsmail_account: 'uma.unbound@nhs.net' }],
    },
    patch: { scenario: { code: 'INTERNAL_ERROR', times: 1 } },
  },
  nhsmail: {
    key: 'alex.bound@nhs.net',
    put: { password: 'password', locked: true },
    patch: { approval: { result: 'decline' } },
  },
  clients: {
    key: 'mock-client',
    put: {
      client_secret: 'mock-secret',
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: ['http://localhost:3000/callback'],
      default_acr_values: ['AAL2_OR_AAL3_ANY'],
    },
    patch: { on_login_failure: 'redirect' },
  },
};

/** The parameter of the path, as a schema of all. */
const inPath = (key: string, schema: JsonSchema) => ({
  type: 'object',
  properties: { [key]: schema },
  required: [key],
});

/** An entry without its key, which the address gives; it may be there all the same. */
const withoutKey = (key: string, { required = [], ...schema }: JsonSchema): JsonSchema => ({
  ...schema,
  required: required.filter((name) => name !== key),
});

/** The calls on one list. */
export function entryOperations(list: ListName) {
  const { schema: name, one, many, all } = ENTRIES[list];
  const key = LIST_KEYS[list];
  const schema = publishedSchema().properties[list].items;
  const { description = '', ...keySchema } = schema.properties?.[key] ?? {};
  const example = EXAMPLES[list];
  const examples = [example.key];
  const entry = (said: string): Answer => ({ description: said, schema: shared(name) });
  const about = { tag: list, params: inPath(key, { type: 'string', description, examples }) };
  const notFound: OwnRefusal[] = [404];
  return {
    list: operation({
      tag: list,
      operationId: `list${all}`,
      summary: `List ${many}`,
      answers: {
        200: { description: 'All there are, in order.', schema: { type: 'array', items: shared(name) } },
      },
    }),
    get: operation({
      ...about,
      operationId: `get${name}`,
      summary: `Get ${one}`,
      answers: { 200: entry('As it is now.') },
      refusals: notFound,
    }),
    put: operation({
      ...about,
      operationId: `put${name}`,
      summary: `Add or replace ${one}`,
      description: `Whole: what is left out is gone. \`${key}\` may be left out, since the address gives it.`,
      params: inPath(key, { ...keySchema, description, examples }),
      body: { ...withoutKey(key, schema), examples: [example.put] },
      answers: { 200: entry('It was replaced.'), 201: entry('It was added.') },
    }),
    patch: operation({
      ...about,
      operationId: `patch${name}`,
      summary: `Change ${one}`,
      description:
        'A merge patch (RFC 7396): what is left out stays, null takes out, a list is replaced whole.',
      body: { ...mergePatchSchema(schema), examples: [example.patch] },
      consumes: PATCH_TYPES,
      answers: { 200: entry('As it is now.') },
      refusals: notFound,
    }),
    delete: operation({
      ...about,
      operationId: `delete${name}`,
      summary: `Remove ${one}`,
      description: 'What something else still refers to cannot be removed (409).',
      answers: { 204: { description: 'It is gone.' } },
      refusals: [404, 409],
    }),
  };
}
