/** The scenarios that the control API started, in an environment’s store. A one-shot is used up by exactly one request. */
import { randomUUID } from 'node:crypto';
import type { ActiveScenario } from '../scenarios/choice.ts';
import type { Environment } from './environment.ts';
import { recordKind } from './store.ts';

/** Most scenarios active at a time; beyond it the oldest go. */
export const MOST_ACTIVE = 1000;

const ACTIVE = recordKind<ActiveScenario>('active_scenario', MOST_ACTIVE);

/** They end when they are used up or removed, whatever the clock says. */
const NEVER = Number.POSITIVE_INFINITY;

type Holder = Pick<Environment, 'store'>;

/** Whether none is active, told at once; false where only asking the store would tell. */
export const isNoneActive = ({ store }: Holder): boolean => store.isEmpty?.(ACTIVE) ?? false;

/** Oldest first. */
export async function activeScenarios({ store }: Holder): Promise<ActiveScenario[]> {
  const listed = await store.list(ACTIVE, MOST_ACTIVE);
  return listed.map(({ value }) => value).sort((a, b) => a.order - b.order);
}

export async function startScenario(
  holder: Holder,
  scenario: Omit<ActiveScenario, 'id' | 'order'>,
): Promise<ActiveScenario> {
  const newest = (await activeScenarios(holder)).at(-1);
  const started = { id: randomUUID(), order: (newest?.order ?? 0) + 1, ...scenario };
  await holder.store.add(ACTIVE, started.id, started, NEVER);
  return started;
}

/** Whether it was active. */
export async function stopScenario({ store }: Holder, id: string): Promise<boolean> {
  return store.remove(ACTIVE, id);
}

/** Counts a one-shot down, and gives it as it was. Undefined where another request has used up the last of it. */
export async function useUp(holder: Holder, id: string): Promise<ActiveScenario | undefined> {
  const { store } = holder;
  const stored = await store.get(ACTIVE, id);
  if (!stored) return undefined;
  const { value, revision } = stored;
  const left = (value.times ?? 1) - 1;
  const counted =
    left <= 0
      ? await store.remove(ACTIVE, id)
      : await store.replace(ACTIVE, id, { revision, value: { ...value, times: left } }, NEVER);
  if (counted) return value;
  return left <= 0 ? undefined : useUp(holder, id);
}

/** Takes back one use of a one-shot, which did nothing after all: it acts once more, at its place among the others. */
export async function giveBack(holder: Holder, used: ActiveScenario): Promise<void> {
  const { store } = holder;
  const stored = await store.get(ACTIVE, used.id);
  // More were left, so it is not there since it was removed meanwhile.
  if (!stored && (used.times ?? 1) > 1) return;
  const times = (stored?.value.times ?? 0) + 1;
  const value = { ...used, times };
  const given = stored
    ? await store.replace(ACTIVE, used.id, { revision: stored.revision, value }, NEVER)
    : await store.add(ACTIVE, used.id, value, NEVER);
  if (!given) await giveBack(holder, used);
}
