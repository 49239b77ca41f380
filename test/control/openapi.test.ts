/** The document of the control API: right by the rules of OpenAPI 3.1, whole, and of the schemas that validate. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { collectRoutes } from '../../src/control/operation.ts';
import { testMock } from '../support/mock.ts';
import { addressOf, bodyOf, type Call, callsOf, documentOf, type Schema, send } from './support.ts';

const mock = await testMock();
const document = await documentOf(mock);
const calls = callsOf(document);

/** Every object in the document that has this member. */
function* having(member: string, value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, member)) yield value as Record<string, unknown>;
  for (const each of Object.values(value)) yield* having(member, each);
}

/** What a local reference leads to. */
const resolved = (ref: string): unknown =>
  ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document);

describe('the document is OpenAPI 3.1', () => {
  test('with a version, a title and the place of the server', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: expect.stringMatching(/./), version: '0.1.0' });
    expect(document.servers).toEqual([{ url: '/' }]);
  });

  test('and its server is where the environment is', async () => {
    const other = await testMock();
    other.environment.prefix = '/env/a';
    expect((await documentOf(other)).servers).toEqual([{ url: '/env/a' }]);
  });

  test('every reference leads somewhere', () => {
    const refs = [...having('$ref', document)].map(({ $ref }) => String($ref));
    expect(refs.length).toBeGreaterThan(50);
    expect(refs.filter((ref) => !ref.startsWith('#/') || resolved(ref) === undefined)).toEqual([]);
  });

  test('every operation has a name of its own, a summary, a tag and an answer of success', () => {
    const names = calls.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { operationId, summary, tags, responses } of calls) {
      expect(operationId).toMatch(/^[a-z][A-Za-z]+$/);
      expect([summary, ...tags]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
      expect(Object.keys(responses).some((status) => /^2\d\d$/.test(status))).toBe(true);
      for (const { $ref, description } of Object.values(responses)) expect($ref ?? description).toMatch(/./);
    }
  });

  test('every parameter of a path is declared, and no other', () => {
    for (const { path, parameters = [] } of calls) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(inPath.map(({ name }) => name)).toEqual(names);
      for (const parameter of inPath) expect(parameter.required).toBe(true);
      for (const { in: place, schema, description } of parameters) {
        expect([place, schema, description]).toEqual([
          expect.stringMatching(/^(path|query)$/),
          expect.any(Object),
          expect.stringMatching(/./),
        ]);
      }
    }
  });

  test('every schema is one of JSON Schema 2020-12', () => {
    const ajv = new Ajv2020({ strict: false });
    const schemas = [
      ...[...having('schema', document.paths)].map(({ schema }) => schema as object),
      ...Object.values(document.components['schemas'] ?? {}),
    ];
    expect(schemas.length).toBeGreaterThan(40);
    for (const schema of schemas) expect([ajv.validateSchema(schema), ajv.errors]).toEqual([true, null]);
  });

  test('the token is a bearer token that need not be there, and the document, its page and the certificate need none', () => {
    expect(document.components['securitySchemes']).toMatchObject({
      control_token: {
        type: 'http',
        scheme: 'bearer',
        description: expect.stringContaining('CONTROL_TOKEN'),
      },
    });
    expect(document.security).toEqual([{}, { control_token: [] }]);
    const open = calls.filter(({ security }) => security?.length === 0);
    expect(open.map(({ path }) => path)).toEqual(['/_mock/ca.pem', '/_mock/openapi.json', '/_mock/docs']);
  });

  test('each refusal is a problem, described once', () => {
    const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
    for (const { responses } of calls) {
      const refused = Object.entries(responses).filter(([status]) => status.startsWith('4'));
      expect(refused.length).toBeGreaterThan(0);
      for (const [, { $ref = '' }] of refused) expect(resolved($ref)).toMatchObject({ content: problem });
    }
  });
});

/** The paths below /_mock that Fastify answers at all, read from its own tree of them. */
function registeredPaths(): string[] {
  const above: string[] = [];
  return mock.app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', part = '', methods] = /^([│ ]*)[├└]── (\S+)( \(.+\))?$/.exec(line) ?? [];
      const depth = indent.length / 4;
      above.splice(depth, above.length, part);
      const path = above.join('');
      return methods !== undefined && path.startsWith('/_mock') ? [path] : [];
    });
}

