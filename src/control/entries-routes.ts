/**
 * /_mock/people, /nhsmail, /organisations, /clients: what an environment has, entry by entry. A change is checked
 * with all the rest before it is made, and counts from the next step on, of log-ins under way too. A refused change
 * changes nothing.
 */
import type { FastifyInstance } from 'fastify';
import { normalEmail, unbound } from '../care-identity/directory.ts';
import { adopt, type Environment } from '../environment/environment.ts';
import { ConfigurationError } from '../settings/faults.ts';
import {
  checkChange,
  checkEntry,
  type EntryOf,
  type Fixtures,
  keyOf,
  LIST_KEYS,
  type ListName,
  mergeByKey,
} from '../settings/fixtures.ts';
import { mergePatch } from './merge-patch.ts';
import { Problem } from './problems.ts';

export const LISTS = Object.keys(LIST_KEYS) as ListName[];

interface One {
  Params: { key: string };
}

function find<L extends ListName>({ fixtures }: Environment, list: L, key: string): EntryOf<L> | undefined {
  const wanted = list === 'nhsmail' ? key.toLowerCase() : key;
  const entries: readonly EntryOf<L>[] = fixtures[list];
  return entries.find((entry) => keyOf(list, entry) === wanted);
}

/** The entry of this key. Throws 404 where there is none. */
export function entryAt<L extends ListName>(environment: Environment, list: L, key: string): EntryOf<L> {
  const found = find(environment, list, key);
  if (found) return found;
  throw new Problem(
    404,
    `There is nothing at /_mock/${list}/${key}. GET /_mock/${list} lists what there is.`,
  );
}

/** Makes a change after checking it with all the rest, and journals it. Throws every fault, and changes nothing. */
export function change(
  environment: Environment,
  next: Partial<Fixtures>,
  about: {
    requestId: string;
    explanation: string;
    /** The entry that changed: its faults are named from its own root. */
    changed?: object;
    /** What the journal tells of the change; left out, the entry. */
    details?: object;
  },
) {
  const whole = { ...environment.fixtures, ...next };
  adopt(
    environment,
    checkChange(whole, (entry) => (entry === about.changed ? '' : undefined)),
  );
  environment.journal.record({
    request_id: about.requestId,
    kind: 'configuration_changed',
    explanation: about.explanation,
    details: { ...(about.details ?? about.changed) },
  });
}

/** The body with the key of the address, which it may leave out and may not contradict. */
function withKey(list: ListName, key: string, body: unknown): unknown {
  const field = LIST_KEYS[list];
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const given = (body as Readonly<Record<string, unknown>>)[field];
  if (given === undefined) return { ...body, [field]: key };
  const spelling = (text: string) => (list === 'nhsmail' ? normalEmail(text) : text);
  if (spelling(String(given)) === spelling(key)) return body;
  const fault = { path: `/${field}`, found: JSON.stringify(given), allowed: JSON.stringify(key) };
  throw new Problem(400, `${field} in the body is not the one of the address.`, [fault]);
}

function put(environment: Environment, list: ListName, body: unknown, requestId: string, what: string) {
  const entry = checkEntry(list, body);
  const entries = mergeByKey(list, environment.fixtures[list], [entry]);
  const explanation = `${keyOf(list, entry)} in ${list} was ${what} by the control API.`;
  change(environment, { [list]: entries }, { requestId, explanation, changed: entry });
  return entry;
}

/** An NHSmail account that is removed is an authenticator of nobody any more. */
function unbinding({ fixtures }: Environment, list: ListName, key: string): Partial<Fixtures> {
  return list === 'nhsmail' ? { people: fixtures.people.map((person) => unbound(person, key)) } : {};
}

/** Removes an entry, unless something else still refers to it. */
function removeEntry(...[environment, next, about]: Parameters<typeof change>) {
  try {
    change(environment, next, about);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new Problem(409, 'Something else still refers to it. Change that first.', error.faults);
  }
}

function registerList(scope: FastifyInstance, list: ListName) {
  scope.get(`/${list}`, async ({ environment }) => environment.fixtures[list]);

  scope.get<One>(`/${list}/:key`, async ({ environment, params }) => entryAt(environment, list, params.key));

  scope.put<One>(`/${list}/:key`, async (request, reply) => {
    const { environment, params, body, id } = request;
    const isNew = !find(environment, list, params.key);
    const entry = put(environment, list, withKey(list, params.key, body), id, isNew ? 'added' : 'replaced');
    return reply.code(isNew ? 201 : 200).send(entry);
  });

  scope.patch<One>(`/${list}/:key`, async ({ environment, params, body, id }) => {
    const before = entryAt(environment, list, params.key);
    return put(environment, list, withKey(list, params.key, mergePatch(before, body)), id, 'changed');
  });

  scope.delete<One>(`/${list}/:key`, async ({ environment, params, id }, reply) => {
    const before = entryAt(environment, list, params.key);
    const rest = environment.fixtures[list].filter((entry) => entry !== before);
    const explanation = `${params.key} in ${list} was removed by the control API.`;
    removeEntry(
      environment,
      { [list]: rest, ...unbinding(environment, list, params.key) },
      { requestId: id, explanation },
    );
    return reply.code(204).send();
  });
}

export function registerEntries(scope: FastifyInstance) {
  for (const list of LISTS) registerList(scope, list);
}
