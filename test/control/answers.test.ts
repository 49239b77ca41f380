/** What the control API really answers is what its document says: each call as the document shows it, on a new mock. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { createSigningKeys } from '../../src/environment/signing-keys.ts';
import type { MockCis2Options } from '../../src/mock-cis2-options.ts';
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
import { folder } from '../tls/support.ts';
import { addressOf, bodyOf, type Call, callsOf, documentOf, send } from './support.ts';

const document = await documentOf(await testMock());
/** Every call but the stream, whose answer has no end: test/journal/stream.test.ts reads it. */
const calls = callsOf(document).filter(({ operationId }) => operationId !== 'streamJournal');
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
  async stopScenario(mock) {
    return (await send(mock, 'POST', '/_mock/scenarios', { code: 'TIMED_OUT' })).json();
  },
  async listScenarios(mock) {
    await send(mock, 'POST', '/_mock/scenarios', { code: 'TIMED_OUT', persona: 'alex.bound@nhs.net' });
    return {};
  },
  async endEnvironment(mock) {
    return (await send(mock, 'POST', '/_mock/environments', {})).json();
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

/** What a mock is started with for a call to succeed: what changes signing keys changes none that are shared. */
const OPTIONS: Readonly<Record<string, () => MockCis2Options>> = {
  changeKey: () => ({ keys: createSigningKeys() }),
  getCertificateAuthority: () => ({ tls: 'auto', tlsFolder: folder() }),
};

const mockFor = ({ operationId }: Call) => testMock(OPTIONS[operationId]?.());

test.each(calls)('$operationId answers as documented', async (call) => {
  const mock = await mockFor(call);
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

const isProblem = ajv.compile({ $ref: 'openapi#/components/schemas/Problem' });

/** Expects this refusal, as a problem, and that the document has it. */
function expectRefused({ responses }: Call, answer: Awaited<ReturnType<typeof make>>, status: number) {
  const problem = answer.json();
  expect([answer.statusCode, isProblem(problem), isProblem.errors]).toEqual([status, true, null]);
  expect(Object.keys(responses)).toContain(String(status));
}

const shared = testMock();
const withToken = testMock({ controlToken: 'the-control-token' });
const guarded = callsOf(document).filter(({ security }) => security === undefined);
const withBody = callsOf(document).filter((call) => bodyOf(call));
const keyed = guarded.filter(({ path, method }) => path.includes('{') && method !== 'PUT');

describe('each refusal is a problem, and one that the document names', () => {
  test.each(guarded)('$operationId without the token, and by a page elsewhere', async (call) => {
    expectRefused(call, await make(await withToken, call), 401);
    const headers = { origin: 'https://evil.example' };
    expectRefused(call, await send(await shared, call.method, addressOf(call), undefined, headers), 403);
  });

  test.each(withBody)(
    '$operationId with a body that is no JSON, is too large, or is not allowed',
    async (call) => {
      const mock = await shared;
      const body = (payload: unknown, type = 'application/json') =>
        send(mock, call.method, addressOf(call), payload, { 'content-type': type });
      expectRefused(call, await body({}, 'text/plain'), 415);
      // An environment may begin with large fixtures: test/environments tries its limit.
      if (call.operationId !== 'beginEnvironment')
        expectRefused(call, await body({ unknown: 'x'.repeat(70_000) }), 413);
      expectRefused(call, await body({ unknown: 1 }), 400);
    },
  );

  test.each(keyed)('$operationId of what is not there', async (call) => {
    const nobodys = {
      uid: '000000000000',
      email: 'no.one@nhs.net',
      org_code: 'NONE',
      client_id: 'x',
      sid: 'x',
    };
    expectRefused(call, await make(await shared, call, nobodys), 404);
  });

  test.each<[string, Record<string, string>, object | undefined]>([
    ['deleteOrganisation', { org_code: 'A9A5A' }, undefined],
    ['bindNhsmailAccount', { email: 'alex.bound@nhs.net' }, { uid: '910000000105' }],
    ['changeKey', {}, { action: 'use', kid: 'unknown' }],
  ])('%s against what there is', async (operationId, given, payload) => {
    const call = callsOf(document).find((each) => each.operationId === operationId);
    if (!call) return expect.unreachable(operationId);
    expectRefused(call, await send(await mockFor(call), call.method, addressOf(call, given), payload), 409);
  });
});
