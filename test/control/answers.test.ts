/** What the control API really answers is what its document says: each call as the document shows it, on a new mock. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import {
  authorizeUrl,
  browser,
  callback,
  claimsOf,
  issued,
  logIn,
  type Mock,
  redeem,
  testMock,
} from '../support/mock.ts';
import { addressOf, bodyOf, type Call, callsOf, documentOf, send } from './support.ts';

const document = await documentOf(await testMock());
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema(document, 'openapi');

/** The schema of an answer, within the document, so that its references lead somewhere. */
function validatorOf({ path, method }: Call, status: number, type: string) {
  const pointer = [
    'paths',
    path,
    method.toLowerCase(),
    'responses',
    String(status),
    'content',
    type,
    'schema',
  ];
  const escaped = pointer.map((name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1')));
  return ajv.compile({ $ref: `openapi#/${escaped.join('/')}` });
}

async function signedOn(mock: Mock): Promise<Record<string, string>> {
  const by = browser(mock.app);
  const code = callback(await logIn(by, 'alex.bound@nhs.net')).get('code');
  return { sid: String(claimsOf((await redeem(by, code)).json().id_token)['sid']) };
}

/** What must be there before a call succeeds, and what it is made with where that is not the example. */
const PREPARED: Readonly<Record<string, (mock: Mock) => Promise<Record<string, string>>>> = {
  endSession: signedOn,
  listSessions: signedOn,
  async getJournal(mock) {
    await browser(mock.app).get(authorizeUrl({ client_id: 'nobody' }));
    return signedOn(mock);
  },
  async deleteOrganisation(mock) {
    await send(mock, 'PUT', '/_mock/organisations/ZZ9', { org_name: 'Of nobody' });
    return { org_code: 'ZZ9' };
  },
};

async function make(mock: Mock, call: Call, given: Record<string, string> = {}) {
  const body = bodyOf(call);
  const headers = body ? { 'content-type': body.type } : {};
  return send(mock, call.method, addressOf(call, given), body?.media.example, headers);
}

async function expectAsDocumented(call: Call, answer: Awaited<ReturnType<typeof make>>) {
  expect([answer.statusCode, answer.body]).toEqual([expect.toSatisfy((status) => status < 300), answer.body]);
  const documented = call.responses[answer.statusCode];
  expect(documented).toBeDefined();
  const [type] = Object.keys(documented?.content ?? {});
  if (type === undefined) return expect(answer.body).toBe('');
  expect(answer.headers['content-type']).toMatch(new RegExp(`^${type}\\b`));
  const validate = validatorOf(call, answer.statusCode, type);
  const value: unknown = type === 'application/json' ? answer.json() : answer.body;
  expect([validate(value), validate.errors]).toEqual([true, null]);
}

test.each(callsOf(document))('$operationId answers as documented', async (call) => {
  const mock = await testMock();
  const given = await PREPARED[call.operationId]?.(mock);
  await expectAsDocumented(call, await make(mock, call, given));
});

test.each(callsOf(document).filter(({ method }) => method === 'PUT'))(
  '$operationId answers as documented for one that is new',
  async (call) => {
    const mock = await testMock();
    const nobodys: Record<string, string> = {
      uid: '910000009001',
      email: 'nova.new@nhs.net',
      org_code: 'ZZ9',
      client_id: 'new',
    };
    const { media, type = '' } = bodyOf(call) ?? {};
    const body = {
      ...(media?.example as object),
      ...(call.operationId === 'putPerson' ? { authenticators: [] } : {}),
    };
    const answer = await send(mock, 'PUT', addressOf(call, nobodys), body, { 'content-type': type });
    expect(answer.statusCode).toBe(201);
    await expectAsDocumented(call, answer);
  },
);

test.each(callsOf(document).filter(({ method }) => method === 'PUT' || method === 'DELETE'))(
  '$operationId a second time leaves what it left the first time',
  async (call) => {
    const mock = await testMock();
    const given = await PREPARED[call.operationId]?.(mock);
    const first = await make(mock, call, given);
    expect(first.statusCode).toBeLessThan(300);
    const state = async () => structuredClone([mock.environment.fixtures, await issued(mock)]);
    const before = await state();
    expect((await make(mock, call, given)).statusCode).toBeOneOf([200, 204, 404]);
    expect(await state()).toEqual(before);
  },
);

test('a problem is as documented', async () => {
  const answers = await Promise.all(
    [
      { url: '/_mock/settings', method: 'PATCH', payload: { unknown: 1 } } as const,
      { url: '/_mock/people/1' },
      { url: '/_mock/organisations/A9A5A', method: 'DELETE' } as const,
      { url: '/_mock/journal?after=x' },
    ].map(async (request) => (await testMock()).app.inject(request)),
  );
  const validate = ajv.compile({ $ref: 'openapi#/components/schemas/Problem' });
  for (const answer of answers) {
    const problem = answer.json();
    expect([validate(problem), validate.errors, problem.status]).toEqual([true, null, answer.statusCode]);
  }
});
