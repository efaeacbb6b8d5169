import fc from 'fast-check';
import { expect, test } from 'vitest';
import { minimiseList, minimiseStep } from '../../../src/experiment/delta.js';

test('keeps exactly the items that matter, in their order, whichever they are', async () => {
  const culprits = fc.uniqueArray(fc.nat(19), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(culprits, async (needed) => {
      const items = Array.from({ length: 20 }, (_, i) => i);
      const kept = await minimiseList(items, async (part) => needed.every((item) => part.includes(item)));
      expect(kept).toEqual([...needed].sort((a, b) => a - b));
    }),
  );
});

test('what it keeps fails, and fails no more without any one item, even where several lists would do', async () => {
  const clauses = fc.array(fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(clauses, async (alternatives) => {
      const fails = (part: readonly number[]) => alternatives.some((one) => one.every((item) => part.includes(item)));
      const kept = await minimiseList([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], async (part) => fails(part));
      expect(fails(kept)).toBe(true);
      for (const left of kept) expect(fails(kept.filter((item) => item !== left))).toBe(false);
    }),
  );
});

test('finds the smallest step that fails, in few trials', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1000 }), fc.nat(1000), async (top, smallest) => {
      fc.pre(smallest >= 1 && smallest <= top);
      let trials = 0;
      const step = await minimiseStep(top, 1, async (one) => {
        trials += 1;
        return one >= smallest;
      });
      expect(step).toBe(smallest);
      expect(trials).toBeLessThanOrEqual(10);
    }),
  );
});
