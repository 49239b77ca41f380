import fc from 'fast-check';
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

  test('holds few of them, behind one that lives long too', async () => {
    const { clock, store: notes } = store();
    await notes.add(NOTES, 'long', 'text', 1e9);
    for (let count = 0; count < 2000; count += 1) {
      clock.advance(1);
      await notes.add(NOTES, `${count}`, 'text', clock.now() + 10_000);
    }
    const [[, held] = ['', Number.NaN]] = notes.sizes?.() ?? [];
    expect(held).toBeLessThan(100);
    expect(await notes.get(NOTES, 'long')).toBeDefined();
  });

  test('what is replaced is the newest, and what is removed and added again too', async () => {
    const { store: numbers } = store();
    for (const id of ['a', 'b', 'c']) await numbers.add(FEW, id, 1, 1000);
    const first = await numbers.get(FEW, 'a');
    if (!first) throw new Error('it was just added');
    await numbers.replace(FEW, 'a', { ...first, value: 2 }, 1000);
    expect((await numbers.list(FEW, 100)).map(({ id }) => id)).toEqual(['b', 'c', 'a']);
    await numbers.remove(FEW, 'b');
    await numbers.add(FEW, 'b', 3, 1000);
    expect((await numbers.list(FEW, 100)).map(({ id }) => id)).toEqual(['c', 'a', 'b']);
    await numbers.add(FEW, 'd', 4, 1000);
    expect(await numbers.list(FEW, 100)).toEqual([
      { id: 'a', value: 2 },
      { id: 'b', value: 3 },
      { id: 'd', value: 4 },
    ]);
  });

  test('after a record was replaced many times, others still go when they are too many', async () => {
    const { store: numbers } = store();
    await numbers.add(FEW, 'a', 0, 1000);
    for (let value = 1; value < 3000; value += 1) {
      const latest = await numbers.get(FEW, 'a');
      if (latest) await numbers.replace(FEW, 'a', { ...latest, value }, 1000);
    }
    for (let value = 0; value < 10; value += 1) await numbers.add(FEW, `b${value}`, value, 1000);
    expect((await numbers.list(FEW, 100)).map(({ id }) => id)).toEqual(['b7', 'b8', 'b9']);
  });

  test('whatever is done to it, it holds what a plain list would', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const step = fc.record({
      what: fc.constantFrom('add', 'replace', 'remove', 'wait', 'many'),
      id: fc.constantFrom(...ids),
      lives: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { clock, store: numbers } = store();
        let plain: { id: string; value: number; until: number }[] = [];
        const live = () => plain.filter(({ until }) => until > clock.now());
        for (const [value, { what, id, lives }] of steps.entries()) {
          const until = clock.now() + lives * 1000;
          const known = live().find((each) => each.id === id);
          const put = () => {
            plain = [...live().filter((each) => each.id !== id), { id, value, until }].slice(-FEW.capacity);
          };
          if (what === 'wait') clock.advance(lives);
          if (what === 'add') {
            expect(await numbers.add(FEW, id, value, until)).toBe(!known);
            if (!known) put();
          }
          const stored = await numbers.get(FEW, id);
          if (what === 'replace' && stored) {
            await numbers.replace(FEW, id, { ...stored, value }, until);
            put();
          }
          // More than are borne of what is gone, so that the order is tidied.
          if (what === 'many' && stored) {
            for (let i = 0; i < 1200; i += 1) {
              const latest = await numbers.get(FEW, id);
              if (latest) await numbers.replace(FEW, id, { ...latest, value }, until);
            }
            put();
          }
          if (what === 'remove') {
            expect(await numbers.remove(FEW, id)).toBe(known !== undefined);
            plain = plain.filter((each) => each.id !== id);
          }
          const expected = live().map((each) => ({ id: each.id, value: each.value }));
          expect(await numbers.list(FEW, 100)).toEqual(expected);
          expect(await numbers.count(FEW)).toBe(expected.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('keeps kinds apart', async () => {
    const { store: both } = store();
    await both.add(NOTES, 'a', 'text', 1000);
    expect(await both.get(FEW, 'a')).toBeUndefined();
  });
});