describe('the document is whole', () => {
  const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

  test('every path that is registered is in it, and none else', () => {
    const asTemplates = registeredPaths().map((path) => path.replaceAll(/:(\w+)/g, '{$1}'));
    expect(asTemplates.length).toBeGreaterThan(15);
    expect([...new Set(asTemplates)].sort()).toEqual(Object.keys(document.paths).sort());
  });

  test.each(Object.entries(document.paths))(
    '%s takes the methods in it, and answers others with 405 and those',
    async (path, operations) => {
      const own = await testMock();
      const documented = Object.keys(operations).map((method) => method.toUpperCase());
      // A stream has no HEAD beside it, which would wait for an end that never comes, and GET is not tried here.
      const isStream = path.endsWith('/stream');
      const methods = documented.includes('GET') && !isStream ? [...documented, 'HEAD'] : documented;
      const url = path.replaceAll(/\{\w+\}/g, 'x');
      for (const method of METHODS.filter((each) => !(isStream && each === 'GET'))) {
        const answer = await own.app.inject({ method, url });
        expect([method, answer.statusCode === 405]).toEqual([method, !methods.includes(method)]);
        if (answer.statusCode !== 405) continue;
        const allow = METHODS.filter((each) => methods.includes(each));
        expect(answer.headers['allow']).toBe(allow.join(', '));
      }
    },
  );

  test('a route that does not say what it is cannot be registered', () => {
    const app = fastify();
    collectRoutes(app);
    expect(() => app.get('/undescribed', async () => 'something')).toThrow('operation(…)');
  });
});

/** A value with an unknown member at each level of a schema, and the pointer to it. */
function* withUnknown(schema: Schema, pointer = ''): Generator<{ pointer: string; value: unknown }> {
  if (schema.items) {
    for (const inner of withUnknown(schema.items, `${pointer}/0`)) yield { ...inner, value: [inner.value] };
  }
  if (!schema.properties) return;
  if (schema.additionalProperties !== true) {
    yield { pointer: `${pointer}/un~1kn~0own`, value: { 'un/kn~own': 1 } };
  }
  for (const [name, member] of Object.entries(schema.properties)) {
    for (const inner of withUnknown(member, `${pointer}/${name}`)) {
      yield { ...inner, value: { [name]: inner.value } };
    }
  }
}

const levels = calls.flatMap((call) => {
  const body = bodyOf(call);
  return body ? [...withUnknown(body.media.schema)].map((each) => ({ call, type: body.type, ...each })) : [];
});

describe('what the document says of a body is what validates: an unknown field is refused, by its pointer,', () => {
  test('at every level that there is', () => {
    expect(levels.map(({ call, pointer }) => `${call.operationId} ${pointer}`)).toEqual(
      expect.arrayContaining([
        'putPerson /roles/0/un~1kn~0own',
        'patchPerson /scenario/un~1kn~0own',
        'putClient /jwks/un~1kn~0own',
        'patchSettings /timeouts/un~1kn~0own',
        'moveClock /un~1kn~0own',
        'reset /un~1kn~0own',
      ]),
    );
  });

  test.each(levels)('$call.operationId $pointer', async ({ call, type, pointer, value }) => {
    const answer = await send(mock, call.method, addressOf(call), value, { 'content-type': type });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().faults).toContainEqual({
      pointer,
      found: 'an unknown field',
      allowed: expect.stringMatching(/./),
    });
  });
});

/** explain takes whatever an authorization request may have. */
test.each(calls.filter(({ operationId }) => operationId !== 'explain'))(
  '$operationId refuses an unknown parameter in the query, and says where',
  async (call: Call) => {
    const answer = await send(mock, call.method, `${addressOf(call)}?unknown=1`, bodyOf(call)?.media.example);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().faults).toEqual([
      { in: 'query', pointer: '/unknown', found: 'an unknown field', allowed: expect.stringMatching(/./) },
    ]);
  },
);
