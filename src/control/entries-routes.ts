/**
 * /_mock/people, /nhsmail, /organisations, /clients: what an environment has, entry by entry. A change is checked
 * with all the rest before it is made, and counts from the next step on, of log-ins under way too. A refused change
 * changes nothing.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { unbound } from '../care-identity/directory.ts';
import { adopt, type Environment } from '../environment/environment.ts';
import { ConfigurationError, shown } from '../settings/faults.ts';
import { checkChange } from '../settings/fixtures.ts';
import {
  comparedKey,
  type EntryOf,
  type Fixtures,
  keyOf,
  LIST_KEYS,
  type ListName,
  mergeByKey,
} from '../settings/fixtures-lists.ts';
import { checkEntry } from '../settings/fixtures-shape.ts';
import { entryOperations } from './entries-operations.ts';
import { mergePatch } from './merge-patch.ts';
import { Problem } from './problems.ts';

const LISTS = Object.keys(LIST_KEYS) as ListName[];

interface One {
  Params: Readonly<Record<(typeof LIST_KEYS)[ListName], string>>;
  Body: Readonly<Record<string, unknown>>;
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

/** A change of fixtures that is wanted. */
export interface FixturesChange<T> {
  next: Partial<Fixtures>;
  /** For the journal. */
  explanation: string;
  /** The entry that changed: its faults are named from its own root. */
  changed?: object;
  /** What the journal tells of the change; left out, the entry. */
  details?: object;
  /** What is answered. */
  answer: T;
}

/**
 * Makes a change after checking it with all the rest, and journals it. `want` reads what is there and says what is
 * wanted; it is asked again where another replica changed something meanwhile. Throws every fault, and changes nothing.
 */
export async function changeFixtures<T>(
  { environment, id }: Pick<FastifyRequest, 'environment' | 'id'>,
  want: () => FixturesChange<T>,
): Promise<T> {
  const made: FixturesChange<T>[] = [];
  await environment.change(() => {
    const wanted = want();
    const whole = { ...environment.fixtures, ...wanted.next };
    adopt(
      environment,
      checkChange(whole, (entry) => (entry === wanted.changed ? '' : undefined)),
    );
    made.push(wanted);
  });
  const last = made.at(-1);
  if (!last) throw new TypeError('a change is made before it resolves');
  environment.journal.record({
    request_id: id,
    kind: 'configuration_changed',
    explanation: last.explanation,
    details: { ...(last.details ?? last.changed) },
  });
  return last.answer;
}

/** Refuses a body with another key than the address has, before anything else is said of it. */
const demandSameKey = (list: ListName) => async (request: FastifyRequest) => {
  const field = LIST_KEYS[list];
  const body = request.body as Readonly<Record<string, unknown>> | null | undefined;
  const given = body?.[field];
  if (given === undefined) return;
  const key = (request.params as One['Params'])[field];
  // The body was not validated yet: what stands there may be anything.
  if (typeof given === 'string' && comparedKey(list, given) === comparedKey(list, key)) return;
  const fault = { path: `/${field}`, found: shown(given), allowed: JSON.stringify(key) };
  throw new Problem(400, `${field} in the body is not the one of the address.`, [fault]);
};

/** An entry in the place of the one with its key, if there is one. */
function withEntry({ fixtures }: Environment, list: ListName, value: unknown, what: string) {
  const entry = checkEntry(list, value);
  const next = { [list]: mergeByKey(list, fixtures[list], [entry]) };
  const explanation = `${keyOf(list, entry)} in ${list} was ${what} by the control API.`;
  return { next, explanation, changed: entry };
}

/** An NHSmail account that is removed is an authenticator of nobody any more. */
function unbinding({ fixtures }: Environment, list: ListName, key: string): Partial<Fixtures> {
  return list === 'nhsmail' ? { people: fixtures.people.map((person) => unbound(person, key)) } : {};
}

/** Removes an entry, unless something else still refers to it. */
async function removeEntry(request: FastifyRequest, list: ListName, key: string) {
  const { environment } = request;
  try {
    await changeFixtures(request, () => {
      const before = entryAt(environment, list, key);
      const rest = environment.fixtures[list].filter((entry) => entry !== before);
      const explanation = `${key} in ${list} was removed by the control API.`;
      return {
        next: { [list]: rest, ...unbinding(environment, list, key) },
        explanation,
        answer: undefined,
      };
    });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new Problem(409, 'Something else still refers to it. Change that first.', error.faults);
  }
}

function registerList(scope: FastifyInstance, list: ListName) {
  const field = LIST_KEYS[list];
  const path = `/${list}/:${field}`;
  const described = entryOperations(list);

  scope.get(`/${list}`, described.list, async ({ environment }) => environment.fixtures[list]);

  scope.get<One>(path, described.get, async ({ environment, params }) =>
    entryAt(environment, list, params[field]),
  );

  const preValidation = demandSameKey(list);

  scope.put<One>(path, { ...described.put, preValidation }, async (request, reply) => {
    const { environment, params, body } = request;
    const { status, entry } = await changeFixtures(request, () => {
      const isNew = !find(environment, list, params[field]);
      const value = { [field]: params[field], ...body };
      const wanted = withEntry(environment, list, value, isNew ? 'added' : 'replaced');
      return { ...wanted, answer: { status: isNew ? 201 : 200, entry: wanted.changed } };
    });
    return reply.code(status).send(entry);
  });

  scope.patch<One>(path, { ...described.patch, preValidation }, async (request) => {
    const { environment, params, body } = request;
    return changeFixtures(request, () => {
      const before = entryAt(environment, list, params[field]);
      const wanted = withEntry(environment, list, mergePatch(before, body), 'changed');
      return { ...wanted, answer: wanted.changed };
    });
  });

  scope.delete<One>(path, described.delete, async (request, reply) => {
    await removeEntry(request, list, request.params[field]);
    return reply.code(204).send();
  });
}

export function registerEntries(scope: FastifyInstance) {
  for (const list of LISTS) registerList(scope, list);
}
