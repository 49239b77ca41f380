import { describe, expect, test } from 'vitest';
import { createClock } from '../../src/environment/clock.ts';
import { createMemoryStore } from '../../src/environment/memory-store.ts';
import { recordKind } from '../../src/environment/store.ts';

const NOTES = recordKind<string>('note');
const FEW = recordKind<number>('few', 3);

function store() {
  const clock = createClock(() => 0);
  return { clock, store: createMemoryStore(clock) };
}

describe('the store in memory', () => {
  test('gives back what was added, until it expires by the clock', async () => {
    const { clock, store: notes } = store();
    expect(await notes.add(NOTES, 'a', 'text', 1000)).toBe(true);
    expect((await notes.get(NOTES, 'a'))?.value).toBe('text');
    clock.advance(1);
    expect(await notes.get(NOTES, 'a')).toBeUndefined();
    expect(await notes.count(NOTES)).toBe(0);
  });

  test('adds nothing over a live record, and again when that one has expired', async () => {
    const { clock, store: notes } = store();
    await notes.add(NOTES, 'a', 'first', 1000);
    expect(await notes.add(NOTES, 'a', 'second', 1000)).toBe(false);
    clock.advance(1);
    expect(await notes.add(NOTES, 'a', 'second', 5000)).toBe(true);
  });

  test('lets one of two writers win: replace compares the revision', async () => {
    const { store: notes } = store();
    await notes.add(NOTES, 'a', 'old', 1000);
    const read = await notes.get(NOTES, 'a');
    if (!read) throw new Error('it was just added');
    expect(await notes.replace(NOTES, 'a', { ...read, value: 'mine' }, 1000)).toBe(true);
    expect(await notes.replace(NOTES, 'a', { ...read, value: 'theirs' }, 1000)).toBe(false);
    expect((await notes.get(NOTES, 'a'))?.value).toBe('mine');
  });

  test('tells one of two removers that it was the one', async () => {
    const { store: notes } = store();
    await notes.add(NOTES, 'a', 'text', 1000);
    expect([await notes.remove(NOTES, 'a'), await notes.remove(NOTES, 'a')]).toEqual([true, false]);
  });

  test('keeps as many of a kind as its capacity, and drops the oldest', async () => {
    const { store: numbers } = store();
    for (let i = 0; i < 10; i++) await numbers.add(FEW, String(i), i, 1000);
    expect((await numbers.list(FEW, 100)).map(({ value }) => value)).toEqual([7, 8, 9]);
  });

  test('forgets expired records without being asked for them', async () => {
    const { clock, store: notes } = store();
    for (let i = 0; i < 50; i++) await notes.add(NOTES, String(i), 'text', 1000);
    clock.advance(2);
    for (let i = 0; i < 30; i++) await notes.add(NOTES, `new ${i}`, 'text', 100_000);
    expect((await notes.list(NOTES, 100)).every(({ id }) => id.startsWith('new'))).toBe(true);
  });

  test('keeps kinds apart', async () => {
    const { store: both } = store();
    await both.add(NOTES, 'a', 'text', 1000);
    expect(await both.get(FEW, 'a')).toBeUndefined();
  });
});
